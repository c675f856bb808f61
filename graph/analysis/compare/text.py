"""The differences and what follows, as paragraphs that can be pasted."""

from __future__ import annotations

from collections.abc import Sequence

from graph.results.compare import Changes, CompareAnswer, RouteChange

LISTED_IN_TEXT = 6


def text_of(answer: CompareAnswer) -> str:
    """The differences and what follows, as paragraphs: B minus A."""
    lines = [f"{answer.b.name} minus {answer.a.name}: {_counts(answer.nodes, 'node')}; {_counts(answer.links, 'link')}."]
    for verdict in answer.flips[:LISTED_IN_TEXT]:
        lines.append(f"{verdict.label}: was “{verdict.said_before}”, is “{verdict.said_after}”.")
    fresh = [verdict for verdict in answer.verdicts if verdict.before is None]
    gone = [verdict for verdict in answer.verdicts if verdict.after is None]
    for said, group in (("Newly judged", fresh), ("No longer judged", gone)):
        if group:
            lines.append(f"{said}: {_some([verdict.label for verdict in group])}.")
    if answer.loops_found:
        opened, closed, turned = len(answer.loops_opened), len(answer.loops_closed), len(answer.loops_turned)
        lines.append(f"Feedback loops: {opened} new, {closed} gone, {turned} of another kind.")
        lines += [f"  New: {loop.text}" for loop in answer.loops_opened[:2]]
        lines += [f"  Gone: {loop.text}" for loop in answer.loops_closed[:2]]
    if answer.gaps_found:
        lines.append(
            f"Missing feedback: {len(answer.gaps_closed)} closed, {len(answer.gaps_opened)} opened, "
            f"{len(answer.gaps_turned)} of another kind."
        )
        lines += [f"  Closed: {gap.text}" for gap in answer.gaps_closed[:2]]
    if answer.routes:
        lines.append(_on_routes(answer.routes))
    if answer.pounds:
        lines.append(f"Pounds: {len(answer.pounds)} sums between a payer and a payee differ.")
        lines += [
            f"  {change.payer} to {change.payee}, {change.year}: {_pounds_said(change.difference)}"
            for change in answer.pounds[:LISTED_IN_TEXT]
        ]
    lines += answer.silent
    if answer.b.proposals and not answer.a.proposals:
        lines.append("A proposal is compared as intended, not as it would turn out.")
    lines.append("These differences rank potential influence on the map; they do not forecast.")
    return "\n".join(lines)


def _counts(changes: Changes, noun: str) -> str:
    changed = len({change.id for change in changes.changed})
    return f"{len(changes.added)} {noun}s more, {len(changes.removed)} fewer, {changed} changed"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - LISTED_IN_TEXT
    return ", ".join(names[:LISTED_IN_TEXT]) + (f" and {rest} more" if rest > 0 else "")


def _on_routes(routes: RouteChange) -> str:
    said = f"Routes from {', '.join(routes.starts)} to {', '.join(routes.goals)}: {routes.found_before} before, {routes.found_after} after"
    if routes.difference is not None:
        before, after = (" > ".join(owners or ()) for owners in (routes.hand_offs_before, routes.hand_offs_after))
        said += f"; hands on the strongest: {before} before, {after} after"
    return said + "."


def _pounds_said(pence: int) -> str:
    return f"{'+' if pence >= 0 else '-'}£{abs(pence) / 100:,.2f}"

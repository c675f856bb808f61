"""Answers as paragraphs that a policy person can paste, with their terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph import judging
from graph.results import Balance, DecisionBalance, ImpactAnswer, ImpactPath
from graph.snapshot import Snapshot
from graph.telling import months, worth
from graph.threads import claims_about_routes

LISTED_IN_TEXT = 3


def reading_order(paths: Sequence[ImpactPath]) -> list[ImpactPath]:
    """Paths as text ranks them: share of sourced steps, weakest confidence, hand-offs, then length."""
    return sorted(
        paths,
        key=lambda path: (
            -(path.sourced / max(path.counted_steps, 1)),
            -path.confidence,
            len(path.hand_offs),
            len(path.links),
            path.links,
        ),
    )


def impact_text(snapshot: Snapshot, answer: ImpactAnswer) -> str:
    """The answer as paragraphs that can be pasted, with its terms."""
    start = ", ".join(snapshot.map.node(identifier).label for identifier in answer.starts)
    goals = [snapshot.map.node(identifier) for identifier in answer.goals]
    goal = ", ".join(node.label for node in goals)
    as_of = f", as of {answer.terms.as_of.isoformat()}" if answer.terms.as_of else ""
    if not answer.balance.found:
        return f"{start} to {goal or 'the other end'}{as_of}: {answer.reason}"
    balance = answer.balance
    up, down = (worth(sign, goals[0].better if len(goals) == 1 else None) for sign in ("+", "-"))
    counts = [
        (balance.lowers, "lower it" + (f" ({down})" if down else "")),
        (balance.raises, "raise it" + (f" ({up})" if up else "")),
        (balance.unclear, "move it in a way that is not known"),
    ]
    said = ", ".join(f"{count} {words}" for count, words in counts if count)
    many = "" if balance.complete else "at least "
    bound = f" of at most {answer.terms.max_links} links" if answer.terms.max_links else ""
    lines = [f"{start} to {goal}{as_of}: {many}{balance.found} {_routes(balance.found)}{bound}; {said}."]
    lines += _on_agreement(answer)
    lines += _on_firmness(answer)
    lines += _listed(answer.paths, balance) if answer.nets else _listed_by_decision(answer.decisions)
    caveats = dict.fromkeys(
        str(link.attributes["caveat"])
        for path in answer.shown
        for link in (snapshot.link(snapshot.find_link(identifier)) for identifier in path.links)
        if "caveat" in link.attributes
    )
    lines += [f"Mind: {caveat}" for caveat in caveats]
    for identifier in answer.background:
        claim = next(claim for claim in claims_about_routes(snapshot) if claim.id == identifier)
        lines.append(f"Said of this route as a whole, before decisions on it were taken ({identifier}, {claim.said_on}): {claim.text}")
    share = f"{answer.sourced_share:.0%} of the steps have a source. " if answer.sourced_share is not None else ""
    lines.append(f"{share}These routes rank potential influence on the map; they do not forecast. Map revision {answer.terms.revision}.")
    return "\n".join(lines)


def _on_firmness(answer: ImpactAnswer) -> list[str]:
    """Whether the sign holds under draws, and which one link would turn it."""
    lines = []
    if answer.robust:
        robust = answer.robust
        lines.append(
            f"In {robust.draws} draws of the strengths (seed {robust.seed}) the net raises it in {robust.raises:.0%} and lowers it in "
            f"{robust.lowers:.0%}."
        )
    if answer.turning:
        first = answer.turning[0]
        lines.append(f"One link alone could turn this: {first.start_label} to {first.end_label}. What would settle it: {first.settle}.")
    return lines


def _listed_by_decision(decisions: Iterable[DecisionBalance]) -> list[str]:
    """Each decision with its strongest route in each direction, since effects of different decisions are never added up."""
    lines = ["Decision by decision, since effects of different decisions are never added up:"]
    silent = []
    for each in decisions:
        if not each.balance.found:
            silent.append(each.label)
            continue
        counts = ((each.balance.lowers, "lower"), (each.balance.raises, "raise"), (each.balance.unclear, "of unknown direction"))
        lines.append(f"- {each.label} ({', '.join(f'{count} {word}' for count, word in counts if count)})")
        lines += [f"  {path.text}" for path in reading_order(each.best)]
    return [*lines, f"No route from: {'; '.join(silent)}."] if silent else lines


def _listed(paths: Sequence[ImpactPath], balance: Balance) -> list[str]:
    """The routes that a text names: the first in reading order of each direction, so that none hides another."""
    lines = []
    headings = (
        ("-", "Lowering it", balance.lowers),
        ("+", "Raising it", balance.raises),
        ("?", "Moving it, which way is not known", balance.unclear),
    )
    for sign, heading, total in headings:
        chosen = [path for path in reading_order(paths) if path.sign == sign][:LISTED_IN_TEXT]
        if chosen:
            lines.append(f"{heading}{f' ({len(chosen)} of {total} shown)' if len(chosen) < total else ''}:")
            lines += [f"  {number}. {path.text}" for number, path in enumerate(chosen, 1)]
    return lines


def _routes(count: int) -> str:
    return "route" if count == 1 else "routes"


def _share(count: int, total: int) -> str:
    return "all" if count == total else f"{count}"


def _on_agreement(answer: ImpactAnswer) -> list[str]:
    lines = []
    if answer.independent is not None:
        total = answer.balance.found
        through = "".join(
            f"; {_share(pinch.paths, total)} through {pinch.label}{', which is assumed' * pinch.assumed}" for pinch in answer.pinches[:4]
        )
        lines.append(f"{total} {_routes(total)}, {answer.independent} independent{through}.")
    if answer.standing == judging.TOO_THIN:
        lines.append("Too thin to call: " + "; ".join(answer.thin_because) + ".")
    elif answer.nets:
        lines.append(f"The routes drawn are {answer.standing} in direction; that measures agreement of what was drawn, not knowledge.")
    delays = [path for path in answer.paths if path.delay_high is not None]
    if delays:
        soonest = min(path.delay_low for path in delays)
        latest = max(path.delay_high or 0 for path in delays)
        lines.append(f"Time: {months(soonest, latest)} along the routes listed.")
    return lines

"""Comparing two maps: what differs, matched by stable id and never by label, and what follows. Said as B minus A."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graph.results import Terms
from graph.results.compare import Change, Changes, CompareAnswer, Compared, GapChange, LoopChange, PoundsChange, RouteChange, VerdictChange
from graph.results.gaps import GapAnswer
from graph.results.impact import ImpactAnswer
from graph.results.litmus import LitmusAnswer
from graph.results.loops import LoopAnswer
from graph.scope import Filters
from graph.selection import Stop, select
from graph.snapshot import Snapshot
from graph.telling import SIGN_OF_NUMBER
from schema.kinds import LinkKind
from schema.records import Claim, Link, Node
from schema.wire import to_json

LISTED_IN_TEXT = 6
WORKED_OUT = ("sign", "strength", "confidence", "delay_low", "delay_high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """One side: the map, the filters that hold on it, and what other questions answered about it (None: not asked)."""

    name: str
    snapshot: Snapshot
    filters: Filters
    litmus: LitmusAnswer | None = None
    loops: LoopAnswer | None = None
    gaps: GapAnswer | None = None
    impact: ImpactAnswer | None = None


def compare(a: Seen, b: Seen, *, silent: Sequence[str] = (), stop: Stop | None = None) -> CompareAnswer:
    """What stands on B and not on A, what stood on A only, what changed, and the consequences that the answers show.

    Counts what stands on each side's day under its filters. O(nodes + links); links are read only where their bytes
    differ. Differences of the answers are exact where these are complete.
    """
    nodes_a, nodes_b = _standing_nodes(a), _standing_nodes(b)
    links_a, links_b = _standing_links(a), _standing_links(b)
    answer = CompareAnswer(
        a=_compared(a, len(nodes_a), len(links_a)),
        b=_compared(b, len(nodes_b), len(links_b)),
        nodes=Changes(
            added=tuple(name for name in nodes_b if name not in nodes_a),
            removed=tuple(name for name in nodes_a if name not in nodes_b),
            changed=tuple(_node_changes(a, b, nodes_a, nodes_b)),
        ),
        links=Changes(
            added=tuple(name for name in links_b if name not in links_a),
            removed=tuple(name for name in links_a if name not in links_b),
            changed=tuple(_link_changes(a, b, links_a, links_b)),
        ),
        verdicts=_verdicts(a.litmus, b.litmus),
        loops_found=(a.loops.found, b.loops.found) if a.loops and b.loops else None,
        **_loops(a, b),
        gaps_found=(a.gaps.found, b.gaps.found) if a.gaps and b.gaps else None,
        **_gaps(a.gaps, b.gaps),
        routes=_routes(a.impact, b.impact),
        pounds=_pounds(a, b, links_a, links_b),
        complete=_complete(a, b) and not (stop is not None and stop()),
        silent=tuple(silent),
        text="",
        terms=_terms(b),
    )
    return replace(answer, text=_text(answer))


# ---- the maps -----------------------------------------------------------


def _standing_nodes(side: Seen) -> dict[str, int]:
    mask = side.snapshot.standing_nodes(side.filters.as_of, proposals=side.filters.proposals)
    nodes = side.snapshot.map.nodes
    return {nodes[row].id: row for row in np.flatnonzero(mask).tolist()}


def _standing_links(side: Seen) -> dict[str, int]:
    mask = side.snapshot.standing_links(side.filters.as_of, proposals=side.filters.proposals)
    ids = side.snapshot.map.links.ids
    return {ids[row]: row for row in np.flatnonzero(mask).tolist()}


def _node_changes(a: Seen, b: Seen, nodes_a: Mapping[str, int], nodes_b: Mapping[str, int]) -> Iterable[Change]:
    if a.snapshot is b.snapshot:
        return
    for name, row in nodes_b.items():
        if name in nodes_a:
            before, after = a.snapshot.node(nodes_a[name]), b.snapshot.node(row)
            if before != after:
                yield from _attribute_changes(name, before, after)


def _link_changes(a: Seen, b: Seen, links_a: Mapping[str, int], links_b: Mapping[str, int]) -> Iterable[Change]:
    if a.snapshot is b.snapshot:
        return
    table_a, table_b = a.snapshot.map.links, b.snapshot.map.links
    for name, row in links_b.items():
        if name not in links_a:
            continue
        if table_a.payload(links_a[name]) != table_b.payload(row):
            yield from _attribute_changes(name, table_a[links_a[name]], table_b[row])
            yield from _worked_out_changes(name, a.snapshot, links_a[name], b.snapshot, row)


def _attribute_changes(name: str, before: Node | Link, after: Node | Link) -> Iterable[Change]:
    """The attributes that differ, claims one by one, each with the evidence that B gives."""
    old, new = to_json(before), to_json(after)
    evidence = _evidence(after.claims)
    for attribute in sorted({*old, *new} - {"claims", "id"}):
        if old.get(attribute) != new.get(attribute):
            yield Change(id=name, attribute=attribute, before=old.get(attribute), after=new.get(attribute), evidence=evidence)
    claims_a, claims_b = ({claim.id: claim for claim in record.claims} for record in (before, after))
    for claim in sorted({*claims_a, *claims_b}):
        was, now = claims_a.get(claim), claims_b.get(claim)
        if was != now:
            yield Change(
                id=name,
                attribute=f"claim {claim}",
                before=to_json(was) if was else None,
                after=to_json(now) if now else None,
                evidence=_evidence([now] if now else []),
            )


def _worked_out_changes(name: str, a: Snapshot, row_a: int, b: Snapshot, row_b: int) -> Iterable[Change]:
    """What a link comes to over all its claims, where that differs beyond what it states itself."""
    evidence = _evidence(b.link(row_b).claims)
    for attribute in WORKED_OUT:
        was, now = (_number(getattr(side.links, attribute)[row]) for side, row in ((a, row_a), (b, row_b)))
        if attribute == "sign":
            was, now = (SIGN_OF_NUMBER[int(value or 0)] for value in (was, now))
        if was != now:
            yield Change(id=name, attribute=f"{attribute} over all claims", before=was, after=now, evidence=evidence)


def _number(value: Any) -> Any:
    number = float(value)
    return None if np.isnan(number) else float(f"{number:.12g}")


def _evidence(claims: Iterable[Claim]) -> tuple[str, ...]:
    """What is cited: sources, else who says it, else on what ground."""
    return tuple(dict.fromkeys(claim.source or claim.by or str(claim.basis) for claim in claims))


# ---- the consequences ---------------------------------------------------


def _verdicts(a: LitmusAnswer | None, b: LitmusAnswer | None) -> tuple[VerdictChange, ...]:
    if a is None or b is None:
        return ()
    before, after = ({verdict.decision: verdict for verdict in answer.verdicts} for answer in (a, b))
    changes = []
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name), after.get(name)
        some = now or was
        assert some is not None
        if was and now and (was.verdict, was.standing, was.balance.net) == (now.verdict, now.standing, now.balance.net):
            continue
        changes.append(
            VerdictChange(
                decision=name,
                label=some.label,
                before=was.verdict if was else None,
                after=now.verdict if now else None,
                standing_before=was.standing if was else None,
                standing_after=now.standing if now else None,
                said_before=was.said if was else None,
                said_after=now.said if now else None,
                net_before=was.balance.net if was else None,
                net_after=now.balance.net if now else None,
            )
        )
    return tuple(changes)


def _loops(a: Seen, b: Seen) -> dict[str, Any]:
    """Loops opened, closed and turned. A loop is opened where it takes a link that does not count on A: true even of a list cut short."""
    if a.loops is None or b.loops is None:
        return {"loops_opened": (), "loops_closed": (), "loops_turned": ()}
    before, after = ({loop.links: loop for loop in side.loops.loops} for side in (a, b) if side.loops)
    counted_a, counted_b = _counted(a), _counted(b)
    opened = [loop for links, loop in after.items() if links not in before and not counted_a.issuperset(links)]
    closed = [loop for links, loop in before.items() if links not in after and not counted_b.issuperset(links)]
    turned = [(before[links], loop) for links, loop in after.items() if links in before and before[links].kind != loop.kind]
    return {
        "loops_opened": tuple(
            LoopChange(nodes=each.nodes, links=each.links, before=None, after=each.kind, text=each.text) for each in opened
        ),
        "loops_closed": tuple(
            LoopChange(nodes=each.nodes, links=each.links, before=each.kind, after=None, text=each.text) for each in closed
        ),
        "loops_turned": tuple(
            LoopChange(nodes=now.nodes, links=now.links, before=was.kind, after=now.kind, text=now.text) for was, now in turned
        ),
    }


def _counted(side: Seen) -> set[str]:
    """The ids of the links that can be on a loop on one side."""
    selection = select(side.snapshot, side.filters)
    usable = selection.usable & (selection.strength > 0) & ~selection.blocked[side.snapshot.start] & ~selection.blocked[side.snapshot.end]
    ids = side.snapshot.map.links.ids
    return {ids[row] for row in np.flatnonzero(usable).tolist()}


def _gaps(a: GapAnswer | None, b: GapAnswer | None) -> dict[str, Any]:
    if a is None or b is None:
        return {"gaps_opened": (), "gaps_closed": (), "gaps_turned": ()}
    before, after = _gaps_by_pair(a), _gaps_by_pair(b)
    texts = {(gap.decision, gap.factor): gap.text for answer in (a, b) for gap in answer.gaps}

    def change(pair: tuple[str, str]) -> GapChange:
        was, now = before.get(pair), after.get(pair)
        return GapChange(decision=pair[0], factor=pair[1], before=was, after=now, text=texts[pair])

    return {
        "gaps_opened": tuple(change(pair) for pair in after if pair not in before),
        "gaps_closed": tuple(change(pair) for pair in before if pair not in after),
        "gaps_turned": tuple(change(pair) for pair in after if pair in before and before[pair] != after[pair]),
    }


def _gaps_by_pair(answer: GapAnswer) -> dict[tuple[str, str], str]:
    """The kinds of gap between each decision and factor."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for gap in answer.gaps:
        kinds.setdefault((gap.decision, gap.factor), []).append(gap.kind)
    return {pair: ", ".join(sorted(set(found))) for pair, found in kinds.items()}


def _routes(a: ImpactAnswer | None, b: ImpactAnswer | None) -> RouteChange | None:
    if a is None or b is None:
        return None
    before, after = ({path.links: path for path in answer.paths} for answer in (a, b))
    return RouteChange(
        starts=b.starts or a.starts,
        goals=b.goals or a.goals,
        found_before=a.balance.found,
        found_after=b.balance.found,
        hand_offs_before=a.paths[0].hand_offs if a.paths else None,
        hand_offs_after=b.paths[0].hand_offs if b.paths else None,
        added=tuple(path.nodes for links, path in after.items() if links not in before),
        removed=tuple(path.nodes for links, path in before.items() if links not in after),
    )


def _pounds(a: Seen, b: Seen, links_a: Mapping[str, int], links_b: Mapping[str, int]) -> tuple[PoundsChange, ...]:
    before, after = _sums(a, links_a), _sums(b, links_b)
    return tuple(
        PoundsChange(payer=key[0], payee=key[1], year=key[2], before=before.get(key), after=after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    )


def _sums(side: Seen, links: Mapping[str, int]) -> dict[tuple[str, str, str], int]:
    """What each payer pays each payee in each year, in pence."""
    standing = set(links.values())
    sums: dict[tuple[str, str, str], int] = {}
    for row in side.snapshot.of_kind(LinkKind.FUNDS).tolist():
        if row not in standing:
            continue
        link = side.snapshot.link(row)
        if link.money is not None:
            key = (link.start, link.end, link.money.year)
            sums[key] = sums.get(key, 0) + link.money.pence
    return sums


# ---- what is said -------------------------------------------------------


def _compared(side: Seen, nodes: int, links: int) -> Compared:
    filters = side.filters
    as_of = filters.as_of.isoformat() if filters.as_of else None
    return Compared(name=side.name, revision=side.snapshot.revision, as_of=as_of, proposals=filters.proposals, nodes=nodes, links=links)


def _complete(a: Seen, b: Seen) -> bool:
    listed = all(side.loops is None or (side.loops.complete and side.loops.found <= len(side.loops.loops)) for side in (a, b))
    listed &= all(side.gaps is None or (side.gaps.complete and side.gaps.found <= len(side.gaps.gaps)) for side in (a, b))
    counted = all(side.impact is None or side.impact.balance.complete for side in (a, b))
    judged = all(side.litmus is None or all(verdict.balance.complete for verdict in side.litmus.verdicts) for side in (a, b))
    return listed and counted and judged


def _terms(b: Seen) -> Terms:
    return Terms(
        revision=b.snapshot.revision,
        as_of=b.filters.as_of,
        method="B minus A, matched by id; consequences from the same questions asked of both sides",
        max_links=b.filters.max_links,
        filters=b.filters.described(),
    )


def _text(answer: CompareAnswer) -> str:
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

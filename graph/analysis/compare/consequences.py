"""What follows from the differences: verdicts, loops, gaps, routes and pounds, from the same questions asked of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graph.analysis.compare.seen import Seen
from graph.results.compare import GapChange, LoopChange, PoundsChange, RouteChange, VerdictChange
from graph.results.gaps import GapAnswer
from graph.results.impact import ImpactAnswer
from graph.results.litmus import LitmusAnswer
from graph.selection import select
from schema.kinds import LinkKind


def verdicts_changed(a: LitmusAnswer | None, b: LitmusAnswer | None) -> tuple[VerdictChange, ...]:
    """Decisions that are judged otherwise, or on one side only, those of B first. Empty where either side was not asked."""
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


def loops_changed(a: Seen, b: Seen) -> dict[str, Any]:
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
    usable = selection.open_links(side.snapshot) & (selection.strength > 0)
    ids = side.snapshot.map.links.ids
    return {ids[row] for row in np.flatnonzero(usable).tolist()}


def gaps_changed(a: GapAnswer | None, b: GapAnswer | None) -> dict[str, Any]:
    """Gaps opened, closed and turned, a pair of a decision and a factor each, as fields of the answer."""
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


def routes_changed(a: ImpactAnswer | None, b: ImpactAnswer | None) -> RouteChange | None:
    """The listed paths between the two named ends that are new or gone; None where no ends were named."""
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


def pounds_changed(a: Seen, b: Seen, links_a: Mapping[str, int], links_b: Mapping[str, int]) -> tuple[PoundsChange, ...]:
    """What a payer pays a payee in a year, in pence, where the sides differ; by payer, payee and year."""
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

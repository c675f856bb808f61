"""The person at the top: how far each decision lies from the moment, and what money and signals cross on the way there."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

import numpy as np

from graph.analysis.read.asked import Asked
from graph.kernels.paths import reach
from graph.results.read import Layer, Layers
from schema.kinds import LinkKind, NodeKind
from schema.ontology import JUDGED_KINDS


def layers_of(asked: Asked) -> Layers | None:
    """All that is so many links from the moment, layer by layer, the nearest first; None where no moment is asked about.

    O(links), and for the hand-offs O(links x owners) at the worst.
    """
    if asked.moment is None:
        return None
    away = reach(asked.snapshot.index, asked.counted, [asked.moment], direction="in")
    hands = _hands_away(asked, asked.moment)
    rows = [row for row in range(asked.snapshot.n_nodes) if _is_decision(asked, row)]
    owner_layer: dict[str, int] = {}
    for row in np.flatnonzero(away >= 0).tolist():
        owner = asked.snapshot.owner_of(row)
        if owner is not None:
            owner_layer[owner] = min(int(away[row]), owner_layer.get(owner, int(away[row])))
    money, year = _crossings_of_money(asked, owner_layer)
    signals = _crossings_of_signals(asked, owner_layer)
    deepest = max([*owner_layer.values(), *(int(away[row]) for row in rows)], default=-1)
    layers = tuple(
        Layer(
            links=links,
            decisions=tuple((asked.snapshot.node(row).id, hands[row]) for row in rows if away[row] == links),
            owners=tuple(sorted(owner for owner, layer in owner_layer.items() if layer == links)),
            money_share=_share(money, links),
            signal_share=_share(signals, links),
        )
        for links in range(deepest + 1)
    )
    never = tuple(asked.snapshot.node(row).id for row in rows if away[row] < 0)
    return Layers(moment=asked.snapshot.node(asked.moment).id, layers=layers, never=never, year=year)


def _is_decision(asked: Asked, row: int) -> bool:
    return bool(asked.selection.standing[row]) and asked.snapshot.is_kind(row, *JUDGED_KINDS)


def _hands_away(asked: Asked, goal: int) -> dict[int, int]:
    """The fewest hand-offs from each node to the goal. A node without owner hands nothing over: the next owner is carried past it."""
    index = asked.snapshot.index
    owner = asked.snapshot.owner_of(goal)
    best: dict[tuple[int, str | None], int] = {(goal, owner): 0}
    queue: deque[tuple[int, str | None]] = deque(best)
    while queue:
        state = queue.popleft()
        node, held = state
        for link in index.in_rows[index.in_at[node] : index.in_at[node + 1]].tolist():
            if not asked.counted[link]:
                continue
            before = int(asked.snapshot.start[link])
            acts = asked.snapshot.owner_of(before)
            costs = int(acts is not None and held is not None and acts != held)
            reached = (before, held if acts is None else acts)
            hands = best[state] + costs
            if hands < best.get(reached, hands + 1):
                best[reached] = hands
                (queue.append if costs else queue.appendleft)(reached)
    away: dict[int, int] = {}
    for (node, _), hands in best.items():
        away[node] = min(hands, away.get(node, hands))
    return away


def _crossings_of_money(asked: Asked, layer: dict[str, int]) -> tuple[list[tuple[int, int, int]], str | None]:
    """Flows between layers, as the layers of both ends and the pence, for the year with most flows; and that year."""
    flows = [
        (
            asked.snapshot.link(row).money,
            _layer_of(asked, layer, int(asked.snapshot.start[row])),
            _layer_of(asked, layer, int(asked.snapshot.end[row])),
        )
        for row in asked.snapshot.of_kind(LinkKind.FUNDS).tolist()
        if asked.selection.standing_links[row]
    ]
    known = [(money, start, end) for money, start, end in flows if money is not None and start is not None and end is not None]
    years = Counter(money.year for money, _, _ in known)
    year = max(years, key=lambda each: (years[each], each), default=None)
    return [(start, end, money.pence) for money, start, end in known if money.year == year], year


def _crossings_of_signals(asked: Asked, layer: dict[str, int]) -> list[tuple[int, int, int]]:
    ends = [
        (_layer_of(asked, layer, int(asked.snapshot.start[row])), _layer_of(asked, layer, int(asked.snapshot.end[row])))
        for row in asked.snapshot.of_kind(LinkKind.INFORMS).tolist()
        if asked.selection.standing_links[row]
    ]
    return [(start, end, 1) for start, end in ends if start is not None and end is not None]


def _layer_of(asked: Asked, layer: dict[str, int], row: int) -> int | None:
    """The layer of a body or of what a body owns; people draw on care and are where the moment is."""
    if asked.snapshot.is_kind(row, NodeKind.PEOPLE):
        return 0
    return layer.get(asked.snapshot.owner_of(row) or "")


def _share(crossings: Sequence[tuple[int, int, int]], boundary: int) -> float | None:
    """The share that crosses between a layer and the next one further out, among what has a layer at both ends."""
    total = sum(size for _, _, size in crossings)
    if not total:
        return None
    return sum(size for start, end, size in crossings if min(start, end) <= boundary < max(start, end)) / total

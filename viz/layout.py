"""Where things stand: boxes in rows, rows in lanes, ordered so that lines are short and cross little.

Everything here is arithmetic on numbered boxes: no records, no drawing, and the same answer on every machine. A box has
a lane and a width; a join is a pair of boxes that a line connects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

Join = tuple[int, int]

GAP = 38.0
"""The room between neighbours in a row: enough for three lines to pass."""

ROW_PITCH = 136.0
"""What a row takes with the channel beside it, on the whole; the page gives each channel the height that its lines need."""

ASPECT = 1.62
FILL = 0.72
"""How full rows are on the whole, as a lane's last row is seldom full."""

LEAST_WIDTH = 900.0
_SWEEPS = 12
_TORN = 0.04
"""What it costs to break a row within a layer, beside the square of how far rows are from equally full."""

_INNER = 0.07
"""What each line between two boxes of one row costs: it must go round its neighbours."""

_MORE_ROWS = 0.3
"""What a row more than needed must save."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a box stands: its row counted over all lanes from the first one, and the middle of the box across."""

    row: int
    x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A place for every box, the lane of each row, and the width that the rows have at most."""

    places: tuple[Place, ...]
    lane_of_row: tuple[int, ...]
    width: float


def layers(count: int, joins: Sequence[Join]) -> list[int]:
    """For each node its layer: the longest way to it along the joins, 0 where nothing leads to it.

    Loops are opened first, by leaving out the few joins that point backwards in an order that goes forwards as far as it
    can (Eades, Lin and Smyth 1993), so that a map that is one great loop still has layers. O(n^2 + m).
    """
    place = {node: at for at, node in enumerate(_forward_order(count, joins))}
    ahead: list[list[int]] = [[] for _ in range(count)]
    for start, end in joins:
        if place[start] < place[end]:
            ahead[start].append(end)
    layer = [0] * count
    for node in sorted(range(count), key=place.__getitem__):
        for end in ahead[node]:
            layer[end] = max(layer[end], layer[node] + 1)
    return layer


def _forward_order(count: int, joins: Sequence[Join]) -> list[int]:
    outs: list[set[int]] = [set() for _ in range(count)]
    ins: list[set[int]] = [set() for _ in range(count)]
    for start, end in joins:
        if start != end:
            outs[start].add(end)
            ins[end].add(start)
    first: list[int] = []
    last: list[int] = []
    left = dict.fromkeys(range(count))

    def take(node: int, pile: list[int]) -> None:
        del left[node]
        pile.append(node)
        for end in outs[node]:
            ins[end].discard(node)
        for start in ins[node]:
            outs[start].discard(node)

    while left:
        if sinks := [node for node in left if not outs[node]]:
            for node in sinks:
                take(node, last)
        elif sources := [node for node in left if not ins[node]]:
            for node in sources:
                take(node, first)
        else:
            take(max(left, key=lambda node: (len(outs[node]) - len(ins[node]), -node)), first)
    return first + last[::-1]


def arranged(lanes: Sequence[int], widths: Sequence[float], joins: Sequence[Join], *, causes_first: bool) -> Arrangement:
    """Rows and places for boxes that have a lane and a width each. No two boxes overlap.

    Within a lane causes and effects stand in different rows where they can: causes nearer to the first lane where
    `causes_first`, else effects. O(sweeps * (boxes + joins) * log boxes).
    """
    width = _wanted_width(widths)
    rows = _rows(lanes, widths, joins, width, causes_first=causes_first)
    row_of = {box: at for at, (_, boxes) in enumerate(rows) for box in boxes}
    x = _across([boxes for _, boxes in rows], row_of, widths, joins, width)
    return Arrangement(
        places=tuple(Place(row=row_of[box], x=x[box]) for box in range(len(lanes))),
        lane_of_row=tuple(lane for lane, _ in rows),
        width=width,
    )


def _wanted_width(widths: Sequence[float]) -> float:
    total = sum(widths) + GAP * len(widths)
    return max(LEAST_WIDTH, sqrt(ASPECT * ROW_PITCH * total / FILL), max(widths, default=0.0))


def _rows(
    lanes: Sequence[int], widths: Sequence[float], joins: Sequence[Join], width: float, *, causes_first: bool
) -> list[tuple[int, list[int]]]:
    members: dict[int, list[int]] = {}
    for box, lane in enumerate(lanes):
        members.setdefault(lane, []).append(box)
    rows: list[tuple[int, list[int]]] = []
    for lane in sorted(members):
        boxes = members[lane]
        number = {box: at for at, box in enumerate(boxes)}
        inner = [(number[start], number[end]) for start, end in joins if start in number and end in number]
        layer = layers(len(boxes), inner)
        turn = 1 if causes_first else -1
        ordered = sorted(boxes, key=lambda box: (turn * layer[number[box]], box))
        rows += [(lane, row) for row in _chopped(ordered, [layer[number[box]] for box in ordered], widths, joins, width)]
    return rows


def _chopped(ordered: Sequence[int], layer: Sequence[int], widths: Sequence[float], joins: Sequence[Join], width: float) -> list[list[int]]:
    """A lane's boxes in few rows, about equally full, with few breaks within a layer and few lines within a row.

    The best of all ways to break, by dynamic programming over the rows' ends, with as few rows as fit or one more.
    O(rows * boxes * boxes in a row).
    """
    steps = [widths[box] + GAP for box in ordered]
    place = {box: at for at, box in enumerate(ordered)}
    before: list[list[int]] = [[] for _ in ordered]
    for start, end in joins:
        if start in place and end in place:
            before[max(place[start], place[end])].append(min(place[start], place[end]))
    least = max(1, ceil(sum(steps) / (width + GAP)))
    best: tuple[float, list[int]] | None = None
    number = least
    while best is None or number <= least + 1:
        found = _cuts(steps, layer, before, number, width)
        if found is not None and (best is None or found[0] + _MORE_ROWS < best[0]):
            best = found
        number += 1
    return [list(ordered[begin:end]) for begin, end in pairwise(best[1])]


def _cuts(
    steps: Sequence[float], layer: Sequence[int], before: Sequence[Sequence[int]], number: int, width: float
) -> tuple[float, list[int]] | None:
    """Where to cut a line of boxes into so many rows, and what that costs; None where they do not fit."""
    count, target = len(steps), sum(steps) / number
    ends: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(number):
        reached: dict[int, tuple[float, int]] = {}
        for begin, (cost, _) in ends[-1].items():
            used, inner = 0.0, 0
            for end in range(begin + 1, count + 1):
                used += steps[end - 1]
                inner += sum(other >= begin for other in before[end - 1])
                if used > width + GAP and end > begin + 1:
                    break
                torn = _TORN if end < count and layer[end - 1] == layer[end] else 0.0
                total = cost + (used / target - 1) ** 2 + torn + _INNER * inner
                if end not in reached or total < reached[end][0]:
                    reached[end] = (total, begin)
        ends.append(reached)
    if count not in ends[-1]:
        return None
    cuts = [count]
    for reached in reversed(ends[1:]):
        cuts.append(reached[cuts[-1]][1])
    return ends[-1][count][0], cuts[::-1]


def _across(
    rows: list[list[int]], row_of: dict[int, int], widths: Sequence[float], joins: Sequence[Join], width: float
) -> dict[int, float]:
    near: dict[int, list[int]] = {box: [] for box in row_of}
    for start, end in joins:
        if start != end:
            near[start].append(end)
            near[end].append(start)
    x: dict[int, float] = {}
    for row in rows:
        x.update(zip(row, in_row([width / 2] * len(row), [widths[box] for box in row], width), strict=True))
    best, best_cost = dict(x), _cost(x, joins, row_of)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = {box: _pulled(box, near, x, row_of) for box in row}
            row.sort(key=lambda box: (wanted[box], x[box], box))
            x.update(zip(row, in_row([wanted[box] for box in row], [widths[box] for box in row], width), strict=True))
        cost = _cost(x, joins, row_of)
        if cost < best_cost:
            best, best_cost = dict(x), cost
    return best


def _pulled(box: int, near: dict[int, list[int]], x: dict[int, float], row_of: dict[int, int]) -> float:
    """Where its neighbours pull a box: their mean, nearer rows pulling harder."""
    if not near[box]:
        return x[box]
    weights = [1 / (1 + abs(row_of[box] - row_of[other])) for other in near[box]]
    return sum(weight * x[other] for weight, other in zip(weights, near[box], strict=True)) / sum(weights)


def _cost(x: dict[int, float], joins: Sequence[Join], row_of: dict[int, int]) -> float:
    """The length of all lines across; a line within a row counts double, as it must go round."""
    return sum(abs(x[start] - x[end]) * (2 if row_of[start] == row_of[end] else 1) for start, end in joins)


def in_row(wanted: Sequence[float], widths: Sequence[float], width: float) -> list[float]:
    """Places for boxes in this order, as near as can be to where they want to be, with `GAP` between them and inside the width.

    Least squares under an order, by pooling neighbours that would overlap (Ayer and others 1955). O(n). Boxes that do not
    fit into the width together run over it on both sides alike.
    """
    offsets, edge = [], 0.0
    for box in widths:
        offsets.append(edge + box / 2)
        edge += box + GAP
    free = width - (edge - GAP)
    pools: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, count = pools.pop()
            before, size = pools[-1]
            pools[-1] = [(before * size + mean * count) / (size + count), size + count]
    starts = [mean for mean, count in pools for _ in range(int(count))]
    if free < 0:
        return [free / 2 + offset for offset in offsets]
    return [min(max(start, 0.0), free) + offset for start, offset in zip(starts, offsets, strict=True)]

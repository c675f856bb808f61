"""The cheapest cycles of a map that has too many to list."""

from __future__ import annotations

import numpy as np

from graph.kernels.bounds import Stopped
from graph.kernels.index import Floats, LinkIndex, rows_of
from graph.kernels.problem import Stop

BLOCK = 1 << 15
STEP = 1.25
# Sums of logarithms are compared with this much room, so that no tie is lost to rounding.
ROOM = 1e-9


def cycles_within(index: LinkIndex, cost: Floats, *, bound: int, at_least: int, stop: Stop | None) -> list[tuple[int, ...]]:
    """Every cycle of at most `bound` links up to some total cost that takes in `at_least` cycles and all that tie with them.

    The cost allowed grows until it does, or until it takes in every cycle. Each cycle comes once, as rows from its lowest row.
    Raises Stopped when `stop` says True.

    A cycle of n links and cost c can be read from a node where every beginning of i links costs at most i * c / n (the cycle
    lemma of Dvoretzky and Motzkin, 1947), so with a cost allowed only beginnings of a low average are followed.
    """
    if not cost.size:
        return []
    most = float(cost.max()) * bound + ROOM
    allowed = max(float(np.quantile(cost, 0.01)), most * 1e-3)
    while True:
        found = _cheap_cycles(index, cost, bound, allowed + ROOM, stop)
        # Only cycles within the cost itself count: the room above it is there for what ties with the last of them.
        within = sum(float(cost[list(cycle)].sum()) <= allowed for cycle in found)
        if allowed >= most or within >= max(at_least, 1):
            return sorted(found)
        allowed = min(allowed * STEP, most)


def _cheap_cycles(index: LinkIndex, cost: Floats, bound: int, allowed: float, stop: Stop | None) -> set[tuple[int, ...]]:
    found: set[tuple[int, ...]] = set()
    count = index.n_nodes
    begin = np.arange(count, dtype=np.int32)[None, :]
    pending = [(begin, np.empty((0, count), dtype=np.int32), np.zeros(count), np.zeros(count))]
    while pending:
        if stop is not None and stop():
            raise Stopped
        nodes, rows, spent, steepest = pending.pop()
        if spent.size > BLOCK:
            pending.append((nodes[:, BLOCK:], rows[:, BLOCK:], spent[BLOCK:], steepest[BLOCK:]))
            nodes, rows, spent, steepest = nodes[:, :BLOCK], rows[:, :BLOCK], spent[:BLOCK], steepest[:BLOCK]
        last, links = nodes[-1], rows.shape[0] + 1
        parent = np.repeat(np.arange(last.size), index.out_at[last + 1] - index.out_at[last])
        next_rows = rows_of(index.out_at, index.out_rows, last)
        ends = index.end[next_rows]
        total = spent[parent] + cost[next_rows]
        slope = np.maximum(steepest[parent], total / links)
        closing = ends == nodes[0][parent]
        good = slope * np.where(closing, links, links + 1) <= allowed
        good &= closing | (links < bound)
        parent, next_rows, ends, total, slope, closing = (column[good] for column in (parent, next_rows, ends, total, slope, closing))
        whole = np.concatenate((rows[:, parent], next_rows[None, :]))
        for cycle in whole[:, closing].T.tolist():
            lowest = cycle.index(min(cycle))
            found.add(tuple(cycle[lowest:] + cycle[:lowest]))
        before = nodes[:, parent]
        kept = ~closing & (before != ends).all(axis=0)
        if kept.any():
            pending.append((np.concatenate((before[:, kept], ends[kept][None, :])), whole[:, kept], total[kept], slope[kept]))
    return found

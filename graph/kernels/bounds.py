"""How little of a cost the rest of a path can have: exact tables, for every number of links that is left.

Layer h holds, for each need and node, the least cost of a walk to a target of at most h links. Walks may visit a node twice,
so the tables bound simple paths from below; they are exact for walks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Ints, rows_of
from graph.kernels.problem import Ground, Needs, Stop

Table: TypeAlias = NDArray[Any]
Costs: TypeAlias = Callable[[Ints], Table]

# Two of these still fit a signed 64-bit number.
UNREACHED = 1 << 61
LOOK_EVERY = 4


class Stopped(Exception):
    """The caller asked to stop while tables were being made, so nothing is known yet."""


def first_layer(ground: Ground, needs: Needs, unreached: float) -> Table:
    """Layer 0: a target costs nothing once nothing is needed. One spare place at the end stands for "spoilt"."""
    layer: Table = np.full(needs.count * ground.index.n_nodes + 1, unreached)
    layer[ground.targets] = 0
    return layer


def dense_layers(
    ground: Ground, needs: Needs, cost: Table, unreached: float, bound: int, stop: Stop | None, *, keep: bool = True
) -> list[Table]:
    """Layers 0, 1, ... over all links at once, up to `bound` links or until nothing changes any more.

    `cost` is in the order of `index.out_rows`, with `unreached` for links that cannot be used. With `keep` false only
    the last layer is returned. O(layers x links x needs).
    """
    index, n = ground.index, ground.index.n_nodes
    signs = ground.problem.sign[index.out_rows] if needs.count > 1 else ground.problem.sign[:0]
    # `take` with places of the machine's own width is three times as fast as indexing with narrower ones.
    places = [needs.places_after(need, signs, index.out_end, n).astype(np.intp) for need in range(needs.count)]
    rows_of_need = [index.out_nodes + need * n for need in range(needs.count)]
    layer = first_layer(ground, needs, unreached)
    layers = [layer]
    for step in range(bound):
        if stop is not None and stop():
            raise Stopped
        # A layer that nobody asks for may be overwritten while it is read: that only gets to the last one sooner.
        after, changed = layer.copy() if keep else layer, False
        # Looking whether anything changed costs as much as a third of a step, so it is not done every time.
        look = keep or step % LOOK_EVERY == 0
        for nodes, place in zip(rows_of_need, places, strict=True):
            before = layer.take(nodes)
            total = layer.take(place)
            total += cost
            least = np.minimum.reduceat(total, index.out_first)
            np.minimum(least, before, out=least)
            changed = changed or not look or bool((least < before).any())
            after[nodes] = least
        if not changed:
            break
        layer = after
        if keep:
            layers.append(layer)
    return layers


def sparse_layers(ground: Ground, needs: Needs, costs: Costs, unreached: float, bound: int, stop: Stop | None) -> list[Table]:
    """Layers 0 to `bound`, each right only where a path of at most `bound` links can ask for it.

    A path that has h links left stands within h links of a target and within bound - h links of a source, so growing both
    ends towards each other, always the side that costs less, touches a small part of a large map. `costs` gives the cost
    of link rows.
    """
    index = ground.index
    layers = [first_layer(ground, needs, unreached)]
    changed, frontier = ground.targets, ground.sources
    seen = np.zeros(index.n_nodes, dtype=np.bool_)
    seen[frontier] = True
    balls = [frontier]
    while len(balls) - 1 + len(layers) - 1 < bound:
        if stop is not None and stop():
            raise Stopped
        if _links(index.in_at, changed) <= _links(index.out_at, frontier):
            rows = rows_of(index.in_at, index.in_rows, changed)
            rows = rows[ground.allowed(rows)]
            layers.append(_relaxed(ground, needs, layers[-1], rows, costs(rows)) if rows.size else layers[-1])
            touched = np.unique(index.start[rows]).astype(np.int64)
            changed = touched[_differ(layers[-1], layers[-2], touched, needs.count, index.n_nodes)]
        else:
            rows = rows_of(index.out_at, index.out_rows, frontier)
            ends = index.end[rows[ground.allowed(rows)]]
            frontier = np.unique(ends[~seen[ends]]).astype(np.int64)
            seen[frontier] = True
            balls.append(frontier)
    _fill_near_sources(ground, needs, costs, layers, balls, bound, stop)
    return layers


def _fill_near_sources(
    ground: Ground, needs: Needs, costs: Costs, layers: list[Table], balls: list[Table], bound: int, stop: Stop | None
) -> None:
    """Add the layers up to `bound`: layer h for the nodes within bound - h links of a source."""
    index = ground.index
    missing = bound + 1 - len(layers)
    if missing <= 0:
        return
    rows_by_ball = []
    for ball in balls[:missing]:
        rows = rows_of(index.out_at, index.out_rows, ball)
        rows_by_ball.append(rows[ground.allowed(rows)])
    rows = np.concatenate(rows_by_ball)
    cost, upto = costs(rows), np.cumsum([part.size for part in rows_by_ball])
    for reach in range(missing - 1, -1, -1):
        if stop is not None and stop():
            raise Stopped
        count = int(upto[min(reach, len(upto) - 1)])
        layers.append(_relaxed(ground, needs, layers[-1], rows[:count], cost[:count]))


def _relaxed(ground: Ground, needs: Needs, layer: Table, rows: Ints, cost: Table) -> Table:
    """The layer after one more link, where that link is one of `rows`."""
    index, n = ground.index, ground.index.n_nodes
    start, end, signs = index.start[rows], index.end[rows], ground.problem.sign[rows]
    after = layer.copy()
    for need in range(needs.count):
        np.minimum.at(after, start + need * n, cost + layer[needs.places_after(need, signs, end, n)])
    return after


def _differ(after: Table, before: Table, nodes: Table, needs: int, n_nodes: int) -> NDArray[np.bool_]:
    changed = np.zeros(nodes.size, dtype=np.bool_)
    for need in range(needs):
        places = nodes + need * n_nodes
        changed |= after[places] != before[places]
    return changed


def _links(at: Table, nodes: Table) -> int:
    return int((at[nodes + 1] - at[nodes]).sum())

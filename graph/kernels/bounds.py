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
from graph.kernels.terrain import Grid, Terrain

Table: TypeAlias = NDArray[Any]
Costs: TypeAlias = Callable[[Ints], Table]
# Puts into the second layer what one more link makes of the first.
Relax: TypeAlias = Callable[[Table, Table], None]

# Two of these still fit a signed 64-bit number.
UNREACHED = 1 << 61
LOOK_FROM, LOOK_EVERY = 6, 2


class Stopped(Exception):
    """The caller asked to stop while tables were being made, so nothing is known yet."""


def first_layer(ground: Ground, needs: Needs, unreached: float) -> Table:
    """Layer 0: a target costs nothing once nothing is needed. One spare place at the end stands for "spoilt"."""
    layer: Table = np.full(needs.count * ground.index.n_nodes + 1, unreached)
    layer[ground.targets] = 0
    return layer


def dense_layers(
    ground: Ground, needs: Needs, terrain: Terrain, cost: Table, unreached: float, bound: int, stop: Stop | None, *, keep: bool = True
) -> list[Table]:
    """Layers 0, 1, ... over all links of the terrain at once, up to `bound` links or until nothing changes any more.

    `cost` is in the terrain's order, with `unreached` for links that cannot be used. With `keep` false only the last layer
    is returned. O(layers x links x needs).
    """
    grid = terrain.grid if needs.count == 1 else None
    relax = _by_columns(grid, cost) if grid is not None else _by_runs(ground, needs, terrain, cost)
    layer = first_layer(ground, needs, unreached)
    layers, spare = [layer], np.empty_like(layer)
    for step in range(bound if terrain.rows.size else 0):
        if stop is not None and stop():
            raise Stopped
        after = np.empty_like(layer) if keep else spare
        relax(layer, after)
        # Looking whether anything changed costs as much as a third of a step, and the first steps of all but tiny maps change much.
        if (keep or (step >= LOOK_FROM and step % LOOK_EVERY == 0)) and not (after != layer).any():
            break
        layer, spare = after, layer
        if keep:
            layers.append(layer)
    return layers if keep else [layer]


def _by_columns(grid: Grid, cost: Table) -> Relax:
    """The next layer from one, where the links stand in a grid: three calls for all of them."""
    costs: Table = np.zeros(grid.places.shape, dtype=cost.dtype)
    costs.reshape(-1)[grid.place_of_link] = cost
    total = np.empty_like(costs)

    def relax(layer: Table, after: Table) -> None:
        # The places are all in the layer; saying so by a mode spares NumPy a copy for the case that they are not.
        layer.take(grid.places, out=total, mode="clip")
        np.add(total, costs, out=total)
        np.minimum.reduce(total, axis=0, out=after)

    return relax


def _by_runs(ground: Ground, needs: Needs, terrain: Terrain, cost: Table) -> Relax:
    """The same for any needs and any map: the links of each node are a run."""
    n = ground.index.n_nodes
    signs = ground.problem.sign.take(terrain.rows) if needs.count > 1 else ground.problem.sign[:0]
    places = [needs.places_after(need, signs, terrain.end, n) for need in range(needs.count)]
    nodes_of_need = [terrain.nodes + need * n for need in range(needs.count)]
    total = np.empty_like(cost)

    def relax(layer: Table, after: Table) -> None:
        after[:] = layer
        for nodes, place in zip(nodes_of_need, places, strict=True):
            layer.take(place, out=total, mode="clip")
            np.add(total, cost, out=total)
            after[nodes] = np.minimum(np.minimum.reduceat(total, terrain.first), layer.take(nodes))

    return relax


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

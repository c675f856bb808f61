"""Which kind of bounds suits a problem, by the size of the map and the filters."""

from __future__ import annotations

import numpy as np

from graph.kernels.bounds import UNREACHED, Table, dense_layers, sparse_layers
from graph.kernels.choices import Choices, LayeredChoices, ListedChoices
from graph.kernels.index import Ints, Longs
from graph.kernels.nearby import NearbyChoices
from graph.kernels.problem import Ground, Needs, Stop
from graph.kernels.scale import FINEST, Scale
from graph.kernels.terrain import Terrain, terrain_of

# Up to so many links it is faster to look at all of them at once than to look for those that matter.
DENSE_LINKS = 20_000


def choices_for(ground: Ground, stop: Stop | None) -> Choices:
    """The bounds that suit the size of the map. Raises Stopped where the caller asks to stop while they are made."""
    problem = ground.problem
    needs = Needs(problem)
    if ground.index.n_links <= DENSE_LINKS:
        return _dense(ground, needs, stop)
    if problem.link_bound < ground.index.n_nodes - 1:
        return _sparse(ground, needs, stop)
    if needs.count == 1 and problem.max_delay is None:
        return NearbyChoices(ground, stop)
    return _dense(ground, needs, stop)


def _dense(ground: Ground, needs: Needs, stop: Stop | None) -> LayeredChoices:
    problem, terrain = ground.problem, terrain_of(ground.problem)
    bounded = problem.link_bound < ground.index.n_nodes - 1
    longest = problem.link_bound
    walk = longest if bounded else longest * needs.count
    # No path enters a source or leaves a target; that hangs on the question and is no part of the terrain.
    closed = np.flatnonzero(ground.no_exit.take(terrain.start) | ground.no_entry.take(terrain.end))
    spare = 60 - walk.bit_length()
    # Bounded: room for the dearest path of all. Unbounded: that is far more than any best path needs, so start fine and check.
    fine = min(FINEST, spare - int(terrain.dearest * longest if bounded else terrain.dearest).bit_length())
    while True:
        scale = Scale(fine=fine, longest=longest, walk=walk, near=terrain.near)
        toll = terrain.toll(scale)
        cost = toll.cost.copy()
        cost[closed] = UNREACHED
        layers = dense_layers(ground, needs, terrain, cost, UNREACHED, walk, stop, keep=bounded)
        if bounded or not _overflowed(ground, needs, terrain, scale, cost, layers[-1]):
            break
        fine -= 6
    lateness = None
    if problem.max_delay is not None:
        delay = problem.delay.take(terrain.rows)
        delay[closed] = np.inf
        lateness = dense_layers(ground, needs, terrain, delay, np.inf, walk, stop, keep=bounded)
    if ground.index.n_links > DENSE_LINKS:
        return LayeredChoices(ground, needs, scale, layers, lateness)
    return ListedChoices(ground, needs, scale, layers, lateness, toll)


def _overflowed(ground: Ground, needs: Needs, terrain: Terrain, scale: Scale, cost: Table, layer: Table) -> bool:
    """Whether some node counts as unreached only because its cost does not fit."""
    n = ground.index.n_nodes
    # Where even the dearest link on top of the dearest rest fits, nothing can have been lost; there are ends, so a layer has a 0.
    if int(layer[layer < UNREACHED].max()) + (int(terrain.dearest) + 1 << scale.fine + scale.links) < UNREACHED:
        return False
    for need in range(needs.count):
        rest = layer[needs.places_after(need, ground.problem.sign[terrain.rows], terrain.end, n)]
        lost = (cost < UNREACHED) & (rest < UNREACHED) & (layer[terrain.start + need * n] >= UNREACHED)
        if bool(lost.any()):
            return True
    return False


def _sparse(ground: Ground, needs: Needs, stop: Stop | None) -> LayeredChoices:
    problem = ground.problem
    longest = problem.link_bound
    weakest = float(problem.strength.min())
    if weakest <= 0.0:
        weakest = float(problem.strength.min(where=problem.strength > 0.0, initial=1.0))
    room = int((1.0 - float(np.log2(weakest))) * longest).bit_length()
    scale = Scale(fine=min(FINEST, 60 - longest.bit_length() - room), longest=longest, walk=longest)

    def costs(rows: Ints) -> Longs:
        return scale.costs(problem.strength[rows])

    def delays(rows: Ints) -> Table:
        return problem.delay[rows]

    layers = sparse_layers(ground, needs, costs, UNREACHED, longest, stop)
    lateness = sparse_layers(ground, needs, delays, np.inf, longest, stop) if problem.max_delay is not None else None
    return LayeredChoices(ground, needs, scale, layers, lateness)

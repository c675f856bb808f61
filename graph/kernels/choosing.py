"""Which kind of bounds suits a problem, by the size of the map and the filters."""

from __future__ import annotations

import numpy as np

from graph.kernels.bounds import UNREACHED, Table, dense_layers, sparse_layers
from graph.kernels.choices import FINEST, Choices, LayeredChoices, ListedChoices, Scale
from graph.kernels.index import Ints, Longs
from graph.kernels.nearby import NearbyChoices
from graph.kernels.problem import Ground, Needs, Stop

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
    index, problem = ground.index, ground.problem
    ok = ground.allowed(index.out_rows)
    strength = np.where(ok, problem.strength.take(index.out_rows), 1.0)
    bounded = problem.link_bound < index.n_nodes - 1
    longest = problem.link_bound
    walk = longest if bounded else longest * needs.count
    logs = -np.log2(strength)
    dearest = float(logs.max()) + 1.0
    near = float(logs[logs > 0.0].min(initial=1.0))
    spare = 60 - walk.bit_length()
    # Bounded: room for the dearest path of all. Unbounded: that is far more than any best path needs, so start fine and check.
    fine = min(FINEST, spare - int(dearest * longest if bounded else dearest).bit_length())
    while True:
        scale = Scale(fine=fine, longest=longest, walk=walk, near=near)
        cost = scale.costs(strength)
        cost[~ok] = UNREACHED
        layers = dense_layers(ground, needs, cost, UNREACHED, walk, stop, keep=bounded)
        if bounded or not _overflowed(ground, needs, cost, layers[-1]):
            break
        fine -= 6
    lateness = None
    if problem.max_delay is not None:
        delay = np.where(ok, problem.delay[index.out_rows], np.inf)
        lateness = dense_layers(ground, needs, delay, np.inf, walk, stop, keep=bounded)
    if index.n_links > DENSE_LINKS:
        return LayeredChoices(ground, needs, scale, layers, lateness)
    return ListedChoices(ground, needs, scale, layers, lateness, cost)


def _overflowed(ground: Ground, needs: Needs, cost: Longs, layer: Table) -> bool:
    """Whether some node counts as unreached only because its cost does not fit."""
    index, n = ground.index, ground.index.n_nodes
    for need in range(needs.count):
        rest = layer[needs.places_after(need, ground.problem.sign[index.out_rows], index.out_end, n)]
        lost = (cost < UNREACHED) & (rest < UNREACHED) & (layer[index.out_start + need * n] >= UNREACHED)
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

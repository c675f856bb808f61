"""Steady states and uncertainty draws beside a plain NumPy loop over the same links, with equal answers.

    python -m bench.settling_bench [--quick]

The plain loop gathers the values of all starts, weighs them and adds them up by end, as one would write it by hand; it is
given the weights and the steepness, which caremap works out as part of its answer.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from bench.large_map import large_map
from bench.paths_bench import Line, table
from bench.workshop_map import MOMENT, workshop_map
from graph.kernels.settling import Law, Web, drawn_weights, settle, settle_draws
from graph.scope import Filters, Scenario, Scope
from graph.service import MapService
from graph.store import FixedMap
from schema.system_map import SystemMap

T = TypeVar("T")

EPSILON = 1e-9
DRAWS = 1_000


def plain(start: np.ndarray, end: np.ndarray, weight: np.ndarray, steepness: float, first: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The fixed state by repeated updates."""
    x = first
    while True:
        y: np.ndarray = np.tanh(steepness * np.bincount(end, weights=weight * x[start], minlength=x.size))
        y[held] = first[held]
        if np.abs(y - x).max() <= EPSILON:
            return y
        x = y


def milliseconds(work: Callable[[], T], times: int) -> tuple[float, T]:
    """The least of several runs, as others use the machine too, and what came out."""
    took, made = [], []
    for _ in range(times):
        begun = time.perf_counter()
        made = [work()]
        took.append((time.perf_counter() - begun) * 1e3)
    return min(took), made[0]


def signed(service: MapService) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ends of the links of a map, and their signed strengths."""
    columns = service.snapshot(Scope()).map.links.columns
    return columns.start, columns.end, columns.sign * columns.strength


def large() -> Iterator[Line]:
    """One factor held at 1 on a map of a million links: the first question on a fresh map, and further ones."""
    nodes, links, sources = large_map(100_000, 1_000_000)
    service = MapService(FixedMap(SystemMap(nodes=nodes, links=links, sources=sources), "bench"))
    scenario = Scenario(held={nodes[0].id: 1.0}, epsilon=EPSILON)
    work = "steady state, 100,000 nodes / 1,000,000 links"
    service.snapshot(Scope())
    fresh, answer = milliseconds(lambda: service.whatif(scenario, Filters()), 1)
    warm, answer = milliseconds(lambda: service.whatif(scenario, Filters()), 5)
    start, end, weight = signed(service)
    first = np.zeros(len(nodes))
    first[0] = 1.0
    law = Law(rule="tanh", transfer="tanh", steepness=answer.steepness)
    web = Web(service.snapshot(Scope()).index, weight)
    ours, settled = milliseconds(lambda: settle(web, law, first, first > 0, epsilon=EPSILON), 5)
    theirs, found = milliseconds(lambda: plain(start, end, weight, law.steepness, first, first > 0), 5)
    must_agree(work, settled.values, found)
    must_agree(work, answer.difference, found)
    yield Line(work=f"{work}, the run", ours=ours, peer="plain NumPy", theirs=theirs)
    yield Line(work=f"{work}, the whole question, asked first", ours=fresh, goal="500 ms")
    yield Line(work=f"{work}, the whole question, asked again", ours=warm, goal="500 ms")


def workshop() -> Iterator[Line]:
    """Uncertainty draws on a workshop map: the runs themselves, and the whole question."""
    service = MapService(FixedMap(workshop_map(all_kinds=False), "bench"))
    start, end, weight = signed(service)
    held = np.zeros(service.snapshot(Scope()).n_nodes, dtype=np.bool_)
    held[service.snapshot(Scope()).map.row_of_node[MOMENT]] = True
    first = held.astype(np.float64)
    generator = np.random.Generator(np.random.PCG64(1))
    signs = np.sign(weight).astype(np.int8)
    drawn = drawn_weights(generator, np.abs(weight), signs, np.full(weight.size, 0.5), DRAWS)
    law = Law(rule="tanh", transfer="tanh", steepness=0.2)

    def by_hand() -> np.ndarray:
        return np.array([plain(start, end, row, law.steepness, first, held) for row in drawn])

    work = f"{DRAWS:,} uncertainty draws, 300 nodes / 1,200 links"
    ours, made = milliseconds(lambda: settle_draws(start, end, drawn, law, first, held, epsilon=EPSILON), 3)
    theirs, found = milliseconds(by_hand, 1)
    must_agree(work, made.values, found)
    yield Line(work=f"{work}, the runs", ours=ours, peer="plain NumPy", theirs=theirs)
    whole, _ = milliseconds(lambda: service.whatif(Scenario(held={MOMENT: 1.0}, draws=DRAWS), Filters()), 3)
    yield Line(work=f"{work}, the whole question", ours=whole, goal="1000 ms")


def must_agree(work: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Raise AssertionError where the states differ: a ratio of different work would mean nothing."""
    if not np.allclose(ours, theirs, rtol=0.0, atol=1e-6):
        raise AssertionError(f"{work}: states differ by up to {np.abs(ours - theirs).max()}.")


def main(arguments: list[str] | None = None) -> None:
    """Time everything and print one table; `--quick` leaves the large map out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the workshop map only")
    quick = parser.parse_args(arguments).quick
    print(table([*workshop(), *(() if quick else large())]))


if __name__ == "__main__":
    main()

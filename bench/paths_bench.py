"""Paths and loops against networkx, SciPy and igraph, on equal work and with equal answers.

None of the peers takes a bound on the number of links for its strongest paths, so those are compared at unlimited length;
the bounded search is timed by itself. Maps are drawn at random from a stated seed, without parallel links or self-links,
which the peers do not tell apart.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import igraph
import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import yen

from graph.kernels.loops import LoopProblem, all_loops, strongest_loops
from graph.kernels.paths import LinkIndex, PathProblem, all_paths, strongest, totals

SEED = 20260101
TOP = 10
RUNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """A random map as each library wants it."""

    index: LinkIndex
    strength: np.ndarray
    pairs: list[tuple[int, int]]
    # What paths and loops both take; a snapshot has these ready as well.
    columns: dict[str, Any]

    @classmethod
    def drawn(cls, n: int, m: int, pairs: int) -> Yard:
        """A map of n nodes and m links of uniform strength, and pairs of nodes to ask about."""
        draw = np.random.default_rng(SEED)
        places = np.unique(draw.integers(0, n * n, m + m // 50 + n))
        places = places[places // n != places % n]
        places = np.sort(draw.choice(places, m, replace=False))
        strength = draw.uniform(0.05, 1.0, m)
        index = LinkIndex.of(places // n, places % n, n)
        columns = {
            "index": index,
            "strength": strength,
            "sign": np.ones(m, dtype=np.int8),
            "delay": np.zeros(m),
            "rank": np.arange(m, dtype=np.int64),
            "usable": np.ones(m, dtype=np.bool_),
        }
        asked = [(int(a), int(b)) for a, b in draw.integers(0, n, (pairs, 2)) if a != b]
        return cls(index=index, strength=strength, pairs=asked, columns=columns)

    def problem(self, source: int, target: int, max_links: int) -> PathProblem:
        """The question from one node to another."""
        return PathProblem(
            sources=np.array([source], dtype=np.int32), targets=np.array([target], dtype=np.int32), max_links=max_links, **self.columns
        )

    def links(self) -> Iterator[tuple[int, int]]:
        """The ends of every link."""
        return zip(self.index.start.tolist(), self.index.end.tolist(), strict=True)

    def networkx(self) -> nx.DiGraph[int]:
        """The map for networkx."""
        made: nx.DiGraph[int] = nx.DiGraph()
        made.add_nodes_from(range(self.index.n_nodes))
        costs = (-np.log(self.strength)).tolist()
        made.add_weighted_edges_from((a, b, cost) for (a, b), cost in zip(self.links(), costs, strict=True))
        return made

    def igraph(self) -> igraph.Graph:
        """The map for igraph."""
        return igraph.Graph(n=self.index.n_nodes, edges=list(self.links()), directed=True)

    def scipy(self) -> csr_array:
        """The map for SciPy."""
        shape = (self.index.n_nodes, self.index.n_nodes)
        return csr_array((-np.log(self.strength), (self.index.start, self.index.end)), shape=shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table: median milliseconds, and against a peer the ratio of the two and the goal."""

    work: str
    ours: float
    peer: str = ""
    theirs: float = float("nan")
    goal: str = ""

    def cells(self) -> list[str]:
        """The row as text."""
        if not self.peer:
            return [self.work, f"{self.ours:.2f}", "", "", "", self.goal]
        return [self.work, f"{self.ours:.2f}", self.peer, f"{self.theirs:.2f}", f"{self.theirs / self.ours:.0f}x", self.goal]


def timed(ask: Callable[[int, int], Any], pairs: list[tuple[int, int]], times: int = 1) -> tuple[float, list[Any]]:
    """Median milliseconds of a question over pairs of nodes, and the answers. The first pair is asked once more, to warm up.

    With `times`, each is asked so often in turn and its quickest run counts: other work on the machine slows down some runs only.
    """
    ask(*pairs[0])
    best, answers = [float("inf")] * len(pairs), list[Any]()
    for _ in range(times):
        answers = []
        for place, pair in enumerate(pairs):
            begun = time.perf_counter()
            answers.append(ask(*pair))
            best[place] = min(best[place], (time.perf_counter() - begun) * 1e3)
    return statistics.median(best), answers


def must_agree(work: str, ours: list[list[float]], theirs: list[list[float]]) -> None:
    """Raise AssertionError where the peers' strengths are not ours: a ratio of different work would mean nothing."""
    for one, other in zip(ours, theirs, strict=True):
        if len(one) != len(other) or not np.allclose(one, other, rtol=1e-9, atol=0.0):
            raise AssertionError(f"{work}: answers differ, {one} here and {other} there.")


def peers_of(yard: Yard, *, with_networkx: bool) -> dict[str, Callable[[int, int], list[float]]]:
    """How each library finds the strengths of the strongest paths."""
    costs = -np.log(yard.strength)
    other, matrix = yard.igraph(), yard.scipy()
    weights = costs.tolist()

    def by_igraph(a: int, b: int) -> list[float]:
        found = other.get_k_shortest_paths(a, to=b, k=TOP, weights=weights, output="epath")
        return [float(np.exp(-costs[path].sum())) for path in found]

    def by_scipy(a: int, b: int) -> list[float]:
        return [float(value) for value in np.exp(-yen(matrix, a, b, TOP))]

    peers: dict[str, Callable[[int, int], list[float]]] = {"igraph": by_igraph, "scipy yen": by_scipy}
    if with_networkx:
        whole = yard.networkx()

        def by_networkx(a: int, b: int) -> list[float]:
            if not nx.has_path(whole, a, b):
                return []
            found = itertools.islice(nx.shortest_simple_paths(whole, a, b, weight="weight"), TOP)
            return [float(np.exp(-nx.path_weight(whole, path, "weight"))) for path in found]

        peers["networkx"] = by_networkx
    return peers


def unlimited(name: str, yard: Yard, pairs: list[tuple[int, int]], goals: dict[str, str], times: int = 1) -> Iterator[Line]:
    """The strongest paths of any length, against every peer."""
    work = f"top {TOP} paths, any length, {name}"
    ours, answers = timed(lambda a, b: strongest(yard.problem(a, b, 0), TOP).strengths, pairs, times)
    for peer, ask in peers_of(yard, with_networkx="networkx" in goals).items():
        theirs, others = timed(ask, pairs, times)
        must_agree(f"{work}, {peer}", answers, others)
        yield Line(work=work, ours=ours, peer=peer, theirs=theirs, goal=goals.get(peer, ""))


def large() -> Iterator[Line]:
    """The map of a hundred thousand nodes."""
    yard = Yard.drawn(100_000, 1_000_000, 20)
    name = "100,000 nodes / 1,000,000 links"
    ours, _ = timed(lambda a, b: strongest(yard.problem(a, b, 8), TOP), yard.pairs)
    yield Line(work=f"top {TOP} paths, at most 8 links, {name}", ours=ours, goal="50 ms")
    ours, _ = timed(lambda a, b: totals(yard.problem(a, b, 8)), yard.pairs[:5])
    yield Line(work=f"totals of every path, at most 8 links, {name}", ours=ours)
    yield from unlimited(name, yard, yard.pairs[:3], {"igraph": "50x", "scipy yen": "50x"})


def workshop() -> Iterator[Line]:
    """The map of a workshop."""
    yard = Yard.drawn(300, 1_200, 40)
    name = "300 nodes / 1,200 links"
    yield from unlimited(name, yard, yard.pairs, {"igraph": "10x", "networkx": "40x", "scipy yen": ""}, RUNS)
    ours, _ = timed(lambda a, b: strongest(yard.problem(a, b, 8), TOP), yard.pairs, RUNS)
    yield Line(work=f"top {TOP} paths, at most 8 links, {name}", ours=ours)
    whole = yard.networkx()
    ours, answers = timed(lambda a, b: len(all_paths(yard.problem(a, b, 6))), yard.pairs, RUNS)
    theirs, others = timed(lambda a, b: sum(1 for _ in nx.all_simple_paths(whole, a, b, cutoff=6)), yard.pairs, RUNS)
    must_agree("every path", [[count] for count in answers], [[count] for count in others])
    yield Line(work=f"every path, at most 6 links, {name}", ours=ours, peer="networkx", theirs=theirs, goal="20x")
    problem = LoopProblem(**yard.columns)
    ours, answers = timed(lambda *_: len(all_loops(problem)), yard.pairs[:5])
    theirs, others = timed(lambda *_: sum(1 for _ in nx.simple_cycles(whole, length_bound=8)), yard.pairs[:2])
    must_agree("every loop", [answers[:1]], [others[:1]])
    yield Line(work=f"every loop, at most 8 links, {name}", ours=ours, peer="networkx", theirs=theirs, goal="20x")
    ours, _ = timed(lambda *_: len(strongest_loops(problem, TOP)), yard.pairs[:5])
    yield Line(work=f"top {TOP} loops, at most 8 links, {name}", ours=ours)


def table(lines: list[Line]) -> str:
    """The lines under their headings, in columns."""
    rows = [["work", "ms", "against", "ms", "ratio", "goal"], *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def main(arguments: list[str] | None = None) -> None:
    """Time everything and print one table; `--quick` leaves the large map out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the workshop map only")
    quick = parser.parse_args(arguments).quick
    print(table([*workshop(), *(() if quick else large())]))


if __name__ == "__main__":
    main()

"""A readable few among thousands of loops: as many as are independent, the shortest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.kernels.components import strong_components
from graph.kernels.least_loops import least_loops
from graph.kernels.loops import LoopProblem, LoopSet, listed_loops
from graph.kernels.problem import Stop

LEAST_WITHIN = 2_000_000
"""Nodes times links of the largest component for which the least sum of lengths is worked out, which takes a second or two there."""


def independent_loops(problem: LoopProblem, *, stop: Stop | None = None) -> LoopSet:
    """A shortest independent loop set: E - N + 1 loops for a strong component of N nodes and E links, self-links included.

    No loop of the set is a sum of others (modulo two, and so over the rationals), and every feedback loop of the component,
    of whatever length, is a sum of loops of the set. Every link inside a component is on a loop of the set that is as short
    as any through it. In a component of at most `LEAST_WITHIN` nodes times links no other such set has a smaller sum of lengths, and
    of those that have the same the order of the links' ids decides (see `least_loops`). In a larger one the shortest loops through
    each link are taken first, and the set is filled up with loops through the most central node: there the sum is not promised to
    be the least.

    `max_links` and `through` are not regarded: a set that left out long loops would not span the others. Loops come
    shortest first, ties by ranks, in each component. `complete` is False where `stop` said True first. O(N (N + E)) time to find
    the loops.
    """
    usable = problem.usable & (problem.strength > 0.0)
    label = strong_components(problem.index, usable).label
    index = problem.index
    inside = usable & (label[index.start] == label[index.end])
    loops: list[tuple[int, ...]] = []
    complete = True
    for component in np.unique(label[index.start[inside]]).tolist():
        rows = np.flatnonzero(inside & (label[index.start] == component))
        block = _Component(problem, rows)
        loops.extend(block.least(stop) if len(block.nodes) * len(block.rows) <= LEAST_WITHIN else block.independent(stop))
        complete &= block.full
    return listed_loops(problem, label, loops, complete=complete)


class _Component:
    """One strong component: its links by rank, and the loops that span it."""

    def __init__(self, problem: LoopProblem, rows: NDArray[np.int64]) -> None:
        self.index = problem.index
        # Links in the order of ranks, so that the first of equals is always the one of the lowest rank.
        self.rows: list[int] = rows[np.argsort(problem.rank[rows], kind="stable")].tolist()
        self.ends = {row: (int(self.index.start[row]), int(self.index.end[row])) for row in self.rows}
        self.nodes = sorted({start for start, _ in self.ends.values()})
        self.out: dict[int, list[int]] = {node: [] for node in self.nodes}
        for row, (start, _) in self.ends.items():
            self.out[start].append(row)
        self.rank = {row: int(problem.rank[row]) for row in self.rows}
        self.wanted = len(self.rows) - len(self.nodes) + 1
        self.full = False
        self._place = {row: place for place, row in enumerate(self.rows)}
        # Sums modulo two, one bit a link, by their highest bit.
        self._sums: dict[int, int] = {}

    def least(self, stop: Stop | None) -> list[tuple[int, ...]]:
        """The loops of the set with the least sum of lengths; none where `stop` said True."""
        found = least_loops([self.ends[row] for row in self.rows], stop)
        self.full = found is not None
        loops = [self._in_turn([row for place, row in enumerate(self.rows) if loop >> place & 1]) for loop in found or ()]
        return sorted(loops, key=self._in_order)

    def _in_turn(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The links of a loop one after the other."""
        leaving = {self.ends[row][0]: row for row in rows}
        loop, at = [], min(leaving)
        for _ in rows:
            loop.append(leaving[at])
            at = self.ends[leaving[at]][1]
        return tuple(loop)

    def _in_order(self, loop: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        return len(loop), tuple(self.rank[row] for row in loop)

    def independent(self, stop: Stop | None) -> Iterator[tuple[int, ...]]:
        """The loops of the set."""
        shortest = self._through_each_link(stop)
        if shortest is None:
            return
        taken = 0
        for candidates in (shortest, self._through_the_centre()):
            for loop in candidates:
                if taken == self.wanted or (stop is not None and stop()):
                    break
                if self._is_new(loop):
                    taken += 1
                    yield loop
            if taken == self.wanted:
                break
        self.full = taken == self.wanted

    def _is_new(self, loop: tuple[int, ...]) -> bool:
        """Whether the loop is no sum of those taken before; it then counts as taken."""
        rest = 0
        for row in loop:
            rest ^= 1 << self._place[row]
        while rest:
            top = rest.bit_length() - 1
            other = self._sums.get(top)
            if other is None:
                self._sums[top] = rest
                return True
            rest ^= other
        return False

    def _through_each_link(self, stop: Stop | None) -> list[tuple[int, ...]] | None:
        """A shortest loop through every link, shortest first; None where `stop` said True."""
        found: set[tuple[int, ...]] = set()
        into: dict[int, list[int]] = {node: [] for node in self.nodes}
        for row, (_, end) in self.ends.items():
            into[end].append(row)
        for node in self.nodes:
            if stop is not None and stop():
                return None
            # From the link's end there is a shortest way back to its start: one search backwards serves all links out of a node.
            toward = self._steps(node, into, 0, {self.ends[row][1] for row in self.out[node]})
            for row in self.out[node]:
                loop, at = [row], self.ends[row][1]
                while at != node:
                    at_row = toward[at]
                    loop.append(at_row)
                    at = self.ends[at_row][1]
                found.add(self._from_smallest(loop))
        return sorted(found, key=self._in_order)

    def _steps(self, node: int, links: dict[int, list[int]], far: int, wanted: set[int] | None = None) -> dict[int, int]:
        """For every other node the link that leads to it (or from it, with `far` 0) on a shortest way from (or to) `node`.

        Where `wanted` is given, the search ends when it has met all of those.
        """
        step: dict[int, int] = {}
        frontier = [node]
        seen = {node}
        while frontier and (wanted is None or not wanted <= seen):
            following = []
            for at in frontier:
                for row in links[at]:
                    other = self.ends[row][far]
                    if other not in seen:
                        seen.add(other)
                        step[other] = row
                        following.append(other)
            frontier = following
        return step

    def _through_the_centre(self) -> Iterator[tuple[int, ...]]:
        """Loops that span the component for certain.

        For a node c and a link u to w, go from c to u, along the link, and from w to c. Every sum of loops is a sum of such
        rounds, and a round falls apart into loops.
        """
        into: dict[int, list[int]] = {node: [] for node in self.nodes}
        for row, (_, end) in self.ends.items():
            into[end].append(row)
        # The busiest node has short ways to the rest.
        centre = max(self.nodes, key=lambda node: (len(into[node]) * len(self.out[node]), -node))
        away, home = self._steps(centre, self.out, 1), self._steps(centre, into, 0)
        for row in self.rows:
            start, at = self.ends[row]
            round_trip = [row]
            while start != centre:
                round_trip.insert(0, away[start])
                start = self.ends[away[start]][0]
            while at != centre:
                round_trip.append(home[at])
                at = self.ends[home[at]][1]
            yield from self._apart(round_trip)

    def _apart(self, round_trip: list[int]) -> Iterator[tuple[int, ...]]:
        """The loops that a round trip is made of."""
        trail: list[int] = []
        for row in round_trip:
            trail.append(row)
            end = self.ends[row][1]
            for place, earlier in enumerate(trail):
                if self.ends[earlier][0] == end:
                    yield self._from_smallest(trail[place:])
                    del trail[place:]
                    break

    def _from_smallest(self, loop: list[int]) -> tuple[int, ...]:
        starts = [self.ends[row][0] for row in loop]
        first = starts.index(min(starts))
        return tuple(loop[first:] + loop[:first])

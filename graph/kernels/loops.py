"""Elementary directed cycles: all of them within a bound, and the strongest of each strong component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.bounds import Stopped
from graph.kernels.components import strong_components
from graph.kernels.index import Floats, Ints, LinkIndex, Longs, Marks, rows_of
from graph.kernels.problem import FAINTEST, PathProblem, Stop
from graph.kernels.scale import to_twelve_digits
from graph.kernels.strong_cycles import cycles_within
from graph.kernels.strongest import strongest

MAX_LOOPS = 100_000
# Beginnings that are extended together.
BLOCK = 1 << 15
# How much memory the tables of ways back may take, in 64-bit words.
TABLE_WORDS = 1 << 23
# Up to so many nodes one table serves all beginnings.
SMALL = 1 << 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoopProblem:
    """Elementary cycles over the usable links of strength above 0; columns have one element a link, as in `PathProblem`.

    max_links at most so many links; 0 for no bound
    through   a node that every loop visits; None for all loops
    """

    index: LinkIndex
    strength: Floats
    sign: NDArray[np.int8]
    delay: Floats
    rank: Longs
    usable: Marks
    max_links: int = 8
    through: int | None = None

    @property
    def link_bound(self) -> int:
        """The most links that a loop can have here."""
        return min(self.max_links, self.index.n_nodes) if self.max_links > 0 else self.index.n_nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSet:
    """Loops as columns: loop i is `rows[offsets[i]:offsets[i + 1]]`, beginning at its node of the smallest number.

    `gain` is the product of the strengths, `sign` of the signs (0 where any is unknown), `delay` the sum in months (NaN where
    any is unknown), `component` the strong component, numbered by smallest nodes. Parallel links make distinct loops.
    """

    offsets: Longs
    rows: Ints
    gain: Floats
    sign: NDArray[np.int8]
    delay: Floats
    n_links: NDArray[np.int32]
    component: NDArray[np.int32]
    complete: bool

    def __len__(self) -> int:
        return int(self.gain.size)

    def loop(self, place: int) -> tuple[int, ...]:
        """The link rows of one loop."""
        return tuple(self.rows[self.offsets[place] : self.offsets[place + 1]].tolist())


def all_loops(problem: LoopProblem, *, max_loops: int = MAX_LOOPS, stop: Stop | None = None) -> LoopSet:
    """Every elementary cycle within the bound, each once, at most `max_loops` of them.

    `complete` is False where there are more, or where `stop` said True. Which ones a capped answer holds follows the
    numbers of nodes and rows; ask `strongest_loops` for those that matter. Time is about that of the answer: a beginning
    is kept only while it is near enough to its first node to close.
    """
    ground = _Ring(problem)
    parts: list[Ints] = []
    found, complete = 0, True
    try:
        for part in ground.loops(stop):
            room = max_loops - found
            complete = part.shape[1] <= room
            parts.append(part[:, :room])
            found += part.shape[1]
            if not complete:
                break
    except Stopped:
        complete = False
    return _joined(problem, ground.label, parts, complete=complete)


def strongest_loops(problem: LoopProblem, k: int, *, max_loops: int = MAX_LOOPS, stop: Stop | None = None) -> LoopSet:
    """The `k` strongest loops of each strong component, and in all the order: gain descending to twelve digits, fewer links, ranks.

    (The ranks are read from the loop's link of the lowest rank, so that numbering does not matter.) Up to `max_loops` loops
    are listed and ranked. Where there are more, each component is searched by itself for loops of at most a cost that grows
    until it holds k; `complete` then still says that no stronger loop of any component is missing, and is False only where
    `stop` said True first.
    """
    every = all_loops(problem, max_loops=max_loops, stop=stop)
    if every.complete:
        return _ranked(problem, every, k, complete=True)
    ring = _Ring(problem)
    if problem.through is not None:
        loops, complete = _strongest_through(problem, problem.through, k, stop)
        return _ranked(problem, listed_loops(problem, ring.label, loops, complete=complete), k, complete=complete)
    loops, complete = [], True
    components = ring.components()
    for component in components:
        # Where there is one component, it is known by now to hold more loops than are listed.
        allowed = max_loops if len(components) > 1 else 0
        found, whole = _strongest_of(problem, _Ring(problem, component), k, allowed, stop)
        loops.extend(found)
        complete &= whole
    return _ranked(problem, listed_loops(problem, ring.label, loops, complete=complete), k, complete=complete)


class _Ring:
    """The links that lie inside strong components: no other can be on a loop."""

    def __init__(self, problem: LoopProblem, only: int | None = None) -> None:
        index = problem.index
        self.problem = problem
        usable = problem.usable & (problem.strength > 0.0)
        self.label = strong_components(index, usable).label
        inside = usable & (self.label[index.start] == self.label[index.end])
        through = problem.through
        if through is not None:
            only = int(self.label[through])
        if only is not None:
            inside &= self.label[index.start] == only
        alone = index.start == index.end
        self.self_links = np.flatnonzero(inside & alone & ((index.start == through) if through is not None else True)).astype(np.int32)
        self.rows = np.flatnonzero(inside & ~alone).astype(np.int32)
        # The nodes are renumbered without gaps in their old order, so that the smallest stays the smallest.
        self.nodes = np.unique(index.start[self.rows])
        self.small = LinkIndex.of(
            np.searchsorted(self.nodes, index.start[self.rows]), np.searchsorted(self.nodes, index.end[self.rows]), self.nodes.size
        )

    def components(self) -> list[int]:
        """Every component that has a loop."""
        starts = self.problem.index.start
        labels: list[int] = np.unique(self.label[starts[np.concatenate((self.rows, self.self_links))]]).tolist()
        return labels

    def loops(self, stop: Stop | None) -> Iterator[Ints]:
        """Loops in parts of one length, one in each column, as rows of the whole map."""
        if self.self_links.size:
            yield self.self_links[None, :]
        through = self.problem.through
        if not self.rows.size:
            return
        if through is None:
            begin = np.arange(self.nodes.size)
            first, batch = 0, SMALL if begin.size <= SMALL else 64
            most = max(1, TABLE_WORDS // (begin.size * min(self.problem.link_bound, 16))) * 64
            while first < begin.size:
                yield from self._from(begin[first : first + batch], stop)
                # On a large map the first few beginnings may hold more loops than are asked for, so the tables start small.
                first, batch = first + batch, min(batch * 2, most) if begin.size > SMALL else SMALL
        elif self.nodes[(place := int(np.searchsorted(self.nodes, through))) % self.nodes.size] == through:
            for part in self._from(np.array([place]), stop):
                yield _turned(self.problem.index, part)

    def _from(self, begin: Longs, stop: Stop | None) -> Iterator[Ints]:
        """Loops that begin at these nodes; where all loops are asked for, over nodes of a larger number only."""
        bound = self.problem.link_bound
        ways_back = self._ways_back(begin)
        word, bit = np.divmod(np.arange(begin.size), 64)
        bit = bit.astype(np.uint64)
        pending = [(np.arange(begin.size), begin.astype(np.int32)[None, :], np.empty((0, begin.size), dtype=np.int32))]
        while pending:
            if stop is not None and stop():
                raise Stopped
            origin, nodes, rows = pending.pop()
            if origin.size > BLOCK:
                pending.append((origin[BLOCK:], nodes[:, BLOCK:], rows[:, BLOCK:]))
                origin, nodes, rows = origin[:BLOCK], nodes[:, :BLOCK], rows[:, :BLOCK]
            last = nodes[-1]
            parent = np.repeat(np.arange(last.size), self.small.out_at[last + 1] - self.small.out_at[last])
            next_rows = rows_of(self.small.out_at, self.small.out_rows, last)
            ends, start = self.small.end[next_rows], origin[parent]
            near = ways_back[min(bound - rows.shape[0] - 1, len(ways_back) - 1)]
            good = (near[ends, word[start]] >> bit[start]) & np.uint64(1) != 0
            parent, next_rows, ends = parent[good], next_rows[good], ends[good]
            closing = ends == nodes[0][parent]
            if closing.any():
                yield self.rows[np.concatenate((rows[:, parent[closing]], next_rows[closing][None, :]))]
            parent, next_rows, ends = parent[~closing], next_rows[~closing], ends[~closing]
            before = nodes[:, parent]
            simple = (before[1:] != ends).all(axis=0)
            if simple.any():
                parent, ends = parent[simple], ends[simple]
                longer = np.concatenate((rows[:, parent], next_rows[simple][None, :]))
                pending.append((origin[parent], np.concatenate((before[:, simple], ends[None, :])), longer))

    def _ways_back(self, begin: Longs) -> list[NDArray[np.uint64]]:
        """Table h: for each node a bit for each beginning that is at most h links away, over nodes that its loops may visit."""
        small, n = self.small, self.nodes.size
        words = (begin.size + 63) // 64
        word, bit = np.divmod(np.arange(begin.size), 64)
        table = np.zeros((n, words), dtype=np.uint64)
        np.bitwise_or.at(table, (begin, word), np.uint64(1) << bit.astype(np.uint64))
        if self.problem.through is None:
            # A node may be on the loops of the beginnings below it, whose bits come first.
            lower = np.clip(np.arange(n) - int(begin[0]), 0, begin.size)[:, None] - np.arange(words)[None, :] * 64
            width = np.clip(lower, 0, 64)
            allowed = np.where(width == 64, ~np.uint64(0), (np.uint64(1) << (width % 64).astype(np.uint64)) - np.uint64(1))
        else:
            allowed = np.full((n, words), ~np.uint64(0))
        tables = [table]
        for _ in range(self.problem.link_bound - 1):
            after = table.copy()
            reached = np.bitwise_or.reduceat(table[small.out_end], small.out_first, axis=0)
            after[small.out_nodes] |= reached & allowed[small.out_nodes]
            if np.array_equal(after, table):
                break
            table = after
            tables.append(table)
        return tables


def _strongest_of(problem: LoopProblem, ring: _Ring, k: int, max_loops: int, stop: Stop | None) -> tuple[list[tuple[int, ...]], bool]:
    """A component's k strongest loops and perhaps others; False with them where `stop` came first."""
    found: list[tuple[int, ...]] = []
    try:
        if max_loops:
            found, whole = _listed(ring, max_loops, stop)
            if whole:
                return found, True
        cost = -np.log(problem.strength[ring.rows])
        cycles = cycles_within(ring.small, cost, bound=problem.link_bound, at_least=k, stop=stop)
    except Stopped:
        return found, False
    rows = ring.rows.tolist()
    loops = [(row,) for row in ring.self_links.tolist()]
    return loops + [_from_smallest(problem.index, [rows[place] for place in cycle]) for cycle in cycles], True


def _listed(ring: _Ring, max_loops: int, stop: Stop | None) -> tuple[list[tuple[int, ...]], bool]:
    """Loops until there are more than `max_loops`, and whether those are all."""
    found: list[tuple[int, ...]] = []
    for part in ring.loops(stop):
        found.extend(map(tuple, part.T.tolist()))
        if len(found) > max_loops:
            return found, False
    return found, True


def _strongest_through(problem: LoopProblem, node: int, k: int, stop: Stop | None) -> tuple[list[tuple[int, ...]], bool]:
    """The k strongest loops through a node, as paths from it to a second self that takes over its links in."""
    index = problem.index
    end = np.where(index.end == node, index.n_nodes, index.end)
    paths = PathProblem(
        index=LinkIndex.of(index.start, end, index.n_nodes + 1),
        strength=problem.strength,
        sign=problem.sign,
        delay=problem.delay,
        rank=problem.rank,
        usable=problem.usable,
        sources=np.array([node], dtype=np.int32),
        targets=np.array([index.n_nodes], dtype=np.int32),
        max_links=problem.max_links,
    )
    top = strongest(paths, k, stop=stop)
    return [_from_smallest(index, list(rows)) for rows in top.paths], top.exact


def _from_smallest(index: LinkIndex, rows: list[int]) -> tuple[int, ...]:
    """The same loop from its node of the smallest number."""
    first = int(index.start[rows].argmin())
    return tuple(rows[first:] + rows[:first])


def _turned(index: LinkIndex, rows: Ints) -> Ints:
    """The same loops, each from its node of the smallest number."""
    first = index.start[rows].argmin(axis=0)
    order = (np.arange(rows.shape[0])[:, None] + first) % rows.shape[0]
    return np.take_along_axis(rows, order, axis=0)


def loop_columns(problem: LoopProblem, label: NDArray[np.int32], rows: Ints, n_links: NDArray[np.int32], *, complete: bool) -> LoopSet:
    """Loops given as rows one after the other and the links of each; `label` is each node's component."""
    offsets = np.zeros(n_links.size + 1, dtype=np.int64)
    np.cumsum(n_links, out=offsets[1:])
    gain, sign, delay = np.ones(n_links.size), np.ones(n_links.size, dtype=np.int8), np.zeros(n_links.size)
    # One link after the other, so that a gain is the product in the loop's order to the last digit.
    for step in range(int(n_links.max(initial=0))):
        there = np.flatnonzero(n_links > step)
        links = rows[offsets[there] + step]
        gain[there] *= problem.strength[links]
        sign[there] *= problem.sign[links]
        delay[there] += problem.delay[links]
    return LoopSet(
        offsets=offsets,
        rows=rows,
        gain=np.where(gain >= FAINTEST, gain, 0.0),
        sign=sign,
        delay=delay,
        n_links=n_links,
        component=label[problem.index.start[rows[offsets[:-1]]]],
        complete=complete,
    )


def listed_loops(problem: LoopProblem, label: NDArray[np.int32], loops: Sequence[Sequence[int]], *, complete: bool) -> LoopSet:
    """The same for loops given one by one."""
    rows = np.array([row for loop in loops for row in loop], dtype=np.int32)
    return loop_columns(problem, label, rows, np.array([len(loop) for loop in loops], dtype=np.int32), complete=complete)


def _joined(problem: LoopProblem, label: NDArray[np.int32], parts: list[Ints], *, complete: bool) -> LoopSet:
    """The same for parts of one length with one loop in each column."""
    rows = np.concatenate([np.empty(0, dtype=np.int32), *(part.T.ravel() for part in parts)])
    lengths = np.concatenate([np.empty(0, dtype=np.int32), *(np.full(part.shape[1], part.shape[0], dtype=np.int32) for part in parts)])
    return loop_columns(problem, label, rows, lengths, complete=complete)


def _ranked(problem: LoopProblem, loops: LoopSet, k: int, *, complete: bool) -> LoopSet:
    """The k strongest of each component, strongest first in all."""
    kept: list[tuple[float, int, tuple[int, ...], int]] = []
    for label in np.unique(loops.component).tolist():
        places = np.flatnonzero(loops.component == label)
        if places.size > k > 0:
            # Only those at or near the k-th gain need to be compared one by one.
            least = float(np.partition(loops.gain[places], places.size - k)[places.size - k])
            places = places[loops.gain[places] >= least * (1.0 - 1e-10)]
        keys = [(-to_twelve_digits(float(loops.gain[place])), int(loops.n_links[place]), place) for place in places.tolist()]
        ranked = sorted((gain, links, _ranks(problem, loops.loop(place)), place) for gain, links, place in keys)
        kept.extend(ranked[: max(k, 0)])
    kept.sort()
    label_of = np.zeros(problem.index.n_nodes, dtype=np.int32)
    label_of[problem.index.start[loops.rows]] = np.repeat(loops.component, loops.n_links)
    return listed_loops(problem, label_of, [loops.loop(entry[3]) for entry in kept], complete=complete)


def _ranks(problem: LoopProblem, rows: tuple[int, ...]) -> tuple[int, ...]:
    ranks = [int(problem.rank[row]) for row in rows]
    lowest = ranks.index(min(ranks))
    return tuple(ranks[lowest:] + ranks[:lowest])

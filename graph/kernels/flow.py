"""Which links are on the way, and the least that must be cut to leave no way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np

from graph.kernels.bounds import Stopped
from graph.kernels.every import MAX_PATHS, parts_of_all
from graph.kernels.index import Ints, Longs, Marks
from graph.kernels.problem import Ground, PathProblem, Stop
from graph.kernels.reach import reach


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWay:
    """`links` marks the links that are on some path. Where `exact` is False some marked ones may be on none; no other is."""

    links: Marks
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MinCut:
    """The least capacity whose removal leaves no path, and the rows that do it, ascending: the cut nearest to the sources.

    Where `exact` is False the map was too large to tell which links are on a path; the true cut may then be smaller.
    """

    value: int
    rows: tuple[int, ...]
    exact: bool


def on_some_path(problem: PathProblem, *, max_paths: int = MAX_PATHS, stop: Stop | None = None) -> OnTheWay:
    """The links that are on at least one of the problem's paths.

    Exact when the paths can be enumerated, or when every link that could be on one has been seen on one. Otherwise every
    usable link that hop bounds cannot rule out: those with d(source, start) + 1 + d(end, target) within the bound.
    """
    ground = Ground(problem)
    index = problem.index
    marks = np.zeros(index.n_links, dtype=np.bool_)
    if ground.hopeless:
        return OnTheWay(links=marks, exact=True)
    possible = _possible(ground)
    wanted, found, complete = int(possible.sum()), 0, True
    try:
        for part in parts_of_all(problem, stop):
            marks[part.rows] = True
            found += len(part)
            if int(marks.sum()) == wanted:
                break
            if found >= max_paths:
                complete = False
                break
    except Stopped:
        complete = False
    if complete:
        return OnTheWay(links=marks, exact=True)
    return OnTheWay(links=possible, exact=False)


def min_cut(problem: PathProblem, capacity: Longs, *, max_paths: int = MAX_PATHS, stop: Stop | None = None) -> MinCut:
    """The minimum cut between the sources and the targets over the links that are on some path.

    `capacity` is a whole number of at least 0 for each link. Bounds and filters choose the links; the cut is then that of
    the ordinary flow problem on them (Dinic 1970), so it parts the ends for paths of any length over those links.
    """
    way = on_some_path(problem, max_paths=max_paths, stop=stop)
    rows = np.flatnonzero(way.links).astype(np.int32)
    value, cut = cut_of(problem, rows, capacity[rows])
    return MinCut(value=value, rows=cut, exact=way.exact)


def cut_of(problem: PathProblem, rows: Ints, capacity: Longs) -> tuple[int, tuple[int, ...]]:
    """The value and the rows of the minimum cut over some links, such as those of all paths that are known already.

    `capacity` has one element for each of `rows`.
    """
    if not rows.size:
        return 0, ()
    network = _Network(Ground(problem), rows, capacity)
    value = network.fill()
    near = network.near_side()
    index = problem.index
    return value, tuple(row for row in rows.tolist() if int(index.start[row]) in near and int(index.end[row]) not in near)


def _possible(ground: Ground) -> Marks:
    index, bound = ground.index, ground.problem.link_bound
    usable = ground.allowed(np.arange(index.n_links, dtype=np.int32))
    ahead = reach(index, usable, ground.sources, max_links=bound)[index.start].astype(np.int64)
    back = reach(index, usable, ground.targets, max_links=bound, direction="in")[index.end]
    return usable & (ahead >= 0) & (back >= 0) & (ahead + back + 1 <= bound)


class _Network:
    """Dinic's algorithm; parallel links are one pipe, and all sources (and all targets) are one node each, -1 and -2."""

    def __init__(self, ground: Ground, rows: Ints, capacity: Longs) -> None:
        # For each node the room that is left towards each neighbour, backward room included.
        self.room: dict[int, dict[int, int]] = {-1: {}, -2: {}}
        sources, targets = set(ground.sources.tolist()), set(ground.targets.tolist())
        self.sources = sources
        for row, most in zip(rows.tolist(), capacity.tolist(), strict=True):
            start, end = int(ground.index.start[row]), int(ground.index.end[row])
            one, other = -1 if start in sources else start, -2 if end in targets else end
            room = self.room.setdefault(one, {})
            room[other] = room.get(other, 0) + most
            self.room.setdefault(other, {}).setdefault(one, 0)

    def fill(self) -> int:
        """Send as much as fits; the amount."""
        total = 0
        while True:
            level = self._levels()
            if -2 not in level:
                return total
            to_try = {node: iter(tuple(room)) for node, room in self.room.items()}
            while True:
                trail = self._trail(level, to_try)
                if trail is None:
                    break
                steps = list(pairwise(trail))
                amount = min(self.room[a][b] for a, b in steps)
                for a, b in steps:
                    self.room[a][b] -= amount
                    self.room[b][a] += amount
                    # The pipe may have room left, so it is tried again first.
                    to_try[a] = chain((b,), to_try[a])
                total += amount

    def near_side(self) -> set[int]:
        """The nodes that the sources can still send to, the sources themselves included."""
        return set(self._levels()) - {-1} | self.sources

    def _levels(self) -> dict[int, int]:
        level, queue = {-1: 0}, deque([-1])
        while queue:
            node = queue.popleft()
            for other, room in self.room[node].items():
                if room > 0 and other not in level:
                    level[other] = level[node] + 1
                    queue.append(other)
        return level

    def _trail(self, level: dict[int, int], to_try: dict[int, Iterator[int]]) -> list[int] | None:
        """A way from -1 to -2 that goes up one level each step and has room; None where none is left."""
        trail = [-1]
        while trail:
            node = trail[-1]
            if node == -2:
                return trail
            for other in to_try[node]:
                if self.room[node][other] > 0 and level.get(other) == level[node] + 1:
                    trail.append(other)
                    break
            else:
                trail.pop()
        return None

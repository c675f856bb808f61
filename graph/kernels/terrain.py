"""The links that paths may take under one set of filters, and what they cost: all that does not hang on the two ends.

A small map keeps its latest terrains with its index, so that a question under filters that were met before begins with its
own ends. A terrain is found again by the content of its columns, never by which arrays they are, so that a column changed in
place is another terrain.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from graph.kernels.index import Floats, LinkIndex, Longs, Marks
from graph.kernels.problem import PathProblem
from graph.kernels.scale import Scale, Step

KEPT_LINKS = 20_000
"""Maps of up to so many links keep terrains; on larger ones a search looks at few of the links."""

KEPT_TERRAINS = 4
LISTED_LINKS = 5_000
"""Terrains of up to so many links list the ways on from all nodes when they are used again: a microsecond for three links."""

GRID_ROOM = 4
"""A grid may have so many places for each node and link; where few nodes have most of the links it would be mostly empty."""

Way: TypeAlias = tuple[int, int, int, Step]


class Terrain:
    """Links of strength above 0 that are usable, are no self-links and touch no blocked node, in the order of their starts.

    Where a problem bounds the delay, links of unknown delay are left out too. `rows` are rows of the index; `start` and `end`
    the nodes, one a link; `nodes` the nodes with a link out, and `first` where the links of each begin.
    """

    __slots__ = ("_tolls", "at", "dearest", "end", "first", "grid", "logs", "near", "nodes", "rank", "rows", "start", "strength")

    def __init__(self, problem: PathProblem) -> None:
        index = problem.index
        ok = usable_in(problem).take(index.out_rows) & (problem.strength.take(index.out_rows) > 0.0)
        ok &= index.out_start != index.out_end
        if problem.blocked is not None:
            ok &= ~(problem.blocked.take(index.out_start) | problem.blocked.take(index.out_end))
        self.rows = index.out_rows[ok]
        # NumPy takes places of this width three times as fast as narrower ones.
        self.start, self.end = index.out_start[ok].astype(np.int64), index.out_end[ok].astype(np.int64)
        self.strength, self.rank = problem.strength.take(self.rows), problem.rank.take(self.rows)
        self.at: Longs = np.zeros(index.n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.start, minlength=index.n_nodes), out=self.at[1:])
        self.nodes = np.flatnonzero(np.diff(self.at))
        self.first = self.at[self.nodes]
        self.logs: Floats = -np.log2(self.strength)
        self.dearest = float(self.logs.max(initial=0.0)) + 1.0
        self.near = float(self.logs.min(where=self.logs > 0.0, initial=1.0))
        self.grid = Grid.of(self)
        self._tolls: dict[tuple[int, int], Toll] = {}

    def toll(self, scale: Scale) -> Toll:
        """What the links cost on a scale, worked out once for each."""
        key = (scale.fine, scale.links)
        found = self._tolls.get(key)
        if found is None:
            return self._tolls.setdefault(key, Toll(self, scale))
        # Who asks twice will ask more often; until then only the few nodes are listed that a search looks at.
        if self.rows.size <= LISTED_LINKS:
            found.list_all()
        return found


class Grid(NamedTuple):
    """The links as a table with a column for each node and one for "spoilt", the links out of a node one below the other.

    `places` names the node to which each link leads; the first row names the node itself and empty places name "spoilt", both
    at no cost. `place_of_link` is where each link stands in the table, read row by row.
    """

    places: Longs
    place_of_link: Longs

    @classmethod
    def of(cls, terrain: Terrain) -> Grid | None:
        """The grid of a terrain; None where it has no links or would be mostly empty."""
        n, count = terrain.at.size - 1, terrain.rows.size
        height = int(np.diff(terrain.at).max(initial=0)) + 1
        if not count or height * (n + 1) > GRID_ROOM * (n + count):
            return None
        places = np.full((height, n + 1), n, dtype=np.int64)
        places[0] = np.arange(n + 1)
        below = np.arange(count) - terrain.at[terrain.start] + 1
        place_of_link = below * (n + 1) + terrain.start
        places.reshape(-1)[place_of_link] = terrain.end
        return cls(places, place_of_link)


class Toll:
    """The links' costs on one scale: as a column and, for every node from which somebody has looked, as a list of `ways` on.

    A way is the cost, end, rank and step of a link; its step carries no need and no delay.
    """

    __slots__ = ("_columns", "_first", "_listed", "cost", "ways")

    def __init__(self, terrain: Terrain, scale: Scale) -> None:
        self.cost: Longs = scale.costs(terrain.strength)
        self._first: list[int] = terrain.at.tolist()
        self._listed = False
        columns = (self.cost, terrain.end, terrain.rank, terrain.rows, terrain.strength)
        self._columns = [column.tolist() for column in columns]
        self.ways: list[list[Way] | None] = [None] * (len(self._first) - 1)

    def list_all(self) -> None:
        """List the ways on from every node, once."""
        if not self._listed:
            self._listed = True
            for node, ways in enumerate(self.ways):
                if ways is None:
                    self.ways_from(node)

    def ways_from(self, node: int) -> list[Way]:
        """The ways on from a node, kept from now on."""
        costs, ends, ranks, rows, strengths = (column[self._first[node] : self._first[node + 1]] for column in self._columns)
        found = self.ways[node] = [
            (cost, end, rank, (row, end, 0, cost, strength, 0.0))
            for cost, end, rank, row, strength in zip(costs, ends, ranks, rows, strengths, strict=True)
        ]
        return found


class _Kept(NamedTuple):
    strength: bytes
    usable: bytes
    rank: bytes
    blocked: bytes
    terrain: Terrain


def usable_in(problem: PathProblem) -> Marks:
    """Which links the filters let through, less those of unknown delay where the delay of a path is bounded."""
    return problem.usable if problem.max_delay is None else problem.usable & ~np.isnan(problem.delay)


def terrain_of(problem: PathProblem) -> Terrain:
    """The problem's terrain: the one kept with the index where there is one of the same content, else a new one."""
    index = problem.index
    if index.n_links > KEPT_LINKS:
        return Terrain(problem)
    blocked = b"" if problem.blocked is None else problem.blocked.tobytes()
    key = (problem.strength.tobytes(), usable_in(problem).tobytes(), problem.rank.tobytes(), blocked)
    for kept in _kept_with(index):
        if kept[:4] == key:
            return kept.terrain
    made = _Kept(*key, Terrain(problem))
    # Two threads that come here at once may lose one of their terrains, which is then made again when it is asked for.
    index.kept["terrains"] = (made, *_kept_with(index)[: KEPT_TERRAINS - 1])
    return made.terrain


def _kept_with(index: LinkIndex) -> tuple[_Kept, ...]:
    found: tuple[_Kept, ...] = index.kept.get("terrains", ())
    return found

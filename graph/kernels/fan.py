"""Every simple path from one node to each of many, or to one node from each of many, in one search.

An added node behind all the many makes it one question: what leads to it leads to each of them, on the way to others or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.kernels.every import PathSet, all_paths
from graph.kernels.index import Ints, LinkIndex, Longs
from graph.kernels.problem import PathProblem, Stop
from graph.kernels.strongest import to_twelve_digits

ROOM = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """Paths by the far end that they have. `far` gives, for each path, the place of its far end among those asked for.

    Row numbers from `n_links` on are the added links; `rows_of` leaves them out.
    """

    found: PathSet
    far: Longs
    n_links: int
    outward: bool

    def rows_of(self, place: int) -> tuple[int, ...]:
        """The link rows of one path."""
        rows = self.found.path(place)
        return rows[:-1] if self.outward else rows[1:]

    def by_end(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Each far end that is reached, by its place, with the places of its paths."""
        if not self.far.size:
            return
        order = np.argsort(self.far, kind="stable")
        ends, first = np.unique(self.far[order], return_index=True)
        yield from zip(ends.tolist(), np.split(order, first[1:]), strict=True)

    def strongest_of(self, places: NDArray[np.int64], rank: Longs) -> int:
        """The strongest of some paths: to twelve digits, then fewer links, then the links' ranks."""
        strength = self.found.strength[places]
        near = places[strength >= float(strength.max()) * (1.0 - ROOM)]
        best: int = min(
            near.tolist(),
            key=lambda place: (
                -to_twelve_digits(float(self.found.strength[place])),
                int(self.found.n_links[place]),
                tuple(rank[list(self.rows_of(place))].tolist()),
            ),
        )
        return best


def fan_out(problem: PathProblem, ends: Ints, *, max_paths: int, stop: Stop | None = None) -> Fan:
    """Every simple path from the problem's sources to each of `ends`; other ends may lie on the way. `targets` is not regarded."""
    return _fan(problem, ends, max_paths, stop, outward=True)


def fan_in(problem: PathProblem, ends: Ints, *, max_paths: int, stop: Stop | None = None) -> Fan:
    """Every simple path from each of `ends` to the problem's targets; other ends may lie on the way. `sources` is not regarded."""
    return _fan(problem, ends, max_paths, stop, outward=False)


def _fan(problem: PathProblem, ends: Ints, max_paths: int, stop: Stop | None, *, outward: bool) -> Fan:
    index, count = problem.index, ends.size
    added = np.full(count, index.n_nodes, dtype=np.int32)
    near, far = (ends, added) if outward else (added, ends)
    hub = np.array([index.n_nodes], dtype=np.int32)
    wider = replace(
        problem,
        index=LinkIndex.of(np.concatenate((index.start, near)), np.concatenate((index.end, far)), index.n_nodes + 1),
        strength=np.concatenate((problem.strength, np.ones(count))),
        sign=np.concatenate((problem.sign, np.ones(count, dtype=problem.sign.dtype))),
        delay=np.concatenate((problem.delay, np.zeros(count))),
        rank=np.concatenate((problem.rank, index.n_links + np.arange(count))),
        usable=np.concatenate((problem.usable, np.ones(count, dtype=np.bool_))),
        blocked=None if problem.blocked is None else np.concatenate((problem.blocked, np.zeros(1, dtype=np.bool_))),
        max_links=problem.max_links + 1 if problem.max_links > 0 else 0,
        sources=problem.sources if outward else hub,
        targets=hub if outward else problem.targets,
    )
    found = all_paths(wider, max_paths=max_paths, stop=stop)
    places = found.offsets[1:] - 1 if outward else found.offsets[:-1]
    return Fan(found=found, far=found.rows[places].astype(np.int64) - index.n_links, n_links=index.n_links, outward=outward)

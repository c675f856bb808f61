"""Every simple path from one node to each of many, or to one node from each of many, in one search; and from many the strongest alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.best import best_by_links
from graph.kernels.bounds import Stopped
from graph.kernels.every import all_paths
from graph.kernels.growing import Grown, Soil, grown
from graph.kernels.index import Floats, Ints, LinkIndex, Longs
from graph.kernels.paths import to_twelve_digits
from graph.kernels.problem import FAINTEST, PathProblem, Stop

ROOM = 1e-10
# Numbers of links times starts times nodes that are looked at together, which bounds the memory on a large map.
CELLS_AT_ONCE = 1 << 22
USUAL_LINKS = 16

Rows: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """Paths by the far end that they have. `far` gives, for each path, the place of its far end among those asked for.

    `rows_of` gives the link rows of some paths, asked for together. `complete` says that there are no other paths.
    """

    far: Longs
    strength: Floats
    sign: NDArray[np.int8]
    n_links: NDArray[np.int32]
    complete: bool
    rows_of: Callable[[Sequence[int]], list[Rows]]

    def __len__(self) -> int:
        return int(self.strength.size)

    def by_end(self) -> Iterator[tuple[int, Longs]]:
        """Each far end that is reached, by its place, with the places of its paths."""
        order, first = self._ends()
        if first.size:
            yield from zip(self.far[order[first]].tolist(), np.split(order, first[1:]), strict=True)

    def _ends(self) -> tuple[Longs, Longs]:
        """The paths in the order of their far ends, and where each end's begin."""
        order = in_order(self.far)
        ends = self.far[order]
        return order, np.flatnonzero(np.concatenate((np.ones(min(ends.size, 1), dtype=np.bool_), ends[1:] != ends[:-1])))

    def strengths_by_end(self, count: int) -> list[tuple[list[float], ...]]:
        """For each of `count` far ends the strengths of its paths of sign -1, 0 and 1."""
        code = self.far * 3 + (self.sign + 1)
        strength = self.strength[in_order(code)].tolist()
        upto = [0, *np.cumsum(np.bincount(code, minlength=3 * count)).tolist()]
        by_code = [strength[first:end] for first, end in itertools.pairwise(upto)]
        return list(zip(by_code[0::3], by_code[1::3], by_code[2::3], strict=True))

    def strongest(self, rank: Longs) -> dict[int, int]:
        """The place of each end's strongest path: to twelve digits, then fewer links, then the links' ranks."""
        ends, places = self.strongest_columns(rank)
        return dict(zip(ends.tolist(), places.tolist(), strict=True))

    def strongest_columns(self, rank: Longs) -> tuple[Longs, Longs]:
        """The same in columns: the ends that are reached, ascending, and the place of the strongest path of each."""
        order, first = self._ends()
        if not first.size:
            return order, order
        strength = self.strength[order]
        most = np.maximum.reduceat(strength, first)
        near = order[strength >= most.repeat(np.diff(first, append=order.size)) * (1.0 - ROOM)]
        unique, back = np.unique(self.strength[near], return_inverse=True)
        digits = np.array([to_twelve_digits(value) for value in unique.tolist()])[back]
        sort = np.lexsort((self.n_links[near], -digits, self.far[near]))
        near, digits = near[sort], digits[sort]
        ends, begins = np.unique(self.far[near], return_index=True)
        best = near[begins]
        count = np.diff(begins, append=near.size)
        tied = (digits == digits[begins].repeat(count)) & (self.n_links[near] == self.n_links[best].repeat(count))
        several = np.flatnonzero(np.add.reduceat(tied, begins, dtype=np.int64) > 1)
        alike = [
            near[first : first + many][tied[first : first + many]].tolist()
            for first, many in zip(begins[several], count[several], strict=True)
        ]
        every = [place for places in alike for place in places]
        rows = dict(zip(every, self.rows_of(every), strict=True))
        best[several] = [min(places, key=lambda place: rank[list(rows[place])].tolist()) for places in alike]
        return ends, best


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Best:
    """The strongest path of some pairs: the rows where they start, the places of their ends, and their places in a fan."""

    starts: Longs
    ends: Longs
    places: Longs
    fan: Fan


def in_order(codes: Longs) -> Longs:
    """The places of some numbers from the least to the greatest, equal ones in their order."""
    # Numbers of two bytes are sorted several times faster.
    is_narrow = codes.size and int(codes.max()) < np.iinfo(np.int16).max
    order: Longs = np.argsort(codes.astype(np.int16) if is_narrow else codes, kind="stable")
    return order


def fan_out(problem: PathProblem, ends: Ints, *, max_paths: int, stop: Stop | None = None) -> Fan:
    """Every simple path from the problem's source to each of `ends`; other ends may lie on the way. `targets` is not regarded."""
    soil = Soil(problem)
    place_of = _places(ends, soil.n)
    starts = problem.sources.tolist()
    parts = grown(soil, starts, np.zeros(len(starts), dtype=np.int64), soil.hops_to_any(ends), passing=True, stop=stop)
    found = gathered(parts, lambda part: place_of[part.nodes[-1]], max_paths)
    return found if found is not None else _first_found(problem, ends, max_paths, stop, outward=True)


def fan_in(problem: PathProblem, ends: Ints, *, max_paths: int, stop: Stop | None = None) -> Fan:
    """Every simple path from each of `ends` to the problem's target; other ends may lie on the way. `sources` is not regarded."""
    soil = Soil(problem)
    hops = soil.hops_to_any(problem.targets)
    parts = grown(soil, ends.tolist(), np.zeros(ends.size, dtype=np.int64), hops, passing=False, stop=stop)
    found = gathered(parts, lambda part: part.begin, max_paths)
    return found if found is not None else _first_found(problem, ends, max_paths, stop, outward=False)


def _places(ends: Ints, n: int) -> Longs:
    """For each node its place among the ends; -1 for what is none."""
    place_of = np.full(n, -1, dtype=np.int64)
    place_of[ends] = np.arange(ends.size)
    return place_of


def gathered(parts: Iterable[Grown], far: Callable[[Grown], Longs], max_paths: int) -> Fan | None:
    """All parts as one fan; None as soon as they are too many. Not complete where there was no time for all."""
    kept: list[Grown] = []
    found, complete = 0, True
    try:
        for part in parts:
            kept.append(part)
            found += len(part)
            if found > max_paths:
                return None
    except Stopped:
        complete = False
    strength = np.concatenate([np.empty(0), *(part.strength for part in kept)])
    begins = np.cumsum([0, *(len(part) for part in kept)])

    def rows_of(places: Sequence[int]) -> list[Rows]:
        wanted = np.array(places, dtype=np.int64)
        which = np.searchsorted(begins, wanted, side="right") - 1
        rows: list[Rows] = [()] * wanted.size
        for number in np.unique(which).tolist():
            mine = np.flatnonzero(which == number)
            links = kept[number].trail.links(wanted[mine] - begins[number])
            for place, path in zip(mine.tolist(), links.T.tolist(), strict=True):
                rows[place] = tuple(path)
        return rows

    return Fan(
        far=np.concatenate([np.empty(0, dtype=np.int64), *(far(part) for part in kept)]),
        strength=np.where(strength >= FAINTEST, strength, 0.0),
        sign=np.concatenate([np.empty(0, dtype=np.int8), *(part.sign for part in kept)]),
        n_links=np.repeat(np.array([part.nodes.shape[0] - 1 for part in kept], dtype=np.int32), np.diff(begins)),
        complete=complete,
        rows_of=rows_of,
    )


def _first_found(problem: PathProblem, ends: Ints, max_paths: int, stop: Stop | None, *, outward: bool) -> Fan:
    """Where paths are too many to count: those that `all_paths` finds first, so that a capped answer holds the same on every run.

    An added node behind all ends makes it one question: what leads to it leads to each of them, on the way to others or not.
    """
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

    def rows_of(wanted: Sequence[int]) -> list[Rows]:
        paths = map(found.path, wanted)
        return [path[:-1] if outward else path[1:] for path in paths]

    return Fan(
        far=found.rows[places].astype(np.int64) - index.n_links,
        strength=found.strength,
        sign=found.sign,
        n_links=found.n_links - 1,
        complete=found.complete,
        rows_of=rows_of,
    )


def strongest_of_each(
    problem: PathProblem, starts: Sequence[int], ends: Ints, *, max_paths: int, stop: Stop | None = None
) -> Iterator[Best]:
    """The strongest path from each start to each of `ends`, some starts at a time and in their order.

    Where a fan is not complete they may not be the strongest; where it is, it need not hold any others.

    A beginning that is weaker than another way to where it has come, over no more links, begins no strongest path: putting that
    way in its place strengthens what follows, and cutting rounds out of a walk weakens nothing. So only few are followed. Where
    whole paths are picked out (`required`, `max_delay`, `sign_wanted`) this does not hold, and all paths of each start are looked
    at, as they are where too many are equally strong; then at most `max_paths` a start. The problem's own ends are not regarded.
    """
    picks = bool(problem.required) or problem.max_delay is not None or problem.sign_wanted is not None
    soil = Soil(problem)
    place_of, hops = _places(ends, soil.n), soil.hops_to_any(ends)
    batch = max(1, CELLS_AT_ONCE // max(1, soil.n * (min(problem.link_bound, USUAL_LINKS) + 1)))
    for first in range(0, len(starts), batch):
        part = list(starts[first : first + batch])
        found = None
        if not picks:
            best = best_by_links(problem.index, problem.strength, soil.usable, np.array(part), max_links=problem.link_bound, stop=stop)
            parts = grown(
                soil, part, np.zeros(len(part), dtype=np.int64), hops, passing=True, stop=stop, best=[each * (1.0 - ROOM) for each in best]
            )
            found = gathered(parts, lambda each: each.begin * ends.size + place_of[each.nodes[-1]], max_paths * len(part))
        if found is not None:
            codes, places = found.strongest_columns(problem.rank)
            lanes, far = np.divmod(codes, max(ends.size, 1))
            yield Best(starts=np.array(part, dtype=np.int64)[lanes], ends=far, places=places, fan=found)
            continue
        yield from (_of_all_paths(problem, start, ends, max_paths, stop) for start in part)


def _of_all_paths(problem: PathProblem, start: int, ends: Ints, max_paths: int, stop: Stop | None) -> Best:
    """The strongest path from one start to each of `ends`, of all paths that can be counted."""
    others = np.flatnonzero(ends != start)
    fan = fan_out(replace(problem, sources=np.array([start], dtype=np.int32)), ends[others], max_paths=max_paths, stop=stop)
    found, places = fan.strongest_columns(problem.rank)
    return Best(starts=np.full(found.size, start, dtype=np.int64), ends=others[found], places=places, fan=fan)

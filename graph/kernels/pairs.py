"""Every simple path of each of many pairs of nodes, or the strongest and how many there are, in one search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.kernels.bounds import Stopped
from graph.kernels.every import PathSet, all_paths
from graph.kernels.fan import ROOM, Fan, Rows, gathered
from graph.kernels.growing import Grown, Soil, grown, path_sets
from graph.kernels.index import Longs
from graph.kernels.paths import strongest, to_twelve_digits
from graph.kernels.problem import PathProblem, Stop
from graph.kernels.ranking import strongest_places

# Beyond so many links distances to every goal take longer than searches that look only where a path can be.
SMALL_LINKS = 20_000
# Beyond so many paths one search for all pairs would hold too much at once.
PATHS_AT_ONCE = 300_000
PAIRS_AT_ONCE = 256


def paths_of_pairs(
    problem: PathProblem, pairs: Sequence[tuple[int, int]], *, max_paths: int, stop: Stop | None = None
) -> Iterator[PathSet]:
    """What `all_paths` gives for each pair of a source and a target, in their order; the problem's own ends are not regarded.

    The paths of a pair come in no order that means anything.
    """
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        part = pairs[first : first + PAIRS_AT_ONCE]
        together = _together(problem, part, stop)
        for place, (source, target) in enumerate(part):
            found = together[place] if together is not None else None
            if found is None or len(found) > max_paths:
                alone = replace(problem, sources=np.array([source], dtype=np.int32), targets=np.array([target], dtype=np.int32))
                found = all_paths(alone, max_paths=max_paths, stop=stop)
            yield found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strongest:
    """The rows of the strongest paths of a pair, the strongest first, how many paths there are, and whether all were counted."""

    paths: list[Rows]
    count: int
    complete: bool


def strongest_of_pairs(
    problem: PathProblem, pairs: Sequence[tuple[int, int]], most: int, *, max_paths: int, stop: Stop | None = None
) -> Iterator[Strongest]:
    """The `most` strongest simple paths of each pair, in their order, and how many there are, counted up to `max_paths`.

    Paths come to twelve digits of their strength, then with fewer links, then by the links' ranks. Only those that may be among
    the strongest are written out.
    """
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        part = pairs[first : first + PAIRS_AT_ONCE]
        parts = _grown(problem, part, stop)
        fan = None if parts is None else gathered(parts, lambda each: each.begin, PATHS_AT_ONCE)
        known = {} if fan is None else _strongest_of_fan(fan, problem.rank, most)
        for place, pair in enumerate(part):
            found = known.get(place, Strongest(paths=[], count=0, complete=True)) if fan is not None else None
            if found is None or found.count > max_paths:
                found = _strongest_alone(problem, pair, most, max_paths, stop)
            yield found


def _strongest_of_fan(fan: Fan, rank: Longs, most: int) -> dict[int, Strongest]:
    ends = dict(fan.by_end())
    near: dict[int, list[int]] = {}
    for end, places in ends.items():
        strength = fan.strength[places]
        if places.size > most:
            least = float(np.partition(strength, places.size - most)[places.size - most])
            near[end] = places[strength >= least * (1.0 - ROOM)].tolist()
        else:
            near[end] = places.tolist()
    every = [place for places in near.values() for place in places]
    strengths, rows = dict(zip(every, fan.strength[every].tolist(), strict=True)), dict(zip(every, fan.rows_of(every), strict=True))

    def key(place: int) -> tuple[float, int, list[int]]:
        return -to_twelve_digits(strengths[place]), len(rows[place]), [ranks[row] for row in rows[place]]

    used = sorted({row for path in rows.values() for row in path})
    ranks = dict(zip(used, rank[used].tolist(), strict=True))
    return {
        end: Strongest(paths=[rows[place] for place in sorted(places, key=key)[:most]], count=int(ends[end].size), complete=True)
        for end, places in near.items()
    }


def _strongest_alone(problem: PathProblem, pair: tuple[int, int], most: int, max_paths: int, stop: Stop | None) -> Strongest:
    source, target = (np.array([row], dtype=np.int32) for row in pair)
    alone = replace(problem, sources=source, targets=target)
    found = all_paths(alone, max_paths=max_paths, stop=stop)
    if found.complete:
        paths = [found.path(place) for place in strongest_places(found, problem.rank, most)]
    else:
        paths = list(strongest(alone, most, stop=stop).paths)
    return Strongest(paths=paths, count=len(found), complete=found.complete)


def _together(problem: PathProblem, pairs: Sequence[tuple[int, int]], stop: Stop | None) -> list[PathSet] | None:
    """The paths of all pairs; None where the map or the paths are too many, or there was no time for all."""
    parts = _grown(problem, pairs, stop)
    return None if parts is None else path_sets(parts, len(pairs))


def _grown(problem: PathProblem, pairs: Sequence[tuple[int, int]], stop: Stop | None) -> list[Grown] | None:
    """The same in parts, each path begun by the number of its pair."""
    if len(pairs) < 2 or problem.index.n_links > SMALL_LINKS:
        return None
    soil = Soil(problem)
    goals, lanes = np.unique([target for _, target in pairs], return_inverse=True)
    parts: list[Grown] = []
    found = 0
    try:
        for part in grown(soil, [source for source, _ in pairs], lanes, soil.hops_to_each(goals), passing=False, stop=stop):
            parts.append(part)
            found += len(part)
            if found > PATHS_AT_ONCE:
                return None
    except Stopped:
        return None
    return parts

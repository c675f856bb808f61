"""Every simple path of each of many pairs of nodes, in one search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from graph.kernels.bounds import Stopped
from graph.kernels.every import PathSet, all_paths
from graph.kernels.growing import Grown, Soil, grown, path_sets
from graph.kernels.problem import PathProblem, Stop

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


def _together(problem: PathProblem, pairs: Sequence[tuple[int, int]], stop: Stop | None) -> list[PathSet] | None:
    """The paths of all pairs; None where the map or the paths are too many, or there was no time for all."""
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
    return path_sets(parts, len(pairs))

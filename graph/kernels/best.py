"""How strong the strongest path to every node is, from many starts at once, without the paths themselves."""

from __future__ import annotations

import numpy as np

from graph.kernels.index import Floats, Ints, LinkIndex, Marks
from graph.kernels.problem import Stop


def best_strengths(
    index: LinkIndex, strength: Floats, usable: Marks, starts: Ints, *, max_links: int = 0, inwards: bool = False, stop: Stop | None = None
) -> Floats:
    """For every start (a row of the answer) and node, the strength of the strongest simple path of at most `max_links` links.

    0 where there is none, 1 for a start itself; with `inwards`, of paths from each node to the start. No strength is above 1,
    so cutting a round out of a walk never weakens it, and the best walk is as strong as the best path: one array step for each
    link of the longest path. O(starts x links x longest). Where `stop` says True, what was found for shorter paths is given.
    """
    count = starts.size
    best = np.zeros((count, index.n_nodes))
    best[np.arange(count), starts] = 1.0
    rows = np.flatnonzero(usable & (strength > 0.0) & (index.start != index.end))
    if not rows.size or not count:
        return best
    near, far = (index.end, index.start) if inwards else (index.start, index.end)
    rows = rows[np.argsort(far[rows], kind="stable")]
    ends, first = np.unique(far[rows], return_index=True)
    begins, weight = near[rows], strength[rows]
    longest = index.n_nodes - 1
    for _ in range(min(max_links, longest) if max_links > 0 else longest):
        if stop is not None and stop():
            break
        arriving = np.maximum.reduceat(best[:, begins] * weight, first, axis=1)
        improved = np.maximum(best[:, ends], arriving)
        if np.array_equal(improved, best[:, ends]):
            break
        best[:, ends] = improved
    return best

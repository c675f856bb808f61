"""How strong the strongest path to every node is, from many starts at once, without the paths themselves."""

from __future__ import annotations

from collections.abc import Iterator

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
    best = _begun(index, starts)
    for _ in _widened(index, strength, usable, best, max_links, stop, inwards=inwards):
        pass
    return best


def best_by_links(
    index: LinkIndex, strength: Floats, usable: Marks, starts: Ints, *, max_links: int, stop: Stop | None = None
) -> list[Floats]:
    """The same for paths of at most 0, 1, 2, ... links, as far as more links strengthen anything."""
    best = _begun(index, starts)
    return [best.copy(), *(longer.copy() for longer in _widened(index, strength, usable, best, max_links, stop, inwards=False))]


def _begun(index: LinkIndex, starts: Ints) -> Floats:
    best = np.zeros((starts.size, index.n_nodes))
    best[np.arange(starts.size), starts] = 1.0
    return best


def _widened(
    index: LinkIndex, strength: Floats, usable: Marks, best: Floats, max_links: int, stop: Stop | None, *, inwards: bool
) -> Iterator[Floats]:
    """Let the table hold for paths of one link more each time, in place, until nothing grows stronger."""
    rows = np.flatnonzero(usable & (strength > 0.0) & (index.start != index.end))
    if not rows.size or not best.size:
        return
    near, far = (index.end, index.start) if inwards else (index.start, index.end)
    rows = rows[np.argsort(far[rows], kind="stable")]
    ends, first = np.unique(far[rows], return_index=True)
    begins, weight = near[rows], strength[rows]
    longest = index.n_nodes - 1
    for _ in range(min(max_links, longest) if max_links > 0 else longest):
        if stop is not None and stop():
            return
        arriving = np.maximum.reduceat(best[:, begins] * weight, first, axis=1)
        improved = np.maximum(best[:, ends], arriving)
        if np.array_equal(improved, best[:, ends]):
            return
        best[:, ends] = improved
        yield best

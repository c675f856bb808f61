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
    return best.T


def best_by_links(
    index: LinkIndex, strength: Floats, usable: Marks, starts: Ints, *, max_links: int, stop: Stop | None = None
) -> list[Floats]:
    """The same for paths of at most 0, 1, 2, ... links, as far as more links strengthen anything."""
    best = _begun(index, starts)
    return [best.T.copy(), *(longer.T.copy() for longer in _widened(index, strength, usable, best, max_links, stop, inwards=False))]


def _begun(index: LinkIndex, starts: Ints) -> Floats:
    """A line for each node, so that what a link carries for all starts lies side by side."""
    best = np.zeros((index.n_nodes, starts.size))
    best[starts, np.arange(starts.size)] = 1.0
    return best


def _widened(
    index: LinkIndex, strength: Floats, usable: Marks, best: Floats, max_links: int, stop: Stop | None, *, inwards: bool
) -> Iterator[Floats]:
    """Let the table hold for paths of one link more each time, in place, until nothing grows stronger.

    Only links from what grew stronger the last time are looked at: the others bring what they brought before.
    """
    rows = np.flatnonzero(usable & (strength > 0.0) & (index.start != index.end))
    if not rows.size or not best.size:
        return
    near, far = (index.end, index.start) if inwards else (index.start, index.end)
    rows = rows[np.argsort(far[rows], kind="stable")]
    begins, ends, weight = near[rows], far[rows], strength[rows]
    is_fresh: Marks = np.asarray(best.any(axis=1))
    longest = index.n_nodes - 1
    for _ in range(min(max_links, longest) if max_links > 0 else longest):
        if stop is not None and stop():
            return
        some = np.flatnonzero(is_fresh[begins])
        if not some.size:
            return
        first = np.flatnonzero(np.diff(ends[some], prepend=-1))
        there = ends[some[first]]
        arriving = np.maximum.reduceat(best.take(begins[some], axis=0) * weight[some, None], first, axis=0)
        before = best.take(there, axis=0)
        better = np.flatnonzero((arriving > before).any(axis=1))
        if not better.size:
            return
        best[there[better]] = np.maximum(before[better], arriving[better])
        is_fresh[:] = False
        is_fresh[there[better]] = True
        yield best

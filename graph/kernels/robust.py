"""How firmly the sum over some paths stands: under drawn strengths, and against one link being wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graph.kernels.every import PathSet
from graph.kernels.index import Floats, Longs
from graph.kernels.problem import Stop

CELLS_AT_ONCE = 1 << 22


def nets_of_draws(found: PathSet, links: Longs, weights: Floats, *, stop: Stop | None = None) -> Floats:
    """The net of the paths (signed strengths added up) for each row of `weights`, whose columns are the sorted rows `links`.

    O(draws x steps). Where `stop` says True, the draws made so far.
    """
    if not len(found):
        return np.zeros(weights.shape[0])
    columns = np.searchsorted(links, found.rows)
    batch = max(1, CELLS_AT_ONCE // max(columns.size, 1))
    nets: list[Floats] = []
    for first in range(0, weights.shape[0], batch):
        if stop is not None and stop():
            break
        strengths = np.multiply.reduceat(weights[first : first + batch][:, columns], found.offsets[:-1], axis=1)
        nets.append(strengths.sum(axis=1))
    return np.concatenate(nets) if nets else np.zeros(0)


def through_links(found: PathSet, amounts: Floats, n_links: int) -> Floats:
    """For each link, the amounts of the paths that run over it, added up."""
    each: Longs = np.diff(found.offsets)
    return np.bincount(found.rows, weights=np.repeat(amounts, each), minlength=n_links).astype(np.float64)


def all_steps(found: PathSet, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which paths run over good links only."""
    if not len(found):
        return np.zeros(0, dtype=np.bool_)
    kept: NDArray[np.bool_] = np.logical_and.reduceat(good[found.rows], found.offsets[:-1])
    return kept

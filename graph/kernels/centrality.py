"""How often a node lies between others: betweenness over fewest-link paths, by whole blocks of starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Floats, LinkIndex, Marks
from graph.kernels.problem import Stop

BLOCK_CELLS = 1 << 21
# Beyond so many cells of starts by nodes a sample of starts stands for all.
EXACT_CELLS = 1 << 24
SAMPLE = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Betweenness:
    """For each node the sum, over pairs of other nodes, of the share of their shortest paths on which it lies.

    `starts` says from how many nodes it was counted; where that is not all of them, the figure is scaled up and an estimate.
    """

    value: Floats
    starts: int
    exact: bool


def betweenness(index: LinkIndex, usable: Marks, *, stop: Stop | None = None) -> Betweenness:
    """Betweenness over directed paths of fewest links; parallel links count once, links of a node to itself not at all.

    O(starts x links) (Brandes), a few array steps for each distance. On large maps an evenly spread sample of starts is taken.
    """
    # Imported here because it takes longer than most questions do.
    from scipy.sparse import csr_array

    n = index.n_nodes
    there = usable & (index.start != index.end)
    pairs = np.unique(index.start[there].astype(np.int64) * n + index.end[there])
    start, end = np.divmod(pairs, max(n, 1))
    onward = csr_array((np.ones(pairs.size), (start, end)), shape=(n, n))
    begins = np.unique(start)
    exact = begins.size * n <= EXACT_CELLS
    chosen = begins if exact else begins[np.linspace(0, begins.size - 1, SAMPLE).astype(np.int64)]
    total, done = np.zeros(n), 0
    block = max(1, BLOCK_CELLS // max(n, 1))
    for first in range(0, chosen.size, block):
        if stop is not None and stop():
            exact = False
            break
        sources = chosen[first : first + block]
        total += _block(onward, sources, n)
        done += sources.size
    if done and done < begins.size:
        total *= begins.size / done
    return Betweenness(value=total, starts=done, exact=exact)


def _block(onward: Any, sources: Any, n: int) -> Floats:
    """What paths from some starts add to each node. Columns are starts, rows nodes; each level touches its own cells only."""
    places = np.arange(sources.size)
    ways = np.zeros((n, sources.size))
    ways[sources, places] = 1.0
    unseen = np.ones((n, sources.size), dtype=np.bool_)
    unseen[sources, places] = False
    backward, front = onward.T.tocsr(), ways.copy()
    levels: list[NDArray[np.int64]] = []
    while True:
        arriving = backward @ front
        cells = np.flatnonzero((arriving != 0.0) & unseen)
        if not cells.size:
            break
        if levels:
            front.ravel()[levels[-1]] = 0.0
        else:
            front[sources, places] = 0.0
        ways.ravel()[cells] = front.ravel()[cells] = arriving.ravel()[cells]
        unseen.ravel()[cells] = False
        levels.append(cells)
    behind, share = np.zeros_like(ways), np.zeros_like(ways)
    for far in range(len(levels) - 1, 0, -1):
        cells, nearer = levels[far], levels[far - 1]
        share.ravel()[cells] = (1.0 + behind.ravel()[cells]) / ways.ravel()[cells]
        passed = onward @ share
        behind.ravel()[nearer] += ways.ravel()[nearer] * passed.ravel()[nearer]
        share.ravel()[cells] = 0.0
    summed: Floats = behind.sum(axis=1)
    return summed

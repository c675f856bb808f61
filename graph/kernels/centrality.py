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
        total += passed(onward, sources)[0]
        done += sources.size
    if done and done < begins.size:
        total *= begins.size / done
    return Betweenness(value=total, starts=done, exact=exact)


def passed(onward: Any, sources: Any, *, wanted: Marks | None = None, most: int = 0) -> tuple[Floats, int]:
    """What the paths of fewest links from some starts add to each node that they pass, and how many ends they have.

    `onward` is a sparse matrix with a 1 from start to end. `wanted` says which ends count, a line for each node and a column for
    each start; all where it is None. Paths of more than `most` links do not count, where that is not 0 (Brandes 2001).
    """
    shape = onward.shape[0], sources.size
    places = np.arange(sources.size)
    ways, unseen = np.zeros(shape), np.ones(shape, dtype=np.bool_)
    ways[sources, places], unseen[sources, places] = 1.0, False
    front = ways.copy()
    # Each level touches its own cells only, by their numbers.
    flat_ways, flat_front, flat_unseen = ways.ravel(), front.ravel(), unseen.ravel()
    ends = None if wanted is None else np.ascontiguousarray(wanted).ravel()
    backward = onward.T.tocsr()
    levels: list[NDArray[np.int64]] = []
    last = sources * sources.size + places
    while not most or len(levels) < most:
        arriving = (backward @ front).ravel()
        cells = np.flatnonzero((arriving != 0.0) & flat_unseen)
        if not cells.size:
            break
        flat_front[last] = 0.0
        flat_ways[cells] = flat_front[cells] = arriving[cells]
        flat_unseen[cells] = False
        levels.append(cells)
        last = cells
    flat_front[last] = 0.0
    # Large arrays cost as much to come by as to compute with, so that the empty one serves again.
    behind, share, flat_share = np.zeros(shape), front, flat_front
    flat_behind = behind.ravel()
    for far in range(len(levels) - 1, 0, -1):
        cells, nearer = levels[far], levels[far - 1]
        flat_share[cells] = (flat_behind[cells] + (1.0 if ends is None else ends[cells])) / flat_ways[cells]
        flat_behind[nearer] += flat_ways[nearer] * (onward @ share).ravel()[nearer]
        flat_share[cells] = 0.0
    summed: Floats = behind.sum(axis=1)
    return summed, sum(int(cells.size if ends is None else ends[cells].sum()) for cells in levels)

"""Whether influence is organised as the silos are: modularity of the silos against communities and against chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graph.kernels.between import modularity
from graph.kernels.communities import best_communities
from graph.kernels.index import Floats
from graph.results import Modularity
from graph.selection import Stop

TRIES = 5
"""How often communities are looked for, each time with the nodes in another order; the best counts."""


def modularity_gap(
    start: NDArray[np.int64], end: NDArray[np.int64], weight: Floats, silo: NDArray[np.int64], *, draws: int, seed: int, stop: Stop | None
) -> Modularity | None:
    """The gap between the silos and the best communities found, with the same silos dealt out at random as a null.

    Nodes are numbered without gaps; `silo` gives each node's. The null keeps the sizes of the silos and shuffles who is in them
    (NumPy PCG64). Communities are found by Louvain's method, which is not sure to find the best there are. None where there was no
    time for a single deal: without a null the figure says nothing.
    """
    own = modularity(start, end, weight, silo)
    found = best_communities(start.astype(np.int32), end.astype(np.int32), weight, silo.size, tries=TRIES, seed=seed, stop=stop)
    best, count = (found.modularity, found.count) if found.modularity >= own else (own, int(np.unique(silo).size))
    random = np.random.Generator(np.random.PCG64(seed))
    null = []
    for _ in range(draws):
        if stop is not None and stop():
            break
        null.append(modularity(start, end, weight, random.permutation(silo)))
    if not null:
        return None
    values = np.array(null)
    return Modularity(
        silos=own,
        communities=best,
        community_count=count,
        gap=best - own,
        null_mean=float(values.mean()),
        null_deviation=float(values.std()),
        null_at_least=float((values >= own - 1e-12).mean()),
        draws=len(null),
        seed=seed,
    )

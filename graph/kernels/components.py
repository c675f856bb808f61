"""Which nodes belong together: by ways there and back, or by any link at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import LinkIndex, Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Each node's component. Components are numbered from 0 in the order of their smallest node."""

    label: NDArray[np.int32]
    count: int

    def sizes(self) -> NDArray[np.int64]:
        """Nodes in each component."""
        return np.bincount(self.label, minlength=self.count).astype(np.int64)


def strong_components(index: LinkIndex, usable: Marks) -> Components:
    """Nodes with a way over usable links from each to each other; a node with none is a component by itself.

    O(nodes + links): Pearce's algorithm, as SciPy has it.
    """
    return _components(index, usable, "strong")


def weak_components(index: LinkIndex, usable: Marks) -> Components:
    """Nodes joined by usable links, whichever way they point. O(nodes + links)."""
    return _components(index, usable, "weak")


def _components(index: LinkIndex, usable: Marks, connection: Literal["strong", "weak"]) -> Components:
    if index.n_nodes == 0:
        return Components(label=np.empty(0, dtype=np.int32), count=0)
    # Imported here because it takes longer than most questions do.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    # SciPy's strong components never end where a link comes twice, so parallel links are made one.
    pairs = np.unique(index.start[usable].astype(np.int64) * index.n_nodes + index.end[usable])
    starts, ends = np.divmod(pairs, index.n_nodes)
    at = np.searchsorted(starts, np.arange(index.n_nodes + 1)).astype(np.int32)
    shape = (index.n_nodes, index.n_nodes)
    links = csr_array((np.ones(ends.size, dtype=np.float64), ends.astype(np.int32), at), shape=shape)
    count, label = connected_components(links, directed=True, connection=connection)
    first = np.full(count, index.n_nodes, dtype=np.int64)
    np.minimum.at(first, label, np.arange(index.n_nodes))
    number = np.empty(count, dtype=np.int32)
    number[np.argsort(first)] = np.arange(count, dtype=np.int32)
    return Components(label=number[label], count=int(count))

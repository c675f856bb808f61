"""The links around the nodes that a search comes to, fetched for many nodes in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from graph.kernels.index import Ints, Longs, rows_of
from graph.kernels.problem import Ground
from graph.kernels.scale import Scale

LOOKED_AT = 128
"""Among how many of those that wait next it is looked for nodes without links: calling NumPy costs as much for one as for fifty."""

Near: TypeAlias = list[tuple[int, int]]
"""The cost of each link of a node and the node at its other end."""


class Neighbours:
    """The links that a path may take into nodes, or out of them, by node.

    Fetching for a node fetches for those that wait beside it too: most of them come next.
    """

    __slots__ = ("_at", "_far", "_ground", "_rows", "_scale", "known")

    def __init__(self, ground: Ground, scale: Scale, *, inwards: bool) -> None:
        index = ground.index
        self._ground, self._scale = ground, scale
        self._at: Longs = index.in_at if inwards else index.out_at
        self._rows: Ints = index.in_rows if inwards else index.out_rows
        self._far: Ints = index.start if inwards else index.end
        # What was fetched, by node.
        self.known: dict[int, Near] = {}

    def fetch(self, node: int, waiting: Sequence[tuple[Any, ...]]) -> Near:
        """The links of a node that is not known yet, and those of some that wait in a heap, whose entries end with their nodes."""
        known = self.known
        nodes = list(dict.fromkeys((node, *(entry[-1] for entry in waiting[:LOOKED_AT] if entry[-1] not in known))))
        places = np.array(nodes, dtype=np.int64)
        rows = rows_of(self._at, self._rows, places)
        ok = self._ground.allowed(rows)
        upto = np.zeros(rows.size + 1, dtype=np.int64)
        np.cumsum(ok, out=upto[1:])
        ends = upto[np.cumsum(self._at[places + 1] - self._at[places])].tolist()
        rows = rows[ok]
        links = list(zip(self.costs(rows), self._far[rows].tolist(), strict=True))
        first = 0
        for each, end in zip(nodes, ends, strict=True):
            known[each] = links[first:end]
            first = end
        return known[node]

    def costs(self, rows: Ints) -> list[int]:
        """What links cost. Long paths have costs beyond 64 bits, so these are Python's own whole numbers."""
        scale = self._scale
        shift = scale.links
        return [(whole << shift) + 1 for whole in scale.wholes(self._ground.problem.strength[rows]).tolist()]

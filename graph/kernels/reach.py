"""How many links away: breadth-first search by whole frontiers."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph.kernels.index import Ints, LinkIndex, Marks, rows_of

FAR = np.iinfo(np.int32).max


def reach(
    index: LinkIndex, usable: Marks, sources: ArrayLike, *, max_links: int = 0, direction: Literal["out", "in"] = "out"
) -> NDArray[np.int32]:
    """Fewest usable links from any source to each node, or with direction "in" from each node to any source.

    A source is 0 links away, a node out of reach (or beyond `max_links`, where that is not 0) is -1.
    O(nodes + links) in all, one array step for each distance.
    """
    at, rows, far = (index.out_at, index.out_rows, index.end) if direction == "out" else (index.in_at, index.in_rows, index.start)
    distance = np.full(index.n_nodes, -1, dtype=np.int32)
    frontier = np.unique(np.asarray(sources, dtype=np.int64))
    distance[frontier] = 0
    steps = 0
    while frontier.size and (max_links <= 0 or steps < max_links):
        steps += 1
        next_rows = rows_of(at, rows, frontier)
        nodes = far[next_rows[usable[next_rows]]]
        frontier = first_seen(distance, nodes, steps)
    return distance


def first_seen(distance: NDArray[np.int32], nodes: Ints, steps: int) -> NDArray[np.int64]:
    """Mark the nodes that had no distance yet, and return them once each, ascending."""
    fresh = nodes[distance[nodes] < 0]
    if not fresh.size:
        return fresh.astype(np.int64)
    distance[fresh] = steps
    if fresh.size * 8 > distance.size:
        return np.flatnonzero(distance == steps)
    return np.unique(fresh).astype(np.int64)

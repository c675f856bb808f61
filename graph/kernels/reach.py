"""How many links away: breadth-first search by whole frontiers."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph.kernels.index import Ints, LinkIndex, Marks, rows_of

FAR = np.iinfo(np.int32).max
# Up to so many links it is faster to look at all of them for all sources at once.
FEW_LINKS = 20_000


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


def reach_each(
    index: LinkIndex, usable: Marks, sources: NDArray[np.integer], *, max_links: int = 0, direction: Literal["out", "in"] = "out"
) -> NDArray[np.int32]:
    """The same for each source by itself, one line a source. O(sources x links) for each distance, on large maps less."""
    distance = np.full((sources.size, index.n_nodes), -1, dtype=np.int32)
    if index.n_links > FEW_LINKS:
        for line, source in enumerate(sources.tolist()):
            distance[line] = reach(index, usable, [source], max_links=max_links, direction=direction)
        return distance
    distance[np.arange(sources.size), sources] = 0
    rows, near, far = (index.in_rows, index.start, index.end) if direction == "out" else (index.out_rows, index.end, index.start)
    rows = rows[usable[rows]]
    nodes, first = np.unique(far[rows], return_index=True)
    begins, steps = near[rows], 0
    while nodes.size and (max_links <= 0 or steps < max_links):
        steps += 1
        fresh = np.logical_or.reduceat(distance[:, begins] == steps - 1, first, axis=1) & (distance[:, nodes] < 0)
        lines, places = np.nonzero(fresh)
        if not lines.size:
            break
        distance[lines, nodes[places]] = steps
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

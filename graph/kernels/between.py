"""Who stands between groups: brokers in the middle of two steps, and nodes on the shortest ways from group to group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.centrality import passed
from graph.kernels.index import Floats, Ints, LinkIndex, Longs, Marks, rows_of
from graph.kernels.problem import Stop

COORDINATOR, GATEKEEPER, REPRESENTATIVE, CONSULTANT, LIAISON = range(5)
STEPS_AT_ONCE = 1 << 16
CELLS_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleLinks:
    """Every pair of nodes that a usable link joins, once, self-links left out, sorted by start and then by end."""

    start: Ints
    end: Ints
    keys: Longs
    n_nodes: int

    @classmethod
    def of(cls, index: LinkIndex, usable: Marks) -> SimpleLinks:
        """O(links log links)."""
        kept = usable & (index.start != index.end)
        keys = np.unique(index.start[kept].astype(np.int64) * index.n_nodes + index.end[kept])
        starts, ends = np.divmod(keys, max(index.n_nodes, 1))
        return cls(start=starts.astype(np.int32), end=ends.astype(np.int32), keys=keys, n_nodes=index.n_nodes)

    def joins(self, start: Longs, end: Longs) -> Marks:
        """Whether a link joins each of these pairs."""
        wanted = start * self.n_nodes + end
        places = np.searchsorted(self.keys, wanted)
        found: Marks = self.keys[np.minimum(places, self.keys.size - 1)] == wanted
        return found


def brokerage(links: SimpleLinks, group: Ints, assigned: Marks, *, stop: Stop | None = None) -> tuple[Longs, bool]:
    """How often each node is in the middle of a > b > c without a > c, by role; and whether all were counted.

    One row a node and one column a role; only nodes that are `assigned` to a group take part. O(pairs of steps).
    """
    counts = np.zeros((links.n_nodes, 5), dtype=np.int64)
    index = LinkIndex.of(links.start, links.end, links.n_nodes)
    for first in range(0, links.start.size, STEPS_AT_ONCE):
        if stop is not None and stop():
            return counts, False
        begin, middle = links.start[first : first + STEPS_AT_ONCE], links.end[first : first + STEPS_AT_ONCE]
        times = index.out_at[middle + 1] - index.out_at[middle]
        a, b = np.repeat(begin, times).astype(np.int64), np.repeat(middle, times).astype(np.int64)
        c = links.end[rows_of(index.out_at, index.out_rows, middle)].astype(np.int64)
        good = (a != c) & assigned[a] & assigned[b] & assigned[c]
        a, b, c = a[good], b[good], c[good]
        if not a.size:
            continue
        apart = ~links.joins(a, c)
        a, b, c = a[apart], b[apart], c[apart]
        ab, bc, ac = group[a] == group[b], group[b] == group[c], group[a] == group[c]
        role = np.select([ab & bc, ~ab & bc, ab & ~bc, ac], [COORDINATOR, GATEKEEPER, REPRESENTATIVE, CONSULTANT], default=LIAISON)
        np.add.at(counts, (b, role), 1)
    return counts, True


def betweenness_across(
    links: SimpleLinks, group: Ints, assigned: Marks, *, max_links: int = 0, stop: Stop | None = None
) -> tuple[Floats, int, bool]:
    """For each node, over all pairs of other nodes of two groups, the share of their shortest ways that pass it, added up.

    Also how many such pairs have a way at all, and whether there was time for all starts. Ways of more than `max_links` links do
    not count, where that is not 0. Whole batches of starts at a time: O(nodes x links).
    """
    between, pairs = np.zeros(links.n_nodes), 0
    nodes = np.unique(np.concatenate((links.start, links.end)))
    if not nodes.size:
        return between, pairs, True
    from scipy.sparse import csr_array

    start, end = np.searchsorted(nodes, links.start), np.searchsorted(nodes, links.end)
    onward = csr_array((np.ones(start.size), (start, end)), shape=(nodes.size, nodes.size))
    groups, known = group[nodes], assigned[nodes]
    batch = max(1, CELLS_AT_ONCE // nodes.size)
    for first in range(0, nodes.size, batch):
        if stop is not None and stop():
            return between, pairs, False
        begin = np.arange(first, min(first + batch, nodes.size))
        wanted = (groups[:, None] != groups[begin][None, :]) & known[:, None] & known[begin][None, :]
        added, count = passed(onward, begin, wanted=wanted, most=max_links)
        between[nodes] += added
        pairs += count
    return between, pairs, True


def modularity(start: NDArray[np.integer], end: NDArray[np.integer], weight: Floats, label: NDArray[np.integer]) -> float:
    """Directed modularity of a partition: the weight inside groups, less what chance would put there given each node's links."""
    total = float(weight.sum())
    if total <= 0:
        return 0.0
    size = int(label.max()) + 1
    inside = float(weight[label[start] == label[end]].sum())
    out = np.bincount(label[start], weights=weight, minlength=size)
    into = np.bincount(label[end], weights=weight, minlength=size)
    return inside / total - float((out * into).sum()) / total**2

"""The links of one snapshot, ordered by where they start and by where they end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Marks: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkIndex:
    """Adjacency in both directions over `n_nodes` nodes; parallel links and self-links are legal.

    A link is known by its row in `start` and `end`. `out_rows[out_at[v]:out_at[v + 1]]` are the rows that leave node v, in
    ascending order, and `in_rows` likewise those that enter it. `out_end` and `out_start` hold the ends of `out_rows`.
    Build one with `LinkIndex.of`; all arrays are read-only.
    """

    n_nodes: int
    start: Ints
    end: Ints
    out_at: Longs
    out_rows: Ints
    out_start: Ints
    out_end: Ints
    in_at: Longs
    in_rows: Ints
    # The nodes with at least one link out, and where each begins in `out_rows`: what `ufunc.reduceat` needs.
    out_nodes: Longs
    out_first: Longs
    # What others work out of the index and its snapshot's columns, by a name of theirs; holding it here ties its life to the index.
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, start: ArrayLike, end: ArrayLike, n_nodes: int) -> LinkIndex:
        """Index m links. Takes O(m log m) time, about 50 ms for a million links.

        Raises ValueError where the columns differ in length or name a node outside `range(n_nodes)`.
        """
        starts, ends = np.array(start, dtype=np.int32), np.array(end, dtype=np.int32)
        if starts.ndim != 1 or starts.shape != ends.shape:
            raise ValueError(f"Link columns differ: {starts.shape} starts and {ends.shape} ends. Give one of each per link.")
        for name, column in (("start", starts), ("end", ends)):
            if column.size and (int(column.min()) < 0 or int(column.max()) >= n_nodes):
                raise ValueError(f"Column {name!r} names a node outside 0..{n_nodes - 1}. Number the nodes without gaps.")
        return cls._of(starts, ends, n_nodes, *_grouped(starts, n_nodes), *_grouped(ends, n_nodes))

    @classmethod
    def _of(cls, start: Ints, end: Ints, n_nodes: int, out_at: Longs, out_rows: Ints, in_at: Longs, in_rows: Ints) -> LinkIndex:
        out_nodes = np.flatnonzero(np.diff(out_at))
        return cls(
            n_nodes=n_nodes,
            start=_frozen(start),
            end=_frozen(end),
            out_at=_frozen(out_at),
            out_rows=_frozen(out_rows),
            out_start=_frozen(start[out_rows]),
            out_end=_frozen(end[out_rows]),
            in_at=_frozen(in_at),
            in_rows=_frozen(in_rows),
            out_nodes=_frozen(out_nodes),
            out_first=_frozen(out_at[out_nodes]),
        )

    def with_more(self, start: Ints, end: Ints) -> LinkIndex:
        """This index with a few links more, whose rows come after the others. O(m), a fifth of the time of indexing anew."""
        out_at, out_rows = _wider(self.out_at, self.out_rows, start, self.n_links)
        in_at, in_rows = _wider(self.in_at, self.in_rows, end, self.n_links)
        starts, ends = np.concatenate([self.start, start]), np.concatenate([self.end, end])
        return LinkIndex._of(starts, ends, self.n_nodes, out_at, out_rows, in_at, in_rows)

    @property
    def n_links(self) -> int:
        """How many links there are, usable or not."""
        return int(self.start.size)


def rows_of(at: Longs, rows: Ints, nodes: NDArray[Any]) -> Ints:
    """The rows of several nodes in one array, node by node in the order given (`at` and `rows` of one direction)."""
    first = at[nodes]
    count = at[nodes + 1] - first
    total = int(count.sum())
    if total == 0:
        return rows[:0]
    places = np.arange(total, dtype=np.int64)
    places += np.repeat(first - (np.cumsum(count) - count), count)
    return rows[places]


def _grouped(nodes: Ints, n_nodes: int) -> tuple[Longs, Ints]:
    """Where each node's rows begin, and the rows sorted by node and then by row."""
    at = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(nodes, minlength=n_nodes), out=at[1:])
    # Sorting node and row as one number is several times faster than a stable argsort of the nodes.
    keys = nodes.astype(np.int64) << 32
    keys |= np.arange(nodes.size, dtype=np.int64)
    keys.sort()
    return at, (keys & 0xFFFFFFFF).astype(np.int32)


def _wider(at: Longs, rows: Ints, nodes: Ints, first: int) -> tuple[Longs, Ints]:
    """The same with the rows from `first` on added, each of its node."""
    # Rows of one node are put in at one place and keep their order there.
    order = np.argsort(nodes, kind="stable")
    grown = at.copy()
    grown[1:] += np.cumsum(np.bincount(nodes, minlength=at.size - 1))
    return grown, np.insert(rows, at[nodes[order] + 1], order + first)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array

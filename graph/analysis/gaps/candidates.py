"""The feedback links that might be, each with the pairs that it would close, in columns."""

from __future__ import annotations

import itertools
import math

import numpy as np

from graph.analysis.gaps.findings import Pairs
from graph.analysis.gaps.information import Information
from graph.kernels.index import Floats, Longs, Marks

OBSERVES, INFORMS = "observes", "informs"
Candidate = tuple[str, int, int]
"""A link that might be: its kind, who would see or tell, and the factor or the owner."""
Place = tuple[float, int, bool, int, int]
"""What candidates are ordered by, the best first: score and number of the pairs that it closes, turned round, then the order of ids."""
ROOM = 1e-9


class Candidates:
    """The links that might be, from which the best is taken again and again.

    Pairs of the same owner, factor and limit are a group: the same links close all of them. What each link still closes is added
    up for all links at once, and exactly for those at the top.
    """

    def __init__(self, information: Information, pairs: Pairs, limit: Floats, rank: Longs) -> None:
        """Pairs with the months within which each wants to hear, and each node's place in the order of ids."""
        n, weight = rank.size, pairs.worth.tolist()
        known = (pairs.owner * n + pairs.factor) * (len(pairs) + 1) + np.unique(limit, return_inverse=True)[1]
        _, first, group = np.unique(known, return_index=True, return_inverse=True)
        self._count = np.bincount(group)
        self._worth = np.bincount(group, weights=pairs.worth)
        upto, order = np.cumsum(self._count).tolist(), np.argsort(group, kind="stable").tolist()
        self._members = [order[begin:end] for begin, end in itertools.pairwise((0, *upto))]
        self._weights = [[weight[pair] for pair in members] for members in self._members]
        kind, start, end, self._group = _edges(information, pairs.owner[first], pairs.factor[first], limit[first])
        # The links in any order that is the same each time; what is equal is told apart by ids.
        code = (kind * n + start) * n + end
        by_code = np.argsort(code, kind="stable")
        self._first = np.flatnonzero(np.diff(code[by_code], prepend=-1))
        self._upto: Longs = np.append(self._first[1:], by_code.size)
        self._group = self._group[by_code]
        self._kind, self._start, self._end = (column[by_code[self._first]] for column in (kind, start, end))
        self._tie_break = list(zip((self._kind == 0).tolist(), rank[self._start].tolist(), rank[self._end].tolist(), strict=True))
        self._open: Marks = np.ones(self._count.size, dtype=np.bool_)
        self._places: dict[int, Place] = {}

    def take_best(self) -> tuple[Candidate, Longs] | None:
        """The link that closes most of what is still open, and the pairs that it closes, which are closed from now on; None where
        none closes any."""
        if not self._open.any():
            return None
        count = np.add.reduceat((self._count * self._open)[self._group], self._first)
        worth = np.add.reduceat(np.where(self._open, self._worth, 0.0)[self._group], self._first)
        most = float(worth.max())
        near = worth >= most * (1.0 - ROOM) if most > 0 else count == count.max()
        counts = count[near].tolist()
        best = min((self._place(link, many), link) for link, many in zip(np.flatnonzero(near).tolist(), counts, strict=True))[1]
        closed = self._closes(best)
        self._open[closed] = False
        link = (INFORMS if self._kind[best] else OBSERVES, int(self._start[best]), int(self._end[best]))
        return link, np.array([pair for group in closed for pair in self._members[group]], dtype=np.int64)

    def _place(self, link: int, count: int) -> Place:
        """Where a link stands, which closes so many pairs: what it closes only shrinks, so as many are the same."""
        known = self._places.get(link)
        if known is None or known[1] != -count:
            worth = math.fsum(itertools.chain.from_iterable([self._weights[group] for group in self._closes(link)]))
            known = self._places[link] = (-float(f"{worth:.12g}"), -count, *self._tie_break[link])
        return known

    def _closes(self, link: int) -> list[int]:
        """The open groups that a link would close."""
        groups = self._group[self._first[link] : self._upto[link]]
        found: list[int] = groups[self._open[groups]].tolist()
        return found


def _edges(information: Information, owners: Longs, factors: Longs, limits: Floats) -> tuple[Longs, Longs, Longs, Longs]:
    """What would close each group: columns of whether it is a telling, its start, its end, and the group.

    Either the owner sees the factor, or somebody else who knows of it in time tells the owner.
    """
    unique, place = np.unique(factors, return_inverse=True)
    every = [information.holders(factor) for factor in unique.tolist()]
    sizes = np.array([len(holders) for holders in every], dtype=np.int64)
    holder = np.fromiter(itertools.chain.from_iterable(every), dtype=np.int64, count=int(sizes.sum()))
    delay = np.fromiter(itertools.chain.from_iterable(map(dict.values, every)), dtype=np.float64, count=holder.size)
    count = sizes[place]
    group = np.arange(factors.size).repeat(count)
    at = np.arange(group.size) + ((np.cumsum(sizes) - sizes)[place] - (np.cumsum(count) - count)).repeat(count)
    some = np.flatnonzero((holder[at] != owners[group]) & (delay[at] <= limits[group]))
    group, at = group[some], at[some]
    kind = np.repeat([0, 1], [factors.size, group.size])
    return (
        kind,
        np.concatenate((owners, holder[at])),
        np.concatenate((factors, owners[group])),
        np.concatenate((np.arange(factors.size), group)),
    )

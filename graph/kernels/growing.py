"""Paths grown from many beginnings at once, each towards a goal of its own, block by block and link by link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.bounds import Stopped
from graph.kernels.every import PathSet
from graph.kernels.index import Floats, Ints, Longs, Marks, rows_of
from graph.kernels.problem import FAINTEST, PathProblem, Stop
from graph.kernels.reach import FAR, reach, reach_each
from graph.kernels.ways import WAITING_AT_MOST, block_of

Places: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trail:
    """The last link of each of some beginnings, and where what lies before it stands in the trail before; None at the start."""

    rows: Ints
    parent: Longs
    before: Trail | None

    def links(self, places: Places) -> Ints:
        """The link rows of some beginnings: a line for each link, a column for each beginning."""
        lines: list[Ints] = []
        trail: Trail | None = self
        while trail is not None and trail.before is not None:
            lines.append(trail.rows[places])
            places, trail = trail.parent[places], trail.before
        return np.array(lines[::-1], dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grown:
    """Beginnings of one length. `begin` numbers where each began, `nodes` has a line for each node on the way."""

    trail: Trail
    begin: Longs
    nodes: Places
    strength: Floats
    sign: NDArray[np.int8]
    delay: Floats

    def __len__(self) -> int:
        return int(self.strength.size)

    def part(self, which: Any) -> Grown:
        """Some of them, by slice or places."""
        trail = Trail(rows=self.trail.rows[which], parent=self.trail.parent[which], before=self.trail.before)
        return Grown(
            trail=trail,
            begin=self.begin[which],
            nodes=self.nodes[:, which],
            strength=self.strength[which],
            sign=self.sign[which],
            delay=self.delay[which],
        )


class Soil:
    """The links that a path may take, in the order of their starts, with all that growing needs of them."""

    def __init__(self, problem: PathProblem) -> None:
        index = problem.index
        self.problem, self.n = problem, index.n_nodes
        free = np.ones(self.n, dtype=np.bool_) if problem.blocked is None else ~problem.blocked
        usable = problem.usable & (problem.strength > 0.0) & (index.start != index.end) & free[index.start] & free[index.end]
        if problem.max_delay is not None:
            usable &= ~np.isnan(problem.delay)
        self.free, self.usable = free, usable
        kept = usable[index.out_rows]
        before = np.zeros(kept.size + 1, dtype=np.int64)
        np.cumsum(kept, out=before[1:])
        self.at: Longs = before[index.out_at]
        self.rows: Ints = index.out_rows[kept]
        # Half the width is half the work where nodes are compared by the million.
        self.node_type = np.int16 if self.n < np.iinfo(np.int16).max else np.int32
        self.end: Places = index.out_end[kept].astype(self.node_type)
        self.strength: Floats = problem.strength[self.rows]
        self.sign: NDArray[np.int8] = problem.sign[self.rows]
        self.delay: Floats = problem.delay[self.rows]

    def hops_to_any(self, goals: Places) -> Ints:
        """Fewest links from each node to the nearest goal, as the one line of a table; FAR where there is no way."""
        goals = goals[self.free[goals]]
        hops = reach(self.problem.index, self.usable, goals, max_links=self.problem.link_bound, direction="in")
        return np.where(hops < 0, FAR, hops)[None, :]

    def hops_to_each(self, goals: Places) -> Ints:
        """A line for each goal: fewest links to it from each node."""
        hops = reach_each(self.problem.index, self.usable, goals, max_links=self.problem.link_bound, direction="in")
        hops[hops < 0] = FAR
        hops[~self.free[goals]] = FAR
        return hops


def grown(
    soil: Soil, begins: Sequence[int], lanes: Longs, hops: Ints, *, passing: bool, stop: Stop | None, best: Sequence[Floats] | None = None
) -> Iterator[Grown]:
    """Every simple path that the problem admits from each of `begins` to where the line of `hops` in its lane is 0, in parts.

    With `passing` paths go on through what they have arrived at. With `best` (for each number of links a table of beginnings and
    nodes; the last holds for more links too) only what is worth at least that is followed. The problem's own ends are not
    regarded. Raises Stopped when `stop` says True, or when more beginnings would wait than fit in memory (see `ways`).
    """
    count = len(begins)
    nodes: Places = np.array(begins, dtype=soil.node_type)
    none = np.empty(0, dtype=np.int64)
    first = Grown(
        trail=Trail(rows=np.empty(0, dtype=np.int32), parent=none, before=None),
        begin=np.arange(count),
        nodes=nodes[None, :],
        strength=np.ones(count),
        sign=np.ones(count, dtype=np.int8),
        delay=np.zeros(count),
    )
    there = soil.free[nodes] & (hops[lanes, nodes] <= soil.problem.link_bound)
    pending, held = [_Waiting(what=first, which=np.flatnonzero(there))], first.nodes.size
    while pending:
        if held > WAITING_AT_MOST or (stop is not None and stop()):
            raise Stopped
        waiting = pending.pop()
        most = block_of(waiting.what.nodes.shape[0] - 1)
        if waiting.which.size > most:
            pending.append(_Waiting(what=waiting.what, which=waiting.which[most:]))
        else:
            held -= waiting.what.nodes.size
        longer = _longer(soil, waiting.what, waiting.which[:most], lanes, hops, best)
        if not len(longer):
            continue
        has_arrived = hops[lanes[longer.begin], longer.nodes[-1]] == 0
        whole = np.flatnonzero(has_arrived & _admitted(soil.problem, longer))
        if whole.size:
            yield longer if whole.size == len(longer) else longer.part(whole)
        going = np.arange(len(longer)) if passing else np.flatnonzero(~has_arrived)
        if going.size and longer.nodes.shape[0] <= soil.problem.link_bound:
            pending.append(_Waiting(what=longer, which=going))
            held += longer.nodes.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Waiting:
    """The beginnings of a block that are still to be grown, by their places."""

    what: Grown
    which: Longs


def _longer(soil: Soil, block: Grown, which: Longs, lanes: Longs, hops: Ints, best: Sequence[Floats] | None) -> Grown:
    """Some beginnings with one more link each, where a goal is still within the bound and no node comes twice."""
    problem, links = soil.problem, block.nodes.shape[0]
    last = block.nodes[-1].take(which)
    first = soil.at.take(last)
    count = soil.at.take(last + 1) - first
    upto = np.cumsum(count)
    places = np.arange(upto[-1] if upto.size else 0)
    places += (first - upto + count).repeat(count)
    ends = soil.end.take(places)
    room = problem.link_bound - links
    # Most links lead nowhere in time, so all else is looked up for the others only.
    if hops.shape[0] == 1:
        near = np.flatnonzero(hops[0].take(ends) <= room)
    else:
        line = (lanes.take(block.begin.take(which)) * soil.n).repeat(count)
        line += ends
        near = np.flatnonzero(hops.take(line) <= room)
    parent, places, ends = which.repeat(count).take(near), places.take(near), ends.take(near)
    nodes = block.nodes.take(parent, axis=1)
    good = (nodes != ends).all(axis=0)
    strength = block.strength.take(parent) * soil.strength.take(places)
    if problem.max_delay is not None:
        good &= block.delay.take(parent) + soil.delay.take(places) <= problem.max_delay
    if best is not None:
        good &= strength >= best[min(links, len(best) - 1)][block.begin.take(parent), ends]
    simple = np.flatnonzero(good)
    if simple.size < good.size:
        parent, places, ends, strength = parent.take(simple), places.take(simple), ends.take(simple), strength.take(simple)
        nodes = nodes.take(simple, axis=1)
    return Grown(
        trail=Trail(rows=soil.rows.take(places), parent=parent, before=block.trail),
        begin=block.begin.take(parent),
        nodes=np.concatenate((nodes, ends[None, :])),
        strength=strength,
        sign=block.sign.take(parent) * soil.sign.take(places),
        delay=block.delay.take(parent) + soil.delay.take(places),
    )


def _admitted(problem: PathProblem, block: Grown) -> Marks:
    kept = np.ones(len(block), dtype=np.bool_)
    for node in problem.required:
        kept &= (block.nodes == node).any(axis=0)
    if problem.sign_wanted is not None:
        kept &= block.sign == problem.sign_wanted
    return kept


def path_sets(parts: Sequence[Grown], count: int) -> list[PathSet]:
    """The paths of each of `count` beginnings, as sets that say they are complete."""
    begin = _joined([part.begin for part in parts], np.int64)
    n_links = _joined([np.full(len(part), part.nodes.shape[0] - 1) for part in parts], np.int32)
    rows = _joined([part.trail.links(np.arange(len(part))).T.ravel() for part in parts], np.int32)
    strength = _joined([part.strength for part in parts], np.float64)
    order = np.argsort(begin, kind="stable")
    rows = rows_of(_offsets(n_links), rows, order)
    n_links, strength = n_links[order], np.where(strength >= FAINTEST, strength, 0.0)[order]
    sign, delay = (
        _joined([getattr(part, name) for part in parts], kind)[order] for name, kind in (("sign", np.int8), ("delay", np.float64))
    )
    offsets, at = _offsets(n_links), np.searchsorted(begin[order], np.arange(count + 1))
    sets = []
    for first, upto in zip(at[:-1].tolist(), at[1:].tolist(), strict=True):
        which = slice(first, upto)
        low, high = int(offsets[first]), int(offsets[upto])
        sets.append(
            PathSet(
                offsets=offsets[first : upto + 1] - low,
                rows=rows[low:high],
                strength=strength[which],
                sign=sign[which],
                delay=delay[which],
                n_links=n_links[which],
                complete=True,
            )
        )
    return sets


def _joined(columns: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype=kind), *columns]).astype(kind, copy=False)


def _offsets(n_links: NDArray[np.int32]) -> Longs:
    offsets = np.zeros(n_links.size + 1, dtype=np.int64)
    np.cumsum(n_links, out=offsets[1:])
    return offsets

"""Beginnings of paths, made longer link by link and pruned by how far the targets are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.bounds import Stopped
from graph.kernels.index import Floats, Ints, Longs, rows_of
from graph.kernels.problem import FAINTEST, Ground, Stop
from graph.kernels.reach import FAR, first_seen

# Beginnings that are extended together: enough to keep NumPy busy, few enough to stay in the cache and to be stopped soon.
BLOCK = 1 << 14
# Longer beginnings are extended fewer at a time, by the square of their length, so that what waits at all lengths together
# stays small where paths may have hundreds of links.
SHORT = 8
# Nodes of beginnings that may wait: some 400 MB. Where more would, paths have thousands of links and are beyond counting.
WAITING_AT_MOST = 50_000_000
# Up to so many links it is faster to look at all of them at once than to look for those that matter.
DENSE_LINKS = 20_000
# Where so few links are tried in all, following them one by one is faster than calling NumPy.
FEW_TRIES = 2_000

# Numbers of links, their rows one path after the other, strengths, signs and delays.
PathLists: TypeAlias = tuple[list[int], list[int], list[float], list[int], list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Paths or beginnings of one length, one in each column of `nodes` and `rows`."""

    nodes: Ints
    rows: Ints
    strength: Floats
    sign: NDArray[np.int8]
    delay: Floats

    def __len__(self) -> int:
        return int(self.strength.size)

    def part(self, which: Any) -> Block:
        """Some of the columns, by slice or marks."""
        return Block(
            nodes=self.nodes[:, which],
            rows=self.rows[:, which],
            strength=self.strength[which],
            sign=self.sign[which],
            delay=self.delay[which],
        )


class Ways:
    """The links that can follow a beginning, with the hop bounds that prune them."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.problem = ground, ground.problem
        index = ground.index
        self.at, self.rows = index.out_at, index.out_rows
        self.dense = index.n_links <= DENSE_LINKS
        if not self.dense:
            self.hops = _hops_near(ground)
            return
        ok = ground.allowed(index.out_rows)
        self.hops = _hops_everywhere(ground, ok)
        ok &= self.hops[index.out_end] < FAR
        # Only the links that can lead to a target are kept, so that a step needs no further test of them.
        before = np.zeros(ok.size + 1, dtype=np.int64)
        np.cumsum(ok, out=before[1:])
        self.at, self.rows = before[index.out_at], index.out_rows[ok]

    def extended(self, block: Block) -> Block:
        """The block's beginnings with one more link each, where a target is still within the bound and no node comes twice."""
        problem = self.problem
        last = block.nodes[-1]
        count = self.at[last + 1] - self.at[last]
        parent = np.repeat(np.arange(last.size), count)
        rows = rows_of(self.at, self.rows, last)
        ends = problem.index.end[rows]
        left = problem.link_bound - block.rows.shape[0]
        good = self.hops[ends] < left
        if not self.dense:
            good &= self.ground.allowed(rows)
        parent, rows, ends = parent[good], rows[good], ends[good]
        nodes = block.nodes[:, parent]
        simple = (nodes != ends).all(axis=0)
        if problem.max_delay is not None:
            simple &= block.delay[parent] + problem.delay[rows] <= problem.max_delay
        if not simple.all():
            parent, rows, ends, nodes = parent[simple], rows[simple], ends[simple], nodes[:, simple]
        return Block(
            nodes=np.concatenate((nodes, ends[None, :])),
            rows=np.concatenate((block.rows[:, parent], rows[None, :])),
            strength=block.strength[parent] * problem.strength[rows],
            sign=block.sign[parent] * problem.sign[rows],
            delay=block.delay[parent] + problem.delay[rows],
        )


def block_of(length: int) -> int:
    """How many beginnings of so many links are extended together."""
    return max(1, min(BLOCK, BLOCK * SHORT**2 // max(length, 1) ** 2))


def whole_blocks(ground: Ground, ways: Ways, begin: Longs, stop: Stop | None) -> Iterator[Block]:
    """Whole paths in blocks, depth first over blocks, so that what waits is about a block for each length.

    Raises Stopped when `stop` says True, or when more would wait than `WAITING_AT_MOST`.
    """
    count = begin.size
    first = Block(
        nodes=begin.astype(np.int32)[None, :],
        rows=np.empty((0, count), dtype=np.int32),
        strength=np.ones(count),
        sign=np.ones(count, dtype=np.int8),
        delay=np.zeros(count),
    )
    pending, waiting = [first], first.nodes.size
    while pending:
        if waiting > WAITING_AT_MOST or (stop is not None and stop()):
            raise Stopped
        block = pending.pop()
        waiting -= block.nodes.size
        most = block_of(block.rows.shape[0])
        if len(block) > most:
            pending.append(block.part(slice(most, None)))
            waiting += pending[-1].nodes.size
            block = block.part(slice(0, most))
        longer = ways.extended(block)
        if not len(longer):
            continue
        arrived = ground.is_target[longer.nodes[-1]]
        if arrived.any():
            yield longer.part(arrived)
            longer = longer.part(~arrived)
        if len(longer):
            pending.append(longer)
            waiting += longer.nodes.size


def few_paths(ground: Ground, ways: Ways, begin: list[int]) -> PathLists | None:
    """Every path that the problem admits, followed one by one; None as soon as that takes too many tries."""
    problem = ground.problem
    at, hops = ways.at.tolist(), ways.hops.tolist()
    rows, ends = ways.rows.tolist(), problem.index.end[ways.rows].tolist()
    strengths, signs = problem.strength[ways.rows].tolist(), problem.sign[ways.rows].tolist()
    delays = problem.delay[ways.rows].tolist()
    most, wanted, required = problem.max_delay, problem.sign_wanted, set(problem.required)
    found: PathLists = ([], [], [], [], [])
    tries = 0
    for source in begin:
        nodes, taken = [source], list[int]()
        # What is known of each beginning: strength, sign, delay; and which links are still to try at its end.
        known = [(1.0, 1, 0.0)]
        to_try = [iter(range(at[source], at[source + 1]))]
        while to_try:
            left = problem.link_bound - len(taken)
            for place in to_try[-1]:
                tries += 1
                end = ends[place]
                if hops[end] >= left or end in nodes:
                    continue
                strength, sign, delay = known[-1]
                strength, sign, delay = strength * strengths[place], sign * signs[place], delay + delays[place]
                if most is not None and delay > most:
                    continue
                if hops[end] > 0:
                    nodes.append(end)
                    taken.append(rows[place])
                    known.append((strength, sign, delay))
                    to_try.append(iter(range(at[end], at[end + 1])))
                    break
                if (wanted is None or sign == wanted) and required.issubset((*nodes, end)):
                    found[0].append(len(taken) + 1)
                    found[1].extend((*taken, rows[place]))
                    found[2].append(strength if strength >= FAINTEST else 0.0)
                    found[3].append(sign)
                    found[4].append(delay)
            else:
                to_try.pop()
                nodes.pop()
                known.pop()
                if taken:
                    taken.pop()
            if tries > FEW_TRIES:
                return None
    return found


def _hops_everywhere(ground: Ground, ok: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Fewest links to a target for every node; FAR where there is no way within the bound. `ok` is in the order of `out_rows`."""
    index = ground.index
    hops = np.full(index.n_nodes, -1, dtype=np.int32)
    hops[ground.targets] = 0
    start, end = index.out_start[ok], index.out_end[ok]
    for steps in range(1, ground.problem.link_bound + 1):
        found = start[(hops[end] == steps - 1) & (hops[start] < 0)]
        if not found.size:
            break
        hops[found] = steps
    hops[hops < 0] = FAR
    return hops


def _hops_near(ground: Ground) -> NDArray[np.int32]:
    """The same as far as it is worth looking: beginnings and bounds grow towards each other, always the smaller of the two.

    A node that was not met is further than any that was.
    """
    index = ground.index
    hops = np.full(index.n_nodes, -1, dtype=np.int32)
    hops[ground.targets] = 0
    ahead = np.full(index.n_nodes, -1, dtype=np.int32)
    ahead[ground.sources] = 0
    back, front, steps, forward = ground.targets, ground.sources, 0, 0
    while steps + forward < ground.problem.link_bound and back.size:
        into = int((index.in_at[back + 1] - index.in_at[back]).sum())
        if into <= int((index.out_at[front + 1] - index.out_at[front]).sum()) or not front.size:
            steps += 1
            rows = rows_of(index.in_at, index.in_rows, back)
            back = first_seen(hops, index.start[rows[ground.allowed(rows)]], steps)
        else:
            forward += 1
            rows = rows_of(index.out_at, index.out_rows, front)
            front = first_seen(ahead, index.end[rows[ground.allowed(rows)]], forward)
    hops[hops < 0] = steps + 1 if back.size else FAR
    return hops

"""Communities: groups of nodes with more weight of links among them than chance would put there."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.between import modularity
from graph.kernels.index import Floats, Ints
from graph.kernels.problem import Stop

LEAST_GAIN = 1e-12
MOST_MOVES = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Communities:
    """Each node's community, numbered from 0 in the order of their first nodes, and the directed modularity of the division."""

    label: NDArray[np.int32]
    count: int
    modularity: float


def communities(start: Ints, end: Ints, weight: Floats, n: int, *, stop: Stop | None = None) -> Communities:
    """The best division that greedy moves find (Louvain, for directed links): each node moves to the neighbouring group that gains
    most, then groups become nodes, until nothing gains. Nodes are taken in their order and ties go to the first, so that the same
    map gives the same answer. About linear in the links a round.
    """
    label = _merged(start, end, weight, np.arange(n, dtype=np.int32), stop)
    return _numbered(start, end, weight, label)


def best_communities(start: Ints, end: Ints, weight: Floats, n: int, *, tries: int, seed: int, stop: Stop | None = None) -> Communities:
    """The best of several divisions, each from another order of the nodes (NumPy PCG64) and moved on from until nothing gains.

    The first takes the nodes in their order; `stop` is heeded after it. Links in the same order give the same answer.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    best = _moved_on(start, end, weight, np.arange(n, dtype=np.int32))
    for _ in range(tries - 1):
        if stop is not None and stop():
            break
        best = max(best, _moved_on(start, end, weight, draw.permutation(n).astype(np.int32)), key=lambda found: found.modularity)
    return best


def _moved_on(start: Ints, end: Ints, weight: Floats, order: NDArray[np.int32]) -> Communities:
    """A division that neither a node nor a group can gain by leaving. `order` gives each node's place in the order of moves."""
    begins, ends, n = order[start], order[end], order.size
    label = _merged(begins, ends, weight, np.arange(n, dtype=np.int32), None)
    while (moved := _moved(begins, ends, weight, n, label)) is not None:
        # Where single nodes change sides, whole groups may gain by joining again.
        label = _merged(begins, ends, weight, moved, None)
    return _numbered(start, end, weight, label[order])


def _merged(start: Ints, end: Ints, weight: Floats, label: NDArray[np.int32], stop: Stop | None) -> NDArray[np.int32]:
    """The groups after they have been moved into one another as wholes until nothing gains."""
    count = int(label.max(initial=-1)) + 1
    while count and not (stop is not None and stop()):
        pairs, place = np.unique(label[start].astype(np.int64) * count + label[end], return_inverse=True)
        sizes = np.bincount(place, weights=weight).astype(np.float64)
        begins, ends = (part.astype(np.int32) for part in np.divmod(pairs, count))
        moved = _moved(begins, ends, sizes, count, np.arange(count, dtype=np.int32))
        if moved is None:
            break
        label = moved[label]
        count = int(moved.max()) + 1
    return label


def _numbered(start: Ints, end: Ints, weight: Floats, label: NDArray[np.int32]) -> Communities:
    """The division with its groups numbered in the order of their first nodes."""
    _, first, place = np.unique(label, return_index=True, return_inverse=True)
    label = np.argsort(np.argsort(first))[place].astype(np.int32)
    return Communities(label=label, count=int(first.size), modularity=modularity(start, end, weight, label))


def _moved(start: Ints, end: Ints, weight: Floats, n: int, label: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """The groups after every node has moved from `label` as long as that gains, numbered without gaps; None where no move gains."""
    total = float(weight.sum())
    if total <= 0.0:
        return None
    near = _neighbours(start, end, weight / total, n)
    out = (np.bincount(start, weights=weight, minlength=n) / total).tolist()
    into = (np.bincount(end, weights=weight, minlength=n) / total).tolist()
    group: list[int] = label.tolist()
    group_out, group_into = (np.bincount(label, weights=each, minlength=n).tolist() for each in (out, into))
    waiting, is_waiting = deque(range(n)), [True] * n
    anything, moves = False, 0
    while waiting and moves < MOST_MOVES * n:
        moves += 1
        node = waiting.popleft()
        is_waiting[node] = False
        mine, node_out, node_into = group[node], out[node], into[node]
        group_out[mine] -= node_out
        group_into[mine] -= node_into
        joins: dict[int, float] = {mine: 0.0}
        for other, size in near[node]:
            joined = group[other]
            joins[joined] = joins.get(joined, 0.0) + size
        stays = joins[mine] - node_out * group_into[mine] - node_into * group_out[mine]
        best, chosen = stays, mine
        for to, inside in joins.items():
            worth = inside - node_out * group_into[to] - node_into * group_out[to]
            if worth > best or (worth == best and to < chosen):
                best, chosen = worth, to
        if best > stays + LEAST_GAIN:
            mine = chosen
            anything = True
            # Only what is next to a node that moved can have something to gain now.
            fresh = [other for other, _ in near[node] if group[other] != mine and not is_waiting[other]]
            waiting.extend(fresh)
            for other in fresh:
                is_waiting[other] = True
        group[node] = mine
        group_out[mine] += node_out
        group_into[mine] += node_into
    return np.unique(group, return_inverse=True)[1].astype(np.int32) if anything else None


def _neighbours(start: Ints, end: Ints, weight: Floats, n: int) -> list[list[tuple[int, float]]]:
    """Each node's neighbours with the weight of the links to and from them; no node is its own."""
    apart = start != end
    one = np.concatenate([start[apart], end[apart]]).astype(np.int64)
    other = np.concatenate([end[apart], start[apart]]).astype(np.int64)
    pairs, place = np.unique(one * n + other, return_inverse=True)
    sizes = np.bincount(place, weights=np.concatenate([weight[apart]] * 2)) if pairs.size else np.zeros(0)
    near: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for pair, size in zip(pairs.tolist(), sizes.tolist(), strict=True):
        near[pair // n].append((pair % n, size))
    return near

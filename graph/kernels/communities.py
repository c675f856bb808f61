"""Communities: groups of nodes with more weight of links among them than chance would put there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.between import modularity
from graph.kernels.index import Floats, Ints
from graph.kernels.problem import Stop

LEAST_GAIN = 1e-12
MOST_ROUNDS = 100


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
    label: NDArray[np.int32] = np.arange(n, dtype=np.int32)
    begins, ends, sizes, count = start, end, weight, n
    while count and not (stop is not None and stop()):
        moved = _moved(begins, ends, sizes, count)
        if moved is None:
            break
        label = moved[label]
        groups = int(moved.max()) + 1
        pairs = moved[begins].astype(np.int64) * groups + moved[ends]
        whole, place = np.unique(pairs, return_inverse=True)
        sizes = np.bincount(place, weights=sizes).astype(np.float64)
        begins, ends = (part.astype(np.int32) for part in np.divmod(whole, groups))
        count = groups
    _, first, place = np.unique(label, return_index=True, return_inverse=True)
    label = np.argsort(np.argsort(first))[place].astype(np.int32)
    return Communities(label=label, count=int(first.size), modularity=modularity(start, end, weight, label))


def _moved(start: Ints, end: Ints, weight: Floats, n: int) -> NDArray[np.int32] | None:
    """The groups after every node has moved as long as that gains, numbered without gaps; None where no move gains."""
    total = float(weight.sum())
    if total <= 0.0:
        return None
    out = (np.bincount(start, weights=weight, minlength=n) / total).tolist()
    into = (np.bincount(end, weights=weight, minlength=n) / total).tolist()
    near: list[dict[int, float]] = [{} for _ in range(n)]
    for one, other, size in zip(start.tolist(), end.tolist(), (weight / total).tolist(), strict=True):
        if one != other:
            near[one][other] = near[one].get(other, 0.0) + size
            near[other][one] = near[other].get(one, 0.0) + size
    group = list(range(n))
    group_out, group_into = out.copy(), into.copy()
    anything = False
    for _ in range(MOST_ROUNDS):
        gained = False
        for node in range(n):
            if not near[node]:
                continue
            mine = group[node]
            group_out[mine] -= out[node]
            group_into[mine] -= into[node]
            joins: dict[int, float] = {mine: 0.0}
            for other, size in near[node].items():
                joins[group[other]] = joins.get(group[other], 0.0) + size
            best, gain = mine, joins[mine] - out[node] * group_into[mine] - into[node] * group_out[mine]
            for candidate in sorted(joins):
                value = joins[candidate] - out[node] * group_into[candidate] - into[node] * group_out[candidate]
                if value > gain + LEAST_GAIN:
                    best, gain = candidate, value
            group[node] = best
            group_out[best] += out[node]
            group_into[best] += into[node]
            gained |= best != mine
        anything |= gained
        if not gained:
            break
    if not anything:
        return None
    return np.unique(group, return_inverse=True)[1].astype(np.int32)

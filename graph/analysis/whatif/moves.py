"""What moves between two runs: the nodes in order, and by tier and silo."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Floats, Ints, Longs
from graph.results.whatif import Group, Moved
from graph.snapshot import Snapshot
from graph.telling import worth


def ids_of(snapshot: Snapshot) -> Sequence[str]:
    """The ids of all nodes."""
    return snapshot.keep("ids", lambda: [node.id for node in snapshot.map.nodes])


def in_order(snapshot: Snapshot, difference: Floats, held: Collection[int], epsilon: float) -> Longs:
    """The nodes that moved, furthest first to 12 digits, ties by id; what is held has not moved by itself."""
    size = np.abs(difference)
    size[list(held)] = 0.0
    moved = np.flatnonzero(size > epsilon)
    tenth = np.floor(np.log10(size[moved]))
    digits = np.round(size[moved] * 10.0 ** (11 - tenth)) * 10.0**tenth
    return moved[np.lexsort((_rank(snapshot)[moved], -digits))]


def _rank(snapshot: Snapshot) -> Longs:
    """Each node's place in the order of ids, for ties."""

    def made() -> Longs:
        ids = ids_of(snapshot)
        rank = np.empty(len(ids), dtype=np.int64)
        rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        return rank

    return snapshot.keep("node rank", made)


def moved(snapshot: Snapshot, row: int, difference: Floats) -> Moved:
    """One node that moved."""
    node = snapshot.node(row)
    change = float(difference[row])
    return Moved(
        id=node.id,
        label=node.label,
        tier=node.tier,
        silo=snapshot.silo_of(row),
        difference=change,
        worth=worth("+" if change > 0 else "-", node.better),
    )


def by_silo(snapshot: Snapshot, order: Longs, difference: Floats) -> tuple[Group, ...]:
    """The nodes that moved, by silo."""
    return _groups(snapshot, order, difference, snapshot.nodes.silo, snapshot.nodes.silos)


def by_tier(snapshot: Snapshot, order: Longs, difference: Floats) -> tuple[Group, ...]:
    """The nodes that moved, by tier."""

    def made() -> tuple[Ints, Sequence[str]]:
        code_of: dict[str, int] = {}
        codes = [code_of.setdefault(node.tier or "no tier", len(code_of)) for node in snapshot.map.nodes]
        return np.array(codes, dtype=np.int32), tuple(code_of)

    return _groups(snapshot, order, difference, *snapshot.keep("tier codes", made))


def _groups(snapshot: Snapshot, order: Longs, difference: Floats, codes: NDArray[np.int32], names: Sequence[str]) -> tuple[Group, ...]:
    """The nodes that moved, by a code each, groups in the order of their names."""
    code, first = np.unique(codes[order], return_index=True)
    raised = np.bincount(codes[order[difference[order] > 0]], minlength=len(names))
    lowered = np.bincount(codes[order[difference[order] < 0]], minlength=len(names))
    groups = [
        Group(
            name=names[group],
            raised=int(raised[group]),
            lowered=int(lowered[group]),
            most=snapshot.node(int(order[place])).id,
            difference=float(difference[order[place]]),
        )
        for group, place in zip(code.tolist(), first.tolist(), strict=True)
    ]
    return tuple(sorted(groups, key=lambda group: group.name))

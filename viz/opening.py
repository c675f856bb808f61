"""What a picture shows first. More than about seventy items cannot be read on a screen, so larger maps open on a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.results import ImpactPath
from graph.snapshot import Snapshot
from schema.errors import BadQuestion
from schema.kinds import LinkKind
from viz.palette import LINK_LOOKS, SHOWN_FIRST, Relation

READABLE = 70
"""How many items a projected view can hold with every label readable."""

NEAREST = 50
MOST_BOXES = 2_000
MOST_LINES = 8_000
"""Beyond these a browser no longer pans smoothly, and nobody could find anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Which rows the page holds, which of them are shown first, around what, with which relations, and that in words."""

    kept: tuple[int, ...]
    shown: frozenset[int]
    focus: tuple[int, ...]
    relations: frozenset[Relation]
    about: str


def opening_of(snapshot: Snapshot, standing: NDArray[np.bool_], focus: Sequence[str], paths: Sequence[ImpactPath]) -> Opening:
    """Choose. `standing` says which links stand on the day. Raises UnknownName for a focus not on the map, and BadQuestion
    for a map too large to draw with nothing to draw around. O(nodes + links)."""
    around = tuple(dict.fromkeys(snapshot.find(name) for name in focus))
    on_paths = tuple(dict.fromkeys(snapshot.row_of[node] for path in paths for node in path.nodes if node in snapshot.row_of))
    everything = tuple(range(snapshot.n_nodes))
    if snapshot.n_nodes > MOST_BOXES or snapshot.n_links > MOST_LINES:
        everything = _part(snapshot, standing, around or on_paths)
    first = standing & _of_relations(snapshot, SHOWN_FIRST)
    relations = SHOWN_FIRST
    drawn = _touched(snapshot, first) & set(everything)
    if (around and not drawn.intersection(around)) or not drawn:
        # What hangs on the map by other links alone would open as a lonely box.
        first, relations = standing, frozenset(Relation)
        drawn = _touched(snapshot, first) & set(everything) or set(everything)
    if on_paths:
        noun = "path" if len(paths) == 1 else "paths"
        return Opening(
            kept=everything, shown=frozenset(on_paths), focus=(), relations=relations, about=f"The {len(paths)} {noun} of an answer"
        )
    if around:
        shown = _nearest(snapshot, first, around, NEAREST) & {*everything}
        return Opening(kept=everything, shown=frozenset(shown), focus=around, relations=relations, about=_around(snapshot, around))
    if len(drawn) <= READABLE:
        return Opening(kept=everything, shown=frozenset(drawn), focus=(), relations=relations, about="The whole map")
    hub = _hub(snapshot, first)
    shown = _nearest(snapshot, first, (hub,), NEAREST)
    return Opening(kept=everything, shown=frozenset(shown), focus=(hub,), relations=relations, about=_around(snapshot, (hub,)))


def _around(snapshot: Snapshot, rows: Sequence[int]) -> str:
    return f"What is nearest to {', '.join(snapshot.node(row).label for row in rows)}"


def _part(snapshot: Snapshot, standing: NDArray[np.bool_], around: Sequence[int]) -> tuple[int, ...]:
    if not around:
        raise BadQuestion(
            f"This map has {snapshot.n_nodes:,} items and {snapshot.n_links:,} links; "
            f"a picture holds at most {MOST_BOXES:,} and {MOST_LINES:,}. "
            "Name an item to draw around, draw the paths of an answer, or export a part of the map first."
        )
    most = MOST_BOXES // 4
    while True:
        part = _nearest(snapshot, standing, around, most)
        inside = np.zeros(snapshot.n_nodes, dtype=np.bool_)
        inside[list(part)] = True
        if int((inside[snapshot.start] & inside[snapshot.end]).sum()) <= MOST_LINES or most <= len(around):
            return tuple(sorted(part))
        most //= 2


def _of_relations(snapshot: Snapshot, relations: Iterable[Relation]) -> NDArray[np.bool_]:
    wanted = frozenset(relations)
    mask = np.zeros(snapshot.n_links, dtype=np.bool_)
    mask[snapshot.of_kind(*(kind for kind, look in LINK_LOOKS.items() if look.relation in wanted))] = True
    return mask


def _touched(snapshot: Snapshot, mask: NDArray[np.bool_]) -> set[int]:
    return set(np.unique(np.concatenate([snapshot.start[mask], snapshot.end[mask]])).tolist())


def _nearest(snapshot: Snapshot, mask: NDArray[np.bool_], around: Sequence[int], most: int) -> set[int]:
    """The rows nearest to some rows over the links of a mask, whichever way they point, at most so many; ties by degree, then order."""
    index, start, end = snapshot.index, snapshot.start, snapshot.end
    degree = np.bincount(start[mask], minlength=snapshot.n_nodes) + np.bincount(end[mask], minlength=snapshot.n_nodes)
    found = dict.fromkeys(around)
    edge = list(found)
    while edge and len(found) < most:
        fresh: dict[int, None] = {}
        for row in edge:
            for link in index.out_rows[index.out_at[row] : index.out_at[row + 1]]:
                if mask[link]:
                    fresh[int(end[link])] = None
            for link in index.in_rows[index.in_at[row] : index.in_at[row + 1]]:
                if mask[link]:
                    fresh[int(start[link])] = None
        edge = sorted((row for row in fresh if row not in found), key=lambda row: (-int(degree[row]), row))[: most - len(found)]
        found.update(dict.fromkeys(edge))
    return set(found)


def _hub(snapshot: Snapshot, mask: NDArray[np.bool_]) -> int:
    """What a map without a question opens on: the factor in people's lives with the most effects on it, else the best-joined node."""
    weight = np.bincount(snapshot.start[mask], minlength=snapshot.n_nodes) + np.bincount(snapshot.end[mask], minlength=snapshot.n_nodes)
    arriving = np.bincount(snapshot.end[mask], minlength=snapshot.n_nodes)
    matters = snapshot.of_kind(LinkKind.MATTERS_TO)
    felt = [row for row in dict.fromkeys(snapshot.start[matters].tolist()) if arriving[row]]
    return int(max(felt, key=lambda row: (arriving[row], -row))) if felt else int(np.argmax(weight))

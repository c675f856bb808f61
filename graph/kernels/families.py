"""Families of paths, the beginnings that their paths share, and the litters in which a search makes them."""

from __future__ import annotations

from typing import Any, TypeAlias

from graph.kernels.scale import Choice

# A beginning: the beginning it extends, the link row, the node it ends in.
Beginning: TypeAlias = tuple[Any, int, int]
# A family: its beginning, with the ranks of its links, the node, need and links left at its end, and its cost, strength and
# delay (taken in path order, so that they are those of the path in the end); and the place of its first choice there.
# A plain tuple, like a choice, because a search makes and takes apart thousands.
Family: TypeAlias = tuple[Beginning, tuple[int, ...], int, int, int, int, float, float, int]


class Litter:
    """The families that one way down has left behind. Only the best of them stands in the heap; the next follows when it goes.

    `misled` counts how often the bounds have promised a path that was none, here or in the families that this one comes from.
    """

    __slots__ = ("misled", "waiting")

    def __init__(self, misled: int) -> None:
        self.misled = misled
        # Sorted, the best last.
        self.waiting: list[Entry] = []


# What the heap holds: the least cost, the ranks and a running number, which put families in order; the family; the rest of
# its best path where that is known (empty where the beginning is a whole path); and the litter that it is of.
Entry: TypeAlias = tuple[int, tuple[int, ...], int, Family, tuple[Choice, ...] | None, Litter]


def nodes_of(beginning: Beginning | None) -> set[int]:
    """The nodes of a beginning."""
    nodes = set()
    while beginning is not None:
        beginning, _, node = beginning
        nodes.add(node)
    return nodes


def rows_of(beginning: Beginning) -> tuple[int, ...]:
    """Its link rows, in path order."""
    rows = []
    while beginning[0] is not None:
        rows.append(beginning[1])
        beginning = beginning[0]
    rows.reverse()
    return tuple(rows)


def unrolled(trail: Any) -> tuple[Choice, ...]:
    """The choices of a trail, each element of which is the trail before it and a choice."""
    rest = []
    while trail is not None:
        rest.append(trail[1])
        trail = trail[0]
    return tuple(reversed(rest))

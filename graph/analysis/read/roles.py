"""Every node by itself: what drives, what receives, what lies between, and what hangs together."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.analysis.read.asked import Asked
from graph.kernels.best import best_strengths
from graph.kernels.centrality import betweenness
from graph.kernels.communities import Communities, communities
from graph.results.read import Reading
from graph.selection import movable_nodes

DRIVER, RECEIVER, ORDINARY, ISOLATED = "driver", "receiver", "ordinary", "isolated"
COMMUNITY_LINKS = 50_000
"""On maps of more links than this no communities are looked for: it would take longer than all else."""


class Readings:
    """The readings of nodes, and what was worked out over all of them: how many ways lead through each, and the communities."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.between = betweenness(asked.snapshot.index, asked.counted, stop=asked.stop)
        self.groups = _communities(asked)

    def listed(self) -> tuple[Reading, ...]:
        """The readings of all nodes that can move or be moved, in the map's order."""
        shown = movable_nodes(self.asked.snapshot, self.asked.selection, self.asked.counted)
        return tuple(self.of(row) for row in np.flatnonzero(shown).tolist())

    def members(self) -> tuple[tuple[str, ...], ...] | None:
        """The ids in each community, in the map's order; None where the map is too large for it."""
        if self.groups is None:
            return None
        members: list[list[str]] = [[] for _ in range(self.groups.count)]
        for row in np.flatnonzero(self.groups.label >= 0).tolist():
            members[self.groups.label[row]].append(self.asked.snapshot.node(row).id)
        return tuple(tuple(group) for group in members)

    def of(self, row: int) -> Reading:
        """The reading of one node, whether or not it is among those that are listed."""
        groups = self.groups
        node = self.asked.snapshot.node(row)
        into, out = self._counts[0][row], self._counts[1][row]
        role = {(False, True): DRIVER, (True, False): RECEIVER, (True, True): ORDINARY, (False, False): ISOLATED}[into > 0, out > 0]
        return Reading(
            id=node.id,
            label=node.label,
            role=role,
            into=into,
            out=out,
            into_strength=self._strengths[0][row],
            out_strength=self._strengths[1][row],
            betweenness=float(self.between.value[row]),
            community=int(groups.label[row]) if groups is not None and groups.label[row] >= 0 else None,
            influence=None if self._influence is None else float(self._influence[row]),
            flags=tuple(word for word in ("controllable", "important", "vulnerable") if getattr(node, word)),
        )

    @cached_property
    def _counts(self) -> tuple[list[int], list[int]]:
        """How many links enter and leave each node."""
        into, out = (np.bincount(end, minlength=self.asked.snapshot.n_nodes).tolist() for end in self._ends)
        return into, out

    @cached_property
    def _strengths(self) -> tuple[list[float], list[float]]:
        """The strengths of the links that enter and leave each node, added up."""
        strength = self.asked.selection.strength[self.asked.counted]
        into, out = (np.bincount(end, weights=strength, minlength=self.asked.snapshot.n_nodes).tolist() for end in self._ends)
        return into, out

    @property
    def _ends(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return self.asked.snapshot.end[self.asked.counted], self.asked.snapshot.start[self.asked.counted]

    @cached_property
    def _influence(self) -> NDArray[np.float64] | None:
        """The strength of each node's strongest path to the moment."""
        if self.asked.moment is None:
            return None
        asked, goal = self.asked, np.array([self.asked.moment], dtype=np.int32)
        found: NDArray[np.float64] = best_strengths(
            asked.snapshot.index,
            asked.selection.strength,
            asked.counted,
            goal,
            max_links=asked.filters.max_links,
            inwards=True,
            stop=asked.stop,
        )[0]
        return found


def _communities(asked: Asked) -> Communities | None:
    """The communities of the linked nodes; a node without links is in none (-1). None where the map is too large for it."""
    rows = np.flatnonzero(asked.counted)
    if rows.size > COMMUNITY_LINKS:
        return None
    rows = rows[np.argsort(asked.snapshot.rank[rows])]
    linked = np.unique(np.concatenate([asked.snapshot.start[rows], asked.snapshot.end[rows]]))
    start, end = (np.searchsorted(linked, ends[rows]).astype(np.int32) for ends in (asked.snapshot.start, asked.snapshot.end))
    found = communities(start, end, asked.selection.strength[rows], linked.size, stop=asked.stop)
    label = np.full(asked.snapshot.n_nodes, -1, dtype=np.int32)
    label[linked] = found.label
    return replace(found, label=label)

"""One side of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.results.gaps import GapAnswer
from graph.results.impact import ImpactAnswer
from graph.results.litmus import LitmusAnswer
from graph.results.loops import LoopAnswer
from graph.scope import Filters
from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """One side: the map, the filters that hold on it, and what other questions answered about it (None: not asked)."""

    name: str
    snapshot: Snapshot
    filters: Filters
    litmus: LitmusAnswer | None = None
    loops: LoopAnswer | None = None
    gaps: GapAnswer | None = None
    impact: ImpactAnswer | None = None

    def standing_nodes(self) -> dict[str, int]:
        """The rows of the nodes that stand on this side's day, by id, in the map's order. O(nodes)."""
        mask = self.snapshot.standing_nodes(self.filters.as_of, proposals=self.filters.proposals)
        nodes = self.snapshot.map.nodes
        return {nodes[row].id: row for row in np.flatnonzero(mask).tolist()}

    def standing_links(self) -> dict[str, int]:
        """The rows of the links that stand on this side's day, by id, in the map's order. O(links)."""
        mask = self.snapshot.standing_links(self.filters.as_of, proposals=self.filters.proposals)
        ids = self.snapshot.map.links.ids
        return {ids[row]: row for row in np.flatnonzero(mask).tolist()}

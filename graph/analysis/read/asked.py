"""What a reading is asked of: the map, and the links that count on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.scope import Filters
from graph.selection import Selection, Stop, select
from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """One question. `counted` marks the links that carry impact between two different nodes; `moment` is the row of the moment."""

    snapshot: Snapshot
    filters: Filters
    selection: Selection
    counted: NDArray[np.bool_]
    moment: int | None
    stop: Stop | None

    @classmethod
    def of(cls, snapshot: Snapshot, moment: str | None, filters: Filters, stop: Stop | None) -> Asked:
        """Raises UnknownName for a moment or a filter's name that is not on the map."""
        selection = select(snapshot, filters)
        counted = selection.open_links(snapshot) & (selection.strength > 0) & (snapshot.start != snapshot.end)
        goal = None if moment is None else snapshot.find(moment)
        return cls(snapshot=snapshot, filters=filters, selection=selection, counted=counted, moment=goal, stop=stop)

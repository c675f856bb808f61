"""The newest maps, kept in memory and caught up by what changed since."""

from __future__ import annotations

import threading
from collections import OrderedDict

from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.stores.neo4j_store.lines import Ask, Line, changes, newest_of, revisions
from graph.stores.neo4j_store.replay import layered, replayed
from schema.records import BASE_LAYER
from schema.system_map import SystemMap

MAPS_KEPT = 4


class Maps:
    """Snapshots by branch and layers, the least used ones forgotten. May be called from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], Snapshot] = OrderedDict()
        self._lock = threading.RLock()

    def seen(self, ask: Ask, line: Line, layers: tuple[str, ...]) -> Snapshot:
        """The map that a line of branches shows through some layers: the one in memory, caught up, where there is one."""
        with self._lock:
            kept = self._kept.get((line.branch, layers))
            if kept is not None and kept.revision == line.head:
                self._kept.move_to_end((line.branch, layers))
                return kept
            newest = newest_of(ask, line)
            if kept is not None and kept.revision == newest:
                return kept
            scope = Scope(branch=line.branch, layers=layers, revision=newest)
            seen = _map_at(ask, line, layers, kept, newest)
            if kept is not None and kept.revision < newest:
                snapshot = kept.followed_by(seen, revision=newest, scope=scope)
            else:
                snapshot = Snapshot(seen, revision=newest, scope=scope)
            if kept is None or kept.revision < newest:
                self._kept[line.branch, layers] = snapshot
                self._kept.move_to_end((line.branch, layers))
                while len(self._kept) > MAPS_KEPT:
                    self._kept.popitem(last=False)
            return snapshot


def _map_at(ask: Ask, line: Line, layers: tuple[str, ...], kept: Snapshot | None, newest: int) -> SystemMap:
    if layers != (BASE_LAYER,):
        wanted = [BASE_LAYER, *(layer for layer in layers if layer != BASE_LAYER)]
        return layered(changes(ask, revisions(ask, line, layers=wanted)), layers)
    if kept is None or kept.revision > newest:
        return replayed(SystemMap(), changes(ask, revisions(ask, line, layers=layers)))
    return replayed(kept.map, changes(ask, revisions(ask, line, since=kept.revision, layers=layers)))

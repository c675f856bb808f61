"""The one door to questions and changes. It owns every limit, and caches the newest snapshot of each branch."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from graph.changes import caught_up, difference
from graph.results import ImpactAnswer, LitmusAnswer
from graph.scope import Filters, Scope
from graph.selection import Stop
from graph.snapshot import Snapshot
from graph.store import HistoryEntry, MapSource, Store
from schema.errors import BadInput, BadQuestion
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet, Node
from schema.system_map import SystemMap

MOMENT = "moment-of-interaction"
SNAPSHOTS_KEPT = 4
CAUGHT_UP_AT_MOST = 10_000
"""Changes of up to this many records are applied to the snapshot at hand; larger ones are read anew."""


class MapService:
    """Questions and changes on one map. Safe to call from several threads."""

    def __init__(self, source: MapSource) -> None:
        self._source = source
        self._snapshots: dict[Scope, Snapshot] = {}
        self._lock = threading.Lock()

    # ---- the map --------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the map comes from, without any secret."""
        return self._source.url

    def head(self, branch: str = MAIN_BRANCH) -> int:
        """The newest revision of a branch. Cheap: reads no map."""
        return self._source.head(branch)

    def snapshot(self, scope: Scope | None = None) -> Snapshot:
        """The map in a scope, cached by its revision: the newest one is asked for each time."""
        scope = scope or Scope()
        if scope.revision is None:
            head = self._source.head(scope.branch)
            scope = Scope(branch=scope.branch, layers=scope.layers, revision=head)
        with self._lock:
            kept = self._snapshots.get(scope)
            if kept is None:
                kept = self._caught_up(scope) or self._source.snapshot(scope)
                while len(self._snapshots) >= SNAPSHOTS_KEPT:
                    self._snapshots.pop(next(iter(self._snapshots)))
            else:
                self._snapshots.pop(scope)
            self._snapshots[scope] = kept
        return kept

    def _caught_up(self, scope: Scope) -> Snapshot | None:
        """The newest kept snapshot of the branch, brought up to a later revision by the changes since; None where that will not do."""
        if not isinstance(self._source, Store) or scope.layers != (BASE_LAYER,) or scope.revision is None:
            return None
        earlier = [each for each in self._snapshots if each.branch == scope.branch and each.layers == scope.layers]
        last = max((each.revision or 0 for each in earlier), default=0)
        if not 0 < last < scope.revision:
            return None
        changes = self._source.changes_since(last, scope.branch)
        touched = sum(len(change.put_nodes) + len(change.put_links) + len(change.put_sources) for change in changes)
        if touched > CAUGHT_UP_AT_MOST or any(change.layer != BASE_LAYER for change in changes):
            return None
        before = self._snapshots[Scope(branch=scope.branch, layers=scope.layers, revision=last)]
        return Snapshot(caught_up(before.map, changes), revision=scope.revision, scope=scope)

    def search(self, text: str, *, most: int = 20) -> tuple[Node, ...]:
        """Nodes whose id, label, other names or text hold the words, best first."""
        snapshot = self.snapshot()
        if isinstance(self._source, Store):
            ids: Sequence[str] = self._source.search(text, most=most)
        else:
            ids = _search_in(snapshot, text, most)
        return tuple(snapshot.map.node(identifier) for identifier in ids if identifier in snapshot.row_of)

    # ---- questions ------------------------------------------------------

    def impact(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        filters: Filters | None = None,
        *,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> ImpactAnswer:
        """What reaches the targets from the sources. See `graph.analysis.impact`."""
        from graph.analysis.impact import impact

        if not sources or not targets:
            raise BadQuestion("Impact needs a start and an end: name at least one node for each.")
        return impact(self.snapshot(scope), sources, targets, _bounded(filters), stop=stop)

    def litmus(
        self,
        decisions: Sequence[str] = (),
        filters: Filters | None = None,
        *,
        moment: str = MOMENT,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> LitmusAnswer:
        """Whether decisions make the moment better. See `graph.analysis.litmus`."""
        from graph.analysis.litmus import litmus

        return litmus(self.snapshot(scope), decisions, moment, _bounded(filters), stop=stop)

    # ---- parts of the map -----------------------------------------------

    def neighbourhood(self, sources: Sequence[str], hops: int, direction: str, filters: Filters | None = None) -> SystemMap:
        """The part of the map within some links of the sources: `up` against the links, `down` along them, or `both`."""
        from graph.analysis.part import neighbourhood

        return neighbourhood(self.snapshot(), sources, hops, direction, _bounded(filters))

    def corridor(self, sources: Sequence[str], targets: Sequence[str], filters: Filters | None = None) -> SystemMap:
        """Every link on a path between the ends: asked of this part, the question has the same answer."""
        from graph.analysis.part import corridor

        return corridor(self.snapshot(), sources, targets, _bounded(filters))

    # ---- changes --------------------------------------------------------

    @property
    def store(self) -> Store:
        """The store behind the map. Raises BadInput where the map is only a file."""
        if not isinstance(self._source, Store):
            raise BadInput(f"{self.url} is a file that is only asked. Load it into a store to change it or to see its history.")
        return self._source

    def apply(self, change: ChangeSet) -> int:
        """Apply a change; returns the new revision."""
        return self.store.apply(change)

    def load(self, system_map: SystemMap, *, by: str, why: str, replace: bool = False) -> int:
        """Add a map to what is kept, or change it, by id; with `replace`, remove what it lacks. Returns the revision."""
        now = self.snapshot()
        change = difference(now.map, system_map, by=by, why=why, remove=replace)
        return self.store.apply(change)

    def history(self, *, branch: str = MAIN_BRANCH, most: int = 50, before: int | None = None) -> Sequence[HistoryEntry]:
        """The latest changes, newest first."""
        return self.store.history(branch, most=most, before=before)

    def undo(self, revision: int | None = None, *, by: str, why: str = "") -> int:
        """Take back the change that made a revision (the newest where none is named); returns the new revision."""
        store = self.store
        target = revision if revision is not None else store.head()
        if target == 0:
            raise BadInput("There is nothing to undo: the store holds no change yet.")
        return store.apply(store.inverse(target, by=by, why=why or f"undo of revision {target}"))

    def close(self) -> None:
        """Let go of the store."""
        self._source.close()


def _bounded(filters: Filters | None) -> Filters:
    """The filters, refused where a bound makes no sense."""
    filters = filters or Filters()
    for name, value, least in (("max-links", filters.max_links, 0), ("top", filters.top, 0), ("max-paths", filters.max_paths, 1)):
        if value < least:
            raise BadInput(f"--{name} {value}: must be at least {least}.")
    if not 0 <= filters.min_confidence <= 1:
        raise BadInput(f"--min-confidence {filters.min_confidence:g}: must lie between 0 and 1.")
    if filters.max_delay is not None and filters.max_delay < 0:
        raise BadInput(f"--max-delay {filters.max_delay:g}: must not be negative.")
    return filters


def _search_in(snapshot: Snapshot, text: str, most: int) -> list[str]:
    """Search a map that no store keeps: all words must be somewhere in a node; labels count most."""
    words = text.lower().split()
    if not words:
        return []
    ranked = []
    for row, node in enumerate(snapshot.map.nodes):
        label, rest = f"{node.id} {node.label}".lower(), " ".join((*node.aliases, node.text or "")).lower()
        if all(word in label or word in rest for word in words):
            ranked.append((-sum(word in label for word in words), len(node.label), row))
    return [snapshot.map.nodes[row].id for _, _, row in sorted(ranked)[:most]]

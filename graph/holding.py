"""What a process holds of a map: the newest snapshots; or, where the map is larger than it may hold, parts for one question each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from graph.changes import caught_up
from graph.matching import best_matches, words_of
from graph.narrowing import Glimpse, Part, names_in, near_names_to
from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.store import MapReader, MapSize, MapSource, ReadableStore, Store
from schema.errors import BadQuestion, StoreError, UnknownName
from schema.records import BASE_LAYER, MAIN_BRANCH, Node

T = TypeVar("T")

SNAPSHOTS_KEPT = 4
CAUGHT_UP_AT_MOST = 10_000
"""Changes of up to this many records are applied to the snapshot at hand; larger ones are read anew."""
TRIES = 5
SEEN_AT_LEAST = 10_000
"""So many links one client may be shown where a process may hold fewer: what one request shows is bounded before."""
_NEWEST = "the newest revision of branch main without a layer"


def title_note(layer: str) -> str:
    """The name of the remark under which a store keeps the title of a layer's map."""
    return "title" if layer == BASE_LAYER else f"title of {layer}"


class Holding:
    """The snapshots of one source. `held_links` is how many links of a map may be held at once; None: any number.

    What counts is the size of the newest map of branch main in its base: other branches, revisions and layers are taken to be
    about as large.
    """

    def __init__(self, source: MapSource, held_links: int | None) -> None:
        self._source, self._held_links = source, held_links
        self._snapshots: dict[Scope, Snapshot] = {}
        self._size: tuple[int, MapSize] | None = None
        self._lock = threading.Lock()

    # ---- whole maps -----------------------------------------------------

    def snapshot(self, scope: Scope) -> Snapshot:
        """The whole map in a scope, cached by its revision. Raises BadQuestion where it is larger than may be held."""
        self.must_hold("It needs the whole map")
        if scope.revision is None:
            scope = replace(scope, revision=self._source.head(scope.branch))
        with self._lock:
            kept = self._snapshots.get(scope)
            if kept is None:
                kept = self._caught_up(scope) or self._titled(self._source.snapshot(scope), scope)
                while len(self._snapshots) >= SNAPSHOTS_KEPT:
                    self._snapshots.pop(next(iter(self._snapshots)))
            else:
                self._snapshots.pop(scope)
            self._snapshots[scope] = kept
        return kept

    def forget(self) -> None:
        """Read everything anew: something beside the map has changed."""
        with self._lock:
            self._snapshots.clear()

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
        return before.followed_by(caught_up(before.map, changes), revision=scope.revision, scope=scope)

    def _titled(self, snapshot: Snapshot, scope: Scope) -> Snapshot:
        """The snapshot under the title that the store keeps beside the map: that of the highest layer which has one."""
        title = self._title(scope.layers)
        if snapshot.map.title or not title:
            return snapshot
        made = replace(snapshot.map, title=title)
        # What was worked out of the map holds for it under any title.
        vars(made).update({name: value for name, value in vars(snapshot.map).items() if name not in vars(made)})
        return snapshot.followed_by(made, revision=snapshot.revision, scope=snapshot.scope)

    def _title(self, layers: tuple[str, ...]) -> str:
        if not isinstance(self._source, Store):
            return ""
        return next((title for layer in reversed(layers) if (title := self._source.note(title_note(layer)))), "")

    # ---- maps that are too large ----------------------------------------

    def is_too_large(self) -> bool:
        """Whether the map has more links than may be held. One look-up; counted once a revision."""
        if self._held_links is None or not isinstance(self._source, Store):
            return False
        return self.size().links > self._held_links

    def size(self) -> MapSize:
        """How much stands on the newest map of branch main in its base; counted once a revision."""
        if not isinstance(self._source, Store):
            held = self.snapshot(Scope())
            return MapSize(nodes=held.n_nodes, links=held.n_links)
        head, size = self._source.head(), self._size
        if size is None or size[0] != head:
            size = self._size = head, self._source.size()
        return size[1]

    def must_hold(self, why: str) -> None:
        """Raise BadQuestion, with the remedy, where the map has more links than may be held."""
        if not self.is_too_large():
            return
        raise BadQuestion(
            f"{self._source.url} has more links than the {self._held_links or 0:,} that this process may hold (CAREMAP_HELD_LINKS,"
            f" --held-links). {why}: let it hold more. Impact, reach, the litmus test of named decisions, exports with --from, and"
            f" GraphQL's single nodes, links, sources and their pages are answered from parts of the map, in Neo4j and at {_NEWEST}."
        )

    def answer(self, scope: Scope, gather: Callable[[Part], None], conclude: Callable[[Snapshot], T]) -> T:
        """What is concluded from the map: from all of it where that may be held, else from the part that `gather` takes."""
        if not self.is_too_large():
            return conclude(self.snapshot(scope))
        reader, snapshot = self._part(scope, gather)
        try:
            return conclude(snapshot)
        except UnknownName as unknown:
            raise near_names_to(reader, unknown) from None

    def _part(self, scope: Scope, gather: Callable[[Part], None]) -> tuple[MapReader, Snapshot]:
        """The part that a question needs, all of it read at one revision."""
        source = self._source
        if not isinstance(source, ReadableStore):
            self.must_hold("This store is only read whole")
            raise StoreError(f"{source.url} shrank while it was asked; ask again.")
        reader = source.reader()
        for _ in range(TRIES):
            revision = source.head()
            if scope.branch != MAIN_BRANCH or scope.layers != (BASE_LAYER,) or scope.revision not in (None, revision):
                self.must_hold(f"This is not {_NEWEST}, which alone is answered from parts")
            part = Part(reader, self._held_links or 0, revision=revision, title=self._title(scope.layers))
            try:
                gather(part)
                snapshot = part.snapshot()
            except Exception:
                # What was read while the map changed need not fit together; what was read at one revision does.
                if source.head() == revision:
                    raise
                continue
            if source.head() == revision:
                return reader, snapshot
        raise StoreError(f"{source.url} kept changing while a part of it was read, {TRIES} times; ask again when others are done.")

    def glimpse(self, revision: int) -> Glimpse:
        """Single records of the newest map, without the map, for one client. Raises BadQuestion where the store is only read whole."""
        source = self._source
        if not isinstance(source, ReadableStore):
            self.must_hold("This store is only read whole")
            raise StoreError(f"{source.url} shrank while it was asked; ask again.")
        return Glimpse(source, max(self._held_links or 0, SEEN_AT_LEAST), revision=revision, title=self._title((BASE_LAYER,)))

    def search(self, text: str, most: int) -> tuple[Node, ...]:
        """Nodes of the newest map that hold every word, best first, without the map; see `Store.search`."""
        words = words_of(text)
        if not words or most < 1 or not isinstance(self._source, ReadableStore):
            return ()
        reader = self._source.reader()
        return tuple(best_matches(text, (node for _, node in reader.nodes(list(reader.saying(words)))), most))

    def names_in(self, text: str, scope: Scope) -> tuple[str, ...]:
        """The names in a comma-separated text; see `Snapshot.names_in`."""
        if self.is_too_large() and isinstance(self._source, ReadableStore):
            return names_in(self._source.reader(), text)
        return self.snapshot(scope).names_in(text)

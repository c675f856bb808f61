"""One map: where it comes from, how large it is, and what stands on it."""

from __future__ import annotations

from graph.holding import Holding
from graph.matching import best_matches
from graph.narrowing import Glimpse
from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.store import MapSize, MapSource, ReadableStore, Store
from schema.records import MAIN_BRANCH, Node


class OneMap:
    """A map, in a store or in a file, and its newest snapshots. Safe to use from several threads."""

    def __init__(self, source: MapSource, *, held_links: int | None = None) -> None:
        """`held_links` is how many links of a map this process may hold; None: any number. See `graph.holding`."""
        self._source = source
        self._holding = Holding(source, held_links)

    @property
    def url(self) -> str:
        """Where the map comes from, without any secret."""
        return self._source.url

    def head(self, branch: str = MAIN_BRANCH) -> int:
        """The newest revision of a branch. Cheap: reads no map."""
        return self._source.head(branch)

    def snapshot(self, scope: Scope | None = None) -> Snapshot:
        """The whole map in a scope, cached by its revision: the newest one is asked for each time. Raises BadQuestion where it
        is larger than this process may hold."""
        return self._holding.snapshot(scope or Scope())

    def holds_the_map(self) -> bool:
        """Whether the map is small enough to be held; else only some questions are answered, each from a part of it."""
        return not self._holding.is_too_large()

    def size(self) -> MapSize:
        """How much stands on the newest map of branch main, base layer. Cheap: reads no map."""
        return self._holding.size()

    def glimpse(self, revision: int) -> Glimpse:
        """Single records of a map that is not held, at its newest revision, which the caller has asked for before."""
        return self._holding.glimpse(revision)

    def names_in(self, text: str, scope: Scope | None = None) -> tuple[str, ...]:
        """The names in a comma-separated text; an id or label that itself holds commas is one name."""
        return self._holding.names_in(text, scope or Scope())

    def search(self, text: str, *, most: int = 20) -> tuple[Node, ...]:
        """Nodes whose id, label, other names or text hold the words, best first."""
        if isinstance(self._source, ReadableStore) and not self.holds_the_map():
            return self._holding.search(text, most)
        snapshot = self.snapshot()
        if not isinstance(self._source, Store):
            return tuple(best_matches(text, snapshot.map.nodes, most))
        ids = self._source.search(text, most=most)
        return tuple(snapshot.map.node(identifier) for identifier in ids if identifier in snapshot.row_of)

    def close(self) -> None:
        """Let go of the store."""
        self._source.close()

"""Single records of a map that is not held, as a client asks for one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from graph.narrowing.part import Part
from graph.store import ReadableStore
from schema.errors import StoreError

T = TypeVar("T")


class MapMoved(StoreError):
    """The map has changed since the revision at which somebody began to look at it."""

    def is_retryable(self) -> bool:
        return True


class Glimpse:
    """The records seen so far, each with all that it needs to mean what it means on the whole map; all of one revision.

    May be used from several threads, one of which looks at a time.
    """

    def __init__(self, store: ReadableStore, most: int, *, revision: int, title: str) -> None:
        """`most` is how many links may be seen in all; see `Part`."""
        self._store, self._revision = store, revision
        self._part = Part(store.reader(), most, revision=revision, title=title)
        self._lock = threading.Lock()
        self.seen = self._part.snapshot()
        """What has been seen so far, as a map of its own."""

    def take(self, gather: Callable[[Part], T]) -> T:
        """What `gather` makes of the part, which it may add to. Raises MapMoved where the map has changed meanwhile."""
        with self._lock:
            try:
                found = gather(self._part)
                seen = self._part.snapshot()
            except Exception:
                # What was read while the map changed need not fit together.
                self._check()
                raise
            self._check()
            self.seen = seen
        return found

    def _check(self) -> None:
        if self._store.head() != self._revision:
            raise MapMoved(f"{self._store.url} changed while it was read; ask again.")

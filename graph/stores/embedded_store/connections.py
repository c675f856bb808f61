"""The connections to one store: opened when needed, lent to one thread at a time, closed together."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote

from graph.stores.embedded_store.failures import in_our_words
from schema.errors import BadInput, StoreUnavailable

SCHEME = "sqlite://"
BUSY_SECONDS = 10.0
"""How long a writer waits for another to finish before it says that the store is locked."""

CACHE_KIB = 65_536
LOG_KEPT_BYTES = 64 * 1024 * 1024


def _shown(url: str) -> str:
    """A URL that cannot be used, as far as it may be said back: people paste addresses with a name and password in them."""
    return "The address" if "@" in url else repr(url.partition("?")[0].partition("#")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store is: a file, or None for memory; and whether it may be written."""

    url: str
    path: Path | None
    read_only: bool = False

    @property
    def name(self) -> str:
        """How errors name it."""
        return str(self.path) if self.path is not None else "the store in memory"

    @classmethod
    def of(cls, url: str) -> Place:
        """Read `sqlite:///path`, `sqlite:////absolute/path`, `sqlite://` (memory), each perhaps with `?mode=ro`.

        Raises BadInput for any other URL.
        """
        if not url.startswith(SCHEME):
            raise BadInput(f"{_shown(url)} is not the URL of an embedded store; write sqlite:///path/to/file.")
        location, _, query = url.removeprefix(SCHEME).partition("?")
        asked = parse_qs(query, keep_blank_values=True)
        if asked not in ({}, {"mode": ["ro"]}, {"mode": ["rw"]}):
            raise BadInput(f"{_shown(url)}: the only option of an embedded store is mode=ro or mode=rw.")
        if location and not location.startswith("/"):
            raise BadInput(f"{SCHEME}... names a server, and an embedded store has none; write sqlite:///path with three strokes.")
        text = unquote(location[1:])
        if not text or text == ":memory:":
            return cls(url=SCHEME, path=None)
        path = Path(text).expanduser()
        # `sqlite:///data/map.db` counts from here, as is usual; where there is no such folder here but one at the root,
        # the writer meant a file URL.
        if not path.is_absolute() and not path.parent.is_dir() and Path("/", text).parent.is_dir():
            path = Path("/", text)
        return cls(url=url, path=path, read_only=asked == {"mode": ["ro"]})


class Connections:
    """A pool. A store in memory has one connection, which callers wait for; a file has as many as are used at once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._memory = threading.RLock()
        self._closed = False
        self.read_only = place.read_only or (place.path is not None and place.path.exists() and not os.access(place.path, os.W_OK))

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread, in autocommit mode; SQLite's errors come out as the house's."""
        if self.place.path is None:
            with self._memory, self._borrowed() as connection:
                yield connection
        else:
            with self._borrowed() as connection:
                yield connection

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with in_our_words(self.place.name):
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreUnavailable(f"{self.place.name} was closed; open the store again.")
            if self._idle:
                return self._idle.pop()
        return self._connected()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.rollback()
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri(), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        # A confirmed change survives a power cut, not only a kill: one wait for the disk per change set.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA journal_size_limit={LOG_KEPT_BYTES}")
        return connection

    def _uri(self) -> str:
        path = self.place.path
        if path is None:
            return ":memory:"
        mode = "ro" if self.read_only else "rwc"
        # A reader needs files of its own beside the store. In a folder that is closed to it nothing can be beside a store
        # that was left tidy, so that it is read as one that never changes.
        alone = self.read_only and not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
        return f"file:{quote(str(path.absolute()))}?mode={mode}{'&immutable=1' if alone else ''}"

    def close(self) -> None:
        """Close what is idle now and what is lent when it comes back. Safe to call twice."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for connection in idle:
            connection.close()


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Several reads of one state, whatever others write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One writer at a time, all or nothing: committed at the end, undone by any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        if connection.in_transaction:
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

"""How a store's file is laid out, how it is made, and how an older one is brought up to date.

Nodes, links and sources are rows that are never changed but in one column: a record's version stands from
`from_revision` on and up to `to_revision`, not included. A row without a payload hides the record of the same id in the
layers below and the branches before it. `place` orders a map: a changed record keeps the place of the one it replaces.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence

from graph.stores.embedded_store.connections import BUSY_SECONDS, Connections, writing
from graph.stores.embedded_store.failures import not_ours
from schema.errors import StoreForeign, StoreUnavailable
from schema.records import BASE_LAYER, MAIN_BRANCH

APPLICATION_ID = 0x63_61_72_65
"""`care` in ASCII: what marks a SQLite file as a store of ours."""

STILL = 2**62
"""The `to_revision` of what still stands."""

LINK_INDEXES = (
    "CREATE INDEX links_by_id ON links (id)",
    "CREATE INDEX links_by_ends ON links (start, end)",
    "CREATE INDEX links_by_end ON links (end)",
    f"CREATE INDEX links_ended ON links (to_revision) WHERE to_revision < {STILL}",
)
LINK_INDEX_NAMES = ("links_by_id", "links_by_ends", "links_by_end", "links_ended")

_VERSIONS = f"""
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    branch INTEGER NOT NULL REFERENCES branches (key),
    layer INTEGER NOT NULL REFERENCES layers (key),
    from_revision INTEGER NOT NULL,
    to_revision INTEGER NOT NULL DEFAULT {STILL},
    place INTEGER NOT NULL
"""

_FIRST = (
    (
        "CREATE TABLE branches (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, parent INTEGER, begins INTEGER NOT NULL,"
        " head INTEGER NOT NULL)"
    ),
    "CREATE TABLE layers (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    (
        'CREATE TABLE revisions (revision INTEGER PRIMARY KEY, branch INTEGER NOT NULL, layer INTEGER NOT NULL, "by" TEXT NOT NULL,'
        ' "when" TEXT NOT NULL, why TEXT NOT NULL, put_nodes INTEGER NOT NULL, put_links INTEGER NOT NULL, put_sources INTEGER NOT NULL,'
        " removed INTEGER NOT NULL, first_node INTEGER NOT NULL, first_link INTEGER NOT NULL, first_source INTEGER NOT NULL)"
    ),
    "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    f"CREATE TABLE nodes ({_VERSIONS}, kind TEXT, payload BLOB)",
    f"CREATE TABLE sources ({_VERSIONS}, payload BLOB)",
    f"CREATE TABLE links ({_VERSIONS}, start TEXT, end TEXT, numbers BLOB, payload BLOB)",
    "CREATE INDEX nodes_by_id ON nodes (id)",
    f"CREATE INDEX nodes_ended ON nodes (to_revision) WHERE to_revision < {STILL}",
    "CREATE INDEX sources_by_id ON sources (id)",
    f"CREATE INDEX sources_ended ON sources (to_revision) WHERE to_revision < {STILL}",
    *LINK_INDEXES,
    f"INSERT INTO branches VALUES (1, '{MAIN_BRANCH}', NULL, 0, 0)",
    f"INSERT INTO layers VALUES (1, '{BASE_LAYER}')",
)


def _make(connection: sqlite3.Connection) -> None:
    for statement in _FIRST:
        connection.execute(statement)


MIGRATIONS: Sequence[Callable[[sqlite3.Connection], None]] = (_make,)
"""The step that leads from each layout to the next, from the empty file on. Add one at the end; change none."""


def prepare(connections: Connections) -> None:
    """Make the layout in a new file, bring an older one up to date, and refuse what is not ours, untouched.

    Raises StoreForeign for another's file or a newer layout, StoreUnavailable where it cannot be opened or written.
    """
    with connections.lent() as connection:
        place = connections.place.name
        version = _version_of_ours(connection, place)
        if connections.read_only:
            if version != len(MIGRATIONS):
                raise StoreUnavailable(f"{place} is read-only and must be brought up to date first; open it once where it can be written.")
            return
        if connections.place.path is not None:
            _log_ahead(connection)
        if version < len(MIGRATIONS):
            with writing(connection):
                # Another process may have been quicker while this one waited for its turn.
                for step in MIGRATIONS[_version_of_ours(connection, place) :]:
                    step(connection)
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")


def _version_of_ours(connection: sqlite3.Connection, place: str) -> int:
    """The layout of a file; 0 for an empty one. Reads only."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application == APPLICATION_ID:
        if version > len(MIGRATIONS):
            raise StoreForeign(
                f"{place} was written by a newer caremap (layout {version}; this one knows up to {len(MIGRATIONS)})."
                " Update caremap, or name another file."
            )
        return version
    if application or version or tables:
        raise not_ours(place, f"is somebody else's database ({tables} tables and indexes that are not caremap's)")
    return 0


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Readers and the writer do not wait for each other. Two processes that open a new file may both want to switch."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


# ---- remarks of its own -----------------------------------------------------------


def mark(connection: sqlite3.Connection, name: str) -> str | None:
    """What the store remembers of its own working, such as how its numbers were worked out."""
    row = connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row is not None else None


def set_mark(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Remember it."""
    connection.execute("INSERT INTO marks VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))

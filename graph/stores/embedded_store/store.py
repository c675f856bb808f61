"""The embedded store: the contract of `graph.store` on one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from graph.changes import checked
from graph.changes import inverse as inverse_of
from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.store import NAMED_IN_CONFLICT, HistoryEntry, MapSize, conflict, proper_name
from graph.stores.embedded_store import words
from graph.stores.embedded_store.connections import Connections, Place, reading, writing
from graph.stores.embedded_store.kept_columns import KeptColumns
from graph.stores.embedded_store.kept_nodes import node_of
from graph.stores.embedded_store.layout import STILL, prepare
from graph.stores.embedded_store.lines import Branch, Line, branch_named, branches, layer_keys, layers_met, line_of
from graph.stores.embedded_store.renumbering import renumber
from graph.stores.embedded_store.rows import Rows, source_of, table_of_rows, whole_map
from graph.stores.embedded_store.writing import Writer
from schema.errors import BadInput, Conflict, StoreUnavailable
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet

_ENTRY = 'revision, "by", "when", why, branches.name, layers.name, put_nodes, put_links, put_sources, removed'


class EmbeddedStore:
    """A map kept in one file (`sqlite:///path`) or in memory (`sqlite://`). May be called from any thread.

    Several processes may open one file: each sees what another confirmed, one writes at a time. `?mode=ro` only reads.
    Raises StoreForeign for a file of somebody else's or a newer layout, which stays untouched, and StoreUnavailable for
    one that cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._place = Place.of(url)
        self._connections = Connections(self._place)
        try:
            prepare(self._connections)
            renumber(self._connections)
            self._kept_columns = KeptColumns(self._connections)
        except BaseException:
            self._connections.close()
            raise

    @property
    def url(self) -> str:
        """Where the map is kept."""
        return self._place.url

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        self._connections.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._connections.lent() as connection, reading(connection):
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self._connections.read_only:
            raise StoreUnavailable(f"{self._place.name} was opened to be read only; open it where it can be written.")
        with self._connections.lent() as connection, writing(connection):
            yield connection

    # ---- reading --------------------------------------------------------

    def head(self, branch: str = MAIN_BRANCH) -> int:
        """The newest revision of a branch. One small look-up."""
        with self._connections.lent() as connection:
            return branch_named(connection, branch).head

    def snapshot(self, scope: Scope) -> Snapshot:
        """The whole map in a scope, read in one transaction: from the file of columns where there is one that fits."""
        with self._reading() as connection:
            branch = branch_named(connection, scope.branch)
            line = line_of(connection, branch, layer_keys(connection, scope.layers), scope.revision)
            found = self._kept_columns.found(connection, line)
            system_map = whole_map(connection, line) if found is None else found
        if found is None and branch.name == MAIN_BRANCH and line.revision == branch.head:
            self._kept_columns.keep(system_map, line)
        return Snapshot(system_map, revision=line.revision, scope=replace(scope, revision=line.revision))

    def search(self, text: str, *, most: int = 20, branch: str = MAIN_BRANCH, layers: Sequence[str] = (BASE_LAYER,)) -> Sequence[str]:
        """Ids of nodes that hold every word, best first (see `graph.matching.match_rank`)."""
        with self._reading() as connection:
            line = line_of(connection, branch_named(connection, branch), layer_keys(connection, layers))
            return words.found(connection, Rows(connection, line), text, most)

    def branches(self) -> Mapping[str, int]:
        """The newest revision of each branch, by name."""
        with self._connections.lent() as connection:
            return {name: branch.head for name, branch in branches(connection).items()}

    def layers(self) -> Sequence[str]:
        """The layers in which something was ever kept, the base first."""
        with self._connections.lent() as connection:
            return [name for (name,) in connection.execute("SELECT name FROM layers ORDER BY key")]

    def size(self) -> MapSize:
        """How much the newest map of branch main has in its base, where no row hides another."""
        with self._reading() as connection:
            line = line_of(connection, branch_named(connection, MAIN_BRANCH), layer_keys(connection, (BASE_LAYER,)))
            condition, values = line.condition()
            nodes, links = (
                connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}", values).fetchone()[0] for table in ("nodes", "links")
            )
        return MapSize(nodes=nodes, links=links)

    # ---- history --------------------------------------------------------

    def history(self, branch: str = MAIN_BRANCH, *, most: int = 50, before: int | None = None) -> Sequence[HistoryEntry]:
        """The latest changes, newest first."""
        with self._reading() as connection:
            line = line_of(connection, branch_named(connection, branch), ())
            condition, values = _on_line(line)
            rows = connection.execute(
                f"SELECT {_ENTRY} FROM revisions JOIN branches ON branches.key = revisions.branch"
                f" JOIN layers ON layers.key = revisions.layer WHERE {condition} AND revision < ? ORDER BY revision DESC LIMIT ?",
                [*values, line.revision + 1 if before is None else before, most],
            ).fetchall()
        return [
            HistoryEntry(
                revision=row[0], by=row[1], when=datetime.fromisoformat(row[2]), why=row[3], branch=row[4], layer=row[5],
                put_nodes=row[6], put_links=row[7], put_sources=row[8], removed=row[9],
            )
            for row in rows
        ]  # fmt: skip

    def change(self, revision: int) -> ChangeSet:
        """The change that made a revision, as it was applied: with links bundled, and without what stood already.

        Where a source's release changed, the links that cite it are among those put, as they count otherwise since.
        """
        with self._reading() as connection:
            return self._change(connection, revision)

    def changes_since(self, revision: int, branch: str = MAIN_BRANCH) -> Sequence[ChangeSet]:
        """The changes of a branch after a revision, oldest first."""
        with self._reading() as connection:
            line = line_of(connection, branch_named(connection, branch), ())
            condition, values = _on_line(line)
            rows = connection.execute(
                f"SELECT revision FROM revisions WHERE {condition} AND revision > ? ORDER BY revision", [*values, revision]
            ).fetchall()
            return [self._change(connection, number) for (number,) in rows]

    def inverse(self, revision: int, *, by: str, why: str) -> ChangeSet:
        """The change that undoes the one that made a revision. Looks up only what that one touched."""
        with self._reading() as connection:
            change = self._change(connection, revision)
            layers = layer_keys(connection, layers_met(change.layer))
            line = line_of(connection, branch_named(connection, change.branch), layers)
            parts = tuple((key, min(upto, revision - 1)) for key, upto in line.parts)
            return inverse_of(change, Rows(connection, replace(line, parts=parts)), by=by, why=why)

    def _change(self, connection: sqlite3.Connection, revision: int) -> ChangeSet:
        row = connection.execute(
            'SELECT "by", "when", why, branches.name, layers.name, branch, layer, first_node, first_link, first_source FROM revisions'
            " JOIN branches ON branches.key = revisions.branch JOIN layers ON layers.key = revisions.layer WHERE revision = ?",
            (revision,),
        ).fetchone()
        if row is None:
            newest = connection.execute("SELECT coalesce(max(revision), 0) FROM revisions").fetchone()[0]
            raise BadInput(f"No change made revision {revision}; the store's changes are numbered from 1 to {newest}.")
        by, when, why, branch_name, layer_name, branch, layer, *first = row
        after = connection.execute(
            "SELECT first_node, first_link, first_source FROM revisions WHERE revision > ? ORDER BY revision LIMIT 1", (revision,)
        ).fetchone() or (2**62, 2**62, 2**62)
        ranges = dict(zip(("nodes", "links", "sources"), zip(first, after, strict=True), strict=True))
        nodes, sources = (
            [
                payload
                for (payload,) in connection.execute(
                    f"SELECT payload FROM {table} WHERE key >= ? AND key < ? AND payload IS NOT NULL ORDER BY key", ranges[table]
                )
            ]
            for table in ("nodes", "sources")
        )
        links = table_of_rows(connection, *ranges["links"])
        removed = {table: _removed(connection, table, revision, ranges[table], (branch, layer)) for table in ranges}
        return ChangeSet(
            by=by,
            why=why,
            when=datetime.fromisoformat(when),
            branch=branch_name,
            layer=layer_name,
            put_nodes=tuple(map(node_of, nodes)),
            put_links=links if links.is_packed else tuple(links),
            put_sources=tuple(map(source_of, sources)),
            remove_nodes=removed["nodes"],
            remove_links=removed["links"],
            remove_sources=removed["sources"],
        )

    # ---- writing --------------------------------------------------------

    def apply(self, change: ChangeSet) -> int:
        """Apply a change and return the branch's revision after it. Looks up only what the change touches."""
        proper_name(change.layer, "layer")
        with self._writing() as connection:
            branch = branch_named(connection, change.branch)
            if change.base_revision is not None and change.base_revision != branch.head:
                raise self._conflict(connection, branch, change.base_revision)
            if change.is_empty:
                return branch.head
            connection.execute("INSERT INTO layers (name) VALUES (?) ON CONFLICT DO NOTHING", (change.layer,))
            layers = layer_keys(connection, layers_met(change.layer))
            rows = Rows(connection, line_of(connection, branch, layers))
            revision: int = connection.execute("SELECT coalesce(max(revision), 0) + 1 FROM revisions").fetchone()[0]
            ready = checked(rows.without_standing(change), rows)
            writer = Writer(connection, rows, branch=branch.key, layer=layers[-1], revision=revision)
            writer.write(ready)
            if not writer.altered:
                connection.execute("ROLLBACK")
                return branch.head
            connection.execute(
                f"INSERT INTO revisions VALUES ({', '.join('?' * 13)})",
                (
                    revision,
                    branch.key,
                    layers[-1],
                    change.by,
                    change.when.isoformat(),
                    change.why,
                    *writer.counts.values(),
                    *writer.firsts_in_order,
                ),
            )
            connection.execute("UPDATE branches SET head = ? WHERE key = ?", (revision, branch.key))
            return revision

    def _conflict(self, connection: sqlite3.Connection, branch: Branch, expected: int) -> Conflict:
        changed: list[str] = []
        if expected < branch.head:
            line = line_of(connection, branch, ())
            for table in ("nodes", "links", "sources"):
                for part, upto in line.parts:
                    changed += [
                        identifier
                        for (identifier,) in connection.execute(
                            f"SELECT DISTINCT id FROM {table} WHERE branch = ? AND ((from_revision > ? AND from_revision <= ?)"
                            " OR (to_revision > ? AND to_revision <= ?)) LIMIT ?",
                            (part, expected, upto, expected, upto, NAMED_IN_CONFLICT),
                        )
                    ]
        return conflict(branch.name, expected=expected, found=branch.head, touched=changed)

    def create_branch(self, name: str, from_revision: int | None = None) -> None:
        """Begin a branch at a revision (None: main's newest)."""
        proper_name(name, "branch")
        with self._writing() as connection:
            known = branches(connection)
            if name in known:
                raise BadInput(f"Branch {name!r} is there already, at revision {known[name].head}; choose another name.")
            begins = known[MAIN_BRANCH].head if from_revision is None else from_revision
            parent = known[MAIN_BRANCH].key
            if begins:
                row = connection.execute("SELECT branch FROM revisions WHERE revision = ?", (begins,)).fetchone()
                if row is None:
                    raise BadInput(f"No branch can begin at revision {from_revision}: no change made it. See the history.")
                parent = row[0]
            connection.execute("INSERT INTO branches (name, parent, begins, head) VALUES (?, ?, ?, ?)", (name, parent, begins, begins))

    def note(self, name: str) -> str | None:
        """A short remark that the store keeps beside the map."""
        with self._connections.lent() as connection:
            row = connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
            return str(row[0]) if row is not None else None

    def keep_note(self, name: str, value: str) -> None:
        """Keep such a remark."""
        with self._writing() as connection:
            connection.execute("INSERT INTO notes VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))


def _on_line(line: Line) -> tuple[str, list[int]]:
    """The SQL that holds for the revisions that led to a line's, and its parameters."""
    text = " OR ".join(["(branch = ? AND revision <= ?)"] * len(line.parts))
    return f"({text})", [number for part in line.parts for number in part]


def _removed(connection: sqlite3.Connection, table: str, revision: int, keys: tuple[int, int], where: tuple[int, int]) -> tuple[str, ...]:
    """What a revision removed: hidden by it, or ended by it and not put again."""
    rows = connection.execute(
        f"SELECT id, place FROM {table} WHERE to_revision = ? AND to_revision < {STILL} AND branch = ? AND layer = ?"
        " AND payload IS NOT NULL"
        f" UNION SELECT id, place FROM {table} WHERE key >= ? AND key < ? AND payload IS NULL ORDER BY place",
        (revision, *where, *keys),
    ).fetchall()
    put = {
        identifier
        for (identifier,) in connection.execute(f"SELECT id FROM {table} WHERE key >= ? AND key < ? AND payload IS NOT NULL", keys)
    } if rows else set()  # fmt: skip
    return tuple(dict.fromkeys(identifier for identifier, _ in rows if identifier not in put))

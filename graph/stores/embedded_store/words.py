"""Full-text search over nodes: an index of words where this SQLite has one, else a look at every node.

The index only finds candidates; `graph.matching.match_rank` decides and ranks, as on every store. The index holds each
version of a node that ever stood, as the table does, so it is only ever added to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from graph.matching import best_matches, words_of
from graph.stores.embedded_store.kept_nodes import node_of
from graph.stores.embedded_store.layout import mark, set_mark
from graph.stores.embedded_store.rows import Rows, in_batches
from schema.records import Node

CANDIDATES = 2_000
"""How many of the index's best are ranked: enough for any page of results, few enough to be quick."""

_INDEXED = "words"


def has_words(connection: sqlite3.Connection) -> bool:
    """Whether this SQLite was built with full-text search."""
    return bool(connection.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").fetchone()[0])


def _indexed_up_to(connection: sqlite3.Connection) -> int:
    return int(mark(connection, _INDEXED) or 0)


def index_words(connection: sqlite3.Connection) -> None:
    """Add the nodes that are not in the index yet; also those that a SQLite without full text wrote."""
    if not has_words(connection):
        return
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(name, aliases, body, content='', tokenize='unicode61')")
    after = _indexed_up_to(connection)
    last = connection.execute("SELECT coalesce(max(key), 0) FROM nodes").fetchone()[0]
    if last == after:
        return
    rows = connection.execute("SELECT key, payload FROM nodes WHERE key > ? AND payload IS NOT NULL ORDER BY key", (after,))
    for batch in in_batches(rows):
        connection.executemany("INSERT INTO words (rowid, name, aliases, body) VALUES (?, ?, ?, ?)", _said(batch))
    set_mark(connection, _INDEXED, str(last))


def _said(rows: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, str, str, str]]:
    for key, payload in rows:
        node = node_of(payload)
        name = " ".join([*words_of(node.id), *words_of(node.label)])
        yield key, name, " ".join(word for alias in node.aliases for word in words_of(alias)), " ".join(words_of(node.text or ""))


def found(connection: sqlite3.Connection, rows: Rows, text: str, most: int) -> list[str]:
    """The ids of the nodes that hold the words, best first."""
    words = words_of(text)
    if not words or most < 1:
        return []
    return [node.id for node in best_matches(text, _candidates(connection, rows, words), most)]


def _candidates(connection: sqlite3.Connection, rows: Rows, words: Sequence[str]) -> Iterator[Node]:
    condition, values = rows.line.condition()
    indexed = _indexed_up_to(connection)
    behind = connection.execute("SELECT coalesce(max(key), 0) FROM nodes").fetchone()[0] > indexed
    # The index is made with the first nodes.
    if behind or not indexed or not has_words(connection):
        statement, asked = f"SELECT id, key, payload FROM nodes WHERE {condition} AND payload IS NOT NULL", list[str | int](values)
    else:
        # Words hold letters and digits only and stand in quotes: nothing that a person types is read as an operator.
        query = " ".join(f'"{word}"' for word in words) + "*"
        statement = (
            "SELECT id, key, payload FROM words JOIN nodes ON nodes.key = words.rowid"
            f" WHERE words MATCH ? AND {condition} ORDER BY bm25(words, 10.0, 5.0, 1.0), nodes.id LIMIT {CANDIDATES}"
        )
        asked = [query, *values]
    seen = connection.execute(statement, asked).fetchall()
    if not rows.line.is_single:
        tops = rows.versions("nodes", [row[0] for row in seen])
        seen = [row for row in seen if tops[row[0]].key == row[1]]
    yield from (node_of(payload) for _, _, payload in seen)

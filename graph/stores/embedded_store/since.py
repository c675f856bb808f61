"""What stands otherwise on the first branch's base since an earlier revision, as few changes that lead from one map to the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from graph.stores.embedded_store.kept_nodes import node_of
from graph.stores.embedded_store.layout import STILL
from graph.stores.embedded_store.lines import Line
from graph.stores.embedded_store.rows import source_of
from schema.records import ChangeSet
from schema.system_map import unpacked

CAUGHT_UP = 2_000
"""A map that differs from the one at hand in more records is read anew."""


class _Turned(NamedTuple):
    """What is otherwise in one table: the payloads to put, in their order on the map, and the ids to take away first."""

    put: Sequence[bytes]
    gone: tuple[str, ...]


def changes_since(connection: sqlite3.Connection, line: Line, revision: int) -> list[ChangeSet] | None:
    """The changes that make the map at `revision` into the one in sight of a line of one branch and layer; None where they are many.

    What was removed and put again stands at a later place than before, so it is taken away before it is put.
    """
    firsts = connection.execute(
        "SELECT first_node, first_link, first_source FROM revisions WHERE revision > ? ORDER BY revision LIMIT 1", (revision,)
    ).fetchone()
    if firsts is None:
        return []
    found: dict[str, _Turned] = {}
    for table, first in zip(("nodes", "links", "sources"), firsts, strict=True):
        turned = _turned(connection, table, line, revision, first)
        if turned is None or sum(len(each.put) + len(each.gone) for each in (turned, *found.values())) > CAUGHT_UP:
            return None
        found[table] = turned
    gone = ChangeSet(
        by="", why="", remove_nodes=found["nodes"].gone, remove_links=found["links"].gone, remove_sources=found["sources"].gone
    )
    put = ChangeSet(
        by="",
        why="",
        put_nodes=tuple(map(node_of, found["nodes"].put)),
        put_links=tuple(map(unpacked, found["links"].put)),
        put_sources=tuple(map(source_of, found["sources"].put)),
    )
    return [change for change in (gone, put) if not change.is_empty]


def _turned(connection: sqlite3.Connection, table: str, line: Line, revision: int, first: int) -> _Turned | None:
    (branch, upto), *_ = line.parts
    where = (branch, *line.layers)
    rows = connection.execute(
        f"SELECT id, place, payload FROM {table} WHERE key >= ? AND branch = ? AND layer = ? AND from_revision <= ? AND to_revision > ?"
        " AND payload IS NOT NULL ORDER BY place LIMIT ?",
        (first, *where, upto, upto, CAUGHT_UP + 1),
    ).fetchall()
    ended = connection.execute(
        f"SELECT id, place FROM {table} WHERE to_revision > ? AND to_revision <= ? AND to_revision < {STILL} AND key < ? AND branch = ?"
        " AND layer = ? AND payload IS NOT NULL LIMIT ?",
        (revision, upto, first, *where, CAUGHT_UP + 1),
    ).fetchall()
    if len(rows) > CAUGHT_UP or len(ended) > CAUGHT_UP:
        return None
    place_of = {identifier: place for identifier, place, _ in rows}
    gone = tuple(identifier for identifier, place in ended if place_of.get(identifier) != place)
    return _Turned([payload for _, _, payload in rows], gone)

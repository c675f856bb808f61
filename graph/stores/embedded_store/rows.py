"""Reading: whole maps in columns, and single records as a change meets them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np

from graph.changes import LinkEnds
from graph.stores.embedded_store.kept_nodes import LAZY_FROM, KeptNodes, map_of, node_of
from graph.stores.embedded_store.lines import Line
from schema.collector import at_rest
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import LinkTable, LinkTableBuilder, SystemMap, unpacked
from schema.wire import source_from_json

T = TypeVar("T")
BASE_KEY = 1
"""The key of the base layer: on the first branch, nothing in it can hide or hang."""

AT_ONCE = 5_000
"""How many rows are fetched or looked up in one go."""


class Version(NamedTuple):
    """A record's version as kept, without its numbers."""

    key: int
    branch: int
    layer: int
    place: int
    payload: bytes | None


def source_of(payload: bytes) -> Source:
    """The source of a kept payload."""
    source = source_from_json(json.loads(payload), "kept source", [])
    if source is None:
        raise ValueError("a kept source does not decode")
    return source


def in_batches(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items in lists of at most `size`, in order."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


# ---- whole maps -----------------------------------------------------------------


def whole_map(connection: sqlite3.Connection, line: Line) -> SystemMap:
    """The map in sight of a line, in its order. Reads links in columns and decodes none of them."""
    with at_rest():
        ids, payloads = _payloads(connection, "nodes", line)
        nodes: Sequence[Node] = tuple(map(node_of, payloads)) if len(ids) <= LAZY_FROM else KeptNodes.of(ids, payloads)
        sources = map(source_of, _payloads(connection, "sources", line)[1])
        return map_of(nodes, _links(connection, line, ids), tuple(sources))


def _payloads(connection: sqlite3.Connection, table: str, line: Line) -> tuple[list[str], list[bytes]]:
    """The ids and payloads of a table's records in sight, in their order."""
    condition, values = line.condition()
    rows = connection.execute(f"SELECT id, branch, layer, place, payload FROM {table} WHERE {condition} ORDER BY place", values)
    if line.is_single:
        standing = [(row[0], row[4]) for row in rows if row[4] is not None]
        return [identifier for identifier, _ in standing], [payload for _, payload in standing]
    seen: dict[str, tuple[tuple[int, int], int, bytes | None]] = {}
    for identifier, branch, layer, place, payload in rows:
        height = line.height(branch, layer)
        if identifier not in seen or seen[identifier][0] < height:
            seen[identifier] = (height, place, payload)
    in_order = sorted(seen.items(), key=lambda found: found[1][1])
    whole = [(identifier, payload) for identifier, (_, _, payload) in in_order if payload is not None]
    return [identifier for identifier, _ in whole], [payload for _, payload in whole]


def _links(connection: sqlite3.Connection, line: Line, ends: Sequence[str]) -> LinkTable:
    builder = LinkTableBuilder(ends)
    places: list[int] = []
    on_map = set(ends)
    hidden: set[str] = set()
    views = line.views()
    is_plain = line.is_single and line.layers[0] == BASE_KEY
    for layer, branch, upto in views:
        seen_here: list[str] = []
        rows = connection.execute(
            "SELECT id, start, end, place, numbers, payload FROM links"
            " WHERE +branch = ? AND +layer = ? AND +from_revision <= ? AND +to_revision > ?",
            (branch, layer, upto, upto),
        )
        while batch := rows.fetchmany(AT_ONCE):
            if not is_plain:
                seen_here += [row[0] for row in batch]
                # A layer's link may hang on a node that this scope does not see; then the scope does not see it either.
                batch = [row for row in batch if row[0] not in hidden and row[5] is not None and row[1] in on_map and row[2] in on_map]
                if not batch:
                    continue
            ids, starts, stops, at, numbers, payloads = zip(*batch, strict=True)
            builder.add_columns(ids, starts, stops, b"".join(numbers), payloads)
            places += at
        hidden.update(seen_here)
    table = builder.done()
    order = np.array(places, dtype=np.int64)
    return table if bool((order[1:] > order[:-1]).all()) else table.taken(np.argsort(order, kind="stable"))


def table_of_rows(connection: sqlite3.Connection, first: int, stop: int) -> LinkTable:
    """The links put by one revision: rows from `first` up to `stop`, without those that hide."""
    builder = LinkTableBuilder()
    rows = connection.execute(
        "SELECT id, start, end, numbers, payload FROM links WHERE key >= ? AND key < ? AND payload IS NOT NULL ORDER BY key", (first, stop)
    )
    while batch := rows.fetchmany(AT_ONCE):
        ids, starts, stops, numbers, payloads = zip(*batch, strict=True)
        builder.add_columns(ids, starts, stops, b"".join(numbers), payloads)
    return builder.done()


# ---- single records ----------------------------------------------------------------


class _Kinds(Mapping[str, NodeKind]):
    """The kinds of the nodes in sight, looked up one by one and remembered."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[str, NodeKind | None] = {}

    def __getitem__(self, identifier: str) -> NodeKind:
        if identifier not in self._known:
            node = self._rows.node(identifier)
            self._known[identifier] = node.kind if node is not None else None
        kind = self._known[identifier]
        if kind is None:
            raise KeyError(identifier)
        return kind

    def __iter__(self) -> Iterator[str]:
        return self._rows.node_ids()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Rows:
    """What is in sight of a line, record by record: what a change meets (`graph.changes.Before`)."""

    def __init__(self, connection: sqlite3.Connection, line: Line) -> None:
        self._connection, self.line = connection, line
        self._condition, self._values = line.condition()
        self.kinds: Mapping[str, NodeKind] = _Kinds(self)

    def is_empty(self, table: str) -> bool:
        """Whether a table holds no row at all."""
        return self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None

    def versions(self, table: str, identifiers: Iterable[str]) -> dict[str, Version]:
        """The versions in sight of some records; one without a payload hides what is below it."""
        found: dict[str, Version] = {}
        for batch in in_batches(identifiers):
            marks = ", ".join("?" * len(batch))
            rows = self._connection.execute(
                f"SELECT id, key, branch, layer, place, payload FROM {table} WHERE id IN ({marks}) AND {self._condition}",
                [*batch, *self._values],
            )
            for identifier, *rest in rows:
                version = Version(*rest)
                other = found.get(identifier)
                if other is None or self._height(other) < self._height(version):
                    found[identifier] = version
        return found

    def beneath(self, table: str, identifiers: Iterable[str], branch: int, layer: int) -> frozenset[str]:
        """Which of some records have a version in sight that is of another branch or layer than this."""
        found: set[str] = set()
        for batch in in_batches(identifiers):
            marks = ", ".join("?" * len(batch))
            rows = self._connection.execute(
                f"SELECT id FROM {table} WHERE id IN ({marks}) AND payload IS NOT NULL AND NOT (branch = ? AND layer = ?)"
                f" AND {self._condition}",
                [*batch, branch, layer, *self._values],
            )
            found.update(identifier for (identifier,) in rows)
        return frozenset(found)

    def _height(self, version: Version) -> tuple[int, int]:
        return self.line.height(version.branch, version.layer)

    def _payload(self, table: str, identifier: str) -> bytes | None:
        version = self.versions(table, (identifier,)).get(identifier)
        return version.payload if version is not None else None

    def node(self, identifier: str) -> Node | None:
        payload = self._payload("nodes", identifier)
        return node_of(payload) if payload is not None else None

    def link(self, identifier: str) -> Link | None:
        payload = self._payload("links", identifier)
        return unpacked(payload) if payload is not None else None

    def source(self, identifier: str) -> Source | None:
        payload = self._payload("sources", identifier)
        return source_of(payload) if payload is not None else None

    def node_ids(self) -> Iterator[str]:
        """The ids of the nodes in sight, in no order. Whoever only wants to know whether there is one reads no more than that."""
        rows = self._connection.execute(f"SELECT id FROM nodes WHERE {self._condition} AND payload IS NOT NULL", self._values)
        if self.line.is_single:
            yield from (identifier for (identifier,) in rows)
            return
        ids = {identifier for (identifier,) in rows}
        yield from (identifier for identifier, version in self.versions("nodes", ids).items() if version.payload is not None)

    def links_between(self, pairs: Collection[tuple[str, str]]) -> Iterable[Link]:
        if self.is_empty("links"):
            return []
        statement = f"SELECT id, key, payload FROM links WHERE start = ? AND end = ? AND {self._condition}"
        found = [row for pair in pairs for row in self._connection.execute(statement, [*pair, *self._values])]
        return [unpacked(payload) for _, payload in self._in_sight(found)]

    def links_at(self, nodes: Collection[str]) -> Iterable[LinkEnds]:
        found = []
        for batch in in_batches(nodes):
            marks = ", ".join("?" * len(batch))
            for end in ("start", "end"):
                found += self._connection.execute(
                    f"SELECT id, key, payload, start, end, numbers FROM links WHERE {end} IN ({marks}) AND {self._condition}",
                    [*batch, *self._values],
                ).fetchall()
        ends = {row[1]: LinkEnds(row[0], row[3], row[4], _kind_in(row[5])) for row in found if row[5] is not None}
        return [ends[key] for key, _ in self._in_sight(found)]

    def without_standing(self, change: ChangeSet) -> ChangeSet:
        """The change without those packed links that stand already, word for word: a repeated load is quick."""
        links = change.put_links
        if not isinstance(links, LinkTable) or not links.is_packed or self.is_empty("links"):
            return change
        new: list[int] = []
        for first in range(0, len(links), AT_ONCE):
            ids = links.ids[first : first + AT_ONCE]
            there = self.versions("links", ids)
            for row, (identifier, payload) in enumerate(zip(ids, links.payloads(first, first + AT_ONCE), strict=True), start=first):
                if identifier not in there or there[identifier].payload != payload:
                    new.append(row)
        return change if len(new) == len(links) else replace(change, put_links=links.taken(np.array(new, dtype=np.int64)))

    def links_that_cite(self, text: bytes) -> Iterator[Link]:
        """The links in sight whose JSON holds some bytes. Reads every link."""
        rows = self._connection.execute(
            f"SELECT id, key, payload FROM links WHERE {self._condition} AND instr(payload, ?) > 0", [*self._values, text]
        ).fetchall()
        yield from (unpacked(payload) for _, payload in self._in_sight(rows))

    def _in_sight(self, rows: Sequence[tuple[object, ...]]) -> list[tuple[int, bytes]]:
        """The key and payload of those rows (id, key, payload, ...) that no other version hides, each once."""
        unique = {row[1]: (str(row[0]), row[2]) for row in rows if row[2] is not None}
        if not self.line.is_single:
            seen = self.versions("links", {identifier for identifier, _ in unique.values()})
            unique = {key: found for key, found in unique.items() if seen[found[0]].key == key}
        return [(key, payload) for key, (_, payload) in unique.items()]  # type: ignore[misc]


def _kind_in(numbers: bytes) -> LinkKind:
    """The kind is the first byte of a link's numbers."""
    return LINK_KINDS[numbers[0]]

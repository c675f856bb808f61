"""Writing one checked change as new versions of the records that it touches, inside the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph.changes import cites, turned_origins
from graph.stores.embedded_store.layout import LINK_INDEX_NAMES, LINK_INDEXES
from graph.stores.embedded_store.rows import AT_ONCE, Rows, Version, in_batches
from graph.stores.embedded_store.words import index_words
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import NUMBERS, LinkTable, numbers_of, packed, packed_numbers
from schema.wire import to_json

MANY = 20_000
"""From so many links on, an empty table is filled first and indexed afterwards: three times as fast."""

Kept = tuple[str, str | None, str | None, bytes | None, bytes]
"""A record to be kept: its id, a link's ends and numbers (a node's kind in place of the start), and its JSON."""


def plain(record: Node | Source) -> bytes:
    """The compact canonical JSON of a node or source, as it is kept."""
    return json.dumps(to_json(record), ensure_ascii=False, separators=(",", ":")).encode()


class _Sources(Mapping[str, Source]):
    """The sources as they are after a change, looked up when a claim cites one."""

    def __init__(self, change: ChangeSet, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[str, Source | None] = {source.id: source for source in change.put_sources}
        self._known.update(dict.fromkeys(change.remove_sources))

    def __getitem__(self, identifier: str) -> Source:
        if identifier not in self._known:
            self._known[identifier] = self._rows.source(identifier)
        source = self._known[identifier]
        if source is None:
            raise KeyError(identifier)
        return source

    def __iter__(self) -> Iterator[str]:
        return (identifier for identifier, source in self._known.items() if source is not None)

    def __len__(self) -> int:
        # Never 0, as what is not known yet may still be found.
        return 1 + sum(1 for _ in self)


class Writer:
    """Writes one change on one branch and layer as one revision. `counts` tells what it altered."""

    def __init__(self, connection: sqlite3.Connection, rows: Rows, *, branch: int, layer: int, revision: int) -> None:
        self._connection, self._rows = connection, rows
        self._branch, self._layer, self._revision = branch, layer, revision
        self.counts = {"put_nodes": 0, "put_links": 0, "put_sources": 0, "removed": 0}
        self.firsts = {table: self._next_key(table) for table in ("nodes", "links", "sources")}

    @property
    def altered(self) -> bool:
        """Whether anything is otherwise than before."""
        return any(self.counts.values())

    @property
    def firsts_in_order(self) -> tuple[int, int, int]:
        """The first keys that this revision's nodes, links and sources could take."""
        return self.firsts["nodes"], self.firsts["links"], self.firsts["sources"]

    def write(self, change: ChangeSet) -> None:
        """Write a checked change, leaving out what stands already, word for word."""
        self._remove("links", change.remove_links)
        self._remove("nodes", change.remove_nodes)
        turned = self._links_of_turned_sources(change)
        self._remove("sources", change.remove_sources)
        self.counts["put_sources"] = self._put("sources", ((source.id, None, None, None, plain(source)) for source in change.put_sources))
        self.counts["put_nodes"] = self._put("nodes", ((node.id, node.kind, None, None, plain(node)) for node in change.put_nodes))
        fill = len(change.put_links) >= MANY and self._rows.is_empty("links")
        if fill:
            for name in LINK_INDEX_NAMES:
                self._connection.execute(f"DROP INDEX {name}")
        sources = _Sources(change, self._rows)
        self.counts["put_links"] = self._put("links", self._kept_links(change, sources))
        self._put("links", (_kept(link, sources) for link in turned), renumber=True)
        if fill:
            for statement in LINK_INDEXES:
                self._connection.execute(statement)
        if self.counts["put_nodes"]:
            index_words(self._connection)

    def _next_key(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT coalesce(max(key), 0) + 1 FROM {table}").fetchone()[0])

    def _kept_links(self, change: ChangeSet, sources: Mapping[str, Source]) -> Iterator[Kept]:
        links = change.put_links
        if not isinstance(links, LinkTable) or not links.is_packed or self._has_origins(change):
            yield from (_kept(link, sources) for link in links)
            return
        numbers, size = links.numbers(), NUMBERS.itemsize
        for first in range(0, len(links), AT_ONCE):
            last = min(first + AT_ONCE, len(links))
            raw = numbers[first:last].tobytes()
            starts = [links.ends[row] for row in links.columns.start[first:last].tolist()]
            ends = [links.ends[row] for row in links.columns.end[first:last].tolist()]
            cut = (raw[at : at + size] for at in range(0, len(raw), size))
            yield from zip(links.ids[first:last], starts, ends, cut, links.payloads(first, last), strict=True)

    def _has_origins(self, change: ChangeSet) -> bool:
        """Whether copies of one release may count once, so that numbers worked out elsewhere cannot be trusted here."""
        kept = self._connection.execute("SELECT 1 FROM sources WHERE instr(payload, ?) > 0 LIMIT 1", (b'"origin":',)).fetchone()
        return kept is not None or any(source.origin for source in change.put_sources)

    def _links_of_turned_sources(self, change: ChangeSet) -> list[Link]:
        turned = turned_origins(change, self._rows.source)
        if not turned or self._rows.is_empty("links"):
            return []
        citing = {link.id: link for source in turned for link in self._rows.links_that_cite(cites(source))}
        for identifier in change.remove_links:
            citing.pop(identifier, None)
        # A link that the change puts as it stands turns like the others; one that it alters is worked out anew in any case.
        altered = {link.id for link in change.put_links if link.id in citing and citing[link.id] != link} if citing else set()
        return [link for identifier, link in citing.items() if identifier not in altered]

    def _put(self, table: str, records: Iterable[Kept], *, renumber: bool = False) -> int:
        """Keep records as new versions and return how many were not there just so. `renumber`: the same text counts too."""
        key = self._next_key(table)
        first, empty = key, self._rows.is_empty(table)
        for batch in in_batches(records):
            there: Mapping[str, Version] = {} if empty else self._rows.versions(table, [record[0] for record in batch])
            rows, closing = [], []
            for identifier, start, end, numbers, payload in batch:
                version = there.get(identifier)
                if version is not None and version.payload == payload and not renumber:
                    continue
                if version is not None and self._is_own(version):
                    closing.append((self._revision, version.key))
                place = key if version is None or version.payload is None else version.place
                head = (key, identifier, self._branch, self._layer, self._revision, place)
                rows.append((*head, start, end, numbers, payload) if table == "links" else (*head, start, payload))
                key += 1
            self._close(table, closing)
            self._insert(table, rows)
        return key - first

    def _is_own(self, version: Version) -> bool:
        return version.branch == self._branch and version.layer == self._layer

    def _close(self, table: str, closing: Sequence[tuple[int, int]]) -> None:
        if closing:
            self._connection.executemany(f"UPDATE {table} SET to_revision = ? WHERE key = ?", closing)

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        special = {"links": "start, end, numbers, payload", "nodes": "kind, payload"}.get(table)
        if special is None:
            special, rows = "payload", [(*row[:6], row[7]) for row in rows]
        marks = ", ".join("?" * len(rows[0]))
        self._connection.executemany(
            f"INSERT INTO {table} (key, id, branch, layer, from_revision, place, {special}) VALUES ({marks})", rows
        )

    def _remove(self, table: str, identifiers: Sequence[str]) -> None:
        """End the versions of this branch and layer, and hide what lies beneath in others."""
        key = self._next_key(table)
        beneath = frozenset() if self._rows.line.is_single else self._rows.beneath(table, identifiers, self._branch, self._layer)
        there = self._rows.versions(table, identifiers)
        closing, rows = [], []
        for identifier, version in there.items():
            if version.payload is None:
                continue
            self.counts["removed"] += 1
            if self._is_own(version):
                closing.append((self._revision, version.key))
            if not self._is_own(version) or identifier in beneath:
                head = (key, identifier, self._branch, self._layer, self._revision, key)
                rows.append((*head, None, None, None, None) if table == "links" else (*head, None, None))
                key += 1
        self._close(table, closing)
        self._insert(table, rows)


def _kept(link: Link, sources: Mapping[str, Source]) -> Kept:
    return link.id, link.start, link.end, packed_numbers(numbers_of(link, sources)), packed(link)

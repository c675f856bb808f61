"""The journal: each applied change as packed pages under its revision, and the reading of maps out of it.

A page is zlib-compressed: links in columns with their numbers worked out, other records as JSON. Nothing in the journal
is ever altered, so a reader may take as many transactions as it likes: what it saw stays true.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from graph.store import HistoryEntry
from schema.collector import at_rest
from schema.records import ChangeSet, Node, Source
from schema.system_map import LinkTable, LinkTableBuilder, numbers_mark, unpacked
from schema.wire import node_from_json, source_from_json, to_json

LINKS_A_PAGE = 25_000
"""More than the links that a table keeps as records, so that a large map is never decoded while it is read."""

RECORDS_A_PAGE = 5_000

LINKS, RECORDS = "links", "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a change: which it is, what it holds, and the bytes."""

    number: int
    holds: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A revision as kept, without its pages."""

    number: int
    branch: str
    layer: str
    by: str
    when: str
    why: str
    put_nodes: int
    put_links: int
    put_sources: int
    removed: int
    token: str
    numbers: str

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Revision:
        return cls(**{name: properties[name] for name in cls.__slots__})

    def entry(self) -> HistoryEntry:
        """The same as the history tells it."""
        return HistoryEntry(
            revision=self.number,
            by=self.by,
            when=datetime.fromisoformat(self.when),
            why=self.why,
            branch=self.branch,
            layer=self.layer,
            put_nodes=self.put_nodes,
            put_links=self.put_links,
            put_sources=self.put_sources,
            removed=self.removed,
        )


# ---- writing -----------------------------------------------------------------


def _framed(parts: Sequence[bytes]) -> bytes:
    sizes = struct.pack(f"<{len(parts)}q", *(len(part) for part in parts))
    return zlib.compress(b"".join([sizes, *parts]), 1)


def _parts(content: bytes, count: int) -> list[bytes]:
    whole = zlib.decompress(content)
    at, found = 8 * count, []
    for size in struct.unpack_from(f"<{count}q", whole):
        found.append(whole[at : at + size])
        at += size
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _links_page(links: LinkTable, first: int, last: int) -> bytes:
    start, end = links.columns.start[first:last], links.columns.end[first:last]
    used, place = np.unique(np.concatenate([start, end]), return_inverse=True)
    ends = [links.ends[row] for row in used.tolist()]
    return _framed(
        [
            _json(list(links.ids[first:last])),
            _json(ends),
            place.astype("<i4").tobytes(),
            links.numbers()[first:last].tobytes()
            if last - first == len(links)
            else links.taken(np.arange(first, last)).numbers().tobytes(),
            b"\n".join(links.payloads(first, last)),
        ]
    )


def pages_of(change: ChangeSet, links: LinkTable) -> Iterator[Page]:
    """The pages of a change, in order; `links` are those it puts, their numbers worked out with the sources after it."""
    number = 0
    records: list[tuple[str, Any]] = [
        *(("remove_nodes", identifier) for identifier in change.remove_nodes),
        *(("remove_links", identifier) for identifier in change.remove_links),
        *(("remove_sources", identifier) for identifier in change.remove_sources),
        *(("put_sources", to_json(source)) for source in change.put_sources),
        *(("put_nodes", to_json(node)) for node in change.put_nodes),
    ]
    for first in range(0, len(records), RECORDS_A_PAGE):
        yield Page(number=number, holds=RECORDS, content=_framed([_json(records[first : first + RECORDS_A_PAGE])]))
        number += 1
    for first in range(0, len(links), LINKS_A_PAGE):
        yield Page(number=number, holds=LINKS, content=_links_page(links, first, min(first + LINKS_A_PAGE, len(links))))
        number += 1


# ---- reading -----------------------------------------------------------------


def node_of(data: object) -> Node:
    """The node of a kept object."""
    node = node_from_json(data, "kept node", [])
    if node is None:
        raise ValueError("a kept node does not decode")
    return node


def source_of(data: object) -> Source:
    """The source of a kept object."""
    source = source_from_json(data, "kept source", [])
    if source is None:
        raise ValueError("a kept source does not decode")
    return source


def change_of(revision: Revision, pages: Iterable[Page]) -> ChangeSet:
    """The change of a revision, of all its pages in order. Links beyond a few stay packed in columns."""
    with at_rest():
        return _change_of(revision, pages)


def _change_of(revision: Revision, pages: Iterable[Page]) -> ChangeSet:
    found: dict[str, list[Any]] = {}
    builder = LinkTableBuilder()
    for page in pages:
        if page.holds == LINKS:
            _add_links(builder, page.content)
            continue
        for name, data in json.loads(_parts(page.content, 1)[0]):
            found.setdefault(name, []).append(data)
    links = builder.done()
    if revision.numbers != numbers_mark() and links.is_packed:
        links = LinkTable.of(map(unpacked, links.payloads()), links.ends)
    return ChangeSet(
        by=revision.by,
        why=revision.why,
        when=datetime.fromisoformat(revision.when),
        branch=revision.branch,
        layer=revision.layer,
        put_nodes=tuple(map(node_of, found.get("put_nodes", ()))),
        put_links=links if links.is_packed else tuple(links),
        put_sources=tuple(map(source_of, found.get("put_sources", ()))),
        remove_nodes=tuple(found.get("remove_nodes", ())),
        remove_links=tuple(found.get("remove_links", ())),
        remove_sources=tuple(found.get("remove_sources", ())),
    )


def _add_links(builder: LinkTableBuilder, content: bytes) -> None:
    ids, ends, places, numbers, payloads = _parts(content, 5)
    if ids != b"[]":
        builder.add_page(json.loads(ids), json.loads(ends), np.frombuffer(places, dtype="<i4"), numbers, payloads)


def ids_of(change: ChangeSet) -> list[str]:
    """Every id that a change touches, nodes first, then links and sources."""
    links = change.put_links.ids if isinstance(change.put_links, LinkTable) else [link.id for link in change.put_links]
    return [
        *(node.id for node in change.put_nodes), *change.remove_nodes, *links, *change.remove_links,
        *(source.id for source in change.put_sources), *change.remove_sources,
    ]  # fmt: skip

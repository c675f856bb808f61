"""The one value that travels: a map of nodes, links and sources. The door to its links too: their table, columns and days."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from schema.days import ALWAYS_FROM, ALWAYS_TO, end_day, first_day
from schema.link_columns import (
    COLUMN_TYPES,
    NUMBERS,
    LinkColumns,
    default_sign,
    facts_of,
    numbers_mark,
    numbers_of,
    packed,
    packed_numbers,
    unpacked,
)
from schema.link_edits import with_rows
from schema.link_table import LinkTable, LinkTableBuilder
from schema.records import Link, Node, Source
from schema.wire import to_json

__all__ = [
    "ALWAYS_FROM",
    "ALWAYS_TO",
    "COLUMN_TYPES",
    "NUMBERS",
    "LinkColumns",
    "LinkTable",
    "LinkTableBuilder",
    "SystemMap",
    "default_sign",
    "end_day",
    "facts_of",
    "first_day",
    "numbers_mark",
    "numbers_of",
    "packed",
    "packed_numbers",
    "unpacked",
    "with_rows",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemMap:
    """An immutable set of nodes, links and sources, in the order in which they were given.

    A whole map is closed: the rows of `links.ends` are those of `nodes`, and each owner, tier, source named is on it.
    A part of a map (in a change set) may name nodes that only the rest holds; `schema.validation` tells the two apart.
    """

    nodes: Sequence[Node] = ()
    links: LinkTable = field(default_factory=lambda: LinkTable.of(()))
    sources: Sequence[Source] = ()
    title: str = ""

    @classmethod
    def of(cls, nodes: Iterable[Node], links: Iterable[Link] = (), sources: Iterable[Source] = (), title: str = "") -> SystemMap:
        """A map from records, not validated."""
        nodes, sources = tuple(nodes), tuple(sources)
        table = LinkTable.of(links, (node.id for node in nodes), {source.id: source for source in sources})
        return cls(nodes=nodes, links=table, sources=sources, title=title)

    @cached_property
    def row_of_node(self) -> Mapping[str, int]:
        """Each node's row by its id."""
        return {node.id: row for row, node in enumerate(self.nodes)}

    @cached_property
    def row_of_link(self) -> Mapping[str, int]:
        """Each link's row by its id."""
        return {identifier: row for row, identifier in enumerate(self.links.ids)}

    @cached_property
    def source_of(self) -> Mapping[str, Source]:
        """Each source by its id."""
        return {source.id: source for source in self.sources}

    def node(self, identifier: str) -> Node:
        """The node with this id. Raises KeyError."""
        return self.nodes[self.row_of_node[identifier]]

    def link(self, identifier: str) -> Link:
        """The link with this id. Raises KeyError."""
        return self.links[self.row_of_link[identifier]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SystemMap):
            return NotImplemented
        return self.nodes == other.nodes and self.sources == other.sources and self.links == other.links

    def __hash__(self) -> int:
        return hash((len(self.nodes), self.links))

    def digest(self) -> str:
        """A fingerprint of the content, whatever the order: equal on every store that holds the same map."""
        records: list[Node | Source] = [*self.nodes, *self.sources]
        rows = [json.dumps(to_json(record), sort_keys=True, ensure_ascii=False) for record in records]
        rows += [json.dumps(json.loads(self.links.payload(row)), sort_keys=True, ensure_ascii=False) for row in range(len(self.links))]
        whole = hashlib.sha256()
        for row in sorted(rows):
            whole.update(row.encode())
            whole.update(b"\n")
        return whole.hexdigest()

"""The map that a change meets, asked only for what the change touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS
from schema.records import Link, Node, Source
from schema.system_map import LinkTable, SystemMap


class LinkEnds(NamedTuple):
    """A link by its id, ends and kind, without its record."""

    id: str
    start: str
    end: str
    kind: LinkKind


class Before(Protocol):
    """The map that a change meets, asked only for what the change touches."""

    @property
    def kinds(self) -> Mapping[str, NodeKind]:
        """The kind of each node by its id. Looking one up is cheap; going through all may not be."""
        ...

    def node(self, identifier: str) -> Node | None: ...

    def link(self, identifier: str) -> Link | None: ...

    def source(self, identifier: str) -> Source | None: ...

    def links_between(self, pairs: Collection[tuple[str, str]]) -> Iterable[Link]:
        """The links that run from one node to another, for some such pairs."""
        ...

    def links_at(self, nodes: Collection[str]) -> Iterable[LinkEnds]:
        """The links that start or end at some nodes."""
        ...


class _KindsOfMap(Mapping[str, NodeKind]):
    def __init__(self, system_map: SystemMap) -> None:
        self._map = system_map

    def __getitem__(self, identifier: str) -> NodeKind:
        return self._map.nodes[self._map.row_of_node[identifier]].kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._map.row_of_node)

    def __len__(self) -> int:
        return len(self._map.nodes)


class WholeMap:
    """A map in memory, as what a change meets. Looking for links goes through the columns: O(links)."""

    def __init__(self, system_map: SystemMap) -> None:
        self._map = system_map
        self.kinds: Mapping[str, NodeKind] = _KindsOfMap(system_map)

    def node(self, identifier: str) -> Node | None:
        return self._map.node(identifier) if identifier in self._map.row_of_node else None

    def link(self, identifier: str) -> Link | None:
        return self._map.link(identifier) if identifier in self._map.row_of_link else None

    def source(self, identifier: str) -> Source | None:
        return self._map.source_of.get(identifier)

    def links_between(self, pairs: Collection[tuple[str, str]]) -> Iterable[Link]:
        row_of = self._map.row_of_node
        wanted = [row_of[a] << 32 | row_of[b] for a, b in pairs if a in row_of and b in row_of]
        columns = self._map.links.columns
        keys = columns.start.astype(np.int64) << 32 | columns.end
        return [self._map.links[row] for row in np.flatnonzero(np.isin(keys, wanted)).tolist()]

    def links_at(self, nodes: Collection[str]) -> Iterable[LinkEnds]:
        table = self._map.links
        wanted = [row for row, end in enumerate(table.ends) if end in nodes]
        columns = table.columns
        rows = np.flatnonzero(np.isin(columns.start, wanted) | np.isin(columns.end, wanted)).tolist()
        return [
            LinkEnds(table.ids[row], table.ends[columns.start[row]], table.ends[columns.end[row]], LINK_KINDS[columns.kind[row]])
            for row in rows
        ]


def ids_of(records: Sequence[Node] | Sequence[Link] | Sequence[Source]) -> Sequence[str]:
    """The ids of some records, in their order."""
    return records.ids if isinstance(records, LinkTable) else [record.id for record in records]

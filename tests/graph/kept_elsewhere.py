"""A map in memory behind the promise of `graph.store.MapReader`: what a database answers, in no order, record by record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.store import MapSize
from graph.stores.embedded_store import EmbeddedStore
from schema.kinds import LinkKind, NodeKind
from schema.records import MAIN_BRANCH, Link, Node, Source
from schema.system_map import SystemMap


@dataclass(kw_only=True)
class MapInMemory:
    """The records of a map, the last first, so that whoever relies on an order of answers is found out."""

    system_map: SystemMap

    def nodes(self, identifiers: Collection[str]) -> Iterator[tuple[int, Node]]:
        wanted = set(identifiers)
        yield from ((row, node) for row, node in reversed(list(enumerate(self.system_map.nodes))) if node.id in wanted)

    def _links(self) -> Iterator[tuple[int, Link]]:
        yield from reversed(list(enumerate(self.system_map.links)))

    def links_at(
        self, nodes: Collection[str], kinds: Collection[LinkKind], *, out: bool, among: Collection[str] | None = None
    ) -> Iterator[tuple[int, Link]]:
        for row, link in self._links():
            at, other = (link.start, link.end) if out else (link.end, link.start)
            if at in nodes and link.kind in kinds and (among is None or other in among):
                yield row, link

    def links_called(self, identifiers: Collection[str]) -> Iterator[tuple[int, Link]]:
        yield from ((row, link) for row, link in self._links() if link.id in identifiers)

    def sources(self, identifiers: Collection[str]) -> Iterator[tuple[int, Source]]:
        yield from ((row, each) for row, each in reversed(list(enumerate(self.system_map.sources))) if each.id in identifiers)

    def beside(self, nodes: Collection[str], kinds: Collection[LinkKind], *, out: bool) -> set[str]:
        pairs = ((link.start, link.end) if out else (link.end, link.start) for _, link in self._links() if link.kind in kinds)
        return {other for at, other in pairs if at in nodes}

    def node_ids(
        self, kinds: Collection[NodeKind] | None = None, *, held_by: Collection[str] | None = None, is_valued: bool = False
    ) -> Iterator[str]:
        for node in reversed(self.system_map.nodes):
            held = held_by is None or node.owner in held_by or node.place in held_by
            if held and (kinds is None or node.kind in kinds) and (node.better is not None or not is_valued):
                yield node.id

    def saying(self, words: Sequence[str]) -> Iterator[str]:
        yield from (node.id for node in reversed(self.system_map.nodes))

    def outlines(self) -> Iterator[tuple[int, Node]]:
        for row, node in reversed(list(enumerate(self.system_map.nodes))):
            yield row, Node(id=node.id, kind=node.kind, label=node.label, owner=node.owner, silo=node.silo)

    def link_ids(self) -> Iterator[str]:
        yield from reversed(self.system_map.links.ids)

    def route_claims(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        yield from ((claim.id, node.id, claim.route) for node in self.system_map.nodes for claim in node.claims if claim.route)

    def claims_that_name_a_place(self) -> Iterator[tuple[str | None, str | None, str]]:
        yield from ((None, node.id, claim.where) for node in self.system_map.nodes for claim in node.claims if claim.where is not None)
        yield from ((link.id, None, claim.where) for _, link in self._links() for claim in link.claims if claim.where is not None)


class MapKeptElsewhere(EmbeddedStore):
    """A store of one map at revision 1, whatever the map: held whole where somebody asks for it, and looked at piece by piece."""

    def __init__(self, system_map: SystemMap) -> None:
        super().__init__("sqlite://")
        self.system_map = system_map
        self.times_held = 0
        self.keep_note("title", system_map.title)

    def head(self, branch: str = MAIN_BRANCH) -> int:
        return 1

    def snapshot(self, scope: Scope) -> Snapshot:
        self.times_held += 1
        return Snapshot(self.system_map, revision=1)

    def size(self) -> MapSize:
        return MapSize(nodes=len(self.system_map.nodes), links=len(self.system_map.links))

    def reader(self) -> MapInMemory:
        return MapInMemory(system_map=self.system_map)

"""A map in memory behind the promise of `graph.store.MapReader`: what a database answers, in no order, record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph.matching import best_matches
from graph.scope import LinkWish, NodeWish, Scope
from graph.snapshot import Snapshot
from graph.store import MapCounts, MapSize
from graph.stores.embedded_store import EmbeddedStore
from schema.days import end_day, first_day
from schema.kinds import LinkKind, NodeKind
from schema.records import BASE_LAYER, MAIN_BRANCH, Link, Node, Source
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

    def page_of_nodes(self, wish: NodeWish, after: str | None, most: int) -> list[tuple[int, Node]]:
        wished = set(self.ids_of_nodes(wish))
        return _page([(row, node) for row, node in enumerate(self.system_map.nodes) if node.id in wished], after, most)

    def ids_of_nodes(self, wish: NodeWish) -> list[str]:
        nodes = (node for node in reversed(self.system_map.nodes) if wish.tier in (None, node.tier))
        return [node.id for node in nodes if (wish.kinds is None or node.kind in wish.kinds) and _stands(node, wish.as_of)]

    def _wished(self, wish: LinkWish) -> list[tuple[int, Link]]:
        def stands(link: Link) -> bool:
            return all(_stands(each, wish.as_of) for each in (link, self.system_map.node(link.start), self.system_map.node(link.end)))

        return [(row, link) for row, link in self._links() if (wish.kinds is None or link.kind in wish.kinds) and stands(link)]

    def page_of_links(self, wish: LinkWish, after: str | None, most: int) -> list[tuple[int, Link]]:
        return _page(self._wished(wish), after, most)

    def number_of_links(self, wish: LinkWish) -> int:
        return len(self._wished(wish))

    def pages_at(self, nodes: Collection[str], wish: LinkWish, after: str | None, most: int) -> dict[str, Any]:
        found = {}
        for node in nodes:
            here = [each for each in self._wished(wish) if (wish.out and each[1].start == node) or (wish.into and each[1].end == node)]
            found[node] = len(here), _page(here, after, most)
        return found

    def page_of_sources(self, after: str | None, most: int) -> list[tuple[int, Source]]:
        return _page(list(enumerate(self.system_map.sources)), after, most)

    def counts(self) -> MapCounts:
        links = Counter(link.kind for link in self.system_map.links)
        return MapCounts(nodes=Counter(node.kind for node in self.system_map.nodes), links=links, sources=len(self.system_map.sources))

    def route_claims(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        yield from ((claim.id, node.id, claim.route) for node in self.system_map.nodes for claim in node.claims if claim.route)

    def claims_that_name_a_place(self) -> Iterator[tuple[str | None, str | None, str]]:
        yield from ((None, node.id, claim.where) for node in self.system_map.nodes for claim in node.claims if claim.where is not None)
        yield from ((link.id, None, claim.where) for _, link in self._links() for claim in link.claims if claim.where is not None)


def _page(found: list[tuple[int, Any]], after: str | None, most: int) -> list[tuple[int, Any]]:
    behind = [each for each in found if after is None or each[1].id > after]
    return sorted(behind, key=lambda each: each[1].id)[:most]


def _stands(record: Node | Link, day: date | None) -> bool:
    return day is None or first_day(record.valid_from) <= day.toordinal() < end_day(record.valid_to)


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

    def search(self, text: str, *, most: int = 20, branch: str = MAIN_BRANCH, layers: Sequence[str] = (BASE_LAYER,)) -> Sequence[str]:
        return [node.id for node in best_matches(text, self.system_map.nodes, most)]

    def reader(self) -> MapInMemory:
        return MapInMemory(system_map=self.system_map)

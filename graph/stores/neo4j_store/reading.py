"""The graph read back, in columns: the whole map, to hold it against the journal, and whatever a reader asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from graph.store import Placed
from graph.stores.neo4j_store.layout import CITED_SOURCE, CLAIM, LINK_TYPE, MAP_NODE, NODE_LABEL, WORDS_INDEX
from graph.stores.neo4j_store.lines import Ask
from graph.stores.neo4j_store.shape import LONGEST_WORD, PLACE, link_of, node_of, source_of
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS
from schema.records import Link, Node, Source
from schema.system_map import SystemMap

AT_ONCE = 20_000
"""How many elements come in one collected list: few enough for the server's memory, enough to be quick."""

NODES_A_STEP = 2_000
"""From so many nodes at a time links are followed."""

OFFERED = 2_000
"""How many nodes a search has to choose from at most."""

Claims = dict[str, list[Mapping[str, Any]]]

_OF_KIND: Mapping[str, LinkKind] = {LINK_TYPE[kind]: kind for kind in LINK_KINDS}
_COLUMNS = "RETURN collect(type(r)), collect(a.id), collect(b.id), collect(properties(r))"


def offered(ask: Ask, words: Sequence[str]) -> list[str]:
    """The ids of the nodes that the full-text index offers for some words, the last one perhaps only begun; see `match_rank`."""
    # Words hold letters and digits only, in lower case: nothing that a person types is read as an operator.
    cut = [word[:LONGEST_WORD] for word in words]
    query = " ".join([*(f"+{word}" for word in cut[:-1]), f"+{cut[-1]}*"])
    cypher = f"CALL db.index.fulltext.queryNodes('{WORDS_INDEX}', $words, {{limit: $most}}) YIELD node RETURN node.id"
    return [row[0] for row in ask(cypher, words=query, most=OFFERED)]


def map_in_graph(ask: Ask) -> SystemMap:
    """The map that the graph shows, ordered by id. Reads nodes by key, and the links of some nodes at a time."""
    reader = GraphReader(ask)
    identifiers = sorted(reader.node_ids())
    links = (link for _, link in reader.links_at(identifiers, LINK_KINDS, out=True))
    cited = ask(f"MATCH (s:{CITED_SOURCE}) RETURN properties(s) ORDER BY s.id")
    return SystemMap.of(
        (node for _, node in sorted(reader.nodes(identifiers), key=lambda found: found[1].id)),
        sorted(links, key=lambda link: link.id),
        (source_of(row[0]) for row in cited),
    )


class GraphReader:
    """The promise of `graph.store.MapReader` on the graph. Every statement is a few columns for many ids, which are parameters."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    # ---- records --------------------------------------------------------

    def nodes(self, identifiers: Collection[str]) -> Iterator[Placed[Node]]:
        """The nodes with these ids, with their claims."""
        for lot in _lots(identifiers, AT_ONCE):
            found = self._ask(f"UNWIND $lot AS id MATCH (n:{MAP_NODE} {{id: id}}) RETURN collect(properties(n))", lot=lot)[0][0]
            claims = self._claims("node", [said["id"] for said in found])
            yield from ((said[PLACE], node_of(said["kind"], said, claims.get(said["id"], ()))) for said in found)

    def links_at(
        self, nodes: Collection[str], kinds: Collection[LinkKind], *, out: bool, among: Collection[str] | None = None
    ) -> Iterator[Placed[Link]]:
        """The links of some kinds at these nodes, with their claims; the server leaves out those that end elsewhere where it is
        told of few ends, and else they are left out here, before their claims are read."""
        if not kinds:
            return
        at, other = ("a", "b") if out else ("b", "a")
        told = among is not None and len(among) <= AT_ONCE
        parameters = {"among": list(among or ())} if told else {}
        cypher = f"UNWIND $lot AS id MATCH ({at}:{MAP_NODE} {{id: id}}) MATCH (a)-[r:{_types(kinds)}]->(b) WHERE {other}:{MAP_NODE}"
        cypher += f" AND {other}.id IN $among {_COLUMNS}" if told else f" {_COLUMNS}"
        for lot in _lots(nodes, NODES_A_STEP):
            yield from self._made(self._ask(cypher, lot=lot, **parameters), None if told else among, out=out)

    def links_called(self, identifiers: Collection[str]) -> Iterator[Placed[Link]]:
        """The links with these ids, found by looking at all."""
        cypher = f"MATCH (a:{MAP_NODE})-[r:{_types(LINK_KINDS)}]->(b:{MAP_NODE}) WHERE r.id IN $ids {_COLUMNS}"
        yield from self._made(self._ask(cypher, ids=list(identifiers)), None, out=True)

    def sources(self, identifiers: Collection[str]) -> Iterator[Placed[Source]]:
        """The sources with these ids."""
        for lot in _lots(identifiers, AT_ONCE):
            found = self._ask(f"UNWIND $lot AS id MATCH (s:{CITED_SOURCE} {{id: id}}) RETURN collect(properties(s))", lot=lot)[0][0]
            yield from ((said[PLACE], source_of(said)) for said in found)

    def _made(self, found: Sequence[Sequence[Any]], among: Collection[str] | None, *, out: bool) -> Iterator[Placed[Link]]:
        for columns in found:
            rows = [row for row in zip(*columns, strict=True) if among is None or row[2 if out else 1] in among]
            claims = self._claims("link", [said["id"] for *_, said in rows])
            for name, start, end, said in rows:
                yield said[PLACE], link_of(_OF_KIND[name], (start, end), said, claims.get(said["id"], ()))

    def _claims(self, about: str, identifiers: Collection[str]) -> Claims:
        found: Claims = {}
        cypher = f"UNWIND $lot AS id MATCH (c:{CLAIM} {{{about}: id}}) RETURN collect(id), collect(properties(c))"
        for lot in _lots(identifiers, AT_ONCE):
            for identifier, claim in zip(*self._ask(cypher, lot=lot)[0], strict=True):
                found.setdefault(identifier, []).append(claim)
        return found

    # ---- ids and little more --------------------------------------------

    def beside(self, nodes: Collection[str], kinds: Collection[LinkKind], *, out: bool) -> set[str]:
        """The ids of the nodes that are one link away: one statement for a lot of nodes."""
        found: set[str] = set()
        if kinds:
            arrow = f"-[:{_types(kinds)}]->" if out else f"<-[:{_types(kinds)}]-"
            cypher = f"UNWIND $lot AS id MATCH (a:{MAP_NODE} {{id: id}}){arrow}(b:{MAP_NODE}) RETURN collect(DISTINCT b.id)"
            for lot in _lots(nodes, NODES_A_STEP):
                found.update(self._ask(cypher, lot=lot)[0][0])
        return found

    def node_ids(
        self, kinds: Collection[NodeKind] | None = None, *, held_by: Collection[str] | None = None, is_valued: bool = False
    ) -> Iterator[str]:
        """The ids of the nodes of some kinds, of those held by some, of those valued."""
        label = MAP_NODE if kinds is None else "|".join(sorted(NODE_LABEL[kind] for kind in kinds))
        held = "($held IS NULL OR n.owner IN $held OR n.place IN $held)"
        cypher = f"MATCH (n:{label}) WHERE {held} AND ($valued = false OR n.better IS NOT NULL) RETURN collect(n.id)"
        yield from self._ask(cypher, held=None if held_by is None else list(held_by), valued=is_valued)[0][0]

    def saying(self, words: Sequence[str]) -> Iterator[str]:
        """The ids of nodes that may hold these words."""
        yield from offered(self._ask, words)

    def outlines(self) -> Iterator[Placed[Node]]:
        """Every node with little more than its id, by pages of ids."""
        columns = f"[n.id, n.kind, n.label, n.owner, n.silo, n.{PLACE}]"
        cypher = f"MATCH (n:{MAP_NODE}) WHERE n.id > $after WITH n ORDER BY n.id LIMIT {AT_ONCE} RETURN collect({columns})"
        after = ""
        while found := self._ask(cypher, after=after)[0][0]:
            for identifier, kind, label, owner, silo, place in found:
                yield place, Node(id=identifier, kind=NodeKind(kind), label=label or "", owner=owner, silo=silo)
            after = found[-1][0]

    def link_ids(self) -> Iterator[str]:
        """The id of every link, by those of the nodes that they start from."""
        cypher = f"UNWIND $lot AS id MATCH (a:{MAP_NODE} {{id: id}})-[r:{_types(LINK_KINDS)}]->(:{MAP_NODE}) RETURN collect(r.id)"
        for lot in _lots(list(self.node_ids()), NODES_A_STEP):
            yield from self._ask(cypher, lot=lot)[0][0]

    def route_claims(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """The claims about whole routes: all are on nodes, by whose ids claims are indexed."""
        cypher = f"MATCH (c:{CLAIM}) WHERE c.node IS NOT NULL AND c.route IS NOT NULL RETURN c.id, c.node, c.route"
        yield from ((claim, node, tuple(route)) for claim, node, route in self._ask(cypher))

    def claims_that_name_a_place(self) -> Iterator[tuple[str | None, str | None, str]]:
        """What claims hold for places, place by place."""
        cypher = f"MATCH (c:{CLAIM}) WHERE c.`where` IS NOT NULL RETURN c.`where`, collect(c.link), collect(c.node)"
        for where, links, nodes in self._ask(cypher):
            yield from ((link, None, where) for link in links)
            yield from ((None, node, where) for node in nodes)


def _types(kinds: Collection[LinkKind]) -> str:
    """Relationship types, out of the vocabulary's table."""
    return "|".join(sorted(LINK_TYPE[kind] for kind in kinds))


def _lots(identifiers: Collection[str], size: int) -> Iterator[list[str]]:
    listed = list(identifiers)
    for first in range(0, len(listed), size):
        yield listed[first : first + size]

"""Pages of the graph's records in the order of their ids, and how many there are: what a client of a few records asks for.

The server compares text by its UTF-16 units where no index does: ids that hold emoji and ids that hold full-width or private
characters (U+E000 to U+FFFF) may change places. All other ids come in the order of their characters, as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from graph.scope import LinkWish, NodeWish
from graph.store import LinksAt, MapCounts, Placed
from graph.stores.neo4j_store.layout import CITED_SOURCE, LINK_TYPE, MAP_NODE, NODE_LABEL
from graph.stores.neo4j_store.reading import GraphReader
from graph.stores.neo4j_store.shape import PLACE, node_of, source_of
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS, NODE_KINDS
from schema.records import Link, Node, Source

_PAGE = "collect(type(r)), collect(a.id), collect(b.id), collect(properties(r))"
_BEHIND = "($after IS NULL OR {}.id > $after)"


def stands(name: str) -> str:
    """That an element stands on `$day`. Dates are text, perhaps partial: a thing that ends in 2024 stands on that year's last day."""
    begun = f"({name}.valid_from IS NULL OR {name}.valid_from <= $day)"
    ends = f"CASE size({name}.valid_to) WHEN 10 THEN $day < {name}.valid_to ELSE left($day, size({name}.valid_to)) <= {name}.valid_to END"
    return f"{begun} AND ({name}.valid_to IS NULL OR {ends})"


class ListingReader(GraphReader):
    """The part of `graph.store.MapReader` that gives pages. What a person typed is only ever among the parameters."""

    def page_of_nodes(self, wish: NodeWish, after: str | None, most: int) -> list[Placed[Node]]:
        """A page of nodes, in the order of the index on their ids."""
        where, parameters = _of_nodes(wish)
        behind = "n.id >= ''" if after is None else "n.id > $after"
        cypher = f"MATCH (n:{MAP_NODE}) WHERE {behind} AND {where} WITH n ORDER BY n.id LIMIT $most RETURN collect(properties(n))"
        found = self._ask(cypher, after=after, most=most, **parameters)[0][0]
        claims = self._claims("node", [said["id"] for said in found])
        return [(said[PLACE], node_of(said["kind"], said, claims.get(said["id"], ()))) for said in found]

    def ids_of_nodes(self, wish: NodeWish) -> list[str]:
        """The ids of all nodes that are wished for."""
        where, parameters = _of_nodes(wish)
        found: list[str] = self._ask(f"MATCH (n:{MAP_NODE}) WHERE {where} RETURN collect(n.id)", **parameters)[0][0]
        return found

    def page_of_links(self, wish: LinkWish, after: str | None, most: int) -> list[Placed[Link]]:
        """A page of links: the server looks at all of the kinds and keeps the few with the smallest ids."""
        if not (types := _types(wish)):
            return []
        where, parameters = _of_links(wish)
        cypher = f"MATCH (a:{MAP_NODE})-[r:{types}]->(b:{MAP_NODE}) WHERE {_BEHIND.format('r')} AND {where}"
        found = self._ask(f"{cypher} WITH a, r, b ORDER BY r.id LIMIT $most RETURN {_PAGE}", after=after, most=most, **parameters)
        return _by_id(self._made(found, None, out=True))

    def number_of_links(self, wish: LinkWish) -> int:
        """How many links are wished for: kept at hand by the database where any day will do, else counted."""
        if wish.as_of is None:
            counts = self.counts().links
            return sum(counts.get(kind, 0) for kind in (LINK_KINDS if wish.kinds is None else wish.kinds))
        if not (types := _types(wish)):
            return 0
        where, parameters = _of_links(wish)
        cypher = f"MATCH (a:{MAP_NODE})-[r:{types}]->(b:{MAP_NODE}) WHERE {where} RETURN count(r)"
        return int(self._ask(cypher, **parameters)[0][0])

    def pages_at(self, nodes: Collection[str], wish: LinkWish, after: str | None, most: int) -> Mapping[str, LinksAt]:
        """For each of some nodes a page of the links at it and their number: two statements for all of them."""
        pages: dict[str, LinksAt] = {identifier: (0, []) for identifier in nodes}
        types = _types(wish)
        if not types or not (wish.out or wish.into):
            return pages
        where, parameters = _of_links(wish)
        ways = [f"MATCH (n){arrow}(:{MAP_NODE}) RETURN r" for arrow in _arrows(types, wish)]
        # UNION keeps a link from a node to itself, which both ways find, once.
        cypher = (
            f"UNWIND $nodes AS id MATCH (n:{MAP_NODE} {{id: id}}) CALL (n) {{ {' UNION '.join(ways)} }}"
            f" WITH id, r, startNode(r) AS a, endNode(r) AS b WHERE {where} WITH id, r ORDER BY r.id"
            f" WITH id, count(r) AS number, collect(r) AS found WITH id, number, [r IN found WHERE {_BEHIND.format('r')}][..$most] AS page"
            " UNWIND CASE page WHEN [] THEN [null] ELSE page END AS r WITH id, number, r, startNode(r) AS a, endNode(r) AS b"
            f" RETURN id, number, {_PAGE}"
        )
        found = self._ask(cypher, nodes=list(nodes), after=after, most=most, **parameters)
        # One link may be on the pages of both of its ends; its claims are read once.
        each_once = {said["id"]: (name, a, b, said) for row in found for name, a, b, said in zip(*row[2:], strict=True)}
        columns = list(zip(*each_once.values(), strict=True))
        made = {link.id: (place, link) for place, link in self._made([columns], None, out=True)} if columns else {}
        for identifier, number, *_, page in found:
            pages[identifier] = number, _by_id(made[said["id"]] for said in page)
        return pages

    def page_of_sources(self, after: str | None, most: int) -> list[Placed[Source]]:
        """A page of sources, in the order of the index on their ids."""
        behind = "s.id >= ''" if after is None else "s.id > $after"
        cypher = f"MATCH (s:{CITED_SOURCE}) WHERE {behind} WITH s ORDER BY s.id LIMIT $most RETURN collect(properties(s))"
        return [(said[PLACE], source_of(said)) for said in self._ask(cypher, after=after, most=most)[0][0]]

    def counts(self) -> MapCounts:
        """How much stands on the map: numbers that the database keeps at hand."""
        nodes = [f"MATCH (n:{NODE_LABEL[kind]}) RETURN '{kind.value}' AS kind, count(n) AS number" for kind in NODE_KINDS]
        links = [f"MATCH (:{MAP_NODE})-[r:{LINK_TYPE[kind]}]->() RETURN '{kind.value}' AS kind, count(r) AS number" for kind in LINK_KINDS]
        return MapCounts(
            nodes={NodeKind(kind): number for kind, number in self._ask(" UNION ALL ".join(nodes)) if number},
            links={LinkKind(kind): number for kind, number in self._ask(" UNION ALL ".join(links)) if number},
            sources=self._ask(f"MATCH (s:{CITED_SOURCE}) RETURN count(s)")[0][0],
        )


def _by_id(found: Iterable[Placed[Link]]) -> list[Placed[Link]]:
    return sorted(found, key=lambda each: each[1].id)


def _types(wish: LinkWish) -> str:
    """The relationship types of a wish, out of the vocabulary's table; none where it is for no kind."""
    return "|".join(sorted(LINK_TYPE[kind] for kind in (LINK_KINDS if wish.kinds is None else wish.kinds)))


def _arrows(types: str, wish: LinkWish) -> list[str]:
    return [f"-[r:{types}]->"] * wish.out + [f"<-[r:{types}]-"] * wish.into


def _day(day: date | None) -> dict[str, Any]:
    return {} if day is None else {"day": day.isoformat()}


def _of_nodes(wish: NodeWish) -> tuple[str, dict[str, Any]]:
    """What is asked of `n`, and the parameters of that."""
    asked = [] if wish.kinds is None else [f"n:{'|'.join(sorted(NODE_LABEL[kind] for kind in wish.kinds))}" if wish.kinds else "false"]
    parameters = _day(wish.as_of)
    if wish.as_of is not None:
        asked.append(stands("n"))
    if wish.tier is not None:
        asked.append("n.tier = $tier")
        parameters["tier"] = wish.tier
    return " AND ".join(asked) or "true", parameters


def _of_links(wish: LinkWish) -> tuple[str, dict[str, Any]]:
    """What is asked of `r` from `a` to `b`, and the parameters of that."""
    return ("true" if wish.as_of is None else " AND ".join(map(stands, "arb"))), _day(wish.as_of)

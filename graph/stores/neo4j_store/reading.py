"""The graph read back as a map, in columns: whole, to hold it against the journal, or the part that a question can reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graph.stores.neo4j_store.layout import CITED_SOURCE, CLAIM, LINK_TYPE, MAP_NODE
from graph.stores.neo4j_store.lines import Ask
from graph.stores.neo4j_store.shape import link_of, node_of, source_of
from schema.kinds import LinkKind
from schema.ontology import IMPACT_KINDS, LINK_KINDS
from schema.records import Link, Node
from schema.system_map import SystemMap

AT_ONCE = 20_000
"""How many elements come in one collected list: few enough for the server's memory, enough to be quick."""

Claims = dict[str, list[Mapping[str, Any]]]

_OF_KIND: Mapping[str, LinkKind] = {LINK_TYPE[kind]: kind for kind in LINK_KINDS}
_IMPACT_TYPES = "|".join(sorted(LINK_TYPE[kind] for kind in IMPACT_KINDS))
_OTHER_TYPES = "|".join(LINK_TYPE[kind] for kind in LINK_KINDS if kind not in IMPACT_KINDS)


def map_in_graph(ask: Ask) -> SystemMap:
    """The map that the graph shows, ordered by id. Reads nodes by key, and the links of some nodes at a time."""
    identifiers = sorted(row[0] for row in ask(f"MATCH (n:{MAP_NODE}) RETURN n.id"))
    nodes = list(_nodes(ask, identifiers))
    links = list(_links_from(ask, identifiers))
    cited = ask(f"MATCH (s:{CITED_SOURCE}) RETURN properties(s) ORDER BY s.id")
    return SystemMap.of(nodes, sorted(links, key=lambda link: link.id), (source_of(row[0]) for row in cited))


def _lots(identifiers: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(identifiers), size):
        yield identifiers[first : first + size]


def _claims(ask: Ask, about: str, identifiers: Sequence[str]) -> Claims:
    found: Claims = {}
    for lot in _lots(identifiers, AT_ONCE):
        columns = ask(f"UNWIND $lot AS id MATCH (c:{CLAIM} {{{about}: id}}) RETURN collect(id), collect(properties(c))", lot=list(lot))[0]
        for identifier, claim in zip(*columns, strict=True):
            found.setdefault(identifier, []).append(claim)
    return found


def _nodes(ask: Ask, identifiers: Sequence[str]) -> Iterator[Node]:
    for lot in _lots(identifiers, AT_ONCE):
        found = ask(f"UNWIND $lot AS id MATCH (n:{MAP_NODE} {{id: id}}) RETURN collect(properties(n))", lot=list(lot))[0][0]
        claims = _claims(ask, "node", lot)
        yield from (node_of(said["kind"], said, claims.get(said["id"], ())) for said in found)


def _made(ask: Ask, found: Iterable[Sequence[Any]]) -> Iterator[Link]:
    for names, starts, ends, said in found:
        claims = _claims(ask, "link", [properties["id"] for properties in said])
        for name, start, end, properties in zip(names, starts, ends, said, strict=True):
            yield link_of(_OF_KIND[name], (start, end), properties, claims.get(properties["id"], ()))


_COLUMNS = "RETURN collect(type(r)), collect(a.id), collect(b.id), collect(properties(r))"


def _links_from(ask: Ask, identifiers: Sequence[str], types: str = "") -> Iterator[Link]:
    """The links that start at some nodes and end at any, a lot of nodes at a time."""
    narrowed = f":{types}" if types else ""
    for lot in _lots(identifiers, AT_ONCE // 10):
        yield from _made(
            ask, ask(f"UNWIND $lot AS id MATCH (a:{MAP_NODE} {{id: id}})-[r{narrowed}]->(b:{MAP_NODE}) {_COLUMNS}", lot=list(lot))
        )


# ---- the part that a question can reach --------------------------------------------


def corridor(ask: Ask, starts: Iterable[str], ends: Iterable[str], max_links: int) -> SystemMap:
    """What lies between two sets of nodes: enough for every path of at most so many impact links from the one to the other.

    It holds each node on such a walk with every impact link among them, what else hangs on those nodes (owners, tiers,
    duties, signals) with the nodes at its other end, and the sources. Whatever counts or ranks paths within the bound
    answers from it as from the whole map: a path's nodes are each at most `max_links` from both sides taken together.
    """
    first, last = list(dict.fromkeys(starts)), list(dict.fromkeys(ends))
    onward = _distances(ask, first, max_links, f"-[:{_IMPACT_TYPES}]->")
    back = _distances(ask, last, max_links, f"<-[:{_IMPACT_TYPES}]-")
    inside = sorted({*first, *last, *(node for node, away in onward.items() if away + back.get(node, max_links + 1) <= max_links)})
    links = [link for link in _links_from(ask, inside, _IMPACT_TYPES) if link.end in set(inside)] if inside else []
    links += _hanging(ask, inside)
    wanted = sorted({*inside, *(end for link in links for end in (link.start, link.end))})
    unique = {link.id: link for link in links}
    cited = ask(f"MATCH (s:{CITED_SOURCE}) RETURN properties(s) ORDER BY s.id")
    nodes = list(_nodes(ask, wanted))
    nodes += _nodes(ask, sorted({owner for node in nodes for owner in (node.owner, node.tier, node.place) if owner} - set(wanted)))
    return SystemMap.of(nodes, (unique[name] for name in sorted(unique)), (source_of(row[0]) for row in cited))


def _distances(ask: Ask, starts: Sequence[str], max_links: int, arrow: str) -> dict[str, int]:
    """How many links away each node is, up to the bound. One statement a step, each node expanded once."""
    away = dict.fromkeys(starts, 0)
    frontier: list[str] = list(starts)
    for distance in range(1, max_links + 1):
        found: set[str] = set()
        for lot in _lots(frontier, AT_ONCE):
            rows = ask(
                f"UNWIND $lot AS id MATCH (a:{MAP_NODE} {{id: id}}){arrow}(b:{MAP_NODE}) RETURN collect(DISTINCT b.id)", lot=list(lot)
            )
            found.update(rows[0][0])
        frontier = [node for node in found if node not in away]
        if not frontier:
            break
        away.update(dict.fromkeys(frontier, distance))
    return away


def _hanging(ask: Ask, identifiers: Sequence[str]) -> Iterator[Link]:
    """The links at some nodes that carry no impact, in both directions."""
    yield from _links_from(ask, identifiers, _OTHER_TYPES)
    for lot in _lots(identifiers, AT_ONCE // 10):
        yield from _made(
            ask, ask(f"UNWIND $lot AS id MATCH (a:{MAP_NODE})-[r:{_OTHER_TYPES}]->(b:{MAP_NODE} {{id: id}}) {_COLUMNS}", lot=list(lot))
        )

"""The graph kept in step with a small change, inside the transaction that writes the change to the journal.

Elements are found by ids under constraints and given absolute properties. The transaction that makes them looks first
whether its revision is there already, so running it again changes nothing. Labels and types come from `layout`'s tables;
everything else is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from graph.stores.neo4j_store.layout import ABOUT, CITED_SOURCE, CLAIM, LINK_TYPE, MAP_NODE, NODE_LABEL, SAID_IN
from graph.stores.neo4j_store.lines import Ask
from graph.stores.neo4j_store.net import Net
from graph.stores.neo4j_store.shape import PLACE, claim_properties, link_properties, node_properties, source_properties
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS
from schema.records import Claim, Link
from schema.system_map import LinkTable, SystemMap
from schema.wire import to_json

K = TypeVar("K")
Rows = list[dict[str, Any]]

_EVERY_KIND = ":".join(NODE_LABEL.values())


PLACES_A_REVISION = 1 << 31
"""What a revision makes stands in the map's order after what earlier ones made, and after every row of a staged map."""


def edit_graph(ask: Ask, net: Net, before: SystemMap, links: LinkTable, mark: str, revision: int) -> None:
    """Make the graph of `before` that of the map after a change. `links` are all that it puts, with their numbers.

    What was there keeps its place in the map's order; what is new comes after it, in the change's order.
    """
    change, first = net.change, revision * PLACES_A_REVISION
    there = _drop_links(ask, before, [*change.remove_links, *_moved(before, links)])
    _drop_claims(ask, "link", [*change.remove_links, *links.ids])
    _drop_claims(ask, "node", [*change.remove_nodes, *(node.id for node in change.put_nodes)])
    if change.remove_nodes:
        ask(f"UNWIND $ids AS id MATCH (n:{MAP_NODE} {{id: id}}) DETACH DELETE n", ids=list(change.remove_nodes))
    if change.remove_sources:
        ask(f"UNWIND $ids AS id MATCH (s:{CITED_SOURCE} {{id: id}}) DETACH DELETE s", ids=list(change.remove_sources))
    if change.put_sources:
        rows = [_placed(source_properties(source), place) for place, source in enumerate(change.put_sources, first)]
        ask(f"UNWIND $rows AS row MERGE (s:{CITED_SOURCE} {{id: row.said.id}}) {_kept('s')} SET s:{mark}", rows=rows)
    _put_nodes(ask, net, before, mark, first)
    _put_links(ask, before, links, there, first)
    _put_claims(ask, net, links, mark)
    _cite(ask, [source.id for source in change.put_sources if source.id not in before.source_of])


def _grouped(pairs: Iterable[tuple[K, Any]]) -> Mapping[K, list[Any]]:
    groups: dict[K, list[Any]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return groups


def _there(before: SystemMap, row: int) -> tuple[LinkKind, str, str]:
    columns, ends = before.links.columns, before.links.ends
    return LINK_KINDS[columns.kind[row]], ends[columns.start[row]], ends[columns.end[row]]


def _moved(before: SystemMap, links: LinkTable) -> list[str]:
    """The links put under another kind or between other ends than they had."""
    row_of, found = before.row_of_link, []
    for row, identifier in enumerate(links.ids):
        place = row_of.get(identifier)
        if place is None:
            continue
        now = LINK_KINDS[links.columns.kind[row]], links.ends[links.columns.start[row]], links.ends[links.columns.end[row]]
        if _there(before, place) != now:
            found.append(identifier)
    return found


def _placed(said: dict[str, Any], place: int) -> dict[str, Any]:
    return {"said": said, "place": place}


def _kept(name: str) -> str:
    """Gives an element the properties of its row, at the place that it had, or that of the row where it is new."""
    return f"WITH {name}, row, coalesce({name}.{PLACE}, row.place) AS place SET {name} = row.said SET {name}.{PLACE} = place"


def _drop_links(ask: Ask, before: SystemMap, identifiers: Sequence[str]) -> dict[str, int]:
    """Delete links, and say at which place each stood."""
    places: dict[str, int] = {}
    there = ((identifier, _there(before, before.row_of_link[identifier])) for identifier in identifiers)
    for kind, rows in _grouped((kind, [identifier, start, end]) for identifier, (kind, start, end) in there).items():
        found = ask(
            f"UNWIND $rows AS row MATCH (a:{MAP_NODE} {{id: row[1]}}) MATCH (b:{MAP_NODE} {{id: row[2]}})"
            f" MATCH (a)-[r:{LINK_TYPE[kind]}]->(b) WHERE r.id = row[0] WITH r, row[0] AS id, r.{PLACE} AS place DELETE r RETURN id, place",
            rows=rows,
        )
        places.update((identifier, place) for identifier, place in found)
    return places


def _drop_claims(ask: Ask, about: str, identifiers: Sequence[str]) -> None:
    if identifiers:
        ask(f"UNWIND $ids AS id MATCH (c:{CLAIM} {{{about}: id}}) DETACH DELETE c", ids=list(identifiers))


def _put_nodes(ask: Ask, net: Net, before: SystemMap, mark: str, first: int) -> None:
    placed = ((node.kind, _placed(node_properties(node), place)) for place, node in enumerate(net.change.put_nodes, first))
    groups: Mapping[NodeKind, Rows] = _grouped(placed)
    turned = [node.id for node in net.change.put_nodes if node.id in before.row_of_node and before.node(node.id).kind is not node.kind]
    if turned:
        ask(f"UNWIND $ids AS id MATCH (n:{MAP_NODE} {{id: id}}) REMOVE n:{_EVERY_KIND}", ids=turned)
    for kind, rows in groups.items():
        ask(f"UNWIND $rows AS row MERGE (n:{MAP_NODE} {{id: row.said.id}}) {_kept('n')} SET n:{NODE_LABEL[kind]}:{mark}", rows=rows)


def _put_links(ask: Ask, before: SystemMap, links: LinkTable, there: Mapping[str, int], first: int) -> None:
    """Change the links that stand where they stood, and make the others; `there` are the places of those that move."""
    columns, moved = links.columns, set(_moved(before, links))
    pairs = []
    for row in range(len(links)):
        made = link_properties(to_json(links[row]), int(columns.sign[row]), float(columns.strength[row]))
        item = {"start": links.ends[columns.start[row]], "end": links.ends[columns.end[row]], "said": made}
        item["place"] = there.get(links.ids[row], first + row)
        stands = links.ids[row] in before.row_of_link and links.ids[row] not in moved
        pairs.append(((LINK_KINDS[columns.kind[row]], stands), item))
    for (kind, stands), rows in _grouped(pairs).items():
        arrow = f"(a)-[r:{LINK_TYPE[kind]}]->(b)"
        how = f"MATCH {arrow} WHERE r.id = row.said.id {_kept('r')}" if stands else f"CREATE {arrow} {_kept('r')}"
        ask(f"UNWIND $rows AS row MATCH (a:{MAP_NODE} {{id: row.start}}) MATCH (b:{MAP_NODE} {{id: row.end}}) {how}", rows=rows)


def _claims(claims: Sequence[Claim], about: str, identifier: str) -> Rows:
    return claim_properties([to_json(claim) for claim in claims], about, identifier)


def _of_links(links: Iterable[Link]) -> Rows:
    return [row for link in links for row in _claims(link.claims, "link", link.id)]


def _put_claims(ask: Ask, net: Net, links: LinkTable, mark: str) -> None:
    of_nodes = [row for node in net.change.put_nodes for row in _claims(node.claims, "node", node.id)]
    make = f"UNWIND $rows AS row CREATE (c:{CLAIM}:{mark}) SET c = row WITH c, row"
    cite = f" MATCH (s:{CITED_SOURCE} {{id: row.source}}) CREATE (c)-[:{SAID_IN}]->(s)"
    if of_nodes:
        ask(f"{make} MATCH (n:{MAP_NODE} {{id: row.node}}) CREATE (c)-[:{ABOUT}]->(n) WITH c, row{cite}", rows=of_nodes)
    if of_links := _of_links(links):
        ask(make + cite, rows=of_links)


def _cite(ask: Ask, new: Sequence[str]) -> None:
    """Tie the claims that cited a source before it was described to it."""
    if new:
        ask(
            f"MATCH (c:{CLAIM}) WHERE c.source IN $new AND NOT (c)-[:{SAID_IN}]->()"
            f" MATCH (s:{CITED_SOURCE} {{id: c.source}}) MERGE (c)-[:{SAID_IN}]->(s)",
            new=list(new),
        )

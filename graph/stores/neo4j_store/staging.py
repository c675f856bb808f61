"""A whole map written under nothing but the mark of its generation, where no label shows it to anybody."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from graph.stores.neo4j_store.columns import Group, Groups, literal
from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.journal import Page
from graph.stores.neo4j_store.layout import ABOUT, LINK_TYPE, PAGE, REVISION, SAID_IN
from graph.stores.neo4j_store.lease import Lease
from graph.stores.neo4j_store.shape import PLACE, Properties, node_properties, source_properties
from schema.errors import StoreUnavailable
from schema.ontology import LINK_KINDS, NODE_KIND_CODE
from schema.records import Node
from schema.system_map import SystemMap
from schema.wire import to_json

NODES_AT_ONCE = 10_000
LINKS_AT_ONCE = 25_000
DELETED_AT_ONCE = 25_000
BATCHES_AHEAD = 2
"""How many batches may wait for the server, so that a large map is never in memory twice."""


class Staged(NamedTuple):
    """What was staged: the elements of the nodes by kind, those of the sources, and how many claims."""

    nodes: dict[int, list[str]]
    sources: list[str]
    claims: int

    @property
    def elements(self) -> int:
        """How many marked nodes there must be, no more and no fewer."""
        return sum(map(len, self.nodes.values())) + len(self.sources) + self.claims


def clear(connection: Connection, mark: str, lease: Lease | None = None) -> None:
    """Delete every element of a generation, in small steps, links first: what is deleted must fit in memory."""
    steps = (
        f"MATCH (:{mark})-[r]->() WITH r LIMIT $most DELETE r RETURN count(*)",
        f"MATCH (n:{mark}) WITH n LIMIT $most DETACH DELETE n RETURN count(*)",
    )
    for step in steps:
        while connection.write_at_length(step, most=DELETED_AT_ONCE)[0][0]:
            if lease is not None:
                lease.keep()


def clear_pages(connection: Connection) -> None:
    """Delete the pages of changes that never came to be."""
    orphans = (
        f"MATCH (p:{PAGE}) WHERE NOT EXISTS {{ MATCH (:{REVISION} {{token: p.token}}) }} WITH p LIMIT 200 DETACH DELETE p RETURN count(*)"
    )
    while connection.write_at_length(orphans)[0][0]:
        pass


def stage_pages(connection: Connection, pages: Iterable[Page], token: str, lease: Lease) -> None:
    """Write the pages of a change, which nobody reads before its revision is there."""
    for page in pages:
        lease.keep()
        connection.write_at_length(
            f"MERGE (p:{PAGE} {{token: $token, number: $number}}) SET p.holds = $holds, p.content = $content",
            token=token,
            number=page.number,
            holds=page.holds,
            content=page.content,
        )


def stage(connection: Connection, system_map: SystemMap, mark: str, lease: Lease) -> Staged:
    """Write a whole map under the mark of its generation. Reads the map in columns and makes no link's record."""
    sources = _create(connection, (source_properties(source) | {PLACE: row} for row, source in enumerate(system_map.sources)), mark, lease)
    element_of_source = dict(zip((source.id for source in system_map.sources), sources, strict=True))
    nodes = _create(connection, (node_properties(node) | {PLACE: row} for row, node in enumerate(system_map.nodes)), mark, lease)
    claims = _Claims(connection, element_of_source, mark)
    for group in _node_claims(system_map.nodes, nodes):
        lease.keep()
        claims.write(group)
    _stage_links(connection, system_map, nodes, claims, lease)
    by_kind: dict[int, list[str]] = {}
    for node, element in zip(system_map.nodes, nodes, strict=True):
        by_kind.setdefault(NODE_KIND_CODE[node.kind], []).append(element)
    return Staged(nodes=by_kind, sources=sources, claims=claims.count)


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _create(connection: Connection, rows: Iterable[Properties], mark: str, lease: Lease) -> list[str]:
    """Create marked nodes and return their elements, in the order of the rows."""
    elements: list[str] = []
    for batch in _batches(rows, NODES_AT_ONCE):
        lease.keep()
        found = connection.stage(
            f"UNWIND range(0, size($rows) - 1) AS i CREATE (n:{mark}) SET n = $rows[i] RETURN collect([i, elementId(n)])", rows=batch
        )
        elements += [element for _, element in sorted(found[0][0])]
    return elements


# ---- claims --------------------------------------------------------------------


def _node_claims(nodes: Sequence[Node], elements: Sequence[str]) -> Iterator[Group]:
    groups = Groups()
    for batch in _batches(zip(nodes, elements, strict=True), NODES_AT_ONCE):
        for node, element in batch:
            for position, claim in enumerate(node.claims):
                groups.add(("node",), to_json(claim), node.id, position, element)
        yield from groups.taken()


class _Claims:
    """Writes claims, each tied to its source where that is described, and to the node that it is about."""

    def __init__(self, connection: Connection, element_of_source: Mapping[str, str], mark: str) -> None:
        self._connection, self._element_of_source, self._mark = connection, element_of_source, mark
        self.count = 0

    def write(self, group: Group) -> None:
        """Claims of the same properties. Beside them stand the id of what they are about, their place, and a node's element."""
        columns = {**group.properties, group.key[0]: group.beside[0], "position": group.beside[1]}
        cited = [self._element_of_source.get(source) for source in columns.get("source", [None] * group.n_rows)]
        sources = sorted({element for element in cited if element is not None})
        place_of = {element: place for place, element in enumerate(sources)}
        parameters: dict[str, Any] = {"columns": columns, "sources": sources, "count": group.n_rows}
        cypher = "UNWIND $sources AS x MATCH (s) WHERE elementId(s) = x WITH collect(s) AS sources" if sources else "WITH [] AS sources"
        cypher += f" UNWIND range(0, $count - 1) AS i CREATE (c:{self._mark} {literal(columns)}) WITH c, i, sources"
        if group.key[0] == "node":
            cypher += f" MATCH (n) WHERE elementId(n) = $about[i] CREATE (c)-[:{ABOUT}]->(n) WITH c, i, sources"
            parameters["about"] = group.beside[2]
        if sources:
            parameters["cited"] = [-1 if element is None else place_of[element] for element in cited]
            cypher += f" WITH c, i, sources WHERE $cited[i] >= 0 WITH c, sources[$cited[i]] AS s CREATE (c)-[:{SAID_IN}]->(s)"
        self._connection.stage(f"{cypher} RETURN count(*)", **parameters)
        self.count += group.n_rows


# ---- links ---------------------------------------------------------------------


def _stage_links(connection: Connection, system_map: SystemMap, elements: Sequence[str], claims: _Claims, lease: Lease) -> None:
    """Write links and their claims side by side: two statements under way at most, each fed while the last ones run."""
    with ThreadPoolExecutor(1) as link_writer, ThreadPoolExecutor(1) as claim_writer:
        waiting: list[Future[None]] = []
        for links, said in _link_batches(system_map):
            lease.keep()
            while len(waiting) > 2 * BATCHES_AHEAD:
                waiting.pop(0).result()
            waiting += [link_writer.submit(_write_links, connection, group, elements) for group in links]
            waiting += [claim_writer.submit(claims.write, group) for group in said]
        for future in waiting:
            future.result()


def _link_batches(system_map: SystemMap) -> Iterator[tuple[list[Group], list[Group]]]:
    """The links in columns, sorted by kind, start and end, and their claims. Beside a link stand the rows of its ends,
    its signed weight and its own row; its key is its kind and whether it has a weight."""
    table, columns = system_map.links, system_map.links.columns
    row_of = system_map.row_of_node
    node_row = np.array([row_of[end] for end in table.ends], dtype=np.int64)
    start, end = node_row[columns.start], node_row[columns.end]
    order = np.lexsort((end, start, columns.kind))
    links, claims = Groups(), Groups()
    for first in range(0, len(order), LINKS_AT_ONCE):
        rows = order[first : first + LINKS_AT_ONCE]
        weights = (columns.sign[rows] * columns.strength[rows]).tolist()
        places = zip(columns.kind[rows].tolist(), start[rows].tolist(), end[rows].tolist(), weights, rows.tolist(), strict=True)
        with _collector_at_rest():
            found = json.loads(b"[%s]" % b",".join(table.taken(rows).payloads()))
            for data, (kind, begins, ends, weight, row) in zip(found, places, strict=True):
                links.add((kind, weight != 0.0), data, begins, ends, weight, row)
                for position, claim in enumerate(data.get("claims", ())):
                    claims.add(("link",), claim, data["id"], position)
            del found
            made = list(links.taken()), list(claims.taken())
        yield made


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection inside: it would look through the objects of a batch again and again, for as long as the work itself.

    They hold no cycles and are gone when the batch is.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write_links(connection: Connection, group: Group, elements: Sequence[str]) -> None:
    kind, is_weighted = group.key
    begins, ends, weights, rows = group.beside
    columns = {**group.properties, PLACE: rows, **({"weight": weights} if is_weighted else {})}
    used, places = np.unique(np.array([begins, ends]), return_inverse=True)
    first, second = places.reshape(2, -1).tolist()
    found = connection.stage(
        "UNWIND $used AS x MATCH (n) WHERE elementId(n) = x WITH collect(n) AS nodes WHERE size(nodes) = size($used)"
        " UNWIND range(0, size($begins) - 1) AS i WITH nodes[$begins[i]] AS a, nodes[$ends[i]] AS b, i"
        f" CREATE (a)-[r:{LINK_TYPE[LINK_KINDS[kind]]} {literal(columns)}]->(b) RETURN count(r)",
        used=[elements[row] for row in used.tolist()],
        begins=first,
        ends=second,
        columns=columns,
    )
    if found[0][0] != group.n_rows:
        raise StoreUnavailable("Nodes of a load that was under way are gone; nothing of it was kept. Repeat it.")

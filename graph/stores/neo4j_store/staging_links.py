"""The links of a staged map and the claims on nodes and links, written in columns, several statements side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import repeat, zip_longest
from typing import Any, NamedTuple

import numpy as np

from graph.stores.neo4j_store.columns import Group, grouped, literal
from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.layout import ABOUT, LINK_TYPE, SAID_IN
from graph.stores.neo4j_store.lease import Lease
from graph.stores.neo4j_store.shape import PLACE, ordered_claim
from schema.collector import at_rest
from schema.errors import StoreUnavailable
from schema.ontology import LINK_KINDS
from schema.records import Node
from schema.system_map import SystemMap
from schema.wire import to_json

LINKS_AT_ONCE = 25_000
BATCHES_AHEAD = 2
"""How many batches of each lane may wait for the server, so that a large map is never in memory twice."""

PARTS = 4
"""Into so many parts nodes are dealt, so that two lanes may write links that have no node in common."""

_TURNS = (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2)), ((0, 0), (1, 1)), ((2, 2), (3, 3)))
"""As teams of a league meet: in each turn one pair of parts for either lane, all four of them different or at home."""


# ---- claims --------------------------------------------------------------------


def stage_node_claims(nodes: Sequence[Node], elements: Sequence[str], claims: Claims, lease: Lease) -> None:
    """Write the claims on nodes."""
    said = [
        (ordered_claim(to_json(claim), position), node.id, element)
        for node, element in zip(nodes, elements, strict=True)
        for position, claim in enumerate(node.claims)
    ]
    for first in range(0, len(said), LINKS_AT_ONCE):
        objects, about, at = zip(*said[first : first + LINKS_AT_ONCE], strict=True)
        for group in grouped(objects, repeat(("node",)), about, at):
            lease.keep()
            claims.write(group)


class Claims:
    """Writes claims, each tied to its source where that is described, and to the node that it is about."""

    def __init__(self, connection: Connection, element_of_source: Mapping[str, str], mark: str) -> None:
        self._connection, self._element_of_source, self._mark = connection, element_of_source, mark
        self.count = 0

    def write(self, group: Group) -> None:
        """Claims of the same properties. Beside them stand the id of what they are about and, where that is a node, its element."""
        columns: dict[str, Any] = {**group.properties, group.key[0]: group.beside[0]}
        cited = [self._element_of_source.get(source) for source in columns.get("source", [None] * group.n_rows)]
        sources = sorted({element for element in cited if element is not None})
        place_of = {element: place for place, element in enumerate(sources)}
        parameters: dict[str, Any] = {"columns": columns, "sources": sources, "count": group.n_rows}
        cypher = "UNWIND $sources AS x MATCH (s) WHERE elementId(s) = x WITH collect(s) AS sources" if sources else "WITH [] AS sources"
        cypher += f" UNWIND range(0, $count - 1) AS i CREATE (c:{self._mark} {literal(columns)}) WITH c, i, sources"
        if group.key[0] == "node":
            cypher += f" MATCH (n) WHERE elementId(n) = $about[i] CREATE (c)-[:{ABOUT}]->(n) WITH c, i, sources"
            parameters["about"] = group.beside[1]
        if sources:
            parameters["cited"] = [-1 if element is None else place_of[element] for element in cited]
            cypher += f" WITH c, i, sources WHERE $cited[i] >= 0 WITH c, sources[$cited[i]] AS s CREATE (c)-[:{SAID_IN}]->(s)"
        self._connection.stage(f"{cypher} RETURN count(*)", **parameters)
        self.count += group.n_rows


# ---- links ---------------------------------------------------------------------


class _Batch(NamedTuple):
    """Links that one lane writes in its turn, and the claims on them."""

    turn: int
    lane: int
    links: list[Group]
    claims: list[Group]


def stage_links(connection: Connection, system_map: SystemMap, elements: Sequence[str], claims: Claims, lease: Lease) -> None:
    """Write links and their claims: one statement a lane and one for claims under way at most, each fed while the last ones run.

    Two statements that wrote links at one node would wait for each other. Batches of different lanes have none in common,
    and a turn begins when the links of the last one are written.
    """
    with ExitStack() as stack:
        lanes = [stack.enter_context(ThreadPoolExecutor(1)) for _ in _TURNS[0]]
        claim_writer = stack.enter_context(ThreadPoolExecutor(1))
        links_waiting: list[Future[None]] = []
        claims_waiting: list[Future[None]] = []
        turn = 0
        for batch in _link_batches(system_map):
            lease.keep()
            _await(links_waiting, len(lanes) * BATCHES_AHEAD if batch.turn == turn else 0)
            _await(claims_waiting, BATCHES_AHEAD)
            turn = batch.turn
            links_waiting += [lanes[batch.lane].submit(_write_links, connection, group, elements) for group in batch.links]
            claims_waiting += [claim_writer.submit(claims.write, group) for group in batch.claims]
        _await(links_waiting, 0)
        _await(claims_waiting, 0)


def _await(waiting: list[Future[None]], most: int) -> None:
    """Wait until no more than so many are left, the oldest first."""
    while len(waiting) > most:
        waiting.pop(0).result()


def _link_batches(system_map: SystemMap) -> Iterator[_Batch]:
    """The links in columns, turn by turn, sorted by kind, start and end, and their claims. Beside a link stand the rows of its
    ends, its signed weight and its own row; its key is its kind and whether it has a weight."""
    table, columns = system_map.links, system_map.links.columns
    row_of = system_map.row_of_node
    node_row = np.array([row_of[end] for end in table.ends], dtype=np.int64)
    start, end = node_row[columns.start], node_row[columns.end]
    parts = np.sort(np.stack([start, end]) % PARTS, axis=0)
    order = np.lexsort((end, start, columns.kind))
    pair = (parts[0] * PARTS + parts[1])[order]
    for turn, pairs in enumerate(_TURNS):
        lanes = [order[pair == first * PARTS + second] for first, second in pairs]
        batches = [[rows[at : at + LINKS_AT_ONCE] for at in range(0, len(rows), LINKS_AT_ONCE)] for rows in lanes]
        for side_by_side in zip_longest(*batches):
            for lane, rows in enumerate(side_by_side):
                if rows is None:
                    continue
                weights = (columns.sign[rows] * columns.strength[rows]).tolist()
                keys = [(kind, weight != 0.0) for kind, weight in zip(columns.kind[rows].tolist(), weights, strict=True)]
                with at_rest():
                    found = json.loads(b"[%s]" % b",".join(table.taken(rows).payloads()))
                    links = list(grouped(found, keys, start[rows].tolist(), end[rows].tolist(), weights, rows.tolist()))
                    claims = list(_claims(found))
                    del found
                yield _Batch(turn, lane, links, claims)


def _claims(links: Sequence[Mapping[str, Any]]) -> Iterator[Group]:
    objects: list[dict[str, Any]] = []
    about: list[str] = []
    for data in links:
        for position, claim in enumerate(data.get("claims", ())):
            objects.append(ordered_claim(claim, position))
            about.append(data["id"])
    return grouped(objects, repeat(("link",)), about)


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

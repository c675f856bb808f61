"""A whole map written under nothing but the mark of its generation, where no label shows it to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice, repeat
from typing import Any, NamedTuple, TypeVar

from graph.stores.neo4j_store.columns import grouped, literal
from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.journal import Page
from graph.stores.neo4j_store.layout import PAGE, REVISION
from graph.stores.neo4j_store.lease import Lease
from graph.stores.neo4j_store.shape import PLACE, Properties, added_to_node
from graph.stores.neo4j_store.staging_links import BATCHES_AHEAD, Claims, stage_links, stage_node_claims
from schema.collector import at_rest
from schema.ontology import NODE_KIND_CODE
from schema.system_map import SystemMap
from schema.wire import to_json

T = TypeVar("T")

NODES_AT_ONCE = 10_000
DELETED_AT_ONCE = 25_000


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
    sources = _create(connection, ((to_json(source), {PLACE: row}) for row, source in enumerate(system_map.sources)), mark, lease)
    nodes = _create(
        connection, ((to_json(node), {**added_to_node(node), PLACE: row}) for row, node in enumerate(system_map.nodes)), mark, lease
    )
    claims = Claims(connection, dict(zip((source.id for source in system_map.sources), sources, strict=True)), mark)
    stage_node_claims(system_map.nodes, nodes, claims, lease)
    stage_links(connection, system_map, nodes, claims, lease)
    by_kind: dict[int, list[str]] = {}
    for node, element in zip(system_map.nodes, nodes, strict=True):
        by_kind.setdefault(NODE_KIND_CODE[node.kind], []).append(element)
    return Staged(nodes=by_kind, sources=sources, claims=claims.count)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while True:
        with at_rest():
            batch = list(islice(rest, size))
        if not batch:
            return
        yield batch


def _create(connection: Connection, rows: Iterable[tuple[Properties, Properties]], mark: str, lease: Lease) -> list[str]:
    """Create marked nodes of JSON objects and what is added to each, and return their elements in the order of the rows.

    The next ones are made ready while the server writes.
    """
    elements: list[str] = []
    with ThreadPoolExecutor(1) as writer:
        waiting: list[Future[list[str]]] = []
        for batch in _batches(rows, NODES_AT_ONCE):
            lease.keep()
            waiting.append(writer.submit(_created, connection, batch, mark))
            if len(waiting) > BATCHES_AHEAD:
                elements += waiting.pop(0).result()
        for future in waiting:
            elements += future.result()
    return elements


def _created(connection: Connection, batch: Sequence[tuple[Properties, Properties]], mark: str) -> list[str]:
    made: dict[int, str] = {}
    for group in grouped([data for data, _ in batch], repeat(()), range(len(batch))):
        rows = group.beside[0]
        columns: dict[str, Any] = {**group.properties, **{name: [batch[row][1][name] for row in rows] for name in batch[0][1]}}
        cypher = f"UNWIND range(0, $count - 1) AS i CREATE (n:{mark} {literal(columns)}) RETURN collect(i), collect(elementId(n))"
        places, elements = connection.stage(cypher, columns=columns, count=group.n_rows)[0]
        made.update((rows[place], element) for place, element in zip(places, elements, strict=True))
    return [made[row] for row in range(len(batch))]

"""A large change: the graph written anew beside the one that people see, and shown in one switch.

Staged elements carry nothing but the mark of their generation, so every ordinary label shows one whole generation, the
old or the new. A load that dies leaves marked elements that nobody sees; the next large change clears them away. One
large change runs at a time: it holds a lease in the database, by the server's clock alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.journal import Page
from graph.stores.neo4j_store.layout import (
    ABOUT,
    CITED_SOURCE,
    CLAIM,
    GENERATION,
    LINK_TYPE,
    LOAD,
    MAP_NODE,
    NODE_LABEL,
    PAGE,
    REVISION,
    SAID_IN,
)
from graph.stores.neo4j_store.lines import Ask
from graph.stores.neo4j_store.shape import Plan, Properties, claim_properties, flat, node_properties, source_properties
from schema.errors import StoreUnavailable
from schema.ontology import LINK_KINDS, NODE_KIND_CODE
from schema.records import Node
from schema.system_map import SystemMap
from schema.wire import to_json

NODES_AT_ONCE = 10_000
LINKS_AT_ONCE = 25_000
DELETED_AT_ONCE = 25_000
STALE_SECONDS = 30.0
"""A large change that gave no sign of life for so long is taken for dead."""

WAIT_SECONDS = 90.0
MANY_CLAIMS = 20_000
"""From so many claims on, indexes are left out during the switch and made after it."""


class Group(NamedTuple):
    """Rows of one kind that say the same properties: written as columns by one statement."""

    key: tuple[Any, ...]
    names: tuple[str, ...]
    columns: dict[str, list[Any]]


# ---- the lease ---------------------------------------------------------------


class Lease:
    """The right to stage a large change. Losing it (another took this one for dead) ends the change."""

    def __init__(self, connection: Connection, token: str) -> None:
        self._connection, self.token = connection, token
        self._beaten = 0.0

    def take(self) -> None:
        """Wait for the right, or take it from a change that died. Raises StoreUnavailable where another keeps it long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._granted():
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"Another large change to {self._connection.place.url} is under way; try again when it is done.")
            time.sleep(0.25)
        self._beaten = time.monotonic()

    def _granted(self) -> bool:
        found = self._connection.write(
            f"MERGE (l:{LOAD} {{key: 'lease'}}) SET l.asked = $token WITH l, coalesce(l.token, '') AS held, coalesce(l.beat, 0) AS beat"
            " WITH l, held = '' OR held = $token OR timestamp() - beat > $stale AS free"
            " SET l.token = CASE WHEN free THEN $token ELSE l.token END, l.beat = CASE WHEN free THEN timestamp() ELSE l.beat END"
            " RETURN free",
            token=self.token,
            stale=int(STALE_SECONDS * 1000),
        )
        return bool(found[0][0])

    def keep(self) -> None:
        """Give a sign of life, now and then."""
        if time.monotonic() - self._beaten > STALE_SECONDS / 10:
            found = self._connection.write(
                f"MATCH (l:{LOAD} {{key: 'lease'}}) WHERE l.token = $token SET l.beat = timestamp() RETURN 1", token=self.token
            )
            if not found:
                raise StoreUnavailable("This large change paused so long that another took its place; nothing of it was kept. Repeat it.")
            self._beaten = time.monotonic()

    def is_held(self, ask: Ask) -> bool:
        """Whether it still holds, asked inside the transaction that relies on it, which locks it."""
        return bool(ask(f"MATCH (l:{LOAD} {{key: 'lease'}}) SET l.asked = $token WITH l WHERE l.token = $token RETURN 1", token=self.token))

    def give_back(self) -> None:
        """Let others stage."""
        self._connection.write(f"MATCH (l:{LOAD} {{key: 'lease'}}) WHERE l.token = $token SET l.token = ''", token=self.token)


# ---- staging -----------------------------------------------------------------


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


class Staged(NamedTuple):
    """What was staged: the elements of the nodes by kind, those of the sources, and how many claims."""

    nodes: dict[int, list[str]]
    sources: list[str]
    claims: int

    @property
    def elements(self) -> int:
        """How many marked nodes there must be, no more and no fewer."""
        return sum(map(len, self.nodes.values())) + len(self.sources) + self.claims


def stage(connection: Connection, system_map: SystemMap, mark: str, lease: Lease) -> Staged:
    """Write a whole map under the mark of its generation. Reads the map in columns and makes no link's record."""
    sources = _create(connection, [source_properties(source) for source in system_map.sources], mark, lease)
    element_of_source = dict(zip((source.id for source in system_map.sources), sources, strict=True))
    elements = _create(connection, (node_properties(node) for node in system_map.nodes), mark, lease)
    claims = _stage_node_claims(connection, system_map.nodes, elements, element_of_source, mark, lease)
    by_kind: dict[int, list[str]] = {}
    for node, element in zip(system_map.nodes, elements, strict=True):
        by_kind.setdefault(NODE_KIND_CODE[node.kind], []).append(element)
    claims += _stage_links(connection, system_map, elements, element_of_source, mark, lease)
    return Staged(nodes=by_kind, sources=sources, claims=claims)


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


class Groups:
    """Sorts rows by their key and by the names that they say into columns."""

    def __init__(self) -> None:
        self._groups: dict[tuple[tuple[Any, ...], tuple[str, ...]], Group] = {}
        self._plans: dict[tuple[str, ...], Plan | None] = {}

    def add(self, key: tuple[Any, ...], properties: Properties) -> None:
        """A row with its properties as they are."""
        names = tuple(properties)
        columns = self._of(key, names, names).columns
        for name in names:
            columns[name].append(properties[name])

    def add_plain(self, key: tuple[Any, ...], data: Mapping[str, Any], **more: Any) -> bool:
        """A row out of a plain JSON object, with more columns beside it; False, and nothing added, where it is not plain.

        Objects with the same names take the same plan: no property map is made on the way.
        """
        said = tuple(data)
        if said not in self._plans:
            self._plans[said] = Plan.of(said)
        plan = self._plans[said]
        if plan is None:
            return False
        group = self._groups.get((key, (*said, *more)))
        if group is None:
            group = self._of(key, (*said, *more), (*(shown for _, shown, _ in plan.fields), *more))
        columns = group.columns
        for name, shown, is_float in plan.fields:
            columns[shown].append(float(data[name]) if is_float else data[name])
        for name, value in more.items():
            columns[name].append(value)
        return True

    def _of(self, key: tuple[Any, ...], said: tuple[str, ...], names: tuple[str, ...]) -> Group:
        group = self._groups.get((key, said))
        if group is None:
            group = self._groups[key, said] = Group(key=key, names=names, columns={name: [] for name in names})
        return group

    def taken(self) -> list[Group]:
        """What was added since the last time."""
        taken, self._groups = list(self._groups.values()), {}
        return taken


def _literal(names: Sequence[str]) -> str:
    """A property map out of columns. The names are fields of records (see `shape`), never text from outside."""
    return "{" + ", ".join(f"`{name}`: $columns.`{name}`[i]" for name in names) + "}"


def _stage_node_claims(
    connection: Connection, nodes: Sequence[Node], elements: Sequence[str], element_of_source: dict[str, str], mark: str, lease: Lease
) -> int:
    count = 0
    groups = Groups()
    for batch in _batches(zip(nodes, elements, strict=True), NODES_AT_ONCE):
        for node, element in batch:
            for row in claim_properties([to_json(claim) for claim in node.claims], "node", node.id):
                groups.add(("claim",), {**row, "about": element})
        for group in groups.taken():
            lease.keep()
            about = group.columns.pop("about")
            names = [name for name in group.names if name != "about"]
            count += _write_claims(connection, names, group.columns, element_of_source, mark, about)
    return count


def _write_claims(
    connection: Connection,
    names: Sequence[str],
    columns: dict[str, list[Any]],
    element_of_source: dict[str, str],
    mark: str,
    about: list[str] | None = None,
) -> int:
    """Create claims of the same properties, each tied to its source, and to the node that it is about."""
    count = len(columns["id"])
    cited = [element_of_source.get(source) for source in columns["source"]] if "source" in columns else [None] * count
    sources = sorted({element for element in cited if element is not None})
    place_of = {element: place for place, element in enumerate(sources)}
    parameters: dict[str, Any] = {"columns": columns, "sources": sources, "count": count}
    cypher = "UNWIND $sources AS x MATCH (s) WHERE elementId(s) = x WITH collect(s) AS sources" if sources else "WITH [] AS sources"
    cypher += f" UNWIND range(0, $count - 1) AS i CREATE (c:{mark} {_literal(names)}) WITH c, i, sources"
    if about is not None:
        cypher += f" MATCH (n) WHERE elementId(n) = $about[i] CREATE (c)-[:{ABOUT}]->(n) WITH c, i, sources"
        parameters["about"] = about
    if sources:
        parameters["cited"] = [-1 if element is None else place_of[element] for element in cited]
        cypher += f" WITH c, i, sources WHERE $cited[i] >= 0 WITH c, sources[$cited[i]] AS s CREATE (c)-[:{SAID_IN}]->(s)"
    connection.stage(f"{cypher} RETURN count(*)", **parameters)
    return count


def _stage_links(
    connection: Connection, system_map: SystemMap, elements: Sequence[str], element_of_source: dict[str, str], mark: str, lease: Lease
) -> int:
    """Write links and their claims side by side: two statements under way at most, each fed while the last one runs."""
    count = 0
    with ThreadPoolExecutor(1) as link_writer, ThreadPoolExecutor(1) as claim_writer:
        waiting: list[Future[Any]] = []
        for links, claims in _link_batches(system_map):
            lease.keep()
            for group in links:
                waiting.append(link_writer.submit(_write_links, connection, group, elements))
            for group in claims:
                count += len(group.columns["id"])
                waiting.append(claim_writer.submit(_write_claims, connection, group.names, group.columns, element_of_source, mark))
            while len(waiting) > 4:
                waiting.pop(0).result()
        for future in waiting:
            future.result()
    return count


def _link_batches(system_map: SystemMap) -> Iterator[tuple[list[Group], list[Group]]]:
    table, columns = system_map.links, system_map.links.columns
    row_of = system_map.row_of_node
    node_row = np.array([row_of[end] for end in table.ends], dtype=np.int64)
    start, end = node_row[columns.start], node_row[columns.end]
    order = np.lexsort((end, start, columns.kind))
    links, claims = Groups(), Groups()
    for first in range(0, len(order), LINKS_AT_ONCE):
        rows = order[first : first + LINKS_AT_ONCE]
        details = zip(
            rows.tolist(), columns.kind[rows].tolist(), columns.sign[rows].tolist(), columns.strength[rows].tolist(),
            start[rows].tolist(), end[rows].tolist(), strict=True,
        )  # fmt: skip
        for row, kind, sign, strength, begins, ends in details:
            data = json.loads(table.payload(row))
            _sort_link(links, (kind,), data, sign * strength, begins, ends)
            for position, claim in enumerate(data.get("claims", ())):
                if not claims.add_plain(("claim",), claim, link=data["id"], position=position):
                    claims.add(("claim",), claim_properties([claim], "link", data["id"], position)[0])
        yield links.taken(), claims.taken()


def _sort_link(links: Groups, key: tuple[int], data: dict[str, Any], weight: float, begins: int, ends: int) -> None:
    more = {"from": begins, "to": ends}
    if weight:
        more["weight"] = weight  # type: ignore[assignment]
    if not links.add_plain(key, data, **more):
        links.add(key, {**flat(data), **more})


def _write_links(connection: Connection, group: Group, elements: Sequence[str]) -> None:
    begins, ends = group.columns.pop("from"), group.columns.pop("to")
    used = sorted({*begins, *ends})
    place_of = {row: place for place, row in enumerate(used)}
    names = [name for name in group.names if name not in ("from", "to")]
    found = connection.stage(
        "UNWIND $used AS x MATCH (n) WHERE elementId(n) = x WITH collect(n) AS nodes WHERE size(nodes) = size($used)"
        " UNWIND range(0, size($begins) - 1) AS i WITH nodes[$begins[i]] AS a, nodes[$ends[i]] AS b, i"
        f" CREATE (a)-[r:{LINK_TYPE[LINK_KINDS[group.key[0]]]} {_literal(names)}]->(b) RETURN count(r)",
        used=[elements[row] for row in used],
        begins=[place_of[row] for row in begins],
        ends=[place_of[row] for row in ends],
        columns=group.columns,
    )
    if found[0][0] != len(begins):
        raise StoreUnavailable("Nodes of a load that was under way are gone; nothing of it was kept. Repeat it.")


# ---- the switch ----------------------------------------------------------------


def show(ask: Ask, staged: Staged, new: str, old: str) -> None:
    """Take the ordinary labels from the old generation and give them to the new one, inside the caller's transaction.

    Raises StoreUnavailable where other elements are marked than were staged: then the load met another and is void.
    """
    if ask(f"MATCH (n:{new}) RETURN count(n)")[0][0] != staged.elements:
        raise StoreUnavailable("Something else wrote where this load was staged; nothing of it was kept. Repeat it.")
    for code, kind in enumerate(NODE_LABEL):
        label = NODE_LABEL[kind]
        ask(f"MATCH (n:{label}:{old}) REMOVE n:{MAP_NODE}:{label}")
        if code in staged.nodes:
            ask(f"UNWIND $elements AS x MATCH (n) WHERE elementId(n) = x SET n:{MAP_NODE}:{label}", elements=staged.nodes[code])
    for label in (CITED_SOURCE, CLAIM):
        ask(f"MATCH (n:{label}:{old}) REMOVE n:{label}")
    if staged.sources:
        ask(f"UNWIND $elements AS x MATCH (n) WHERE elementId(n) = x SET n:{CITED_SOURCE}", elements=staged.sources)
    if staged.claims:
        ask(f"MATCH (n:{new}) WHERE NOT n:{MAP_NODE} AND NOT n:{CITED_SOURCE} SET n:{CLAIM}")


def marks(generation: int) -> tuple[str, str]:
    """The mark of a generation and that of the one before and after it."""
    return GENERATION[generation % 2], GENERATION[(generation + 1) % 2]

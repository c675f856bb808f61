"""`make bench-neo4j`: how fast the Neo4j store writes and reads, as ratios to the ways that come first to mind, in the same run.

The map has one claim a link. Naive writing sends row maps through UNWIND and finds both ends by id; naive reading takes
one record a row. Both get a warm server, an index and large transactions.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph.scope import Scope
from graph.stores.neo4j_store import Credentials, Neo4jStore
from schema.kinds import Basis, Sign
from schema.records import ChangeSet, Claim, Link, Node, Source
from schema.system_map import LinkTable, LinkTableBuilder, numbers_of
from tests.neo4j_server import PASSWORD, Server, newest_release, release

NAIVE_LINKS = 60_000


def large_map(n_nodes: int, n_links: int) -> tuple[tuple[Node, ...], LinkTable, tuple[Source, ...]]:
    """A map with hubs, as system maps have, every link with a claim from one of twenty sources."""
    rng = random.Random(7)
    nodes = tuple(Node(id=f"factor-{row}", label=f"Factor number {row}") for row in range(n_nodes))
    sources = tuple(Source(id=f"source-{row}", title=f"Source {row}") for row in range(20))
    builder = LinkTableBuilder(node.id for node in nodes)
    shapes = {(sign, strength): _sample(sign, strength) for sign in (Sign.PLUS, Sign.MINUS) for strength in (0.25, 0.5, 0.75)}
    numbers = {shape: numbers_of(link) for shape, link in shapes.items()}
    keys = list(shapes)
    taken: set[tuple[int, int]] = set()
    for row in range(n_links):
        sign, strength = keys[rng.randrange(len(keys))]
        start, end = int(n_nodes * rng.random() ** 2), rng.randrange(n_nodes)
        while (start, end) in taken:
            start, end = int(n_nodes * rng.random() ** 2), rng.randrange(n_nodes)
        taken.add((start, end))
        data = {
            "id": f"link-{row}", "from": f"factor-{start}", "to": f"factor-{end}", "kind": "influences", "delay_low": 1, "delay_high": 6,
            "claims": [{"id": "1", "source": f"source-{row % 20}", "place": f"page {row % 300}", "mark": "V", "sign": sign,
                        "strength": strength, "confidence": 0.6}],
        }  # fmt: skip
        payload = json.dumps(data, separators=(",", ":")).encode()
        builder.add_kept(str(data["id"]), str(data["from"]), str(data["to"]), numbers[sign, strength], payload)
    return nodes, builder.done(), sources


def _sample(sign: Sign, strength: float) -> Link:
    claim = Claim(id="1", basis=Basis.FIGURE, source="s", sign=sign, strength=strength, confidence=0.6)
    return Link(id="l", start="a", end="b", delay_low=1, delay_high=6, claims=(claim,))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came out."""
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


def naive_write(url: str, nodes: tuple[Node, ...], table: LinkTable) -> float:
    """Links a second by UNWIND of row maps, without claims, history or any promise to readers."""
    from neo4j import GraphDatabase

    rows = [
        {"id": link.id, "start": link.start, "end": link.end, "sign": link.claims[0].sign, "strength": link.claims[0].strength,
         "confidence": 0.6, "delay_low": 1, "delay_high": 6}
        for link in table[:NAIVE_LINKS]
    ]  # fmt: skip
    with GraphDatabase.driver(url, auth=("neo4j", PASSWORD), notifications_min_severity="OFF") as driver, driver.session() as session:
        session.run("CREATE CONSTRAINT naive IF NOT EXISTS FOR (n:Naive) REQUIRE n.id IS UNIQUE").consume()
        session.run("UNWIND $ids AS id CREATE (:Naive {id: id})", ids=[node.id for node in nodes]).consume()
        statement = (
            "UNWIND $rows AS row MATCH (a:Naive {id: row.start}) MATCH (b:Naive {id: row.end}) CREATE (a)-[r:NAIVE]->(b) SET r = row"
        )

        def write(begin: int, stop: int) -> None:
            for first in range(begin, stop, 10_000):
                session.execute_write(lambda tx, part=rows[first : first + 10_000]: tx.run(statement, rows=part).consume())

        write(0, NAIVE_LINKS // 3)
        seconds, _ = timed(lambda: write(NAIVE_LINKS // 3, NAIVE_LINKS))
    return (NAIVE_LINKS - NAIVE_LINKS // 3) / seconds


def naive_read(url: str) -> float:
    """Links a second as one record a row."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(url, auth=("neo4j", PASSWORD), notifications_min_severity="OFF") as driver, driver.session() as session:
        statement = "MATCH (a:Naive)-[r:NAIVE]->(b) RETURN a.id, b.id, r.id, r.sign, r.strength, r.confidence, r.delay_low, r.delay_high"

        def read() -> int:
            return session.execute_read(lambda tx: sum(1 for _ in tx.run(statement)))

        read()
        seconds, count = timed(read)
    return float(count) / seconds


def _forget_naive(url: str) -> None:
    from neo4j import GraphDatabase

    with GraphDatabase.driver(url, auth=("neo4j", PASSWORD), notifications_min_severity="OFF") as driver, driver.session() as session:
        session.run("MATCH (:Naive)-[r:NAIVE]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS").consume()
        session.run("MATCH (n:Naive) CALL (n) { DELETE n } IN TRANSACTIONS OF 20000 ROWS").consume()


def main() -> int:
    """Run everything on a server of its own and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="make bench-neo4j", description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--heap", default="4g", help="memory for the server (4g)")
    parser.add_argument("--newest", action="store_true", help="the newest release instead of 5.26")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    nodes, table, sources = large_map(asked.nodes, asked.links)
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder), newest_release() if asked.newest else release(), heap=asked.heap, for_speed=True) as server,
    ):
        found = measured(server, nodes, table, sources)
    if asked.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for name, value in found.items():
            sys.stdout.write(f"{name:<48}{value:>14,.2f}\n")
    return 0


def measured(server: Server, nodes: tuple[Node, ...], table: LinkTable, sources: tuple[Source, ...]) -> dict[str, float]:
    """What was measured, by name."""
    credentials = Credentials.from_environ(server.environ)
    naive_links_a_second = naive_write(server.url, nodes, table)
    naive_rows_a_second = naive_read(server.url)
    _forget_naive(server.url)
    first = Neo4jStore(server.url, credentials)
    load = ChangeSet(by="bench", why="load", put_nodes=nodes, put_links=table, put_sources=sources)
    load_seconds, _ = timed(lambda: first.apply(load))
    second = Neo4jStore(server.url, credentials)
    open_seconds, snapshot = timed(lambda: second.snapshot(Scope()))
    assert snapshot.n_links == len(table)
    edit_seconds, caught_up = [], []
    for number in range(7):
        link = snapshot.map.links[number * 1000]
        edit = ChangeSet(
            by="bench", why="edit", put_links=(Link(id=link.id, start=link.start, end=link.end, text=f"edit {number}", claims=link.claims),)
        )
        edit_seconds.append(timed(lambda edit=edit: first.apply(edit))[0])
        seconds, snapshot = timed(lambda: second.snapshot(Scope()))
        caught_up.append(seconds)
        assert snapshot.map.links[number * 1000].text == f"edit {number}"
    first.close()
    second.close()
    return {
        "naive write, links/s": naive_links_a_second,
        "caremap write, links/s (claims, journal, switch)": len(table) / load_seconds,
        "write ratio": len(table) / load_seconds / naive_links_a_second,
        "load, s": load_seconds,
        "naive read, links/s": naive_rows_a_second,
        "caremap read, links/s": len(table) / open_seconds,
        "read ratio": len(table) / open_seconds / naive_rows_a_second,
        "open, s": open_seconds,
        "one-link edit, ms (median)": sorted(edit_seconds)[3] * 1000,
        "another process catches up, ms (median)": sorted(caught_up)[3] * 1000,
    }


if __name__ == "__main__":
    sys.exit(main())

"""`make bench-neo4j`: how fast the Neo4j store writes and reads, as ratios to the ways that come first to mind, in the same run.

Naive writing sends row maps through UNWIND and finds both ends by id: links alone, and links with a claim each that is tied
to its source, as our graph has them. Naive reading takes one record a row. Both get a warm server, indexes and large
transactions. Our writing is timed twice: the links alone, which is what the naive way does, and the whole load, which holds
the check of the map, its nodes, its history and the switch that shows it whole.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from bench.large_map import SOURCES, large_map
from graph.scope import Filters, Scope
from graph.service import MapService
from graph.stores.neo4j_store import Credentials, Neo4jStore, staging, staging_links
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import LinkTable
from tests.neo4j_server import PASSWORD, Server, newest_release, release

if TYPE_CHECKING:
    from neo4j import Session

NAIVE_LINKS = 60_000
WARMING_LINKS = 60_000


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came out."""
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


# ---- the naive ways ------------------------------------------------------------

_NAIVE_LINK = "UNWIND $rows AS row MATCH (a:Naive {id: row.start}) MATCH (b:Naive {id: row.end}) CREATE (a)-[r:NAIVE]->(b) SET r = row"
_NAIVE_CLAIM = "UNWIND $rows AS row MATCH (s:NaiveSource {id: row.source}) CREATE (c:NaiveClaim)-[:NAIVE_SAID_IN]->(s) SET c = row"
_NAIVE_ROWS = "MATCH (a:Naive)-[r:NAIVE]->(b) RETURN a.id, b.id, r.id, r.sign, r.strength, r.confidence, r.delay_low, r.delay_high"


@contextmanager
def naive_session(url: str) -> Iterator[Session]:
    """A session as anybody would open it."""
    from neo4j import GraphDatabase

    with GraphDatabase.driver(url, auth=("neo4j", PASSWORD), notifications_min_severity="OFF") as driver, driver.session() as session:
        yield session


def naive_write(url: str, nodes: tuple[Node, ...], table: LinkTable, *, claims: bool) -> float:
    """Links a second by UNWIND of row maps, without history or any promise to readers; `claims` writes theirs as well."""
    links, of_links = [], []
    for link in table[:NAIVE_LINKS]:
        claim = link.claims[0]
        said = {"sign": claim.sign, "strength": claim.strength, "confidence": claim.confidence}
        links.append({"id": link.id, "start": link.start, "end": link.end, "delay_low": 1, "delay_high": 6, **said})
        of_links.append({"id": claim.id, "link": link.id, "source": claim.source, "place": claim.place, "mark": claim.mark, **said})
    with naive_session(url) as session:
        for label in ("Naive", "NaiveSource"):
            session.run(f"CREATE CONSTRAINT {label} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE").consume()
        session.run("CREATE INDEX naive_claim IF NOT EXISTS FOR (c:NaiveClaim) ON (c.link)").consume()
        session.run("UNWIND $ids AS id MERGE (:Naive {id: id})", ids=[node.id for node in nodes]).consume()
        session.run("UNWIND range(0, $last) AS row MERGE (:NaiveSource {id: 'source-' + row})", last=SOURCES - 1).consume()

        def put(statement: str, rows: list[dict[str, Any]]) -> None:
            session.execute_write(lambda transaction: transaction.run(statement, rows=rows).consume())

        def write(begin: int, stop: int) -> None:
            for first in range(begin, stop, 10_000):
                put(_NAIVE_LINK, links[first : first + 10_000])
                if claims:
                    put(_NAIVE_CLAIM, of_links[first : first + 10_000])

        warm = NAIVE_LINKS // 3
        write(0, warm)
        seconds, _ = timed(lambda: write(warm, NAIVE_LINKS))
    return (NAIVE_LINKS - warm) / seconds


def naive_read(url: str) -> float:
    """Links a second as one record a row."""
    with naive_session(url) as session:

        def read() -> int:
            return session.execute_read(lambda transaction: sum(1 for _ in transaction.run(_NAIVE_ROWS)))

        read()
        seconds, count = timed(read)
    return float(count) / seconds


def forget_naive(url: str) -> None:
    """Delete what the naive ways wrote: our store takes an empty database only."""
    with naive_session(url) as session:
        session.run("MATCH (:Naive|NaiveClaim)-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS").consume()
        session.run("MATCH (n:Naive|NaiveClaim|NaiveSource) CALL (n) { DELETE n } IN TRANSACTIONS OF 20000 ROWS").consume()


# ---- ours beside them ------------------------------------------------------------


def warmed(server: Server, n_nodes: int, *, claims: bool) -> None:
    """Let the server compile what a load of ours runs, as the naive ways let it compile theirs, and empty it again."""
    nodes, table, sources = large_map(n_nodes, WARMING_LINKS, claims=claims)
    with Neo4jStore(server.url, Credentials.from_environ(server.environ)) as store:
        store.apply(ChangeSet(by="bench", why="warm", put_nodes=nodes, put_links=table, put_sources=sources))
    with naive_session(server.url) as session:
        session.run("MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS").consume()
        session.run("MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 20000 ROWS").consume()


class Loaded(NamedTuple):
    """How long a load took, and its links with their claims alone."""

    seconds: float
    links_seconds: float


def loaded(store: Neo4jStore, change: ChangeSet) -> Loaded:
    """Apply a change with a stopwatch around the statements that write its links and their claims."""
    alone: list[float] = []

    def stage_links(*arguments: Any) -> None:
        alone.append(timed(partial(staging_links.stage_links, *arguments))[0])

    with mock.patch.object(staging, "stage_links", stage_links):
        seconds, _ = timed(partial(store.apply, change))
    return Loaded(seconds, alone[0])


def written(found: Loaded, n_links: int, naive: float, what: str) -> dict[str, float]:
    """Links a second of the whole load and of its links alone, beside the naive way, which does no more than write them."""
    return {
        f"naive write, {what}/s": naive,
        f"caremap write, {what}/s": n_links / found.links_seconds,
        f"write ratio, {what}": n_links / found.links_seconds / naive,
        f"whole load, {what}/s": n_links / found.seconds,
        f"whole load, {what}, s": found.seconds,
    }


def bare(server: Server, n_nodes: int, n_links: int) -> dict[str, float]:
    """Writing links that have no claims."""
    nodes, table, _ = large_map(n_nodes, NAIVE_LINKS)
    naive = naive_write(server.url, nodes, table, claims=False)
    forget_naive(server.url)
    warmed(server, n_nodes, claims=False)
    nodes, table, _ = large_map(n_nodes, n_links, claims=False)
    with Neo4jStore(server.url, Credentials.from_environ(server.environ)) as store:
        found = loaded(store, ChangeSet(by="bench", why="load", put_nodes=nodes, put_links=table))
    return written(found, n_links, naive, "bare links")


def whole(server: Server, nodes: tuple[Node, ...], table: LinkTable, sources: tuple[Source, ...]) -> dict[str, float]:
    """Writing, reading and editing a map whose links have a claim each."""
    credentials = Credentials.from_environ(server.environ)
    naive_links_a_second = naive_write(server.url, nodes, table, claims=True)
    naive_rows_a_second = naive_read(server.url)
    forget_naive(server.url)
    warmed(server, len(nodes), claims=True)
    with Neo4jStore(server.url, credentials) as first, Neo4jStore(server.url, credentials) as second:
        load = ChangeSet(by="bench", why="load", put_nodes=nodes, put_links=table, put_sources=sources)
        load_took = loaded(first, load)
        open_seconds, snapshot = timed(lambda: second.snapshot(Scope()))
        assert snapshot.n_links == len(table)
        with Neo4jStore(server.url, credentials) as third:
            # The naive way reads once before it is timed.
            again_seconds, again = timed(lambda: third.snapshot(Scope()))
        assert again.n_links == len(table)
        del again
        edit_seconds, caught_up = [], []
        for number in range(7):
            link = snapshot.map.links[number * 1000]
            put = Link(id=link.id, start=link.start, end=link.end, text=f"edit {number}", claims=link.claims)
            edit_seconds.append(timed(partial(first.apply, ChangeSet(by="bench", why="edit", put_links=(put,))))[0])
            seconds, snapshot = timed(lambda: second.snapshot(Scope()))
            caught_up.append(seconds)
            assert snapshot.map.links[number * 1000].text == f"edit {number}"
    return {
        **written(load_took, len(table), naive_links_a_second, "links with claims"),
        "naive read, links/s": naive_rows_a_second,
        "caremap read, links/s": len(table) / again_seconds,
        "read ratio": len(table) / again_seconds / naive_rows_a_second,
        "open for the first time, s": open_seconds,
        "open again in another store, s": again_seconds,
        "one-link edit, ms (median)": sorted(edit_seconds)[3] * 1000,
        "another process catches up, ms (median)": sorted(caught_up)[3] * 1000,
    }


_CYPHER_PATHS = (
    "MATCH path = (a:MapNode {id: $a})-[:INFLUENCES*1..5]->(b:MapNode {id: $b})"
    " WHERE all(n IN nodes(path) WHERE single(m IN nodes(path) WHERE m = n))"
    " WITH reduce(product = 1.0, r IN relationships(path) | product * r.strength) AS strength ORDER BY strength DESC LIMIT 10"
    " RETURN strength"
)


def asked(server: Server) -> dict[str, float]:
    """The strongest paths of at most five links on a workshop map, asked of the store and in Cypher, with equal answers."""
    nodes, table, _ = large_map(300, 1_200, claims=False)
    draw = random.Random(11)
    pairs = [(f"factor-{draw.randrange(300)}", f"factor-{draw.randrange(300)}") for _ in range(30)]
    pairs = [(a, b) for a, b in pairs if a != b]
    filters = Filters(max_links=5, top=10)
    ours, theirs = [], []
    with Neo4jStore(server.url, Credentials.from_environ(server.environ)) as store, naive_session(server.url) as session:
        store.apply(ChangeSet(by="bench", why="load", put_nodes=nodes, put_links=table))
        service = MapService(store)
        for number, (a, b) in enumerate([*pairs[:5], *pairs]):
            took, answer = timed(partial(service.impact, [a], [b], filters))
            took_there, rows = timed(partial(_cypher_paths, session, a, b))
            found = [path.strength for path in answer.paths]
            if len(found) != len(rows) or any(abs(one - other) > 1e-9 for one, other in zip(found, rows, strict=True)):
                raise AssertionError(f"The paths from {a} to {b} differ: {found} here, {rows} in Cypher.")
            if number >= 5:
                ours.append(took)
                theirs.append(took_there)
    mine, cypher = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    return {"impact, 300/1,200, at most 5 links, ms": mine, "the paths alone in Cypher, ms": cypher, "impact ratio": cypher / mine}


def _cypher_paths(session: Session, a: str, b: str) -> list[float]:
    rows: list[float] = session.execute_read(lambda transaction: [row[0] for row in transaction.run(_CYPHER_PATHS, a=a, b=b)])
    return rows


def main() -> int:
    """Run everything on servers of its own and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="make bench-neo4j", description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--heap", default="4g", help="memory for the server (4g)")
    parser.add_argument("--newest", action="store_true", help="the newest release instead of 5.26")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    which = newest_release() if given.newest else release()

    def started(folder: str) -> Server:
        return Server(Path(folder), which, heap=given.heap, for_speed=True)

    with tempfile.TemporaryDirectory() as folder, started(folder) as server:
        found = bare(server, given.nodes, given.links)
    with tempfile.TemporaryDirectory() as folder, started(folder) as server:
        found |= asked(server)
    with tempfile.TemporaryDirectory() as folder, started(folder) as server:
        found |= whole(server, *large_map(given.nodes, given.links))
    if given.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for name, value in found.items():
            sys.stdout.write(f"{name:<48}{value:>14,.2f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

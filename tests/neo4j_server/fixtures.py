"""The server as pytest fixtures: started once a run, or the one that NEO4J_URI names; its absence is never passed over in silence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.neo4j_server.server import CannotServe, Release, Server, newest_release, release

WIPE = ("MATCH ()-[r]->() WITH r LIMIT 25000 DELETE r RETURN count(*)", "MATCH (n) WITH n LIMIT 25000 DETACH DELETE n RETURN count(*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A server that tests may fill and empty, and the environment in which caremap reaches it."""

    url: str
    environ: dict[str, str]

    def run(self, cypher: str, **parameters: object) -> list[list[object]]:
        """The rows of a statement, asked behind the store's back."""
        from neo4j import GraphDatabase

        auth = (self.environ["NEO4J_USERNAME"], self.environ["NEO4J_PASSWORD"])
        with GraphDatabase.driver(self.url, auth=auth, notifications_min_severity="OFF") as driver, driver.session() as session:
            return [record.values() for record in session.run(cypher, parameters)]

    def wipe(self) -> None:
        """Empty the database, in steps that fit in memory. Constraints and indexes stay: they hold no data."""
        from neo4j import GraphDatabase

        auth = (self.environ["NEO4J_USERNAME"], self.environ["NEO4J_PASSWORD"])
        with GraphDatabase.driver(self.url, auth=auth, notifications_min_severity="OFF") as driver, driver.session() as session:
            for step in WIPE:
                while session.run(step).single(strict=True)[0]:
                    pass


def missing(reason: str) -> None:
    """Skip, loudly; where everything must be there (CI=true), fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"the Neo4j tests must run here, and cannot: {reason}", pytrace=False)
    pytest.skip(f"NEO4J NOT TESTED: {reason}")


def _served(tmp_path_factory: pytest.TempPathFactory, which: Callable[[], Release]) -> Iterator[Server]:
    try:
        server = Server(tmp_path_factory.mktemp("neo4j"), which())
        server.start()
    except CannotServe as fault:
        missing(str(fault))
        return
    yield server
    # Its data goes with the run, so there is nothing to put in order.
    server.kill()


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    """A server with long-term support, or the one at NEO4J_URI (which must be empty: it is emptied between tests)."""
    named = os.environ.get("NEO4J_URI")
    if named:
        yield Reached(url=named, environ={"NEO4J_URI": named, "NEO4J_USERNAME": os.environ.get("NEO4J_USERNAME", "neo4j"),
                                          "NEO4J_PASSWORD": os.environ.get("NEO4J_PASSWORD", "")})  # fmt: skip
        return
    for server in _served(tmp_path_factory, release):
        yield Reached(url=server.url, environ=server.environ)


@pytest.fixture(scope="session")
def newest_neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    """A server of the newest release, where a Java that runs it is here; elsewhere the one above stands for both."""
    try:
        newest_release()
    except CannotServe as fault:
        pytest.skip(f"the newest Neo4j is not tested: {fault}")
    for server in _served(tmp_path_factory, newest_release):
        yield Reached(url=server.url, environ=server.environ)


@pytest.fixture(scope="module")
def frail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own for tests that kill it, fill its disk or make it read-only."""
    yield from _served(tmp_path_factory, release)

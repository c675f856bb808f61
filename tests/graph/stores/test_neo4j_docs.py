"""docs/neo4j.md keeps its word: each of its queries runs on the shipped map and finds something."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.stores.neo4j_store import Neo4jStore
from graph.stores.neo4j_store.layout import NODE_LABEL
from loaders.curated import shipped_content
from schema.records import ChangeSet
from tests.neo4j_server.fixtures import Reached

CHECKOUT = Path(__file__).resolve().parents[3]
PAGE = CHECKOUT / "docs" / "neo4j.md"
QUERIES = re.findall(r"([^\n]+)\n\n```cypher\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def shown(neo4j_server: Reached) -> Iterator[Reached]:
    content = shipped_content()
    neo4j_server.wipe()
    with Neo4jStore.open(neo4j_server.url, environ=neo4j_server.environ) as store:
        store.apply(ChangeSet(by="b", why="shipped", put_nodes=content.nodes, put_links=content.links, put_sources=content.sources))
        yield neo4j_server


def test_there_are_ten() -> None:
    assert len(QUERIES) == 10


@pytest.mark.neo4j
@pytest.mark.parametrize("query", [query for _, query in QUERIES], ids=[title for title, _ in QUERIES])
def test_a_documented_query_finds_something_on_the_shipped_map(shown: Reached, query: str) -> None:
    assert shown.run(query)


@pytest.mark.neo4j
def test_the_shipped_map_in_the_graph_is_the_shipped_map(shown: Reached) -> None:
    with Neo4jStore.open(shown.url, environ=shown.environ) as store:
        assert store.map_in_graph().digest() == shipped_content().digest()


def test_the_style_for_browser_colours_every_kind() -> None:
    styled = set(re.findall(r"node\.(\w+)", (CHECKOUT / "docs" / "neo4j.grass").read_text(encoding="utf-8")))
    assert styled == {*NODE_LABEL.values(), "Claim", "CitedSource"}

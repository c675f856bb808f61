"""Single records and their pages, read from a real server by a process that may not hold the map: the JSON of one that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.scope import LinkWish, NodeWish, Scope
from graph.service import MapService
from graph.stores.neo4j_store import Neo4jStore
from schema.records import ChangeSet, Source
from schema.system_map import SystemMap
from tests.api.documents import documents
from tests.builders import a_link, a_node
from tests.graph.asked_twice import keeping_rules, maps
from tests.graph.kept_elsewhere import MapInMemory
from tests.graph.stores.test_neo4j_parts import ON_A_SERVER, kept_in_two_changes, opened
from tests.neo4j_server.fixtures import Reached

pytestmark = pytest.mark.neo4j
DOCUMENTS_A_MAP = 10


@pytest.fixture
def store(neo4j_server: Reached) -> Iterator[Neo4jStore]:
    neo4j_server.wipe()
    with opened(neo4j_server) as store:
        yield store


def told(service: MapService, query: str) -> Any:
    """The response to a document; its errors in the order of their places."""
    door = TestClient(create_app(service, Settings()), base_url="http://localhost")
    answer = door.post("/graphql", json={"query": query}).json()
    return {**answer, "errors": sorted(answer["errors"], key=lambda error: str(error.get("path")))} if "errors" in answer else answer


@settings(ON_A_SERVER, max_examples=3)
@given(data=st.data())
def test_a_document_has_one_answer_from_a_map_that_is_held_and_from_the_database(
    store: Neo4jStore, neo4j_server: Reached, data: st.DataObject
) -> None:
    system_map = keeping_rules(data.draw(maps()))
    with kept_in_two_changes(neo4j_server, system_map, data) as (fresh, looked_at):
        kept = fresh.snapshot(Scope()).map
        whole, narrow = MapService(fresh), MapService(looked_at, held_links=len(kept.links) - 1)
        for _ in range(DOCUMENTS_A_MAP):
            query = data.draw(documents(kept))
            answer = told(whole, query)
            event("an error" if "errors" in answer else "an answer")
            assert told(narrow, query) == answer, query


def test_pages_from_the_database_are_those_of_a_map_in_memory_whatever_the_ids_and_dates(store: Neo4jStore) -> None:
    ids = ["a", "B", "é", "中", "\U0001f600", "zz", "a b", "`", "a\u0301"]
    days = ["2019", "2020", "2020-02", "2020-02-29", "2021-12", "2021-12-31", None]
    nodes = [a_node(name, valid_from=days[row % 3], valid_to=days[(row * 2) % 4 + 3]) for row, name in enumerate(ids)]
    links = [
        replace(a_link("x +> y"), id=f"{one}>{other}", start=one, end=other, valid_to=days[row % 7])
        for row, (one, other) in enumerate(zip([*ids, "a"], [*ids[1:], "a", "a"], strict=True))
    ]
    store.apply(ChangeSet(by="b", why="w", put_nodes=nodes, put_links=links, put_sources=[Source(id=name, title=name) for name in ids]))
    reader, memory = store.reader(), MapInMemory(system_map=SystemMap.of(nodes, links, [Source(id=name, title=name) for name in ids]))

    def records(found: list[tuple[int, Any]]) -> list[Any]:
        return [record for _, record in found]

    some_days = [
        None,
        *(date.fromisoformat(day) for day in ("2019-12-31", "2020-02-29", "2020-03-01", "2021-12-30", "2021-12-31", "2022-01-01")),
    ]
    for day in some_days:
        node_wish, link_wish = NodeWish(as_of=day), LinkWish(as_of=day)
        assert sorted(reader.ids_of_nodes(node_wish)) == sorted(memory.ids_of_nodes(node_wish)), day
        assert reader.number_of_links(link_wish) == memory.number_of_links(link_wish), day
        for after in (None, "", "a", "b", "\ud7a3"):
            assert records(reader.page_of_nodes(node_wish, after, 4)) == records(memory.page_of_nodes(node_wish, after, 4))
            assert records(reader.page_of_links(link_wish, after, 4)) == records(memory.page_of_links(link_wish, after, 4))
            assert records(reader.page_of_sources(after, 4)) == records(memory.page_of_sources(after, 4))
            for out, into in ((True, True), (True, False), (False, True)):
                wish = LinkWish(as_of=day, out=out, into=into)
                here, there = (each.pages_at(ids, wish, after, 2) for each in (reader, memory))
                for name in ids:
                    assert (here[name][0], records(here[name][1])) == (there[name][0], records(there[name][1])), (name, day, after, wish)
    assert reader.counts().sources == len(ids)

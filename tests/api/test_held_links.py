"""The doors of a process that may not hold the map: what is asked between ends is answered, all else says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.scope import Filters
from graph.service import MapService
from schema.errors import BadInput
from tests.api.conftest import small_map
from tests.api.documents import LINK, MAP, NODE, PAGE, documents
from tests.graph.asked_twice import maps
from tests.graph.kept_elsewhere import MapInMemory, MapKeptElsewhere

ENDS = "from=close-route&to=vacancies"


@pytest.fixture(scope="module")
def store() -> MapKeptElsewhere:
    return MapKeptElsewhere(small_map())


@pytest.fixture(scope="module")
def door(store: MapKeptElsewhere) -> Iterator[TestClient]:
    service = MapService(store, held_links=6)
    with TestClient(create_app(service, Settings(held_links=6)), base_url="http://localhost") as asked:
        yield asked


def test_graphql_answers_from_a_part_with_its_sources_and_reads_no_whole_map(door: TestClient, store: MapKeptElsewhere) -> None:
    query = (
        '{ impactPaths(from: "close-route", to: "vacancies", filters: {asOf: "any"})'
        " { text found revision paths { steps { claims { id source { title } } } } } }"
    )
    found = door.post("/graphql", json={"query": query}).json()["data"]["impactPaths"]
    answer = MapService(store).impact(["close-route"], ["vacancies"], Filters())
    held = store.times_held
    assert (found["text"], found["found"], found["revision"]) == (answer.text, 1, 1)
    assert [each["source"] for step in found["paths"][0]["steps"] for each in step["claims"]] == [
        {"title": small_map().source_of["report"].title},
        None,
    ]
    assert store.times_held == held == 1


def test_pages_between_two_ends_are_served(door: TestClient) -> None:
    page = door.get(f"/ask/impact?{ENDS}&as_of=any")
    assert page.status_code == 200
    assert "1 lower" in page.text or "1 raise" in page.text
    assert door.get("/ask/litmus?decisions=close-route&as_of=any").status_code == 200
    assert door.get("/healthz").json() == {"status": "ok", "ready": True, "revision": 1}


def test_the_first_page_says_how_large_the_map_is(door: TestClient) -> None:
    page = door.get("/")
    assert page.status_code == 200
    assert "9 things, 7 links, more than this process may hold" in page.text
    assert "Care vacancies" in door.get("/?search=vacanc").text


@pytest.mark.parametrize("address", ["/map", f"/map?{ENDS}", "/export/map.json", "/ask/litmus"])
def test_a_page_that_needs_the_whole_map_says_what_to_do(door: TestClient, address: str) -> None:
    page = door.get(address)
    assert page.status_code == 400
    assert "CAREMAP_HELD_LINKS" in page.text


def test_a_graphql_field_that_needs_the_whole_map_says_what_to_do(door: TestClient) -> None:
    query = '{ history { revision } vocabulary { evidence } node(id: "recruits") { label } loops { found } litmus { found } }'
    answer = door.post("/graphql", json={"query": query}).json()
    failed = {error["path"][0]: error["message"] for error in answer["errors"]}
    assert set(failed) == {"loops", "litmus"}
    assert all("CAREMAP_HELD_LINKS" in message for message in failed.values())
    assert answer["data"]["node"] == {"label": "Overseas recruits"}


@pytest.fixture(scope="module")
def whole_door() -> Iterator[TestClient]:
    with TestClient(create_app(MapService(MapKeptElsewhere(small_map())), Settings()), base_url="http://localhost") as asked:
        yield asked


def answers(door: TestClient, query: str) -> Any:
    """The response; its errors in the order of the document, as they come in the order in which fields were done."""
    told = door.post("/graphql", json={"query": query}).json()
    return {**told, "errors": sorted(told["errors"], key=lambda error: str(error.get("path")))} if "errors" in told else told


def test_single_records_and_their_pages_are_those_of_the_whole_map(
    door: TestClient, whole_door: TestClient, store: MapKeptElsewhere
) -> None:
    held = store.times_held
    hanging = f'{NODE} links(asOf: "any", first: 5) {{ {PAGE} edges {{ cursor node {{ {LINK} }} }} }}'
    for query in (
        f'{{ {MAP} node(id: "recruits") {{ {hanging} }} nobody: node(id: "x") {{ id }} link(id: "close-route-recruits") {{ {LINK} }} }}',
        f'{{ nodes(first: 4, asOf: "any") {{ {PAGE} edges {{ node {{ {hanging} }} }} }} search(text: "care vac") {{ {hanging} }} }}',
        f'{{ nodes(silo: "migration", asOf: "any") {{ {PAGE} edges {{ node {{ id silo }} }} }} }}',
        f'{{ nodes(tier: "Government") {{ {PAGE} edges {{ node {{ id tier }} }} }} sources {{ {PAGE} edges {{ node {{ id title }} }} }} }}',
        '{ nodes(tier: "Goverment") { totalCount } a: nodes(silo: "nowhere") { totalCount } b: links(after: "!") { totalCount } }',
        "{ nodes(first: 101) { totalCount } }",
    ):
        assert answers(door, query) == answers(whole_door, query)
    assert store.times_held == held


@settings(max_examples=25)
@given(st.data())
def test_a_document_has_one_answer_from_a_process_that_holds_the_map_and_from_one_that_does_not(data: st.DataObject) -> None:
    system_map = data.draw(maps())
    store = MapKeptElsewhere(system_map)
    few = len(system_map.links) - 1
    whole = TestClient(create_app(MapService(MapKeptElsewhere(system_map)), Settings()), base_url="http://localhost")
    narrow = TestClient(create_app(MapService(store, held_links=few), Settings(held_links=few)), base_url="http://localhost")
    for _ in range(4):
        query = data.draw(documents(system_map))
        told = answers(whole, query)
        event("an error" if "errors" in told else "an answer")
        assert answers(narrow, query) == told, query
    assert store.times_held == 0


class MovingOn(MapKeptElsewhere):
    """A store that comes to its next revision while a page of it is read, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__(small_map())
        self.times, self.revision = times, 1

    def head(self, branch: str = "main") -> int:
        return self.revision

    def reader(self) -> MapInMemory:
        outer = self

        class Moving(MapInMemory):
            def page_of_links(self, *arguments: Any) -> Any:
                if outer.times:
                    outer.times, outer.revision = outer.times - 1, outer.revision + 1
                    raise KeyError("an end that is no longer there")
                return super().page_of_links(*arguments)

        return Moving(system_map=self.system_map)


@pytest.mark.parametrize(("times", "answered"), [(0, True), (3, True), (99, False)])
def test_an_answer_is_of_one_revision_though_others_edit_and_says_so_where_they_never_rest(times: int, answered: bool) -> None:
    service = MapService(MovingOn(times), held_links=6)
    with TestClient(create_app(service, Settings(held_links=6)), base_url="http://localhost") as door:
        told = answers(door, '{ links(first: 2, asOf: "any") { edges { node { id } } } map { revision } }')
    if answered:
        assert told["data"]["links"]["edges"][1]["node"]["id"] == "ministry-makes-close"
        assert told["data"]["map"]["revision"] == times + 1
    else:
        assert [(error["extensions"]["code"], "ask again" in error["message"]) for error in told["errors"]] == [("UNAVAILABLE", True)] * 2


def test_a_page_with_links_on_every_node_asks_the_store_a_few_times_only(store: MapKeptElsewhere) -> None:
    asked: list[str] = []

    class Counted(MapKeptElsewhere):
        def reader(self) -> MapInMemory:
            class Counting(MapInMemory):
                def __getattribute__(self, name: str) -> Any:
                    if callable(getattr(MapInMemory, name, None)) and not name.startswith("_"):
                        asked.append(name)
                    return super().__getattribute__(name)

            return Counting(system_map=self.system_map)

    service = MapService(Counted(small_map()), held_links=6)
    with TestClient(create_app(service, Settings(held_links=6)), base_url="http://localhost") as door:
        told = answers(
            door, '{ nodes(asOf: "any") { edges { node { links(asOf: "any") { edges { node { to { links { totalCount } } } } } } } } }'
        )
    assert len(told["data"]["nodes"]["edges"]) == 9
    assert asked.count("pages_at") == 2
    assert asked.count("links_at") <= 3


def test_the_setting_is_read_from_the_environment_and_has_no_value_unless_it_is_set() -> None:
    assert Settings.from_environ({}).held_links is None
    assert Settings.from_environ({"CAREMAP_HELD_LINKS": "1_000_000"}).held_links == 1_000_000
    assert Settings.held_links_from({"CAREMAP_HELD_LINKS": "5", "CAREMAP_PORT": "no number"}) == 5
    for wrong in ("0", "many", "1.5"):
        with pytest.raises(BadInput, match="CAREMAP_HELD_LINKS"):
            Settings.held_links_from({"CAREMAP_HELD_LINKS": wrong})

"""The doors of a process that may not hold the map: what is asked between ends is answered, all else says what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.scope import Filters
from graph.service import MapService
from schema.errors import BadInput
from tests.api.conftest import small_map
from tests.graph.kept_elsewhere import MapKeptElsewhere

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
    query = '{ history { revision } vocabulary { evidence } node(id: "recruits") { label } loops { found } }'
    answer = door.post("/graphql", json={"query": query}).json()
    failed = {error["path"][0]: error["message"] for error in answer["errors"]}
    assert set(failed) == {"node", "loops"}
    assert all("CAREMAP_HELD_LINKS" in message for message in failed.values())


def test_the_setting_is_read_from_the_environment_and_has_no_value_unless_it_is_set() -> None:
    assert Settings.from_environ({}).held_links is None
    assert Settings.from_environ({"CAREMAP_HELD_LINKS": "1_000_000"}).held_links == 1_000_000
    assert Settings.held_links_from({"CAREMAP_HELD_LINKS": "5", "CAREMAP_PORT": "no number"}) == 5
    for wrong in ("0", "many", "1.5"):
        with pytest.raises(BadInput, match="CAREMAP_HELD_LINKS"):
            Settings.held_links_from({"CAREMAP_HELD_LINKS": wrong})

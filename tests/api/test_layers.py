"""The same choice of layers at every door, the title that a stored map keeps, and numbers that agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.scope import Filters, Scope
from graph.service import MapService
from graph.stores.embedded_store import EmbeddedStore
from schema.kinds import Sign
from schema.records import ChangeSet, Claim, Link, Node, Source
from tests.api.conftest import small_map

LOCAL = ChangeSet(
    by="b",
    why="w",
    layer="kent",
    put_nodes=[Node(id="kent-posts", label="Posts in Kent")],
    put_links=[
        Link(id="k1", start="recruits", end="kent-posts", sign=Sign.PLUS, strength=0.1, claims=(Claim(id="1", source="kent-report"),)),
        Link(id="k2", start="kent-posts", end="moment-of-interaction", sign=Sign.MINUS, strength=0.7),
    ],
    put_sources=[Source(id="kent-report", title="A report on Kent")],
)


@pytest.fixture(scope="module")
def layered() -> Iterator[MapService]:
    service = MapService(EmbeddedStore("sqlite://"))
    service.load(small_map(), by="b", why="w")
    service.apply(LOCAL)
    yield service
    service.close()


@pytest.fixture(scope="module")
def door(layered: MapService) -> Iterator[TestClient]:
    with TestClient(create_app(layered, Settings()), base_url="http://localhost") as asked:
        yield asked


@pytest.fixture
def query(door: TestClient) -> Callable[[str], dict[str, Any]]:
    return lambda text: door.post("/graphql", json={"query": text}).json()


def test_graphql_asks_the_map_with_the_layers_that_are_named(query: Callable[[str], dict[str, Any]], layered: MapService) -> None:
    found = query(
        '{ impactPaths(from: "recruits", to: "moment-of-interaction", filters: {asOf: "any"}, layers: ["kent"])'
        " { found paths { links steps { claims { source { title } } } } } }"
    )["data"]["impactPaths"]
    answer = layered.impact(
        ["recruits"], ["moment-of-interaction"], Filters(as_of=None), scope=Scope(layers=("base", "kent"))
    )  # fmt: skip
    assert found["found"] == answer.balance.found == 3
    assert [path["links"] for path in found["paths"]] == [list(path.links) for path in answer.paths]
    titles = {claim["source"]["title"] for path in found["paths"] for step in path["steps"] for claim in step["claims"] if claim["source"]}
    assert "A report on Kent" in titles


def test_every_question_in_graphql_takes_layers(door: TestClient) -> None:
    asked = door.post("/graphql", json={"query": "{ __schema { queryType { fields { name args { name } } } } }"}).json()
    fields = {each["name"]: {arg["name"] for arg in each["args"]} for each in asked["data"]["__schema"]["queryType"]["fields"]}
    assert {name for name, arguments in fields.items() if "filters" in arguments} == {
        name for name, arguments in fields.items() if "layers" in arguments
    }


@pytest.mark.parametrize(
    "question",
    [
        "litmus(layers: $l) { verdicts { decision } }",
        "loops(layers: $l) { complete }",
        "whatIf(layers: $l) { complete }",
        "gaps(layers: $l) { complete }",
        'compare(a: {asOf: "any"}, b: {asOf: "any"}, layers: $l) { complete }',
        'reach(node: "close-route", layers: $l) { complete }',
        "silos(layers: $l) { complete }",
        "read(layers: $l) { complete }",
        'firstQuestion(name: "works", layers: $l) { complete }',
        "money(layers: $l) { complete }",
    ],
)
def test_a_layer_that_is_not_there_is_refused_by_every_question(door: TestClient, question: str) -> None:
    text = f"query($l: [String!]) {{ {question} }}"
    answers = [door.post("/graphql", json={"query": text, "variables": {"l": layers}}).json() for layers in (["kent"], ["essex"])]
    assert "No layer 'essex'" in answers[1]["errors"][0]["message"], answers[1]
    assert "errors" not in answers[0], answers[0]


def test_pages_and_exports_show_the_layers_that_are_named(door: TestClient) -> None:
    for address in ("/map?", "/map?focus=recruits&", "/map?from=recruits&to=moment-of-interaction&", "/export/map.json?"):
        assert "Posts in Kent" in door.get(f"{address}layers=kent").text, address
        assert "Posts in Kent" not in door.get(address).text, address
    page = door.get("/ask/impact?from=recruits&to=moment-of-interaction&layers=kent").text
    assert "Posts in Kent" in page
    assert 'name="layers" value="kent"' in page
    assert "layers=kent" in page.split('class="button" href="')[1].split('"')[0]
    assert "kent-posts" not in door.get("/ask/litmus").text
    assert door.get("/ask/litmus?layers=kent").status_code == 200
    assert door.get("/map?layers=essex").status_code == 400


def test_too_many_layers_are_refused(query: Callable[[str], dict[str, Any]]) -> None:
    many = json.dumps([f"l{number}" for number in range(101)])
    assert "at most 100" in query(f"{{ loops(layers: {many}) {{ found }} }}")["errors"][0]["message"]


def test_a_stored_map_keeps_its_title_on_the_page_and_in_exports(door: TestClient) -> None:
    assert "<title>A small map" in door.get("/map").text
    assert door.get("/export/map.json").json()["title"] == "A small map"
    assert "A small map" in door.get("/").text


def test_a_number_is_the_same_text_in_graphql_and_on_the_command_line(query: Callable[[str], dict[str, Any]], layered: MapService) -> None:
    scope = Scope(layers=("base", "kent"))
    answer = layered.impact(["recruits"], ["moment-of-interaction"], Filters(as_of=None), scope=scope).to_json()
    found = query(
        '{ impactPaths(from: "recruits", to: "moment-of-interaction", filters: {asOf: "any"}, layers: "kent")'
        " { net determinacy balance { supporting opposing } paths { strength } } }"
    )["data"]["impactPaths"]
    paths, found = found.pop("paths"), {**found.pop("balance"), **found}
    assert float(f"{0.1 * 0.7:.12g}") != 0.1 * 0.7
    assert found == {name: answer[name] for name in found}
    assert [path["strength"] for path in paths] == [path["strength"] for path in answer["paths"]]

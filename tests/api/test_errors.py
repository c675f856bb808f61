"""What a client is told when something is wrong, and what the log keeps of it."""

import asyncio
import logging
import time

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.wiring import open_store
from graph.service import MapService
from graph.store import FixedMap
from schema.errors import StoreUnavailable
from tests.api.conftest import small_map

CODES = {
    "{": "GRAPHQL_PARSE_FAILED",
    "{nothing}": "GRAPHQL_VALIDATION_FAILED",
    '{nodes(first: "a") {totalCount}}': "GRAPHQL_VALIDATION_FAILED",
    '{impactPaths(from: "ministri", to: "vacancies") {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: [], to: "vacancies") {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {asOf: "tomorrow"}) {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {top: 101}) {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {maxLinks: -1}) {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {maxPaths: 0}) {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {avoidSilos: ["x"]}) {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {without: ["x"]}) {found}}': "BAD_USER_INPUT",
    '{impactPaths(from: "ministry", to: "vacancies", filters: {assume: [{link: "recruits-vacancies", weight: 2}]}) {to}}': "BAD_USER_INPUT",
    '{litmus(decisions: ["nowhere"]) {moment}}': "BAD_USER_INPUT",
    '{litmus(moment: "nowhere") {moment}}': "BAD_USER_INPUT",
    '{nodes(silo: "nowhere") {totalCount}}': "BAD_USER_INPUT",
    '{nodes(tier: "nowhere") {totalCount}}': "BAD_USER_INPUT",
    '{nodes(asOf: "2026-02-30") {totalCount}}': "BAD_USER_INPUT",
}


@pytest.mark.parametrize("query", CODES)
def test_every_error_has_its_code_and_a_useful_message(ask, said, query):
    errors = ask(query)["errors"]
    assert {error["extensions"]["code"] for error in errors} == {CODES[query]}
    assert all(len(error["message"]) > 10 and error["message"] != "Internal error" for error in errors)
    assert len(said.records) == len(errors)
    assert all(record.exc_info is None and record.levelno == logging.INFO for record in said.records)


def test_an_unknown_name_comes_with_near_ones(ask):
    error = ask('{impactPaths(from: "ministri", to: "vacancies") {found}}')["errors"][0]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "reason": "UNKNOWN_NAME", "near": ["ministry"]}


def test_too_many_names_and_too_long_ones_are_refused(ask):
    query = 'query($f: [String!]!) {impactPaths(from: $f, to: "vacancies") {found}}'
    for names in (["ministry"] * 101, ["x" * 1_001]):
        assert ask(query, f=names)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_mistake_costs_the_log_one_short_line_whatever_was_sent(client, said):
    hostile = "\x1b[31mred\x07\n\r\u202e" + "A" * 100_000
    client.post(
        "/graphql", json={"query": 'query($f: [String!]!) {impactPaths(from: $f, to: "x") {found}}', "variables": {"f": [hostile[:900]]}}
    )
    client.post("/graphql", content=f'{{"{hostile}": 1}}'.encode(), headers={"content-type": "application/json"})
    client.get("/ask/impact", params={"from": hostile[:900], "to": "x"})
    client.get("/ask/impact", params={"from": hostile[:9_000], "to": "x"})
    assert len(said.records) == 4
    for record in said.records:
        line = record.getMessage()
        assert len(line.encode()) <= 500
        assert line.isprintable()
        assert record.exc_info is None


class _Failing(FixedMap):
    """A source that fails in a way that a test chooses."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(small_map(), "failing")
        self.failure = failure

    def head(self, branch: str = "main") -> int:
        raise self.failure


def test_a_store_that_is_away_is_told_and_nothing_breaks(said):
    away = StoreUnavailable("sqlite:///secret/place: is locked")
    with TestClient(create_app(MapService(_Failing(away))), base_url="http://localhost") as client:
        answer = client.post("/graphql", json={"query": "{map {revision}}"})
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert client.get("/healthz").json() == {"status": "live", "ready": False, "revision": None}
        for path in ("/", "/ask/litmus", "/map", "/export/map.json"):
            page = client.get(path)
            assert page.status_code == 424
            assert "secret" not in page.text


def test_a_fault_of_ours_is_told_as_such_and_logged_whole(said):
    with TestClient(create_app(MapService(_Failing(ValueError("the password is tulip")))), base_url="http://localhost") as client:
        said.clear()
        answer = client.post("/graphql", json={"query": "{map {revision}}"})
    assert answer.json()["errors"][0]["message"] == "Internal error"
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "tulip" not in answer.text
    assert any(record.exc_info for record in said.records)


class _Slow(FixedMap):
    """A source whose map takes its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(small_map(), "slow")
        self.seconds = seconds

    def snapshot(self, scope):
        time.sleep(self.seconds)
        return super().snapshot(scope)


def test_what_takes_too_long_is_refused_while_others_are_answered():
    settings = Settings(execution_seconds=0.3)
    with TestClient(create_app(MapService(_Slow(1.5)), settings), base_url="http://localhost") as client:
        began = time.perf_counter()
        answer = client.post("/graphql", json={"query": "{map {revision}}"})
        assert answer.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert client.get("/healthz").json()["ready"] is True
        assert time.perf_counter() - began < 1.4


def test_a_question_is_told_to_stop_when_its_time_is_over(service):
    from api.asking import Desk

    polls = []

    def stubborn(service, scope, stop):
        while not stop():
            polls.append(1)
            time.sleep(0.005)
        return "stopped"

    async def asked() -> str:
        return await Desk(service, Settings(question_seconds=0.05)).turn().ask(stubborn)

    assert asyncio.run(asked()) == "stopped"
    assert polls


def test_an_answer_that_grows_too_large_is_refused(service):
    with TestClient(create_app(service, Settings(answer_bytes=400)), base_url="http://localhost") as client:
        answer = client.post("/graphql", json={"query": "{nodes {edges {node {id label kind}}}}"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "data" not in answer.json()


@pytest.mark.parametrize("url", ["http://ann:hidden@host", "neo4j+x://ann:hidden@host", "ftp://host?password=hidden", "ftp://host#hidden"])
def test_an_address_that_cannot_be_used_is_not_said_back_with_the_password_in_it(url: str) -> None:
    with pytest.raises(StoreUnavailable) as fault:
        open_store(url)
    assert "hidden" not in str(fault.value)
    assert "not an address of a store" in str(fault.value)

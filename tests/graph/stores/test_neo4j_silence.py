"""A server that is stopped in its tracks, holding its lines open: what callers, clients and `/healthz` are told, and how soon."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.scope import Scope
from graph.service import MapService
from graph.stores.neo4j_store import Neo4jStore, connection, watch
from schema.errors import StoreUnavailable
from tests.builders import a_change
from tests.graph.stores.test_neo4j_faults import opened, reached, until
from tests.neo4j_server.server import Server

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

pytestmark = pytest.mark.neo4j


@pytest.fixture
def server(frail_server: Server) -> Server:
    reached(frail_server).wipe()
    return frail_server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is told of sooner than elsewhere."""
    monkeypatch.setattr(watch, "WATCH_SECONDS", 0.5)
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.2)


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """The server's process is stopped and goes on at the end: the machine still takes what is sent to it, and nobody reads it."""
    process = server._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def test_a_frozen_server_is_told_of_within_the_time_of_a_request_and_comes_back_by_itself(server: Server) -> None:
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))
        door = TestClient(create_app(MapService(store), Settings()), base_url="http://localhost")
        query = {"query": "{ map { revision } history { revision } }"}
        assert "errors" not in door.post("/graphql", json=query).json()
        with frozen(server):
            begun = time.monotonic()
            errors = door.post("/graphql", json=query).json()["errors"]
            assert time.monotonic() - begun < Settings().execution_seconds
            assert {error["extensions"]["code"] for error in errors} == {"UNAVAILABLE"}
            assert all(server.url in error["message"] and "whether the server is running" in error["message"] for error in errors)
            begun = time.monotonic()
            assert door.get("/healthz").json()["ready"] is False
            assert time.monotonic() - begun < 1
            assert door.post("/graphql", json=query).json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            page = door.get("/ask/impact?from=a&to=b")
            assert (page.status_code, "cannot be reached just now" in page.text) == (424, True), page.text
        until(lambda: door.get("/healthz").json()["ready"], 10)
        assert door.post("/graphql", json=query).json()["data"]["map"]["revision"] == 1
        assert store.apply(a_change("b +> c")) == 2


@pytest.mark.usefixtures("impatient")
def test_all_who_wait_on_a_frozen_server_are_told_and_none_of_them_for_long(server: Server) -> None:
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))
        told: list[tuple[float, BaseException]] = []

        def ask(what: object) -> None:
            begun = time.monotonic()
            try:
                what()  # type: ignore[operator]
            except StoreUnavailable as away:
                told.append((time.monotonic() - begun, away))

        asks = [store.head, store.branches, lambda: store.snapshot(Scope(revision=0)), store.layers, lambda: store.note("x")]
        with frozen(server):
            threads = [threading.Thread(target=ask, args=(what,)) for what in asks]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=20)
        assert len(told) == len(asks)
        assert max(seconds for seconds, _ in told) < 6
        until(store.is_there, 10)


@pytest.mark.usefixtures("impatient")
def test_a_change_met_by_a_frozen_server_is_not_made_behind_the_callers_back_twice(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LOAD_SILENCES", 1)
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))
        with frozen(server), pytest.raises(StoreUnavailable, match="does not answer"):
            store.apply(a_change("b +> c", why="once"))
        until(store.is_there, 10)
        assert store.apply(a_change("b +> c", why="once")) == 2
        assert [entry.why for entry in store.history()].count("once") == 1


def test_a_slow_answer_is_waited_for_while_the_server_gives_signs_of_life(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "WATCH_SECONDS", 0.1)
    with opened(server.url) as store:
        asked: list[bool] = []
        is_silent = store._connection._watch._is_silent

        def listened() -> bool:
            asked.append(is_silent())
            return asked[-1]

        monkeypatch.setattr(store._connection._watch, "_is_silent", listened)
        slow = "UNWIND range(1, 1500) AS a UNWIND range(1, 1500) AS b WITH a, b WHERE a * b % 7 = 1 RETURN count(*)"
        assert store._connection.ask_at_length(slow)[0][0] > 0
        assert asked
        assert not any(asked)


def test_nobody_watches_a_store_that_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(watch, "WATCH_SECONDS", 0.05)
    silences = iter([True, False, True, True])
    cuts: list[float] = []
    watching = watch.Watch(lambda: next(silences, False), lambda: cuts.append(time.monotonic()))
    begun = time.monotonic()
    with watching.over(2):
        until(lambda: bool(cuts), 5)
    assert cuts[0] - begun > 4 * 0.05
    until(lambda: not watching._is_watching, 5)
    with watching.over(1):
        assert watching._is_watching


def test_a_store_that_is_closed_stays_closed(server: Server) -> None:
    store = opened(server.url)
    store.close()
    store._connection._renew()
    with pytest.raises(StoreUnavailable):
        Neo4jStore.head(store)


@pytest.mark.usefixtures("impatient")
def test_a_line_that_is_being_written_to_is_cut_as_well(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen server takes what fits its buffers and no more: whoever sends much waits in the middle of it."""
    monkeypatch.setattr(connection, "LOAD_SILENCES", 1)
    told: list[StoreUnavailable] = []
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))

        def awaits_an_answer() -> None:
            with pytest.raises(StoreUnavailable) as away:
                store._connection.ask_at_length("UNWIND range(1, 30000) AS a UNWIND range(1, 30000) AS b RETURN sum(a * b % 7)")
            told.append(away.value)

        waiting = threading.Thread(target=awaits_an_answer)

        def sends_much(transaction: ManagedTransaction) -> object:
            transaction.run("RETURN 1").consume()
            waiting.start()
            time.sleep(0.3)
            os.kill(process.pid, signal.SIGSTOP)
            return transaction.run("RETURN size($texts)", texts=["t" * 2000] * 10_000).single()

        process = server._process
        assert process is not None
        begun = time.monotonic()
        try:
            with pytest.raises(StoreUnavailable, match="does not answer"):
                store._connection.writing(sends_much, seconds=connection.LOAD_SECONDS, repeatable=False)
            waiting.join(timeout=10)
            assert time.monotonic() - begun < 15
        finally:
            os.kill(process.pid, signal.SIGCONT)
        assert len(told) == 1
        until(store.is_there, 10)
        assert store.apply(a_change("b +> c")) == 2


def test_a_question_that_waited_while_the_lines_were_renewed_asks_on_a_new_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))
        line = store._connection
        line._fuse._rest(time.monotonic())
        monkeypatch.setattr(line, "_meet", line._renew)
        assert store.head() == 1

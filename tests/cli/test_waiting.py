"""What a person is told whose large load waits for another: for whom, how long at most, and when it goes on."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from graph.stores.neo4j_store import Credentials, Neo4jStore, lease
from graph.stores.neo4j_store import store as store_module
from graph.stores.neo4j_store.lease import Lease
from schema.errors import StoreUnavailable
from tests.neo4j_server.fixtures import Reached

pytestmark = pytest.mark.neo4j
DEAD = "MERGE (l:CaremapLoad {key: 'lease'}) SET l.token = 'dead', l.beat = timestamp() - $silent, l.holder = $holder"


@pytest.fixture
def store(neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neo4jStore]:
    """An empty store at which every change is a large one, and the environment in which the command line reaches it."""
    neo4j_server.wipe()
    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    for name, value in neo4j_server.environ.items():
        monkeypatch.setenv(name, value)
    with Neo4jStore(neo4j_server.url, Credentials.from_environ(neo4j_server.environ)) as store:
        yield store


@pytest.mark.parametrize("command", ["load", "copy"])
def test_a_load_that_waits_for_a_dead_one_says_so_and_goes_on(caremap, a_map, store, neo4j_server, tmp_path, monkeypatch, command) -> None:
    origin = f"sqlite:///{tmp_path}/origin.sqlite"
    assert caremap("load", a_map, "--store", origin).status == 0
    monkeypatch.setattr(lease, "STALE_SECONDS", 7.0)
    neo4j_server.run(DEAD, silent=3_000, holder="process 7 on desk-3")
    said = caremap("copy", origin, store.url, "--json") if command == "copy" else caremap("load", a_map, "--store", store.url, "--json")
    assert (said.status, store.head()) == (0, 1)
    assert said.json
    waiting, going_on = [line for line in said.err.splitlines() if "large change" in line]
    assert re.search(rf"Waiting for another large change to {store.url}: process 7 on desk-3, last sign of life [3-7] s ago\.", waiting)
    assert re.search(r"If it has died, this goes on in [0-4] s; if it lives, this waits (8\d|90) s at most\.", waiting)
    assert going_on == "The large change before (process 7 on desk-3) gave no sign of life for 7 s and is taken for dead; going on."


def test_nothing_is_said_where_nobody_has_to_wait(caremap, a_map, store) -> None:
    assert "large change" not in caremap("load", a_map, "--store", store.url).err


def test_who_waits_for_a_living_one_is_told_now_and_then_and_when_it_is_done(store, caplog, monkeypatch) -> None:
    monkeypatch.setattr(lease, "SAY_AGAIN_SECONDS", 0.4)
    first, second = Lease(store._connection, "first"), Lease(store._connection, "second")
    first.take()
    ending = threading.Timer(1.2, first.give_back)
    ending.start()
    second.take()
    ending.join()
    said = [record.getMessage() for record in caplog.records if record.name == "caremap.store"]
    assert 2 <= len(said) <= 6
    assert all(f"process {os.getpid()} on {socket.gethostname()}" in line for line in said[:-1])
    assert said[-1].startswith("The large change before is done; going on after 1 s")
    second.give_back()


def test_who_waits_too_long_is_told_who_keeps_the_others_waiting(store, monkeypatch) -> None:
    monkeypatch.setattr(lease, "WAIT_SECONDS", 0.3)
    with Lease(store._connection, "first"):
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match=rf"under way \(process {os.getpid()} on .*\); try again"):
            Lease(store._connection, "second").take()
        assert time.monotonic() - begun < 5


def test_a_right_left_by_an_older_caremap_is_waited_for_without_a_name(store, neo4j_server, caplog, monkeypatch) -> None:
    monkeypatch.setattr(lease, "STALE_SECONDS", 1.0)
    neo4j_server.run(DEAD, silent=500, holder=None)
    with Lease(store._connection, "mine"):
        assert "an unnamed process, last sign of life" in caplog.text

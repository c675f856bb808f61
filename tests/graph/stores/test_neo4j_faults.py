"""What the Neo4j store survives, on a server of its own that is killed, cut off, filled up and made read-only."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from graph.scope import Scope
from graph.stores.neo4j_store import Credentials, Neo4jStore, connection, generations, lease, staging, staging_links
from graph.stores.neo4j_store import store as store_module
from graph.stores.neo4j_store.connection import rows
from schema.errors import StoreUnavailable
from schema.records import ChangeSet, Claim
from schema.system_map import SystemMap
from tests.builders import a_change, a_node
from tests.neo4j_server.fixtures import Reached
from tests.neo4j_server.server import PASSWORD, Server, free_port

pytestmark = pytest.mark.neo4j

COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""The Bolt message that ends a transaction, as it goes over the wire."""


def opened(url: str, password: str = PASSWORD) -> Neo4jStore:
    return Neo4jStore(url, Credentials(password=password))


def reached(server: Server) -> Reached:
    return Reached(url=server.url, environ=server.environ)


def a_large_change(name: str, links: int = 400) -> ChangeSet:
    change = a_change(*(f"{name}{row} +> {name}{row + 1}" for row in range(links)), why=name)
    return replace(change, put_links=tuple(replace(link, claims=(Claim(id="1"),)) for link in change.put_links))


def labels_show(server: Server) -> tuple[int, int]:
    """How many nodes and claims a person sees in Neo4j."""
    run = reached(server).run
    return run("MATCH (n:MapNode) RETURN count(n)")[0][0], run("MATCH (c:Claim) RETURN count(c)")[0][0]  # type: ignore[return-value]


class Cutter:
    """A relay before a server that can cut a connection at the byte: at a commit's answer, or after some bytes of answers."""

    def __init__(self, port: int) -> None:
        self._to, self._listening = port, socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.cut_commits, self.cuts, self.bytes_left = 0, 0, -1
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._open += [near, far]
            swallow = threading.Event()
            for work in (self._ask, self._answer):
                threading.Thread(target=work, args=(near, far, swallow), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket, swallow: threading.Event) -> None:
        try:
            while data := near.recv(65536):
                if COMMIT in data and self.cut_commits:
                    self.cut_commits -= 1
                    swallow.set()
                far.sendall(data)
        except OSError:
            pass
        self._close(far)

    def _answer(self, near: socket.socket, far: socket.socket, swallow: threading.Event) -> None:
        try:
            while data := far.recv(4096):
                if self.bytes_left >= 0:
                    self.bytes_left -= len(data)
                if swallow.is_set() or (self.bytes_left < 0 and self.bytes_left != -1):
                    self.bytes_left, self.cuts = -1, self.cuts + 1
                    break
                near.sendall(data)
        except OSError:
            pass
        self._close(near)
        self._close(far)

    @staticmethod
    def _close(end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()

    def close(self) -> None:
        for end in (self._listening, *self._open):
            self._close(end)


@contextmanager
def cutting(server: Server) -> Iterator[Cutter]:
    cutter = Cutter(server.port)
    try:
        yield cutter
    finally:
        cutter.close()


@pytest.fixture
def server(frail_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The frail server, running, in order and empty; those who meet it away give up sooner than they would elsewhere."""
    monkeypatch.setattr(connection, "RETRY_SECONDS", 1.0)
    if not frail_server.is_running():
        frail_server.start()
    reached(frail_server).wipe()
    return frail_server


def test_nobody_there_at_the_start_is_said_in_one_clear_line_and_soon() -> None:
    port, begun = free_port(), time.monotonic()
    with pytest.raises(StoreUnavailable, match=rf"127\.0\.0\.1:{port} does not answer.*running") as caught:
        opened(f"bolt://127.0.0.1:{port}")
    assert time.monotonic() - begun < 10
    assert (caught.value.exit_status, caught.value.code, "\n" in str(caught.value)) == (4, "UNAVAILABLE", False)


def test_the_command_line_says_so_in_one_line_and_leaves_with_4() -> None:
    url, environ = f"bolt://127.0.0.1:{free_port()}", {**os.environ, "NEO4J_PASSWORD": "hunter2"}
    run = [sys.executable, "-c", "from api.cli import main; main()", "history", "--store", url]
    done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60, env=environ)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_wrong_password_is_said_without_showing_it(server: Server) -> None:
    with pytest.raises(StoreUnavailable, match="NEO4J_PASSWORD") as caught:
        opened(server.url, "hunter2")
    assert "hunter2" not in str(caught.value)
    assert not caught.value.is_retryable()
    assert caught.value.exit_status == 4


def test_a_slow_question_is_stopped_by_its_deadline(server: Server) -> None:
    with opened(server.url) as store:
        begun = time.monotonic()
        endless = "UNWIND range(1, 3000) AS a UNWIND range(1, 3000) AS b UNWIND range(1, 3000) AS c RETURN sum(a * b % (c + 1))"
        with pytest.raises(StoreUnavailable, match="longer than allowed"):
            store._connection.reading(lambda transaction: rows(transaction, endless), seconds=1)
        assert time.monotonic() - begun < 8
        assert store.head() == 0


def test_a_change_whose_confirmation_was_lost_is_made_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    record = store_module.record
    with cutting(server) as cutter, opened(f"bolt://127.0.0.1:{cutter.port}") as store:
        store.apply(a_change("a +> b"))

        def cut_then(*arguments: object) -> int:
            cutter.cut_commits = 0 if cutter.cuts else 1
            return record(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(store_module, "record", cut_then)
        assert store.apply(a_change("b -> c", why="once")) == 2
        assert cutter.cuts == 1
        assert [entry.why for entry in store.history()] == ["once", "a test"]
        assert store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()


def test_a_large_change_whose_switch_lost_its_confirmation_is_made_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    show = generations.show
    with cutting(server) as cutter, opened(f"bolt://127.0.0.1:{cutter.port}") as store:

        def cut_then(*arguments: object) -> None:
            if not cutter.cuts:
                cutter.cut_commits = 1
            show(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(generations, "show", cut_then)
        assert store.apply(a_large_change("a")) == 1
        assert cutter.cuts == 1
        assert labels_show(server) == (401, 400)
        assert store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()


def test_a_question_whose_end_was_cut_off_is_asked_again(server: Server) -> None:
    with cutting(server) as cutter, opened(f"bolt://127.0.0.1:{cutter.port}") as store:
        store.apply(a_change("a +> b"))
        cutter.cut_commits = 1
        assert store.head() == 1
        assert cutter.cuts == 1


def test_a_connection_cut_in_the_middle_of_an_answer_is_mended_unseen_or_told_never_half_an_answer(server: Server) -> None:
    with opened(server.url) as writer:
        writer.apply(a_large_change("a", 2000))
        whole = writer.snapshot(Scope()).map
    with cutting(server) as cutter:
        for cut_after in (100, 3_000, 20_000, 40_000):
            with opened(f"bolt://127.0.0.1:{cutter.port}") as store:
                cutter.bytes_left = cut_after
                try:
                    assert store.snapshot(Scope()).map == whole
                except StoreUnavailable:
                    time.sleep(1.1)
                cutter.bytes_left = -1
                assert store.snapshot(Scope()).map == whole
        assert cutter.cuts >= 2


@pytest.mark.parametrize("at", ["staging links", "before the switch is confirmed", "clearing the old generation"])
def test_a_server_killed_during_a_load_shows_the_old_map_or_the_new_one_and_the_load_can_be_repeated(
    server: Server, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    with opened(server.url) as store:
        store.apply(a_large_change("old", 300))
    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    monkeypatch.setattr(lease, "STALE_SECONDS", 1.0)
    room, point = {
        "staging links": (staging_links, "_write_links"),
        "before the switch is confirmed": (generations, "show"),
        "clearing the old generation": (staging, "clear"),
    }[at]
    calls, original = [0], getattr(room, point)

    def killing(*arguments: object, **more: object) -> object:
        calls[0] += 1
        if at == "clearing the old generation" and calls[0] < 2:
            return original(*arguments, **more)
        made = original(*arguments, **more) if at == "before the switch is confirmed" else None
        server.kill()
        return made if made is not None or at == "before the switch is confirmed" else original(*arguments, **more)

    with opened(server.url) as store:
        with monkeypatch.context() as patch:
            patch.setattr(room, point, killing)
            with pytest.raises(StoreUnavailable):
                store.apply(a_large_change("new", 500))
        server.start()
        time.sleep(1.1)
        new = at == "clearing the old generation"
        assert store.head() == (2 if new else 1)
        assert labels_show(server) == ((802, 800) if new else (301, 300))
        assert store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()
        assert store.apply(a_large_change("new", 500)) == 2
        assert labels_show(server) == (802, 800)
        assert reached(server).run("MATCH (n) WHERE n:CaremapEven OR n:CaremapOdd RETURN count(n)") == [[1602]]
        store.apply(a_large_change("more", 100))
        assert store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()
        assert reached(server).run(
            "MATCH (p:CaremapPage) WHERE NOT EXISTS { MATCH (:CaremapRevision {token: p.token}) } RETURN count(p)"
        ) == [[0]]


def test_a_store_outlives_its_servers_restart_and_tells_the_truth_meanwhile(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RETRY_SECONDS", 3.0)
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))
        assert store.is_there()
        server.kill()
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.snapshot(Scope())
        assert time.monotonic() - begun < 10
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="does not answer"):
            store.head()
        assert time.monotonic() - begun < 1
        # Who asks after the moment of rest meets the server first, and waits for no retries either.
        time.sleep(connection.REST_SECONDS + 0.1)
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.snapshot(Scope())
        assert time.monotonic() - begun < 1
        assert not store.is_there()
        with pytest.raises(StoreUnavailable):
            store.apply(a_change("c"))
        server.start()
        until(store.is_there, 15)
        assert store.head() == 1
        assert store.apply(a_change("c")) == 2
        assert len(store.snapshot(Scope()).map.nodes) == 3


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def test_many_writers_through_several_stores_lose_nothing(server: Server) -> None:
    faults: list[BaseException] = []

    def write(name: str) -> None:
        try:
            with opened(server.url) as store:
                for number in range(5):
                    store.apply(a_change(f"hub +> {name}{number}", why=name))
        except BaseException as fault:  # noqa: BLE001  # Whatever it is, the test must see it.
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with opened(server.url) as store:
        assert store.head() == 20
        assert len(store.snapshot(Scope()).map.links) == 20
        assert store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()
        assert store.snapshot(Scope(revision=0)).map == SystemMap()


def test_a_full_disk_fails_the_load_and_leaves_the_map_as_it_was(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(server.url) as store:
        store.apply(a_large_change("old", 100))
    server.kill()
    largest = max(file.stat().st_size for file in (server.folder / "data").rglob("*") if file.is_file())
    monkeypatch.setattr(lease, "STALE_SECONDS", 1.0)
    server.start(settings=["db.tx_log.preallocate=false", "db.tx_log.rotation.size=1g"], file_limit=max(largest, 2_000_000) + 3_000_000)
    try:
        long = "long text " * 2_000

        def fill(store: Neo4jStore) -> None:
            for number in range(40):
                nodes = tuple(a_node(f"f{number}-{row}", text=f"{long}{row}") for row in range(40))
                store.apply(ChangeSet(by="b", why="fill", put_nodes=nodes))

        with opened(server.url) as store, pytest.raises(StoreUnavailable):
            fill(store)
    finally:
        server.kill()
        server.start()
    with opened(server.url) as store:
        kept = store.snapshot(Scope()).map
        filled = [node for node in kept.nodes if node.id.startswith("f")]
        assert len(filled) == 40 * (store.head() - 1)
        assert store.map_in_graph().digest() == kept.digest()
        assert store.apply(a_change("after")) == len(filled) // 40 + 2


def test_a_read_only_server_still_answers_and_says_that_nothing_was_written(server: Server) -> None:
    with opened(server.url) as store:
        store.apply(a_change("a +> b"))
    # In order: a database that was killed must recover, for which it has to write.
    server.stop()
    server.start(settings=["server.databases.default_to_read_only=true"])
    try:
        with opened(server.url) as store:
            assert len(store.snapshot(Scope()).map.nodes) == 2
            for write in (lambda: store.apply(a_change("c")), lambda: store.keep_note("a", "b"), lambda: store.create_branch("x")):
                with pytest.raises(StoreUnavailable, match="read-only"):
                    write()
            assert store.head() == 1
    finally:
        server.kill()

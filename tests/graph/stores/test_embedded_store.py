"""The embedded store keeps the laws of every store, on a file and in memory, and says clearly what is wrong with a file."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.wiring import open_store
from graph.scope import Scope
from graph.stores.embedded_store import EmbeddedStore, layout, words
from graph.stores.embedded_store.connections import Place
from schema.errors import BadInput, StoreForeign, StoreUnavailable
from schema.records import ChangeSet
from tests.builders import a_change, a_map, a_node
from tests.graph.stores.contract import StoreContract, newest


class TestInAFile(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[EmbeddedStore]:
        opened = EmbeddedStore(f"sqlite:///{tmp_path}/map.db")
        yield opened
        opened.close()

    def again(self, store: EmbeddedStore) -> EmbeddedStore:
        return EmbeddedStore(store.url)


class TestInMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Iterator[EmbeddedStore]:
        opened = EmbeddedStore("sqlite://")
        yield opened
        opened.close()

    def again(self, store: EmbeddedStore) -> EmbeddedStore:
        pytest.skip("a map in memory cannot be opened a second time")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "map.db"


def opened(file: Path, options: str = "") -> EmbeddedStore:
    return EmbeddedStore(f"sqlite:///{file}{options}")


def filled(file: Path) -> None:
    store = opened(file)
    store.apply(a_change("a +> b"))
    store.close()


@pytest.mark.parametrize("url", ["neo4j://host", "sqlite://host/path", "map.db", "sqlite:///x?cache=shared"])
def test_another_url_is_refused_with_the_form_that_works(url: str) -> None:
    with pytest.raises(BadInput, match=r"sqlite|mode"):
        EmbeddedStore(url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://ann:hidden@host/x",
        "sqlite://hidden@host",
        "sqlite:///x?password=hidden",
        "sqlite:ann:hidden@host",
        "sqlite://host/x?key=hidden",
    ],
)
def test_an_address_that_cannot_be_used_is_not_said_back_with_the_password_in_it(url: str) -> None:
    for attempt in (EmbeddedStore, open_store):
        with pytest.raises(BadInput, match=r"write sqlite:///path|mode=ro") as fault:
            attempt(url)
        assert "hidden" not in str(fault.value)
        assert "ann" not in str(fault.value)


def test_a_path_may_hold_blanks_and_signs(tmp_path: Path) -> None:
    filled(tmp_path / "a map #1?.db".replace("?", "%3F"))
    assert Place.of("sqlite:///data%20here/map.db").path == Path("data here/map.db")


def test_a_file_that_is_no_database_is_left_alone(file: Path) -> None:
    file.write_text("Dear diary, " * 200, encoding="utf-8")
    with pytest.raises(StoreForeign, match=r"map\.db"):
        opened(file)
    assert file.read_text(encoding="utf-8") == "Dear diary, " * 200


def test_a_database_of_somebody_else_is_left_alone_to_the_byte(file: Path) -> None:
    theirs = sqlite3.connect(file)
    theirs.execute("CREATE TABLE nodes (id)")
    theirs.commit()
    theirs.close()
    before = file.read_bytes()
    with pytest.raises(StoreForeign, match="somebody else"):
        opened(file)
    assert file.read_bytes() == before


def test_a_newer_layout_is_refused_with_the_remedy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(layout, "MIGRATIONS", (*layout.MIGRATIONS, lambda connection: connection.execute("CREATE TABLE later (x)")))
        filled(file)
    with pytest.raises(StoreForeign, match="Update caremap"):
        opened(file)


def test_an_older_layout_is_brought_up_to_date_with_its_map(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(file)
    monkeypatch.setattr(layout, "MIGRATIONS", (*layout.MIGRATIONS, lambda connection: connection.execute("CREATE TABLE later (x)")))
    store = opened(file)
    assert newest(store) == a_map("a +> b")
    store.close()
    assert sqlite3.connect(file).execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_a_migration_that_fails_leaves_the_older_layout(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(file)

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE later (x)")
        connection.execute("CREATE TABLE later (x)")

    with monkeypatch.context() as newer:
        newer.setattr(layout, "MIGRATIONS", (*layout.MIGRATIONS, broken))
        with pytest.raises(StoreUnavailable):
            opened(file)
    store = opened(file)
    assert newest(store) == a_map("a +> b")
    store.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="folder") as caught:
        opened(tmp_path / "nowhere" / "at" / "all.db")
    assert caught.value.exit_status == 4


def test_a_store_opened_to_be_read_only_answers_and_refuses_changes(file: Path) -> None:
    filled(file)
    store = opened(file, "?mode=ro")
    assert newest(store) == a_map("a +> b")
    with pytest.raises(StoreUnavailable, match="read only"):
        store.apply(a_change("c"))
    with pytest.raises(StoreUnavailable, match="read only"):
        store.keep_note("a", "b")
    store.close()


def test_a_store_in_a_folder_that_is_closed_to_us_is_read_without_files_beside_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(file)
    monkeypatch.setattr("graph.stores.embedded_store.connections.os.access", lambda *_: False)
    store = opened(file)
    assert newest(store) == a_map("a +> b")
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    store.close()


def test_a_file_locked_by_another_process_says_so_and_stays_readable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(file)
    monkeypatch.setattr("graph.stores.embedded_store.connections.BUSY_SECONDS", 0.05)
    store = opened(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked by another process"):
        store.apply(a_change("c"))
    assert store.head() == 1
    other.execute("ROLLBACK")
    assert store.apply(a_change("c")) == 2
    other.close()
    store.close()


def test_a_full_disk_keeps_nothing_of_the_change_and_everything_before(file: Path) -> None:
    store = opened(file)
    store.apply(a_change("a +> b"))
    with store._connections.lent() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 5}")
    with pytest.raises(StoreUnavailable, match="full"):
        store.apply(ChangeSet(by="b", why="w", put_nodes=tuple(a_node(f"n{row}", text="x" * 500) for row in range(2_000))))
    assert (store.head(), newest(store)) == (1, a_map("a +> b"))
    store.close()


def test_a_file_that_may_not_grow_keeps_nothing_of_the_change(file: Path) -> None:
    """The same with the operating system saying no, in the middle of writing."""
    filled(file)
    script = (
        "import resource, sys\n"
        "from graph.stores.embedded_store import EmbeddedStore\n"
        "from schema.errors import StoreUnavailable\n"
        "from schema.records import ChangeSet, Node\n"
        f"store = EmbeddedStore('sqlite:///{file}')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
        "try:\n"
        "    store.apply(ChangeSet(by='b', why='w', put_nodes=tuple(Node(id=f'n{r}', text='x' * 2000) for r in range(40_000))))\n"
        "except StoreUnavailable as error:\n"
        "    sys.exit(7 if 'full' in str(error) else 8)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=False, preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    assert ended.returncode == 7
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    store = opened(file)
    assert newest(store) == a_map("a +> b")
    store.close()


def test_a_damaged_file_is_named_as_such(file: Path) -> None:
    store = opened(file)
    store.apply(ChangeSet(by="b", why="w", put_nodes=tuple(a_node(f"n{row}", text="x" * 300) for row in range(500))))
    store.close()
    with file.open("r+b") as raw:
        raw.seek(4096 * 3)
        raw.write(os.urandom(4096 * 40))
    with pytest.raises(StoreUnavailable, match="damaged"):
        opened(file).snapshot(Scope())


def test_a_closed_store_says_so(file: Path) -> None:
    store = opened(file)
    store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        store.head()


def test_another_process_sees_a_commit_at_once(file: Path) -> None:
    store = opened(file)
    script = (
        "from graph.stores.embedded_store import EmbeddedStore\n"
        "from schema.records import ChangeSet, Node\n"
        f"print(EmbeddedStore('sqlite:///{file}').apply(ChangeSet(by='b', why='w', put_nodes=(Node(id='n'),))))\n"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert (said.strip(), store.head()) == ("1", 1)
    store.close()


def test_without_full_text_search_every_node_is_looked_at_and_the_answer_is_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as bare:
        bare.setattr(words, "has_words", lambda _connection: False)
        store = opened(file)
        store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("a", label="Care vacancies"), a_node("b", text="care"))))
        assert list(store.search("care")) == ["a", "b"]
    assert list(store.search("care")) == ["a", "b"]
    store.apply(a_change("c"))
    assert list(store.search("care")) == ["a", "b"]
    assert list(store.search("c")) == ["c", "a", "b"]
    store.close()


def test_numbers_worked_out_by_other_rules_are_worked_out_anew(file: Path) -> None:
    store = opened(file)
    store.apply(a_change("a +> b 0.75"))
    store.close()
    raw = sqlite3.connect(file)
    raw.execute("UPDATE links SET numbers = zeroblob(51)")
    raw.execute("UPDATE marks SET value = 'other' WHERE name = 'numbers'")
    raw.commit()
    raw.close()
    store = opened(file)
    assert newest(store).links.columns.strength.tolist() == [0.75]
    store.close()


def test_a_copied_file_is_a_backup(file: Path, tmp_path: Path) -> None:
    filled(file)
    shutil.copy(file, tmp_path / "copy.db")
    store = opened(tmp_path / "copy.db")
    assert newest(store) == a_map("a +> b")
    store.close()

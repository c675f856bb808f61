"""A process killed with -9 in the middle of a load loses nothing that was confirmed and leaves nothing half done."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.changes import applied, checked
from graph.scope import Scope
from graph.stores.embedded_store import EmbeddedStore
from schema.system_map import SystemMap
from tests.graph.stores.killed import numbered

POINTS = [
    ("CREATE TABLE nodes", 1), ("CREATE INDEX", 3), ("PRAGMA application_id=", 1), ("PRAGMA user_version=", 1),
    ("PRAGMA journal_mode", 1),
    ("INSERT INTO layers", 1),
    ("INSERT INTO nodes", 1), ("INSERT INTO nodes", 900), ("UPDATE nodes", 50), ("INSERT INTO links", 1),
    ("INSERT INTO links", 700), ("CREATE VIRTUAL TABLE", 1), ("INSERT INTO words", 500), ("INSERT INTO revisions", 2),
    ("UPDATE branches", 2),    ("COMMIT", 1), ("COMMIT", 2), ("COMMIT", 4), ("SELECT coalesce(max(revision)", 3),
]  # fmt: skip


def run(file: Path, first: int, *point: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.graph.stores.killed", str(file), str(first), *point],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def after(count: int) -> SystemMap:
    """The map after so many of the numbered changes, worked out without a store."""
    made = SystemMap()
    for number in range(1, count + 1):
        made = applied(checked(numbered(number), made), made)
    return made


def whole(file: Path, confirmed: int) -> int:
    """Hold the file to what was confirmed: it has that many changes or one more, each whole, and takes the next one."""
    store = EmbeddedStore(f"sqlite:///{file}")
    try:
        head = store.head()
        assert confirmed <= head <= confirmed + 1
        assert store.snapshot(Scope()).map == after(head)
        assert [entry.revision for entry in store.history()] == list(range(head, 0, -1))
        with store._connections.lent() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if head:
            assert store.apply(numbered(head)) == head
        assert store.apply(numbered(head + 1)) == head + 1
        assert len(store.search("n7", most=1)) == 1
        return head + 1
    finally:
        store.close()


@pytest.mark.parametrize(("statement", "number"), POINTS)
def test_a_kill_at_a_named_point_loses_nothing_and_leaves_nothing_half_done(tmp_path: Path, statement: str, number: int) -> None:
    process = run(tmp_path / "map.db", 1, statement, str(number))
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == -9, complaint
    whole(tmp_path / "map.db", len(said.split()))


@pytest.mark.slow
def test_a_kill_at_any_moment_again_and_again_loses_nothing(tmp_path: Path) -> None:
    draw = random.Random(20)
    file, head = tmp_path / "map.db", 0
    for _ in range(6):
        process = run(file, head + 1)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(draw.uniform(0, 0.15))
        process.kill()
        said, _ = process.communicate(timeout=60)
        head = whole(file, head + len((first + said).split()))

"""The file of columns beside a large store gives the very map that the store would give, or is not used at all."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.impact import impact
from graph.changes import difference
from graph.scope import Filters, Scope
from graph.snapshot import Snapshot
from graph.stores.embedded_store import EmbeddedStore, column_file, kept_columns, rows, since
from graph.stores.embedded_store import store as store_module
from graph.stores.embedded_store.kept_nodes import KeptNodes, node_of
from schema import link_table
from schema.node_columns import NodeSayings
from schema.records import ChangeSet, Claim, Node, Source
from schema.system_map import COLUMN_TYPES, SystemMap
from schema.wire import node_from_json, to_json
from tests import strategies
from tests.builders import a_change, a_link, a_node


@pytest.fixture(autouse=True, scope="module")
def small_maps_count_as_large() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_columns, "KEPT_FROM", 1)
        patch.setattr(rows, "LAZY_FROM", 0)
        patch.setattr(link_table, "RECORDS_KEPT", 0)
        yield


@contextmanager
def opened(file: Path, options: str = "") -> Iterator[EmbeddedStore]:
    store = EmbeddedStore(f"sqlite:///{file}{options}")
    try:
        yield store
    finally:
        store.close()


def columns_of(file: Path) -> Path:
    return Path(f"{file}-columns")


def filled(file: Path) -> Path:
    """A store of a few links, read once, so that its columns are kept; their file."""
    with opened(file) as store:
        store.apply(a_change("a +> b", "b -> c 0.4", "a +> c", put_sources=(Source(id="s", title="A source"),)))
        store.snapshot(Scope())
    return columns_of(file)


def read_cold(file: Path) -> SystemMap:
    """The map as the store's rows have it."""
    with tempfile.TemporaryDirectory() as folder, opened(file, "?mode=ro") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store._kept_columns, "_path", Path(folder, "none"))
        return store.snapshot(Scope()).map


def read_warm(file: Path) -> SystemMap:
    """The map as the file of columns gives it; fails where the store's rows are read for it."""
    with opened(file) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "whole_map", lambda *_: pytest.fail("the rows were read"))
        return store.snapshot(Scope()).map


def is_warm(file: Path) -> bool:
    """Whether the file of columns is used."""
    read = []
    whole_map = store_module.whole_map
    with opened(file, "?mode=ro") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "whole_map", lambda *given: read.append(1) or whole_map(*given))
        store.snapshot(Scope())
    return not read


def same(one: SystemMap, other: SystemMap) -> None:
    """Fails where two maps differ in anything that somebody can ask."""
    assert one.digest() == other.digest()
    assert list(one.nodes) == list(other.nodes)
    assert [node.id for node in one.nodes] == list(one.links.ends) == list(one.row_of_node)
    assert list(one.links) == list(other.links)
    assert (list(one.links.ids), list(one.links.ends)) == (list(other.links.ids), list(other.links.ends))
    assert list(one.sources) == list(other.sources)
    for name, code in COLUMN_TYPES.items():
        mine, theirs = getattr(one.links.columns, name), getattr(other.links.columns, name)
        assert mine.dtype == theirs.dtype == np.dtype(code)
        # As text, because an unknown delay is no number and so not even like itself.
        assert [str(value) for value in mine.tolist()] == [str(value) for value in theirs.tolist()]


# ---- the same map ----------------------------------------------------------------


@settings(max_examples=25)
@given(strategies.system_maps())
def test_a_warm_map_is_the_cold_one_in_every_record_and_column(system_map: SystemMap) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "map.db")
        with opened(file) as store:
            store.apply(difference(SystemMap(), system_map, by="b", why="w"))
            cold = store.snapshot(Scope()).map
        if len(cold.links):
            same(read_warm(file), cold)


@settings(max_examples=60)
@given(strategies.nodes())
def test_a_kept_node_is_decoded_as_one_from_elsewhere_is(node: Node) -> None:
    data = to_json(node)
    made, wanted = node_of(kept_json(data)), node_from_json(data, "here", [])
    assert made == wanted
    assert repr(made) == repr(wanted)


def kept_json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_kept_node_with_a_word_that_this_version_does_not_know_is_said_to_be_one() -> None:
    with pytest.raises(ValueError, match="does not decode"):
        node_of(kept_json({"id": "a", "label": "A", "kind": "hovercraft"}))


def test_nodes_can_be_looked_at_one_by_one_or_all_at_once() -> None:
    nodes = [a_node(name, text=f"It is {name}.") for name in "abc"]
    kept = KeptNodes.of([node.id for node in nodes], [kept_json(to_json(node)) for node in nodes])
    assert (kept[1], kept[-1], len(kept)) == (nodes[1], nodes[2], 3)
    with pytest.raises(IndexError):
        kept[3]
    assert kept == tuple(nodes)
    assert tuple(nodes) == kept
    assert kept != tuple(nodes[:2])
    assert kept[1:] == tuple(nodes[1:])


def columns(said: NodeSayings) -> list[object]:
    """What nodes say, as something that can be compared whatever the order of the words."""
    words = [*said.words, None]
    named = [[words[code] for code in column.tolist()] for column in (said.owner, said.silo, said.place)]
    return [*named, *(column.tolist() for column in (said.kind, said.valid_from, said.valid_to, said.proposed))]


@given(st.lists(strategies.nodes(), unique_by=lambda node: node.id, max_size=4), st.data())
def test_kept_nodes_say_in_columns_what_their_records_say(nodes: list[Node], data: st.DataObject) -> None:
    kept = KeptNodes.of([node.id for node in nodes], [kept_json(to_json(node)) for node in nodes])
    assert columns(kept.sayings) == columns(NodeSayings.of(nodes))
    for name in ("owner", "silo", "place"):
        for word in {*(getattr(node, name) for node in nodes), "nobody"} - {None, ""}:
            named = kept.sayings.naming(getattr(kept.sayings, name), word).tolist()
            assert named == [getattr(node, name) == word for node in nodes]
    text = data.draw(st.sampled_from([node.label[:3] for node in nodes] or ["x"]))
    wanted = [node for node in nodes if json.dumps(text, ensure_ascii=False)[1:-1] in json.dumps(to_json(node), ensure_ascii=False)]
    found = list(kept.that_say(json.dumps(text, ensure_ascii=False)[1:-1]))
    assert [node for node in found if node in wanted] == wanted


@settings(max_examples=15)
@given(strategies.system_maps())
def test_a_warm_snapshot_has_the_owners_and_silos_of_a_map_of_records(system_map: SystemMap) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "map.db")
        with opened(file) as store:
            store.apply(difference(SystemMap(), system_map, by="b", why="w"))
            whole = store.snapshot(Scope()).map
        warm, plain = Snapshot(read_warm(file) if len(whole.links) else whole), Snapshot(replace(whole, nodes=tuple(whole.nodes)))
        assert warm.nodes.silos == plain.nodes.silos
        for name in ("kind", "owner", "silo", "valid_from", "valid_to", "proposed"):
            assert getattr(warm.nodes, name).tolist() == getattr(plain.nodes, name).tolist(), name


def test_a_question_on_a_warm_map_makes_records_of_what_it_lists_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"n{row}" for row in range(60)]
    with opened(tmp_path / "map.db") as store:
        store.apply(a_change(*(f"{one} +> {other}" for one, other in itertools.pairwise(names))))
        store.snapshot(Scope())
    warm = read_warm(tmp_path / "map.db")
    monkeypatch.setattr("graph.snapshot.FEW_LINKS", 0)
    answer = impact(Snapshot(warm), ["n3"], ["n6"], Filters())
    assert [path.nodes for path in answer.paths] == [("n3", "n4", "n5", "n6")]
    assert "n3 to n6" in answer.text
    assert isinstance(warm.nodes, KeptNodes)
    assert warm.nodes.made == {3, 4, 5, 6}
    assert "row_of_link" not in vars(warm)


# ---- the store has moved on -------------------------------------------------------

NAMES = st.sampled_from("abcd")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("link"), NAMES, NAMES, st.sampled_from([0.1, 0.9])),
        st.tuples(st.just("unlink"), st.integers(0, 9)),
        st.tuples(st.just("node"), st.sampled_from("abcdefg"), st.sampled_from(["x", "y"])),
        st.tuples(st.just("again"), st.integers(0, 9)),
        st.tuples(st.just("source"), st.sampled_from("st"), st.sampled_from(["one", "other", None])),
        st.tuples(st.just("lonely"), st.sampled_from("hi")),
    ),
    min_size=1,
    max_size=8,
)


def do(store: EmbeddedStore, step: tuple[object, ...]) -> None:
    """One edit of one of the sorts above."""
    now = store.snapshot(Scope()).map
    what, *given_ = step
    put: dict[str, object] = {}
    if what == "link":
        start, end, strength = given_
        claims = (Claim(id="1", source="s"), Claim(id="2", source="t"))
        put["put_links"] = (a_link(f"{start} +> {end} {strength}", claims=claims),)
    elif what in ("unlink", "again") and len(now.links):
        link = now.links[int(str(given_[0])) % len(now.links)]
        store.apply(ChangeSet(by="b", why="w", remove_links=(link.id,)))
        if what == "again":
            put["put_links"] = (link,)
    elif what == "node":
        put["put_nodes"] = (a_node(str(given_[0]), text=str(given_[1])),)
    elif what == "source":
        put["put_sources"] = (Source(id=str(given_[0]), title="t", origin=given_[1]),)  # type: ignore[arg-type]
    elif what == "lonely":
        name = str(given_[0])
        put = {"remove_nodes": (name,)} if name in now.row_of_node else {"put_nodes": (a_node(name),)}
    if put:
        store.apply(ChangeSet(by="b", why="w", **put))  # type: ignore[arg-type]


@settings(max_examples=60)
@given(STEPS)
def test_a_file_that_lies_behind_is_caught_up_to_the_very_map_of_the_store(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "map.db")
        with opened(file) as store:
            store.apply(
                a_change("a +> b", "b -> c 0.4", "c +> d", put_sources=(Source(id="s", title="t", origin="one"), Source(id="t", title="t")))
            )
            store.snapshot(Scope())
        kept = columns_of(file).read_bytes()
        with opened(file) as store:
            for step in steps:
                do(store, step)
        assert columns_of(file).read_bytes() == kept
        same(read_warm(file), read_cold(file))


def test_a_file_that_lies_far_behind_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "map.db"
    before = filled(file).read_bytes()
    monkeypatch.setattr(since, "CAUGHT_UP", 2)
    with opened(file) as store:
        store.apply(ChangeSet(by="b", why="w", put_nodes=tuple(a_node(name) for name in "uvw")))
        store.snapshot(Scope())
    assert columns_of(file).read_bytes() != before
    same(read_warm(file), read_cold(file))


def test_an_older_revision_or_another_branch_is_read_from_the_store_and_leaves_the_file(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    with opened(file) as store:
        store.apply(a_change("c +> e"))
        kept.unlink()
        store.snapshot(Scope())
        written = kept.read_bytes()
        store.create_branch("other", 1)
        assert len(store.snapshot(Scope(revision=1)).map.links) == 3
        assert len(store.snapshot(Scope(branch="other")).map.links) == 3
        assert len(store.snapshot(Scope()).map.links) == 4
    assert kept.read_bytes() == written


def test_a_backup_that_was_put_back_and_edited_otherwise_is_not_taken_for_the_store_that_it_replaced(tmp_path: Path) -> None:
    file, backup = tmp_path / "map.db", tmp_path / "backup.db"
    filled(file)
    shutil.copyfile(file, backup)
    with opened(file) as store:
        store.apply(a_change("a +> x"))
        columns_of(file).unlink()
        store.snapshot(Scope())
    shutil.copyfile(backup, file)
    with opened(file) as store:
        store.apply(a_change("a -> y"))
    assert not is_warm(file)
    assert [link.end for link in read_cold(file).links][-1] == "y"


def test_a_copy_of_store_and_file_is_warm_and_another_stores_file_is_not(tmp_path: Path) -> None:
    file, copy, other = tmp_path / "map.db", tmp_path / "copy.db", tmp_path / "other.db"
    filled(file)
    filled(other)
    shutil.copyfile(file, copy)
    shutil.copyfile(columns_of(file), columns_of(copy))
    assert is_warm(copy)
    shutil.copyfile(columns_of(other), columns_of(copy))
    assert not is_warm(copy)


# ---- damage -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("whole") / "map.db"
    filled(file)
    return file


@settings(max_examples=150)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_file_with_any_byte_changed_is_not_used(whole: Path, where: float, by: int) -> None:
    kept = columns_of(whole)
    good = kept.read_bytes()
    bad = bytearray(good)
    bad[int(where * len(bad))] ^= by
    try:
        kept.write_bytes(bytes(bad))
        assert not is_warm(whole)
        with opened(whole, "?mode=ro") as store:
            same(store.snapshot(Scope()).map, read_cold(whole))
    finally:
        kept.write_bytes(good)
    assert is_warm(whole)


@settings(max_examples=40)
@given(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=20))
def test_a_file_that_ends_early_or_late_is_not_used(whole: Path, where: float, more: bytes) -> None:
    kept = columns_of(whole)
    good = kept.read_bytes()
    try:
        for bad in (good[: int(where * len(good))], good + more):
            kept.write_bytes(bad)
            assert not is_warm(whole)
    finally:
        kept.write_bytes(good)


def test_what_is_no_file_at_all_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    kept.unlink()
    kept.mkdir()
    assert not is_warm(file)
    with opened(file) as store:
        store.snapshot(Scope())
    assert kept.is_dir()
    assert list(tmp_path.glob("*.part")) == []
    kept.rmdir()
    os.mkfifo(kept)
    reader = threading.Thread(target=is_warm, args=(file,), daemon=True)
    reader.start()
    reader.join(timeout=20)
    assert not reader.is_alive()


def test_a_file_of_another_version_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    before = kept.read_bytes()
    monkeypatch.setattr(kept_columns, "numbers_mark", lambda: "worked out otherwise")
    assert not is_warm(file)
    with opened(file) as store:
        store.snapshot(Scope())
    assert kept.read_bytes() != before
    assert is_warm(file)
    monkeypatch.setattr(column_file, "FORM", b"CAREMAP\x02")
    assert not is_warm(file)


def test_parts_that_do_not_belong_together_are_not_used(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    read = column_file.read(kept, lambda _: True)
    assert read is not None
    about, parts = read
    for name, content in (("start", parts["start"][:-4]), ("end", b"\x63" + parts["end"][1:]), ("links_stop", b"\xff" * 24)):
        assert column_file.write(kept, file, about, {**parts, name: content})
        assert not is_warm(file)
    del parts["sources"]
    assert column_file.write(kept, file, about, parts)
    assert not is_warm(file)


# ---- writing ----------------------------------------------------------------------

DIES = """
import os, signal, sys
from pathlib import Path
from graph.scope import Scope
from graph.stores.embedded_store import EmbeddedStore, kept_columns
kept_columns.KEPT_FROM = 1
from schema import link_table
from schema.node_columns import NodeSayings
from graph.stores.embedded_store import column_file
link_table.RECORDS_KEPT = 0
point = sys.argv[2]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if point == "torso":
    column_file.Path.replace = die
elif point == "empty":
    column_file._START = type("Start", (), {"size": 16, "pack": die})
else:
    kept_columns._say = die
EmbeddedStore(f"sqlite:///{sys.argv[1]}").snapshot(Scope())
"""


@pytest.mark.parametrize("point", ["empty", "torso", "told"])
def test_a_kill_while_the_file_is_written_harms_nothing(tmp_path: Path, point: str) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    kept.unlink()
    done = subprocess.run([sys.executable, "-c", DIES, str(file), point], cwd=Path(__file__).parents[3], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    torsos = list(tmp_path.glob("*.part"))
    assert len(torsos) == (point != "told")
    assert not is_warm(file)
    for torso in torsos:
        os.utime(torso, (0, 0))
    with opened(file) as store:
        store.snapshot(Scope())
    assert list(tmp_path.glob("*.part")) == []
    assert is_warm(file)
    same(read_warm(file), read_cold(file))


@pytest.mark.parametrize("failure", [PermissionError("read-only"), OSError(28, "No space left on device")])
def test_where_nothing_can_be_written_the_map_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: OSError
) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    kept.unlink()

    def refuse(*_: object) -> None:
        raise failure

    monkeypatch.setattr(column_file.os, "open" if isinstance(failure, PermissionError) else "fdopen", refuse)
    with opened(file) as store:
        assert len(store.snapshot(Scope()).map.links) == 3
    assert not kept.exists()
    assert list(tmp_path.glob("*.part")) == []


def test_a_store_that_is_only_read_uses_the_file_and_writes_none(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    assert is_warm(file)
    kept.unlink()
    with opened(file, "?mode=ro") as store:
        store.snapshot(Scope())
    assert not kept.exists()


def test_reading_waits_for_no_writer(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    filled(file).unlink()
    with opened(file) as writer, opened(file) as reader, writer._writing() as connection:
        connection.execute("INSERT INTO notes VALUES ('a', 'b')")
        assert len(reader.snapshot(Scope()).map.links) == 3
    assert not is_warm(file)
    with opened(file) as store:
        store.snapshot(Scope())
    assert is_warm(file)


def test_who_may_read_the_store_may_read_the_file_and_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "map.db"
    kept = filled(file)
    file.chmod(0o640)
    kept.unlink()
    with opened(file) as store:
        store.snapshot(Scope())
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_small_map_and_a_map_in_memory_keep_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_columns, "KEPT_FROM", 4)
    assert not filled(tmp_path / "map.db").exists()
    store = EmbeddedStore("sqlite://")
    store.apply(a_change("a +> b"))
    store.snapshot(Scope())
    store.close()
    assert [path.name for path in tmp_path.iterdir() if "columns" in path.name] == []

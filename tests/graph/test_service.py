"""The service: the newest map, however it came by it, and limits that are said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.scope import Filters, Scope
from graph.service import MapService
from graph.store import FixedMap
from graph.stores.embedded_store import EmbeddedStore
from schema.errors import BadInput, BadQuestion, Conflict
from schema.kinds import Sign
from schema.records import ChangeSet, Link, Node
from schema.system_map import SystemMap


def a_change(**fields: object) -> ChangeSet:
    return ChangeSet(by="me", why="to see", **fields)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from([Sign.PLUS, Sign.MINUS])), max_size=8))
def test_a_snapshot_that_caught_up_is_the_one_that_is_read_anew(edits) -> None:
    store = EmbeddedStore("sqlite://")
    service = MapService(store)
    service.apply(a_change(put_nodes=[Node(id=name, label=name) for name in "abcd"]))
    service.snapshot()
    for start, end, sign in edits:
        service.apply(a_change(put_links=[Link(id=f"{start}.{end}", start=start, end=end, sign=sign, strength=0.5)]))
        caught_up, anew = service.snapshot(), store.snapshot(Scope())
        assert caught_up.revision == anew.revision
        assert caught_up.map == anew.map
        assert service.impact(["a"], ["d"]).to_json() == MapService(FixedMap(anew.map, "x")).impact(["a"], ["d"]).to_json() | {
            "revision": caught_up.revision,
            "text": service.impact(["a"], ["d"]).text,
        }
    service.close()


def test_an_edit_by_another_hand_is_seen_at_the_next_question(tmp_path) -> None:
    first, second = (MapService(EmbeddedStore(f"sqlite:///{tmp_path}/map.sqlite")) for _ in range(2))
    first.apply(a_change(put_nodes=[Node(id="a", label="a")]))
    assert "a" in second.snapshot().row_of
    first.apply(a_change(put_nodes=[Node(id="b", label="b")]))
    assert "b" in second.snapshot().row_of


@pytest.mark.parametrize(
    "filters",
    [
        Filters(max_links=-1),
        Filters(top=-1),
        Filters(max_paths=0),
        Filters(min_confidence=2),
        Filters(max_delay=-1),
        Filters(max_delay=math.nan),
    ],
)
def test_bounds_that_make_no_sense_are_refused(filters) -> None:
    service = MapService(FixedMap(SystemMap.of([Node(id="a"), Node(id="b")]), "a file"))
    with pytest.raises(BadInput, match="--"):
        service.impact(["a"], ["b"], filters)


def test_an_id_is_found_as_it_stands_with_its_blanks_and_commas() -> None:
    snapshot = MapService(FixedMap(SystemMap.of([Node(id=name) for name in (" a", "b, c", "b", "c")]), "a file")).snapshot()
    assert [snapshot.names_in(text) for text in (" a", "b, c", " a,b", "c , b")] == [(" a",), ("b, c",), (" a", "b"), ("c", "b")]


def test_a_file_is_only_asked() -> None:
    service = MapService(FixedMap(SystemMap.of([Node(id="a")]), "a file"))
    with pytest.raises(BadInput, match="Load it into a store"):
        service.apply(a_change())
    with pytest.raises(BadInput, match="one revision"):
        service.snapshot(Scope(revision=3))
    with pytest.raises(BadQuestion, match="start and an end"):
        service.impact([], ["a"])


def test_there_is_nothing_to_undo_in_an_empty_store() -> None:
    with pytest.raises(BadInput, match="nothing to undo"):
        MapService(EmbeddedStore("sqlite://")).undo(by="me")


def test_an_undo_takes_back_no_later_change() -> None:
    service = MapService(EmbeddedStore("sqlite://"))
    for label in ("first", "second", "third"):
        service.apply(a_change(put_nodes=[Node(id="a", label=label), Node(id=label, label=label)]))
    with pytest.raises(Conflict, match="later changes altered a") as caught:
        service.undo(2, by="me")
    assert (caught.value.changed, service.head()) == (("a",), 3)
    assert service.snapshot().map.node("a").label == "third"
    assert [service.undo(revision, by="me") for revision in (3, 2)] == [4, 5]
    assert service.snapshot().map.node("a").label == "first"


def test_an_undo_of_an_older_change_leaves_what_it_did_not_touch() -> None:
    service = MapService(EmbeddedStore("sqlite://"))
    for name in "abc":
        service.apply(a_change(put_nodes=[Node(id=name, label=name)]))
    service.undo(2, by="me")
    assert [node.id for node in service.snapshot().map.nodes] == ["a", "c"]


def test_a_store_keeps_the_title_of_the_map_that_was_loaded_first_until_another_replaces_it(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/map.sqlite"
    service = MapService(EmbeddedStore(url))
    service.load(SystemMap.of([Node(id="a", label="a")], title="The first"), by="me", why="")
    assert service.snapshot().map.title == "The first"
    service.load(SystemMap.of([Node(id="b", label="b")], title="The second"), by="me", why="")
    service.load(SystemMap.of([Node(id="c", label="c")]), by="me", why="", replace=True)
    assert MapService(EmbeddedStore(url)).snapshot().map.title == service.snapshot().map.title == "The first"
    service.load(SystemMap.of([Node(id="c", label="c")], title="The third"), by="me", why="", replace=True)
    assert service.snapshot().map.title == MapService(EmbeddedStore(url)).snapshot().map.title == "The third"


def test_a_layer_has_a_title_of_its_own_and_else_that_of_the_base() -> None:
    service = MapService(EmbeddedStore("sqlite://"))
    service.load(SystemMap.of([Node(id="a", label="a")], title="The country"), by="me", why="")
    service.load(SystemMap.of([Node(id="b", label="b")], title="The county"), by="me", why="", layer="kent")
    service.load(SystemMap.of([Node(id="c", label="c")]), by="me", why="", layer="plain")
    titles = {layers: service.snapshot(Scope(layers=("base", *layers))).map.title for layers in ((), ("kent",), ("plain",))}
    assert titles == {(): "The country", ("kent",): "The county", ("plain",): "The country"}


def test_a_snapshot_that_caught_up_keeps_the_title() -> None:
    service = MapService(EmbeddedStore("sqlite://"))
    service.load(SystemMap.of([Node(id="a", label="a")], title="A map"), by="me", why="")
    assert service.snapshot().map.title == "A map"
    service.apply(a_change(put_nodes=[Node(id="b", label="b")]))
    assert (service.snapshot().n_nodes, service.snapshot().map.title) == (2, "A map")


_SEARCHED = st.lists(st.sampled_from(["care", "Caré", "worker", "work", "CAR", "pay", "wo", "n-1", "!"]), max_size=3).map(" ".join)


@given(st.lists(st.tuples(_SEARCHED, _SEARCHED, _SEARCHED), max_size=8), _SEARCHED, st.integers(0, 4))
def test_a_map_in_a_file_is_searched_as_one_in_a_store(said: list[tuple[str, str, str]], text: str, most: int) -> None:
    nodes = [Node(id=f"n-{row}", label=label, aliases=(alias,), text=body) for row, (label, alias, body) in enumerate(said)]
    store = EmbeddedStore("sqlite://")
    if nodes:
        store.apply(a_change(put_nodes=nodes))
    found = MapService(FixedMap(store.snapshot(Scope()).map, "a file")).search(text, most=most)
    assert found == MapService(store).search(text, most=most)

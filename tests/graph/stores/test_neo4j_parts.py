"""Parts of a map that a process may not hold, read from a real server: the answers of the whole map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from graph.scope import Scope
from graph.service import MapService
from graph.snapshot import Snapshot
from graph.store import MapSize
from graph.stores.neo4j_store import Credentials, Neo4jStore
from graph.stores.neo4j_store import store as store_module
from graph.stores.neo4j_store.reading import GraphReader
from schema.errors import BadQuestion
from schema.records import ChangeSet, Source
from schema.system_map import SystemMap
from tests.builders import a_change, a_link, a_node
from tests.graph.asked_twice import keeping_rules, maps, outcome, questions
from tests.neo4j_server.fixtures import Reached

pytestmark = pytest.mark.neo4j
QUESTIONS_A_MAP = 25
ON_A_SERVER = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large, HealthCheck.too_slow],
)


class NeverHeld(Neo4jStore):
    """The store as a process has it that may not hold the map."""

    def snapshot(self, scope: Scope) -> Snapshot:
        raise AssertionError("the whole map was read")


def opened(server: Reached) -> Neo4jStore:
    return Neo4jStore(server.url, Credentials.from_environ(server.environ))


@pytest.fixture
def store(neo4j_server: Reached) -> Iterator[Neo4jStore]:
    neo4j_server.wipe()
    with opened(neo4j_server) as store:
        yield store


def in_order(store: Neo4jStore) -> list[list[str]]:
    """The ids of nodes, links and sources by the places that the graph gives them."""
    reader, whole = store.reader(), store.snapshot(Scope()).map
    nodes = reader.nodes([node.id for node in whole.nodes])
    links = reader.links_called(whole.links.ids)
    sources = reader.sources([source.id for source in whole.sources])
    return [[record.id for _, record in sorted(found, key=lambda each: each[0])] for found in (nodes, links, sources)]  # type: ignore[arg-type]


def order_of(system_map: SystemMap) -> list[list[str]]:
    return [[node.id for node in system_map.nodes], list(system_map.links.ids), [source.id for source in system_map.sources]]


def putting(system_map: SystemMap, first: int = 0, last: int | None = None) -> ChangeSet:
    """The change that puts all nodes and sources of a map, and some of its links."""
    nodes, sources = system_map.nodes, system_map.sources
    return ChangeSet(by="b", why="w", put_nodes=nodes, put_links=tuple(system_map.links)[first:last], put_sources=sources)


@contextmanager
def kept_in_two_changes(server: Reached, system_map: SystemMap, data: st.DataObject) -> Iterator[tuple[Neo4jStore, NeverHeld]]:
    """A store with the map and one that may not hold it. Links come in two changes, so that places are not those of one load."""
    server.wipe()
    cut = data.draw(st.integers(0, len(system_map.links)))
    with opened(server) as fresh, NeverHeld(server.url, Credentials.from_environ(server.environ)) as looked_at:
        fresh.apply(putting(system_map, cut))
        fresh.apply(putting(system_map, 0, cut))
        fresh.keep_note("title", system_map.title)
        yield fresh, looked_at


@settings(ON_A_SERVER, max_examples=5)
@given(data=st.data())
def test_an_answer_from_a_part_in_the_database_is_the_answer_from_the_whole_map(
    store: Neo4jStore, neo4j_server: Reached, data: st.DataObject
) -> None:
    system_map = keeping_rules(data.draw(maps()))
    with kept_in_two_changes(neo4j_server, system_map, data) as (fresh, looked_at):
        # Some links go and come back.
        gone = tuple(data.draw(st.lists(st.sampled_from(system_map.links.ids), max_size=3, unique=True)))
        fresh.apply(ChangeSet(by="b", why="w", remove_links=gone))
        fresh.apply(ChangeSet(by="b", why="w", put_links=tuple(system_map.link(identifier) for identifier in gone[:1])))
        kept = fresh.snapshot(Scope()).map
        assert in_order(fresh) == order_of(kept)
        assert looked_at.size() == MapSize(nodes=len(kept.nodes), links=len(kept.links))
        whole, narrow = MapService(fresh), MapService(looked_at, held_links=len(kept.links) - 1)
        for _ in range(QUESTIONS_A_MAP):
            question = data.draw(questions(kept))
            held = outcome(whole, question)
            event(f"{question.words.split()[0]}: {held[0]}")
            assert outcome(narrow, question) == held, question.words


def test_places_follow_the_map_through_loads_edits_moves_and_removals(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def same() -> bool:
        return in_order(store) == order_of(store.snapshot(Scope()).map)

    sources = [Source(id=name, title=name) for name in "zyx"]
    store.apply(replace(a_change("d +> c", "c +> b", "b +> a", "x:body", "lonely"), put_sources=sources))
    assert same()
    store.apply(a_change("a +> d", "b +> d", "new +> a"))
    # A link that turns into another kind between other ends keeps its place, as does a node of another kind.
    moved = (a_link("x -makes-> lonely", "c>b"), a_link("d +> c 0.9"))
    store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("lonely:decision"),), put_links=moved, put_sources=(sources[2], sources[0])))
    assert same()
    store.apply(ChangeSet(by="b", why="w", remove_links=("d>c", "b>a"), remove_sources=("y",)))
    store.apply(a_change("d +> c", "b +> a"))
    assert same()
    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    store.apply(a_change("first +> d", "a ?> c"))
    assert same()
    monkeypatch.undo()
    store.apply(a_change("last +> d", "a ?> c 0.4"))
    assert same()


def test_a_part_is_of_one_revision_though_another_process_edits_while_it_is_read(store: Neo4jStore, neo4j_server: Reached) -> None:
    store.apply(a_change("a +> b 0.5", "b +> c 0.5", "x +> y", "y +> z"))
    with opened(neo4j_server) as other:
        edits = iter(("b +> c 0.25", "c +> d"))

        class Disturbed(NeverHeld):
            def reader(self) -> GraphReader:
                made, beside = super().reader(), GraphReader.beside

                def look(*arguments: Any, **more: Any) -> set[str]:
                    if (edit := next(edits, None)) is not None:
                        other.apply(a_change(edit))
                    return beside(made, *arguments, **more)

                made.beside = look  # type: ignore[method-assign]
                return made

        with Disturbed(neo4j_server.url, Credentials.from_environ(neo4j_server.environ)) as disturbed:
            answer = MapService(disturbed, held_links=3).impact(["a"], ["c"])
        assert (answer.terms.revision, answer.balance.supporting) == (3, 0.125)
        assert answer.to_json() == MapService(other).impact(["a"], ["c"]).to_json()


def test_a_search_without_the_map_finds_what_a_search_with_it_finds(store: Neo4jStore, neo4j_server: Reached) -> None:
    nodes = (a_node("n1", label="Care hours"), a_node("n2", text="hours of care"), a_node("n3", aliases=("caring hours",)), a_node("n4"))
    store.apply(ChangeSet(by="b", why="w", put_nodes=nodes, put_links=(a_link("n1 +> n2"), a_link("n3 +> n4"))))
    with NeverHeld(neo4j_server.url, Credentials.from_environ(neo4j_server.environ)) as looked_at:
        service = MapService(looked_at, held_links=1)
        for text in ("care hou", "hours", "CARING", "`) DETACH DELETE n //", ""):
            assert [node.id for node in service.search(text)] == list(store.search(text))


def test_what_a_part_cannot_answer_says_so(store: Neo4jStore) -> None:
    store.apply(a_change("a +> b", "b +> c", "x +> y"))
    store.create_branch("draft")
    service = MapService(store, held_links=2)
    assert service.impact(["a"], ["c"]).balance.found == 1
    for scope in (Scope(branch="draft"), Scope(revision=0), Scope(layers=("base", "kent"))):
        with pytest.raises(BadQuestion, match="CAREMAP_HELD_LINKS"):
            service.impact(["a"], ["c"], scope=scope)
    with pytest.raises(BadQuestion, match="CAREMAP_HELD_LINKS"):
        service.loops()

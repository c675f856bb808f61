"""A copy of a store is the same history, branch for branch and layer for layer; an interrupted one goes on; a strange target is refused."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.copying import Progress, copy_store
from graph.scope import Scope
from graph.store import Store
from graph.stores.embedded_store import EmbeddedStore
from schema.errors import BadInput, StoreError
from schema.records import ChangeSet, Claim, Source
from tests.builders import a_change, a_link, a_node
from tests.neo4j_server.fixtures import Reached


def with_a_past(store: Store) -> None:
    """Edits, a removal, two branches of which one begins on the other, a layer, and a source whose release turns."""
    store.apply(a_change("a +> b", "b -> c", "lonely"))
    claims = tuple(Claim(id=name, source=name, strength=0.5) for name in "st")
    sources = (Source(id="s", title="S"), Source(id="t", title="T"))
    store.apply(ChangeSet(by="b", why="cited", put_links=(a_link("c +> a", claims=claims),), put_sources=sources))
    store.create_branch("reform", 1)
    store.apply(a_change("d +> a", branch="reform", why="on the branch"))
    store.apply(ChangeSet(by="b", why="one release", put_sources=tuple(Source(id=name, title=name.upper(), origin="r") for name in "st")))
    store.apply(ChangeSet(by="b", why="away", remove_nodes=("lonely",)))
    store.create_branch("deeper", 3)
    store.apply(a_change("e +> d", branch="deeper"))
    store.apply(ChangeSet(by="b", why="overlay", layer="overlay", put_nodes=(a_node("b", text="seen otherwise"), a_node("extra"))))
    store.create_branch("empty", 0)
    store.keep_note("content", "digest")


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[EmbeddedStore]:
    with closing(EmbeddedStore(f"sqlite:///{tmp_path / 'origin.sqlite'}")) as store:
        with_a_past(store)
        yield store


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "embedded":
        with closing(EmbeddedStore(f"sqlite:///{tmp_path / 'target.sqlite'}")) as store:
            yield store
        return
    from graph.stores.neo4j_store import Neo4jStore

    server: Reached = request.getfixturevalue("neo4j_server")
    server.wipe()
    with Neo4jStore.open(server.url, environ=server.environ) as neo4j_store:
        yield neo4j_store


def same_everywhere(one: Store, other: Store) -> None:
    assert dict(one.branches()) == dict(other.branches())
    assert list(one.layers()) == list(other.layers())
    for branch in one.branches():
        assert list(one.history(branch)) == list(other.history(branch))
        for layer in one.layers():
            scope = Scope(branch=branch, layers=("base",) if layer == "base" else ("base", layer))
            mine, theirs = one.snapshot(scope), other.snapshot(scope)
            assert mine.map == theirs.map
            assert mine.revision == theirs.revision
            assert mine.links.strength.tolist() == theirs.links.strength.tolist()
            assert mine.links.origins.tolist() == theirs.links.origins.tolist()
    for revision in range(1, 7):
        mine, theirs = (store.inverse(revision, by="b", why="w") for store in (one, other))
        assert (mine.put_nodes, tuple(mine.put_links), mine.remove_nodes) == (
            theirs.put_nodes,
            tuple(theirs.put_links),
            theirs.remove_nodes,
        )


def test_a_copy_is_the_same_history_in_every_branch_and_layer(origin: EmbeddedStore, target: Store) -> None:
    told: list[Progress] = []
    copied = copy_store(origin, target, progress=told.append, notes=("content", "nothing"))
    same_everywhere(origin, target)
    assert target.note("content") == "digest"
    assert (copied.revisions, copied.resumed_at, copied.notes) == (7, 0, 1)
    assert {(part.branch, part.layer) for part in copied.parts} == {
        (branch, layer) for branch in ("main", "reform", "deeper", "empty") for layer in ("base", "overlay")
    }
    assert [step.done for step in told] == [*range(7), 7]
    assert {step.total for step in told} == {7}


def test_a_copy_back_is_the_original(origin: EmbeddedStore, target: Store, tmp_path: Path) -> None:
    copy_store(origin, target)
    with closing(EmbeddedStore(f"sqlite:///{tmp_path / 'back.sqlite'}")) as back:
        copy_store(target, back)
        same_everywhere(origin, back)


@pytest.mark.neo4j
def test_a_copy_from_one_server_to_another_is_the_same_history(neo4j_server: Reached, newest_neo4j_server: Reached) -> None:
    from graph.stores.neo4j_store import Neo4jStore

    for server in (neo4j_server, newest_neo4j_server):
        server.wipe()
    first, second = (Neo4jStore.open(server.url, environ=server.environ) for server in (neo4j_server, newest_neo4j_server))
    with first, second:
        with_a_past(first)
        copied = copy_store(first, second, notes=("content",))
        same_everywhere(first, second)
        assert (copied.revisions, second.note("content")) == (7, "digest")
        assert second.map_in_graph().digest() == first.map_in_graph().digest() == first.snapshot(Scope()).map.digest()
        first.apply(a_change("later", why="later"))
        assert copy_store(first, second).resumed_at == 7
        same_everywhere(first, second)


@pytest.mark.parametrize("stop_at", [1, 3, 6])
def test_an_interrupted_copy_goes_on_where_it_stopped(origin: EmbeddedStore, target: Store, stop_at: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        copy_store(origin, target, progress=stopping(stop_at))
    assert max(target.branches().values()) <= stop_at
    assert copy_store(origin, target).resumed_at == stop_at
    same_everywhere(origin, target)


def stopping(at: int) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.done == at:
            raise KeyboardInterrupt

    return tell


def test_a_target_with_another_history_is_refused_and_left_alone(origin: EmbeddedStore, target: Store) -> None:
    target.apply(a_change("somebody else's"[:3], why="theirs"))
    with pytest.raises(BadInput, match="copy into an empty store"):
        copy_store(origin, target)
    assert max(target.branches().values()) == 1


def test_a_difference_after_the_copy_is_an_error(origin: EmbeddedStore, target: Store) -> None:
    copy_store(origin, target)
    target.create_branch("theirs", 1)
    with pytest.raises(BadInput, match="branch 'theirs' of its own"):
        copy_store(origin, target)


def test_somebody_writing_into_the_target_meanwhile_is_noticed(origin: EmbeddedStore, target: Store) -> None:
    def meddle(progress: Progress) -> None:
        if progress.done == 2:
            target.apply(a_change("meddling", branch="reform", why="meddling"))

    with pytest.raises(StoreError, match="somebody else writes there"):
        copy_store(origin, target, progress=meddle)

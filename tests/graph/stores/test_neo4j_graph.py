"""The graph that people see in Neo4j: its shape, that it never lags behind the journal, and that text never becomes Cypher."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.scope import Scope
from graph.stores.neo4j_store import Credentials, Neo4jStore, generations, layout, staging, staging_links
from graph.stores.neo4j_store import store as store_module
from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.layout import GENERATION, LINK_TYPE, NODE_LABEL, SHAPE
from schema.errors import BadInput, StoreError, StoreForeign
from schema.kinds import Basis, FlowKind, LinkKind, Mark, NodeKind, Sign
from schema.ontology import LINK_KINDS, NODE_KINDS
from schema.records import ChangeSet, Claim, Link, Money, Node, Observation, Settled, Source
from schema.system_map import SystemMap
from tests.builders import a_change, a_link, a_node
from tests.neo4j_server.fixtures import Reached

pytestmark = pytest.mark.neo4j

HOSTILE = "`) DETACH DELETE n //"
"""What a person might type to end a name or a string in Cypher; `\\u0027` is a quote to Cypher before it parses."""

INJECTIONS = (HOSTILE, "' OR 1=1 //", "\\u0027 OR 1=1 //", '"}) DETACH DELETE (n) //', "$rows", "{id: 'x'}", "n:Person", "CALL db.labels()")


@pytest.fixture
def store(neo4j_server: Reached) -> Iterator[Neo4jStore]:
    neo4j_server.wipe()
    store = Neo4jStore(neo4j_server.url, Credentials.from_environ(neo4j_server.environ))
    yield store
    store.close()


def another(server: Reached) -> Neo4jStore:
    return Neo4jStore(server.url, Credentials.from_environ(server.environ))


def full_of(text: str) -> ChangeSet:
    """A change with the text in every field of every record that takes any text."""
    claim = Claim(
        id=text, basis=Basis.STUDY, source=text, place=text, mark=Mark.PUBLISHER, sign=Sign.PLUS, strength=0.25, confidence=1.0, text=text,
        by=text, standpoint=text, said_on="2020", where=text, period=text, route=("node", text),
        attributes={text: text, "n": 1, "f": 1.0, "b": True},
    )  # fmt: skip
    observation = Observation(period=text, value=1.5, unit=text, source=text, series=text, edition=text, revision_of=text, note=text)
    money = Money(pence=2**70, year=text, status=text, flow=FlowKind.FINAL_SPEND, price_basis=text, geography=text, precision=text,
                  low_pence=-1, high_pence=2**63, overlap=text, ring_fenced=True)  # fmt: skip
    nodes = (
        Node(id=text, label=text, text=text, owner="node", silo=text, place=text, unit=text, valid_from="2020-02", instrument=text,
             decision_cycle_months=12, changes_within_months=0.5, controllable=False, important=True, aliases=(text, "x"), claims=(claim,),
             observations=(observation,), attributes={text: text, "whole": 3, "huge": 2**70}),
        Node(id="node", kind=NodeKind.BODY, label="node"),
        Node(id="source", kind=NodeKind.SOURCE, label="a document in the story"),
    )  # fmt: skip
    links = (
        Link(id=text, start=text, end=text, text=text, strength=1.0, strength_basis=text, confidence=0.5, delay_low=1, delay_high=2.5,
             settled=Settled(sign=Sign.PLUS, reason=text, by=text), purpose=text, instrument=text, period=text, claims=(claim,),
             attributes={text: text}),
        Link(id=f"{text} 2", start="node", end="node", kind=LinkKind.FUNDS, money=money, purpose=text),
    )  # fmt: skip
    sources = (
        Source(id=text, title=text, publisher=text, date=text, url=text, edition=text, author=text, standpoint=text, reported_by=text,
               origin=text, licence=text, note=text, attributes={text: text}),
    )  # fmt: skip
    return ChangeSet(by=text, why=text, put_nodes=nodes, put_links=links, put_sources=sources)


def same(store: Neo4jStore) -> bool:
    """Whether the graph holds just what the journal says."""
    return store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()


@pytest.mark.parametrize("staged", [False, True], ids=["edited", "staged"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_in_every_field_is_stored_as_plain_text(
    store: Neo4jStore, neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch, text: str, staged: bool
) -> None:
    if staged:
        monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    change = full_of(text)
    store.apply(change)
    kept = store.snapshot(Scope()).map
    assert kept.nodes == change.put_nodes
    assert tuple(kept.links) == change.put_links
    assert kept.sources == change.put_sources
    assert same(store)
    allowed = {*NODE_LABEL.values(), "MapNode", "Claim", "CitedSource", *GENERATION, "CaremapStore", "CaremapBranch",
               "CaremapRevision", "CaremapPage", "CaremapLoad"}  # fmt: skip
    assert {label for (labels,) in neo4j_server.run("MATCH (n) RETURN labels(n)") for label in labels} <= allowed  # type: ignore[attr-defined]
    types = {row[0] for row in neo4j_server.run("MATCH ()-[r]->() RETURN DISTINCT type(r)")}
    assert types <= {*LINK_TYPE.values(), "ABOUT", "SAID_IN"}


def test_every_kind_has_a_label_or_type_of_its_own() -> None:
    assert len(set(NODE_LABEL.values())) == len(NODE_KINDS)
    assert len(set(LINK_TYPE.values())) == len(LINK_KINDS)
    assert not {*NODE_LABEL.values()} & {"MapNode", "Claim", "CitedSource"}
    assert not {*LINK_TYPE.values()} & {"ABOUT", "SAID_IN"}


_IDS = st.sampled_from("abcdef")
_LINKS = st.builds(
    lambda start, end, kind, used, text: Link(
        id=f"{start}{end}{kind[:3]}", start=start, end=end, kind=kind, text=text,
        claims=tuple(Claim(id=name, source=name, sign=Sign.MINUS, strength=0.5) for name in sorted(used)),
    ),
    _IDS, _IDS, st.sampled_from([LinkKind.INFLUENCES, LinkKind.ASSOCIATED_WITH]),
    st.sets(st.sampled_from("stu")), st.sampled_from([None, "x", "y"]),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.lists(_LINKS, max_size=5), st.sets(_IDS, max_size=2), st.sampled_from("stu"), st.booleans()), max_size=5)
)
def test_after_any_edits_small_or_staged_the_graph_is_the_map(
    store: Neo4jStore, neo4j_server: Reached, steps: list[tuple[list[Link], set[str], str, bool]]
) -> None:
    claim = Claim(id="0", basis=Basis.OPINION, by="somebody", source="s")
    start = store.head()
    for links, dropped, source, staged in steps:
        before = store.snapshot(Scope()).map
        unique = {link.id: link for link in links}
        used = {end for link in unique.values() for end in (link.start, link.end)}
        gone = tuple(sorted((dropped - used) & set(before.row_of_node)))
        loose = tuple(link.id for link in before.links if (link.start in gone or link.end in gone) and link.id not in unique)
        change = ChangeSet(
            by="b", why="w", put_nodes=tuple(a_node(end, text=source, claims=(claim,)) for end in sorted(used)),
            put_links=tuple(unique.values()), put_sources=(Source(id=source, title=source),), remove_nodes=gone, remove_links=loose,
        )  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store_module, "IN_ONE_TRANSACTION", 0 if staged else 10_000)
            store.apply(change)
        assert same(store)
    with another(neo4j_server) as fresh:
        assert fresh.snapshot(Scope()).map == store.snapshot(Scope()).map
        assert fresh.head() >= start
    assert (
        neo4j_server.run(
            "MATCH (c:Claim) WHERE c.source IS NOT NULL AND NOT (c)-[:SAID_IN]->() MATCH (s:CitedSource {id: c.source}) RETURN 1"
        )
        == []
    )


def test_cited_claims_and_sources_are_nodes_with_units_in_their_properties(store: Neo4jStore, neo4j_server: Reached) -> None:
    claim = Claim(id="1", source="s", sign=Sign.MINUS, strength=0.5, confidence=0.9)
    money = Money(pence=12_300, year="2024", status="outturn")
    store.apply(
        ChangeSet(
            by="b",
            why="w",
            put_nodes=(a_node("pay"), a_node("vacancies"), a_node("dhsc:body"), a_node("council:body", decision_cycle_months=12)),
            put_links=(
                a_link("pay -> vacancies", "l", claims=(claim,), delay_low=3, delay_high=9),
                a_link("dhsc -funds-> council", money=money),
            ),
            put_sources=(Source(id="s", title="A study"),),
        )
    )
    found = neo4j_server.run(
        "MATCH (a:Factor)-[l:INFLUENCES]->(b:Factor) MATCH (c:Claim {link: l.id})-[:SAID_IN]->(s:CitedSource)"
        " RETURN a.label, b.label, l.weight, l.delay_low_months, l.delay_high_months, c.strength, s.title"
    )
    assert found == [["pay", "vacancies", -0.5, 3.0, 9.0, 0.5, "A study"]]
    funded = neo4j_server.run("MATCH (:Body:MapNode)-[l:FUNDS]->(b:Body) RETURN l.money_pence, l.money_year, b.decision_cycle_months")
    assert funded == [[12_300, "2024", 12.0]]


def test_while_a_large_change_is_staged_ordinary_labels_show_the_old_generation_whole(
    store: Neo4jStore, neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = a_change(*(f"o{row} +> p{row}" for row in range(40)))
    store.apply(replace(old, put_links=tuple(replace(link, claims=(Claim(id="1"),)) for link in old.put_links)))
    new = a_change(*(f"x{row} +> y{row}" for row in range(300)), remove_links=tuple(link.id for link in old.put_links),
                   remove_nodes=tuple(node.id for node in old.put_nodes))  # fmt: skip
    new = replace(new, put_links=tuple(replace(link, claims=(Claim(id="1"), Claim(id="2"))) for link in new.put_links))
    seen: list[tuple[object, ...]] = []
    staged, done = threading.Event(), threading.Event()
    show, asked = generations.show, ("MapNode", "Claim", "Factor")

    def watch() -> None:
        # One transaction shows the new generation. Neo4j lays it open to readers label by label, so what is asked for while
        # it commits may mix the two: what counts is that nothing shows before that, though everything is written.
        while not done.is_set():
            counts = tuple(neo4j_server.run(f"MATCH (n:{label}) RETURN count(n)")[0][0] for label in asked)
            links = neo4j_server.run("MATCH (:MapNode)-[l]->(:MapNode) RETURN count(l)")[0][0]
            if not staged.is_set():
                seen.append((*counts, links))

    def shown(*arguments: object) -> None:
        assert neo4j_server.run("MATCH (n:CaremapOdd) RETURN count(n)") == [[1200]]
        time.sleep(0.3)
        staged.set()
        show(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    monkeypatch.setattr(staging_links, "LINKS_AT_ONCE", 25)
    monkeypatch.setattr(generations, "show", shown)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        store.apply(new)
    finally:
        done.set()
        watcher.join()
    assert len(seen) > 2
    assert set(seen) == {(80, 40, 80, 40)}
    assert neo4j_server.run("MATCH (n:MapNode) WITH count(n) AS n MATCH (c:Claim) RETURN n, count(c)") == [[600, 600]]
    assert same(store)
    assert neo4j_server.run("MATCH (n:CaremapEven) RETURN count(n)") == [[0]]


def test_two_large_changes_at_once_both_land_one_after_the_other(
    store: Neo4jStore, neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    loads = {name: a_change(*(f"{name}{row} +> {name}{row + 1}" for row in range(150)), why=name) for name in "pq"}
    faults: list[BaseException] = []

    def load(name: str) -> None:
        try:
            with another(neo4j_server) as own:
                own.apply(loads[name])
        except BaseException as fault:  # noqa: BLE001  # Whatever it is, the test must see it.
            faults.append(fault)

    threads = [threading.Thread(target=load, args=(name,)) for name in loads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert store.head() == 2
    assert {entry.why for entry in store.history()} == {"p", "q"}
    assert len(store.snapshot(Scope()).map.links) == 300
    assert same(store)


def test_an_edit_in_one_process_is_seen_in_another_at_once_and_only_what_changed_is_read(store: Neo4jStore, neo4j_server: Reached) -> None:
    store.apply(a_change(*(f"n{row} +> n{row + 1}" for row in range(200))))
    with another(neo4j_server) as other:
        before = other.snapshot(Scope())
        store.apply(a_change("n5 -> new"))
        begun = time.monotonic()
        after = other.snapshot(Scope())
        assert time.monotonic() - begun < 1
        assert after.revision == 2
        assert after.map.link("n5>new").sign is Sign.MINUS
        assert after.map.links[3] is before.map.links[3]
        assert other.snapshot(Scope()) is after


def test_history_goes_by_revision_whatever_the_clocks_say(store: Neo4jStore) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for number, hours in enumerate((0, -5, 400, -24 * 365)):
        store.apply(a_change(f"n{number}", why=str(number), when=now + timedelta(hours=hours)))
    assert [(entry.revision, entry.why) for entry in store.history()] == [(4, "3"), (3, "2"), (2, "1"), (1, "0")]
    assert [node.id for node in store.snapshot(Scope(revision=3)).map.nodes] == ["n0", "n1", "n2"]


def test_a_database_with_somebody_elses_data_is_refused_and_left_alone(neo4j_server: Reached) -> None:
    neo4j_server.wipe()
    neo4j_server.run("CREATE (:Person {name: 'Ada'})-[:KNOWS]->(:Person {name: 'Grace'})")
    with pytest.raises(StoreForeign, match="somebody else's data") as caught:
        another(neo4j_server)
    assert caught.value.exit_status == 4
    assert neo4j_server.run("MATCH (n) RETURN count(n), collect(n.name)") == [[2, ["Ada", "Grace"]]]
    neo4j_server.wipe()


def test_many_that_open_an_empty_database_at_once_all_find_it_theirs(neo4j_server: Reached) -> None:
    neo4j_server.wipe()
    for (name,) in neo4j_server.run("SHOW CONSTRAINTS YIELD name RETURN name"):
        neo4j_server.run(f"DROP CONSTRAINT {name}")
    for (name,) in neo4j_server.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        neo4j_server.run(f"DROP INDEX {name}")
    ready = threading.Barrier(6)

    def open_one() -> int:
        ready.wait()
        with another(neo4j_server) as store:
            return store.head()

    with ThreadPoolExecutor(6) as pool:
        assert [each.result() for each in [pool.submit(open_one) for _ in range(6)]] == [0] * 6
    assert neo4j_server.run("MATCH (s:CaremapStore) RETURN count(s)") == [[1]]
    assert neo4j_server.run("SHOW CONSTRAINTS YIELD name RETURN count(*)")[0][0] == len(layout._CONSTRAINTS)


def test_what_another_caremap_made_between_two_looks_is_nobody_elses_data(neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    neo4j_server.wipe()
    ask, others = Connection.ask, [another]

    def asked(connection: Connection, cypher: str, /, **parameters: object) -> list[list[object]]:
        if cypher.startswith("MATCH (n) ") and others:
            others.pop()(neo4j_server).close()
        return ask(connection, cypher, **parameters)

    monkeypatch.setattr(Connection, "ask", asked)
    with another(neo4j_server) as store:
        assert store.head() == 0
    assert not others


@pytest.mark.parametrize(("number", "said"), [(99, "newer caremap"), (0, "caremap copy FROM_URL")])
def test_another_layout_of_ours_is_refused_with_what_to_do(store: Neo4jStore, neo4j_server: Reached, number: int, said: str) -> None:
    store.apply(a_change("a +> b"))
    neo4j_server.run("MATCH (s:CaremapStore) SET s.layout = $layout", layout=number)
    with pytest.raises(StoreForeign, match=said):
        another(neo4j_server)
    neo4j_server.run("MATCH (s:CaremapStore) SET s.layout = 1")
    with another(neo4j_server) as again:
        assert again.head() == 1


def test_a_graph_of_an_older_shape_is_made_anew_from_the_journal(store: Neo4jStore, neo4j_server: Reached) -> None:
    store.apply(full_of("any"))
    wanted = store.snapshot(Scope()).map.digest()
    neo4j_server.run("MATCH (s:CaremapStore) SET s.shape = 0")
    neo4j_server.run("MATCH (n:MapNode) SET n.old_name = n.label REMOVE n.label")
    with another(neo4j_server) as migrated:
        assert migrated.head() == 1
        assert migrated.map_in_graph().digest() == wanted
        assert neo4j_server.run("MATCH (s:CaremapStore) RETURN s.shape") == [[SHAPE]]
        assert neo4j_server.run("MATCH (n) WHERE n.old_name IS NOT NULL RETURN count(n)") == [[0]]


def test_a_search_is_served_while_the_full_text_index_is_away(store: Neo4jStore, neo4j_server: Reached) -> None:
    store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("n1", label="Care hours"), a_node("n2", text="hours of care"), a_node("n3"))))
    assert store.search("care hou") == ["n1", "n2"]
    neo4j_server.run("DROP INDEX caremap_words")
    assert store.search("care hou") == ["n1", "n2"]
    with another(neo4j_server) as mended:
        assert mended.search("care hou") == ["n1", "n2"]
    assert neo4j_server.run("SHOW INDEXES YIELD name, state WHERE name = 'caremap_words' RETURN state") == [["ONLINE"]]


def test_the_constraints_and_indexes_are_there_from_the_first_use(store: Neo4jStore, neo4j_server: Reached) -> None:
    store.apply(a_change("a +> b"))
    assert {row[0] for row in neo4j_server.run("SHOW INDEXES YIELD state RETURN state")} == {"ONLINE"}
    unique = neo4j_server.run("SHOW CONSTRAINTS YIELD labelsOrTypes, properties WHERE 'MapNode' IN labelsOrTypes RETURN properties")
    assert unique == [[["id"]]]


def test_a_label_may_be_as_long_as_a_map_may_hold_also_where_an_earlier_index_stood(neo4j_server: Reached) -> None:
    neo4j_server.wipe()
    neo4j_server.run("CREATE INDEX caremap_map_node_label IF NOT EXISTS FOR (n:MapNode) ON (n.label)")
    with another(neo4j_server) as store:
        store.apply(ChangeSet(by="b", why="long", put_nodes=(a_node("a", label="ö" * 10_000),)))
        assert store.map_in_graph().digest() == store.snapshot(Scope()).map.digest()


def test_a_url_holds_no_password_and_credentials_show_none(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for url in ("neo4j://me:hunter2@host", "neo4j://me:7/hunter2@host", "neo4j://me:#hunter2@host"):
        with pytest.raises(BadInput, match="NEO4J_PASSWORD") as caught:
            Neo4jStore(url, Credentials())
        assert "hunter2" not in str(caught.value)
    for url in ("neo4j://host?password=hunter2", "neo4j://host?database=a&password=hunter2", "neo4j://host#hunter2"):
        with pytest.raises(BadInput, match="neo4j://host") as caught:
            Neo4jStore(url, Credentials())
        assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(Credentials(password="hunter2"))
    for url in ("neo4j://", "neo4j://host/path", "http://host", "neo4j://host?user=x", "neo4j://host:port", "neo4j://host#x"):
        with pytest.raises(BadInput):
            Neo4jStore(url, Credentials())


def test_a_password_can_come_from_a_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("secret") / "password"
    file.write_text("hunter2\n")
    assert Credentials.from_environ({"NEO4J_PASSWORD_FILE": str(file)}).password == "hunter2"
    with pytest.raises(BadInput, match="cannot be read"):
        Credentials.from_environ({"NEO4J_PASSWORD_FILE": str(file.parent / "none")})
    with pytest.raises(BadInput, match="both"):
        Credentials.from_environ({"NEO4J_PASSWORD_FILE": str(file), "NEO4J_PASSWORD": "x"})


def test_an_empty_store_shows_an_empty_graph(store: Neo4jStore) -> None:
    assert store.map_in_graph() == SystemMap()


def _edits_while_staging(server: Reached, monkeypatch: pytest.MonkeyPatch, branch: str) -> list[int]:
    """From now on somebody edits a branch each time that a load has staged its map; the revisions that come of it."""
    stage, made = staging.stage, []

    def staged_and_edited(*arguments: object) -> object:
        found = stage(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 50_000)
        with another(server) as other:
            made.append(other.apply(a_change(f"e{len(made)} +> f", why="edit", branch=branch)))
        return found

    monkeypatch.setattr(store_module, "IN_ONE_TRANSACTION", 0)
    monkeypatch.setattr(staging, "stage", staged_and_edited)
    return made


def test_an_edit_of_another_branch_leaves_a_load_alone(store: Neo4jStore, neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    store.apply(a_change("a +> b"))
    store.create_branch("other")
    made = _edits_while_staging(neo4j_server, monkeypatch, "other")
    assert store.apply(a_change("b +> c", "c +> d", why="load")) == 3
    assert made == [2]
    assert store.branches() == {"main": 3, "other": 2}
    assert same(store)
    assert [link.id for link in store.snapshot(Scope(branch="other")).map.links] != [link.id for link in store.snapshot(Scope()).map.links]


def test_a_load_whose_branch_is_edited_each_time_says_so_and_leaves_nothing(
    store: Neo4jStore, neo4j_server: Reached, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.apply(a_change("a +> b"))
    made = _edits_while_staging(neo4j_server, monkeypatch, "main")
    with pytest.raises(StoreError, match="edited each of the 5 times"):
        store.apply(a_change("b +> c", "c +> d", why="load"))
    assert made == [2, 3, 4, 5, 6]
    assert same(store)
    marked = [neo4j_server.run(f"MATCH (n:{mark}) RETURN count(n)")[0][0] for mark in GENERATION]
    assert sorted(marked) == [0, len(store.snapshot(Scope()).map.nodes)]
    assert neo4j_server.run("MATCH (p:CaremapPage) RETURN count(DISTINCT p.token)") == [[6]]
    assert neo4j_server.run("MATCH (l:CaremapLoad) RETURN l.token") == [[""]]

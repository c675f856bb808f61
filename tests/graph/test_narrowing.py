"""Parts of a map that is too large to be held: the answers of the whole map, and a plain word where that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from graph.narrowing.ways import Way, Wish
from graph.scope import Filters, Scope, Side
from graph.service import MapService
from graph.stores.embedded_store import EmbeddedStore
from schema.errors import BadQuestion, StoreError, UnknownName
from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap
from tests.builders import a_change, a_map
from tests.graph.asked_twice import maps, outcome, questions
from tests.graph.kept_elsewhere import MapInMemory, MapKeptElsewhere

QUESTIONS_A_MAP = 8


@settings(max_examples=80)
@given(st.data())
def test_an_answer_from_a_part_is_the_answer_from_the_whole_map(data: st.DataObject) -> None:
    system_map = data.draw(maps())
    store = MapKeptElsewhere(system_map)
    whole, narrow = MapService(MapKeptElsewhere(system_map)), MapService(store, held_links=len(system_map.links) - 1)
    for _ in range(QUESTIONS_A_MAP):
        question = data.draw(questions(system_map))
        held = outcome(whole, question)
        event(f"{question.words.split()[0]}: {held[0]}")
        assert outcome(narrow, question) == held, question.words
    assert store.times_held == 0


LINKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=24)


def walks(pairs: list[tuple[int, int]], starts: set[int], goals: set[int], most: int) -> set[int]:
    """The nodes on any walk of at most so many links that leaves a start once and ends at the first goal it meets."""
    found: set[int] = set()
    begun = [(start,) for start in starts]
    while begun:
        walk = begun.pop()
        if walk[-1] in goals:
            found.update(walk)
        elif len(walk) <= most:
            begun += [(*walk, end) for start, end in pairs if start == walk[-1] and end not in starts]
    return found


@given(pairs=LINKS, starts=st.sets(st.integers(0, 7), min_size=1, max_size=2), goal=st.integers(0, 7), most=st.integers(1, 5))
def test_what_lies_between_is_what_walks_within_the_bound_visit(
    pairs: list[tuple[int, int]], starts: set[int], goal: int, most: int
) -> None:
    starts = starts - {goal} or {(goal + 1) % 8}
    links = [Link(id=f"l{row}", start=str(one), end=str(other), sign=Sign.PLUS) for row, (one, other) in enumerate(pairs)]
    reader = MapInMemory(system_map=SystemMap.of([Node(id=str(row)) for row in range(8)], links))
    wish = Wish(
        starts={str(start): 0 for start in starts},
        goals=frozenset({str(goal)}),
        kinds=frozenset({LinkKind.INFLUENCES}),
        max_links=most,
        shut=frozenset(map(str, starts)),
    )
    assert Way(reader, wish).inside == {str(node) for node in walks(pairs, starts, {goal}, most)}


def test_only_what_lies_between_the_ends_is_taken() -> None:
    part = _narrow(a_map("a +> b", "b +> c", "c +> d", "a +> x", "x +> y", "z +> d", "dhsc:body", "lonely")).corridor(["a"], ["d"])
    assert {node.id for node in part.nodes} == {"a", "b", "c", "d"}
    assert set(part.links.ids) == {"a>b", "b>c", "c>d"}


def _narrow(system_map: SystemMap, fewer: int = 1) -> MapService:
    return MapService(MapKeptElsewhere(system_map), held_links=len(system_map.links) - fewer)


WIDE = a_map(*(f"f{row} +> f{row + 1}" for row in range(12)), *(f"g{row} +> g{row + 1}" for row in range(12)))


@pytest.mark.parametrize(
    "ask",
    [
        lambda service: service.loops(),
        lambda service: service.loops("f1"),
        lambda service: service.whatif(),
        lambda service: service.gaps(),
        lambda service: service.silos(),
        lambda service: service.read(),
        lambda service: service.money(),
        lambda service: service.first("works"),
        lambda service: service.litmus(),
        lambda service: service.compare(Side(name="a"), Side(name="b")),
        lambda service: service.snapshot(),
        lambda service: service.apply(a_change("f1 +> f3")),
        lambda service: service.load(a_map("f1 +> f3"), by="me", why=""),
        lambda service: service.undo(by="me"),
        lambda service: service.impact(["f1"], ["f2"], scope=Scope(branch="draft")),
        lambda service: service.impact(["f1"], ["f2"], scope=Scope(layers=("base", "kent"))),
        lambda service: service.impact(["f1"], ["f2"], scope=Scope(revision=7)),
    ],
)
def test_what_needs_the_whole_map_says_so_and_names_the_setting(ask: Callable[[MapService], object]) -> None:
    with pytest.raises(BadQuestion, match=r"CAREMAP_HELD_LINKS.*--held-links"):
        ask(_narrow(WIDE))


def test_a_part_that_is_too_large_says_so_and_how_to_ask_for_less() -> None:
    service = _narrow(WIDE, fewer=20)
    assert service.impact(["f1"], ["f4"], Filters(max_links=3)).balance.found == 1
    with pytest.raises(BadQuestion, match=r"more than 8 nodes.*--held-links.*--max-links"):
        service.impact(["f0"], ["f12"], Filters(max_links=0))


def test_a_store_that_is_only_read_whole_says_so() -> None:
    store = EmbeddedStore("sqlite://")
    store.apply(a_change("a +> b", "b +> c"))
    assert MapService(store, held_links=2).impact(["a"], ["c"]).balance.found == 1
    with pytest.raises(BadQuestion, match="only read whole"):
        MapService(store, held_links=1).impact(["a"], ["c"])


def test_a_map_that_may_be_held_is_held() -> None:
    store = MapKeptElsewhere(WIDE)
    service = MapService(store, held_links=len(WIDE.links))
    assert service.holds_the_map()
    assert service.impact(["f0"], ["f3"]).balance.found == 1
    assert store.times_held == 1


class _Restless(MapKeptElsewhere):
    """A store that moves on while it is read, so often."""

    def __init__(self, system_map: SystemMap, moves: int) -> None:
        super().__init__(system_map)
        self.moves, self.revision = moves, 1

    def head(self, branch: str = "main") -> int:
        return self.revision

    def reader(self) -> MapInMemory:
        outer = self

        class Moving(MapInMemory):
            def route_claims(self) -> object:  # type: ignore[override]
                if outer.moves:
                    outer.moves -= 1
                    outer.revision += 1
                    raise KeyError("a node that is no longer there")
                return iter(())

        return Moving(system_map=self.system_map)


def test_a_part_is_read_again_until_all_of_it_is_of_one_revision() -> None:
    answer = MapService(_Restless(WIDE, 3), held_links=20).impact(["f0"], ["f3"])
    assert (answer.balance.found, answer.terms.revision) == (1, 4)
    with pytest.raises(StoreError, match="kept changing"):
        MapService(_Restless(WIDE, 99), held_links=20).impact(["f0"], ["f3"])


def test_names_are_split_as_on_the_whole_map() -> None:
    nodes = [Node(id=name, label=label) for name, label in ((" a", "A"), ("b, c", "B"), ("b", "One, two"), ("c", "C"))]
    system_map = SystemMap.of(nodes, a_map("b +> c").links)
    whole, narrow = MapService(MapKeptElsewhere(system_map)), _narrow(system_map)
    for text in (" a", "b, c", " a,b", "c , b", "one, two", " One, Two ", "nobody", " nobody ", "x, y", ""):
        assert narrow.names_in(text) == whole.names_in(text)


def test_a_search_ranks_as_every_store_does() -> None:
    nodes = [
        Node(id="a", label="Care work"),
        Node(id="b", label="Work", aliases=("caring",)),
        Node(id="c", text="careful work"),
        Node(id="d"),
    ]
    service = _narrow(SystemMap.of(nodes, a_map("a +> b").links))
    assert [[node.id for node in service.search(text)] for text in ("work", "work car", "!")] == [["b", "a", "c"], ["a", "b", "c"], []]
    assert [node.id for node in service.search("work", most=1)] == ["b"]


def test_near_names_are_those_of_the_whole_map() -> None:
    service = _narrow(WIDE)
    with pytest.raises(UnknownName) as unknown:
        service.impact(["f0"], ["g77"])
    assert unknown.value.near == MapService(MapKeptElsewhere(WIDE)).snapshot().near("g77")
    with pytest.raises(UnknownName, match="link 'g3>g5'") as unknown:
        service.impact(["f0"], ["f2"], Filters(without=("g3>g5",)))
    assert "g3>g4" in unknown.value.near


def _apart(number: int = 60) -> list[Link]:
    """Links with nothing to do with the rest, for a map to be large by."""
    return [Link(id=f"far{row}", start="far-1", end="far-2", kind=LinkKind.FUNDS, instrument=str(row)) for row in range(number)]


FAR = (Node(id="far-1", kind=NodeKind.BODY), Node(id="far-2", kind=NodeKind.BODY))


def _both(system_map: SystemMap, *ask: str, **filters: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An impact question asked of the whole map and of a part."""
    services = MapService(MapKeptElsewhere(system_map)), _narrow(system_map)
    first, second = (service.impact([ask[0]], [ask[1]], Filters(**filters)).to_json() for service in services)
    return first, second


@pytest.mark.parametrize("said_on", [None, "2019"])
def test_a_claim_about_a_whole_route_is_found_wherever_it_hangs(said_on: str | None) -> None:
    thread = Claim(id="t", route=("deed", "c"), said_on=said_on, text="From there to here")
    other = Claim(id="t", route=("far-1", "far-2"), said_on="1999", text="Elsewhere, under the same id")
    nodes = (
        Node(id="first", claims=(other,)),
        Node(id="deed", kind=NodeKind.DECISION, valid_from="2020"),
        *(Node(id=name) for name in "bc"),
        Node(id="lonely", claims=(thread,)),
        *FAR,
    )
    whole, part = _both(SystemMap.of(nodes, [*a_map("deed +> b", "b +> c").links, *_apart()]), "deed", "c")
    assert part == whole
    assert (whole["paths"][0]["threads"], whole["background"]) == ((["t"], []) if said_on is None else ([], ["t"]))
    assert said_on is None or "Elsewhere" in whole["text"]


def test_a_body_that_is_one_of_another_takes_its_part_and_leaves_what_is_said_of_other_places() -> None:
    away = (Claim(id="1", where="Essex"),)
    nodes = (
        *(Node(id=name, kind=NodeKind.BODY) for name in ("kent", "councils")),
        Node(id="area-kent", kind=NodeKind.AREA, label="Kent"),
        Node(id="area-essex", kind=NodeKind.AREA, label="Essex"),
        Node(id="deed", kind=NodeKind.DECISION),
        Node(id="elsewhere", kind=NodeKind.DECISION, claims=away),
        *(Node(id=name) for name in "bcxy"),
        *FAR,
    )
    links = [
        Link(id="one", start="kent", end="councils", kind=LinkKind.PART_OF, attributes={"as": "one_of"}),
        Link(id="cover", start="kent", end="area-kent", kind=LinkKind.COVERS),
        *(Link(id=f"m-{name}", start="councils", end=name, kind=LinkKind.MAKES) for name in ("deed", "elsewhere")),
        *a_map("deed +> b", "b +> c", "elsewhere +> c").links,
        Link(id="away-1", start="b", end="c", sign=Sign.MINUS, valid_from="2001", claims=away),
        Link(id="away-2", start="x", end="y", sign=Sign.MINUS, claims=away),
        *_apart(),
    ]
    whole, part = _both(SystemMap.of(nodes, links), "kent", "c")
    assert part == whole
    assert "no decision of its own" in whole["method"]
    assert "3 links and nodes said only of other places left out" in whole["method"]
    assert [path["links"] for path in whole["paths"]] == [["m-deed", "deed>b", "b>c"]]


def test_an_aim_counts_as_reached_at_any_distance_by_links_that_count() -> None:
    decision = Node(id="deed", kind=NodeKind.DECISION)
    chain = [f"n{row}" for row in range(12)]
    nodes = (decision, *(Node(id=name) for name in ("c", "aim", "other", *chain)), *FAR)
    steps = [Link(id=f"s-{one}", start=one, end=two, sign=Sign.PLUS) for one, two in pairwise(["deed", *chain, "aim"])]
    aims = [Link(id=f"aims-{name}", start="deed", end=name, kind=LinkKind.AIMS_AT) for name in ("aim", "other")]
    through = Link(id="beyond", start="aim", end="other", sign=Sign.PLUS)
    base = [Link(id="deed-c", start="deed", end="c", sign=Sign.PLUS), *steps, *aims, *_apart()]
    for links, unreached in ((base, "other"), ([*base, through], None)):
        for without in ((), ("s-n5",)):
            whole, part = _both(SystemMap.of(nodes, links), "deed", "c", without=without, max_links=2)
            assert part == whole
            thin = [reason for reason in whole["thin_because"] if "stated aim" in reason]
            assert bool(thin) == (unreached is not None or bool(without))

"""Comparing: B minus A, against plain set differences and against the questions asked of each side alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.results import CompareAnswer
from graph.scope import Filters, Side
from graph.service import MapService
from graph.store import FixedMap
from schema.errors import UnknownName
from schema.kinds import Basis, FlowKind, LinkKind, NodeKind, Sign, Status
from schema.records import Claim, Link, Money, Node
from schema.system_map import SystemMap
from tests.builders import a_link, a_node
from tests.graph.analysis.small_maps import built, maps


def sides(a: SystemMap, b: SystemMap, **question: object) -> CompareAnswer:
    service = MapService(FixedMap(a, "a"))
    return service.compare(Side(name="A", system_map=a), Side(name="B", system_map=b), **question)


def with_decision(system_map: SystemMap) -> SystemMap:
    nodes = [replace(node, kind=NodeKind.DECISION) if node.id == "a" else node for node in system_map.nodes]
    return SystemMap.of(nodes, system_map.links, system_map.sources)


@settings(max_examples=60)
@given(maps(), maps())
def test_what_was_added_and_removed_is_the_difference_of_the_ids(one, two) -> None:
    a, b = with_decision(one), with_decision(two)
    answer = sides(a, b, moment="b")
    for ours, left, right in ((answer.nodes, a.nodes, b.nodes), (answer.links, a.links, b.links)):
        ids_a, ids_b = {each.id for each in left}, {each.id for each in right}
        assert (set(ours.added), set(ours.removed)) == (ids_b - ids_a, ids_a - ids_b)
        differing = {each.id for each in right if each.id in ids_a and each != next(other for other in left if other.id == each.id)}
        assert {change.id for change in ours.changed} == differing


@settings(max_examples=60)
@given(maps(), maps())
def test_consequences_are_those_of_the_questions_asked_of_each_side(one, two) -> None:
    a, b = with_decision(one), with_decision(two)
    answer = sides(a, b, moment="b", sources=["a"], targets=["b"])
    alone = [MapService(FixedMap(each, "x")) for each in (a, b)]
    words = [{verdict.decision: verdict.verdict for verdict in each.litmus(moment="b").verdicts} for each in alone]
    assert {flip.decision for flip in answer.flips} == {name for name in words[0] if words[0][name] != words[1].get(name)}
    loops = [{loop.links: loop.kind for loop in each.loops(filters=Filters(top=500)).loops} for each in alone]
    assert {loop.links for loop in answer.loops_opened} == set(loops[1]) - set(loops[0]) - _rewired(loops, a, b)
    assert {loop.links for loop in answer.loops_turned} == {
        links for links in loops[1] if links in loops[0] and loops[0][links] != loops[1][links]
    }
    found = [each.impact(["a"], ["b"]).balance.found for each in alone]
    assert answer.routes is not None
    assert [answer.routes.found_before, answer.routes.found_after] == found


def _rewired(loops, a: SystemMap, b: SystemMap) -> set[tuple[str, ...]]:
    """Loops of links that both sides have, and that close on one side only because a link has other ends there."""
    both = {link.id for link in a.links} & {link.id for link in b.links}
    return {links for links in loops[1] if links not in loops[0] and set(links) <= both}


@settings(max_examples=40)
@given(maps())
def test_a_map_compared_with_itself_differs_in_nothing(system_map) -> None:
    whole = with_decision(system_map)
    answer = sides(whole, SystemMap.of(whole.nodes, tuple(whole.links), whole.sources), moment="b")
    assert answer.to_json()["nodes"] == answer.to_json()["links"] == {"added": [], "removed": [], "changed": []}
    assert (answer.verdicts, answer.loops_opened, answer.loops_closed, answer.pounds, answer.flips) == ((), (), (), (), ())


@settings(max_examples=40)
@given(maps(), maps(), st.booleans())
def test_turned_round_the_answer_turns_round(one, two, decided) -> None:
    a, b = (with_decision(one), with_decision(two)) if decided else (one, two)
    forth, back = sides(a, b, moment="b"), sides(b, a, moment="b")
    assert set(forth.nodes.added) == set(back.nodes.removed)
    assert set(forth.links.added) == set(back.links.removed)
    assert {loop.links for loop in forth.loops_opened} == {loop.links for loop in back.loops_closed}
    assert {(each.decision, each.before, each.after) for each in forth.flips} == {
        (each.decision, each.after, each.before) for each in back.flips
    }


def reform() -> SystemMap:
    """A decision that lowers the moment today, and a proposal by which it would be raised and a loop would close."""
    study = Claim(id="k", basis=Basis.STUDY, source="s1", sign=Sign.PLUS)
    return built(
        [
            Node(id="payer", kind=NodeKind.BODY, label="Payer"),
            Node(id="home", kind=NodeKind.BODY, label="Home"),
            Node(id="d", kind=NodeKind.DECISION, label="Decide", owner="payer"),
            Node(id="x", label="X"),
            Node(id="moment-of-interaction", label="Moment"),
        ],
        [
            Link(id="dm", start="d", end="moment-of-interaction", sign=Sign.MINUS, strength=0.1),
            Link(id="dx", start="d", end="x", sign=Sign.PLUS, strength=0.75),
            Link(id="xm", start="x", end="moment-of-interaction", sign=Sign.PLUS, strength=0.75, status=Status.PROPOSED, claims=(study,)),
            Link(id="mx", start="moment-of-interaction", end="x", sign=Sign.PLUS, strength=0.5),
        ],
    )


def test_current_against_proposed_is_one_map_seen_twice() -> None:
    service = MapService(FixedMap(reform(), "reform"))
    answer = service.compare(Side(name="current", proposals=False), Side(name="proposed", proposals=True), sources=["d"], targets=["x"])
    assert (answer.links.added, answer.links.removed, answer.nodes.added) == (("xm",), (), ())
    flip = answer.flips[0]
    assert (flip.decision, flip.before, flip.after) == ("d", "STOP", "KEEP")
    assert [(loop.after, set(loop.links)) for loop in answer.loops_opened] == [("R", {"xm", "mx"})]
    assert answer.routes is not None
    assert (answer.routes.found_before, answer.routes.found_after) == (2, 2)
    assert "proposed minus current" in answer.text
    assert "as intended" in answer.text
    assert "STOP" not in answer.text


def test_two_dates_show_what_lapsed_and_what_began() -> None:
    links = [a_link("a +> b 0.5", "old", valid_to="2022-12-31"), a_link("b +> c 0.5", "new", valid_from="2023-01-01")]
    service = MapService(FixedMap(SystemMap.of([a_node(name) for name in "abc"], links), "x"))
    then = Side(name="2022", is_dated=True, as_of=date(2022, 6, 1))
    now = Side(name="2024", is_dated=True, as_of=date(2024, 6, 1))
    answer = service.compare(then, now)
    assert (answer.links.added, answer.links.removed) == (("new",), ("old",))
    assert any("moment-of-interaction" in said for said in answer.silent)


def test_a_change_names_attribute_values_and_evidence() -> None:
    claim = Claim(id="k", basis=Basis.STUDY, source="s1", sign=Sign.MINUS, strength=0.5)
    before = built([Node(id="a", label="Old name"), Node(id="b")], [Link(id="i", start="a", end="b", sign=Sign.PLUS, strength=0.5)])
    after = built([Node(id="a", label="New name"), Node(id="b")], [Link(id="i", start="a", end="b", strength=0.5, claims=(claim,))])
    answer = sides(before, after)
    assert [(change.id, change.attribute, change.before, change.after) for change in answer.nodes.changed] == [
        ("a", "label", "Old name", "New name")
    ]
    said = {change.attribute: change for change in answer.links.changed}
    assert (said["sign over all claims"].before, said["sign over all claims"].after) == ("+", "-")
    assert said["sign over all claims"].evidence == ("s1",)
    assert said["claim k"].before is None
    assert not answer.nodes.added


def test_pounds_are_told_by_payer_payee_and_year_to_the_penny() -> None:
    def paying(pence: int, to: str) -> SystemMap:
        money = Money(pence=pence, year="2024-25", status="outturn", flow=FlowKind.TRANSFER)
        nodes = [Node(id=name, kind=NodeKind.BODY, label=name) for name in ("p", "q", "r")]
        return SystemMap.of(nodes, [Link(id="f", kind=LinkKind.FUNDS, start="p", end=to, money=money)])

    answer = sides(paying(101, "q"), paying(100, "r"))
    assert [(each.payer, each.payee, each.year, each.difference) for each in answer.pounds] == [
        ("p", "q", "2024-25", -101),
        ("p", "r", "2024-25", 100),
    ]
    assert "-£1.01" in answer.text


def test_a_link_left_out_on_one_side_need_not_be_on_the_other() -> None:
    one, two = SystemMap.of([a_node("a"), a_node("b")], [a_link("a +> b 0.5")]), SystemMap.of([a_node("a"), a_node("b")], [])
    assert sides(one, two, filters=Filters(without=("a>b",))).links.removed == ("a>b",)
    with pytest.raises(UnknownName):
        sides(one, two, filters=Filters(without=("nothing",)))

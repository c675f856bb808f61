"""Impact against the plain search on small random maps, and the cases that people wrote down."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.impact import impact
from graph.analysis.part import corridor
from graph.results import tidy
from graph.scope import Filters
from graph.snapshot import Snapshot
from schema.errors import BadInput, UnknownName
from schema.kinds import Basis, LinkKind, NodeKind, Sign
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import NAMES, Plain, built, decision, every_path, maps, ranked

ENDS = st.sets(st.sampled_from(NAMES), min_size=1, max_size=2)


def ask(system_map: SystemMap, starts: set[str], goals: set[str], filters: Filters):
    return impact(Snapshot(system_map), sorted(starts), sorted(goals), filters)


def shown(path) -> tuple:
    return path.links, path.nodes, path.sign, tidy(path.strength), tidy(path.delay_months), path.confidence


def expected(path: Plain) -> tuple:
    sign = {1: "+", -1: "-", 0: "?"}[path.sign]
    return path.links, path.nodes, sign, tidy(path.strength), tidy(path.delay), path.confidence


@given(maps(), ENDS, ENDS, st.sampled_from([0, 1, 2, 3, 8]), st.integers(0, 5))
def test_the_top_paths_and_the_totals_are_those_of_the_plain_search(system_map, starts, goals, most, top) -> None:
    there = {node.id for node in system_map.nodes}
    starts, goals = (starts & there) or {"a"}, (goals & there) or {"b"}
    answer = ask(system_map, starts, goals, Filters(max_links=most, top=top))
    oracle = ranked(every_path(system_map, starts, goals, most))
    assert [shown(path) for path in answer.paths] == [expected(path) for path in oracle[:top]]
    assert answer.balance.found == len(oracle)
    assert answer.balance.complete
    for sign, total in ((1, answer.balance.supporting), (-1, answer.balance.opposing), (0, answer.balance.undetermined)):
        assert total == pytest.approx(math.fsum(path.strength for path in oracle if path.sign == sign), rel=1e-12)


@given(maps(), st.sampled_from(NAMES), st.sampled_from(NAMES), st.data())
def test_filters_keep_exactly_the_paths_that_pass_them(system_map, start, goal, data) -> None:
    there = [node.id for node in system_map.nodes]
    start, goal = start if start in there else "a", goal if goal in there else "b"
    filters = Filters(
        avoid=tuple(data.draw(st.sets(st.sampled_from(there), max_size=1))),
        require=tuple(data.draw(st.sets(st.sampled_from(there), max_size=2))),
        max_delay=data.draw(st.sampled_from([None, 0.0, 3.0, 13.0])),
        sign=data.draw(st.sampled_from([None, Sign.PLUS, Sign.MINUS, Sign.UNKNOWN])),
        min_confidence=data.draw(st.sampled_from([0.0, 0.5, 0.7])),
        avoid_silos=tuple(data.draw(st.sets(st.just("north"), max_size=1))) if any(n.silo == "north" for n in system_map.nodes) else (),
        without=tuple(data.draw(st.sets(st.sampled_from(list(system_map.links.ids)), max_size=1))) if len(system_map.links) else (),
        top=100,
    )
    silo = {node.id: node.silo for node in system_map.nodes}

    def passes(path: Plain) -> bool:
        number = {"+": 1, "-": -1, "?": 0}
        return (
            not set(path.nodes) & set(filters.avoid)
            and set(filters.require) <= set(path.nodes)
            and (filters.max_delay is None or path.delay <= filters.max_delay)
            and (filters.sign is None or path.sign == number[filters.sign])
            and path.confidence >= filters.min_confidence
            and not any(silo[node] in filters.avoid_silos for node in path.nodes)
            and not set(path.links) & set(filters.without)
        )

    answer = ask(system_map, {start}, {goal}, filters)
    oracle = [path for path in ranked(every_path(system_map, {start}, {goal}, 8)) if passes(path)]
    assert [path.links for path in answer.paths] == [path.links for path in oracle]
    assert answer.balance.found == len(oracle)
    assert (answer.reason is None) == bool(oracle)


@given(maps(), st.randoms())
def test_the_order_of_links_in_a_file_changes_no_byte_of_the_answer(system_map, random) -> None:
    links = list(system_map.links)
    random.shuffle(links)
    mixed = SystemMap.of(system_map.nodes, links, system_map.sources)
    first, second = (json.dumps(ask(each, {"a"}, {"b"}, Filters()).to_json()) for each in (system_map, mixed))
    assert first == second


@given(maps())
def test_turning_every_sign_twice_is_no_change(system_map) -> None:
    turned = {Sign.PLUS: Sign.MINUS, Sign.MINUS: Sign.PLUS}

    def flipped(links: list[Link]) -> list[Link]:
        return [
            replace(
                link,
                sign=turned.get(link.sign, link.sign),
                claims=tuple(replace(claim, sign=turned.get(claim.sign, claim.sign)) for claim in link.claims),
            )
            for link in links
        ]

    twice = SystemMap.of(system_map.nodes, flipped(flipped(list(system_map.links))), system_map.sources)
    once = SystemMap.of(system_map.nodes, flipped(list(system_map.links)), system_map.sources)
    assert ask(twice, {"a"}, {"b"}, Filters()).to_json() == ask(system_map, {"a"}, {"b"}, Filters()).to_json()
    assert ask(once, {"a"}, {"b"}, Filters()).balance.found == ask(system_map, {"a"}, {"b"}, Filters()).balance.found


@given(maps())
def test_a_part_that_nothing_reaches_changes_no_answer(system_map) -> None:
    more = SystemMap.of(
        [*system_map.nodes, Node(id="far", label="far"), Node(id="off", label="off")],
        [*system_map.links, Link(id="zz", start="far", end="off", sign=Sign.PLUS)],
        system_map.sources,
    )
    assert ask(more, {"a"}, {"b"}, Filters()).to_json() == ask(system_map, {"a"}, {"b"}, Filters()).to_json()


@given(maps())
def test_splitting_a_link_into_parallel_claims_changes_no_number(system_map) -> None:
    if not len(system_map.links) or any(link.claims for link in system_map.links):
        return
    first = system_map.links[0]
    halves = [replace(first, id=f"{first.id}{half}") for half in "xy"]
    split = built(list(system_map.nodes), [*halves, *system_map.links[1:]])
    before, after = (ask(each, {"a"}, {"b"}, Filters()).balance for each in (system_map, split))
    assert before == after


def test_a_path_is_not_lost_to_what_another_branch_visited() -> None:
    pairs = [(0, 1), (0, 3), (1, 2), (1, 3), (2, 0), (4, 0), (4, 1)]
    links = [Link(id=f"{a}{b}", start=str(a), end=str(b), sign=Sign.PLUS, strength=0.5) for a, b in pairs]
    answer = ask(built([Node(id=str(n), label=str(n)) for n in range(5)], links), {"4"}, {"3"}, Filters())
    assert ("4", "1", "2", "0", "3") in {path.nodes for path in answer.paths}


def a_small_system() -> SystemMap:
    """A body with two decisions, one of them over, that move a factor which matters to people."""
    nodes = [
        Node(id="office", kind=NodeKind.BODY, label="Office", silo="migration"),
        decision("open", valid_from="2022-02-15", valid_to="2025-07-22"),
        decision("close", valid_from="2025-07-22"),
        Node(id="recruits", label="Recruits"),
        Node(id="care", label="Care"),
        Node(id="person", kind=NodeKind.PEOPLE, label="Person"),
        Node(id="provider", kind=NodeKind.BODY, label="Provider"),
    ]
    said = (Claim(id="c", basis=Basis.STUDY, source="s1"),)
    links = [
        Link(id="m1", kind=LinkKind.MAKES, start="office", end="open"),
        Link(id="m2", kind=LinkKind.MAKES, start="office", end="close"),
        Link(id="i1", start="open", end="recruits", sign=Sign.PLUS, strength=0.5, delay_low=3, delay_high=9, claims=said),
        Link(id="i2", start="close", end="recruits", sign=Sign.MINUS, strength=0.5, delay_low=0, delay_high=0, claims=said),
        Link(id="i3", start="recruits", end="care", sign=Sign.PLUS, strength=0.5, claims=said),
        Link(id="p1", kind=LinkKind.MATTERS_TO, start="care", end="person"),
        Link(id="p2", kind=LinkKind.SHOWS_AT, start="care", end="provider"),
    ]
    return built(nodes, links)


@pytest.mark.parametrize("goal", ["care", "person", "provider"])
def test_a_body_stands_for_its_decisions_and_people_for_what_matters_to_them(goal) -> None:
    answer = ask(a_small_system(), {"office"}, {goal}, Filters(as_of=date(2026, 1, 1)))
    assert [path.nodes for path in answer.paths] == [("office", "close", "recruits", "care")]
    path = answer.paths[0]
    assert (path.sign, path.strength, path.steps[0].sign, path.hand_offs) == ("-", 0.25, None, ("office",))
    assert (path.delay_months, path.delay_low, path.delay_high) == (None, 0, None)


def test_a_body_that_is_asked_about_its_own_decision_has_the_lead_in_alone() -> None:
    answer = ask(a_small_system(), {"office"}, {"close"}, Filters(as_of=date(2026, 1, 1)))
    assert [path.nodes for path in answer.paths] == [("office", "close")]
    assert (answer.paths[0].strength, answer.robustness, answer.sourced_share) == (1.0, None, None)
    assert answer.paths[0].text.startswith("Office makes the decision")


@pytest.mark.parametrize("names", [{"care"}, {"office"}, {"person"}, {"office", "provider"}])
def test_the_same_names_at_both_ends_have_nothing_between_them(names) -> None:
    answer = ask(a_small_system(), names, names, Filters(as_of=None))
    assert answer.balance.found == 0
    assert "loops" in (answer.reason or "")


def test_decisions_are_those_in_force_on_the_day_and_are_never_netted() -> None:
    then = ask(a_small_system(), {"office"}, {"care"}, Filters(as_of=date(2022, 6, 1)))
    ever = ask(a_small_system(), {"office"}, {"care"}, Filters(as_of=None))
    assert [path.nodes[1] for path in then.paths] == ["open"]
    assert then.to_json()["net"] == 0.25
    assert {path.nodes[1] for path in ever.paths} == {"open", "close"}
    assert (ever.to_json()["net"], ever.to_json()["determinacy"]) == (None, None)
    assert [each.balance.net for each in ever.decisions] == [0.25, -0.25]


def test_an_empty_answer_says_why() -> None:
    whole = a_small_system()
    same = ask(whole, {"care"}, {"care"}, Filters())
    assert same.balance.found == 0
    assert "loops" in (same.reason or "")
    assert "2025-07-22" in (ask(whole, {"open"}, {"care"}, Filters(as_of=date(2026, 1, 1))).reason or "")
    assert "avoiding recruits" in (ask(whole, {"close"}, {"care"}, Filters(avoid=("recruits",))).reason or "")
    assert "at most 1 links" in (ask(whole, {"close"}, {"care"}, Filters(max_links=1)).reason or "")


def test_a_part_keeps_who_owns_what_lies_on_the_way() -> None:
    whole = built(
        [
            *(Node(id=name, label=name) for name in "abc"),
            Node(id="work", label="Work", kind=NodeKind.PROCESS),
            decision("choice"),
            *(Node(id=body, label=body, kind=NodeKind.BODY) for body in ("council", "office")),
        ],
        [
            *(Link(id=f"i{start}", start=start, end=end) for start, end in pairwise(("a", "choice", "b", "work", "c"))),
            Link(id="m", start="office", end="choice", kind=LinkKind.MAKES),
            Link(id="w", start="council", end="work", kind=LinkKind.CARRIES_OUT),
        ],
    )
    part = corridor(Snapshot(whole), ["a"], ["c"], Filters())
    asked = [ask(each, {"a"}, {"c"}, Filters()) for each in (whole, part)]
    assert asked[0].paths[0].hand_offs == ("office", "council")
    assert asked[0].to_json() == asked[1].to_json()


def test_an_unknown_name_comes_with_near_ones() -> None:
    with pytest.raises(UnknownName) as caught:
        ask(a_small_system(), {"recruit"}, {"care"}, Filters())
    assert caught.value.near == ("recruits",)


def test_a_capped_count_says_so_and_leaves_the_top_exact() -> None:
    nodes = [Node(id=name, label=name) for name in ("a", "b", *(f"m{n}" for n in range(20)))]
    links = [
        Link(id=f"{start}-{end}", start=start, end=end, sign=Sign.PLUS, strength=(number + 1) / 25)
        for number in range(20)
        for start, end in (("a", f"m{number}"), (f"m{number}", "b"))
    ]
    answer = ask(built(nodes, links), {"a"}, {"b"}, Filters(max_paths=5, top=3))
    assert (answer.balance.found, answer.balance.complete) == (5, False)
    assert [path.nodes[1] for path in answer.paths] == ["m19", "m18", "m17"]


def test_an_assumed_weight_holds_for_the_question_alone() -> None:
    whole = a_small_system()
    answer = ask(whole, {"close"}, {"care"}, Filters(assume={"i2": 0.3}))
    assert (answer.paths[0].sign, answer.paths[0].strength) == ("+", pytest.approx(0.15))
    assert ask(whole, {"close"}, {"care"}, Filters()).paths[0].sign == "-"
    with pytest.raises(BadInput, match="between -1 and 1"):
        ask(whole, {"close"}, {"care"}, Filters(assume={"i2": 3}))


def test_labels_stand_for_ids_where_they_are_unique() -> None:
    assert ask(a_small_system(), {"Office"}, {"Care"}, Filters()).balance.found == 2


def test_a_body_that_does_not_stand_on_the_day_answers_for_nothing() -> None:
    nodes = [
        Node(id="new", kind=NodeKind.BODY, label="New", valid_from="2024-07-01"),
        decision("rule", owner="new"),
        Node(id="care", label="Care"),
    ]
    whole = built(nodes, [Link(id="i", start="rule", end="care", sign=Sign.PLUS, strength=0.5)])
    then = ask(whole, {"new"}, {"care"}, Filters(as_of=date(2022, 6, 1)))
    assert (then.balance.found, "2024-07-01" in (then.reason or "")) == (0, True)
    assert ask(whole, {"new"}, {"care"}, Filters(as_of=date(2025, 1, 1))).balance.found == 1

"""Reach against the plain search on small random maps, down from one node and up to one outcome."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.reach import reach
from graph.results import tidy
from graph.scope import Filters
from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.errors import BadQuestion
from schema.kinds import Better, LinkKind, NodeKind, Sign
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import Plain, built, decision, every_path, maps, ranked

MOST = st.sampled_from([0, 1, 2, 8])


def ask(system_map: SystemMap, name: str, direction: str = "down", **filters: object):
    return reach(Snapshot(system_map), name, direction, Filters(**{"top": 1000, **filters}))


def expected(paths: list[Plain]) -> tuple:
    sums = {sign: math.fsum(path.strength for path in paths if path.sign == sign) for sign in (1, -1, 0)}
    whole, best = math.fsum(sums.values()), ranked(iter(paths))[0]
    net = sums[1] - sums[-1]
    sign = "?" if sums[1] == sums[-1] == 0 else "+" if net > 0 else "-" if net < 0 else "0"
    return len(paths), sign, pytest.approx(net), pytest.approx(abs(net) / whole), best.links, tidy(best.delay), best.confidence


def shown(item) -> tuple:
    balance, best = item.balance, item.best
    return balance.found, item.sign, balance.net, balance.determinacy, best.links, tidy(best.delay_months), best.confidence


@given(maps(), MOST)
def test_what_a_node_reaches_is_what_the_plain_search_reaches(system_map, most) -> None:
    answer = ask(system_map, "a", max_links=most)
    found = {item.id: shown(item) for item in answer.items}
    oracle = {}
    for node in system_map.nodes:
        paths = list(every_path(system_map, {"a"}, {node.id}, most)) if node.id != "a" else []
        if paths:
            oracle[node.id] = expected(paths)
    assert found == oracle
    assert (answer.reached, answer.total) == (len(oracle), len(system_map.nodes) - 1)
    assert answer.complete
    strengths = [float(f"{item.best.strength:.12g}") for item in answer.items]
    assert strengths == sorted(strengths, reverse=True)
    assert sum(share.reached for share in answer.by_silo) == sum(share.reached for share in answer.by_tier) == len(oracle)
    assert (answer.reason is None) == bool(oracle)


@given(maps(), MOST, st.sets(st.sampled_from("bcdef"), min_size=1))
def test_which_decisions_reach_an_outcome_is_what_the_plain_search_says(system_map, most, deciding) -> None:
    nodes = [replace(node, kind=NodeKind.DECISION) if node.id in deciding else node for node in system_map.nodes]
    whole = SystemMap.of(nodes, system_map.links, system_map.sources)
    decisions = [node.id for node in nodes if node.kind is NodeKind.DECISION] or [node.id for node in nodes if node.id != "a"]
    answer = ask(whole, "a", "up", max_links=most)
    oracle = {name: list(every_path(whole, {name}, {"a"}, most)) for name in decisions}
    assert {item.id: shown(item) for item in answer.items} == {name: expected(paths) for name, paths in oracle.items() if paths}
    assert (answer.reached, answer.total) == (sum(map(bool, oracle.values())), len(decisions))


@given(maps(), st.data())
def test_filters_narrow_every_balance(system_map, data) -> None:
    there = [node.id for node in system_map.nodes if node.id != "a"]
    filters = {
        "avoid": tuple(data.draw(st.sets(st.sampled_from(there), max_size=1))),
        "require": tuple(data.draw(st.sets(st.sampled_from(there), max_size=1))),
        "max_delay": data.draw(st.sampled_from([None, 0.0, 13.0])),
        "sign": data.draw(st.sampled_from([None, Sign.PLUS, Sign.MINUS])),
    }

    def passes(path: Plain) -> bool:
        return (
            not set(path.nodes) & set(filters["avoid"])
            and set(filters["require"]) <= set(path.nodes)
            and (filters["max_delay"] is None or path.delay <= filters["max_delay"])
            and (filters["sign"] is None or path.sign == {"+": 1, "-": -1}[filters["sign"]])
        )

    answer = ask(system_map, "a", **filters)
    oracle = {name: [path for path in every_path(system_map, {"a"}, {name}, 8) if passes(path)] for name in there}
    assert {item.id: shown(item) for item in answer.items} == {name: expected(paths) for name, paths in oracle.items() if paths}


@given(maps(), st.integers(1, 5))
def test_a_capped_answer_still_has_every_best_path(system_map, most) -> None:
    capped, whole = (ask(system_map, "a", max_paths=count) for count in (most, 10**6))
    assert [(item.id, item.best.links) for item in capped.items] == [(item.id, item.best.links) for item in whole.items]
    assert capped.exact_best
    few = ask(system_map, "a", max_paths=most, top=2)
    assert [(item.id, item.best.links) for item in few.items] == [(item.id, item.best.links) for item in whole.items[:2]]
    assert few.reached == whole.reached
    assert capped.complete == (whole.paths <= most)
    assert all(few.balance.found <= all_of_them.balance.found for few, all_of_them in zip(capped.items, whole.items, strict=True))


@given(maps(), st.randoms())
def test_the_order_of_links_in_a_file_changes_no_byte(system_map, random) -> None:
    links = list(system_map.links)
    random.shuffle(links)
    mixed = SystemMap.of(system_map.nodes, links, system_map.sources)
    for direction in ("down", "up"):
        first, second = (json.dumps(ask(each, "a", direction).to_json()) for each in (system_map, mixed))
        assert first == second


def a_map() -> SystemMap:
    nodes = [
        Node(id="government", kind=NodeKind.TIER, label="Government"),
        Node(id="office", kind=NodeKind.BODY, label="Office", silo="migration"),
        decision("close", owner="office", tier="government"),
        decision("later", owner="office", valid_from="2030-01-01"),
        Node(id="recruits", label="Recruits", better=Better.NOT_OURS, silo="workforce"),
        Node(id="gaps", label="Gaps", better=Better.LESS, silo="provision", tier="government"),
        Node(id="moment", label="Moment", better=Better.MORE),
        Node(id="apart", label="Apart", better=Better.MORE),
        Node(id="switch", label="No outcome"),
    ]
    links = [
        Link(id="m", kind=LinkKind.MAKES, start="office", end="close"),
        Link(id="cr", start="close", end="recruits", sign=Sign.MINUS, strength=0.5, delay_low=0, delay_high=6),
        Link(id="rg", start="recruits", end="gaps", sign=Sign.MINUS, strength=0.5, delay_low=3, delay_high=3),
        Link(id="gm", start="gaps", end="moment", sign=Sign.MINUS, strength=0.5, delay_low=0, delay_high=0),
        Link(id="cs", start="close", end="switch", sign=Sign.PLUS, strength=0.5),
        Link(id="sm", kind=LinkKind.SHOWS_AT, start="moment", end="office"),
    ]
    return built(nodes, links)


def test_outcomes_are_told_by_tier_and_silo_with_what_is_better_and_worse() -> None:
    answer = ask(a_map(), "close")
    assert [(item.id, item.sign, item.worth, item.best.delay_months) for item in answer.items] == [
        ("recruits", "-", "", 3),
        ("gaps", "+", "worse", 6),
        ("moment", "-", "worse", 6),
    ]
    assert (answer.reached, answer.total) == (3, 4)
    tiers = {share.id: (share.label, share.reached, share.total, share.worse) for share in answer.by_tier}
    assert tiers == {"government": ("Government", 1, 1, 1), "unassigned": ("unassigned", 2, 3, 1)}
    assert {share.id: share.reached for share in answer.by_silo} == {"provision": 1, "workforce": 1, "unassigned": 1}
    assert "reaches 3 of 4 outcomes" in answer.text


def test_exposure_counts_the_decisions_that_stand() -> None:
    answer = ask(a_map(), "moment", "up", as_of=date(2026, 1, 1))
    assert [(item.id, item.sign, item.worth, item.silo) for item in answer.items] == [("close", "-", "worse", "migration")]
    assert (answer.reached, answer.total, answer.share) == (1, 1, 1.0)
    assert ask(a_map(), "moment", "up").total == 2
    assert "exposed to 1 of 1 decisions" in answer.text


def test_a_body_is_refused_with_what_can_be_asked() -> None:
    with pytest.raises(BadQuestion, match="close"):
        ask(a_map(), "office")
    with pytest.raises(BadQuestion, match="moment"):
        ask(a_map(), "office", "up")
    with pytest.raises(BadQuestion, match="down or up"):
        ask(a_map(), "close", "sideways")


def test_nothing_reached_says_why() -> None:
    assert "stands from 2030-01-01" in (ask(a_map(), "later", as_of=date(2026, 1, 1)).reason or "")
    assert ask(a_map(), "apart").reason == "No path of at most 8 links leads from apart to an outcome."


def test_a_question_that_is_stopped_says_that_it_is_not_complete() -> None:
    names = [f"n{number:02}" for number in range(14)]
    links = [
        Link(id=f"{one}>{other}", start=one, end=other, sign=Sign.PLUS, strength=0.5) for one in names for other in names if one != other
    ]
    answer = reach(Snapshot(built([Node(id=name, label=name) for name in names], links)), "n00", "down", Filters(), stop=lambda: True)
    assert not answer.complete
    assert not answer.exact_best
    assert all(not item.balance.complete for item in answer.items)


def test_the_closure_of_the_overseas_route_reaches_vacancies_by_way_of_recruits() -> None:
    answer = ask(shipped_content(), "close-overseas-route-2025", as_of=date(2026, 1, 1))
    found = {item.id: item for item in answer.items}
    assert (found["care-vacancies"].sign, found["care-vacancies"].worth) == ("+", "worse")
    assert found["care-vacancies"].best.nodes[1:3] == ("care-worker-visas-granted", "overseas-recruits")

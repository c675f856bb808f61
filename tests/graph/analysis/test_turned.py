"""Signs turned round: what that does to every answer follows from how many of the links on a way are turned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.impact import impact
from graph.analysis.litmus import litmus
from graph.analysis.loops import loops
from graph.analysis.reach import reach
from graph.analysis.whatif import whatif
from graph.scope import Filters, Scenario
from graph.snapshot import Snapshot
from schema.kinds import Sign
from schema.records import Link
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import NAMES, Plain, built, decision, every_path, maps, ranked, sign_of

OTHER = {Sign.PLUS: Sign.MINUS, Sign.MINUS: Sign.PLUS}
KIND = {1: "R", -1: "B", 0: "U"}
MARK = {1: "+", -1: "-", 0: "?"}
WIDE = Filters(top=10_000)
TURNED_VERDICT = {"KEEP": "STOP", "STOP": "KEEP"}


def turned(system_map: SystemMap, which: Callable[[Link], bool] = lambda _: True) -> SystemMap:
    """The map with the signs of some links, and of what is claimed of them, turned round."""

    def turn(link: Link) -> Link:
        claims = tuple(replace(claim, sign=OTHER.get(claim.sign, claim.sign)) for claim in link.claims)
        return replace(link, sign=OTHER.get(link.sign, link.sign), claims=claims)

    links = [turn(link) if which(link) else link for link in system_map.links]
    return SystemMap.of(system_map.nodes, links, system_map.sources)


def seen_from_below(system_map: SystemMap, name: str) -> SystemMap:
    """The map with one node said the other way: "less of it" where it said "more", so that each link with one end there turns."""
    return turned(system_map, lambda link: (link.start == name) != (link.end == name))


def balance_is(system_map: SystemMap, start: str, goal: str, wanted: Iterable[Plain], turn: Callable[[Plain], int]) -> None:
    """Fails where an answer is not made of these paths with their signs turned."""
    answer = impact(Snapshot(system_map), [start], [goal], WIDE)
    paths = ranked(iter(wanted))
    assert [(path.links, path.sign) for path in answer.paths] == [(path.links, MARK[path.sign * turn(path)]) for path in paths]
    for sign, total in ((1, answer.balance.supporting), (-1, answer.balance.opposing), (0, answer.balance.undetermined)):
        assert total == pytest.approx(math.fsum(path.strength for path in paths if path.sign * turn(path) == sign))


@settings(max_examples=60)
@given(maps(), st.sampled_from(NAMES[:3]), st.sampled_from(NAMES[:3]))
def test_with_all_signs_turned_the_paths_of_an_odd_number_of_links_turn(system_map, start, goal) -> None:
    names = {node.id for node in system_map.nodes}
    if start == goal or not {start, goal} <= names:
        return
    paths = list(every_path(system_map, {start}, {goal}, 8))
    balance_is(turned(system_map), start, goal, paths, lambda path: (-1) ** len(path.links))


@settings(max_examples=60)
@given(maps(), st.sampled_from("ab"), st.sampled_from("ab"), st.sampled_from(NAMES[:4]))
def test_a_node_said_the_other_way_turns_only_the_paths_that_end_there(system_map, start, goal, name) -> None:
    if start == goal or name not in {node.id for node in system_map.nodes}:
        return
    paths = list(every_path(system_map, {start}, {goal}, 8))
    balance_is(seen_from_below(system_map, name), start, goal, paths, lambda _: -1 if name in (start, goal) else 1)


@settings(max_examples=60)
@given(maps(), st.sampled_from("ab"))
def test_loops_of_an_odd_number_of_links_turn_and_a_node_said_the_other_way_turns_none(system_map, name) -> None:
    sign = {link.id: sign_of(link) for link in system_map.links}
    before, all_turned, one_turned = (
        loops(Snapshot(each), None, WIDE) for each in (system_map, turned(system_map), seen_from_below(system_map, name))
    )
    product = [math.prod(sign[link] for link in loop.links) for loop in before.loops]
    assert [loop.kind for loop in before.loops] == [KIND[each] for each in product]
    wanted = [(loop.links, loop.gain, KIND[each * (-1) ** len(loop.links)]) for loop, each in zip(before.loops, product, strict=True)]
    assert [(loop.links, loop.gain, loop.kind) for loop in all_turned.loops] == wanted
    assert [(loop.links, loop.gain, loop.kind) for loop in one_turned.loops] == [
        (loop.links, loop.gain, loop.kind) for loop in before.loops
    ]


@settings(max_examples=40)
@given(maps(), st.sampled_from(NAMES[:4]), st.integers(0, 6))
def test_what_is_held_and_a_node_said_the_other_way_move_the_rest_alike(system_map, name, months) -> None:
    if name not in {node.id for node in system_map.nodes}:
        return
    value = 0.8
    plain = whatif(Snapshot(system_map), Scenario(held={"a": value}, months=months), Filters())
    other = whatif(
        Snapshot(seen_from_below(system_map, name)), Scenario(held={"a": -value if name == "a" else value}, months=months), Filters()
    )
    assert other.steepness == pytest.approx(plain.steepness)
    for place, each in enumerate(plain.ids):
        side = -1.0 if each == name else 1.0
        assert other.difference[place] == pytest.approx(side * plain.difference[place], abs=1e-8)
        for one, there in zip(plain.months or (), other.months or (), strict=True):
            assert there[place] == pytest.approx(side * one[place], abs=1e-8)


@settings(max_examples=25)
@given(maps(), st.sampled_from(NAMES[1:4]), st.integers(0, 4))
def test_draws_of_a_node_said_the_other_way_have_its_band_upside_down(system_map, name, seed) -> None:
    known = SystemMap.of(system_map.nodes, [link for link in system_map.links if sign_of(link)], system_map.sources)
    plain, other = (
        whatif(Snapshot(each), Scenario(held={"a": 1.0}, draws=40, seed=seed), Filters()).draws
        for each in (known, seen_from_below(known, name))
    )
    assert plain is not None
    assert other is not None
    assert plain.settled == other.settled
    bands = {band.id: band for band in other.bands}
    assert bands.keys() == {band.id for band in plain.bands}
    for band in plain.bands:
        there = bands[band.id]
        mirrored = (there.fall, there.rise, -there.high, -there.low) if band.id == name else (there.rise, there.fall, there.low, there.high)
        assert (band.rise, band.fall, band.low, band.high) == pytest.approx(mirrored, abs=1e-7)


@settings(max_examples=40)
@given(maps(), st.sets(st.tuples(st.sampled_from("uv"), st.sampled_from(NAMES[:3])), min_size=1))
def test_a_moment_said_the_other_way_turns_every_verdict(system_map, moves) -> None:
    names = {node.id for node in system_map.nodes}
    nodes = [*system_map.nodes, *(decision(name) for name in "uv")]
    drawn = [Link(id=f"m{one}{what}", start=one, end=what, sign=Sign.PLUS, strength=0.5) for one, what in sorted(moves) if what in names]
    whole = built(nodes, [*system_map.links, *drawn])
    plain, other = (litmus(Snapshot(each), [], "b", Filters()) for each in (whole, seen_from_below(whole, "b")))
    for one, there in zip(plain.verdicts, other.verdicts, strict=True):
        assert (one.decision, one.reason) == (there.decision, there.reason)
        assert there.verdict == TURNED_VERDICT.get(one.verdict, one.verdict)
        assert (one.balance.supporting, one.balance.opposing) == (there.balance.opposing, there.balance.supporting)
        assert one.balance.determinacy == there.balance.determinacy


@settings(max_examples=40)
@given(maps(), st.sampled_from(NAMES[1:4]))
def test_reach_turns_at_a_node_said_the_other_way_and_nowhere_else(system_map, name) -> None:
    plain, other = (reach(Snapshot(each), "a", "down", Filters(top=100)) for each in (system_map, seen_from_below(system_map, name)))
    swap = {"+": "-", "-": "+"}
    wanted = [(item.id, swap.get(item.sign, item.sign) if item.id == name else item.sign) for item in plain.items]
    assert [(item.id, item.sign) for item in other.items] == wanted

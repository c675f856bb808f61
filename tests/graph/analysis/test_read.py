"""Reading the map, against plain walks over its links."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings

from graph.results import ReadAnswer
from graph.scope import Filters
from graph.service import MapService
from graph.store import FixedMap
from schema.errors import UnknownName
from schema.kinds import FlowKind, LinkKind, NodeKind, Sign
from schema.records import Link, Money, Node
from schema.system_map import SystemMap
from tests.builders import a_link, a_map
from tests.graph.analysis.small_maps import average, built, every_path, maps, sign_of


def ask(system_map: SystemMap, *names: str, moment: str | None = None, **filters: object) -> ReadAnswer:
    return MapService(FixedMap(system_map, "x")).read(names, Filters(**filters), moment=moment)


@given(maps())
def test_roles_and_balances_are_counted_from_the_links(system_map) -> None:
    links = [link for link in system_map.links if link.start != link.end]
    for reading in ask(system_map).readings:
        out, into = sum(link.start == reading.id for link in links), sum(link.end == reading.id for link in links)
        assert (reading.into, reading.out) == (into, out)
        assert reading.role == {(0, 0): "isolated", (0, 1): "driver", (1, 0): "receiver", (1, 1): "ordinary"}[bool(into), bool(out)]
        assert reading.balance == ((out - into) / (out + into) if out + into else None)
        strengths = [math.fsum(average(link, "strength", 0.5) for link in links if end(link) == reading.id) for end in (_end, _start)]
        assert [reading.into_strength, reading.out_strength] == pytest.approx(strengths)


def _start(link: Link) -> str:
    return link.start


def _end(link: Link) -> str:
    return link.end


def test_a_pure_driver_has_a_balance_of_one_and_a_pure_receiver_of_minus_one() -> None:
    readings = {reading.id: reading for reading in ask(a_map("a +> b 0.5", "b -> c 0.5", "alone")).readings}
    assert [readings[name].balance for name in ("a", "b", "c", "alone")] == [1, 0, -1, None]
    assert readings["b"].betweenness == 1
    assert readings["alone"].community is None


@settings(max_examples=60)
@given(maps())
def test_influence_on_the_moment_is_the_strongest_path_there(system_map) -> None:
    answer = ask(system_map, moment="b", max_links=3)
    for reading in answer.readings:
        if reading.id != "b":
            best = max((path.strength for path in every_path(system_map, {reading.id}, {"b"}, 3)), default=0.0)
            assert reading.influence == pytest.approx(best)
    assert "prefer influence on a named outcome" in answer.text


@settings(max_examples=60)
@given(maps())
def test_up_and_downstream_are_what_paths_lead_to(system_map) -> None:
    about = ask(system_map, "a", max_links=2).nodes[0]
    for near, walks in (
        (about.downstream, lambda other: every_path(system_map, {"a"}, {other}, 2)),
        (about.upstream, lambda other: every_path(system_map, {other}, {"a"}, 2)),
    ):
        expected = {}
        for node in system_map.nodes:
            lengths = [len(path.links) for path in walks(node.id)] if node.id != "a" else []
            if lengths:
                expected[node.id] = min(lengths)
        assert {each.id: each.links for each in near} == expected


def test_balancing_loops_buffer_and_pushes_both_ways_buffet() -> None:
    assert ask(a_map("a +> b 0.5", "b -> a 0.5"), "a").nodes[0].word == "buffered"
    assert ask(a_map("a +> x 0.5", "b -> x 0.5", "c +> x 0.25"), "x").nodes[0].word == "buffeted"
    assert ask(a_map("a +> x 0.5", "b +> x 0.5", "c +> x 0.25"), "x").nodes[0].word == "neither"
    assert ask(a_map("a +> b 0.5", "b +> a 0.5"), "a").nodes[0].word == "neither"


@settings(max_examples=60)
@given(maps())
def test_two_outcomes_have_paths_between_them_and_a_common_upstream(system_map) -> None:
    pair = ask(system_map, "a", "b", top=500).pairs[0]
    assert {path.links for path in pair.forth} == {path.links for path in every_path(system_map, {"a"}, {"b"}, 8)}
    assert {path.links for path in pair.back} == {path.links for path in every_path(system_map, {"b"}, {"a"}, 8)}
    above = [{near.id for near in node.upstream} for node in ask(system_map, "a", "b").nodes]
    assert set(pair.upstream_of_both) == (above[0] & above[1]) - {"a", "b"}
    for path in pair.forth:
        signs = [sign_of(next(link for link in system_map.links if link.id == name)) for name in path.links]
        assert path.sign == {1: "+", -1: "-", 0: "?"}[math.prod(signs)]


def layered() -> SystemMap:
    """Two bodies: the far one decides over a process of the near one, which acts on the moment; a third decides in vain."""
    money = Money(pence=300, year="2024-25", status="outturn", flow=FlowKind.TRANSFER)
    return built(
        [
            *(Node(id=name, kind=NodeKind.BODY, label=name) for name in ("far", "near", "idle")),
            Node(id="order", kind=NodeKind.DECISION, label="Order", owner="far"),
            Node(id="work", kind=NodeKind.PROCESS, label="Work", owner="near"),
            Node(id="vain", kind=NodeKind.DECISION, label="Vain", owner="idle"),
            Node(id="between", label="Between"),
            Node(id="moment-of-interaction", label="Moment"),
        ],
        [
            Link(id="1", start="order", end="between", sign=Sign.PLUS, strength=0.5),
            Link(id="2", start="between", end="work", sign=Sign.PLUS, strength=0.5),
            Link(id="3", start="work", end="moment-of-interaction", sign=Sign.PLUS, strength=0.5),
            Link(id="4", start="far", end="near", kind=LinkKind.FUNDS, money=money),
            Link(id="5", start="near", end="far", kind=LinkKind.INFORMS),
            Link(id="6", start="near", end="near", kind=LinkKind.INFORMS),
        ],
    )


def test_layers_count_links_and_hand_offs_to_the_person_and_what_crosses() -> None:
    layers = ask(layered()).layers
    assert layers is not None
    assert [(layer.links, layer.decisions) for layer in layers.layers] == [(0, ()), (1, (("work", 0),)), (2, ()), (3, (("order", 1),))]
    assert layers.never == ("vain",)
    assert [layer.owners for layer in layers.layers] == [(), ("near",), (), ("far",)]
    assert [layer.money_share for layer in layers.layers] == [0, 1, 1, 0]
    assert [layer.signal_share for layer in layers.layers] == [0, 0.5, 0.5, 0]
    assert layers.year == "2024-25"


@given(maps())
def test_shuffled_links_are_read_alike(system_map) -> None:
    turned = SystemMap.of(system_map.nodes, tuple(reversed(system_map.links)), system_map.sources)
    before, after = ask(system_map).to_json(), ask(turned).to_json()
    assert {**after, "nodes": None} == {**before, "nodes": None}
    for ours, theirs in zip(after["nodes"], before["nodes"], strict=True):
        assert {key: pytest.approx(value) if isinstance(value, float) else value for key, value in theirs.items()} == ours


def test_names_that_are_not_there_are_refused_and_flags_are_shown() -> None:
    with pytest.raises(UnknownName):
        ask(a_map("a +> b 0.5"), "zz")
    node = replace(a_map("a").nodes[0], important=True, vulnerable=True)
    assert ask(SystemMap.of([node])).readings[0].flags == ("important", "vulnerable")
    assert ask(SystemMap.of([Node(id="a"), Node(id="b")], [a_link("a +> a 1")])).roles["isolated"] == 2

"""Silos against plain counting on small random maps: crossings, brokers, shortest ways, modularity."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.silos import silos
from graph.results import SiloAnswer
from graph.results.silos import ROLES
from graph.scope import Filters
from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.errors import UnknownName
from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import average, built, decision, sign_of

SILOS = [None, "north", "south", "west"]


@st.composite
def mixed_maps(draw: st.DrawFn) -> SystemMap:
    """Factors in several silos or none, with influence links among them, self-links and parallel ones included."""
    names = "abcdefg"[: draw(st.integers(2, 7))]
    nodes = [Node(id=name, label=name, silo=draw(st.sampled_from(SILOS))) for name in names]
    links = []
    for number in range(draw(st.integers(0, 14))):
        signs = st.sampled_from([Sign.PLUS, Sign.MINUS, Sign.UNKNOWN])
        start, end = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        links.append(Link(id=f"l{number:02}", start=start, end=end, sign=draw(signs), strength=draw(st.sampled_from([0.25, 0.3, 0.75]))))
    return built(nodes, links)


def ask(system_map: SystemMap, moment: str | None = None, *, draws: int = 0, seed: int = 1, **filters: object) -> SiloAnswer:
    return silos(Snapshot(system_map), moment, Filters(**{"top": 1000, **filters}), draws=draws, seed=seed)


def influences(system_map: SystemMap) -> list[Link]:
    return [link for link in system_map.links if link.kind is LinkKind.INFLUENCES]


@given(mixed_maps())
def test_the_matrix_adds_up_signed_strengths_and_counts_crossings(system_map) -> None:
    answer, links = ask(system_map), influences(system_map)
    silo = {node.id: node.silo for node in system_map.nodes}
    names = [each.id for each in answer.silos]
    assert names == sorted({name for name in silo.values() if name})
    for (one, row), (other, column) in itertools.product(enumerate(names), repeat=2):
        there = [link for link in links if (silo[link.start], silo[link.end]) == (row, column)]
        assert answer.counts[one][other] == len(there)
        assert answer.unknown[one][other] == sum(sign_of(link) == 0 for link in there)
        assert answer.matrix[one][other] == math.fsum(sign_of(link) * average(link, "strength", 0.5) for link in there)
    pairs = [(silo[link.start], silo[link.end]) for link in links]
    assert answer.links == len(links)
    assert answer.unassigned == sum(None in pair for pair in pairs)
    assert answer.crossings == sum(None not in pair and pair[0] != pair[1] for pair in pairs)
    for each in answer.silos:
        assert each.inside == pairs.count((each.id, each.id))
        assert each.out == sum(pair[0] == each.id and pair[1] not in (None, each.id) for pair in pairs)


@given(mixed_maps())
def test_brokers_are_counted_by_role(system_map) -> None:
    silo = {node.id: node.silo for node in system_map.nodes}
    joined = {(link.start, link.end) for link in influences(system_map) if link.start != link.end}
    roles: dict[str, Counter[str]] = {}
    for a, b, c in itertools.permutations(silo, 3):
        if (a, b) not in joined or (b, c) not in joined or (a, c) in joined or None in (silo[a], silo[b], silo[c]):
            continue
        same = (silo[a] == silo[b], silo[b] == silo[c], silo[a] == silo[c])
        role = {
            (True, True, True): "coordinator",
            (False, True, False): "gatekeeper",
            (True, False, False): "representative",
            (False, False, True): "consultant",
            (False, False, False): "liaison",
        }[same]
        roles.setdefault(b, Counter())[role] += 1
    answer = ask(system_map)
    assert {broker.id: {role: getattr(broker, role) for role in ROLES} for broker in answer.brokers} == {
        node: {role: counted[role] for role in ROLES} for node, counted in roles.items()
    }
    assert answer.roles == {role: sum(counted[role] for counted in roles.values()) for role in ROLES}


@given(mixed_maps(), st.sampled_from([0, 2, 3]))
def test_betweenness_is_the_share_of_shortest_ways_between_silos(system_map, most) -> None:
    silo = {node.id: node.silo for node in system_map.nodes}
    network = nx.DiGraph([(link.start, link.end) for link in influences(system_map) if link.start != link.end])
    between: Counter[str] = Counter()
    pairs = 0
    for one, other in itertools.permutations(network, 2):
        if None in (silo[one], silo[other]) or silo[one] == silo[other] or not nx.has_path(network, one, other):
            continue
        ways = list(nx.all_shortest_paths(network, one, other))
        if most and len(ways[0]) - 1 > most:
            continue
        pairs += 1
        for way in ways:
            for node in way[1:-1]:
                between[node] += 1 / len(ways)
    answer = ask(system_map, max_links=most)
    assert answer.betweenness is not None
    assert {each.id: each.betweenness for each in answer.betweenness} == pytest.approx(dict(between))
    assert {each.id: each.share for each in answer.betweenness} == pytest.approx({node: value / pairs for node, value in between.items()})


@given(mixed_maps())
def test_modularity_is_that_of_networkx_and_the_communities_are_at_least_as_modular(system_map) -> None:
    silo = {node.id: node.silo for node in system_map.nodes}
    network = nx.DiGraph()
    for link in influences(system_map):
        if link.start != link.end and silo[link.start] and silo[link.end]:
            known = network.get_edge_data(link.start, link.end, {"weight": 0.0})["weight"]
            network.add_edge(link.start, link.end, weight=known + average(link, "strength", 0.5))
    found = ask(system_map, draws=5).modularity
    if not network.size() or len({name for name in silo.values() if name}) < 2:
        assert found is None or found.silos == 0
        return
    groups: dict[str, set[str]] = {}
    for node in network:
        groups.setdefault(silo[node], set()).add(node)
    assert found is not None
    assert found.silos == pytest.approx(nx.community.modularity(network, groups.values(), weight="weight"))
    assert found.communities >= found.silos - 1e-12
    assert found.gap == pytest.approx(found.communities - found.silos)
    assert 0 <= found.null_at_least <= 1


def test_silos_that_hold_together_beat_chance_and_silos_dealt_out_do_not() -> None:
    clusters = [f"{group}{number}" for group in "xyz" for number in range(6)]
    links = [
        Link(id=f"{one}>{other}", start=one, end=other, sign=Sign.PLUS, strength=0.5)
        for one, other in itertools.permutations(clusters, 2)
        if one[0] == other[0]
    ]
    held = built([Node(id=name, label=name, silo=name[0]) for name in clusters], links)
    dealt = built([Node(id=name, label=name, silo=str(int(name[1]) % 3)) for name in clusters], links)
    apart, mixed = (ask(each, draws=99).modularity for each in (held, dealt))
    assert apart is not None
    assert mixed is not None
    assert apart.null_at_least < 0.05 < mixed.null_at_least
    assert apart.gap == pytest.approx(0)
    assert mixed.gap > 0.5
    assert ask(held, draws=20, seed=7).to_json() == ask(held, draws=20, seed=7).to_json()


@given(mixed_maps(), st.randoms())
def test_the_order_of_links_in_a_file_changes_no_byte(system_map, random) -> None:
    links = list(system_map.links)
    random.shuffle(links)
    mixed = SystemMap.of(system_map.nodes, links, system_map.sources)
    first, second = (json.dumps(ask(each, draws=3).to_json()) for each in (system_map, mixed))
    assert first == second


def test_exposure_and_reach_are_shares_of_decisions_and_of_outcomes() -> None:
    nodes = [
        Node(id="office", kind=NodeKind.BODY, label="Office", silo="migration"),
        Node(id="council", kind=NodeKind.BODY, label="Council", silo="council"),
        decision("close", owner="office"),
        decision("open", owner="office"),
        decision("buy", owner="council"),
        *(Node(id=name, label=name, owner=owner) for name, owner in (("x", "office"), ("y", "council"), ("moment", "council"))),
    ]
    links = [
        Link(id="cx", start="close", end="x", sign=Sign.PLUS, strength=0.5),
        Link(id="xm", start="x", end="moment", sign=Sign.PLUS, strength=0.5),
        Link(id="by", start="buy", end="y", sign=Sign.PLUS, strength=0.5),
    ]
    answer = ask(built(nodes, links), "moment")
    shares = {silo.id: (silo.exposure, silo.reach) for silo in answer.silos}
    assert shares == {"migration": (0.5, pytest.approx(2 / 3)), "council": (0.0, pytest.approx(1 / 3))}
    assert (answer.exposure, answer.exposed_by, answer.decisions) == (pytest.approx(1 / 3), 1, 3)
    assert [(each.start, each.end, each.links) for each in answer.hand_offs] == [("office", "council", 1)]
    assert ask(built(nodes, links)).exposure is None
    with pytest.raises(UnknownName):
        ask(built(nodes, links), "nowhere")


def test_a_map_without_silos_says_so() -> None:
    answer = ask(built([Node(id="a", label="a"), Node(id="b", label="b")], [Link(id="l", start="a", end="b", sign=Sign.PLUS)]), draws=5)
    assert (answer.silos, answer.unassigned, answer.modularity) == ((), 1, None)
    assert answer.reason is not None
    assert answer.text == answer.reason


def test_a_question_that_is_stopped_says_that_it_is_not_complete() -> None:
    answer = silos(Snapshot(shipped_content()), None, Filters(), draws=10, stop=lambda: True)
    assert not answer.complete
    assert answer.modularity is None
    assert "stopped" in answer.terms.method

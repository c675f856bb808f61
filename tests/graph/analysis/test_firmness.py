"""How firmly an impact stands, against the plain search and draws made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.results import ImpactAnswer
from graph.scope import Filters
from graph.service import MapService
from graph.store import FixedMap
from schema.errors import BadInput
from schema.kinds import Basis, NodeKind, Sign
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap
from tests.builders import a_map
from tests.graph.analysis.small_maps import average, built, every_path, maps, sign_of


def ask(system_map: SystemMap, start: str = "a", goal: str = "b", *, draws: int = 0, seed: int = 1, **filters: object) -> ImpactAnswer:
    return MapService(FixedMap(system_map, "x")).impact([start], [goal], Filters(**filters), draws=draws, seed=seed)


@settings(max_examples=60)
@given(maps(), st.integers(0, 9))
def test_the_sign_under_draws_is_that_of_the_plain_search_under_the_same_draws(system_map, seed) -> None:
    paths = list(every_path(system_map, {"a"}, {"b"}, 8))
    answer = ask(system_map, draws=25, seed=seed)
    if not paths:
        assert answer.robust is None
        return
    assert answer.robust is not None
    by_id = {link.id: link for link in system_map.links}
    links = sorted({name for path in paths for name in path.links})
    unknown = [name for name in links if sign_of(by_id[name]) == 0]
    nets = []
    for lot in np.random.Generator(np.random.PCG64(seed)).random((25, len(links) + len(unknown))):
        weight = {}
        for place, name in enumerate(links):
            confidence = average(by_id[name], "confidence", 0.6)
            spread = 0.2 if confidence >= 0.75 else 0.4 if confidence >= 0.45 else 0.6
            size = min(1.0, max(0.0, average(by_id[name], "strength", 0.5) * (1 + spread * (2 * lot[place] - 1))))
            weight[name] = size * (sign_of(by_id[name]) or (-1 if lot[len(links) + unknown.index(name)] < 0.5 else 1))
        nets.append(math.fsum(math.prod(weight[name] for name in path.links) for path in paths))
    assert answer.robust.raises == pytest.approx(np.mean([net > 1e-15 for net in nets]), abs=0.041)
    assert answer.robust.lowers == pytest.approx(np.mean([net < -1e-15 for net in nets]), abs=0.041)


@given(maps())
def test_a_turning_link_turns_the_answer_when_the_map_is_changed_so(system_map) -> None:
    def net(changed: SystemMap) -> float:
        return math.fsum(path.sign * path.strength for path in every_path(changed, {"a"}, {"b"}, 8))

    answer = ask(system_map)
    before = net(system_map)
    for turning in answer.turning:
        link = system_map.link(turning.link)
        others = [each for each in system_map.links if each.id != link.id]
        if turning.if_absent:
            assert net(SystemMap.of(system_map.nodes, others, system_map.sources)) * before < 0
        if turning.if_reversed:
            turned = {Sign.PLUS: Sign.MINUS, Sign.MINUS: Sign.PLUS}
            claims = tuple(replace(claim, sign=turned.get(claim.sign, claim.sign)) for claim in link.claims)  # type: ignore[arg-type]
            other = replace(link, sign=turned.get(link.sign, link.sign), claims=claims)  # type: ignore[arg-type]
            assert net(SystemMap.of(system_map.nodes, [*others, other], system_map.sources)) * before < 0


def test_the_one_link_that_turns_an_answer_is_named_with_what_would_settle_it() -> None:
    guess = Claim(id="g", basis=Basis.ASSUMPTION)
    study = Claim(id="s", basis=Basis.STUDY, source="s1")
    meaning = Claim(id="m", basis=Basis.DEFINITION)
    whole = built(
        [Node(id=name, label=name) for name in ("a", "b", "x", "y")],
        [
            Link(id="ax", start="a", end="x", sign=Sign.PLUS, claims=(meaning,)),
            Link(id="xb", start="x", end="b", sign=Sign.PLUS, strength=0.75, claims=(guess,)),
            Link(id="ay", start="a", end="y", sign=Sign.MINUS, strength=0.5, claims=(study,)),
            Link(id="yb", start="y", end="b", sign=Sign.PLUS, strength=0.5, claims=(study,)),
        ],
    )
    answer = ask(whole)
    assert [(each.link, each.if_absent, each.if_reversed) for each in answer.turning] == [("xb", True, True)]
    assert "nobody has shown it" in answer.turning[0].settle
    assert "One link alone could turn this: x to b" in answer.text


def test_an_unknown_sign_that_could_decide_is_named() -> None:
    answer = ask(a_map("a ?> b 0.5", "a +> x 0.5", "x +> b 0.25"))
    assert [(each.link, each.if_known) for each in answer.turning if each.if_known] == [("a>b", True)]


def test_what_is_known_and_what_is_said_are_told_apart() -> None:
    def claim(name: str, basis: Basis, standpoint: str) -> Claim:
        return Claim(id=name, basis=basis, source="s1", standpoint=standpoint)

    whole = built(
        [Node(id=name, label=name) for name in ("a", "b", "x")],
        [
            Link(id="ab", start="a", end="b", sign=Sign.PLUS, strength=0.5, claims=(claim("1", Basis.FIGURE, "official"),)),
            Link(id="ax", start="a", end="x", sign=Sign.PLUS, strength=0.5, claims=(claim("2", Basis.STUDY, "research"),)),
            Link(id="xb", start="x", end="b", sign=Sign.MINUS, strength=0.5, claims=(claim("3", Basis.STATEMENT, "providers"),)),
        ],
    )
    split = ask(whole).known_and_said
    assert split is not None
    assert split.known is not None
    assert split.said is not None
    assert (split.known.raises, split.known.lowers, split.said.raises, split.said.lowers) == (1, 0, 0, 1)
    assert split.by_basis == {"figure": 1, "study": 1, "statement": 1}
    assert split.by_standpoint == {"official": 1, "providers": 1, "research": 1}


def test_several_decisions_have_no_net_to_try_or_to_turn() -> None:
    nodes = [
        Node(id="body", kind=NodeKind.BODY, label="Body"),
        *(Node(id=name, kind=NodeKind.DECISION, label=name, owner="body") for name in ("one", "two")),
        Node(id="b", label="b"),
    ]
    links = [Link(id=name, start=name, end="b", sign=Sign.PLUS, strength=0.5) for name in ("one", "two")]
    answer = ask(built(nodes, links), "body", draws=10)
    assert (answer.robust, answer.turning) == (None, ())
    assert answer.known_and_said is not None
    assert answer.known_and_said.known is None
    one = ask(built(nodes, links), "one", draws=10)
    assert one.robust is not None
    assert one.robust.raises == 1


def test_an_assumed_weight_is_not_drawn_and_draws_have_a_bound() -> None:
    whole = a_map("a +> b 0.5", "a +> x 1", "x -> b 1")
    answer = ask(whole, draws=50, assume={"a>b": 0.5, "a>x": 0.6, "x>b": -0.8})
    assert answer.robust is not None
    assert answer.robust.raises == 1
    with pytest.raises(BadInput, match="--draws"):
        ask(whole, draws=-1)

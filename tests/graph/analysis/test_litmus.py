"""The litmus test against the plain search, and what it must never say."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.litmus import litmus
from graph.results import tidy
from graph.scope import Filters
from graph.snapshot import Snapshot
from schema.errors import BadQuestion, UnknownName
from schema.kinds import Basis, Better, LinkKind, NodeKind, Sign
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import built, decision, every_path, maps


def ask(system_map: SystemMap, *decisions: str, moment: str = "moment", **filters: object):
    return litmus(Snapshot(system_map), decisions, moment, Filters(**filters))


@given(maps(), st.sampled_from([1, 2, 8]))
def test_verdicts_are_those_of_the_plain_search(system_map, most) -> None:
    as_decision = [replace(node, kind=NodeKind.DECISION) if node.id == "a" else node for node in system_map.nodes]
    whole = SystemMap.of(as_decision, system_map.links, system_map.sources)
    verdict = ask(whole, "a", moment="b", max_links=most).verdicts[0]
    sums = dict.fromkeys((1, -1, 0), 0.0)
    paths = list(every_path(whole, {"a"}, {"b"}, most))
    for path in paths:
        sums[path.sign] += path.strength
    whole_sum = math.fsum(sums.values())
    if not paths:
        assert verdict.verdict == "NO PATH"
        assert verdict.balance.determinacy is None
        return
    determinacy = abs(sums[1] - sums[-1]) / whole_sum
    expected = "CONTESTED" if determinacy < 0.5 else "KEEP" if sums[1] > sums[-1] else "STOP"
    assert tidy(verdict.balance.determinacy) == pytest.approx(determinacy)
    assert verdict.verdict == expected or determinacy == pytest.approx(0.5)
    for sign, best in ((1, verdict.supporting_path), (-1, verdict.opposing_path)):
        strongest = max((path.strength for path in paths if path.sign == sign), default=None)
        assert (best.strength if best else None) == (strongest if strongest is None else pytest.approx(strongest))


def a_map(*, ground: Basis = Basis.STUDY, aim: bool = True, opposing: bool = True) -> SystemMap:
    """A decision that lowers the moment, with or without what makes an answer firm."""
    claim = Claim(id="c", basis=ground, source="s1" if ground is Basis.STUDY else None, confidence=0.9)
    nodes = [
        Node(id="body", kind=NodeKind.BODY, label="Body"),
        decision("cut"),
        Node(id="duty", kind=NodeKind.DUTY, label="Duty"),
        Node(id="work", kind=NodeKind.PROCESS, label="Work"),
        Node(id="moment", label="Moment", better=Better.MORE),
        Node(id="aim", label="Aim"),
    ]
    links = [
        Link(id="m", kind=LinkKind.MAKES, start="body", end="cut"),
        Link(id="h", kind=LinkKind.HOLDS_DUTY, start="body", end="duty"),
        Link(id="w", kind=LinkKind.CARRIES_OUT, start="body", end="work"),
        Link(id="i", start="cut", end="moment", sign=Sign.MINUS, strength=0.75, delay_low=0, delay_high=3, claims=(claim,)),
    ]
    if aim:
        links.append(Link(id="a", kind=LinkKind.AIMS_AT, start="cut", end="aim", sign=Sign.PLUS))
    if opposing:
        links += [
            Link(id="j", start="cut", end="aim", sign=Sign.PLUS, strength=0.25, claims=(claim,)),
            Link(id="k", start="aim", end="moment", sign=Sign.PLUS, strength=0.25, claims=(claim,)),
        ]
    return built(nodes, links)


def test_a_sourced_agreeing_answer_with_both_sides_sought_is_firm() -> None:
    verdict = ask(a_map(), "cut").verdicts[0]
    assert (verdict.verdict, verdict.standing, verdict.said) == ("STOP", "firm", "think again")
    assert (verdict.would_have_to_agree, verdict.agreeing_names) == (("body",), (a_map().node("body").label,))
    assert verdict.weakest == "i"


def test_an_answer_that_rests_on_an_assumption_in_part_is_not_firm() -> None:
    whole = a_map()
    guess = Link(
        id="g", start="cut", end="aim", sign=Sign.PLUS, valid_from="2020", strength=0.25, claims=(Claim(id="g", basis=Basis.ASSUMPTION),)
    )
    verdict = ask(SystemMap.of(whole.nodes, [*whole.links, guess], whole.sources), "cut").verdicts[0]
    assert (verdict.verdict, verdict.standing, verdict.balance.found) == ("STOP", "leaning", 3)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"ground": Basis.ASSUMPTION}, "assumption"),
        ({"aim": False}, "stated aim"),
        ({"opposing": False}, "no opposing evidence was looked for"),
    ],
)
def test_a_thin_answer_points_and_its_text_never_says_stop(options, reason) -> None:
    verdict = ask(a_map(**options), "cut").verdicts[0]
    assert verdict.standing == "too thin"
    assert verdict.said == "points to worse, too thin to call"
    assert any(reason in each for each in verdict.thin_because)
    assert "STOP" not in verdict.text
    assert "clear" not in verdict.text.lower()


def test_only_unknown_signs_are_contested_with_that_reason() -> None:
    whole = built(
        [decision("d"), Node(id="moment", label="Moment")], [Link(id="i", start="d", end="moment", sign=Sign.UNKNOWN, strength=0.5)]
    )
    verdict = ask(whole, "d").verdicts[0]
    assert (verdict.verdict, verdict.reason, verdict.balance.determinacy) == ("CONTESTED", "unknown_sign", 0)


def test_bodies_duties_and_factors_are_refused_with_what_can_be_asked() -> None:
    for name, offered in (("body", "cut"), ("duty", "work"), ("moment", "cut")):
        with pytest.raises(BadQuestion, match=offered):
            ask(a_map(), name)


def test_every_standing_decision_is_judged_where_none_is_named() -> None:
    nodes = [decision("now"), decision("over", valid_to="2020-01-01"), Node(id="moment", label="Moment")]
    answer = ask(built(nodes, []), as_of=date(2026, 1, 1))
    assert [verdict.decision for verdict in answer.verdicts] == ["now"]
    assert answer.verdicts[0].verdict == "NO PATH"
    assert "person" in answer.footing
    over = ask(built(nodes, []), "over", as_of=date(2026, 1, 1)).verdicts[0]
    assert (over.verdict, "2020-01-01" in (over.reason or "")) == ("NO PATH", True)


def test_a_map_without_a_moment_says_so() -> None:
    with pytest.raises(UnknownName, match="moment"):
        ask(built([decision("d")], []), "d")

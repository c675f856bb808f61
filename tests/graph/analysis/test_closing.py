"""What would close a gap and what would close most of them, and whom nobody asked: by trying every way, every link and every silo."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.gaps import gaps
from graph.results import GapAnswer
from graph.scope import Filters
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind, Sign, Use
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import built, decision, every_path, ranked

BODIES, ROLE, FACTORS, MOVERS = "pqr", "w", "xyzm", "de"
SIGNS = st.sampled_from([Sign.PLUS, Sign.MINUS, Sign.UNKNOWN])
USES = st.sampled_from([Use.YES, Use.NO])
THERE = st.sampled_from([Use.YES, Use.YES, Use.NO])
LONGEST = 3
LISTED = 5
TURNED = {1: "R", -1: "B", 0: "U"}


@st.composite
def feedback_maps(draw: st.DrawFn) -> SystemMap:
    """Two decisions with owners, four factors, three bodies and a worker among whom news travels, all in three silos."""
    silo, cycle = st.sampled_from(["north", "south", "east", "west", None]), st.sampled_from([None, 3.0, 12.0])
    nodes = [Node(id=name, kind=NodeKind.BODY, label=f"Body {name}", silo=draw(silo)) for name in BODIES]
    nodes.append(Node(id=ROLE, kind=NodeKind.ROLE, label="The worker", silo=draw(silo)))
    nodes += [decision(name, owner=draw(st.sampled_from(BODIES)), decision_cycle_months=draw(cycle)) for name in MOVERS]
    nodes += [Node(id=name, label=f"Factor {name}", silo=draw(silo), changes_within_months=draw(cycle)) for name in FACTORS]
    nodes.append(Node(id="s", kind=NodeKind.SIGNAL, label="The signal"))
    links = []

    def some(starts: str, ends: str, least: int, most: int) -> Iterator[tuple[str, str]]:
        pairs = draw(st.sets(st.tuples(st.sampled_from(starts), st.sampled_from(ends)), min_size=least, max_size=most))
        return (pair for pair in sorted(pairs) if pair[0] != pair[1])

    for start, end in some(MOVERS + FACTORS, FACTORS, 5, 10):
        strength = draw(st.sampled_from([0.25, 0.5, 0.75, 1.0]))
        links.append(Link(id=f"i{start}{end}", start=start, end=end, sign=draw(SIGNS), strength=strength))
    for start, end in some(BODIES + ROLE, FACTORS, 1, 4):
        links.append(Link(id=f"o{start}{end}", kind=LinkKind.OBSERVES, start=start, end=end, available=draw(THERE)))
    for start, end in some(BODIES + ROLE, BODIES, 2, 5):
        months = draw(st.sampled_from([0.0, 3.0, 6.0]))
        uses = {"available": draw(THERE), "used": draw(USES)}
        links.append(
            Link(
                id=f"t{start}{end}", kind=LinkKind.INFORMS, start=start, end=end, carrying="s", delay_low=months, delay_high=months, **uses
            )
        )
    for start, end in some(BODIES, BODIES + ROLE, 0, 2):
        links.append(Link(id=f"c{start}{end}", kind=LinkKind.CONSULTS, start=start, end=end))
    for name in sorted(draw(st.sets(st.sampled_from(MOVERS), min_size=1))):
        # A closing link says whether more of the signal makes for more or for less of the decision, or nobody says.
        sign = draw(st.sampled_from([None, Sign.PLUS, Sign.MINUS]))
        links.append(Link(id=f"n{name}", kind=LinkKind.TAKES_AS_INPUT, start=name, end="s", used=draw(USES), sign=sign))
    return built(nodes, links)


def ask(system_map: SystemMap, **filters: object) -> GapAnswer:
    return gaps(Snapshot(system_map), [], "m", Filters(**{"top": 1000, "max_links": LONGEST, **filters}))


def of_kind(system_map: SystemMap, kind: LinkKind) -> list[Link]:
    """The links of a kind that are there as far as anybody says."""
    return [link for link in system_map.links if link.kind is kind and link.available is not Use.NO]


@settings(max_examples=40)
@given(feedback_maps())
def test_what_would_close_are_the_strongest_ways_of_acting_with_the_sign_of_what_closes_them(system_map) -> None:
    link_of = {link.id: link for link in system_map.links}
    for gap in ask(system_map).gaps:
        ways = ranked(every_path(system_map, {gap.decision}, {gap.factor}, LONGEST))
        assert gap.would_close_found == len(ways)
        assert [loop.links for loop in gap.would_close] == [way.links for way in ways[:LISTED]]
        for loop, way in zip(gap.would_close, ways, strict=False):
            claimed = link_of[loop.closing_link].sign if loop.closing_link else None
            assert loop.closing_sign == (claimed or "?")
            assert loop.kind == TURNED[way.sign * {"+": 1, "-": -1}.get(loop.closing_sign, 0)]
            assert loop.gain == pytest.approx(way.strength)
            assert loop.nodes == way.nodes
            assert loop.closing_link in (None, *(link.id for link in system_map.links if link.start == gap.decision))


# ---- the fewest links that close most -----------------------------------------


def who_knows(system_map: SystemMap, factor: str) -> dict[str, float]:
    """Everybody who sees a factor or is told of it, with the fewest months after which they know. All news here is of one signal."""
    telling = of_kind(system_map, LinkKind.INFORMS)
    known = {link.start: 0.0 for link in of_kind(system_map, LinkKind.OBSERVES) if link.end == factor}
    for _ in telling:
        for link in telling:
            if link.start in known:
                known[link.end] = min(known[link.start] + (link.delay_low or 0.0), known.get(link.end, math.inf))
    return known


def candidates(system_map: SystemMap, pairs: set[tuple[str, str]]) -> dict[tuple[str, str, str], set[tuple[str, str]]]:
    """Every link that might be made, with the gaps that it would close: an owner sees a factor, or somebody who knows in time tells it."""
    node = {each.id: each for each in system_map.nodes}
    would: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for one, factor in pairs:
        owner = node[one].owner or ""
        spans = [months for months in (node[one].decision_cycle_months, node[factor].changes_within_months) if months is not None]
        would.setdefault(("observes", owner, factor), set()).add((one, factor))
        for who, months in who_knows(system_map, factor).items():
            if who != owner and months <= min(spans, default=math.inf):
                would.setdefault(("informs", who, owner), set()).add((one, factor))
    return would


@settings(max_examples=60)
@given(feedback_maps())
def test_each_link_of_the_cover_closes_more_than_any_other_would(system_map) -> None:
    answer = ask(system_map)
    score = {(gap.decision, gap.factor): gap.score or 0.0 for gap in answer.gaps}
    would, left = candidates(system_map, set(score)), set(score)

    def worth(closed: set[tuple[str, str]]) -> tuple[float, int]:
        return float(f"{math.fsum(score[pair] for pair in closed):.12g}"), len(closed)

    for link in answer.cover.links:
        closes = set(map(tuple, link.closes))
        assert closes == would[link.kind, link.start, link.end] & left
        assert worth(closes) == max(worth(pairs & left) for pairs in would.values())
        assert link.score == pytest.approx(worth(closes)[0])
        left -= closes
    assert not left
    assert (answer.cover.closed, answer.cover.gaps) == (len(score), len(score))
    assert answer.cover.whole_score == pytest.approx(math.fsum(score.values()))
    few = ask(system_map, top=2).cover
    assert [link.to_json() for link in few.links] == [link.to_json() for link in answer.cover.links[:2]]


@settings(max_examples=60)
@given(feedback_maps())
def test_a_greedy_cover_keeps_its_bound(system_map) -> None:
    answer = ask(system_map, top=2)
    score = {(gap.decision, gap.factor): gap.score or 0.0 for gap in ask(system_map).gaps}
    would = list(candidates(system_map, set(score)).values())
    best = max((math.fsum(score[pair] for pair in one | other) for one in would for other in would), default=0.0)
    assert answer.cover.score >= (1 - (1 - 1 / 2) ** 2) * best - 1e-9


# ---- whom nobody asked ----------------------------------------------------------


def silo_of(system_map: SystemMap, name: str) -> str:
    """A node's own silo, else its owner's; a body without one is one."""
    node = {each.id: each for each in system_map.nodes}
    one = node[name]
    holder = node[one.owner] if one.owner else one
    return one.silo or holder.silo or (holder.id if holder.kind is NodeKind.BODY else "unassigned")


@settings(max_examples=60)
@given(feedback_maps())
def test_consultation_gaps_are_the_silos_reached_that_nothing_joins_to_the_owner(system_map) -> None:
    answer = ask(system_map)
    joining = [link for kind in (LinkKind.CONSULTS, LinkKind.INFORMS, LinkKind.OBSERVES) for link in of_kind(system_map, kind)]
    wanted = {}
    for one in (node for node in system_map.nodes if node.kind is NodeKind.DECISION):
        owner = one.owner or ""
        heard = {silo_of(system_map, link.end) for link in joining if link.start == owner}
        heard |= {silo_of(system_map, link.start) for link in joining if link.end == owner}
        for silo in {silo_of(system_map, factor) for factor in FACTORS} - heard - {"unassigned", silo_of(system_map, owner)}:
            reached = {
                factor: max(way.strength for way in ways)
                for factor in FACTORS
                if silo_of(system_map, factor) == silo
                and silo != silo_of(system_map, one.id)
                and (ways := list(every_path(system_map, {one.id}, {factor}, LONGEST)))
            }
            if reached:
                wanted[one.id, owner, silo] = (len(reached), max(reached.values()))
    found = {(gap.decision, gap.owner, gap.silo): (gap.factors, gap.strength) for gap in answer.consultation_gaps}
    assert found.keys() == wanted.keys()
    for key, (factors, strength) in wanted.items():
        assert found[key] == (factors, pytest.approx(strength))
    assert answer.consultation_gaps_found == len(wanted)
    strengths = [gap.strength for gap in answer.consultation_gaps]
    assert strengths == sorted(strengths, reverse=True)

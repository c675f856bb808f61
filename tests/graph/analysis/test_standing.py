"""What stands on a day, and what is only proposed: every question on a day answers as a map does that holds no more than what stands."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.gaps import gaps
from graph.analysis.impact import impact
from graph.analysis.litmus import litmus
from graph.analysis.loops import loops
from graph.analysis.reach import reach
from graph.analysis.silos import silos
from graph.analysis.whatif import whatif
from graph.scope import Filters, Scenario
from graph.snapshot import Snapshot
from schema.kinds import Better, LinkKind, NodeKind, Sign, Status
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import SIGNS, every_path, ranked

DAYS = tuple(map(date.fromisoformat, ("2019-12-31", "2020-01-01", "2020-02-29", "2020-06-14", "2020-06-15", "2020-06-16", "2020-06-30",
                                      "2020-07-01", "2020-12-31", "2021-01-01", "2021-06-15")))  # fmt: skip
WHENS = st.sampled_from([None, None, None, "2020", "2020-06", "2020-06-15", "2021", "2020-02"])
STATUSES = st.sampled_from([None, None, None, Status.PROPOSED])
FACTORS, MOVERS, ALWAYS = "abcm", "de", "c"


@st.composite
def dated_maps(draw: st.DrawFn) -> SystemMap:
    """Two decisions of one body and four factors, some of them dated or proposed, and so some of their links."""
    nodes = [Node(id="body", kind=NodeKind.BODY, label="Body", silo="hall")]
    for name in (*FACTORS, *MOVERS):
        nodes.append(
            Node(
                id=name,
                label=f"Thing {name}",
                kind=NodeKind.DECISION if name in MOVERS else NodeKind.FACTOR,
                owner="body" if name in MOVERS else None,
                silo=draw(st.sampled_from(["north", "south"])),
                better={"m": Better.MORE, ALWAYS: Better.LESS}.get(name),
                # One outcome always stands: where a map says of none what is better, any factor is an outcome.
                **({} if name == ALWAYS else {"valid_from": draw(WHENS), "valid_to": draw(WHENS), "status": draw(STATUSES)}),
            )
        )
    pairs = st.tuples(st.sampled_from(FACTORS + MOVERS), st.sampled_from(FACTORS))
    links = [
        Link(
            id=f"{start}{end}",
            start=start,
            end=end,
            sign=draw(SIGNS),
            strength=draw(st.sampled_from([0.25, 0.5, 0.75])),
            valid_from=draw(WHENS),
            valid_to=draw(WHENS),
            status=draw(STATUSES),
        )
        for start, end in sorted(draw(st.sets(pairs, max_size=12)))
    ]
    for name in sorted(draw(st.sets(st.sampled_from(FACTORS), max_size=2))):
        when = {"valid_from": draw(WHENS), "valid_to": draw(WHENS), "status": draw(STATUSES)}
        links.append(Link(id=f"see-{name}", kind=LinkKind.OBSERVES, start="body", end=name, **when))
    return SystemMap.of(nodes, links)


def stands(thing: Node | Link, day: date | None, *, proposals: bool) -> bool:
    """Straight from the words: not before its first day, not after its last period has ended, and proposed only where asked for."""
    if thing.status is not None and not proposals:
        return False
    if day is None:
        return True
    begun = thing.valid_from is None or day >= date(*parts(thing.valid_from, last=False))
    if thing.valid_to is None or not begun:
        return begun
    # A whole day is the first on which it no longer stands; a month or a year is its last.
    end = date(*parts(thing.valid_to, last=True))
    return day < end if thing.valid_to.count("-") == 2 else day <= end


def parts(when: str, *, last: bool) -> tuple[int, int, int]:
    """The first or last day of a year, a month or a day."""
    numbers = [int(part) for part in when.split("-")]
    year, month = numbers[0], numbers[1] if len(numbers) > 1 else (12 if last else 1)
    return year, month, numbers[2] if len(numbers) > 2 else (monthrange(year, month)[1] if last else 1)


def standing(system_map: SystemMap, day: date | None, *, proposals: bool) -> SystemMap:
    """The map of what stands: a link stands where both its ends do too."""
    nodes = [node for node in system_map.nodes if stands(node, day, proposals=proposals)]
    there = {node.id for node in nodes}
    links = [link for link in system_map.links if stands(link, day, proposals=proposals) and {link.start, link.end} <= there]
    return SystemMap.of(nodes, links)


def said(answer: Any) -> Any:
    """An answer less its words and its terms, which name the day."""
    terms = {*answer.terms.to_json(), "text", "reason"}
    return {name: value for name, value in answer.to_json().items() if name not in terms}


@settings(max_examples=120)
@given(dated_maps(), st.sampled_from((None, *DAYS)), st.booleans(), st.sampled_from(MOVERS + FACTORS), st.sampled_from(FACTORS))
def test_impact_on_a_day_follows_exactly_the_paths_that_stand(system_map, day, proposals, start, goal) -> None:
    answer = impact(Snapshot(system_map), [start], [goal], Filters(as_of=day, proposals=proposals, top=100))
    there = standing(system_map, day, proposals=proposals)
    wanted = ranked(every_path(there, {start}, {goal}, 8)) if {start, goal} <= {node.id for node in there.nodes} else []
    assert [path.links for path in answer.paths] == [path.links for path in wanted]
    assert answer.balance.found == len(wanted)
    for sign, total in ((1, answer.balance.supporting), (-1, answer.balance.opposing), (0, answer.balance.undetermined)):
        assert total == pytest.approx(math.fsum(path.strength for path in wanted if path.sign == sign))
    assert (answer.reason is None) == bool(wanted)


@settings(max_examples=60)
@given(dated_maps(), st.sampled_from(DAYS), st.booleans())
def test_every_other_question_on_a_day_is_that_of_the_map_which_stands(system_map, day, proposals) -> None:
    here, there = Snapshot(system_map), Snapshot(standing(system_map, day, proposals=proposals))
    on_day, always = Filters(as_of=day, proposals=proposals), Filters(as_of=None, proposals=True)
    ids = {node.id for node in there.map.nodes}
    questions: list[Callable[[Snapshot, Filters], Any]] = [lambda snapshot, filters: loops(snapshot, None, filters, independent=True)]
    questions.append(lambda snapshot, filters: gaps(snapshot, [], "m" if "m" in ids else None, filters, unrecorded=True))
    if "m" in ids:
        questions.append(lambda snapshot, filters: litmus(snapshot, [], "m", filters))
    for name in sorted(ids - {"body"}):
        questions.append(lambda snapshot, filters, name=name: reach(snapshot, name, "down", filters))
    for question in questions:
        assert said(question(here, on_day)) == said(question(there, always))
    for held in sorted(ids & set(FACTORS))[:1]:
        moved, wanted = (whatif(snapshot, Scenario(held={held: 1.0}), filters) for snapshot, filters in ((here, on_day), (there, always)))
        assert {name: value for name, value in moved.by_id(moved.difference).items() if name in ids} == pytest.approx(
            wanted.by_id(wanted.difference), abs=1e-9
        )
    assert silos(here, None, on_day).crossings == silos(there, None, always).crossings


def test_a_day_a_month_and_a_year_end_as_they_are_said_to() -> None:
    def found(when: str, day: str) -> int:
        link = Link(id="ab", start="a", end="b", sign=Sign.PLUS, strength=0.5, valid_to=when)
        whole = SystemMap.of([Node(id="a", label="A"), Node(id="b", label="B")], [link])
        return impact(Snapshot(whole), ["a"], ["b"], Filters(as_of=date.fromisoformat(day))).balance.found

    assert [found("2020-06-15", day) for day in ("2020-06-14", "2020-06-15")] == [1, 0]
    assert [found("2020-06", day) for day in ("2020-06-30", "2020-07-01")] == [1, 0]
    assert [found("2020", day) for day in ("2020-12-31", "2021-01-01")] == [1, 0]

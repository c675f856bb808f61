"""What a particular body takes from the body that it is one of, and what it leaves."""

from datetime import date

import pytest

from graph.analysis.impact import impact
from graph.analysis.part import corridor
from graph.scope import Filters
from graph.snapshot import Snapshot
from schema.kinds import Basis, LinkKind, NodeKind, Sign
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap

BODIES = ("generic", "kent", "wiltshire", "district")
AREAS = ("area-kent", "area-wiltshire", "south")


def claimed(*places: str | None) -> tuple[Claim, ...]:
    return tuple(Claim(id=f"c{number}", basis=Basis.MECHANISM, where=place) for number, place in enumerate(places))


def moves(start: str, end: str, *places: str | None) -> Link:
    return Link(id=f"{start}.{end}", start=start, end=end, sign=Sign.PLUS, strength=0.5, claims=claimed(*places))


def joins(start: str, kind: LinkKind, end: str, *, one_of: bool = False) -> Link:
    return Link(id=f"{start}.{kind}.{end}", start=start, end=end, kind=kind, attributes={"as": "one_of"} if one_of else {})


def the_map(*more: Link, nodes: tuple[Node, ...] = ()) -> SystemMap:
    """Two councils that are one of a generic one, which decides two things; of one of them only Kent is spoken of."""
    things = [
        *(Node(id=name, kind=NodeKind.BODY, label=name.title()) for name in BODIES),
        *(Node(id=name, kind=NodeKind.AREA, label=name.removeprefix("area-").title()) for name in AREAS),
        Node(id="budget", kind=NodeKind.DECISION, label="Set it", claims=claimed("Kent")),
        Node(id="care", kind=NodeKind.DECISION, label="Arrange it"),
        *(Node(id=name, label=name) for name in ("fit", "trust", "moment")),
        *nodes,
    ]
    links = [
        joins("kent", LinkKind.PART_OF, "generic", one_of=True),
        joins("wiltshire", LinkKind.PART_OF, "generic", one_of=True),
        joins("district", LinkKind.PART_OF, "kent"),
        joins("kent", LinkKind.COVERS, "area-kent"),
        joins("wiltshire", LinkKind.COVERS, "area-wiltshire"),
        joins("area-kent", LinkKind.PART_OF, "south"),
        joins("generic", LinkKind.MAKES, "budget"),
        joins("generic", LinkKind.MAKES, "care"),
        moves("budget", "moment", "England"),
        moves("care", "fit", "Kent", "England"),
        moves("fit", "moment", None),
        moves("care", "trust", "kent "),
        moves("trust", "moment"),
        moves("care", "moment", "South"),
        joins("fit", LinkKind.SHOWS_AT, "generic"),
    ]
    return SystemMap.of(things, [*links, *more])


def found(system_map: SystemMap, start: str, end: str = "moment") -> set[tuple[str, ...]]:
    return {path.links for path in impact(Snapshot(system_map), (start,), (end,), Filters(top=100)).paths}


LED = {"budget": "generic.makes.budget", "care": "generic.makes.care"}
EVERYWHERE = {(LED["care"], "care.fit", "fit.moment")}
KENT = EVERYWHERE | {
    (LED["budget"], "budget.moment"),
    (LED["care"], "care.trust", "trust.moment"),
    (LED["care"], "care.moment"),
}


def test_the_generic_body_itself_is_asked_by_all_that_it_decides() -> None:
    assert found(the_map(), "generic") == KENT


def test_a_body_takes_what_was_said_of_its_own_place_and_of_what_holds_it() -> None:
    assert found(the_map(), "kent") == KENT


def test_a_body_takes_nothing_that_was_only_said_of_another_place() -> None:
    assert found(the_map(), "wiltshire") == EVERYWHERE
    answer = impact(Snapshot(the_map()), ("wiltshire",), ("moment",), Filters())
    assert [each.decision for each in answer.decisions] == ["care"]
    assert "Wiltshire has no decision of its own here and takes those of Generic" in answer.terms.method
    assert "said only of other places left out" in answer.terms.method


def test_of_several_asked_together_the_generic_decisions_count_once_and_what_one_leaves_out_all_do() -> None:
    answer = impact(Snapshot(the_map()), ("kent", "wiltshire"), ("moment",), Filters(top=100))
    assert {path.links for path in answer.paths} == EVERYWHERE
    assert answer.balance.found == len(EVERYWHERE)


def test_a_decision_of_its_own_stands_alone() -> None:
    own = (joins("kent", LinkKind.MAKES, "own"), moves("own", "moment"))
    system_map = the_map(*own, nodes=(Node(id="own", kind=NodeKind.DECISION, label="Own"),))
    assert found(system_map, "kent") == {("kent.makes.own", "own.moment")}
    assert found(system_map, "wiltshire") == EVERYWHERE


def test_to_be_a_part_of_something_is_not_to_be_one_of_it() -> None:
    assert found(the_map(), "district") == set()


def test_generic_bodies_are_met_level_by_level_and_circles_end() -> None:
    higher = (joins("district", LinkKind.PART_OF, "wiltshire", one_of=True), joins("generic", LinkKind.PART_OF, "district", one_of=True))
    assert found(the_map(*higher), "district") == found(the_map(), "generic") - {
        (LED["budget"], "budget.moment"),
        (LED["care"], "care.trust", "trust.moment"),
        (LED["care"], "care.moment"),
    }


def test_a_link_that_no_longer_stands_hands_nothing_on() -> None:
    ended = Link(
        id="district.one_of.generic",
        start="district",
        end="generic",
        kind=LinkKind.PART_OF,
        valid_to="2020-01-01",
        attributes={"as": "one_of"},
    )
    snapshot = Snapshot(the_map(ended))
    assert impact(snapshot, ("district",), ("moment",), Filters(as_of=date(2019, 1, 1))).balance.found > 0
    assert impact(snapshot, ("district",), ("moment",), Filters(as_of=date(2021, 1, 1))).balance.found == 0


def test_what_shows_at_the_generic_body_shows_at_each() -> None:
    assert found(the_map(), "care", "kent") == found(the_map(), "care", "generic") == {("care.fit",)}
    local = joins("trust", LinkKind.SHOWS_AT, "kent")
    assert found(the_map(local), "care", "kent") == {("care.trust",)}


@pytest.mark.parametrize("start", ["kent", "wiltshire", "generic"])
def test_the_part_of_a_map_that_answers_gives_the_same_answer(start: str) -> None:
    whole = the_map()
    part = corridor(Snapshot(whole), (start,), ("moment",), Filters())
    assert found(part, start) == found(whole, start)

"""The routes worked out by hand, and the paths and loops that docs/content-joins.md writes down."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from schema.bundling import Ground
from schema.kinds import LinkKind
from tests.content.walking import World, content, core_influences, ground

TODAY = World(day=date(2026, 11, 22))
ANY_DAY = World()
PROPOSED = World(proposals=True)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "content-joins.md"

PATHS = {
    "P1": {"C05", "C07", "C09", "C15", "C16", "C17", "C18", "C21", "HL8341"},
    "P2": {"C23", "C24", "C25", "C26", "C27", "C15", "C16", "C30"},
    "P3": {"C55", "C56", "C58", "C59", "C18"},
    "P4": {"C49", "C50", "C42", "C43"},
    "P5": {"C36", "C39", "C63", "C64"},
    "P6": {"C70", "C71", "C77", "C78", "C18"},
    "P7": {"C40", "C41", "F11c", "C25"},
}
LOOPS = {
    "R1": {"C17", "C20"}, "R2": {"C42", "C43", "C44"}, "R3": {"C15", "C25", "C26", "C27"}, "R4": {"C74", "T19", "T20", "T34"},
    "R5": {"C10", "C11", "C12"}, "R6": {"C39", "C67"}, "B1": {"S23"}, "B2": {"T17"}, "B3": {"C77", "C78"}, "B4": {"C32", "C33"},
}  # fmt: skip


def _table(heading: str) -> list[list[str]]:
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]


def _chain(cell: str) -> list[str]:
    return [node.strip() for node in cell.split(">")]


@pytest.mark.parametrize(
    ("end", "lower", "higher"), [("provider-viability", 8, 3), ("moment-of-interaction", 7, 4)], ids=["viability", "the moment"]
)
def test_the_home_office_reaches_the_end_by_eleven_routes_of_at_most_seven_links(end: str, lower: int, higher: int) -> None:
    routes = TODAY.signed_routes("home-office", end, 7)
    assert Counter(sign for sign, _ in routes) == {-1: lower, 1: higher}


def test_no_route_of_eight_links_is_added_by_other_joins() -> None:
    for end in ("provider-viability", "moment-of-interaction"):
        assert len(TODAY.signed_routes("home-office", end, 8)) == 11


def test_longer_routes_exist_through_the_other_joins() -> None:
    assert len(TODAY.signed_routes("home-office", "moment-of-interaction", 12)) > 11


def test_the_department_of_health_raises_viability_through_partnerships() -> None:
    routes = TODAY.signed_routes("dhsc", "provider-viability", 7)
    assert (1, "fund-regional-partnerships-2025") in {(sign, route[1]) for sign, route in routes}


def test_the_closing_takes_nine_to_forty_eight_months_to_reach_viability() -> None:
    chain = _chain("close-overseas-route-2025 > care-worker-visas-granted > overseas-recruits > care-vacancies")
    chain += ["deliverable-care-hours", "provider-income", "provider-viability"]
    links = [TODAY.influence[start][end] for start, end in pairwise(chain)]
    lows, highs = [link.delay_low for link in links], [link.delay_high for link in links]
    assert (sum(low or 0 for low in lows), sum(high or 0 for high in highs)) == (9, 48)
    assert Counter(ground(link) for link in links) == {Ground.SOURCED: 4, Ground.DEFINITION: 1, Ground.ASSUMPTION: 1}


def test_in_june_2022_only_the_opening_stood_and_it_helped() -> None:
    routes = World(day=date(2022, 6, 15)).signed_routes("home-office", "provider-viability", 7)
    assert [(sign, route[1]) for sign, route in routes] == [(1, "open-care-worker-route-2022")]


def test_the_opening_is_history_today() -> None:
    assert "open-care-worker-route-2022" not in TODAY.made_by("home-office")


@pytest.mark.parametrize("row", _table("Paths"), ids=lambda row: f"{row[0]} {row[1][:30]}")
def test_a_path_that_the_page_writes_down_can_be_walked(row: list[str]) -> None:
    _, _, cell, evidence = row
    claims = ANY_DAY.claims_along(_chain(cell))
    assert {word.strip() for word in evidence.split(",")} <= claims


@pytest.mark.parametrize("path", PATHS)
def test_the_evidence_of_a_path_lies_on_its_lines(path: str) -> None:
    found: set[str] = set()
    for row in _table("Paths"):
        if row[0] == path:
            found |= ANY_DAY.claims_along(_chain(row[2]))
    assert PATHS[path] <= found


def test_effects_that_nobody_sees_at_both_ends_can_be_asked_for() -> None:
    sees: dict[str, set[str]] = {}
    for link in content().links:
        if link.kind is LinkKind.OBSERVES and link.available != "no":
            sees.setdefault(link.end, set()).add(link.start)
    silo = {node.id: node.silo for node in content().nodes}
    blind = {
        link.id
        for link in core_influences()
        if silo[link.start] != silo[link.end] and not sees.get(link.start, set()) & sees.get(link.end, set())
    }
    expected = {
        "deliverable-care-hours.delays-from-lack-of-care",
        "people-eligible-for-chc.council-care-cost",
        "council-budget-headroom.housing-with-care-investment",
    }
    assert expected <= blind
    assert "care-worker-visas-granted.overseas-recruits" in blind


@pytest.mark.parametrize("row", _table("Loops"), ids=lambda row: row[0])
def test_a_loop_that_the_page_writes_down_closes_with_its_sign(row: list[str]) -> None:
    name, kind, cell, evidence = row
    chain = _chain(cell)
    assert chain[0] == chain[-1]
    assert len(set(chain)) == len(chain) - 1
    world = PROPOSED if "proposed" in name else ANY_DAY
    assert world.product(chain) == {"R": 1, "B": -1}[kind]
    assert {word.strip() for word in evidence.split(",")} <= world.claims_along(chain)


@pytest.mark.parametrize("loop", LOOPS)
def test_the_evidence_of_a_loop_lies_on_its_lines(loop: str) -> None:
    found: set[str] = set()
    for row in _table("Loops"):
        if row[0].startswith(loop):
            found |= PROPOSED.claims_along(_chain(row[2]))
    assert LOOPS[loop] <= found


def test_the_thermostat_closes_only_as_a_proposal() -> None:
    with pytest.raises(KeyError):
        ANY_DAY.product(["deterioration", "frontline-insight-used", "fit-of-plan-to-need", "deterioration"])


@pytest.mark.parametrize(("heading", "wanted"), [("Joins by definition", Ground.DEFINITION), ("Joins by assumption", Ground.ASSUMPTION)])
def test_the_page_lists_every_join_of_the_core_and_no_other(heading: str, wanted: Ground) -> None:
    listed = {tuple(re.findall(r"`([^`]+)`", row[0])) for row in _table(heading)}
    assert listed == {(link.start, link.end) for link in core_influences() if ground(link) is wanted}


def test_the_page_lists_every_row_where_it_is_drawn() -> None:
    for row in _table("Which words became which node"):
        if not re.fullmatch(r"C\d\d", row[0]):
            continue
        drawn = {tuple(re.findall(r"`([^`]+)`", part)) for part in row[1].split(";")}
        carried = {(link.start, link.end) for link in core_influences() if any(claim.id == row[0] for claim in link.claims)}
        assert drawn == carried, row[0]

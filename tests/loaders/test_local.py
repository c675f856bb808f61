"""The register of councils against the public files it was taken from, and the local map of every council."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from loaders.curated import shipped_content
from loaders.local.instance import local_map
from loaders.local.register import CouncilType, register
from schema.errors import BadInput, UnknownName
from schema.records import ChangeSet
from schema.system_map import SystemMap
from schema.validation import check_change

FACTS = register()


def table(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "data" / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_there_are_153_councils_164_districts_and_42_then_36_boards() -> None:
    assert (len(FACTS.councils), len(FACTS.districts)) == (153, 164)
    assert Counter(council.type for council in FACTS.councils) == {
        CouncilType.COUNTY: 21, CouncilType.UNITARY: 63, CouncilType.METROPOLITAN: 36, CouncilType.LONDON: 32, CouncilType.CITY: 1,
    }  # fmt: skip
    before = [board for board in FACTS.boards.values() if board.valid_from == "2022-07-01"]
    now = [board for board in FACTS.boards.values() if board.valid_to is None]
    assert (len(before), len(now)) == (42, 36)
    assert {heir for board in before for heir in board.then} <= {board.ods for board in now}
    assert all(bool(board.then) == bool(board.valid_to) for board in FACTS.boards.values())


def test_names_and_codes_are_unique_and_each_finds_its_council() -> None:
    for name in ("code", "register_code", "id", "layer", "official_name"):
        assert len({getattr(council, name) for council in FACTS.councils}) == 153
        assert all(FACTS.find(getattr(council, name)) is council for council in FACTS.councils)
    assert all(FACTS.find(council.name.upper()) is council for council in FACTS.councils)
    assert all(FACTS.find(other) is council for council in FACTS.councils for other in council.also)


def test_only_two_tier_councils_have_districts() -> None:
    assert {council.type for council in FACTS.councils if FACTS.districts_of(council)} == {CouncilType.COUNTY}
    assert sum(len(FACTS.districts_of(council)) for council in FACTS.councils) == 164
    with pytest.raises(BadInput, match="kent"):
        FACTS.find("Thanet")
    with pytest.raises(UnknownName):
        FACTS.find("")


def test_sixteen_councils_have_no_board_known_here_and_seven_have_several() -> None:
    assert Counter(min(len(council.boards_2022), 2) for council in FACTS.councils) == {0: 16, 1: 130, 2: 7}
    for council in FACTS.councils:
        for day in (date(2022, 7, 1), date(2026, 3, 31), date(2026, 4, 1), None):
            on = FACTS.boards_on(council, day)
            assert bool(on.note) == (not on.known or bool(on.possible))
            assert {board.ods for board in on.known}.isdisjoint({board.ods for board in on.possible})
            for board in (*on.known, *on.possible):
                assert day is None or (date.fromisoformat(board.valid_from) <= day < date.fromisoformat(board.valid_to or "9999-12-31"))
        assert not FACTS.boards_on(council, date(2022, 6, 30)).known


def test_the_councils_are_those_of_the_public_file(shared: Path) -> None:
    rows = table(shared, "derived/asc_authorities_153.csv")
    words = {
        "County": "county", "Unitary authority": "unitary", "Metropolitan district": "metropolitan borough",
        "London borough": "London borough", "City corporation": "city corporation",
    }  # fmt: skip
    expected = {
        (row["gss_code"], row["la_code"], row["name"].strip(), " ".join(row["official_name"].split()), words[row["type"]], row["region"])
        for row in rows
    }
    assert {(c.code, c.register_code, c.name, c.official_name, str(c.type), c.region) for c in FACTS.councils} == expected
    assert {c.code: len(FACTS.districts_of(c)) for c in FACTS.councils} == {row["gss_code"]: int(row["district_count"]) for row in rows}


def test_the_districts_are_those_of_the_public_file(shared: Path) -> None:
    rows = table(shared, "derived/districts_to_county_164.csv")
    assert {(d.code, d.name, d.council) for d in FACTS.districts} == {
        (row["district_gss"], row["district_name"], row["county_gss"]) for row in rows
    }


def test_the_boards_of_councils_are_those_of_the_public_file(shared: Path) -> None:
    rows = table(shared, "derived/la_to_icb_2022_joined.csv")
    assert {(c.code, board) for c in FACTS.councils for board in c.boards_2022} == {(row["la_gss"], row["icb22_ods"]) for row in rows}
    succession = table(shared, "icb_lookups/icb_succession_2026-04-01.csv")
    assert {(b.ods, heir) for b in FACTS.boards.values() for heir in b.then} == {
        (row["predecessor_ods"], row["successor_ods"]) for row in succession
    }


def test_the_counts_of_locations_are_those_of_the_public_file(shared: Path) -> None:
    words = {
        "Homecare agencies": "home care agencies", "Residential homes": "residential homes", "Nursing homes": "nursing homes",
        "Supported living": "supported living", "Supported housing": "supported housing", "Shared lives": "shared lives schemes",
    }  # fmt: skip
    regions = {"East": "East of England", "Yorkshire & Humberside": "Yorkshire and The Humber"}
    expected = {
        (regions.get(region, region), words[row["service_type"]]): int(count)
        for row in table(shared, "derived/cqc_locations_by_service_type_region_2024-10-02.csv")
        if row["service_type"] in words
        for region, count in row.items()
        if region not in ("service_type", "total", "Wales")
    }
    assert {key: count for key, count in FACTS.locations.items() if key[1] != "any of these"} == expected


@pytest.mark.parametrize("council", FACTS.councils, ids=lambda council: council.layer)
def test_every_council_has_a_local_map_without_problems(council) -> None:
    national = shipped_content()
    made = local_map(council, FACTS, national)
    change = ChangeSet(
        by="a test", why="", layer=made.layer, put_nodes=made.nodes, put_links=made.links, put_sources=made.sources
    )  # fmt: skip
    assert check_change(change, {node.id: node.kind for node in national.nodes}, national.source_of) == ()
    ids = {node.id for node in made.nodes} | national.row_of_node.keys()
    assert all(link.start in ids and link.end in ids for link in made.links)
    assert not {node.id for node in made.nodes} & national.row_of_node.keys()
    assert not {link.id for link in made.links} & national.row_of_link.keys()
    one_of = {(link.start, link.end) for link in made.links if link.attributes.get("as") == "one_of"}
    assert (council.id, "local-authority") in one_of
    assert all(
        claim.source in {source.id for source in made.sources} | national.source_of.keys() for link in made.links for claim in link.claims
    )
    assert any(node.id.startswith("gap-boards-of") for node in made.nodes) == bool(FACTS.boards_on(council, None).note)


def test_a_map_without_the_generic_council_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadInput, match="local-authority"):
        local_map(FACTS.find("kent"), FACTS, SystemMap())

"""The public files as their publishers give them out: every row is read, and every fault that is known of them is told."""

from collections import Counter
from pathlib import Path

import pytest

from loaders.local.register import register
from loaders.public import cqc, govuk, mysociety, ons
from loaders.public.reading import Found
from schema.kinds import LinkKind
from schema.records import ChangeSet
from schema.validation import check_change


@pytest.fixture(scope="session")
def data(shared: Path) -> Path:
    return shared / "data"


def said(found: Found, *words: str) -> list[str]:
    """The problems whose text holds all these words."""
    return [str(problem) for problem in found.problems if all(word in str(problem) for word in words)]


# ---- GOV.UK ------------------------------------------------------------------


@pytest.fixture(scope="session")
def bodies(data: Path) -> Found[govuk.Organisation]:
    return govuk.organisations((data / "govuk_organisations" / "govuk_organisations_api_2026-02-02.json").read_bytes(), "orgs.json")


def test_every_organisation_is_read(bodies) -> None:
    assert len(bodies.rows) == 663
    assert bodies.is_usable
    assert Counter(row.status for row in bodies.rows) == {"live": 346, "exempt": 304, "joining": 12, "transitioning": 1}
    home = next(row for row in bodies.rows if row.slug == "home-office")
    assert (home.title, home.format) == ("Home Office", "Ministerial department")
    assert "migration-advisory-committee" in home.children


def test_bodies_named_but_not_in_the_file_are_told(bodies) -> None:
    there = {row.slug for row in bodies.rows}
    missing = Counter(
        field
        for row in bodies.rows
        for field, names in (
            ("parent_organisations", row.parents),
            ("child_organisations", row.children),
            ("superseded_organisations", row.replaced),
            ("superseding_organisations", row.replaced_by),
        )
        for name in names
        if name not in there
    )
    assert missing == {
        "parent_organisations": 6,
        "child_organisations": 164,
        "superseded_organisations": 207,
        "superseding_organisations": 1,
    }
    for row in bodies.rows:
        for name in (*row.parents, *row.children, *row.replaced, *row.replaced_by):
            assert (name in there) or said(bodies, f"{row.slug} names", name, "not in this file")


def test_parents_that_do_not_name_their_child_and_stray_blanks_are_told(bodies) -> None:
    assert len(said(bodies, "does not name it as its child")) == 2
    assert len(said(bodies, "stray blanks")) == 18
    assert not any(row.title != row.title.strip() for row in bodies.rows)


def test_organisations_make_a_map_without_problems(bodies) -> None:
    made = govuk.organisations_map(bodies.rows)
    assert len(made.nodes) == 663
    change = ChangeSet(by="a test", why="", put_nodes=made.nodes, put_links=tuple(made.links), put_sources=made.sources)
    assert check_change(change, {}, ()) == ()
    assert made.link("migration-advisory-committee.part_of.home-office").kind is LinkKind.PART_OF
    assert Counter(link.kind for link in made.links).keys() == {LinkKind.PART_OF, LinkKind.REPLACES}


@pytest.mark.parametrize(
    ("text", "rows", "words"),
    [
        (b"[{]", 0, "is not JSON"),
        (b"", 0, "is empty"),
        (b'[{"title": "No slug"}]', 0, "no slug"),
        (b'[1, {"title": "A", "details": {"slug": "a"}}]', 1, "is not an object"),
        (b'[{"title": "A", "details": {"slug": "a"}}, {"title": "B", "details": {"slug": "a"}}]', 1, "already"),
        (b'[{"title": "A", "details": {"slug": "a"}, "parent_organisations": 7}]', 1, "not a list"),
        (b'[{"title": "A", "details": {"slug": "a", "closed_at": "soon"}}]', 1, "no day"),
    ],
)
def test_a_broken_file_of_organisations_is_told_and_read_as_far_as_can_be(text, rows, words) -> None:
    found = govuk.organisations(text, "orgs.json")
    assert len(found.rows) == rows
    assert said(found, words)


def test_the_pages_of_the_service_read_like_one_list() -> None:
    page = b'{"results": [{"id": "https://www.gov.uk/api/organisations/a", "title": "A"}], "pages": 1}'
    assert [row.slug for row in govuk.organisations(page, "page.json").rows] == ["a"]
    assert [row.slug for row in govuk.organisations(b"[" + page + b"]", "pages.json").rows] == ["a"]


# ---- mySociety ---------------------------------------------------------------


@pytest.fixture(scope="session")
def councils(data: Path) -> Found[mysociety.PublicCouncil]:
    return mysociety.councils((data / "mysociety_local_authorities" / "uk_local_authorities_current.csv").read_bytes(), "councils.csv")


def test_every_council_is_read_and_153_have_care_duties(councils) -> None:
    assert len(councils.rows) == 470
    assert councils.is_usable
    caring = [row for row in councils.rows if row.has_care_duties]
    assert {(row.gss_code, row.name) for row in caring} == {(council.code, council.name) for council in register().councils}
    assert sum(map(len, mysociety.districts(councils.rows).values())) == 164


def test_the_known_faults_of_the_table_of_councils_are_told(councils) -> None:
    assert len(said(councils, "gss-code", "has no code")) == 25
    assert said(councils, "North Somerset  Council", "stray blanks")
    assert said(councils, "Newry, Mourne and Down ", "stray blanks")
    assert len(said(councils, "broke between two encodings")) == 2
    assert said(councils, "'Bournemouth', 'Christchurch and Poole'", "cut at its commas")
    registered = said(councils, "earlier register")
    assert len(registered) == 77
    leeds = next(row for row in councils.rows if row.official_name == "Leeds City Council")
    assert leeds.began_on is None
    assert next(row for row in councils.rows if row.name == "Cumberland").began_on is not None


def test_the_future_table_lacks_what_was_announced_since(data, councils) -> None:
    file = data / "mysociety_local_authorities" / "uk_local_authorities_future.csv"
    future = mysociety.councils(file.read_bytes(), "future.csv")
    found = mysociety.announced(councils.rows, future.rows, ("East Surrey", "West Surrey", "Kent"), "future.csv")
    assert [problem.message for problem in found.problems] == ["does not yet hold East Surrey", "does not yet hold West Surrey"]
    assert found.rows == ()


def test_names_and_codes_that_do_not_tell_are_told(data) -> None:
    folder = data / "mysociety_local_authorities"
    names = mysociety.names((folder / "lookup_name_to_registry.csv").read_bytes(), "names.csv")
    assert len(names.rows) == 1774
    assert len(said(names, "the name alone does not tell")) == 2
    assert said(names, "'somerset' stands for")
    assert said(names, "'north yorkshire' stands for")
    codes = mysociety.codes((folder / "lookup_gss_to_registry.csv").read_bytes(), "codes.csv")
    assert (len(codes.rows), len(said(codes, "has no code"))) == (458, 25)
    assert not codes.is_usable


# ---- Office for National Statistics ------------------------------------------


@pytest.fixture(scope="session")
def look_up(data: Path) -> Found[ons.CouncilBoard]:
    return ons.council_boards((data / "icb_lookups" / "icb-la-lookup.csv").read_bytes(), "look-up.csv")


def test_the_official_look_up_has_all_42_boards(data) -> None:
    found = ons.sub_boards((data / "icb_lookups" / "LOC22_ICB22_NHSER22_EN_LU.csv").read_bytes(), "boards.csv")
    assert (len(found.rows), len({row.board_ods for row in found.rows}), found.problems) == (106, 42, ())
    ours = {(b.ods, b.area_code, b.name, b.nhs_region) for b in register().boards.values() if b.area_code}
    assert {(row.board_ods, row.board_code, row.board, row.nhs_region) for row in found.rows} == ours


def test_both_look_ups_of_councils_are_read(data, look_up) -> None:
    longer = ons.council_boards((data / "icb_lookups" / "subicb-la-lookup.csv").read_bytes(), "longer.csv")
    assert (len(look_up.rows), len(longer.rows)) == (148, 168)
    assert len({row.council for row in look_up.rows}) == 138
    assert len({row.board_ods for row in look_up.rows}) == 37
    assert {(row.council, row.board_ods) for row in longer.rows} == {(row.council, row.board_ods) for row in look_up.rows}
    assert all(row.sub_board for row in longer.rows)
    assert said(look_up, "where care homes lie")


def test_councils_without_a_row_and_in_several_boards_are_told(look_up, councils) -> None:
    found = ons.joined(look_up.rows, councils.rows, "look-up.csv")
    ours = {(council.code, frozenset(council.boards_2022)) for council in register().councils}
    assert {(row.gss_code, frozenset(row.boards)) for row in found.rows} == ours
    assert len(said(found, "has no row for")) == 16
    for name in ("Birmingham", "Cumberland", "City of London", "West Northamptonshire"):
        assert said(found, f"has no row for {name}")
    several = said(found, "lies in")
    assert len(several) == 7
    for name in ("Buckinghamshire", "Essex", "Hampshire", "North Yorkshire", "Suffolk", "Surrey", "West Sussex"):
        assert any(f"{name} lies in" in text for text in several)
    assert said(found, "'Cumbria' is no present council")
    assert len(said(found, "is taken to be")) == 4


def test_boards_that_were_split_are_told(data) -> None:
    found = ons.succession((data / "icb_lookups" / "icb_succession_2026-04-01.csv").read_bytes(), "succession.csv")
    assert len(found.rows) == 16
    assert len(said(found, "was split among")) == 3
    bad = ons.succession(
        b"predecessor_ods,predecessor_name,successor_ods,successor_name,succession_date,succession_type\nA,a,B,b,soon,merger\n", "s"
    )
    assert (bad.rows, len(said(bad, "no day"))) == ((), 1)


def test_a_list_of_codes_that_differs_from_the_official_one_is_told(data) -> None:
    folder = data / "icb_lookups"
    official = ons.sub_boards((folder / "LOC22_ICB22_NHSER22_EN_LU.csv").read_bytes(), "boards.csv")
    known = {row.board_code: row.board for row in official.rows}
    found = ons.names_by_code((folder / "postcodesio_icb.json").read_bytes(), "icb.json", known)
    assert len(found.rows) == 42
    assert said(found, "E54000063", "Surrey Heartlands", "E54000052")
    assert said(found, "E54000064", "Sussex", "E54000053")
    assert said(found, "E54000022", "stray blanks")
    assert len(found.problems) == 3
    for name, count in (("counties", 27), ("districts", 366), ("nhs_regions", 7), ("regions", 9)):
        assert len(ons.names_by_code((folder / f"postcodesio_{name}.json").read_bytes(), name).rows) == count
    assert said(ons.names_by_code(b"[1]", "list.json"), "no object")


# ---- CQC ---------------------------------------------------------------------


def test_the_aggregate_counts_every_location_and_tells_what_it_cannot_show(data) -> None:
    (file,) = (data / "cqc_counts").glob("*.csv")
    found = cqc.aggregate(file.read_bytes(), "directory.csv")
    assert (len(found.rows), sum(row.count for row in found.rows)) == (8_099, 54_779)
    assert len(said(found, "'Wales' is no region of England")) == 2
    assert said(found, "54,779 locations", "dropped by those who counted")
    assert said(found, "do not add up")
    homecare = cqc.locations_by_region(found.rows, ["Homecare agencies"])
    assert (sum(homecare.values()), homecare["South East"]) == (13_998, 2_384)
    care = ["Homecare agencies", "Residential homes", "Nursing homes", "Supported living", "Supported housing", "Shared lives"]
    once = cqc.locations_by_region(found.rows, care)
    facts = register()
    assert {region: once[region] for region in facts.councils_per_region} == {
        region: facts.locations_in(region)["any of these"] for region in facts.councils_per_region
    }


HEADER = (
    "Name,Also known as,Address,Postcode,Phone number,Service's website (if available),Service types,Date of latest check,"
    "Specialisms/services,Provider name,Local authority,Region,Location URL,CQC Location ID (for office use only),"
    "CQC Provider ID (for office use only)"
)
ROWS = (
    'Rose Lodge,Rose,"1 Garden Road",CT1 1AA,1,,Residential homes|Nursing homes,09/Jan/2018 - 00:00,Dementia,R,Kent,South East,u,1-1,1-9',
    "Home  Help,,1 Road,M1 1AA,2,,Homecare agencies,16/09/2026,,Help Ltd,Salford,North West,u,1-2,1-8",
    "Rose Annexe,,2 Road,CT1 1AB,3,,,some day,Dementia,Rose Ltd,,East,u,1-3,1-9",
    "Rose Lodge again,,2 Road,CT1 1AB,3,,Clinic,,Dementia,Rose Ltd,Kent,South East,u,1-1,1-9",
    "No id,,2 Road,CT1 1AB,3,,Clinic,,Dementia,Rose Ltd,Kent,South East,u,,1-9",
    "Short,row",
)


def whole_directory(header: str = HEADER) -> bytes:
    preamble = (
        "CQC Locations data,,,,,,,,,,,,,,",
        ",,,,,,,,,,,,,,",
        "This data was produced on 16 September 2026,,,,,,,,,,,,,,",
        ",,,,,,,,,,,,,,",
    )
    return "\r\n".join([*preamble, header, *ROWS, ""]).encode("utf-8-sig")


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        HEADER.replace("Local authority", "Local Authority").replace("Location ID (for office use only)", "Location (for office use only"),
    ],
)
def test_the_whole_directory_is_read_under_its_title_in_new_and_old_spelling(header) -> None:
    found = cqc.directory(whole_directory(header), "directory.csv")
    assert [(row.id, row.provider_id, row.council, row.region) for row in found.rows] == [
        ("1-1", "1-9", "Kent", "South East"), ("1-2", "1-8", "Salford", "North West"), ("1-3", "1-9", "", "East of England"),
    ]  # fmt: skip
    assert found.rows[0].services == ("Residential homes", "Nursing homes")
    assert [row.checked_on and row.checked_on.isoformat() for row in found.rows] == ["2018-01-09", "2026-09-16", None]
    assert found.rows[1].name == "Home Help"


def test_the_faults_of_a_whole_directory_are_told_with_their_line() -> None:
    found = cqc.directory(whole_directory(), "directory.csv")
    for line, words in (
        (7, "stray blanks"), (7, "Specialisms/services: 1-2 leaves it blank"), (8, "Service types: 1-3 leaves it blank"),
        (8, "Local authority: 1-3 leaves it blank"), (8, "no day such as 09/Jan/2018"), (9, "already"), (10, "no id"),
        (11, "2 cells under 15"),
    ):  # fmt: skip
        assert said(found, f"directory.csv:{line}", words), (line, words)
    assert len(found.problems) == 8
    assert said(cqc.directory(b"a,b\n1,2\n", "other.csv"), "no header with the columns", "Postcode")


def test_the_directory_makes_a_map_of_providers_and_locations() -> None:
    made = cqc.directory_map(cqc.directory(whole_directory(), "directory.csv").rows)
    change = ChangeSet(by="a test", why="", put_nodes=made.nodes, put_links=tuple(made.links), put_sources=made.sources)
    assert check_change(change, {}, ()) == ()
    assert [(link.start, link.end) for link in made.links] == [("cqc-1-1", "cqc-1-9"), ("cqc-1-2", "cqc-1-8"), ("cqc-1-3", "cqc-1-9")]
    assert len(made.nodes) == 5


@pytest.mark.parametrize(
    "read", [mysociety.councils, mysociety.names, mysociety.codes, ons.sub_boards, ons.council_boards, ons.succession, cqc.aggregate]
)
@pytest.mark.parametrize("text", [b"", b"\xff\xfea", b"a,b\n1,2\n", b'"a,b\n1', b"\x80"])
def test_no_reader_of_tables_raises_for_what_stands_in_a_file(read, text) -> None:
    found = read(text, "file.csv")
    assert found.rows == ()
    assert not found.is_usable
    assert all(problem.place.startswith("file.csv") for problem in found.problems)

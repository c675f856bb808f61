"""Every claim of the two documents stands on the map, with its document, place, author and standpoint."""

import csv
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from loaders.coverage import coverage
from schema.kinds import Basis, NodeKind
from schema.records import Claim, Link, Node
from tests.content.walking import all_claims, content

ROW = re.compile(r"[TS][0-9]{2}\Z")
DOCUMENT = {"T": "thermostat-2020", "S": "system-structure-2022"}


def _said() -> list[tuple[str, Claim]]:
    return [(place, claim) for place, claim in all_claims() if ROW.match(claim.id)]


def test_nothing_that_the_documents_say_is_missing() -> None:
    found = coverage(content())
    assert found.missing == ()
    assert found.covered == found.total > 0


def test_the_expected_claims_are_those_of_the_tables(shared: Path) -> None:
    rows = []
    for table in ("claims_T", "claims_S"):
        with (shared / "domain" / "tables" / f"{table}.csv").open(encoding="utf-8") as file:
            rows += [row["id"] for row in csv.DictReader(file)]
    assert list(coverage(content()).carried_by) == rows


def test_each_place_of_a_claim_is_on_the_map_and_holds_it() -> None:
    everything: Iterable[Node | Link] = chain(content().nodes, content().links)
    records = {record.id: record for record in everything}
    for row, places in coverage(content()).carried_by.items():
        for place in places:
            assert row in {claim.id.rpartition("/")[2] for claim in records[place].claims}


def test_a_claim_of_a_document_cites_it_with_the_line() -> None:
    wrong = [
        (place, claim.id)
        for place, claim in _said()
        if claim.source != DOCUMENT[claim.id[0]] or not re.match(r"lines? [0-9]+(-[0-9]+)?\Z", claim.place or "")
    ]
    assert wrong == []


def test_a_claim_stands_at_the_line_that_its_row_gives(shared: Path) -> None:
    lines: dict[str, set[int]] = {}
    for table in ("claims_T", "claims_S"):
        with (shared / "domain" / "tables" / f"{table}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                ends = [int(number) for number in re.findall(r"L([0-9]+)", row["loc"])]
                lines[row["id"]] = set(range(ends[0], ends[-1] + 1))
    wrong = []
    for place, claim in _said():
        ends = [int(number) for number in re.findall(r"[0-9]+", claim.place or "")]
        if not ends or not set(range(ends[0], ends[-1] + 1)) <= lines[claim.id]:
            wrong.append((place, claim.id, claim.place))
    assert wrong == []


def test_a_claim_says_whose_view_it_is_and_in_whose_interest() -> None:
    authors = {source.id: source.author or source.publisher for source in content().sources}
    wrong = []
    for place, claim in _said():
        if not (claim.standpoint and claim.said_on and (claim.by or authors[str(claim.source)])):
            wrong.append((place, claim.id))
    assert wrong == []


def test_what_is_quoted_is_credited_to_the_one_who_said_it(shared: Path) -> None:
    with (shared / "domain" / "tables" / "claims_T.csv").open(encoding="utf-8") as file:
        quoted = {row["id"]: row["loc"] for row in csv.DictReader(file)}
    wrong = [
        (place, claim.id, claim.by)
        for place, claim in _said()
        for name, mark in (("John Seddon", "(Seddon)"), ("Joint Commissioning Panel for Mental Health", "(JCPMH)"))
        if (mark in quoted.get(claim.id, "")) is not (claim.by == name)
    ]
    assert wrong == []


def test_what_is_opinion_is_shown_as_opinion(shared: Path) -> None:
    kinds: dict[str, str] = {}
    for table in ("claims_T", "claims_S"):
        with (shared / "domain" / "tables" / f"{table}.csv").open(encoding="utf-8") as file:
            kinds |= {row["id"]: row["opinion"] for row in csv.DictReader(file)}
    shown: dict[str, set[Basis]] = {}
    for _, claim in _said():
        shown.setdefault(claim.id, set()).add(claim.basis)
    assert {row for row, stated in kinds.items() if stated == "yes" and Basis.OPINION not in shown[row] | {Basis.ROOM}} == set()
    facts = {Basis.FIGURE, Basis.STUDY}
    assert {row for row, bases in shown.items() if bases & facts} == set()


def test_the_placeholders_of_the_documents_are_gaps_and_filled_with_nothing() -> None:
    gaps = {claim.id: node for node in content().nodes if node.kind is NodeKind.GAP for claim in node.claims}
    assert {"S78", "S79"} <= set(gaps)
    assert {place for place, claim in _said() if claim.id in ("S78", "S79")} == {gaps["S78"].id, gaps["S79"].id}


@pytest.mark.parametrize("row", ["T26", "T28", "T32", "S48", "S53", "S54", "S62", "S74"])
def test_a_proposal_that_is_easily_missed_is_a_proposal(row: str) -> None:
    places = coverage(content()).carried_by[row]
    assert any(content().node(place).kind is NodeKind.PROPOSAL for place in places if place in content().row_of_node)

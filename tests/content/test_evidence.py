"""All rows of evidence are on the map, with the signs and marks that they came with, and no words of others."""

import csv
import re
from pathlib import Path

import pytest

from schema.kinds import LinkKind
from schema.records import Link
from tests.content.walking import all_claims, content, core_influences

ROWS = tuple(f"C{number:02d}" for number in range(1, 88))
TURNED = {"C11", "C35", "C50", "C58", "C61", "C64"}
"""Rows with a cause or an effect that is read the other way round on all their links."""

TWO_SIGNS = ("C10", "C78", "C86", "C87")
"""Rows with one of two causes turned about, with two effects of opposite signs, or drawn as two steps one after the other."""

AVOIDED = re.compile(
    r"service users?|\bdemands?\b|unmet need|bed[- ]?block|self[- ]?funder|\bclients?\b|\bcustomers?\b|\brecipients?\b"
    r"|complex package|delayed discharge",
    re.IGNORECASE,
)


def _links_of(row: str) -> list[Link]:
    return [link for link in core_influences() if any(claim.id == row for claim in link.claims)]


@pytest.mark.parametrize("row", ROWS)
def test_the_row_stands_on_an_influence_link(row: str) -> None:
    assert _links_of(row)


def test_rows_with_two_causes_or_effects_are_two_links() -> None:
    for row, ends in {
        "C27": {("provider-viability", "provider-exit"), ("provider-viability", "contracts-handed-back")},
        "C86": {("start-fair-pay-agreement-2028", "care-pay"), ("start-fair-pay-agreement-2028", "care-vacancies")},
        "C87": {
            ("share-council-funded-residents", "care-home-occupancy"),
            ("share-council-funded-residents", "choice-of-council-funded-places"),
        },
    }.items():
        assert {(link.start, link.end) for link in _links_of(row)} == ends


def test_counter_evidence_is_on_the_same_map() -> None:
    claims = {(place, claim.id): claim for place, claim in all_claims()}
    assert claims["overseas-recruits.care-vacancies", "HL8341"].strength == 0.25
    assert claims["prevention-spend.later-care-need", "C44-counter"].sign == "0"
    assert content().link("people-ready-to-leave.people-waiting-to-leave-hospital").claims[0].id == "C21"
    assert content().link("national-living-wage.care-home-closures").sign == "0"
    assert content().link("council-care-spend.hospital-use").sign == "0"


def test_signs_and_marks_are_those_of_the_table(shared: Path) -> None:
    with (shared / "domain" / "tables" / "causal_links.csv").open(encoding="utf-8") as file:
        table = {row["id"]: row for row in csv.DictReader(file)}
    assert set(table) == set(ROWS)
    opposite = {"+": "-", "-": "+", "0": "0"}
    wrong = []
    for row, given in table.items():
        signs = {str(link.sign) for link in _links_of(row)}
        stated = given["sign"]
        wanted = {"+", "-"} if row in TWO_SIGNS else {opposite[stated] if row in TURNED else stated}
        if signs != wanted:
            wrong.append((row, signs, wanted))
    assert wrong == []


def test_a_claims_mark_is_one_that_its_row_states(shared: Path) -> None:
    with (shared / "domain" / "tables" / "causal_links.csv").open(encoding="utf-8") as file:
        table = {row["id"]: row["source and mark"] for row in csv.DictReader(file)}
    wrong = []
    for place, claim in all_claims():
        stated = table.get(claim.id)
        if stated is None or claim.mark is None:
            continue
        marks = set(re.findall(r"\b(V2|V|D|M)\b", stated)) or {"V", "V2"}
        if stated.startswith(("A5", "BCF")) or "same V" in stated:
            marks |= {"V", "V2"}
        if str(claim.mark) not in marks:
            wrong.append((place, claim.id, str(claim.mark), stated))
    assert wrong == []


def test_no_run_of_eight_words_is_copied_from_the_material(shared: Path) -> None:
    runs: set[tuple[str, ...]] = set()
    for file in sorted(path for kind in ("domain/*.md", "domain/tables/*.csv", "seeds/*.txt") for path in shared.glob(kind)):
        runs |= _runs(file.read_text(encoding="utf-8"))
    said = [(place, claim.id, claim.text) for place, claim in all_claims()]
    said += [(record.id, "text", record.text) for record in (*content().nodes, *content().links)]
    wrong = [(place, name, " ".join(run)) for place, name, text in said for run in sorted(_runs(text or "") & runs) if "act" not in run]
    assert wrong == []


def _runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    """Every run of so many words. Runs with the name of an Act are let pass by the test, since a name cannot be reworded."""
    words = re.findall(r"[a-z']+|[\d.,]*\d", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_words_that_people_would_not_accept_are_not_used() -> None:
    said = [(place, claim.text or "") for place, claim in all_claims()]
    said += [(node.id, " ".join([node.label, node.text or "", *node.aliases])) for node in content().nodes]
    said += [(link.id, link.text or "") for link in content().links]
    assert [(place, found.group()) for place, text in said if (found := AVOIDED.search(text))] == []


def test_the_thermostat_has_all_its_links() -> None:
    links = content().row_of_link
    for link in (
        "local-authority.makes.set-care-package",
        "set-care-package.fit-of-plan-to-need",
        "fit-of-plan-to-need.moment-of-interaction",
        "care-worker.observes.fit-of-plan-to-need",
    ):
        assert link in links
    notices = "what-care-workers-notice"
    now = [link for link in content().links if link.status is None]
    told = {(ln.start, ln.end): ln for ln in now if ln.kind is LinkKind.INFORMS and ln.carrying == notices}
    assert told["care-worker", "care-provider"].used == "yes"
    to_council = told["care-provider", "local-authority"]
    assert (to_council.available, to_council.used) == ("yes", "no")
    said = {claim.id: claim.attributes.get("used") for claim in to_council.claims}
    assert {said[row] for row in ("T16", "T22", "S41")} == {"no"}
    assert said["T08"] == "sometimes"
    inputs = {ln.end: ln for ln in now if ln.kind is LinkKind.TAKES_AS_INPUT and ln.start == "set-care-package"}
    assert (inputs["scored-need"].used, inputs[notices].used) == ("yes", "no")
    assert {claim.id for claim in inputs[notices].claims} == {"T21", "T22"}


def test_the_other_gaps_are_said_and_not_only_left_out() -> None:
    links = {(ln.kind.value, ln.start, ln.end, ln.carrying): ln for ln in content().links if ln.status is None}
    assert links["observes", "local-authority", "later-care-need", None].available == "no"
    assert links["informs", "people-who-draw-on-care", "local-authority", "what-people-say"].available == "no"
    late = links["informs", "local-authority", "dhsc", "what-councils-see"]
    seen = links["observes", "local-authority", "disconnect-between-tiers", None]
    cycle = content().node("redesign-nhs-local-bodies").decision_cycle_months
    assert cycle == 45
    assert (late.delay_months or 0) + (seen.delay_months or 0) > cycle
    elsewhere = links["informs", "cqc", "local-authority", "what-inspectors-find"]
    assert {claim.attributes.get("available") for claim in elsewhere.claims} == {"no", "yes"}
    disputed = links["informs", "dhsc", "home-office", "vacancy-figures"]
    assert {claim.id: claim.attributes["used"] for claim in disputed.claims} == {"S38": "no", "HL8341": "sometimes"}

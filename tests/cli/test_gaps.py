"""`ask gaps` as scripts rely on it."""

from __future__ import annotations

import json

import pytest

KEYS = {"gaps", "found", "complete", "not_recorded", "without_owner", "cover", "consultation_gaps", "revision", "as_of", "method"}
GAP_KEYS = ["decision", "factor", "kind", "score", "would_close", "text"]


@pytest.fixture
def told(tmp_path):
    """A plain map on which a council does not use what it is told."""
    file = tmp_path / "told.json"
    whole = {
        "format": "caremap",
        "version": 1,
        "nodes": [
            {"id": "council", "kind": "body", "label": "Council"},
            {"id": "worker", "kind": "role", "label": "Care worker"},
            {"id": "plan", "kind": "decision", "label": "Make the plan", "owner": "council"},
            {"id": "orphan", "kind": "decision", "label": "Nobody's decision"},
            {"id": "fit", "label": "Fit of the plan"},
            {"id": "signal", "kind": "signal", "label": "What is noticed"},
            {"id": "moment-of-interaction", "label": "Moment", "better": "more"},
        ],
        "links": [
            {"id": "pf", "from": "plan", "to": "fit", "sign": "+", "strength": 0.5},
            {"id": "fm", "from": "fit", "to": "moment-of-interaction", "sign": "+", "strength": 0.5},
            {"id": "sees", "kind": "observes", "from": "worker", "to": "fit"},
            {
                "id": "tells",
                "kind": "informs",
                "from": "worker",
                "to": "council",
                "carrying": "signal",
                "available": "yes",
                "used": "no",
            },
            {"id": "takes", "kind": "takes_as_input", "from": "plan", "to": "signal", "sign": "-"},
        ],
        "sources": [],
    }
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file


def test_gaps_print_one_document_in_the_shape_that_scripts_rely_on(caremap, told) -> None:
    said = caremap("ask", "gaps", "--map", told, "--json")
    assert said.status == 0
    assert next(iter(said.json)) == "gaps"
    assert said.json.keys() >= KEYS
    gap = said.json["gaps"][0]
    assert list(gap)[:6] == GAP_KEYS
    assert (gap["decision"], gap["factor"], gap["kind"], gap["score"], gap["state"]) == ("plan", "fit", "not_used", 0.25, "said_missing")
    assert [(loop["kind"], loop["nodes"], loop["closing_link"]) for loop in gap["would_close"]] == [("B", ["plan", "fit"], "takes")]
    assert said.json["without_owner"] == ["orphan"]
    assert said.json["cover"]["links"][0]["existing"] == "tells"


def test_options_narrow_the_question(caremap, told) -> None:
    assert len(caremap("ask", "gaps", "plan", "--map", told, "--json").json["gaps"]) == 2
    assert len(caremap("ask", "gaps", "council", "--map", told, "--json", "--top", "1").json["gaps"]) == 1
    dropped = caremap("ask", "gaps", "plan", "--map", told, "--json", "--without", "tells").json
    assert [gap["kind"] for gap in dropped["gaps"] if gap["factor"] == "fit"] == ["not_sent"]
    scored = caremap("ask", "gaps", "plan", "--map", told, "--json", "--on", "fit").json
    assert next(gap["score"] for gap in scored["gaps"] if gap["factor"] == "fit") == 0.5


def test_twenty_are_listed_unless_another_number_is_said(caremap) -> None:
    said = caremap("ask", "gaps", "--map", "shipped", "--json", "--as-of", "2026-01-01").json
    assert len(said["gaps"]) == 20 < said["found"]
    assert len(caremap("ask", "gaps", "--map", "shipped", "--json", "--as-of", "2026-01-01", "--top", "3").json["gaps"]) == 3


def test_what_is_not_recorded_is_listed_when_asked_for(caremap) -> None:
    quiet, full = (
        caremap("ask", "gaps", "set-care-package", "--map", "shipped", "--json", "--as-of", "any", *more).json
        for more in ([], ["--unrecorded"])
    )
    assert quiet["unrecorded"] == []
    assert {gap["state"] for gap in full["unrecorded"]} == {"not_recorded"}


def test_people_read_who_says_what(caremap) -> None:
    said = caremap("ask", "gaps", "set-care-package", "--map", "shipped")
    assert said.status == 0
    assert "Heard, not acted on" in said.out
    assert "T18" in said.out
    assert "Disputed by" in said.out
    assert "not recorded is not missing" in said.out


def test_what_takes_no_decision_is_refused(caremap, told) -> None:
    said = caremap("ask", "gaps", "fit", "--map", told)
    assert (said.status, "takes no decision" in said.err) == (3, True)

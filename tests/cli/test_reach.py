"""`ask reach` as scripts rely on it."""

from __future__ import annotations

KEYS = ["node", "direction", "outcomes", "reached", "total", "share", "by_tier", "by_silo", "found", "complete"]
ITEM_KEYS = {"id", "tier", "silo", "sign", "worth", "net", "determinacy", "delay_months", "strength", "best_path"}


def test_reach_prints_one_document_in_the_shape_that_scripts_rely_on(caremap, a_map) -> None:
    said = caremap("ask", "reach", "close", "--map", a_map, "--json")
    assert said.status == 0
    assert list(said.json)[:10] == KEYS
    (moment,) = said.json["outcomes"]
    assert moment.keys() >= ITEM_KEYS
    assert (moment["id"], moment["sign"], moment["worth"], moment["delay_months"]) == ("moment-of-interaction", "-", "worse", 4)
    assert moment["best_path"]["links"] == ["x", "y"]
    assert (said.json["reached"], said.json["total"], said.json["share"]) == (1, 1, 1)


def test_up_lists_the_decisions_that_reach_an_outcome(caremap, a_map) -> None:
    said = caremap("ask", "reach", "moment-of-interaction", "--map", a_map, "--direction", "up", "--json")
    assert [item["id"] for item in said.json["decisions"]] == ["close"]
    early = caremap("ask", "reach", "moment-of-interaction", "--map", a_map, "--direction", "up", "--json", "--as-of", "2025-01-01")
    assert early.json["reached"] == 0


def test_every_outcome_is_listed_unless_a_number_is_said(caremap) -> None:
    asked = ["ask", "reach", "close-overseas-route-2025", "--map", "shipped", "--json", "--as-of", "2026-01-01"]
    said = caremap(*asked).json
    assert len(said["outcomes"]) == said["reached"] > 10
    assert len(caremap(*asked, "--top", "3").json["outcomes"]) == 3


def test_people_read_it_by_tier_and_silo(caremap, a_map) -> None:
    said = caremap("ask", "reach", "close", "--map", a_map)
    assert said.status == 0
    assert "Close it reaches 1 of 1 outcomes." in said.out
    assert "By silo" in said.out


def test_a_body_is_refused_with_its_decisions(caremap, a_map) -> None:
    said = caremap("ask", "reach", "office", "--map", a_map)
    assert (said.status, "close" in said.err) == (3, True)

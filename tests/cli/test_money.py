"""`caremap ask money` as scripts rely on it."""

from __future__ import annotations

import pytest


def test_money_prints_exact_ledgers_of_the_shipped_map(caremap) -> None:
    said = caremap("ask", "money", "local-authority", "--year", "2024-25", "--map", "shipped", "--json").json
    entry = said["ledger"][0]
    sums = (entry["in_pence"], entry["own_revenue_pence"], entry["out_pence"], entry["final_spend_pence"])
    assert entry["remainder_pence"] == sums[0] + sums[1] - sums[2] - sums[3]
    assert entry["within_rounding"] is True
    assert {"totals", "follow", "who_pays_who_gains", "complete", "text", "method", "revision", "as_of"} <= said.keys()


def test_a_followed_sum_adds_up_to_the_penny(caremap) -> None:
    said = caremap("ask", "money", "--follow", "hm-treasury=1000000.01", "--year", "2024-25", "--map", "shipped", "--json").json["follow"]
    assert said["pence"] == 100000001
    assert sum(end["pence"] for end in said["ends"]) == 100000001
    back = ("ask", "money", "--follow", "local-authority=100", "--direction", "back", "--year", "2024-25", "--map", "shipped", "--json")
    assert {end["kind"] for end in caremap(*back).json["follow"]["ends"]} <= {"own_revenue", "origin", "remainder"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--follow", "hm-treasury"], "BODY=POUNDS"),
        (["--follow", "hm-treasury=0.001"], "to the penny"),
        (["--follow", "hm-treasury=lots"], "to the penny"),
        (["--follow", "zz=1"], "zz"),
        (["--direction", "up"], "forward or back"),
        (["--year", "1066-67"], "2024-25"),
    ],
)
def test_what_cannot_be_followed_says_why(caremap, options, words) -> None:
    said = caremap("ask", "money", "--map", "shipped", *options)
    assert said.status == 3
    assert words in said.err


def test_text_says_what_is_not_measured_and_who_gains(caremap) -> None:
    assert "control and reporting: not measured" in caremap("ask", "money", "--map", "shipped").out
    assert "pays" in caremap("ask", "money", "--gains", "--map", "shipped").out
    assert (
        "where the ledger begins" in caremap("ask", "money", "--follow", "local-authority=5", "--direction", "back", "--map", "shipped").out
    )


def test_a_map_without_sums_says_so(caremap, edges) -> None:
    said = caremap("ask", "money", "--map", edges, "--json")
    assert (said.status, said.json["ledger"]) == (0, [])
    assert "carries a sum" in said.json["reason"]

"""`ask silos` as scripts rely on it."""

from __future__ import annotations

KEYS = ["silos", "matrix", "counts", "unknown", "links", "crossings", "unassigned", "hand_offs"]
MORE_KEYS = {"roles", "brokers", "betweenness", "modularity", "exposure", "complete", "revision", "as_of", "method", "text"}


def test_silos_print_one_document_in_the_shape_that_scripts_rely_on(caremap) -> None:
    said = caremap("ask", "silos", "--map", "shipped", "--json", "--null", "20", "--as-of", "2026-01-01")
    assert said.status == 0
    assert list(said.json)[:8] == KEYS
    assert said.json.keys() >= MORE_KEYS
    size = len(said.json["silos"])
    assert [len(row) for row in said.json["matrix"]] == [size] * size
    assert sum(sum(row) for row in said.json["counts"]) + said.json["unassigned"] == said.json["links"]
    assert said.json["modularity"]["draws"] == 20
    assert said.json["roles"].keys() == {"coordinator", "gatekeeper", "representative", "consultant", "liaison"}


def test_equal_questions_have_equal_answers_to_the_byte(caremap) -> None:
    asked = ["ask", "silos", "--map", "shipped", "--json", "--null", "10", "--seed", "3", "--as-of", "any"]
    assert caremap(*asked).out == caremap(*asked).out


def test_without_a_null_nothing_is_dealt_out(caremap, edges) -> None:
    said = caremap("ask", "silos", "--map", edges, "--json", "--null", "0")
    assert said.json["modularity"] is None
    assert said.json["unassigned"] == said.json["links"] == 4
    assert "silo" in said.json["reason"]
    assert caremap("ask", "silos", "--map", edges, "--null", "-1").status == 3


def test_people_read_where_influence_crosses(caremap) -> None:
    said = caremap("ask", "silos", "--map", "shipped", "--null", "20")
    assert said.status == 0
    assert "influence links cross between" in said.out
    assert "weak guide to causal influence" in said.out

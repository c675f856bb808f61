"""`ask loops` as scripts rely on it."""

from __future__ import annotations

import pytest

KEYS = ["loops", "found", "complete", "max_links"]
LOOP_KEYS = ["nodes", "links", "kind", "gain", "delay_months", "text"]
MORE_KEYS = {"exact_top", "components", "independent", "revision", "as_of", "filters", "method", "text"}


def test_loops_print_one_document_in_the_shape_that_scripts_rely_on(caremap, edges) -> None:
    said = caremap("ask", "loops", "--map", edges, "--json")
    assert said.status == 0
    assert list(said.json)[:4] == KEYS
    assert said.json.keys() >= MORE_KEYS
    assert [list(loop)[:6] for loop in said.json["loops"]] == [LOOP_KEYS] * 2
    assert [(loop["nodes"], loop["kind"], loop["gain"]) for loop in said.json["loops"]] == [
        (["a", "b", "c"], "B", 0.04),
        (["a", "c"], "R", 0.02),
    ]
    assert (said.json["found"], said.json["complete"], said.json["max_links"]) == (2, True, 8)
    assert said.json["independent"] is None


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--through", "b"], [["a", "b", "c"]]),
        (["--max-links", "2"], [["a", "c"]]),
        (["--top", "1"], [["a", "b", "c"]]),
        (["--sign", "+"], [["a", "c"]]),
        (["--without", "a.b"], [["a", "c"]]),
    ],
)
def test_options_and_filters_reach_the_question(caremap, edges, options, found) -> None:
    said = caremap("ask", "loops", "--map", edges, "--json", *options)
    assert [loop["nodes"] for loop in said.json["loops"]] == found


def test_the_independent_loops_are_printed_when_asked_for(caremap, edges) -> None:
    said = caremap("ask", "loops", "--map", edges, "--json", "--independent")
    assert len(said.json["independent"]) == said.json["components"][0]["independent"] == 2
    assert "A few that all others are made of" in caremap("ask", "loops", "--map", edges, "--independent").out


def test_people_read_what_goes_round(caremap, edges) -> None:
    said = caremap("ask", "loops", "--map", edges)
    assert said.status == 0
    assert "2 feedback loops of at most 8 links: 1 reinforcing, 1 balancing." in said.out
    assert "Balancing: a raises b, which lowers c, which raises a" in said.out


def test_an_unknown_node_is_bad_input(caremap, edges) -> None:
    said = caremap("ask", "loops", "--map", edges, "--through", "aa")
    assert (said.status, "Did you mean a" in said.err) == (3, True)

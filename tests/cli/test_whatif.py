"""`caremap ask whatif` as scripts rely on it."""

from __future__ import annotations

import pytest

KEYS = ["rule", "lambda", "state", "period", "steps", "baseline", "scenario", "difference"]


def test_whatif_prints_the_shape_that_scripts_rely_on(caremap, edges) -> None:
    said = caremap("ask", "whatif", "--map", edges, "--set", "a=1", "--json").json
    assert list(said)[: len(KEYS)] == KEYS
    assert (said["rule"], said["state"], said["period"]) == ("tanh", "fixed", None)
    assert list(said["scenario"]) == ["a", "b", "c"]
    assert said["baseline"] == {"a": 0, "b": 0, "c": 0}
    assert said["scenario"]["a"] == 1
    assert said["difference"]["b"] > 0 > said["difference"]["c"]
    assert {"revision", "as_of", "filters", "method", "complete", "text"} <= said.keys()


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (["--rule", "kosko"], "transfer", "sigmoid"),
        (["--rule", "modified", "--transfer", "step", "--start", "a=1"], "transfer", "step"),
        (["--lambda", "0.3"], "lambda", 0.3),
        (["--epsilon", "0.01"], "epsilon", 0.01),
        (["--driver", "a", "--without", "a.b"], "changed_links", ["a.b"]),
        (["--set", "a=0.5,b=-1"], "held", {"a": 0.5, "b": -1.0}),
    ],
)
def test_options_reach_the_question(caremap, edges, options, key, value) -> None:
    said = caremap("ask", "whatif", "--map", edges, "--json", *options)
    assert (said.status, said.json[key]) == (0, value)


def test_months_and_draws_come_beside_the_answer(caremap, edges) -> None:
    said = caremap("ask", "whatif", "--map", edges, "--set", "a=1", "--months", 2, "--draws", 50, "--seed", 9, "--json").json
    assert {len(values) for values in said["months"].values()} == {3}
    assert (said["uncertainty"]["draws"], said["uncertainty"]["seed"], said["uncertainty"]["generator"]) == (50, 9, "PCG64")
    assert said["uncertainty"]["bands"]["b"]["rise"] == 1
    again = caremap("ask", "whatif", "--map", edges, "--set", "a=1", "--months", 2, "--draws", 50, "--seed", 9, "--json").json
    assert again == said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--without", "a.b"], "--driver"),
        (["--set", "a"], "ID=VALUE"),
        (["--set", "a=much"], "ID=VALUE"),
        (["--set", "a=nan"], "ID=VALUE"),
        (["--set", "zz=1"], "zz"),
        (["--rule", "x"], "kosko"),
    ],
)
def test_what_cannot_be_followed_says_why(caremap, edges, options, words) -> None:
    said = caremap("ask", "whatif", "--map", edges, *options)
    assert (said.status, said.out) == (3, "")
    assert words in said.err


def test_text_says_what_moves_and_that_it_does_not_forecast(caremap, a_map) -> None:
    out = caremap("ask", "whatif", "--map", a_map, "--as-of", "any", "--set", "close=1", "--draws", 20).out
    for words in ("Lowers", "recruits", "(worse)", "do not forecast", "20 of 20 draws", "falls in", "seed 1"):
        assert words in out

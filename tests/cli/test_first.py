"""`caremap ask read --question` as scripts rely on it."""

import pytest


@pytest.mark.parametrize("name", ["works", "sight", "duties", "pays-for", "see-first", "future", "life"])
def test_every_question_answers_on_the_shipped_map_in_one_shape(caremap, name) -> None:
    node = ("--node", "close-overseas-route-2025") if name == "see-first" else ()
    asked = ("ask", "read", "--map", "shipped", "--as-of", "2026-01-01", "--question", name, *node)
    said = caremap(*asked, "--json").json
    assert said["question"] == name
    assert said["items"]
    assert said["found"] >= len(said["items"])
    assert {"about", "counts", "notes", "complete", "reason", "text", "method", "revision", "as_of", "filters", "max_links"} <= said.keys()
    assert all({"id", "label", "text"} <= item.keys() for item in said["items"])
    out = " ".join(caremap(*asked).out.split())
    assert " ".join(said["text"].split()) in out
    assert all(" ".join(item["text"].split()) in out for item in said["items"])


def test_see_first_names_the_steps_of_the_strongest_path(caremap, a_map) -> None:
    said = caremap("ask", "read", "--map", a_map, "--as-of", "any", "--question", "see-first", "--node", "close", "--json").json
    assert [(item["id"], item["months_low"]) for item in said["items"]] == [("recruits", 3), ("moment-of-interaction", 4)]


def test_what_cannot_be_asked_says_what_can(caremap, a_map) -> None:
    refused = caremap("ask", "read", "--map", a_map, "--question", "nothing")
    assert refused.status != 0
    assert "see-first" in refused.err
    assert caremap("ask", "read", "--map", a_map, "--question", "sight", "--node", "close,recruits").status != 0

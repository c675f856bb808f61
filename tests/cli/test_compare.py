"""`caremap ask compare` as scripts rely on it."""

from __future__ import annotations

import json

import pytest


def test_compare_takes_two_files_and_makes_no_store(caremap, edges, tmp_path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("from,to,weight\na,b,0.5\nb,c,0.8\nc,d,-0.1\n", encoding="utf-8")
    said = caremap("ask", "compare", edges, other, "--from", "a", "--to", "c", "--json").json
    assert list(said)[:5] == ["a", "b", "nodes", "links", "consequences"]
    assert said["nodes"] == {"added": ["d"], "removed": [], "changed": []}
    assert (said["links"]["added"], said["links"]["removed"]) == (["c.d"], ["a.c", "c.a"])
    assert {"id": "b.c", "attribute": "sign", "from": "-", "to": "+", "evidence": []} in said["links"]["changed"]
    assert said["consequences"]["loops"]["closed"]
    assert said["consequences"]["hand_offs"]["found_from"] == 2
    assert not (tmp_path / "default.sqlite").exists()


def test_compare_takes_revisions_dates_branches_and_the_two_views(caremap, a_map, tmp_path) -> None:
    store = f"sqlite:///{tmp_path}/mine.sqlite"
    caremap("load", a_map, "--store", store)
    whole = json.loads(a_map.read_text())
    whole["links"][1]["sign"] = "+"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(whole))
    caremap("load", changed, "--store", store)
    flip = caremap("ask", "compare", 1, 2, "--store", store, "--as-of", "any", "--json").json["consequences"]["verdicts"][0]
    assert (flip["decision"], flip["from"], flip["to"], flip["flips"]) == ("close", "STOP", "KEEP", True)
    dates = caremap("ask", "compare", "2025-01-01", "2026-01", "--store", store, "--json").json
    assert (dates["a"]["as_of"], dates["b"]["as_of"]) == ("2025-01-01", "2026-01-01")
    assert dates["nodes"]["added"] == ["close"]
    assert caremap("ask", "compare", "main", changed, "--store", store, "--json").json["links"]["changed"] == []
    views = caremap("ask", "compare", "--store", store, "--json").json
    assert (views["a"]["proposals"], views["b"]["proposals"]) == (False, True)


@pytest.mark.parametrize(("a", "words"), [("nowhere.json", "nowhere.json"), ("pilot", "branch"), ("2025-13", "calendar"), ("77", "77")])
def test_what_is_no_side_says_what_could_be(caremap, a_map, tmp_path, a, words) -> None:
    store = f"sqlite:///{tmp_path}/mine.sqlite"
    caremap("load", a_map, "--store", store)
    said = caremap("ask", "compare", a, "current", "--store", store)
    assert said.status == 3
    assert words in said.err


def test_text_says_b_minus_a(caremap) -> None:
    out = caremap("ask", "compare", "--map", "shipped").out
    for words in ("proposed minus current", "Feedback loops", "Missing feedback", "as intended", "More links", "do not forecast"):
        assert words in out

"""The command line as scripts rely on it: JSON on stdout, messages on stderr, and the exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

IMPACT_KEYS = {
    "paths", "found", "complete", "max_links", "supporting", "opposing", "undetermined", "net", "determinacy", "revision", "as_of",
    "method",
}  # fmt: skip
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
PATH_KEYS = {"nodes", "links", "sign", "strength", "delay_months", "confidence", "hand_offs", "text"}


def test_impact_prints_one_json_document_in_the_shape_that_scripts_rely_on(caremap, edges) -> None:
    said = caremap("ask", "impact", "a", "c", "--map", edges, "--json")
    assert said.status == 0
    assert said.json.keys() >= IMPACT_KEYS
    assert [path["nodes"] for path in said.json["paths"]] == [["a", "b", "c"], ["a", "c"]]
    assert all(path.keys() >= PATH_KEYS for path in said.json["paths"])
    first = said.json["paths"][0]
    assert (first["sign"], first["strength"], first["delay_months"], first["confidence"]) == ("-", 0.4, 0, 0.6)
    assert (said.json["net"], said.json["determinacy"], said.json["complete"]) == (-0.2, pytest.approx(1 / 3), True)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--max-links", "1"], [["a", "c"]]),
        (["--sign", "-"], [["a", "b", "c"]]),
        (["--avoid", "b"], [["a", "c"]]),
        (["--require", "b"], [["a", "b", "c"]]),
        (["--without", "b.c"], [["a", "c"]]),
        (["--assume", "a.c=-0.9"], [["a", "c"], ["a", "b", "c"]]),
        (["--top", "1"], [["a", "b", "c"]]),
        (["--as-of", "any", "--proposed", "--max-links", "0"], [["a", "b", "c"], ["a", "c"]]),
        (["--min-confidence", "high"], []),
        (["--evidence", "V"], []),
        (["--kind", "makes"], []),
    ],
)
def test_filters_reach_the_question(caremap, edges, options, found) -> None:
    said = caremap("ask", "impact", "a", "c", "--map", edges, "--json", *options)
    assert said.status == 0
    assert [path["nodes"] for path in said.json["paths"]] == found


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["ask", "impact", "a"], 2, "TO"),
        (["nonsense"], 2, "nonsense"),
        (["ask", "impact", "a", "c", "--max-links", "many"], 2, "--max-links"),
        (["ask", "impact", "aa", "c", "--map", "MAP"], 3, "Did you mean a"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--as-of", "June"], 3, "2022-06-01"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--kind", "moves"], 3, "influences"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--evidence", "W"], 3, "V2"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--sign", "up"], 3, "+, -, ? or 0"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--assume", "x"], 3, "LINK=WEIGHT"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--without", "a.d"], 3, "a.c"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--avoid-silo", "x"], 3, "unassigned"),
        (["ask", "impact", "a", "c", "--map", "nowhere.csv"], 3, "nowhere.csv"),
        (["ask", "impact", "a", "c", "--map", "MAP", "--store", "sqlite:///x"], 3, "one of them"),
        (["ask", "litmus", "a", "--map", "MAP"], 3, "moment-of-interaction"),
        (["ask", "impact", "a", "c", "--store", "ftp://x"], 4, "sqlite:///"),
        (["undo", "-1"], 2, "-1"),
    ],
)
def test_what_cannot_be_answered_says_why_with_its_exit_code(caremap, edges, arguments, status, words) -> None:
    said = caremap(*[edges if argument == "MAP" else argument for argument in arguments])
    assert said.status == status
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_an_error_under_json_is_one_document_too(caremap, edges) -> None:
    said = caremap("ask", "impact", "aa", "c", "--map", edges, "--json")
    assert (said.status, said.json["error"]["code"], said.json["error"]["near"]) == (3, "UNKNOWN_NAME", ["a"])


def test_a_command_that_cannot_be_read_is_one_document_too(caremap, edges) -> None:
    said = caremap("ask", "impact", "a", "--map", edges, "--json")
    assert (said.status, said.json["error"]["code"]) == (2, "USAGE")
    assert "TO" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_written_says_so(edges) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "check", edges, "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "cannot be written" in done.stderr


def test_what_is_said_is_utf8_in_any_locale(tmp_path) -> None:
    (tmp_path / "edges.csv").write_text("from,to\nmüde,wach\n", encoding="utf-8")
    for place, status in (("edges.csv", 0), (b"\xff.csv", 3)):
        done = subprocess.run(
            [*COMMAND, "ask", "impact", "müde", "wach", "--json", "--map", place],
            cwd=tmp_path, capture_output=True, check=False,
            env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert json.loads(done.stdout.decode("utf-8"))


@pytest.mark.parametrize("question", [["ask", "impact", "a", "c"], ["ask", "litmus"], ["export", "x.json"], ["history"], ["undo"]])
def test_asking_a_store_that_is_not_there_makes_none(caremap, tmp_path, question) -> None:
    said = caremap(*question, "--store", f"sqlite:///{tmp_path}/none.sqlite", "--json")
    assert (said.status, said.json["error"]["code"]) == (4, "UNAVAILABLE")
    assert list(tmp_path.iterdir()) == []


def test_litmus_prints_its_verdicts(caremap, a_map) -> None:
    said = caremap("ask", "litmus", "--map", a_map, "--json")
    verdict = said.json["verdicts"][0]
    assert (verdict["decision"], verdict["verdict"], verdict["net"], verdict["determinacy"]) == ("close", "STOP", -0.25, 1)
    assert verdict["standing"] == "too thin"
    assert "STOP" not in caremap("ask", "litmus", "--map", a_map).out
    assert caremap("ask", "litmus", "office", "--map", a_map).status == 3


def test_text_says_the_answer_its_terms_and_its_footing(caremap, a_map) -> None:
    out = caremap("ask", "impact", "The Office", "Moment", "--map", a_map).out
    for words in ("1 route", "lower", "Too thin to call", "without a source", "do not forecast", "Map revision 0", "4 months"):
        assert words in out


def test_the_default_store_is_made_and_filled_on_first_use(caremap, tmp_path) -> None:
    first = caremap("ask", "impact", "home-office", "provider-viability", "--json")
    assert "shipped map" in first.err
    assert first.json["found"] > 0
    assert (tmp_path / "default.sqlite").exists()
    second = caremap("ask", "impact", "home-office", "provider-viability", "--json")
    assert second.err == ""
    assert second.out == first.out
    shipped = caremap("ask", "impact", "home-office", "provider-viability", "--json", "--map", "shipped").json
    assert {**shipped, "revision": None, "text": None} == {**first.json, "revision": None, "text": None}


def test_load_adds_history_tells_and_undo_takes_back(caremap, a_map, edges, tmp_path) -> None:
    store = f"sqlite:///{tmp_path}/mine.sqlite"
    assert caremap("load", a_map, edges, "--store", store, "--why", "first go", "--by", "me", "--json").json["revision"] == 1
    again = caremap("load", a_map, edges, "--store", store, "--json").json
    assert (again["revision"], again["changed"]) == (1, False)
    assert caremap("ask", "impact", "a", "c", "--store", store, "--json").json["found"] == 2
    change = caremap("history", "--store", store, "--json").json["changes"][0]
    assert (change["by"], change["why"], change["nodes"]) == ("me", "first go", 7)
    assert caremap("load", edges, "--store", store, "--replace").status == 0
    assert caremap("ask", "impact", "close", "recruits", "--store", store).status == 3
    assert caremap("undo", "--store", store, "--json").json == {"undone": 2, "revision": 3}
    assert caremap("ask", "impact", "close", "recruits", "--store", store, "--json").json["found"] == 1
    past = caremap("ask", "impact", "a", "c", "--store", store, "--revision", "1", "--json").json
    assert past["revision"] == 1


def test_a_load_with_faults_names_each_and_leaves_the_store_unchanged(caremap, a_map, tmp_path) -> None:
    store = f"sqlite:///{tmp_path}/mine.sqlite"
    caremap("load", a_map, "--store", store)
    broken = tmp_path / "broken.json"
    nodes = [{"id": f"n{number}", "kind": "nonsense"} for number in range(100)]
    broken.write_text(json.dumps({"format": "caremap", "version": 1, "nodes": nodes, "links": [], "sources": []}))
    said = caremap("load", a_map, broken, "--store", store, "--json")
    assert said.status == 3
    assert len(said.json["error"]["problems"]) == 100
    assert [change["revision"] for change in caremap("history", "--store", store, "--json").json["changes"]] == [1]


def test_check_counts_stored_and_distinct_links_and_lists_problems(caremap, tmp_path, edges) -> None:
    report = caremap("check", edges, "--json").json["files"][0]
    assert (report["nodes"], report["links"], report["distinct"], report["problems"]) == (3, 4, 4, [])
    twice = tmp_path / "twice.csv"
    twice.write_text("from,to,sign\na,b,+\na,b,+\n", encoding="utf-8")
    report = caremap("check", twice, "--json").json["files"][0]
    assert (report["links"], report["distinct"]) == (2, 1)
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "caremap", "version": 1, "nodes": [{"id": "a", "kind": "x"}], "links": [], "sources": []}')
    said = caremap("check", bad, "--json")
    assert said.status == 3
    assert said.json["files"][0]["problems"][0]["severity"] == "error"


def test_the_shipped_content_is_good(caremap) -> None:
    said = caremap("check", "--json")
    assert said.status == 0
    assert [problem for report in said.json["files"] for problem in report["problems"]] == []


def test_an_export_asked_again_gives_the_same_answer(caremap, tmp_path) -> None:
    ends = ("home-office", "provider-viability")
    before = caremap("ask", "impact", *ends, "--map", "shipped", "--json").json
    for name in ("part.json", "part.graphml", "part.zip"):
        part = tmp_path / name
        assert caremap("export", part, "--from", ends[0], "--to", ends[1], "--map", "shipped").status == 0
        after = caremap("ask", "impact", *ends, "--map", part, "--json").json
        assert {**after, "revision": None} == {**before, "revision": None}


def test_a_neighbourhood_is_exported_in_its_direction(caremap, edges, tmp_path) -> None:
    part = tmp_path / "part.json"
    said = caremap("export", part, "--from", "b", "--hops", 1, "--direction", "down", "--map", edges, "--json")
    assert (said.json["nodes"], said.json["links"]) == (2, 1)
    assert caremap("export", part, "--to", "b", "--map", edges).status == 3
    assert caremap("export", part, "--from", "b", "--direction", "sideways", "--map", edges).status == 3


def test_draw_writes_one_page(caremap, a_map, tmp_path) -> None:
    page = tmp_path / "page.html"
    assert caremap("draw", page, "--map", a_map, "--from", "office", "--to", "moment-of-interaction").status == 0
    text = page.read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "Recruits" in text


def test_an_id_with_a_comma_can_be_named_in_quotes(caremap, tmp_path) -> None:
    file = tmp_path / "commas.csv"
    file.write_text('from,to,weight\n"a, b",c,0.5\nc,d,0.5\n"a, b",d,0.1\n', encoding="utf-8")
    said = caremap("ask", "impact", "a, b", "d", "--map", file, "--without", '"a, b.d",x.y', "--json")
    assert (said.status, "x.y" in said.err) == (3, True)
    said = caremap("ask", "impact", "a, b", "d", "--map", file, "--without", '"a, b.d"', "--json")
    assert [path["nodes"] for path in said.json["paths"]] == [["a, b", "c", "d"]]


def test_a_map_larger_than_may_be_held_is_refused_with_the_setting_to_turn(caremap, edges, tmp_path, monkeypatch) -> None:
    store = f"sqlite:///{tmp_path}/map.sqlite"
    caremap("load", edges, "--store", store)
    question = ("ask", "impact", "a", "c", "--store", store)
    assert caremap(*question, "--held-links", "4").status == 0
    refused = caremap(*question, "--held-links", "3")
    assert (refused.status, "CAREMAP_HELD_LINKS" in refused.err) == (3, True)
    monkeypatch.setenv("CAREMAP_HELD_LINKS", "3")
    assert caremap(*question).status == 3
    assert caremap(*question, "--held-links", "4").status == 0
    monkeypatch.setenv("CAREMAP_HELD_LINKS", "few")
    assert "CAREMAP_HELD_LINKS='few'" in caremap(*question).err


def test_a_deadline_gives_what_there_is_and_says_that_more_may_be_missing(caremap, tmp_path):
    names = [f"n{number}" for number in range(14)]
    file = tmp_path / "dense.csv"
    file.write_text("from,to,weight\n" + "".join(f"{a},{b},-0.5\n" for a in names for b in names if a != b), encoding="utf-8")
    asked = ("ask", "impact", "n0", "n13", "--max-links", 0, "--map", file, "--json")
    cut = caremap(*asked, "--deadline", 0.05)
    assert cut.status == 0
    assert cut.json["complete"] is False
    assert "stopped" in cut.json["method"]
    assert cut.json["found"] < 1_000_000
    loops = caremap("ask", "loops", "--max-links", 0, "--map", file, "--json", "--deadline", 0.05).json
    assert loops["complete"] is False
    assert loops["found"] < 1_000_000


def test_a_deadline_that_is_no_time_is_refused(caremap, edges):
    for wrong in (0, -1, "nan"):
        said = caremap("ask", "loops", "--map", edges, "--deadline", wrong)
        assert said.status == 3
        assert "--deadline" in said.err
        assert "more than 0 seconds" in said.err


def test_a_litmus_round_says_whether_it_is_complete_and_reads_as_a_paragraph_and_a_table(caremap, a_map):
    answer = caremap("ask", "litmus", "--map", a_map, "--json").json
    assert answer["complete"] is True
    assert answer["found"] == sum(verdict["found"] for verdict in answer["verdicts"])
    assert answer["text"].startswith(f"Asked of {len(answer['verdicts'])}: ")
    capped = caremap("ask", "litmus", "--map", a_map, "--json", "--max-paths", 1).json
    assert capped["complete"] is all(verdict["complete"] for verdict in capped["verdicts"])
    said = caremap("ask", "litmus", "--map", a_map)
    assert "Verdicts" in said.out
    assert answer["verdicts"][0]["label"] in said.out


def test_filters_that_nothing_can_pass_are_refused_with_what_can(caremap, edges):
    sign = caremap("ask", "impact", "a", "c", "--map", edges, "--sign", "0")
    assert (sign.status, "ask for +, - or ?" in sign.err) == (3, True)
    kind = caremap("ask", "impact", "a", "c", "--map", edges, "--kind", "influences,foo")
    assert kind.status == 3
    assert "--kind foo: is no kind of link; known are" in kind.err
    assert "influences" in kind.err

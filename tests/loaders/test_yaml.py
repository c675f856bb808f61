"""YAML as editors type it: hardened, with lines, and with the few conveniences."""

from pathlib import Path

import pytest

from loaders.curated import shipped_content, shipped_digest, shipped_rows
from loaders.files import read_rows
from loaders.formats import yaml_content
from loaders.plain_yaml import plain_value
from schema.kinds import Sign
from schema.rows import MapRows
from schema.validation import build_map


def rows(text: str) -> MapRows:
    return yaml_content.decode(text.encode(), "bodies.yaml")


def said(text: str) -> list[str]:
    return [str(problem) for problem in rows(text).problems]


@pytest.mark.parametrize(
    "word", ["no", "on", "Yes", "012", "1:30", "1.10", "0x1F", "1_000", "2022-01-01", ".5", "+1", "1e5", ".inf", "NaN"]
)
def test_words_that_yaml_once_took_for_something_else_stay_text(word: str) -> None:
    assert plain_value(word) == word
    (row,) = rows(f"nodes:\n- {{id: a, unit: {word}}}").nodes
    assert row.data["unit"] == word


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("0", 0),
        ("-3", -3),
        ("0.5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2940000000000", 2_940_000_000_000),
    ],
)
def test_numbers_truths_and_nothing_are_values(word: str, value: object) -> None:
    assert plain_value(word) == value
    assert type(plain_value(word)) is type(value)


def test_a_quoted_word_is_always_text() -> None:
    (row,) = rows("nodes:\n- {id: a, unit: '5', silo: \"true\", text: ''}").nodes
    assert (row.data["unit"], row.data["silo"], row.data["text"]) == ("5", "true", "")


def test_a_place_is_the_file_and_the_line_on_which_an_object_begins() -> None:
    read = rows("# bodies\nnodes:\n- id: a\n  label: A\n\n- id: b\n")
    assert [row.place for row in read.nodes] == ["bodies.yaml:3", "bodies.yaml:6"]


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    assert said("nodes:\n- id: a\n  label: A\n  label: B\n") == [
        "bodies.yaml:4, label: stands twice in the object that begins on line 2; keep one"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nodes: &all\n- {id: a, claims: *all}\n", "bodies.yaml:2: *all stands inside what it names, a cycle"),
        ("nodes: &all [*all]\n", "bodies.yaml:1: *all stands inside what it names, a cycle"),
        ("nodes: *none\n", "bodies.yaml:1: *none names no anchor before it"),
        ("nodes: []\n---\nlinks: []\n", "bodies.yaml:2: a second document begins"),
        ("nodes: !!python/object/apply:os.system [ls]\n", "bodies.yaml:1: the tag tag:yaml.org,2002:python/object/apply:os.system"),
        ("nodes:\n- {id: a, text: " + "[" * 60 + "]" * 60 + "}\n", "bodies.yaml:2: nests more than 50 deep"),
        ("nodes:\n- [id, a]\n", "bodies.yaml, nodes[0]: must be an object"),
        ("? [a]\n: b\n", "bodies.yaml:1: a key must be a word"),
        ("links:\n- from: a\n  sign: -\n", "put quotes around a minus that stands alone: '-'"),
        ("nodes:\n- text: a: b\n", "put quotes around text that holds a colon"),
        ("nodes:\n\t- id: a\n", "indent with blanks, not tabs"),
        ("nodes: {id: a}\n", "bodies.yaml, nodes: must be a list"),
        ("nods: []\n", "bodies.yaml, nods: no such list"),
        ("- id: a\n", "bodies.yaml:1: must begin with nodes:, links:, sources:"),
        ("# nothing\n", "bodies.yaml: holds no content"),
        ("nodes:\n- id: 'a\n", "is not YAML"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, expected: str) -> None:
    assert any(expected in line for line in said(text)), said(text)


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12)
    )
    assert any("aliases repeat more than" in line for line in said(bomb))


def test_an_alias_stands_for_a_copy_of_its_value() -> None:
    read = rows("nodes:\n- {id: a}\n- {id: b}\nlinks:\n- {from: a, to: b, claims: &c [{text: x}]}\n- {from: b, to: a, claims: *c}\n")
    assert [row.data["claims"][0]["id"] for row in read.links] == ["a.b#1", "b.a#1"]


@pytest.mark.parametrize(
    ("fields", "identifier"),
    [
        ("", "a.b"),
        ("kind: influences, period: 2024-25", "a.b"),
        ("kind: funds", "a.funds.b"),
        ("kind: funds, instrument: 'Better Care Fund', period: 2024-25", "a.funds.b.better-care-fund.2024-25"),
        ("kind: takes as input", "a.takes_as_input.b"),
        ("kind: informs, carrying: what-they-notice", "a.informs.b.what-they-notice"),
        ("id: own", "own"),
    ],
)
def test_a_link_without_an_id_is_named_by_what_it_joins(fields: str, identifier: str) -> None:
    (row,) = rows(f"links:\n- {{from: a, to: b{', ' if fields else ''}{fields}}}\n").links
    assert row.data["id"] == identifier


def test_claims_without_ids_are_numbered_and_others_keep_theirs() -> None:
    (row,) = rows("links:\n- {from: a, to: b, claims: [{text: x}, {id: C05}, {text: y}]}\n").links
    assert [claim["id"] for claim in row.data["claims"]] == ["a.b#1", "C05", "a.b#3"]


@pytest.mark.parametrize(
    ("pounds", "pence"),
    [
        ("29.4bn", 2_940_000_000_000),
        ("940m", 94_000_000_000),
        ("254.06", 25_406),
        ("12k", 1_200_000),
        ("£1,250", 125_000),
        ("-3m", -300_000_000),
    ],
)
def test_pounds_become_exact_pence(pounds: str, pence: int) -> None:
    (row,) = rows(f"links:\n- {{from: a, to: b, kind: funds, money: {{gbp: {pounds!r}, year: 2024-25, status: outturn}}}}\n").links
    assert row.data["money"]["pence"] == pence


@pytest.mark.parametrize("pounds", ["1.234", "much", "1.2.3", "true", "1e5", "5 crore", "٣"])
def test_what_is_no_whole_number_of_pence_is_a_problem(pounds: str) -> None:
    text = f"links:\n- {{from: a, to: b, kind: funds, money: {{gbp: {pounds}, year: 2024-25, status: outturn}}}}\n"
    assert any(line.startswith("bodies.yaml:2.money, gbp: ") for line in said(text)), said(text)


def test_words_for_strength_confidence_and_delay_are_read() -> None:
    system_map = build_map(
        rows("nodes: [{id: a}, {id: b}]\nlinks:\n- {from: a, to: b, sign: '-', strength: strong, confidence: low, delay: 3-9}\n")
    )
    (link,) = system_map.links
    assert (link.sign, link.strength, link.strength_basis, link.confidence) == (Sign.MINUS, 0.75, "judged", 0.3)
    assert (link.delay_low, link.delay_high, link.delay_months) == (3, 9, 6)


def test_a_folder_of_content_is_one_map_with_every_file_in_its_places(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "nodes.yaml").write_text("nodes: [{id: a}, {id: b}]\n", encoding="utf-8")
    (tmp_path / "deep" / "links.yml").write_text("links:\n- {from: a, to: b}\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not read", encoding="utf-8")
    read = read_rows(tmp_path)
    assert len(build_map(read).links) == 1
    read = read_rows(tmp_path)
    assert [row.place for row in read.links] == [f"{tmp_path}/deep/links.yml:2"]


def test_the_shipped_content_is_read_once_and_known_by_its_digest() -> None:
    assert shipped_content() is shipped_content()
    assert len(shipped_content().nodes) == len(list(shipped_rows().nodes))
    assert shipped_digest() == shipped_digest()
    assert len(shipped_digest()) == 64


def test_observations_may_stand_in_another_file_than_their_factor(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "observations:\n- {factor: wage, period: 2025, value: 12.21, unit: £ an hour, source: paper}\n", encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text("nodes: [{id: wage}]\nsources: [{id: paper, title: A paper}]\n", encoding="utf-8")
    (seen,) = build_map(read_rows(tmp_path)).node("wage").observations
    assert (seen.period, seen.value, seen.unit, seen.source) == ("2025", 12.21, "£ an hour", "paper")


def test_an_observation_is_placed_at_its_own_line() -> None:
    read = rows("observations:\n- {factor: wage, period: 2025}\n- factor: wage\n")
    assert [row.place for row in read.observations] == ["bodies.yaml:2", "bodies.yaml:3"]

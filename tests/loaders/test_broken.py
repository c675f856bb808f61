"""Broken content: every problem at once, each with its place and field, in every format; and no bytes that make a format fall over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.codec import Format
from loaders.files import check_files, load_map
from loaders.formats import FORMATS
from schema.errors import InvalidMap
from schema.validation import check_rows
from tests.loaders.test_round_trip import FULL

YAML = """\
nodes:
- {id: kent, kind: wizard}
- {id: fees, kind: factor}
- {id: fees, kind: body}
- {id: pay, kind: factor, better: sideways, valid_from: 2022-02-30}
- {id: home-office, kind: body}
- {kind: factor}
- {id: late, valid_from: 2024, valid_to: 2020, colour: red, labell: Late}
links:
- {from: fees, to: nowhere, sign: '+'}
- {from: fees, to: late, sign: sideways, strength: huge, confidence: 7, delay: soon}
- {from: home-office, to: fees}
- {from: fees, to: late, kind: infuences}
- {id: x, from: fees}
- {from: fees, to: late, id: y, sign: '+', claims: [{id: 1, sign: '-'}, {id: 1, sign: '-', mark: Z}]}
- {from: fees, to: late, id: z, sign: '+', claims: [{sign: '-'}]}
- {from: home-office, to: home-office, kind: funds, money: {pence: 1.5}}
- {from: late, to: fees, delay_low: 5, delay_high: 2}
sources:
- {title: None, licence: 3}
"""
EXPECTED = {
    "2, kind": "'wizard' is not a node kind",
    "4, id": "'fees' stands already at",
    "5, better": "'sideways' is not a better",
    "5, valid_from": "is not a day in the calendar",
    "7, id": "is required",
    "8, colour": "no such field",
    "8, labell": "did you mean 'label'",
    "10, to": "'nowhere' is not on the map",
    "11, sign": "must be +, -, ? or 0",
    "11, strength": "must be a number from 0 to 1 or one of weak, medium, strong",
    "11, confidence": "must lie between 0 and 1",
    "11, delay": "must be a number, not 'soon'",
    "12, from": "a influences link cannot start at 'home-office', a body",
    "13, kind": "near it: influences",
    "14, to": "is required",
    "15.claims[1], mark": "'Z' is not a mark",
    "17, money": "must be a whole number of pence",
    "20, id": "is required",
}


def test_every_problem_of_broken_content_is_named_with_its_place_and_field(tmp_path: Path) -> None:
    path = tmp_path / "content.yaml"
    path.write_text(YAML, encoding="utf-8")
    (report,) = check_files(path)
    found = {f"{problem.place.removeprefix(f'{path}:')}, {problem.field}": problem.message for problem in report.problems}
    for place, message in EXPECTED.items():
        assert message in found.get(place, ""), (place, found)
    assert (report.nodes, report.links) == (7, 9)
    with pytest.raises(InvalidMap) as caught:
        load_map(path)
    assert len(caught.value.problems) >= len(EXPECTED)


def broken(number: int) -> dict[str, object]:
    """A link with one thing wrong with it, of four sorts in turn."""
    wrong: tuple[dict[str, object], ...] = ({"to": f"nowhere-{number}"}, {"sign": "up"}, {"kind": "pushes"}, {"valid_from": "2022-13"})
    return {"id": f"l{number}", "from": "a", "to": "b", **wrong[number % 4]}


def test_a_hundred_errors_are_all_named(tmp_path: Path) -> None:
    links = [broken(number) for number in range(100)]
    path = tmp_path / "map.json"
    whole = {"format": "caremap", "version": 1, "nodes": [{"id": "a"}, {"id": "b"}], "links": links}
    path.write_text(json.dumps(whole), encoding="utf-8")
    (report,) = check_files(path)
    expected = [(f"{path}, links[{number}]", ("to", "sign", "kind", "valid_from")[number % 4]) for number in range(100)]
    assert [(problem.place, problem.field) for problem in report.problems] == expected
    assert not report.is_good


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
@settings(max_examples=30)
def test_no_bytes_make_a_format_fall_over(known: Format, data: bytes) -> None:
    check_rows(known.decode(data, "file"))


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
@given(data=st.data())
@settings(max_examples=30)
def test_no_damage_to_a_good_file_makes_a_format_fall_over(known: Format, data: st.DataObject) -> None:
    whole = known.encode(FULL)
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 30))
    put = data.draw(
        st.one_of(st.binary(max_size=5), st.sampled_from([b'"', b"{", b"]", b",", b"\n", b"<", b"&amp;", b"null", b": ", b"- "]))
    )
    checked = check_rows(known.decode(whole[:start] + put + whole[start + length :], "file"))
    assert checked.system_map is not None or checked.errors


def test_a_node_that_is_refused_is_not_also_missing(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("nodes: [{id: a, valid_from: soon}, {id: b, owner: a}]\nlinks: [{from: a, to: b}]\n")
    assert [problem.field for problem in check_files(path)[0].problems] == ["valid_from"]

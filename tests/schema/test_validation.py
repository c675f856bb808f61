"""Every problem at once, each with its place, and links of the same ends made one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import InvalidMap
from schema.kinds import Basis, Sign
from schema.records import ChangeSet, Link
from schema.rows import MapRows, Row
from schema.system_map import ALWAYS_TO, end_day, first_day
from schema.validation import build_map, check_change, check_rows


def rows_of(nodes=(), links=(), *, foreign=False) -> MapRows:
    def numbered(name, items):
        return [Row(place=f"{name}[{number}]", data=item, foreign=foreign) for number, item in enumerate(items)]

    return MapRows(nodes=numbered("nodes", nodes), links=numbered("links", links))


A, B = {"id": "a"}, {"id": "b"}
GOOD = {"id": "l", "from": "a", "to": "b", "sign": "+"}


@pytest.mark.parametrize(
    ("nodes", "links", "place", "field", "words"),
    [
        ([{"id": "a", "kind": "factr"}], [], "nodes[0]", "kind", "factor"),
        ([A, A], [], "nodes[1]", "id", "nodes[0]"),
        ([{"id": " "}], [], "nodes[0]", "id", "empty"),
        ([{"label": "no id"}], [], "nodes[0]", "id", "required"),
        ([{"id": "a", "labl": "x"}], [], "nodes[0]", "labl", "'label'"),
        ([{"id": "a", "valid_from": "2022-02-30"}], [], "nodes[0]", "valid_from", "calendar"),
        ([{"id": "a", "valid_from": "2022", "valid_to": "2021"}], [], "nodes[0]", "valid_to", "after"),
        ([A, B], [{**GOOD, "to": "bb"}], "links[0]", "to", "not on the map"),
        ([A, B], [{**GOOD, "sign": "up"}], "links[0]", "sign", "+, -, ? or 0"),
        ([A, B], [{**GOOD, "kind": "influence"}], "links[0]", "kind", "influences"),
        ([A, B], [{**GOOD, "strength": 1.5}], "links[0]", "strength", "between 0 and 1"),
        ([A, B], [{**GOOD, "strength": "huge"}], "links[0]", "strength", "weak"),
        ([A, B], [{**GOOD, "confidence": "sure"}], "links[0]", "confidence", "medium"),
        ([A, B], [{**GOOD, "delay": "9-3"}], "links[0]", "delay", "lower number"),
        ([A, B], [{**GOOD, "delay_months": -1}], "links[0]", "delay_months", "negative"),
        ([A, B], [{"id": "l", "from": "a", "to": "b", "kind": "matters_to"}], "links[0]", "to", "cannot end"),
        ([A, B], [{**GOOD, "claims": [{"id": "c", "sign": "-"}]}], "links[0]", "sign", "claims say -"),
        ([A, B], [{**GOOD, "claims": [{"id": "c"}, {"id": "c"}]}], "links[0]", "claims", "two claims"),
        ([A, B], [{**GOOD, "claims": [{"id": "c", "mark": "Z"}]}], "links[0].claims[0]", "mark", "V2"),
        ([A, B], ["not an object"], "links[0]", None, "object"),
    ],
)
def test_each_fault_is_named_with_its_place_and_field(nodes, links, place, field, words) -> None:
    with pytest.raises(InvalidMap) as caught:
        build_map(rows_of(nodes, links))
    found = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert [(problem.place, problem.field) for problem in found] == [(place, field)]
    assert words in found[0].message


def test_a_hundred_faults_are_a_hundred_problems() -> None:
    with pytest.raises(InvalidMap) as caught:
        build_map(rows_of([{"id": f"n{number}", "kind": "nonsense"} for number in range(100)]))
    assert len(caught.value.problems) == 100


def test_a_foreign_file_is_judged_leniently() -> None:
    checked = check_rows(rows_of([{"id": "a", "kind": "body"}, {"id": "b", "owner": "somebody"}], [GOOD], foreign=True))
    assert checked.system_map is not None
    assert [problem.severity for problem in checked.problems] == ["warning"]


@given(st.permutations(range(4)), st.lists(st.sampled_from(["+", "-", "?"]), min_size=4, max_size=4))
def test_parallel_influence_is_one_link_whatever_the_order(order, signs) -> None:
    links = [{"id": f"l{number}", "from": "a", "to": "b", "sign": signs[number], "strength": (number + 1) / 5} for number in range(4)]
    checked = check_rows(rows_of([A, B], [links[number] for number in order]))
    assert checked.stored_links == 4
    one = checked.system_map.links[0]
    assert (one.id, len(one.claims)) == ("l0", 4)
    assert {claim.basis for claim in one.claims} == {Basis.UNSTATED}
    columns = checked.system_map.links.columns
    assert columns.strength[0] == pytest.approx(0.5)
    common = {"+": 1, "-": -1, "?": 0}[signs[0]] if len(set(signs)) == 1 else 0
    assert columns.sign[0] == common


def test_links_of_another_kind_or_time_keep_their_identity() -> None:
    later = {**GOOD, "id": "m", "valid_from": "2025-01-01"}
    other = {**GOOD, "id": "n", "kind": "associated_with", "sign": None}
    assert len(build_map(rows_of([A, B], [GOOD, later, other])).links) == 3


def test_partial_dates_stand_until_their_period_is_over() -> None:
    assert first_day("2022") == first_day("2022-01-01")
    assert end_day("2022") == first_day("2023-01-01")
    assert end_day("2022-12") == first_day("2023-01-01")
    assert end_day("2022-06-15") == first_day("2022-06-15")
    assert end_day(None) == ALWAYS_TO
    assert end_day("9999") == end_day("9999-12") == first_day("9999-12-31") + 1


def test_a_change_is_checked_against_what_is_there() -> None:
    whole = build_map(rows_of([A, B], [GOOD]))
    known = {node.id: node.kind for node in whole.nodes}
    link = Link(id="m", start="a", end="nowhere", sign=Sign.PLUS)
    assert check_change(ChangeSet(by="me", why="", put_links=(replace(link, end="b"),)), known) == ()
    assert [problem.place for problem in check_change(ChangeSet(by="me", why="", put_links=(link,)), known)] == ["link m"]
    assert check_change(ChangeSet(by="me", why="", remove_nodes=("b",), put_links=(replace(link, end="b"),)), known)

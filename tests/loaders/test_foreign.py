"""Files from elsewhere: what is recognised, what a weight means, what is assumed, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.formats import edge_list_csv, matrix_csv, tables_csv
from loaders.plain_csv import Line, Shape, delimiter_of, read_lines, shape_of
from schema.bundling import ASSUMED_CONFIDENCE_BIT, ASSUMED_DELAY_BIT, ASSUMED_SIGN_BIT, ASSUMED_STRENGTH_BIT
from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import Link
from schema.system_map import SystemMap
from schema.validation import Checked, build_map, check_rows


def edges(text: str) -> Checked:
    return check_rows(edge_list_csv.decode(text.encode(), "file.csv"))


def only_link(text: str) -> Link:
    system_map = edges(text).system_map
    assert system_map is not None, edges(text).problems
    (link,) = system_map.links
    return link


def warnings(checked: Checked) -> list[str]:
    return [str(problem) for problem in checked.problems if problem.severity == "warning"]


@pytest.mark.parametrize(
    "ends", ["from,to", "FROM,To", "Source,Target", "start,end", "cause,effect", "from_labels,to_labels", "From ID,To ID"]
)
def test_the_ends_are_found_whatever_they_are_called(ends: str) -> None:
    link = only_link(f"{ends}\na,b\n")
    assert (link.start, link.end, link.kind) == ("a", "b", LinkKind.INFLUENCES)


def test_columns_may_stand_in_any_order_and_row_numbers_are_left_out() -> None:
    link = only_link('"",Target,Weight,Source\n"1",b,-0.5,a\n')
    assert (link.start, link.end, link.sign, link.strength, dict(link.attributes)) == ("a", "b", Sign.MINUS, 0.5, {})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_usual_separator_is_found(separator: str) -> None:
    link = only_link(separator.join(("from", "to", "sign")) + "\n" + separator.join(("a, or", "b", "+")).replace("a, or", '"a, or"') + "\n")
    assert (link.start, link.sign) == ("a, or", Sign.PLUS)


@pytest.mark.parametrize(
    ("text", "sign", "strength"),
    [("a,b\n", None, None), ("a,b,+\nb,c,-\n", Sign.PLUS, None), ("a,b,0.5\nb,c,-1\n", Sign.PLUS, 0.5), ("a,b,0.5\nb,c,1\n", None, 0.5)],
)
def test_two_or_three_columns_need_no_header(text: str, sign: Sign | None, strength: float | None) -> None:
    system_map = edges(text).system_map
    assert system_map is not None
    link = system_map.links[0]
    assert (link.start, link.end, link.sign, link.strength) == ("a", "b", sign, strength)


def test_what_a_file_does_not_say_is_absent_and_counted_as_assumed() -> None:
    system_map = edges("from,to\na,b\n").system_map
    assert system_map is not None
    (link,) = system_map.links
    assert (link.sign, link.strength, link.confidence, link.delay_months) == (None, None, None, None)
    bits = ASSUMED_SIGN_BIT | ASSUMED_STRENGTH_BIT | ASSUMED_CONFIDENCE_BIT | ASSUMED_DELAY_BIT
    columns = system_map.links.columns
    assert columns.assumed.tolist() == [bits]
    assert (columns.strength[0], columns.confidence[0], columns.delay_low[0]) == (0.5, 0.6, 0.0)
    assert {node.kind for node in system_map.nodes} == {NodeKind.FACTOR}


@pytest.mark.parametrize("name", ["sign", "Polarity", "SIGN"])
@pytest.mark.parametrize(("word", "sign"), [("+", "+"), ("negative", "-"), ("?", "?"), ("0", "0"), ("-1", "-")])
def test_signs_are_recognised(name: str, word: str, sign: str) -> None:
    assert only_link(f"from,to,{name}\na,b,{word}\n").sign == Sign(sign)


@pytest.mark.parametrize(
    ("name", "value", "low", "high"), [("delay_months", "3", 3, 3), ("Delay", "1-3", 1, 3), ("Delay Months", "weeks", 1, 1)]
)
def test_delays_are_recognised(name: str, value: str, low: float, high: float) -> None:
    link = only_link(f"from,to,{name}\na,b,{value}\n")
    assert (link.delay_low, link.delay_high) == (low, high)


def test_strengths_and_confidences_are_recognised_as_numbers_and_words() -> None:
    assert only_link("from,to,Strength,Confidence\na,b,strong,low\n").strength == 0.75
    assert only_link("from,to,STRENGTH,confidence\na,b,0.2,0.9\n").confidence == 0.9


def test_a_weight_gives_no_sign_where_no_weight_is_negative() -> None:
    checked = edges("from,to,weight\na,b,0.5\nb,c,1\n")
    assert checked.system_map is not None
    assert [link.sign for link in checked.system_map.links] == [None, None]


def test_one_negative_weight_gives_every_weight_a_sign() -> None:
    checked = edges("from,to,weight\na,b,0.5\nb,c,-1\nc,d,0\nd,e,\n")
    assert checked.system_map is not None
    assert [(link.sign, link.strength) for link in checked.system_map.links] == [
        (Sign.PLUS, 0.5),
        (Sign.MINUS, 1.0),
        (Sign.NONE_FOUND, 0.0),
        (None, None),
    ]


def test_an_explicit_sign_wins_and_a_conflict_is_said() -> None:
    checked = edges("from,to,sign,weight\na,b,+,-0.5\nb,c,-,-0.5\nc,d,?,0.5\n")
    assert checked.system_map is not None
    assert [(link.sign, link.strength) for link in checked.system_map.links] == [(Sign.PLUS, 0.5), (Sign.MINUS, 0.5), (Sign.UNKNOWN, 0.5)]
    assert [line.partition(": ")[0] for line in warnings(checked)] == ["file.csv:2, sign", "file.csv:4, sign"]


def test_weights_beyond_one_are_all_divided_by_the_largest_and_said_so() -> None:
    checked = edges("from,to,weight\na,b,5\nb,c,-10\nc,d,1\n")
    assert checked.system_map is not None
    assert [link.strength for link in checked.system_map.links] == [0.5, 1.0, 0.1]
    assert warnings(checked) == ["file.csv, weight: weights reach 10, beyond 1: all are divided by 10"]


@given(st.lists(st.floats(-1000, 1000).map(lambda weight: round(weight, 3)), min_size=1, max_size=8))
def test_weights_come_out_as_the_rule_says(weights: list[float]) -> None:
    system_map = edges("from,to,weight\n" + "".join(f"a{n},b{n},{weight}\n" for n, weight in enumerate(weights))).system_map
    assert system_map is not None
    largest = max(map(abs, weights))
    scale = max(1, largest)
    for weight, link in zip(weights, system_map.links, strict=True):
        assert link.strength == abs(weight) / scale
        signed = any(other < 0 for other in weights)
        expected = Sign.NONE_FOUND if weight == 0 else (Sign.MINUS if weight < 0 else Sign.PLUS) if signed else None
        assert link.sign is expected


def test_an_undirected_link_is_kept_and_carries_no_impact_and_a_mutual_one_is_two() -> None:
    checked = edges("from,to,Type,weight\na,b,Undirected,0.3\nb,c,mutual,0.4\nc,d,directed,0.5\n")
    assert checked.system_map is not None
    assert [(link.start, link.end, link.kind, link.strength) for link in checked.system_map.links] == [
        ("a", "b", LinkKind.ASSOCIATED_WITH, 0.3),
        ("b", "c", LinkKind.INFLUENCES, 0.4),
        ("c", "b", LinkKind.INFLUENCES, 0.4),
        ("c", "d", LinkKind.INFLUENCES, 0.5),
    ]


def test_kinds_are_recognised_whatever_their_case_and_others_are_kept() -> None:
    checked = edges("from,to,KIND\na,b,Matters To\nb,c,depends\nc,d,depends\n")
    assert checked.system_map is not None
    assert [link.kind for link in checked.system_map.links] == [LinkKind.MATTERS_TO, LinkKind.INFLUENCES, LinkKind.INFLUENCES]
    assert checked.system_map.links[1].attributes["kind_in_file"] == "depends"
    assert "'depends' is not a link kind of the vocabulary (2 times)" in "".join(warnings(checked))


def test_unknown_columns_are_kept_under_their_own_names() -> None:
    link = only_link("from,to,Reviewed By,note,empty\na,b,Ann,seen,\n")
    assert dict(link.attributes) == {"Reviewed By": "Ann", "note": "seen"}


def test_ids_are_verbatim_and_labels_are_tidy() -> None:
    system_map = edges('from,to\n" A  b ",c\n').system_map
    assert system_map is not None
    assert [(node.id, node.label) for node in system_map.nodes] == [(" A  b ", "A b"), ("c", "c")]


def test_links_without_ids_get_stable_ones_and_two_of_the_same_ends_are_one_link() -> None:
    rows = edge_list_csv.decode(b"from,to,sign\na,b,+\na,b,-\nb,c,+\n", "file.csv")
    assert [row.data["id"] for row in rows.links] == ["a.b", "a.b#2", "b.c"]
    checked = check_rows(rows)
    assert checked.system_map is not None
    assert (checked.stored_links, len(checked.system_map.links)) == (3, 2)
    assert {claim.sign for claim in checked.system_map.link("a.b").claims} == {Sign.PLUS, Sign.MINUS}


def test_a_made_id_steps_aside_for_one_that_the_file_gives() -> None:
    rows = edge_list_csv.decode(b"id,from,to\n,a,b\na.b,x,y\n", "file.csv")
    assert [row.data["id"] for row in rows.links] == ["a.b#2", "a.b"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("from,to\na,\n", "file.csv:2, to"),
        ("from,to\n,b\n", "file.csv:2, from"),
        ("from,to\na,b,c\n", "file.csv:2"),
        ("from,to,sign\na,b,up\n", "file.csv:2, sign"),
        ("from,to,weight\na,b,heavy\n", "file.csv:2, strength"),
        ("from,to,weight\na,b,nan\n", "file.csv:2, strength"),
        ("from,to,delay\na,b,soon\n", "file.csv:2, delay"),
        ("from,to,confidence\na,b,1.5\n", "file.csv:2, confidence"),
        ("from,to,valid_from\na,b,2022-13-01\n", "file.csv:2, valid_from"),
        ('from,to\n"a,b\n', "file.csv:2"),
    ],
)
def test_what_a_row_gets_wrong_is_named_with_its_line_and_column(text: str, place: str) -> None:
    assert [str(problem).partition(": ")[0] for problem in edges(text).errors] == [place]


def matrix(text: str) -> Checked:
    return check_rows(matrix_csv.decode(text.encode(), "file.csv"))


def weights_of(system_map: SystemMap) -> Mapping[tuple[str, str], float]:
    return {(link.start, link.end): (link.strength or 0) * (-1 if link.sign is Sign.MINUS else 1) for link in system_map.links}


@pytest.mark.parametrize("text", [",a,b\na,0,0.5\nb,-1,\n", "a,b\n0,0.5\n-1,\n", "x,a,b\nb,-1,\na,0,0.5\n"])
def test_a_matrix_is_read_with_names_on_one_side_or_both(text: str) -> None:
    system_map = matrix(text).system_map
    assert system_map is not None
    assert weights_of(system_map) == {("a", "b"): 0.5, ("b", "a"): -1.0}


def test_a_positive_matrix_is_signed_all_the_same() -> None:
    system_map = matrix(",a,b\na,0,0.5\nb,0.1,0\n").system_map
    assert system_map is not None
    assert {link.sign for link in system_map.links} == {Sign.PLUS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (",a,b\na,0,x\nb,1,0\n", "file.csv:2, b: must be a weight"),
        (",a,b\na,0,1\nc,1,0\n", "file.csv:1: the column 'b' has no row"),
        (",a,a\na,0,1\na,1,0\n", "file.csv:1: two rows are named 'a'"),
    ],
)
def test_what_is_wrong_in_a_matrix_is_named(text: str, expected: str) -> None:
    assert any(str(problem).startswith(expected) for problem in matrix(text).errors)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.sampled_from((0, 0.5, -0.25, 1)), min_size=n * n, max_size=n * n)))
def test_a_matrix_comes_back_as_it_was_written(cells: list[float]) -> None:
    names = [f"n{number}" for number in range(round(len(cells) ** 0.5))]
    weights = dict(zip(product(names, names), cells, strict=True))
    text = (
        "," + ",".join(names) + "\n" + "".join(f"{name}," + ",".join(str(weights[name, other]) for other in names) + "\n" for name in names)
    )
    system_map = build_map(matrix_csv.decode(text.encode(), "file.csv"))
    again = build_map(matrix_csv.decode(b"".join(matrix_csv.pieces(system_map)), "file.csv"))
    assert weights_of(system_map) == weights_of(again) == {ends: weight for ends, weight in weights.items() if weight}


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("from,to\na,b\n", Shape.EDGES),
        ("id,source,target\n1,a,b\n", Shape.EDGES),
        (",a,b\na,0,1\nb,1,0\n", Shape.MATRIX),
        ("names,a,b\na,0,1\nb,1,0\n", Shape.MATRIX),
        ("a,b\n0,1\n1,0\n", Shape.MATRIX),
        ("0,1,0,0\n0,0,1,0\n0,0,0,1\n1,0,0,0\n", Shape.MATRIX),
        ("1,2\n2,3\n", Shape.EDGES),
        ("1,2,0.5\n2,3,0.5\n3,1,-1\n", Shape.EDGES),
        ("a,b,+\nb,c,-\n", Shape.EDGES),
        ("Label,Type\na,core\n", Shape.NODES),
        ("what,when,where,who\na,b,c,d\n", Shape.OTHER),
        ("", Shape.OTHER),
    ],
)
def test_the_shape_of_a_table_follows_the_rule(text: str, shape: Shape) -> None:
    assert shape_of(read_lines(text, "file.csv", [])) is shape


def test_rows_know_the_line_on_which_they_begin() -> None:
    lines = read_lines('from,to\n\n"a\nb",c\nd,e\n', "file.csv", [])
    assert lines == [Line(1, ["from", "to"]), Line(3, ["a\nb", "c"]), Line(5, ["d", "e"])]
    assert delimiter_of('"a,b,c";d') == ";"


def tables(**texts: str) -> Checked:
    return check_rows(tables_csv.decode_tables({f"{name}.csv": text.encode() for name, text in texts.items()}, "folder"))


def test_tables_made_by_hand_are_read_by_id_or_by_unique_label() -> None:
    checked = tables(
        nodes="ID,Label,Type,Owner\n1,Fees,factor,kent\n2,Viability,Factor,\n", links="From,To,Sign\nFees,2,+\n1,Viability,+\n"
    )
    assert checked.system_map is not None, checked.problems
    assert checked.system_map.node("1").owner == "kent"
    assert (checked.stored_links, len(checked.system_map.links)) == (2, 1)
    assert checked.system_map.links[0].start == "1"


def test_tables_made_by_hand_must_join_nodes_that_are_there() -> None:
    checked = tables(nodes="id,label\n1,Fees\n", links="from,to\n1,2\n,1\n")
    assert [str(problem).partition(": ")[0] for problem in checked.errors] == ["folder/links.csv:3, from", "folder/links.csv:2, to"]


def test_a_field_that_does_not_take_a_value_is_kept_as_an_attribute() -> None:
    checked = tables(nodes="id,better\na,sideways\n")
    assert checked.system_map is not None
    assert checked.system_map.node("a").attributes == {"better": "sideways"}
    assert warnings(checked)[0].startswith("folder/nodes.csv:2, better: ")

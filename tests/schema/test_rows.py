"""Observations that stand apart from the factor they are of."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.kinds import NodeKind
from schema.rows import MapRows, Row
from schema.validation import Checked, check_rows

Fields = Mapping[str, Any]
SOURCES = [Row(place="s:1", data={"id": "paper", "title": "A paper"})]


def _check(nodes: Sequence[Fields], observations: Sequence[Fields], known: Mapping[str, NodeKind] | None = None) -> Checked:
    rows = MapRows(
        nodes=[Row(place=f"n:{number}", data=data) for number, data in enumerate(nodes, 1)],
        observations=[Row(place=f"o:{number}", data=data) for number, data in enumerate(observations, 1)],
        sources=SOURCES,
    )
    return check_rows(rows, known)


def _observed(factor: str = "wage", period: str = "2025", **more: Any) -> Fields:
    return {"factor": factor, "period": period, "value": 12.21, "unit": "£ an hour", "source": "paper", **more}


def _said(checked: Checked) -> list[str]:
    return [str(problem) for problem in checked.problems]


def test_an_observation_joins_its_factor_after_those_the_factor_has() -> None:
    own = {key: value for key, value in _observed(period="2024").items() if key != "factor"}
    checked = _check([{"id": "wage", "observations": [own]}, {"id": "other"}], [_observed(), _observed(period="2026")])
    assert checked.problems == ()
    assert checked.system_map is not None
    assert [item.period for item in checked.system_map.node("wage").observations] == ["2024", "2025", "2026"]
    assert checked.system_map.node("other").observations == ()


def test_the_row_of_a_node_is_left_as_it_was() -> None:
    data = {"id": "wage"}
    _check([data], [_observed()])
    assert data == {"id": "wage"}


def test_a_factor_that_is_not_there_is_named_with_near_ones() -> None:
    assert _said(_check([{"id": "wage"}], [_observed("wages")])) == ["o:1, factor: 'wages' is not on the map; near it: wage"]


def test_a_factor_on_another_map_needs_the_file_that_describes_it() -> None:
    (said,) = _said(_check([{"id": "a"}], [_observed()], known={"wage": NodeKind.FACTOR}))
    assert said.startswith("o:1, factor: 'wage' is described elsewhere; give the file")


def test_only_a_factor_is_observed() -> None:
    assert _said(_check([{"id": "wage", "kind": "body"}], [_observed()])) == ["o:1, factor: 'wage' is a body; only a factor is observed"]


def test_an_observation_says_of_what_it_is() -> None:
    fields = {key: value for key, value in _observed().items() if key != "factor"}
    assert _said(_check([{"id": "wage"}], [fields])) == ["o:1, factor: is required: the id of the factor that was observed"]


@pytest.mark.parametrize(("field", "value"), [("value", "many"), ("mark", "V9"), ("colour", "red"), ("period", None)])
def test_what_is_wrong_with_an_observation_is_told_at_its_own_place(field: str, value: Any) -> None:
    (said,) = _said(_check([{"id": "wage"}], [_observed(**{field: value})]))
    assert said.startswith(f"o:1, {field}: ")


def test_the_same_edition_says_a_thing_once_and_another_edition_may_differ() -> None:
    twice = _check([{"id": "wage"}], [_observed(), _observed()])
    assert _said(twice) == ["o:2, period: this series has a value for that period from the same edition at o:1 already"]
    revised = _check([{"id": "wage"}], [_observed(edition="2025"), _observed(edition="2026", revision_of="2025")])
    assert revised.problems == ()
    assert revised.system_map is not None
    assert len(revised.system_map.node("wage").observations) == 2


def test_a_source_that_is_not_described_is_a_warning_on_the_factor() -> None:
    (problem,) = _check([{"id": "wage"}], [_observed(source="elsewhere")]).problems
    assert (problem.severity, problem.field) == ("warning", "observations")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 30)), unique=True, max_size=20))
def test_standing_apart_comes_to_the_same_as_standing_within(pairs: list[tuple[str, int]]) -> None:
    apart = [_observed(factor, str(year)) for factor, year in pairs]
    within = [
        {"id": name, "observations": [{k: v for k, v in item.items() if k != "factor"} for item in apart if item["factor"] == name]}
        for name in "abc"
    ]
    one, other = _check([{"id": name} for name in "abc"], apart), _check(within, [])
    assert one.problems == other.problems == ()
    assert one.system_map is not None
    assert other.system_map is not None
    assert one.system_map.nodes == other.system_map.nodes

"""A chart has what was checked, one value a period on its line, and hides no revision; the table has everything."""

import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.snapshot import Snapshot
from schema.kinds import Mark
from schema.records import Node, Observation, Source
from schema.system_map import SystemMap
from tests import strategies
from tests.viz.test_page import Tags, page_of
from viz.figure import figure_of
from viz.marks import Reading, Standing
from viz.series import series_of


def seen(period: str, value: float, edition: str | None = None, revises: str | None = None, **more: Any) -> Observation:
    fields: dict[str, Any] = {"unit": "posts", "source": "report", "series": "Vacant posts", "mark": Mark.PUBLISHER, **more}
    return Observation(period=period, value=value, edition=edition, revision_of=revises, **fields)


def readings(*observations: Observation) -> tuple[Reading, ...]:
    (series,) = series_of(observations, {"report": 0})
    return series.readings


def test_every_name_and_unit_is_a_series_of_its_own() -> None:
    made = series_of([seen("2024", 1), seen("2025", 2, unit="per cent"), seen("2025", 3), seen("2025", 4, series="Other")], {})
    assert [(one.name, one.unit, len(one.readings)) for one in made] == [
        ("Vacant posts", "posts", 2),
        ("Vacant posts", "per cent", 1),
        ("Other", "posts", 1),
    ]


def test_values_stand_in_order_of_time_however_they_are_recorded() -> None:
    made = readings(seen("2024/25", 3), seen("some day", 9), seen("2022/23", 1), seen("2023-Q4", 2))
    assert [one.period for one in made] == ["2022/23", "2023-Q4", "2024/25", "some day"]
    days = [one.day for one in made[:3] if one.day is not None]
    assert len(days) == 3
    assert days == sorted(days)


def test_a_value_that_names_no_time_is_not_drawn_and_says_so() -> None:
    made = readings(seen("2024", 1), seen("2025", 2), seen("some day", 9))
    assert made[2].day is None
    assert "not in the chart" in made[2].facts


def test_one_period_makes_no_chart() -> None:
    assert [one.day for one in readings(seen("2024", 1))] == [None]
    twice = readings(seen("2024", 1, "a"), seen("2024", 2, "b", "a"))
    assert [one.day for one in twice] == [None, None]
    assert not any("not in the chart" in one.facts for one in twice)


def test_a_revised_value_leaves_the_line_to_its_revision() -> None:
    first, revision, later = readings(
        seen("2021/22", 164_000, "2023"), seen("2021/22", 152_000, "2025", "2023"), seen("2022/23", 150_000, "2023")
    )
    assert (first.standing, first.instead) == (Standing.REVISED, 1)
    assert (revision.standing, revision.instead) == (Standing.LINE, None)
    assert later.standing is Standing.LINE
    assert first.day == revision.day
    assert "revises edition 2023" in revision.facts


def test_a_revision_of_a_revision_leaves_only_the_last_on_the_line() -> None:
    made = readings(seen("2021", 1, "a"), seen("2021", 2, "b", "a"), seen("2021", 3, "c", "b"), seen("2022", 4, "c"))
    assert [one.standing for one in made] == [Standing.REVISED, Standing.REVISED, Standing.LINE, Standing.LINE]
    assert [one.instead for one in made] == [2, 2, None, None]


def test_a_second_report_of_a_period_stands_beside_the_first() -> None:
    made = readings(seen("2025-Q1", 5), seen("2025-Q2", 1063), seen("2025-Q2", 1062, source="other"))
    assert [(one.standing, one.instead) for one in made] == [(Standing.LINE, None), (Standing.LINE, None), (Standing.BESIDE, 1)]


def test_what_nobody_checked_is_in_no_chart_and_revises_nothing() -> None:
    made = readings(seen("2021", 1, "a"), seen("2021", 9, "b", "a", mark=Mark.UNVERIFIED), seen("2022", 2, "a"))
    assert [one.standing for one in made if one.day is not None] == [Standing.LINE, Standing.LINE]
    assert (made[1].value, made[1].day, made[1].checked) == (9, None, False)
    assert "not checked; counts for nothing in an answer" in made[1].facts
    assert [one.day for one in readings(seen("2021", 1), seen("2022", 9, mark=Mark.UNVERIFIED))] == [None, None]


def test_how_it_was_checked_is_said_or_said_to_be_missing() -> None:
    assert readings(seen("2021", 1))[0].facts == ("checked at the publisher",)
    assert readings(seen("2021", 1, mark=None))[0].facts == ("how it was checked is not recorded",)


@given(
    st.lists(
        st.builds(
            seen,
            st.sampled_from(["2020", "2021", "2022/23", "some day"]),
            st.integers(-3, 3),
            st.sampled_from([None, "a", "b", "c"]),
            st.sampled_from([None, "a", "b", "c"]),
            mark=st.sampled_from(Mark),
            unit=st.sampled_from(["posts", "£"]),
        ),
        max_size=8,
    )
)
def test_the_line_has_one_value_a_period_and_the_table_has_them_all(observations: list[Observation]) -> None:
    made = series_of(observations, {})
    told = sorted((one.unit, reading.period, reading.value) for one in made for reading in one.readings)
    assert told == sorted((item.unit, item.period, item.value) for item in observations)
    for one in made:
        drawn = [reading for reading in one.readings if reading.day is not None]
        line = [reading for reading in drawn if reading.standing is Standing.LINE]
        assert all(reading.checked for reading in drawn)
        assert len({reading.day for reading in line}) == len(line)
        assert len(line) >= 2 or not drawn
        for reading in drawn:
            if reading.instead is not None:
                stands = one.readings[reading.instead]
                assert (stands.standing, stands.day) == (Standing.LINE, reading.day)


@given(st.lists(strategies.observations, max_size=5))
def test_any_observation_can_be_put_on_a_page(observations: list[Observation]) -> None:
    made = series_of(observations, {})
    assert sum(len(one.readings) for one in made) == len(observations)


def charted_map() -> SystemMap:
    """Two items: a factor whose series has every sort of value, and one with values that make no chart."""
    many = (
        seen("2022/23", 80_000, "2023"),
        seen("2021/22", 164_000, "2023"),
        seen("2021/22", 152_000, "2025", "2023"),
        seen("2023/24", 0, "2025", note="Counted once."),
        seen("2023/24", 5, None, source="memoir"),
        seen("2024/25", 111_000.5, "2025", source="unknown"),
        seen("2025/26", 999_999, mark=Mark.UNVERIFIED),
        seen("2022", 7.2, unit="£ an hour", series="Pay"),
        seen("2024", -2.5, unit="£bn", series="Balance"),
        seen("2025", 1.5, unit="£bn", series="Balance"),
    )
    few = (seen("2024", 5, mark=Mark.UNVERIFIED), seen("2025", 7.2, unit="£ an hour", series="Pay"))
    sources = [Source(id="report", title="A report", url="https://example.org/report"), Source(id="memoir", title="A memoir")]
    return SystemMap.of([Node(id="a", label="Posts", observations=many), Node(id="b", label="Pay", observations=few)], [], sources)


def packed() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    scripts = Tags(page_of(charted_map())).scripts
    return json.loads(scripts[0]), json.loads(scripts[3])


def test_the_sources_of_values_are_cited_like_those_of_claims() -> None:
    made = figure_of(Snapshot(charted_map()), as_of=date(2026, 1, 1), proposals=False)
    assert [source.title for source in made.sources] == ["A report", "A memoir"]
    values = {one.cited: one.source for box in made.boxes for series in box.series for one in series.readings}
    assert values == {"report": 0, "memoir": 1, "unknown": None}


def test_the_page_has_every_value_with_zero_kept_and_whole_numbers_whole() -> None:
    nodes, page = packed()
    series = next(node["v"] for node in nodes if node["n"] == "a")
    words = page["words"]
    posts = series[0]
    assert (words[posts["t"]], words[posts["u"]]) == ("Vacant posts", "posts")
    told = [(words[value["p"]], json.dumps(value["y"]), value.get("r")) for value in posts["v"]]
    assert told == [
        ("2021/22", "164000", "revised"), ("2021/22", "152000", None), ("2022/23", "80000", None), ("2023/24", "0", None),
        ("2023/24", "5", "beside"), ("2024/25", "111000.5", None), ("2025/26", "999999", None),
    ]  # fmt: skip
    assert "x" not in posts["v"][-1]


def test_an_item_without_series_carries_none_and_the_same_map_gives_the_same_bytes() -> None:
    assert all("v" not in node for node in json.loads(Tags(page_of(SystemMap.of([Node(id="a")], []))).scripts[0]))
    assert page_of(charted_map()) == page_of(charted_map())


def test_a_value_that_is_no_number_stays_readable_data() -> None:
    system_map = SystemMap.of([Node(id="a", observations=(seen("2024", float("nan")), seen("2025", float("inf"))))], [])
    (node,) = json.loads(Tags(page_of(system_map)).scripts[0], parse_constant=lambda name: 1 / 0)
    assert all("y" not in value for value in node["v"][0]["v"])

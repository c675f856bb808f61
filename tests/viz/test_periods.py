"""Periods are words until a chart has to know where in time they lie."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.periods import middle, spans_of


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2022-02-15", "2022-02-15", "2022-02-16"),
        ("2021/22", "2021-04-01", "2022-04-01"),
        ("2021-22", "2021-04-01", "2022-04-01"),
        ("2021/2022", "2021-04-01", "2022-04-01"),
        ("1999/00", "1999-04-01", "2000-04-01"),
        ("2023-Q4", "2023-10-01", "2024-01-01"),
        ("2023 Q1", "2023-01-01", "2023-04-01"),
        ("2022-07 to 2024-12", "2022-07-01", "2025-01-01"),
        ("to 2025-03", "2025-03-01", "2025-04-01"),
    ],
)
def test_a_period_lies_where_it_says(period: str, start: str, end: str) -> None:
    assert spans_of([period]) == ((day(start), day(end)),)


@pytest.mark.parametrize("period", ["", "soon", "2021/23", "2024-13", "0000", "2023-Q5", "2025 to 2024", "2024-02-30", "to ", "2020-2024"])
def test_what_names_no_time_lies_nowhere(period: str) -> None:
    assert spans_of([period]) == (None,)


def test_a_december_among_financial_years_is_one_of_them() -> None:
    assert spans_of(["2011-12"]) == ((day("2011-12-01"), day("2012-01-01")),)
    assert spans_of(["2011-12", "2012-13"])[0] == (day("2011-04-01"), day("2012-04-01"))
    assert spans_of(["2011-12", "2012-02"])[0] == (day("2011-12-01"), day("2012-01-01"))


@given(st.lists(st.one_of(st.text(alphabet="0129-/Qto ", max_size=12), st.dates().map(str)), max_size=4))
def test_no_words_break_the_reading_and_every_span_holds_its_middle(periods: list[str]) -> None:
    made = spans_of(periods)
    assert len(made) == len(periods)
    for span in made:
        assert span is None or span[0] <= middle(span) < span[1]

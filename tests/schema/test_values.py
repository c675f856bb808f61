"""Values in any of their usual spellings come to the same, and what a field does not take is refused with what it takes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema import values
from schema.kinds import NUMBER_OF_CONFIDENCE, STRENGTH_OF_LEVEL, LinkKind, Sign, Use
from schema.values import Refused

DAYS = st.dates(date(1000, 1, 1), date(2999, 12, 31))
MONTHS = st.integers(0, 600)


@pytest.mark.parametrize(
    ("spelling", "sign"),
    [
        *[(each, Sign.PLUS) for each in ("+", "+1", 1, 1.0, "Positive", " plus ", "S")],
        *[(each, Sign.MINUS) for each in ("-", -1, "-1", "negative", "−", "–", "o")],
        *[(each, Sign.UNKNOWN) for each in ("?", "unclear")],
        *[(each, Sign.NONE_FOUND) for each in (0, "0", "no effect")],
    ],
)
def test_a_sign_has_its_usual_spellings(spelling, sign) -> None:
    assert values.decode_sign(spelling) is sign


@pytest.mark.parametrize("spelling", ["", "2", 0.5, True, "up"])
def test_what_is_no_sign_is_refused(spelling) -> None:
    with pytest.raises(Refused, match="must be"):
        values.decode_sign(spelling)


def test_words_stand_for_strengths_and_confidences() -> None:
    for level, number in STRENGTH_OF_LEVEL.items():
        assert values.decode_strength(f" {str(level).upper()} ") == number
        assert values.is_level(str(level))
    for word, number in NUMBER_OF_CONFIDENCE.items():
        assert values.decode_confidence(str(word)) == number
    assert not values.is_level(0.5)


@given(st.floats(0, 1))
def test_a_strength_is_the_number_that_is_given(number: float) -> None:
    assert values.decode_strength(number) == values.decode_strength(repr(number)) == number


@pytest.mark.parametrize("value", [1.01, -0.01, "nan", float("inf"), True, "very", [0.5]])
def test_what_lies_beyond_0_and_1_or_is_no_number_is_no_confidence(value) -> None:
    with pytest.raises(Refused):
        values.decode_confidence(value)


@given(MONTHS, MONTHS)
def test_a_delay_may_be_a_range_in_any_spelling(one: int, other: int) -> None:
    low, high = sorted((one, other))
    for spelling in ([low, high], (low, high), f"{low}-{high}", f"{low} to {high} months", f"{low}–{high}"):
        assert values.decode_delay(spelling) == (low, high)
    assert values.decode_delay(low) == values.decode_delay(str(low)) == (low, low)
    if low < high:
        with pytest.raises(Refused, match="the lower number comes first"):
            values.decode_delay([high, low])


def test_words_stand_for_delays() -> None:
    assert [values.decode_delay(word) for word in ("immediate", "Weeks", "months", "yearly")] == [(0, 0), (1, 1), (1, 6), (12, 12)]
    for refused in (-1, "soon", True):
        with pytest.raises(Refused):
            values.decode_delay(refused)


@given(DAYS)
def test_a_date_may_be_partial_and_is_kept_as_it_was_given(day: date) -> None:
    whole = day.isoformat()
    assert [values.decode_date(text) for text in (day, whole, whole[:7], whole[:4])] == [whole, whole, whole[:7], whole[:4]]


@given(DAYS, st.integers(1, 60))
def test_a_day_that_no_calendar_has_is_refused(day: date, beyond: int) -> None:
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    with pytest.raises(Refused):
        values.decode_date(f"{last:%Y-%m}-{last.day + beyond:02}")


def test_a_member_of_a_closed_set_is_known_by_any_spelling_of_its_value_and_near_ones_are_named() -> None:
    decode = values.choice_of(LinkKind)
    assert decode("Carries Out") is decode("carries-out") is decode("carries_out") is LinkKind.CARRIES_OUT
    assert values.choice_of(Use)(True) is Use.YES
    with pytest.raises(Refused, match="near it: influences"):
        decode("influence")


@pytest.mark.parametrize("value", [1.5, "1.5", "", True, None])
def test_a_penny_has_no_parts(value) -> None:
    with pytest.raises(Refused, match="whole number of pence"):
        values.decode_pence(value)
    assert values.decode_pence(" -12 ") == -12


@pytest.mark.parametrize("text", ["bell\x07", "half \ud800", "x" * (values.MAX_TEXT + 1)])
def test_text_that_no_file_could_hold_or_no_page_show_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        values.decode_text(text)


def test_attributes_hold_plain_values_only() -> None:
    plain = {"seen": True, "count": 3, "share": 0.5, "word": "x"}
    assert dict(values.decode_attributes(plain)) == plain
    for item in ([1], {"a": 1}, float("nan"), None):
        with pytest.raises(Refused):
            values.decode_attributes({"odd": item})

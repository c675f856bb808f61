"""Following in exact shares, against plain elimination and against many rounds of passing on."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.pounds import follow, rounded


@st.composite
def shares(draw: st.DrawFn) -> list[dict[int, Fraction]]:
    """Shares among a few states; some pass on everything, so that closed circulations come up."""
    count = draw(st.integers(1, 6))
    onward = []
    for _ in range(count):
        parts = draw(st.dictionaries(st.integers(0, count - 1), st.integers(1, 4), max_size=3))
        whole = sum(parts.values()) + draw(st.integers(0, 3))
        onward.append({state: Fraction(part, whole) for state, part in parts.items()})
    return onward


@given(shares(), st.integers(1, 1000))
def test_what_goes_in_stays_somewhere_or_goes_round_to_the_last_fraction(onward, amount) -> None:
    found = follow(onward, {0: Fraction(amount)})
    assert sum(found.stays.values()) + sum(entered for _, entered in found.circulations) == amount


@given(shares())
def test_what_passes_through_solves_the_equations(onward) -> None:
    found = follow(onward, {0: Fraction(1)})
    ringed = {state for states, _ in found.circulations for state in states}
    for state in range(len(onward)):
        if state in ringed:
            continue
        arriving = sum(
            (
                found.through.get(other, Fraction(0)) * onward[other].get(state, Fraction(0))
                for other in range(len(onward))
                if other not in ringed
            ),
            Fraction(int(state == 0)),
        )
        assert found.through.get(state, Fraction(0)) == arriving
        left = 1 - sum(onward[state].values())
        assert found.stays.get(state, Fraction(0)) == arriving * left


@given(shares())
def test_passing_on_round_by_round_comes_to_the_same(onward) -> None:
    found = follow(onward, {0: Fraction(1)})
    held, stayed = {0: 1.0}, dict.fromkeys(range(len(onward)), 0.0)
    for _ in range(3000):
        following: dict[int, float] = {}
        for state, amount in held.items():
            stayed[state] += amount * float(1 - sum(onward[state].values()))
            for other, share in onward[state].items():
                following[other] = following.get(other, 0.0) + amount * float(share)
        held = following
    assert {state: float(amount) for state, amount in found.stays.items()} == pytest.approx(
        {state: amount for state, amount in stayed.items() if state in found.stays}, abs=1e-6
    )


def test_a_closed_circulation_is_reported_and_not_solved() -> None:
    half = Fraction(1, 2)
    found = follow([{1: half}, {2: Fraction(1)}, {1: Fraction(1)}], {0: Fraction(10)})
    assert found.circulations == (((1, 2), Fraction(5)),)
    assert found.stays == {0: 5}
    assert follow([{0: Fraction(1)}], {0: Fraction(3)}).circulations == (((0,), Fraction(3)),)


def test_a_pound_that_comes_back_is_counted_each_round() -> None:
    found = follow([{1: Fraction(1)}, {0: Fraction(1, 2)}], {0: Fraction(1)})
    assert (found.through[0], found.through[1], found.stays) == (2, 2, {1: 1})


@given(st.lists(st.fractions(0, 1000), max_size=8))
def test_rounding_keeps_the_sum_and_moves_nothing_by_a_whole_penny(amounts) -> None:
    whole = rounded(amounts)
    assert sum(whole) == round(sum(amounts, Fraction(0)))
    assert all(abs(one - other) < 1 for one, other in zip(whole, amounts, strict=True))


def test_thirds_of_a_pound_give_the_odd_penny_to_the_first() -> None:
    assert rounded([Fraction(100, 3)] * 3) == [34, 33, 33]

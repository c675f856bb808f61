"""Where a pound ends that is passed on in exact shares, through cycles too: fractions, never floats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What passes through each state in all, what stays there (its leak), and what is caught in closed circulations.

    `through` counts every round of a cycle. `circulations` are sets of states that pass everything on among themselves, each
    with what enters it; what passes through these is not defined and given as what enters each.
    """

    through: Mapping[int, Fraction]
    stays: Mapping[int, Fraction]
    circulations: tuple[tuple[tuple[int, ...], Fraction], ...]


def follow(onward: Sequence[Mapping[int, Fraction]], begin: Mapping[int, Fraction]) -> Followed:
    """Solve x = s + Q'x exactly for what `begin` puts in: `onward[i]` are the shares that state i passes on, at most 1 together.

    States are taken strong component by strong component, downstream last, so that only true cycles are solved as equations:
    O(states + shares) apart from the cube of the longest component.
    """
    through: dict[int, Fraction] = dict(begin)
    stays: dict[int, Fraction] = {}
    circulations: list[tuple[tuple[int, ...], Fraction]] = []
    for component in _downstream_last(onward, list(begin)):
        members = set(component)
        entering = {state: through.get(state, NONE) for state in component}
        if _is_closed(onward, component, members):
            circulations.append((tuple(sorted(component)), sum(entering.values(), NONE)))
            continue
        for state, amount in _within(onward, component, members, entering).items():
            through[state] = amount
            left = Fraction(1) - sum(onward[state].values(), NONE)
            if left and amount:
                stays[state] = amount * left
            for other, share in onward[state].items():
                if other not in members:
                    through[other] = through.get(other, NONE) + amount * share
    return Followed(through=through, stays=stays, circulations=tuple(circulations))


def _is_closed(onward: Sequence[Mapping[int, Fraction]], component: Sequence[int], members: set[int]) -> bool:
    """Whether nothing ever leaves a component: it passes all on, and only to itself."""
    return all(sum(onward[state].values(), NONE) == 1 and members.issuperset(onward[state]) for state in component)


def _within(
    onward: Sequence[Mapping[int, Fraction]], component: Sequence[int], members: set[int], entering: Mapping[int, Fraction]
) -> dict[int, Fraction]:
    """What passes through each state of a component in all, by Gaussian elimination in fractions."""
    if len(component) == 1:
        state = component[0]
        return {state: entering[state] / (1 - onward[state].get(state, NONE))}
    place = {state: number for number, state in enumerate(component)}
    rows: list[dict[int, Fraction]] = [{number: Fraction(1)} for number in range(len(component))]
    for state in component:
        for other, share in onward[state].items():
            if other in members:
                row = rows[place[other]]
                row[place[state]] = row.get(place[state], NONE) - share
    right = [entering[state] for state in component]
    for pivot in range(len(rows)):
        # The matrix is an M-matrix with a leak: no pivot is ever 0.
        for below in range(pivot + 1, len(rows)):
            factor = rows[below].pop(pivot, NONE) / rows[pivot][pivot]
            if factor:
                for column, value in rows[pivot].items():
                    if column > pivot:
                        rows[below][column] = rows[below].get(column, NONE) - factor * value
                right[below] -= factor * right[pivot]
    for pivot in range(len(rows) - 1, -1, -1):
        known = sum((value * right[column] for column, value in rows[pivot].items() if column > pivot), NONE)
        right[pivot] = (right[pivot] - known) / rows[pivot][pivot]
    return dict(zip(component, right, strict=True))


def _downstream_last(onward: Sequence[Mapping[int, Fraction]], begin: Sequence[int]) -> list[list[int]]:
    """The strong components that can be reached, each before those downstream of it (Tarjan, without recursion)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []

    def enter(state: int) -> tuple[int, Iterator[int]]:
        number[state] = low[state] = len(number)
        stack.append(state)
        on_stack.add(state)
        return state, iter(sorted(onward[state]))

    for root in sorted(begin):
        walk = [] if root in number else [enter(root)]
        while walk:
            state, others = walk[-1]
            for other in others:
                if other not in number:
                    walk.append(enter(other))
                    break
                if other in on_stack:
                    low[state] = min(low[state], number[other])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[state])
                if low[state] == number[state]:
                    at = stack.index(state)
                    found.append(sorted(stack[at:]))
                    on_stack.difference_update(stack[at:])
                    del stack[at:]
    return found[::-1]


def rounded(amounts: Sequence[Fraction]) -> list[int]:
    """Whole numbers that add up to the rounded sum of the amounts, each off by less than 1: by largest remainder, ties to the first."""
    whole = [amount.numerator // amount.denominator for amount in amounts]
    missing = round(sum(amounts, NONE)) - sum(whole)
    order = sorted(range(len(amounts)), key=lambda place: (whole[place] - amounts[place], place))
    for place in order[:missing]:
        whole[place] += 1
    return whole

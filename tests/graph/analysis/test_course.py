"""The course over months and the bands of draws, worked out anew from their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.whatif import whatif
from graph.results.whatif import WhatIfAnswer
from graph.scope import Filters, Scenario
from graph.snapshot import Snapshot
from schema.kinds import Sign
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import NAMES

STRENGTHS = st.sampled_from([0.2, 0.25, 0.5, 0.75, 1.0])
DELAYS = st.sampled_from([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 3.0), (5.0, 5.0)])
CONFIDENCES = st.sampled_from([0.3, 0.6, 0.9])
SPREAD = {0.9: 0.2, 0.6: 0.4, 0.3: 0.6}
"""How far a strength may be from what is said, as a share of it, by its confidence."""
KNOWN = {Sign.PLUS: 1.0, Sign.MINUS: -1.0, Sign.UNKNOWN: 0.0}


@st.composite
def delayed_maps(draw: st.DrawFn, *, most_links: int = 10) -> SystemMap:
    """Factors with influence among them, each pair once, with delays from at once to five months."""
    names = NAMES[: draw(st.integers(2, 6))]
    pairs = sorted(draw(st.sets(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=most_links)))
    links = []
    for start, end in pairs:
        low, high = draw(DELAYS)
        links.append(
            Link(
                id=f"{start}{end}",
                start=start,
                end=end,
                sign=draw(st.sampled_from([*KNOWN])),
                strength=draw(STRENGTHS),
                confidence=draw(CONFIDENCES),
                delay_low=low,
                delay_high=high,
            )
        )
    return SystemMap.of([Node(id=name, label=f"Factor {name}") for name in names], links)


def ask(system_map: SystemMap, **wish: object) -> WhatIfAnswer:
    return whatif(Snapshot(system_map), Scenario(held={"a": 1.0}, **wish), Filters())


def weights(system_map: SystemMap) -> np.ndarray:
    """The signed strength from each node (line) to each other (column)."""
    row = {node.id: place for place, node in enumerate(system_map.nodes)}
    matrix = np.zeros((len(row), len(row)))
    for link in system_map.links:
        matrix[row[link.start], row[link.end]] = KNOWN[link.sign or Sign.UNKNOWN] * (link.strength or 0.0)
    return matrix


def steepness(system_map: SystemMap) -> float:
    """Nine tenths of where the steady state stops being the only one for certain."""
    norm = float(np.linalg.norm(weights(system_map), 2))
    return 0.9 / norm if norm > 0 else 1.0


# ---- month by month ------------------------------------------------------------


def month_by_month(system_map: SystemMap, months: int) -> list[dict[str, float]]:
    """Every month's state: what acts at once is solved for in the month itself, the rest comes from as many months ago."""
    slope, history = steepness(system_map), list[dict[str, float]]()
    for month in range(months + 1):
        state = {node.id: 0.0 for node in system_map.nodes} | {"a": 1.0}
        for _ in range(4_000):
            following = {name: math.tanh(slope * moved(system_map, name, month, state, history)) for name in state} | {"a": 1.0}
            change = max(abs(following[name] - state[name]) for name in state)
            state = following
            if change < 1e-13:
                break
        history.append(state)
    return history


def moved(system_map: SystemMap, name: str, month: int, now: dict[str, float], history: list[dict[str, float]]) -> float:
    total = []
    for link in system_map.links:
        if link.end == name:
            months = math.ceil(((link.delay_low or 0.0) + (link.delay_high or 0.0)) / 2)
            before = now if months == 0 else history[month - months] if month >= months else {}
            total.append(KNOWN[link.sign or Sign.UNKNOWN] * (link.strength or 0.0) * before.get(link.start, 0.0))
    return math.fsum(total)


@settings(max_examples=40)
@given(delayed_maps(), st.integers(1, 12))
def test_every_month_of_the_course_is_that_of_the_plain_reckoning(system_map, months) -> None:
    course = ask(system_map, months=months).by_month()
    assert course is not None
    wanted = month_by_month(system_map, months)
    for name, values in course.items():
        assert values == pytest.approx([state[name] for state in wanted], abs=1e-7), name


@settings(max_examples=20)
@given(delayed_maps())
def test_a_course_without_delays_is_there_at_once(system_map) -> None:
    at_once = SystemMap.of(system_map.nodes, [Link(id=link.id, start=link.start, end=link.end, sign=link.sign, strength=link.strength,
                                                   delay_low=0.0, delay_high=0.0) for link in system_map.links])  # fmt: skip
    answer = ask(at_once, months=3)
    assert answer.months is not None
    for month in answer.months:
        assert month == pytest.approx(answer.difference, abs=1e-7)


# ---- the bands of draws ----------------------------------------------------------

RUNS = 1_000
NEAR = 0.09
"""How far two samples of so many runs may be from each other in any share, beyond chance (Dvoretzky, Kiefer and Wolfowitz)."""


def drawn_ends(system_map: SystemMap, slope: float) -> dict[str, np.ndarray]:
    """Where as many runs come to rest whose strengths are drawn apart from the answer's, with another generator."""
    draw = np.random.Generator(np.random.MT19937(7))
    row = {node.id: place for place, node in enumerate(system_map.nodes)}
    drawn = np.zeros((RUNS, len(row), len(row)))
    for link in system_map.links:
        strength, spread = link.strength or 0.0, SPREAD[link.confidence or 0.0]
        size = np.clip(draw.uniform(strength * (1 - spread), strength * (1 + spread), RUNS), 0.0, 1.0)
        sign = draw.choice([-1.0, 1.0], RUNS) if link.sign is Sign.UNKNOWN else KNOWN[link.sign or Sign.UNKNOWN]
        drawn[:, row[link.start], row[link.end]] = sign * size
    state = np.zeros((RUNS, len(row)))
    for _ in range(400):
        state[:, row["a"]] = 1.0
        state = np.tanh(slope * np.einsum("ri,rij->rj", state, drawn))
    state[:, row["a"]] = 1.0
    return {name: state[:, place] for name, place in row.items()}


@settings(max_examples=12)
@given(delayed_maps(most_links=6))
def test_bands_and_shares_are_those_of_runs_drawn_apart(system_map) -> None:
    # Without a way round every run comes to rest, however steep.
    forward = SystemMap.of(system_map.nodes, [link for link in system_map.links if link.start < link.end])
    answer = ask(forward, draws=RUNS, seed=3)
    assert answer.draws is not None
    assert (answer.draws.runs, answer.draws.settled, answer.draws.seed) == (RUNS, RUNS, 3)
    apart = drawn_ends(forward, answer.steepness)
    moved_at_all = {name for name, values in apart.items() if np.abs(values).max() > 1e-9}
    assert moved_at_all <= {band.id for band in answer.draws.bands} | {"a"}
    for band in answer.draws.bands:
        values = apart[band.id]
        assert band.rise == pytest.approx(np.mean(values > 1e-9), abs=NEAR)
        assert band.fall == pytest.approx(np.mean(values < -1e-9), abs=NEAR)
        for share, edge in ((0.05, band.low), (0.95, band.high)):
            assert np.mean(values < edge - 1e-6) <= share + NEAR
            assert np.mean(values <= edge + 1e-6) >= share - NEAR


@settings(max_examples=30)
@given(delayed_maps(most_links=8), st.integers(0, 3))
def test_no_band_leaves_what_the_strengths_allow(system_map, seed) -> None:
    """Along a chain the least and the most are those of all its links at their least and their most."""
    chain = [link for link in system_map.links if ord(link.end) == ord(link.start) + 1 and link.sign is not Sign.UNKNOWN]
    answer = ask(SystemMap.of(system_map.nodes, chain), draws=50, seed=seed)
    assert answer.draws is not None
    low, high, sign = {"a": 1.0}, {"a": 1.0}, {"a": 1.0}
    for link in sorted(chain, key=lambda link: link.start):
        if link.start in sign:
            strength, spread = link.strength or 0.0, SPREAD[link.confidence or 0.0]
            least, most = max(0.0, strength * (1 - spread)), min(1.0, strength * (1 + spread))
            low[link.end] = math.tanh(answer.steepness * least * low[link.start])
            high[link.end] = math.tanh(answer.steepness * most * high[link.start])
            sign[link.end] = sign[link.start] * KNOWN[link.sign or Sign.UNKNOWN]
    for band in answer.draws.bands:
        edges = sorted(sign.get(band.id, 1.0) * edge for edge in (low.get(band.id, 0.0), high.get(band.id, 0.0)))
        assert edges[0] - 1e-9 <= band.low <= band.high <= edges[1] + 1e-9
        wanted = (1.0, 0.0) if sign.get(band.id, 0.0) > 0 else (0.0, 1.0) if sign.get(band.id, 0.0) < 0 else (0.0, 0.0)
        assert (band.rise, band.fall) == wanted

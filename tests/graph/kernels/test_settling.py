"""Settling in arrays: norms, batches of draws and courses, against dense algebra and runs one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels import settling
from graph.kernels.index import LinkIndex
from graph.kernels.settling import Law, Web, course, drawn_weights, settle, settle_draws

TANH = Law(rule="tanh", transfer="tanh", steepness=0.4)
LINKS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([-1.0, -0.5, 0.25, 0.75])), max_size=18)


def web_of(links, n: int = 7) -> tuple[Web, np.ndarray]:
    index = LinkIndex.of([link[0] for link in links], [link[1] for link in links], n)
    dense = np.zeros((n, n))
    for start, end, weight in links:
        dense[start, end] += weight
    return Web(index, np.array([link[2] for link in links], dtype=np.float64)), dense


@given(LINKS)
def test_the_norm_of_a_small_map_is_exact(links) -> None:
    web, dense = web_of(links)
    assert web.norm() == pytest.approx(np.linalg.norm(dense, 2), rel=1e-10, abs=1e-12)


def test_the_norm_of_a_symmetric_map_whose_rows_add_up_to_nothing_is_found() -> None:
    """A start of equal values would be blind to it."""
    web, dense = web_of([(0, 1, 1.0), (0, 2, -1.0), (3, 1, -1.0), (3, 2, 1.0)])
    assert web.norm() == pytest.approx(np.linalg.norm(dense, 2))


def test_the_norm_of_a_large_map_is_found_within_a_thousandth(monkeypatch) -> None:
    lot = np.random.Generator(np.random.PCG64(3))
    start, end, weight = lot.integers(0, 400, 4000), lot.integers(0, 400, 4000), lot.uniform(-1, 1, 4000)
    monkeypatch.setattr(settling, "EXACT_NORM_LINKS", 100)
    found = Web(LinkIndex.of(start, end, 400), weight).norm()
    dense = np.zeros((400, 400))
    np.add.at(dense, (start, end), weight)
    exact = np.linalg.norm(dense, 2)
    assert exact * 0.998 < found <= exact * (1 + 1e-9)


@given(LINKS)
def test_links_of_weight_nothing_change_nothing(links) -> None:
    web, dense = web_of([*links, (0, 1, 0.0), (5, 5, 0.0)])
    x = np.linspace(-1, 1, 7)
    assert web.inputs(x) == pytest.approx(x @ dense)


@given(LINKS, st.integers(1, 9), st.integers(0, 3))
def test_draws_in_any_batches_are_runs_one_by_one(links, runs, seed) -> None:
    start, end = (np.array([link[place] for link in links], dtype=np.int32) for place in (0, 1))
    strength = np.array([abs(link[2]) for link in links])
    sign = np.sign([link[2] for link in links]).astype(np.int8)
    weights = drawn_weights(np.random.Generator(np.random.PCG64(seed)), strength, sign, np.full(len(links), 0.4), runs)
    begin, held = np.eye(7)[0], np.eye(7, dtype=np.bool_)[0]
    found = settle_draws(start, end, weights, TANH, begin, held, epsilon=1e-10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settling, "BATCH_ELEMENTS", 1)
        apart = settle_draws(start, end, weights, TANH, begin, held, epsilon=1e-10)
    assert np.array_equal(found.values, apart.values)
    for run in range(runs):
        alone = settle(Web(LinkIndex.of(start, end, 7), weights[run]), TANH, begin, held, epsilon=1e-10)
        assert found.settled[run] == (alone.state == "fixed")
        if found.settled[run]:
            assert found.values[run] == pytest.approx(alone.values, abs=1e-8)


def test_draws_stay_in_their_spread_and_unknown_signs_fall_both_ways() -> None:
    strength, sign = np.array([0.5, 0.9, 0.5]), np.array([1, -1, 0], dtype=np.int8)
    drawn = drawn_weights(np.random.Generator(np.random.PCG64(1)), strength, sign, np.array([0.2, 0.6, 0.4]), 2000, fixed=())
    assert 0.4 <= drawn[:, 0].min() < 0.41
    assert 0.59 < drawn[:, 0].max() <= 0.6
    assert drawn[:, 1].min() == -1
    assert 0.45 < (drawn[:, 2] > 0).mean() < 0.55
    assert np.array_equal(
        drawn_weights(np.random.Generator(np.random.PCG64(1)), strength, sign, np.full(3, 0.6), 5, fixed=(0,))[:, 0], [0.5] * 5
    )


@given(LINKS, st.lists(st.integers(0, 3), min_size=18, max_size=18), st.integers(1, 6))
def test_a_course_looks_back_each_links_own_months(links, delays, months) -> None:
    """Against the definition, where links without delay are settled within their month."""
    index = LinkIndex.of([link[0] for link in links], [link[1] for link in links], 7)
    weight = np.array([link[2] for link in links], dtype=np.float64)
    delay = np.array(delays[: len(links)], dtype=np.int64)
    webs = {int(each): Web(index, np.where(delay == each, weight, 0.0)) for each in np.unique(delay)}
    law, held = Law(rule="tanh", transfer="tanh", steepness=0.1), np.eye(7, dtype=np.bool_)[0]
    states = course(webs, law, np.zeros(7), np.eye(7)[0], held, months=months, epsilon=1e-12)
    assert len(states) == months + 1
    for month, state in enumerate(states):
        for node in range(1, 7):
            total = 0.0
            for (start, end, size), back in zip(links, delays, strict=False):
                if end == node and month - back >= 0:
                    total += size * states[month - back][start]
            assert state[node] == pytest.approx(np.tanh(0.1 * total), abs=1e-9)
        assert state[0] == 1


def test_a_course_that_is_stopped_ends_early() -> None:
    web, _ = web_of([(0, 1, 0.5)])
    asked = iter([False, False, True])
    states = course(
        {1: web}, TANH, np.zeros(7), np.eye(7)[0], np.eye(7, dtype=np.bool_)[0], months=9, epsilon=1e-9, stop=lambda: next(asked)
    )
    assert len(states) == 2

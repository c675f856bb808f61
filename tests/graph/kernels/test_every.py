"""All paths are every simple path and no other, and their totals are exact to the last digit."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import ways
from graph.kernels.exact_sum import ExactSum
from graph.kernels.paths import PathProblem, PathSet, all_paths, totals
from tests.graph.kernels.oracle import every_simple_path, node_path, problem_of, problems, renamed


@pytest.fixture(params=["few paths", "blocks", "tiny blocks", "large map"])
def every_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test of this fixture runs on each way of following paths."""
    if request.param != "few paths":
        monkeypatch.setattr(ways, "FEW_TRIES", 0)
    if request.param == "tiny blocks":
        monkeypatch.setattr(ways, "BLOCK", 2)
    if request.param == "large map":
        monkeypatch.setattr(ways, "DENSE_LINKS", 0)
    return str(request.param)


@pytest.mark.usefixtures("every_way")
class TestAgainstBruteForce:
    @settings(max_examples=150)
    @given(problems())
    def test_every_simple_path_is_found_and_no_other(self, problem: PathProblem) -> None:
        got = all_paths(problem)
        assert got.complete
        assert sorted(listed(got)) == sorted(every_simple_path(problem))

    @settings(max_examples=80)
    @given(problems())
    def test_the_columns_are_those_of_each_path(self, problem: PathProblem) -> None:
        got = all_paths(problem)
        for place, rows in enumerate(listed(got)):
            assert got.strength[place] == problem.strength_of(rows)
            assert got.sign[place] == problem.sign_of(rows)
            assert got.n_links[place] == len(rows)
            np.testing.assert_equal(got.delay[place], problem.delay_of(rows))

    @settings(max_examples=80)
    @given(problems())
    def test_totals_are_the_exact_sums(self, problem: PathProblem) -> None:
        got = totals(problem)
        every = every_simple_path(problem)
        for sign, total in ((1, got.supporting), (-1, got.opposing), (0, got.undetermined)):
            assert total == math.fsum(problem.strength_of(rows) for rows in every if problem.sign_of(rows) == sign)
        assert (got.found, got.complete) == (len(every), True)

    @settings(max_examples=80)
    @given(problems(), st.integers(0, 6))
    def test_a_cap_is_met_exactly_and_honestly(self, problem: PathProblem, cap: int) -> None:
        every = every_simple_path(problem)
        got, summed = all_paths(problem, max_paths=cap), totals(problem, max_paths=cap)
        assert len(got) == summed.found == min(cap, len(every))
        assert got.complete == summed.complete == (len(every) <= cap)
        assert set(listed(got)) <= set(every)
        assert listed(got) == listed(all_paths(problem, max_paths=cap))
        for sign, total in ((1, summed.supporting), (-1, summed.opposing), (0, summed.undetermined)):
            assert total == math.fsum(got.strength[got.sign == sign])

    @settings(max_examples=100)
    @given(problems(), st.data())
    def test_other_node_numbers_and_rows_give_the_same_links_and_totals(self, problem: PathProblem, data: st.DataObject) -> None:
        nodes = data.draw(st.permutations(range(problem.index.n_nodes)))
        rows = data.draw(st.permutations(range(problem.index.n_links)))
        moved = renamed(problem, list(nodes), list(rows))
        want = {tuple(moved.row_of[row] for row in path) for path in listed(all_paths(problem))}
        assert set(listed(all_paths(moved.problem))) == want
        assert totals(moved.problem) == totals(problem)

    def test_a_search_with_one_memory_of_visits_would_lose_this_path(self) -> None:
        links = [(0, 1), (0, 3), (1, 2), (1, 3), (2, 0), (4, 0), (4, 1)]
        problem = problem_of(links, 5, [4], [3])
        walked = {tuple(node_path(problem, rows)) for rows in listed(all_paths(problem))}
        assert (4, 1, 2, 0, 3) in walked

    def test_flipping_all_signs_twice_changes_nothing(self) -> None:
        draw = np.random.default_rng(7)
        links = [(int(a), int(b)) for a, b in draw.integers(0, 12, (40, 2))]
        problem = problem_of(links, 12, [0, 1], [2, 3], sign=draw.choice([1, -1, 0], 40), strength=draw.uniform(0.1, 1, 40))
        flipped = replace(problem, sign=(-problem.sign).astype(np.int8))
        assert totals(replace(flipped, sign=(-flipped.sign).astype(np.int8))) == totals(problem)


@given(problems())
def test_a_search_stopped_at_once_says_so(problem: PathProblem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "FEW_TRIES", 0)
        got = all_paths(problem, stop=lambda: True)
        assert set(listed(got)) <= set(every_simple_path(problem))
        assert got.complete <= (len(got) == len(every_simple_path(problem)))


def test_a_stopped_search_keeps_what_it_has() -> None:
    links = [(stage, stage + 1) for stage in range(7) for _ in range(6)]
    polls = iter([False] * 8)
    got = all_paths(problem_of(links, 8, [0], [7]), stop=lambda: next(polls, True))
    assert 0 < len(got) < 6**7
    assert not got.complete


def test_paths_beyond_counting_take_no_more_memory_than_allowed_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    problem = problem_of([(int(a), int(b)) for a, b in draw.integers(0, 400, (4_000, 2))], 400, [0], [1], max_links=0)
    monkeypatch.setattr(ways, "WAITING_AT_MOST", 200_000)
    tracemalloc.start()
    got = totals(problem)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not got.complete
    assert got.found > 0
    assert most < 100_000_000


def test_a_long_chain_is_one_path_however_long() -> None:
    links = [(node, node + 1) for node in range(3_000)]
    got = totals(problem_of(links, 3_001, [0], [3_000], strength=np.ones(3_000), max_links=0))
    assert (got.found, got.complete, got.supporting) == (1, True, 1.0)


def test_a_million_paths_are_counted_and_no_more() -> None:
    links = [(stage, stage + 1) for stage in range(8) for _ in range(6)]
    problem = problem_of(links, 9, [0], [8], strength=np.linspace(0.3, 0.9, 48))
    got = totals(problem)
    assert (got.found, got.complete) == (1_000_000, False)
    whole = totals(problem, max_paths=2_000_000)
    assert (whole.found, whole.complete) == (6**8, True)
    stages = problem.strength.reshape(8, 6).sum(axis=1)
    assert math.isclose(whole.supporting, float(np.prod(stages)), rel_tol=1e-12)


@given(st.lists(st.floats(0.0, 1.0)))
def test_an_exact_sum_is_the_rounded_true_sum_in_any_split(values: list[float]) -> None:
    total = ExactSum()
    for start in range(0, len(values), 3):
        total.add(np.array(values[start : start + 3], dtype=np.float64))
    assert total.value() == math.fsum(values)


def listed(paths: PathSet) -> list[tuple[int, ...]]:
    """The paths as tuples of rows."""
    return [paths.path(place) for place in range(len(paths))]

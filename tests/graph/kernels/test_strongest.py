"""The strongest paths are exactly the first of all simple paths, whatever the filter and however many tie."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import choosing
from graph.kernels.paths import PathProblem, strongest, to_twelve_digits
from tests.graph.kernels.oracle import every_simple_path, node_path, problem_of, problems, renamed, strongest_first

HOW_MANY = st.integers(1, 12)


@pytest.fixture(params=["small map", "large map"])
def both_sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test of this fixture runs on the tables for small maps and on those for large ones."""
    if request.param == "large map":
        monkeypatch.setattr(choosing, "DENSE_LINKS", 0)
    return str(request.param)


@pytest.mark.usefixtures("both_sizes")
class TestAgainstBruteForce:
    @settings(max_examples=120)
    @given(problems(), HOW_MANY)
    def test_the_strongest_are_the_first_of_all_simple_paths(self, problem: PathProblem, k: int) -> None:
        want = strongest_first(problem, every_simple_path(problem))
        got = strongest(problem, k)
        assert got.exact
        assert got.paths == want[:k]
        assert got.strengths == [problem.strength_of(rows) for rows in want[:k]]

    @settings(max_examples=80)
    @given(problems(most_nodes=6, most_links=22, plain=True), HOW_MANY)
    def test_dense_maps_with_many_detours_lose_no_path(self, problem: PathProblem, k: int) -> None:
        assert strongest(problem, k).paths == strongest_first(problem, every_simple_path(problem))[:k]

    @settings(max_examples=80)
    @given(problems(), HOW_MANY)
    def test_no_path_left_out_is_stronger_than_the_bound_says(self, problem: PathProblem, k: int) -> None:
        left_out = strongest_first(problem, every_simple_path(problem))[k:]
        at_most = strongest(problem, k).left_out_at_most
        assert all(problem.strength_of(rows) <= at_most * (1 + 1e-11) for rows in left_out)

    @settings(max_examples=80)
    @given(problems(), HOW_MANY, st.data())
    def test_other_node_numbers_and_rows_give_the_same_links(self, problem: PathProblem, k: int, data: st.DataObject) -> None:
        nodes = data.draw(st.permutations(range(problem.index.n_nodes)))
        rows = data.draw(st.permutations(range(problem.index.n_links)))
        moved = renamed(problem, list(nodes), list(rows))
        want = [tuple(moved.row_of[row] for row in path) for path in strongest(problem, k).paths]
        assert strongest(moved.problem, k).paths == want

    @settings(max_examples=80)
    @given(problems(), HOW_MANY, st.integers(0, 3))
    def test_a_search_that_is_stopped_lists_true_paths_and_says_so(self, problem: PathProblem, k: int, polls: int) -> None:
        got = strongest(problem, k, stop=stop_after(polls))
        every = every_simple_path(problem)
        assert set(got.paths) <= set(every)
        if got.exact:
            assert got.paths == strongest_first(problem, every)[:k]
        missed = [problem.strength_of(rows) for rows in every if rows not in got.paths]
        assert max(missed, default=0.0) <= got.left_out_at_most * (1 + 1e-11)

    def test_a_search_with_one_memory_of_visits_would_lose_this_path(self) -> None:
        links = [(0, 1), (0, 3), (1, 2), (1, 3), (2, 0), (4, 0), (4, 1)]
        problem = problem_of(links, 5, [4], [3])
        walked = [tuple(node_path(problem, rows)) for rows in strongest(problem, 10).paths]
        assert (4, 1, 2, 0, 3) in walked
        assert sorted(walked) == [(4, 0, 1, 3), (4, 0, 3), (4, 1, 2, 0, 3), (4, 1, 3)]

    def test_a_region_that_leads_back_through_its_entrance_is_no_endless_search(self) -> None:
        # From 0 to 1 there is one path, 0-2-1; behind 2 lie twenty nodes that all lead to each other and only back to 2.
        trap = range(3, 23)
        links = [(0, 2), (2, 1), *itertools.permutations(trap, 2), *((2, node) for node in trap), *((node, 2) for node in trap)]
        problem = problem_of(links, 23, [0], [1], max_links=0, strength=np.ones(len(links)))
        assert strongest(problem, 10).paths == [(0, 1)]

    def test_thousands_of_ties_are_decided_by_links_and_then_by_rank(self) -> None:
        # Six stages of five parallel links, all alike: 15,625 paths tie for every place.
        links = [(stage, stage + 1) for stage in range(6) for _ in range(5)]
        rank = list(reversed(range(30)))
        problem = problem_of(links, 7, [0], [6], rank=rank)
        got = strongest(problem, 3)
        assert got.paths == [(4, 9, 14, 19, 24, 29), (4, 9, 14, 19, 24, 28), (4, 9, 14, 19, 24, 27)]

    def test_links_of_strength_one_in_a_dense_map_are_no_endless_search(self) -> None:
        links = list(itertools.permutations(range(14), 2))
        problem = problem_of(links, 14, [0], [13], max_links=0, strength=np.ones(len(links)))
        got = strongest(problem, 14)
        assert got.paths == strongest_first(problem, short_paths(problem))[:14]

    def test_a_weak_short_way_does_not_open_every_strong_long_one(self) -> None:
        # The strong paths all have three links or more; a weak link joins the ends directly.
        inner = range(2, 14)
        links = [(0, 1), *((0, node) for node in inner), *itertools.permutations(inner, 2), (13, 1)]
        strength = [0.25] + [1.0] * (len(links) - 1)
        got = strongest(problem_of(links, 14, [0], [1], max_links=0, strength=strength), 5)
        assert [len(path) for path in got.paths] == [2, 3, 3, 3, 3]
        assert got.exact


def test_paths_far_longer_than_the_call_stack_are_found() -> None:
    n = 5_000
    problem = problem_of([(v, v + 1) for v in range(n - 1)], n, [0], [n - 1], max_links=0, strength=np.full(n - 1, 0.99))
    got = strongest(problem, 2)
    assert got.paths == [tuple(range(n - 1))]
    assert math.isclose(got.strengths[0], 0.99 ** (n - 1), rel_tol=1e-9)


def test_a_path_too_faint_for_a_double_is_listed_with_strength_nought() -> None:
    n = 3_000
    problem = problem_of([(v, v + 1) for v in range(n - 1)], n, [0], [n - 1], max_links=0)
    got = strongest(problem, 2)
    assert got.paths == [tuple(range(n - 1))]
    assert got.strengths == [0.0]


def test_a_node_at_both_ends_is_the_end_of_no_path() -> None:
    problem = problem_of([(0, 1), (1, 2), (0, 2), (2, 0)], 3, [0, 1], [1, 2])
    assert strongest(problem, 9).paths == [(2,)]


def test_ends_that_are_the_same_have_no_path() -> None:
    assert strongest(problem_of([(0, 1), (1, 0)], 2, [0], [0]), 9).paths == []


def test_none_asked_for_is_none_given() -> None:
    assert strongest(problem_of([(0, 1)], 2, [0], [1]), 0).paths == []


@pytest.mark.parametrize(("name", "value"), [("strength", [0.5, 0.5]), ("usable", [True, True])])
def test_a_column_of_the_wrong_length_is_refused_by_name(name: str, value: list[float]) -> None:
    with pytest.raises(ValueError, match=f"{name!r} must hold 1 "):
        problem_of([(0, 1)], 2, [0], [1], **{name: value})


@given(st.floats(1e-290, 1.0))
def test_twelve_digits_are_those_that_are_printed(value: float) -> None:
    assert f"{to_twelve_digits(value):.12g}" == f"{value:.12g}"


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_on_a_larger_random_map_small_and_large_tables_agree(seed: int, judged: bool) -> None:
    draw = np.random.default_rng(seed)
    n, m = 60, 240
    start, end = draw.integers(0, n, m), draw.integers(0, n, m)
    strength = draw.choice([0.25, 0.5, 0.75, 1.0], m) if judged else draw.uniform(0.05, 1.0, m)
    sign = draw.choice([1, -1, 0], m, p=[0.6, 0.35, 0.05])
    links = list(zip(start.tolist(), end.tolist(), strict=True))
    for more in ({}, {"sign_wanted": -1}, {"required": (3,)}, {"delay": draw.integers(0, 9, m), "max_delay": 14.0}):
        problem = problem_of(links, n, [0], [1], strength=strength, sign=sign, rank=draw.permutation(m), max_links=6, **more)
        small = strongest(problem, 10)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(choosing, "DENSE_LINKS", 0)
            large = strongest(problem, 10)
        assert small.paths == large.paths
        assert small.strengths == large.strengths


def short_paths(problem: PathProblem) -> list[tuple[int, ...]]:
    """Every path of at most three links."""
    return every_simple_path(replace(problem, max_links=3))


def stop_after(polls: int) -> Callable[[], bool]:
    """A stop that says True once it has been asked so many times."""
    asked = iter([False] * polls)
    return lambda: next(asked, True)


def test_nodes_that_no_source_leads_to_do_not_keep_the_search_going(monkeypatch: pytest.MonkeyPatch) -> None:
    # Node 2 leads to the target but nothing leads to node 2; the answer is complete all the same.
    monkeypatch.setattr(choosing, "DENSE_LINKS", 0)
    got = strongest(problem_of([(0, 1), (2, 1)], 3, [0], [1], max_links=0, strength=[0.1, 0.1]), 2)
    assert got.paths == [(0,)]
    assert (got.exact, got.left_out_at_most) == (True, 0.0)


def test_bounds_are_widened_until_enough_paths_are_in(monkeypatch: pytest.MonkeyPatch) -> None:
    # One strong path, and beside it ever weaker ones that the first bounds leave out.
    monkeypatch.setattr(choosing, "DENSE_LINKS", 0)
    strength = [0.99, *(0.5**power for power in range(1, 30))]
    links = [(0, 1)] * 30
    got = strongest(problem_of([*links, (1, 2)], 3, [0], [2], max_links=0, strength=[*strength, 0.9]), 25)
    assert got.paths == [(row, 30) for row in range(25)]

"""The links on the way are those of the paths, and the cut is the cheapest set that parts the ends."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import ways
from graph.kernels.flow import min_cut, on_some_path
from graph.kernels.paths import PathProblem
from tests.graph.kernels.oracle import every_simple_path, problem_of, problems, renamed


@settings(max_examples=150)
@given(problems())
def test_a_link_is_on_the_way_when_a_path_has_it(problem: PathProblem) -> None:
    got = on_some_path(problem)
    assert got.exact
    assert np.flatnonzero(got.links).tolist() == sorted({row for path in every_simple_path(problem) for row in path})


@settings(max_examples=80)
@given(problems())
def test_where_paths_are_too_many_no_link_of_a_path_is_missing(problem: PathProblem) -> None:
    true = {row for path in every_simple_path(problem) for row in path}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "FEW_TRIES", 0)
        patch.setattr(ways, "BLOCK", 1)
        got = on_some_path(problem, max_paths=1)
    marked = set(np.flatnonzero(got.links).tolist())
    assert true <= marked
    assert not got.exact or true == marked


@settings(max_examples=120)
@given(problems(most_nodes=6, most_links=10), st.data())
def test_the_cut_is_the_cheapest_set_of_links_that_parts_the_ends(problem: PathProblem, data: st.DataObject) -> None:
    m = problem.index.n_links
    capacity = np.array(data.draw(st.lists(st.integers(0, 4), min_size=m, max_size=m)), dtype=np.int64)
    got = min_cut(problem, capacity)
    on_way = sorted({row for path in every_simple_path(problem) for row in path})
    cheapest = min(
        int(capacity[list(cut)].sum())
        for size in range(len(on_way) + 1)
        for cut in itertools.combinations(on_way, size)
        if parted(problem, set(on_way) - set(cut))
    )
    assert got.value == cheapest == int(capacity[list(got.rows)].sum())
    assert parted(problem, set(on_way) - set(got.rows))


@settings(max_examples=100)
@given(problems(), st.data())
def test_other_node_numbers_and_rows_give_the_same_cut(problem: PathProblem, data: st.DataObject) -> None:
    nodes = list(data.draw(st.permutations(range(problem.index.n_nodes))))
    rows = list(data.draw(st.permutations(range(problem.index.n_links))))
    moved = renamed(problem, nodes, rows)
    capacity = np.arange(1, problem.index.n_links + 1, dtype=np.int64)
    was, now = min_cut(problem, capacity), min_cut(moved.problem, capacity[rows])
    assert now.value == was.value
    assert set(now.rows) == {moved.row_of[row] for row in was.rows}


def test_a_link_beyond_the_bound_adds_nothing_to_the_cut() -> None:
    # Two ways from 0 to 3, of two and of three links; only the first is within the bound.
    links = [(0, 1), (1, 3), (0, 2), (2, 4), (4, 3)]
    capacity = np.array([2, 3, 5, 5, 5], dtype=np.int64)
    assert min_cut(problem_of(links, 5, [0], [3], max_links=2), capacity).value == 2
    assert min_cut(problem_of(links, 5, [0], [3], max_links=3), capacity).value == 7


def test_flow_that_must_be_sent_back_is_found() -> None:
    # The first way found uses the link across the middle; the whole flow needs it undone.
    links = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 4), (3, 5), (4, 5)]
    assert min_cut(problem_of(links, 6, [0], [5]), np.ones(7, dtype=np.int64)).value == 2


def parted(problem: PathProblem, rows: set[int]) -> bool:
    """Whether these links lead from no source to any target."""
    index = problem.index
    begin = set(problem.sources.tolist()) - set(problem.targets.tolist())
    seen, pending = set(begin), list(begin)
    while pending:
        node = pending.pop()
        for row in rows:
            end = int(index.end[row])
            if int(index.start[row]) == node and end not in seen:
                seen.add(end)
                pending.append(end)
    return not seen & (set(problem.targets.tolist()) - set(problem.sources.tolist()))

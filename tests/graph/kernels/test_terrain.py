"""What an index keeps of the questions before makes the next one quicker and never another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import terrain
from graph.kernels.bounds import UNREACHED, dense_layers
from graph.kernels.index import LinkIndex
from graph.kernels.paths import PathProblem, strongest
from graph.kernels.problem import Ground, Needs
from graph.kernels.terrain import terrain_of
from tests.graph.kernels.oracle import every_simple_path, problem_of, problems, strongest_first


def on_an_index_of_its_own(problem: PathProblem) -> PathProblem:
    """The same problem where nothing was ever asked."""
    return replace(problem, index=LinkIndex.of(problem.index.start, problem.index.end, problem.index.n_nodes))


@st.composite
def questions(draw: st.DrawFn) -> list[PathProblem]:
    """Several questions on one index, each under some filters of its own."""
    first = draw(problems())
    index, asked = first.index, [first]
    for _ in range(draw(st.integers(1, 7))):
        more: dict[str, Any] = {"strength": first.strength, "usable": first.usable}
        if draw(st.booleans()):
            more["usable"] = np.array(draw(st.lists(st.booleans(), min_size=index.n_links, max_size=index.n_links)))
        if draw(st.booleans()):
            more["strength"] = first.strength[draw(st.permutations(range(index.n_links)))]
        if draw(st.booleans()):
            more["rank"] = np.array(draw(st.permutations(range(index.n_links))), dtype=np.int64)
        if draw(st.booleans()):
            more["blocked"] = np.array(draw(st.lists(st.booleans(), min_size=index.n_nodes, max_size=index.n_nodes)))
        more["max_delay"] = draw(st.sampled_from([None, 12.0]))
        more["sign_wanted"] = draw(st.sampled_from([None, 1]))
        more["max_links"] = draw(st.sampled_from([0, 3]))
        nodes = st.integers(0, index.n_nodes - 1)
        ends = [np.array([draw(nodes)], dtype=np.int32) for _ in range(2)]
        asked.append(replace(first, sources=ends[0], targets=ends[1], **more))
    return asked


@settings(max_examples=150)
@given(questions())
def test_questions_asked_before_leave_no_trace_in_an_answer(asked: list[PathProblem]) -> None:
    for problem in (*asked, *asked):
        assert strongest(problem, 5) == strongest(on_an_index_of_its_own(problem), 5)


@given(problems())
def test_a_question_asked_twice_has_the_answer_of_brute_force_both_times(problem: PathProblem) -> None:
    want = strongest_first(problem, every_simple_path(problem))[:5]
    assert [strongest(problem, 5).paths for _ in range(3)] == [want] * 3


def test_a_column_that_was_changed_in_place_is_seen() -> None:
    problem = problem_of([(0, 1), (0, 2), (2, 1)], 3, [0], [1], strength=[0.4, 0.9, 0.9])
    assert strongest(problem, 1).paths == [(1, 2)]
    problem.strength[0] = 0.95
    assert strongest(problem, 1).paths == [(0,)]
    problem.usable[0] = False
    assert strongest(problem, 1).paths == [(1, 2)]


def test_the_same_filters_have_one_terrain_whatever_the_ends() -> None:
    problem = problem_of([(0, 1), (1, 2), (0, 2)], 3, [0], [2])
    other = replace(problem, sources=problem.targets, targets=problem.sources, strength=problem.strength.copy())
    assert terrain_of(problem) is terrain_of(other)
    assert terrain_of(replace(problem, usable=~problem.usable)) is not terrain_of(problem)


def test_few_terrains_are_kept_and_none_of_a_large_map(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of([(0, 1), (1, 2)], 3, [0], [2])
    for strength in range(1, 20):
        terrain_of(replace(problem, strength=np.full(2, strength / 20)))
    assert len(problem.index.kept["terrains"]) == terrain.KEPT_TERRAINS
    monkeypatch.setattr(terrain, "KEPT_LINKS", 1)
    assert terrain_of(problem) is not terrain_of(problem)


@settings(max_examples=100)
@given(problems(most_nodes=8, most_links=30, plain=True))
def test_links_in_a_grid_and_in_runs_give_the_same_layers(problem: PathProblem) -> None:
    ground, needs, here = Ground(problem), Needs(problem), terrain_of(problem)
    if here.grid is None:
        return
    cost = np.arange(1, here.rows.size + 1, dtype=np.int64)
    grids = dense_layers(ground, needs, here, cost, UNREACHED, problem.link_bound, None)
    here.grid = None
    runs = dense_layers(ground, needs, here, cost, UNREACHED, problem.link_bound, None)
    assert [layer.tolist() for layer in grids] == [layer.tolist() for layer in runs]


def test_a_map_on_which_one_node_has_most_links_needs_no_grid_of_holes() -> None:
    links = [(0, node) for node in range(1, 200)] + [(node, 200) for node in range(1, 200)]
    problem = problem_of(links, 201, [0], [200], max_links=0)
    assert terrain_of(problem).grid is None
    assert strongest(problem, 2).paths == [(0, 199), (1, 200)]


def test_paths_too_faint_for_fine_costs_are_found_on_coarser_ones() -> None:
    # Each link halves the strength a hundred times, so that eight of them need far more room than the first scale has.
    problem = problem_of(
        [(node, node + 1) for node in range(8)] + [(0, 8)], 9, [0], [8], max_links=0, strength=[2.0**-100] * 8 + [2.0**-900]
    )
    got = strongest(problem, 2)
    assert got.paths == [(*range(8),), (8,)]
    assert got.strengths == [2.0**-800, 2.0**-900]


def test_several_threads_may_ask_one_index() -> None:
    draw = np.random.default_rng(3)
    start, end = draw.integers(0, 40, 160), draw.integers(0, 40, 160)
    problem = problem_of(
        list(zip(start.tolist(), end.tolist(), strict=True)), 40, [0], [1], strength=draw.uniform(0.1, 1, 160), max_links=0
    )
    asked = [
        replace(problem, sources=np.array([a], dtype=np.int32), usable=draw.random(160) < 0.9) for a in draw.integers(2, 40, 60).tolist()
    ]
    want = [strongest(on_an_index_of_its_own(each), 5) for each in asked]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda each: strongest(each, 5), asked)) == want

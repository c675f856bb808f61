"""Loops are every elementary cycle once, the strongest of each component are exact, and the independent ones span the rest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import independent as independent_module
from graph.kernels import loops
from graph.kernels.independent import independent_loops
from graph.kernels.index import LinkIndex
from graph.kernels.loops import LoopProblem, LoopSet, all_loops, strongest_loops
from graph.kernels.scale import to_twelve_digits
from tests.graph.kernels.oracle import problems


@st.composite
def loop_problems(draw: st.DrawFn, *, through: bool = True, most_links: int = 16) -> LoopProblem:
    """Random multigraphs with self-links, parallel links and ties; sometimes only the loops through a node."""
    drawn = draw(problems(plain=True, most_links=most_links))
    node = draw(st.sampled_from([None, *range(drawn.index.n_nodes)])) if through else None
    return LoopProblem(
        index=drawn.index,
        strength=drawn.strength,
        sign=drawn.sign,
        delay=drawn.delay,
        rank=drawn.rank,
        usable=drawn.usable,
        max_links=drawn.max_links,
        through=node,
    )


@settings(max_examples=120)
@given(loop_problems())
def test_every_elementary_cycle_is_found_once_from_its_smallest_node(problem: LoopProblem) -> None:
    got = all_loops(problem)
    assert got.complete
    assert sorted(listed(got)) == sorted(every_loop(problem))


@settings(max_examples=80)
@given(loop_problems())
def test_small_tables_and_tiny_blocks_find_the_same_loops(problem: LoopProblem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loops, "BLOCK", 2)
        patch.setattr(loops, "SMALL", 0)
        patch.setattr(loops, "TABLE_WORDS", 1)
        assert sorted(listed(all_loops(problem))) == sorted(every_loop(problem))


@settings(max_examples=80)
@given(loop_problems())
def test_the_columns_are_those_of_each_loop(problem: LoopProblem) -> None:
    got = all_loops(problem)
    for place, rows in enumerate(listed(got)):
        assert got.gain[place] == math.prod([float(problem.strength[row]) for row in rows])
        assert got.sign[place] == math.prod([int(problem.sign[row]) for row in rows])
        np.testing.assert_equal(got.delay[place], sum(float(problem.delay[row]) for row in rows))
        assert got.n_links[place] == len(rows)


@settings(max_examples=80)
@given(loop_problems(), st.integers(0, 6))
def test_a_cap_is_met_exactly_and_honestly(problem: LoopProblem, cap: int) -> None:
    every = every_loop(problem)
    got = all_loops(problem, max_loops=cap)
    assert len(got) == min(cap, len(every))
    assert got.complete == (len(every) <= cap)
    assert set(listed(got)) <= set(every)


@settings(max_examples=150)
@given(loop_problems(), st.integers(1, 6), st.sampled_from([0, 1, 3, 100_000]))
def test_the_strongest_of_each_component_are_exact_however_few_are_listed(problem: LoopProblem, k: int, cap: int) -> None:
    every = every_loop(problem)
    got = strongest_loops(problem, k, max_loops=cap)
    assert got.complete
    component_of = {frozenset(group): place for place, group in enumerate(strong_groups(problem))}
    want = []
    for group in component_of:
        inside = sorted((ranking(problem, rows), rows) for rows in every if int(problem.index.start[rows[0]]) in group)
        want.extend(inside[:k])
    assert listed(got) == [rows for _, rows in sorted(want)]
    # Loops share a component number exactly when they share a component.
    for one, rows in enumerate(listed(got)):
        for other, more in enumerate(listed(got)):
            same = any({int(problem.index.start[rows[0]]), int(problem.index.start[more[0]])} <= group for group in component_of)
            assert (got.component[one] == got.component[other]) == same


@settings(max_examples=80)
@given(loop_problems(), st.integers(1, 6), st.data())
def test_other_node_numbers_and_rows_give_the_same_loops(problem: LoopProblem, k: int, data: st.DataObject) -> None:
    moved, order = renumbered(problem, data)
    was = [ring(rows) for rows in listed(strongest_loops(problem, k))]
    now = [ring(tuple(int(order[row]) for row in rows)) for rows in listed(strongest_loops(moved, k))]
    assert now == was


@settings(max_examples=50)
@given(loop_problems())
def test_a_search_stopped_at_once_says_so(problem: LoopProblem) -> None:
    got = all_loops(problem, stop=lambda: True)
    every = every_loop(problem)
    assert set(listed(got)) <= set(every)
    assert not got.complete or len(got) == len(every)


def independent_either_way(problem: LoopProblem) -> Iterator[LoopSet]:
    """The independent loops as a component of any size has them: of least length, and as a large one gets them."""
    for most in (10**9, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(independent_module, "LEAST_WITHIN", most)
            yield independent_loops(problem)


@settings(max_examples=100)
@given(loop_problems(through=False, most_links=20))
def test_the_independent_loops_span_every_loop_and_none_is_a_sum_of_others(problem: LoopProblem) -> None:
    every = every_loop(replace(problem, max_links=0))
    for got in map(listed, independent_either_way(problem)):
        assert set(got) <= set(every)
        assert len(got) == independent(got) == independent(every)


@settings(max_examples=100)
@given(loop_problems(through=False, most_links=20))
def test_there_are_as_many_independent_loops_as_links_exceed_a_tree(problem: LoopProblem) -> None:
    index, expected = problem.index, 0
    usable = problem.usable & (problem.strength > 0)
    for group in strong_groups(problem):
        links = sum(bool(ok) and int(a) in group and int(b) in group for a, b, ok in zip(index.start, index.end, usable, strict=True))
        expected += links - len(group) + 1
    for got in independent_either_way(problem):
        assert got.complete
        assert len(got) == expected


@settings(max_examples=60)
@given(loop_problems(through=False, most_links=20))
def test_every_link_on_a_loop_is_on_an_independent_one_as_short_as_any(problem: LoopProblem) -> None:
    every = every_loop(replace(problem, max_links=0))
    for got in map(listed, independent_either_way(problem)):
        for row in {row for rows in every for row in rows}:
            assert min(len(rows) for rows in got if row in rows) == min(len(rows) for rows in every if row in rows)


@settings(max_examples=120)
@given(loop_problems(through=False, most_links=22))
def test_no_independent_loops_that_span_the_others_are_shorter_together(problem: LoopProblem) -> None:
    every = sorted(every_loop(replace(problem, max_links=0)), key=len)
    shortest: list[tuple[int, ...]] = []
    for loop in every:
        # Independent sets of loops form a matroid, so that taking the shortest that fits, of all loops, is least.
        if independent([*shortest, loop]) > len(shortest):
            shortest.append(loop)
    got = listed(independent_loops(problem))
    assert sum(map(len, got)) == sum(map(len, shortest))
    assert sorted(map(len, got)) == list(map(len, shortest))


@settings(max_examples=60)
@given(loop_problems(through=False, most_links=9))
def test_no_choice_of_as_many_independent_loops_is_shorter(problem: LoopProblem) -> None:
    every, got = every_loop(replace(problem, max_links=0)), listed(independent_loops(problem))
    if math.comb(len(every), len(got)) > 500:
        return
    choices = (choice for choice in itertools.combinations(every, len(got)) if independent(list(choice)) == len(got))
    assert sum(map(len, got)) == min(sum(map(len, choice)) for choice in choices)


@settings(max_examples=60)
@given(loop_problems(through=False, most_links=20), st.data())
def test_other_node_numbers_and_rows_give_the_same_independent_loops(problem: LoopProblem, data: st.DataObject) -> None:
    moved, order = renumbered(problem, data)
    was = {ring(rows) for rows in listed(independent_loops(problem))}
    assert {ring(tuple(int(order[row]) for row in rows)) for rows in listed(independent_loops(moved))} == was


def test_four_loops_that_span_seven_links_have_ten_links_together() -> None:
    # Filled up with rounds through one node, the set had eleven.
    pairs = [(0, 2), (1, 0), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)]
    got = listed(independent_loops(plain([a for a, _ in pairs], [b for _, b in pairs], 4)))
    assert sorted(map(len, got)) == [2, 2, 3, 3]


def test_looking_for_independent_loops_can_be_stopped() -> None:
    got = independent_loops(plain([0, 1], [1, 0], 2), stop=lambda: True)
    assert (len(got), got.complete) == (0, False)


def test_the_number_of_loops_is_that_of_networkx_with_parallel_links_multiplied_out() -> None:
    draw = np.random.default_rng(11)
    start, end = draw.integers(0, 40, 150), draw.integers(0, 40, 150)
    simple: nx.DiGraph[int] = nx.DiGraph()
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        simple.add_edge(a, b, times=simple.get_edge_data(a, b, {"times": 0})["times"] + 1)
    want = sum(
        math.prod(simple[a][b]["times"] for a, b in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        for cycle in nx.simple_cycles(simple, length_bound=7)
    )
    assert want > 500
    assert len(all_loops(plain(start.tolist(), end.tolist(), 40, max_links=7))) == want


def test_the_main_loop_of_a_small_component_survives_a_large_one() -> None:
    # Twelve nodes all joined to each other by strong links, and beside them two nodes joined by weak ones.
    pairs = [(a, b) for a in range(12) for b in range(12) if a != b] + [(12, 13), (13, 12)]
    problem = plain([a for a, _ in pairs], [b for _, b in pairs], 14, strength=[0.9] * 132 + [0.1, 0.1])
    got = strongest_loops(problem, 3, max_loops=500)
    assert got.complete
    assert (132, 133) in listed(got)
    assert len(got) == 4


def plain(start: list[int], end: list[int], n: int, *, strength: list[float] | None = None, max_links: int = 8) -> LoopProblem:
    """A loop problem with all links usable and positive."""
    m = len(start)
    return LoopProblem(
        index=LinkIndex.of(start, end, n),
        strength=np.array(strength or [0.5] * m, dtype=np.float64),
        sign=np.ones(m, dtype=np.int8),
        delay=np.zeros(m),
        rank=np.arange(m, dtype=np.int64),
        usable=np.ones(m, dtype=np.bool_),
        max_links=max_links,
    )


def listed(found: LoopSet) -> list[tuple[int, ...]]:
    """The loops as tuples of rows."""
    return [found.loop(place) for place in range(len(found))]


def every_loop(problem: LoopProblem) -> list[tuple[int, ...]]:
    """Every elementary cycle by recursion, from its smallest node."""
    index = problem.index

    def go(first: int, node: int, rows: tuple[int, ...], nodes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if problem.max_links and len(rows) == problem.max_links:
            return
        for row in range(index.n_links):
            end = int(index.end[row])
            if int(index.start[row]) != node or not problem.usable[row] or not problem.strength[row] > 0:
                continue
            if end == first and (problem.through is None or problem.through in nodes):
                yield (*rows, row)
            elif end > first and end not in nodes:
                yield from go(first, end, (*rows, row), (*nodes, end))

    return [rows for first in range(index.n_nodes) for rows in go(first, first, (), (first,))]


def strong_groups(problem: LoopProblem) -> list[set[int]]:
    """The strong components, by networkx."""
    whole: nx.DiGraph[int] = nx.DiGraph()
    whole.add_nodes_from(range(problem.index.n_nodes))
    for a, b, ok in zip(problem.index.start, problem.index.end, problem.usable & (problem.strength > 0), strict=True):
        if ok:
            whole.add_edge(int(a), int(b))
    return list(nx.strongly_connected_components(whole))


def renumbered(problem: LoopProblem, data: st.DataObject) -> tuple[LoopProblem, np.ndarray[Any, np.dtype[np.int64]]]:
    """The same problem with its nodes numbered and its links placed otherwise, and for each link the row that it had."""
    nodes = np.array(data.draw(st.permutations(range(problem.index.n_nodes))), dtype=np.int32)
    order = np.array(data.draw(st.permutations(range(problem.index.n_links))), dtype=np.int64)
    moved = replace(
        problem,
        index=LinkIndex.of(nodes[problem.index.start[order]], nodes[problem.index.end[order]], problem.index.n_nodes),
        strength=problem.strength[order],
        sign=problem.sign[order],
        delay=problem.delay[order],
        rank=problem.rank[order],
        usable=problem.usable[order],
        through=None if problem.through is None else int(nodes[problem.through]),
    )
    return moved, order


def ranking(problem: LoopProblem, rows: tuple[int, ...]) -> tuple[float, int, tuple[int, ...]]:
    """The order of answers."""
    gain = math.prod([float(problem.strength[row]) for row in rows])
    return -to_twelve_digits(gain), len(rows), ring(tuple(int(problem.rank[row]) for row in rows))


def ring(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The same ring, read from its smallest number."""
    first = numbers.index(min(numbers))
    return numbers[first:] + numbers[:first]


def independent(found: list[tuple[int, ...]]) -> int:
    """How many of the loops are independent modulo two, by elimination over a matrix."""
    if not found:
        return 0
    matrix = np.zeros((len(found), max(max(rows) for rows in found) + 1), dtype=np.bool_)
    for place, rows in enumerate(found):
        matrix[place, list(rows)] = True
    rank = 0
    for column in range(matrix.shape[1]):
        pivots = np.flatnonzero(matrix[rank:, column]) + rank
        if pivots.size:
            matrix[[rank, pivots[0]]] = matrix[[pivots[0], rank]]
            others = np.flatnonzero(matrix[:, column])
            matrix[others[others != rank]] ^= matrix[rank]
            rank += 1
    return rank

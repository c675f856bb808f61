"""How far and how strongly many nodes reach, against one at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import reach as reaching
from graph.kernels.best import best_by_links, best_strengths
from graph.kernels.problem import PathProblem
from graph.kernels.reach import reach, reach_each
from tests.graph.kernels.oracle import problems


@pytest.mark.parametrize("few_links", [0, 20_000])
@pytest.mark.parametrize("direction", ["in", "out"])
@settings(max_examples=60, deadline=None)
@given(problem=problems(), most=st.integers(0, 4))
def test_each_source_reaches_as_far_as_it_does_alone(problem: PathProblem, direction: str, most: int, few_links: int) -> None:
    kept, reaching.FEW_LINKS = reaching.FEW_LINKS, few_links
    try:
        sources = np.arange(problem.index.n_nodes)
        found = reach_each(problem.index, problem.usable, sources, max_links=most, direction=direction)  # type: ignore[arg-type]
        for source in sources.tolist():
            alone = reach(problem.index, problem.usable, [source], max_links=most, direction=direction)  # type: ignore[arg-type]
            assert found[source].tolist() == alone.tolist()
    finally:
        reaching.FEW_LINKS = kept


@settings(max_examples=80, deadline=None)
@given(problem=problems(), most=st.integers(0, 4))
def test_the_tables_by_number_of_links_are_those_of_each_bound(problem: PathProblem, most: int) -> None:
    starts = np.arange(problem.index.n_nodes)
    tables = best_by_links(problem.index, problem.strength, problem.usable, starts, max_links=most)
    assert np.array_equal(tables[0], np.eye(starts.size))
    for links, table in enumerate(tables[1:], 1):
        assert np.array_equal(table, best_strengths(problem.index, problem.strength, problem.usable, starts, max_links=links))
    assert np.array_equal(tables[-1], best_strengths(problem.index, problem.strength, problem.usable, starts, max_links=most))

"""Fans and pairs hold every simple path of each of their ends and no other, and name the strongest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kernels import pairs, ways
from graph.kernels.fan import Best, Fan, fan_in, fan_out, strongest_of_each
from graph.kernels.pairs import paths_of_pairs, strongest_of_pairs
from graph.kernels.paths import PathProblem, all_paths
from graph.kernels.ranking import strongest_places
from tests.graph.kernels.oracle import every_simple_path, problem_of, problems, strongest_first

MANY = 1_000_000


def between(problem: PathProblem, source: int, target: int) -> PathProblem:
    return replace(problem, sources=np.array([source], dtype=np.int32), targets=np.array([target], dtype=np.int32))


def paths_by_end(fan: Fan) -> dict[int, list[tuple[int, ...]]]:
    return {end: sorted(fan.rows_of(places.tolist())) for end, places in fan.by_end()}


def paths_by_pair(found: list[Best]) -> dict[tuple[int, int], tuple[int, ...]]:
    """The paths of some pairs of a start and an end; all nodes are ends, so that an end's place is its row."""
    return {
        pair: rows
        for best in found
        for pair, rows in zip(
            zip(best.starts.tolist(), best.ends.tolist(), strict=True), best.fan.rows_of(best.places.tolist()), strict=True
        )
    }


def every_path_by_end(problem: PathProblem, ends: list[tuple[int, int]]) -> dict[int, list[tuple[int, ...]]]:
    found = {place: sorted(every_simple_path(between(problem, *pair))) for place, pair in enumerate(ends)}
    return {place: paths for place, paths in found.items() if paths}


@pytest.fixture(params=["whole blocks", "tiny blocks"])
def every_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test of this fixture runs with beginnings grown all at once and two at a time."""
    if request.param == "tiny blocks":
        monkeypatch.setattr(ways, "BLOCK", 2)
    return str(request.param)


@pytest.mark.usefixtures("every_size")
class TestFans:
    @settings(max_examples=120, deadline=None)
    @given(problems())
    def test_a_fan_outwards_holds_every_path_to_each_end(self, problem: PathProblem) -> None:
        source, ends = int(problem.sources[0]), np.unique(problem.targets)
        ends = ends[ends != source]
        fan = fan_out(replace(problem, sources=problem.sources[:1]), ends, max_paths=MANY)
        assert fan.complete
        assert paths_by_end(fan) == every_path_by_end(problem, [(source, end) for end in ends.tolist()])

    @settings(max_examples=120, deadline=None)
    @given(problems())
    def test_a_fan_inwards_holds_every_path_from_each_end(self, problem: PathProblem) -> None:
        target, ends = int(problem.targets[0]), np.unique(problem.sources)
        ends = ends[ends != target]
        fan = fan_in(replace(problem, targets=problem.targets[:1]), ends, max_paths=MANY)
        assert fan.complete
        assert paths_by_end(fan) == every_path_by_end(problem, [(end, target) for end in ends.tolist()])

    @settings(max_examples=80, deadline=None)
    @given(problems())
    def test_the_columns_and_the_strongest_are_those_of_the_paths(self, problem: PathProblem) -> None:
        source = int(problem.sources[0])
        ends = np.arange(problem.index.n_nodes, dtype=np.int32)
        ends = ends[ends != source]
        fan = fan_out(replace(problem, sources=problem.sources[:1]), ends, max_paths=MANY)
        for place, rows in enumerate(fan.rows_of(range(len(fan)))):
            assert fan.strength[place] == problem.strength_of(rows)
            assert fan.sign[place] == problem.sign_of(rows)
            assert fan.n_links[place] == len(rows)
        expected = every_path_by_end(problem, [(source, end) for end in ends.tolist()])
        best = fan.strongest(problem.rank)
        assert dict(zip(best, fan.rows_of(list(best.values())), strict=True)) == {
            end: strongest_first(problem, paths)[0] for end, paths in expected.items()
        }

    @settings(max_examples=80, deadline=None)
    @given(problems(), st.integers(1, 3))
    def test_a_capped_fan_says_so_and_holds_as_many_as_it_may(self, problem: PathProblem, most: int) -> None:
        source = int(problem.sources[0])
        ends = np.arange(problem.index.n_nodes, dtype=np.int32)
        ends = ends[ends != source]
        alone = replace(problem, sources=problem.sources[:1])
        whole, capped = fan_out(alone, ends, max_paths=MANY), fan_out(alone, ends, max_paths=most)
        assert capped.complete == (len(whole) <= most)
        assert len(capped) == min(len(whole), most)
        for end, paths in paths_by_end(capped).items():
            assert set(paths) <= set(paths_by_end(whole)[end])

    @settings(max_examples=120, deadline=None)
    @given(problems())
    def test_the_strongest_of_each_are_found_without_looking_at_all_paths(self, problem: PathProblem) -> None:
        nodes = np.arange(problem.index.n_nodes, dtype=np.int32)
        starts = [int(node) for node in np.unique(problem.sources)]
        found = list(strongest_of_each(problem, starts, nodes, max_paths=MANY))
        assert all(best.fan.complete for best in found)
        by_pair = paths_by_pair(found)
        assert list(dict.fromkeys(start for start, _ in by_pair)) == [start for start in starts if any(start == one for one, _ in by_pair)]
        expected = every_path_by_end(problem, pairs := [(start, end) for start in starts for end in nodes.tolist()])
        assert by_pair == {pairs[place]: strongest_first(problem, paths)[0] for place, paths in expected.items()}

    @settings(max_examples=80, deadline=None)
    @given(problems(), st.integers(1, 2))
    def test_where_too_many_paths_are_in_question_only_real_ones_are_named(self, problem: PathProblem, most: int) -> None:
        nodes = np.arange(problem.index.n_nodes, dtype=np.int32)
        for best in strongest_of_each(problem, [int(problem.sources[0])], nodes, max_paths=most):
            for pair, rows in paths_by_pair([best]).items():
                paths = every_simple_path(between(problem, *pair))
                assert rows in paths
                assert not best.fan.complete or rows == strongest_first(problem, paths)[0]

    def test_a_fan_that_is_stopped_is_not_complete(self) -> None:
        problem = _line()
        assert not fan_out(problem, problem.targets, max_paths=MANY, stop=lambda: True).complete


def _line() -> PathProblem:
    return problem_of([(0, 1), (1, 2), (0, 2)], 3, [0], [2])


@pytest.fixture(params=["together", "tiny blocks", "too many at once", "large map", "few pairs at once"])
def every_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test of this fixture runs with all pairs in one search, and with each that has to be searched by itself."""
    changed = {"tiny blocks": (ways, "BLOCK", 2), "too many at once": (pairs, "PATHS_AT_ONCE", 1)}
    changed |= {"large map": (pairs, "SMALL_LINKS", 0), "few pairs at once": (pairs, "PAIRS_AT_ONCE", 2)}
    if request.param in changed:
        module, name, value = changed[request.param]
        monkeypatch.setattr(module, name, value)
    return str(request.param)


@pytest.mark.usefixtures("every_way")
class TestPairs:
    @settings(max_examples=100, deadline=None)
    @given(problems(), st.data())
    def test_the_paths_of_pairs_are_those_of_each_pair_alone(self, problem: PathProblem, data: st.DataObject) -> None:
        node = st.integers(0, problem.index.n_nodes - 1)
        asked = data.draw(st.lists(st.tuples(node, node), max_size=6))
        most = data.draw(st.sampled_from([MANY, 1, 2]))
        found = list(paths_of_pairs(problem, asked, max_paths=most))
        assert len(found) == len(asked)
        for pair, got in zip(asked, found, strict=True):
            expected = all_paths(between(problem, *pair), max_paths=most)
            assert got.complete == expected.complete
            assert sorted(map(got.path, range(len(got)))) == sorted(map(expected.path, range(len(expected))))
            for place in range(len(got)):
                rows = got.path(place)
                assert (got.strength[place], got.sign[place]) == (problem.strength_of(rows), problem.sign_of(rows))
                assert got.n_links[place] == len(rows)
                np.testing.assert_equal(got.delay[place], problem.delay_of(rows))

    def test_pairs_that_are_stopped_say_what_each_alone_would_say(self) -> None:
        problem, asked = _line(), [(0, 2), (1, 2)]
        found = paths_of_pairs(problem, asked, max_paths=MANY, stop=lambda: True)
        alone = [all_paths(between(problem, *pair), stop=lambda: True) for pair in asked]
        assert [(paths.complete, len(paths)) for paths in found] == [(paths.complete, len(paths)) for paths in alone]


@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(1, 6))
def test_the_strongest_places_are_the_first_in_the_order_of_answers(problem: PathProblem, most: int) -> None:
    found = all_paths(problem)
    got = [found.path(place) for place in strongest_places(found, problem.rank, most)]
    assert got == strongest_first(problem, every_simple_path(problem))[:most]


@pytest.mark.usefixtures("every_way")
class TestStrongestOfPairs:
    @settings(max_examples=60, deadline=None)
    @given(problems(), st.integers(1, 4))
    def test_the_strongest_of_each_pair_come_in_order_with_the_number_of_all(self, problem: PathProblem, most: int) -> None:
        nodes = range(problem.index.n_nodes)
        asked = [(source, target) for source in nodes for target in nodes if source != target][:12]
        found = list(strongest_of_pairs(problem, asked, most, max_paths=MANY))
        assert len(found) == len(asked)
        for pair, strongest in zip(asked, found, strict=True):
            paths = every_simple_path(between(problem, *pair))
            assert strongest.complete
            assert strongest.count == len(paths)
            assert [tuple(path) for path in strongest.paths] == strongest_first(problem, paths)[:most]

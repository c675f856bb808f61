"""The K strongest simple paths, exactly."""

from __future__ import annotations

from dataclasses import dataclass

from graph.kernels.bounds import Stopped
from graph.kernels.choosing import choices_for
from graph.kernels.problem import Ground, PathProblem, Stop
from graph.kernels.search import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class TopPaths:
    """Paths as tuples of link rows: strength descending to twelve digits, then fewer links, then the links' ranks.

    `strengths` are the full products in the same order. `left_out_at_most` bounds the strength of every path that is not
    listed, 0.0 where none is left out; it holds whether or not the search was stopped. `exact` is False only when it was.
    """

    paths: list[tuple[int, ...]]
    strengths: list[float]
    exact: bool
    left_out_at_most: float


def strongest(problem: PathProblem, k: int, *, stop: Stop | None = None) -> TopPaths:
    """The `k` strongest simple paths of `problem`, or as many as there are.

    Ties: equal strength to twelve significant digits, then fewer links, then the tuple of link ranks; every path tied with
    the k-th has been weighed. `stop` is polled now and then; once it says True the paths found so far come back with
    `exact` False. Polynomial a path where no sign, delay or required node is asked for; with those, finding a simple path
    is NP-hard and the search may visit many beginnings.
    """
    ground = Ground(problem)
    if k <= 0 or ground.hopeless:
        return TopPaths(paths=[], strengths=[], exact=True, left_out_at_most=0.0 if ground.hopeless else 1.0)
    try:
        choices = choices_for(ground, stop)
    except Stopped:
        return TopPaths(paths=[], strengths=[], exact=False, left_out_at_most=1.0)
    search = Search(problem, choices, k, stop)
    search.run()
    try:
        while not search.stopped and choices.widen(search.reached):
            search = Search(problem, choices, k, stop)
            search.run()
    except Stopped:
        search.stopped = True
    return TopPaths(
        paths=[entry[3] for entry in search.best],
        strengths=[entry[4] for entry in search.best],
        exact=not search.stopped,
        left_out_at_most=search.left_out_at_most(),
    )

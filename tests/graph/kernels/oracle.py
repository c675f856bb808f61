"""Brute force for small maps: every simple path by plain recursion, and random problems to compare on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from graph.kernels.index import LinkIndex
from graph.kernels.problem import PathProblem


def problem_of(links: list[tuple[int, int]], n: int, sources: list[int], targets: list[int], **more: Any) -> PathProblem:
    """A problem with plain columns; `more` overrides any of them."""
    m = len(links)
    columns: dict[str, Any] = {
        "strength": np.full(m, 0.5),
        "sign": np.ones(m, dtype=np.int8),
        "delay": np.zeros(m),
        "rank": np.arange(m, dtype=np.int64),
        "usable": np.ones(m, dtype=np.bool_),
    }
    columns.update(more)
    for name, kind in (("strength", float), ("sign", np.int8), ("delay", float), ("rank", np.int64), ("usable", np.bool_)):
        columns[name] = np.array(columns[name], dtype=kind)
    index = LinkIndex.of([a for a, _ in links], [b for _, b in links], n)
    return PathProblem(index=index, sources=np.array(sources, dtype=np.int32), targets=np.array(targets, dtype=np.int32), **columns)


def every_simple_path(problem: PathProblem) -> list[tuple[int, ...]]:
    """Every path that the problem admits, by recursion over link rows."""
    index = problem.index
    begin, finish = set(problem.sources.tolist()), set(problem.targets.tolist())
    blocked = set() if problem.blocked is None else set(np.flatnonzero(problem.blocked).tolist())
    found = []

    def go(node: int, rows: tuple[int, ...], nodes: tuple[int, ...]) -> None:
        if rows and node in finish:
            if admitted(rows, nodes):
                found.append(rows)
            return
        if problem.max_links and len(rows) == problem.max_links:
            return
        for row in range(index.n_links):
            end = int(index.end[row])
            if int(index.start[row]) != node or end in nodes or end in begin or end in blocked:
                continue
            if problem.usable[row] and problem.strength[row] > 0:
                go(end, (*rows, row), (*nodes, end))

    def admitted(rows: tuple[int, ...], nodes: tuple[int, ...]) -> bool:
        if not set(problem.required) <= set(nodes):
            return False
        if problem.max_delay is not None:
            total = sum(float(problem.delay[row]) for row in rows)
            if math.isnan(total) or total > problem.max_delay:
                return False
        return problem.sign_wanted is None or int(np.prod([int(problem.sign[row]) for row in rows])) == problem.sign_wanted

    for node in sorted(begin - finish - blocked):
        go(node, (), (node,))
    return found


def strongest_first(problem: PathProblem, paths: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Paths in the order that answers use."""

    def key(rows: tuple[int, ...]) -> tuple[float, int, tuple[int, ...]]:
        strength = math.prod([float(problem.strength[row]) for row in rows])
        return -float(f"{strength:.12g}"), len(rows), tuple(int(problem.rank[row]) for row in rows)

    return sorted(paths, key=key)


JUDGED = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, 1.0])
TENTHS = st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9])
ANY = st.floats(0.01, 1.0, allow_nan=False)


@st.composite
def problems(draw: st.DrawFn, *, most_nodes: int = 7, most_links: int = 16, plain: bool = False) -> PathProblem:
    """Random multigraphs with parallel links, self-links, ties, sets at both ends, and any mixture of filters."""
    n = draw(st.integers(2, most_nodes))
    node = st.integers(0, n - 1)
    links = draw(st.lists(st.tuples(node, node), min_size=1, max_size=most_links))
    m = len(links)

    def column(elements: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(elements, min_size=m, max_size=m))

    strengths = draw(st.sampled_from([JUDGED, TENTHS, ANY, st.just(1.0)]))
    more: dict[str, Any] = {
        "strength": column(strengths),
        "sign": column(st.sampled_from([1, 1, -1, 0])),
        "delay": column(st.sampled_from([0.0, 1.0, 3.5, 12.0, 12.0, math.nan])),
        "rank": draw(st.permutations(range(m))),
        "usable": column(st.sampled_from([True, True, True, False])),
        "max_links": draw(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 8])),
    }
    if not plain:
        if draw(st.booleans()):
            more["blocked"] = np.array(draw(st.lists(st.sampled_from([False] * 5 + [True]), min_size=n, max_size=n)), dtype=np.bool_)
        more["required"] = tuple(draw(st.lists(node, max_size=draw(st.sampled_from([0, 0, 1, 4])))))
        more["max_delay"] = draw(st.sampled_from([None, None, 0.0, 3.5, 12.0, 16.0, 30.0]))
        more["sign_wanted"] = draw(st.sampled_from([None, None, 1, -1, 0]))
    ends = st.lists(node, min_size=1, max_size=draw(st.sampled_from([1, 1, 3])))
    return problem_of(links, n, draw(ends), draw(ends), **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """The same problem with other node numbers and link rows, and the row that each old row has become."""

    problem: PathProblem
    row_of: list[int]


def renamed(problem: PathProblem, nodes: list[int], rows: list[int]) -> Renamed:
    """`nodes[v]` is the new number of node v; `rows[i]` the old row at new row i."""
    index, new = problem.index, np.array(nodes, dtype=np.int32)
    order = np.array(rows, dtype=np.int64)
    back: Any = None
    if problem.blocked is not None:
        back = np.zeros(index.n_nodes, dtype=np.bool_)
        back[new] = problem.blocked
    row_of = np.empty(index.n_links, dtype=np.int64)
    row_of[order] = np.arange(index.n_links)
    moved = replace(
        problem,
        index=LinkIndex.of(new[index.start[order]], new[index.end[order]], index.n_nodes),
        strength=problem.strength[order],
        sign=problem.sign[order],
        delay=problem.delay[order],
        rank=problem.rank[order],
        usable=problem.usable[order],
        sources=new[problem.sources],
        targets=new[problem.targets],
        blocked=back,
        required=tuple(nodes[node] for node in problem.required),
    )
    return Renamed(problem=moved, row_of=row_of.tolist())


def node_path(problem: PathProblem, rows: tuple[int, ...]) -> Iterator[int]:
    """The nodes of a path."""
    yield int(problem.index.start[rows[0]])
    for row in rows:
        yield int(problem.index.end[row])

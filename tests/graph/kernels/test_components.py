"""Components agree with the definition by ways there and back; reach agrees with plain breadth-first search."""

from __future__ import annotations

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.components import strong_components, weak_components
from graph.kernels.index import LinkIndex
from graph.kernels.reach import reach


@st.composite
def maps(draw: st.DrawFn) -> tuple[LinkIndex, np.ndarray]:
    """A small multigraph and which of its links are usable."""
    n = draw(st.integers(1, 9))
    links = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=18))
    usable = draw(st.lists(st.booleans() | st.just(True), min_size=len(links), max_size=len(links)))
    return LinkIndex.of([a for a, _ in links], [b for _, b in links], n), np.array(usable, dtype=np.bool_)


@given(maps())
def test_nodes_share_a_strong_component_when_each_reaches_the_other(drawn: tuple[LinkIndex, np.ndarray]) -> None:
    index, usable = drawn
    got = strong_components(index, usable)
    far = [hops(index, usable, {node}, both_ways=False) for node in range(index.n_nodes)]
    for a in range(index.n_nodes):
        for b in range(index.n_nodes):
            assert (got.label[a] == got.label[b]) == (b in far[a] and a in far[b])


@given(maps())
def test_nodes_share_a_weak_component_when_links_join_them(drawn: tuple[LinkIndex, np.ndarray]) -> None:
    index, usable = drawn
    got = weak_components(index, usable)
    for a in range(index.n_nodes):
        joined = hops(index, usable, {a}, both_ways=True)
        assert {b for b in range(index.n_nodes) if got.label[b] == got.label[a]} == set(joined)


@given(maps())
def test_components_are_numbered_by_their_smallest_node(drawn: tuple[LinkIndex, np.ndarray]) -> None:
    for got in (strong_components(*drawn), weak_components(*drawn)):
        firsts = [int(np.flatnonzero(got.label == label)[0]) for label in range(got.count)]
        assert firsts == sorted(firsts)
        assert got.sizes().sum() == drawn[0].n_nodes


@given(maps(), st.data())
def test_reach_is_the_fewest_links_either_way(drawn: tuple[LinkIndex, np.ndarray], data: st.DataObject) -> None:
    index, usable = drawn
    sources = data.draw(st.sets(st.integers(0, index.n_nodes - 1)))
    bound = data.draw(st.integers(0, 4))
    turned = LinkIndex.of(index.end, index.start, index.n_nodes)
    for way in (
        reach(index, usable, sorted(sources), max_links=bound),
        reach(turned, usable, list(sources), max_links=bound, direction="in"),
    ):
        want = hops(index, usable, sources, both_ways=False)
        for node in range(index.n_nodes):
            near = node in want and (bound == 0 or want[node] <= bound)
            assert way[node] == (want[node] if near else -1)


def test_a_map_without_nodes_has_no_components() -> None:
    assert strong_components(LinkIndex.of([], [], 0), np.empty(0, dtype=np.bool_)).count == 0


def hops(index: LinkIndex, usable: np.ndarray, sources: set[int], *, both_ways: bool) -> dict[int, int]:
    """Fewest links from the sources, by a queue."""
    found, queue = dict.fromkeys(sources, 0), deque(sources)
    pairs = [(int(a), int(b)) for a, b, ok in zip(index.start, index.end, usable, strict=True) if ok]
    if both_ways:
        pairs += [(b, a) for a, b in pairs]
    while queue:
        node = queue.popleft()
        for a, b in pairs:
            if a == node and b not in found:
                found[b] = found[node] + 1
                queue.append(b)
    return found

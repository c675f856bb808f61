"""Communities and betweenness, against plain definitions and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels import centrality
from graph.kernels.between import modularity
from graph.kernels.centrality import betweenness
from graph.kernels.communities import best_communities, communities
from graph.kernels.index import LinkIndex

LINKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0.25, 0.5, 0.75, 1.0])), max_size=20)


def columns(links):
    start, end = (np.array([link[place] for link in links], dtype=np.int32) for place in (0, 1))
    return start, end, np.array([link[2] for link in links], dtype=np.float64)


@given(LINKS, st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_modularity_is_the_share_inside_less_what_chance_would_put_there(links, groups) -> None:
    start, end, weight = columns(links)
    label = np.array(groups, dtype=np.int32)
    total = sum(link[2] for link in links)
    expected = 0.0
    for one in range(8):
        for other in range(8):
            if groups[one] == groups[other] and total:
                there = sum(size for begin, finish, size in links if (begin, finish) == (one, other))
                out = sum(size for begin, _, size in links if begin == one)
                into = sum(size for _, finish, size in links if finish == other)
                expected += there / total - out * into / total**2
    assert modularity(start, end, weight, label) == pytest.approx(expected)


@given(LINKS)
def test_no_single_move_betters_the_division_and_it_beats_being_alone(links) -> None:
    start, end, weight = columns(links)
    found = communities(start, end, weight, 8)
    assert found.modularity == pytest.approx(modularity(start, end, weight, found.label))
    assert found.modularity >= modularity(start, end, weight, np.arange(8, dtype=np.int32)) - 1e-12
    assert found.modularity >= -1e-12
    firsts = [int(np.flatnonzero(found.label == group)[0]) for group in range(found.count)]
    assert firsts == sorted(firsts)


def test_two_knots_with_one_thread_between_are_two_communities() -> None:
    knot = [(a, b, 1.0) for a in range(4) for b in range(4) if a != b]
    links = knot + [(a + 4, b + 4, 1.0) for a, b, _ in knot] + [(0, 4, 0.25)]
    found = communities(*columns(links), 8)
    assert found.label.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert found.modularity > 0.4


@given(LINKS)
def test_betweenness_is_that_of_networkx(links) -> None:
    start, end, _ = columns(links)
    plain = nx.DiGraph()
    plain.add_nodes_from(range(8))
    plain.add_edges_from((one, other) for one, other, _ in links if one != other)
    known = nx.betweenness_centrality(plain, normalized=False)
    found = betweenness(LinkIndex.of(start, end, 8), np.ones(len(links), dtype=np.bool_))
    assert found.exact
    assert found.value.tolist() == pytest.approx([known[node] for node in range(8)])


def test_a_sample_of_starts_is_said_to_be_one(monkeypatch) -> None:
    monkeypatch.setattr(centrality, "EXACT_CELLS", 10)
    monkeypatch.setattr(centrality, "SAMPLE", 3)
    ring = LinkIndex.of(range(10), [*range(1, 10), 0], 10)
    found = betweenness(ring, np.ones(10, dtype=np.bool_))
    assert (found.exact, found.starts) == (False, 3)
    assert found.value.sum() == pytest.approx(10 * 9 * 8 / 2)
    assert not betweenness(ring, np.ones(10, dtype=np.bool_), stop=lambda: True).exact


@given(LINKS, st.integers(1, 4), st.integers(0, 3))
def test_several_tries_are_never_worse_than_one_and_give_the_same_for_the_same_seed(links, tries, seed) -> None:
    start, end, weight = columns(links)
    one = communities(start, end, weight, 8)
    best, again = (best_communities(start, end, weight, 8, tries=tries, seed=seed) for _ in range(2))
    first = best_communities(start, end, weight, 8, tries=1, seed=seed)
    assert best.modularity >= first.modularity >= one.modularity - 1e-12
    assert (best.label.tolist(), best.modularity) == (again.label.tolist(), again.modularity)
    assert best.modularity == pytest.approx(modularity(start, end, weight, best.label))
    assert list(dict.fromkeys(best.label.tolist())) == list(range(best.count))


@pytest.mark.parametrize("seed", range(5))
def test_several_tries_find_no_worse_communities_than_networkx_does(seed: int) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    group = np.arange(60) % 4
    there = draw.random((60, 60)) < np.where(group[:, None] == group[None, :], 0.2, 0.04)
    np.fill_diagonal(there, False)
    start, end = (ends.astype(np.int32) for ends in np.nonzero(there))
    weight = draw.choice([0.25, 0.5, 0.75], start.size)
    network: nx.DiGraph[int] = nx.DiGraph()
    network.add_nodes_from(range(60))
    network.add_weighted_edges_from(zip(start.tolist(), end.tolist(), weight.tolist(), strict=True))
    label = np.zeros(60, dtype=np.int32)
    for number, members in enumerate(nx.community.louvain_communities(network, seed=seed)):
        label[list(members)] = number
    assert best_communities(start, end, weight, 60, tries=5, seed=1).modularity >= modularity(start, end, weight, label) - 1e-9

"""The index lists every link once in each direction, in the order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kernels.index import LinkIndex, rows_of

LINKS = st.integers(1, 8).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=20))
)


@given(LINKS)
def test_each_node_has_its_links_in_the_order_of_rows(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    n, links = drawn
    index = LinkIndex.of([a for a, _ in links], [b for _, b in links], n)
    for node in range(n):
        out = index.out_rows[index.out_at[node] : index.out_at[node + 1]].tolist()
        into = index.in_rows[index.in_at[node] : index.in_at[node + 1]].tolist()
        assert out == [row for row, (a, _) in enumerate(links) if a == node]
        assert into == [row for row, (_, b) in enumerate(links) if b == node]
    assert index.out_end.tolist() == [links[row][1] for row in index.out_rows.tolist()]
    assert index.out_nodes.tolist() == sorted({a for a, _ in links})


@given(LINKS, st.data())
def test_the_rows_of_several_nodes_come_node_by_node(drawn: tuple[int, list[tuple[int, int]]], data: st.DataObject) -> None:
    n, links = drawn
    index = LinkIndex.of([a for a, _ in links], [b for _, b in links], n)
    nodes = data.draw(st.lists(st.integers(0, n - 1)))
    got = rows_of(index.out_at, index.out_rows, np.array(nodes, dtype=np.int64)).tolist()
    assert got == [row for node in nodes for row, (a, _) in enumerate(links) if a == node]


@given(LINKS, st.data())
def test_an_index_with_more_links_is_the_index_of_all(drawn: tuple[int, list[tuple[int, int]]], data: st.DataObject) -> None:
    n, links = drawn
    count = data.draw(st.integers(0, len(links)))
    starts, ends = ([link[side] for link in links] for side in (0, 1))
    grown = LinkIndex.of(starts[:count], ends[:count], n).with_more(
        np.array(starts[count:], dtype=np.int32), np.array(ends[count:], dtype=np.int32)
    )
    whole = LinkIndex.of(starts, ends, n)
    for name in ("start", "end", "out_at", "out_rows", "out_start", "out_end", "in_at", "in_rows", "out_nodes", "out_first"):
        mine, theirs = getattr(grown, name), getattr(whole, name)
        assert (mine.tolist(), mine.dtype) == (theirs.tolist(), theirs.dtype)
        assert not mine.flags.writeable


def test_the_index_cannot_be_changed() -> None:
    index = LinkIndex.of([0, 1], [1, 0], 2)
    with pytest.raises(ValueError, match="read-only"):
        index.start[0] = 1


def test_the_index_keeps_no_hold_on_the_columns_it_was_given() -> None:
    start = np.array([0, 1], dtype=np.int32)
    index = LinkIndex.of(start, [1, 0], 2)
    start[0] = 1
    assert index.start.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("start", "end", "said"), [([0], [], "1,\\) starts and \\(0,"), ([0], [2], "'end' names a node outside 0..1"), ([-1], [0], "'start'")]
)
def test_columns_that_do_not_fit_are_refused_by_name(start: list[int], end: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LinkIndex.of(start, end, 2)

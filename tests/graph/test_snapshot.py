"""A snapshot that follows another after an edit knows what one made anew would work out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.changes import applied
from graph.kernels.id_order import IdOrder
from graph.kernels.index import LinkIndex
from graph.scope import Scope
from graph.snapshot import Snapshot
from schema.kinds import LinkKind
from schema.records import ChangeSet
from tests.builders import a_link, a_map, a_node

KEPT = ("rows_of_label", "_row_of_end", "start", "end", "index", "nodes", "rank", "delay", "carries_impact")
KINDS = st.sampled_from([LinkKind.INFLUENCES, LinkKind.MAKES, LinkKind.OBSERVES])
ENDS = st.sampled_from("abcd")
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("link"), st.integers(0, 6), ENDS, ENDS, KINDS, st.sampled_from([0.0, 3.0])),
        st.tuples(st.just("unlink"), st.integers(0, 6)),
        st.tuples(st.just("node"), st.sampled_from("abcdxy"), st.sampled_from(["One", "Two"])),
    ),
    min_size=1,
    max_size=4,
)


def change_of(edit: tuple[Any, ...], there: Snapshot) -> ChangeSet | None:
    """The change that an edit stands for; None where it has nothing to change."""
    what, *given_ = edit
    if what == "node":
        return ChangeSet(by="b", why="w", put_nodes=(a_node(given_[0], label=given_[1]),))
    identifier = f"l{given_[0] * 7 % 10}"
    if what == "unlink":
        return ChangeSet(by="b", why="w", remove_links=(identifier,)) if identifier in there.map.row_of_link else None
    _, start, end, kind, delay = given_
    link = replace(a_link(f"{start} +> {end}", identifier), kind=kind, delay_low=delay, delay_high=delay)
    return ChangeSet(by="b", why="w", put_links=(link,))


def plain(value: object) -> object:
    """Anything that a snapshot works out, as something that can be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype, [str(item) for item in value.tolist()]
    if isinstance(value, LinkIndex):
        return [plain(getattr(value, name)) for name in ("start", "end", "out_at", "out_rows", "out_end", "in_at", "in_rows", "out_first")]
    if hasattr(value, "__slots__"):
        return [plain(getattr(value, name)) for name in value.__slots__]
    return value


@settings(max_examples=150)
@given(EDITS)
def test_what_is_handed_on_is_what_would_be_worked_out(edits: list[tuple[Any, ...]]) -> None:
    snapshot = Snapshot(a_map("a +> b", "b -> c", "c +> d", "a +> d"))
    for number, edit in enumerate(edits):
        assert [plain(getattr(snapshot, name)) for name in KEPT]
        change = change_of(edit, snapshot)
        if change is None:
            continue
        after = applied(change, snapshot.map)
        snapshot = snapshot.followed_by(after, revision=number, scope=Scope())
        anew = Snapshot(after)
        for name in KEPT:
            assert plain(getattr(snapshot, name)) == plain(getattr(anew, name)), name


def test_a_changed_link_alters_neither_index_nor_ranks_nor_nodes() -> None:
    before = Snapshot(a_map("a +> b", "b -> c"))
    known = before.index, before.rank, before.nodes
    change = ChangeSet(by="b", why="w", put_links=(a_link("a -> b", before.map.links.ids[0], text="new"),))
    after = before.followed_by(applied(change, before.map), revision=2, scope=Scope(revision=2))
    assert (after.index, after.rank, after.nodes) == known
    assert (after.revision, after.map.links[0].text) == (2, "new")


def test_a_snapshot_that_knows_nothing_hands_nothing_on() -> None:
    before = Snapshot(a_map("a +> b"))
    after = before.followed_by(
        applied(ChangeSet(by="b", why="w", put_links=(a_link("b +> a", "z"),)), before.map), revision=2, scope=Scope()
    )
    assert not {"index", "rank", "nodes"} & vars(after).keys()
    assert after.index.n_links == 2


@given(st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=12), st.integers(0, 12), st.text(max_size=3))
def test_an_order_of_ids_ranks_them_finds_each_and_takes_more(ids: list[str], count: int, other: str) -> None:
    for order in (IdOrder.of(ids), IdOrder.of(ids[:count]).with_more(ids, ids[count:])):
        assert order.rank.tolist() == [sorted(ids).index(identifier) for identifier in ids]
        for identifier in (*ids, other):
            assert order.row(identifier) == (ids.index(identifier) if identifier in ids else None)

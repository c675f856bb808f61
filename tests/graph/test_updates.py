"""Newer shipped content over edited maps."""

from __future__ import annotations

from graph.updates import update_of
from schema.kinds import Sign
from schema.records import Link, Node
from schema.system_map import SystemMap


def a_map(*labels: str, links: tuple[tuple[str, str, Sign], ...] = ()) -> SystemMap:
    nodes = [Node(id=label.split("=")[0], label=label) for label in labels]
    return SystemMap.of(nodes, [Link(id=f"{start}.{end}", start=start, end=end, sign=sign) for start, end, sign in links])


def test_what_nobody_touched_follows_the_new_content() -> None:
    update = update_of(a_map("a", "b"), a_map("a", "b", "mine"), a_map("a=new", "b", "c"), by="x", why="y")
    assert [node.label for node in update.change.put_nodes] == ["a=new", "c"]
    assert update.change.remove_nodes == ()
    assert update.conflicts == ()


def test_what_both_sides_changed_stays_and_is_named() -> None:
    update = update_of(a_map("a", "b"), a_map("a=mine", "b=mine"), a_map("a=new", "b"), by="x", why="y")
    assert update.change.is_empty
    assert update.conflicts == ("a",)


def test_what_the_new_content_lacks_goes_only_where_nothing_of_ours_hangs_on_it() -> None:
    before, now = a_map("a", "b", "c"), a_map("a")
    mine = a_map("a", "b", "c", links=(("a", "c", Sign.PLUS),))
    update = update_of(before, mine, now, by="x", why="y")
    assert update.change.remove_nodes == ("b",)
    assert update.conflicts == ("c",)
    assert update_of(before, a_map("a", "b=mine", "c"), now, by="x", why="y").conflicts == ("b",)

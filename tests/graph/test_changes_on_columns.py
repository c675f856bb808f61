"""Changing a large map in columns gives what rebuilding it from records gives."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from graph.changes import applied, checked, difference
from schema import link_edits, link_table
from schema.errors import InvalidMap
from schema.kinds import Basis, Sign
from schema.records import ChangeSet, Claim, Link, Source
from schema.system_map import COLUMN_TYPES, LinkTable, SystemMap
from schema.validation import check_change
from tests.builders import a_link, a_node


def rebuilt(change: ChangeSet, before: SystemMap) -> SystemMap:
    """The slow way: dicts of records."""
    nodes, links, sources = ({r.id: r for r in records} for records in (before.nodes, before.links, before.sources))
    for kept, removed, put in (
        (nodes, change.remove_nodes, change.put_nodes),
        (links, change.remove_links, change.put_links),
        (sources, change.remove_sources, change.put_sources),
    ):
        for identifier in removed:
            del kept[identifier]
        kept.update({record.id: record for record in put})
    return SystemMap.of(nodes.values(), links.values(), sources.values())


def drawn_link(draw: random.Random, number: int, names: list[str]) -> Link:
    claims = tuple(
        Claim(id=str(at), basis=Basis.FIGURE, source=draw.choice("rst"), sign=Sign.PLUS, strength=draw.random())
        for at in range(draw.randint(0, 3))
    )
    return replace(a_link(f"{draw.choice(names)} +> {draw.choice(names)}", f"l{number}"), valid_from=str(1000 + number), claims=claims)


@pytest.mark.parametrize("kept", [0, 20_000], ids=["packed", "records"])
@pytest.mark.parametrize("seed", range(12))
def test_a_change_in_columns_equals_a_map_rebuilt_from_records(seed: int, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_table, "RECORDS_KEPT", kept)
    monkeypatch.setattr(link_edits, "PATCH_KEPT", 300)
    draw = random.Random(seed)
    names = [f"n{number}" for number in range(8)]
    sources = [Source(id=name, title=name) for name in "rst"]
    now = SystemMap.of([a_node(name) for name in names], [drawn_link(draw, number, names) for number in range(40)], sources)
    for step in range(8):
        gone = tuple(draw.sample(list(now.links.ids), 2))
        spare = [node.id for node in now.nodes if not any(node.id in (link.start, link.end) for link in now.links)]
        change = ChangeSet(
            by="b", why="w", put_nodes=(a_node(f"x{step}"), a_node("n1", text=str(step))), remove_nodes=tuple(spare[:1]),
            put_links=tuple(drawn_link(draw, number, names) for number in (draw.randint(0, 39), 100 + step)) if step % 2 else (),
            put_sources=(Source(id="r", title="r", origin=draw.choice(["o", None])), Source(id="s", title="s", origin="o")),
            remove_links=gone if step % 3 else (),
        )  # fmt: skip
        ready = checked(change, now)
        after, slow = applied(ready, now), rebuilt(ready, now)
        assert after == slow
        assert after.links.is_packed is (kept == 0)
        assert after.links.ends == slow.links.ends
        for name in COLUMN_TYPES:
            assert getattr(after.links.columns, name).tolist() == pytest.approx(getattr(slow.links.columns, name).tolist(), nan_ok=True), (
                name
            )
        assert dict(after.row_of_link) == {identifier: row for row, identifier in enumerate(after.links.ids)}
        assert applied(difference(now, after, by="b", why="w"), now).digest() == after.digest()
        now = after


WRONG = (
    a_link("a +> nowhere", "w1"), a_link("a -funds-> b", "w2"), replace(a_link("a +> b", "w3"), valid_from="2020", valid_to="2019"),
    replace(a_link("a +> b", "w4"), delay_low=3, delay_high=1), replace(a_link("a +> b", "w5"), delay_low=3),
    a_link("a +> b", "w6", carrying="b"),
    a_link("a +> b", "w7", proposal="b"), a_link("a +> b", "w8", claims=(Claim(id="1", sign=Sign.MINUS),)),
    a_link("a ?> b", "w9", claims=(Claim(id="1"), Claim(id="1"))), a_link("a ?> b", "w10", claims=(Claim(id="1", route=("a", "zz")),)),
)  # fmt: skip


def test_a_packed_table_is_found_as_wrong_as_its_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_table, "RECORDS_KEPT", 0)
    good = [a_link(f"{a} +> {b}", f"g{at}", claims=(Claim(id="1", sign=Sign.PLUS),)) for at, (a, b) in enumerate(pairwise("abcab"))]
    nodes = tuple(a_node(name) for name in "abc")
    links = [link for pair in zip(WRONG, good * 3, strict=False) for link in pair]
    packed, plain = (ChangeSet(by="b", why="w", put_nodes=nodes, put_links=put) for put in (LinkTable.of(links), tuple(links)))
    told = [str(problem) for problem in check_change(plain, {}) if problem.severity == "error"]
    assert [str(problem) for problem in check_change(packed, {}) if problem.severity == "error"] == told
    assert {line.split()[1].rstrip(",:") for line in told} == {link.id for link in WRONG}
    with pytest.raises(InvalidMap):
        checked(packed, SystemMap())

"""GraphML as other tools write it, as they change ours, and as nobody should send it."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from loaders.codec import Format
from loaders.formats import FORMATS, graphml
from schema.kinds import LinkKind, Sign
from schema.records import Link, Node
from schema.system_map import SystemMap
from schema.validation import Checked, build_map, check_rows
from tests.loaders.test_round_trip import FULL

KEYS = (
    '<key id="w" for="edge" attr.name="weight" attr.type="double"/><key id="l" for="node" attr.name="Label" attr.type="string"/>'
    '<key id="i" for="node" attr.name="count" attr.type="int"/><key id="b" for="all" attr.name="flag" attr.type="boolean"/>'
)


def whole(inside: str, edgedefault: str = "directed") -> str:
    return f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{KEYS}<graph edgedefault="{edgedefault}">{inside}</graph></graphml>'


def checked(text: str) -> Checked:
    return check_rows(graphml.decode(text.encode(), "m.graphml"))


def made(text: str) -> SystemMap:
    return build_map(graphml.decode(text.encode(), "m.graphml"))


NODES = '<node id="a"><data key="l"> A\nnode </data><data key="i">3</data><data key="b">true</data></node><node id="b"/>'


def test_attributes_have_their_declared_types_and_labels_are_tidy() -> None:
    node = made(whole(NODES)).node("a")
    assert node.label == "A node"
    assert dict(node.attributes) == {"count": 3, "flag": True}


def test_edges_say_for_themselves_whether_they_are_directed() -> None:
    edges = '<edge source="a" target="b" directed="true"/><edge source="b" target="a"/>'
    assert [link.kind for link in made(whole(NODES + edges, "undirected")).links] == [LinkKind.INFLUENCES, LinkKind.ASSOCIATED_WITH]


@pytest.mark.parametrize(
    ("arrows", "ends", "kind"),
    [
        ('source="none" target="standard"', [("a", "b")], LinkKind.INFLUENCES),
        ('source="delta" target="none"', [("b", "a")], LinkKind.INFLUENCES),
        ('source="delta" target="delta"', [("a", "b"), ("b", "a")], LinkKind.INFLUENCES),
        ('source="none" target="none"', [("a", "b")], LinkKind.ASSOCIATED_WITH),
    ],
)
def test_the_arrows_that_yed_draws_give_the_direction(arrows: str, ends: list[tuple[str, str]], kind: LinkKind) -> None:
    drawing = f'<data key="d"><y:PolyLineEdge xmlns:y="http://www.yworks.com/xml/graphml"><y:Arrows {arrows}/></y:PolyLineEdge></data>'
    text = whole(f'{NODES}<edge id="e" source="a" target="b">{drawing}</edge>').replace(
        "<graph edge", '<key id="d" for="edge" yfiles.type="edgegraphics"/><graph edge'
    )
    assert [(link.start, link.end) for link in made(text).links] == ends
    assert {link.kind for link in made(text).links} == {kind}


def test_edges_whose_ids_repeat_are_numbered_and_nothing_is_lost() -> None:
    edges = '<edge id="0" source="a" target="b"/><edge id="0" source="b" target="a"/>'
    found = checked(whole(NODES + edges))
    assert found.system_map is not None
    assert [link.id for link in found.system_map.links] == ["0", "b.a"]
    assert found.system_map.link("b.a").attributes["id_in_file"] == "0"
    assert "the link id '0' stands twice" in str(found.problems[0])


def test_a_key_without_a_name_is_known_by_its_id() -> None:
    text = whole('<node id="a"><data key="colour">red</data></node>').replace("<graph edge", '<key id="colour" for="node"/><graph edge')
    assert made(text).node("a").attributes == {"colour": "red"}


def test_nodes_inside_groups_are_nodes() -> None:
    assert [node.id for node in made(whole('<node id="g"><graph edgedefault="directed"><node id="g::a"/></graph></node>')).nodes] == [
        "g::a",
        "g",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (whole(NODES + '<edge source="a" target="c"/>'), "m.graphml:2, to: 'c' is not on the map"),
        (whole(NODES + '<edge source="a"/>'), "m.graphml:2, target: is missing"),
        (whole('<node id="a"/><node id="a"/>'), "m.graphml:1, id: 'a' stands already"),
        (whole("<node/>"), "m.graphml:1, id: must not be empty"),
        ("<html/>", "m.graphml:1: is XML, but not GraphML: it begins with <html>"),
        ("<graphml>\n<graph></graphml>", "m.graphml:2: is not XML: mismatched tag"),
        ("<graphml>" + "<graph>" * 200, "nests more than 100 deep"),
        (whole('<node id="&#1;"/>'), "is not XML"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, expected: str) -> None:
    assert any(expected in str(problem) for problem in checked(text).errors), checked(text).errors


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE graphml SYSTEM "http://example.org/x.dtd">',
        '<!DOCTYPE graphml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE graphml [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_document_types_and_entities_are_refused(prologue: str) -> None:
    found = checked(prologue + whole('<node id="a"/>'))
    assert found.system_map is None
    assert "holds a document type or an entity" in str(found.problems[0])


def test_a_declared_latin_file_is_read_as_it_says() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + whole('<node id="é"/>')
    assert [node.id for node in build_map(graphml.decode(text.encode("latin-1"), "m.graphml")).nodes] == ["é"]


def test_odd_declarations_are_said_and_survived() -> None:
    found = checked(whole('<node id="a"><data key="i">many</data><data key="none">x</data></node><hyperedge/>'))
    assert found.system_map is not None
    assert found.system_map.node("a").attributes == {"count": "many", "none": "x"}
    assert len(found.problems) == 3


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "m.graphml"
    path.write_bytes(b"".join(graphml.pieces(FULL)))
    return path


def test_networkx_reads_what_we_write(ours: Path) -> None:
    read = nx.read_graphml(ours, force_multigraph=True)
    assert (read.number_of_nodes(), read.number_of_edges()) == (6, 3)
    assert read.nodes["hours"]["label"] == "Hours"
    assert read.edges["hours", "viability", "l0"]["weight"] == -0.5


def test_what_networkx_writes_back_is_the_same_map(ours: Path) -> None:
    nx.write_graphml(nx.read_graphml(ours, force_multigraph=True), ours, named_key_ids=True)
    back = build_map(graphml.decode(ours.read_bytes(), "m.graphml"))
    assert {node.id: node for node in back.nodes} == {node.id: node for node in FULL.nodes}
    assert {link.id: link for link in back.links} == {link.id: link for link in FULL.links}
    assert back.sources == FULL.sources


def test_what_another_tool_has_changed_wins() -> None:
    system_map = SystemMap.of(
        (Node(id="a", label="A"), Node(id="b", label="B")), (Link(id="l", start="a", end="b", strength=0.5, sign=Sign.PLUS),)
    )
    text = b"".join(graphml.pieces(system_map)).decode()
    text = text.replace('"node_label">A<', '"node_label">Renamed<').replace('"edge_sign">+<', '"edge_sign">-<')
    text = text.replace('"edge_strength">0.5<', '"edge_strength">0.25<').replace('source="a" target="b"', 'source="b" target="a"')
    back = made(text)
    assert back.node("a").label == "Renamed"
    link = back.link("l")
    assert (link.start, link.end, link.sign, link.strength) == ("b", "a", Sign.MINUS, 0.25)


def test_nodes_that_another_tool_has_added_are_read_beside_ours() -> None:
    text = b"".join(graphml.pieces(FULL)).decode().replace("</graph>", '<node id="new"/><edge source="new" target="viability"/></graph>')
    back = made(text)
    assert back.node("new").label == "new"
    assert back.node("hours") == FULL.node("hours")
    assert len(back.links) == 4


def test_a_file_of_a_later_version_is_refused() -> None:
    text = b"".join(graphml.pieces(FULL)).decode().replace('"map_version">1<', '"map_version">2<')
    assert "is of version 2; this caremap reads version 1" in str(checked(text).problems[0])


def test_the_table_of_formats_knows_graphml() -> None:
    assert [known.name for known in FORMATS if isinstance(known, Format) and ".graphml" in known.suffixes] == ["graphml"]

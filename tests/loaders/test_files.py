"""The door for files: how a format is told, what is said of files that cannot be read, and that nothing is left half written."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.codec import Format
from loaders.files import check_files, load_map, read_rows, save_map
from loaders.formats import FORMATS, format_named, map_json
from schema.errors import BadInput, InvalidMap
from schema.kinds import NodeKind
from schema.records import Link, Node
from schema.system_map import SystemMap
from schema.validation import check_rows
from tests.loaders.test_round_trip import FULL

EDGES = "from,to,sign\na,b,+\nb,c,-\n"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("known", [known for known in FORMATS if known.lossless], ids=lambda known: known.name)
def test_a_file_is_written_in_the_format_of_its_ending_and_read_back(known: Format, tmp_path: Path) -> None:
    for suffix in known.suffixes:
        path = tmp_path / f"map{suffix}"
        assert save_map(FULL, path) is known
        assert load_map(path) == FULL
        (report,) = check_files([path])
        assert (report.format, report.nodes, report.links, report.distinct) == (known.name, 6, 3, 3)
        assert report.is_good


def test_a_folder_of_tables_is_written_and_read_back_and_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    assert save_map(FULL, folder).name == "tables_csv"
    assert load_map(folder) == FULL
    save_map(SystemMap.of(FULL.nodes[:1]), folder)
    assert len(load_map(folder).nodes) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]
    (report,) = check_files(folder)
    assert (report.format, report.nodes, report.links) == ("tables_csv", 1, 0)


def test_one_csv_is_told_by_its_shape(tmp_path: Path) -> None:
    assert check_files(put(tmp_path, "e.csv", EDGES))[0].format == "edge_list_csv"
    assert check_files(put(tmp_path, "m.csv", ",a,b\na,0,1\nb,1,0\n"))[0].format == "matrix_csv"
    assert check_files(put(tmp_path, "n.csv", "id,label\na,A\n"))[0].format == "tables_csv"
    assert check_files(put(tmp_path, "e.tsv", EDGES.replace(",", "\t")))[0].links == 2


def test_the_format_may_be_named_where_the_ending_does_not_tell(tmp_path: Path) -> None:
    path = put(tmp_path, "map.data", EDGES)
    assert len(load_map(path, "edge_list_csv").links) == 2
    assert len(load_map(path, "Edge-List-CSV").links) == 2
    with pytest.raises(BadInput, match="did you mean graphml"):
        load_map(path, "graphm")
    with pytest.raises(BadInput, match="map_json"):
        save_map(FULL, tmp_path / "map.docx")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("map.json", b"", "is empty"),
        ("map.csv", b" \n \n", "nothing but blanks"),
        ("map.json", '{"format":"caremap"}'.encode("utf-16"), "byte 0: is UTF-16, not UTF-8; save it as UTF-8"),
        ("map.yaml", "nodes: [{id: é}]".encode("latin-1"), "is not UTF-8: byte 13 is 0xE9"),
        ("map.csv", "from,to\nPal\u00e9,b\n".encode("cp1252"), "map.csv:2: is not UTF-8: byte 11 is 0xE9, which would be 'é'"),
        ("map.csv", b"from,to\na,\x00b\n", "holds a NUL at byte 10"),
        ("map.csv", "from,to\na,b\n".encode("utf-16-le"), "it looks like UTF-16"),
        ("map.yaml", b"nodes: [{id: a\x07}]", "holds the control character U+0007 at byte 14"),
        ("map.graphml", b"<graphml><graph>", "is not XML"),
        ("map.zip", b"PK\x03\x04broken", "is not a zip that can be read"),
        ("map.docx", b"x", "is of no format that is read; known: map_json (.json)"),
        ("map", b"x", "a file without an ending is of no format"),
        ("map.csv", "when,where,who\nx,y,z\n", "is no table of a map"),
        ("map.json", "[1]", "is JSON, but not a caremap map"),
        ("map.json", '{"format":"other","nodes":[]}', "says format 'other'"),
        ("map.json", '{"format":"caremap","version":2}', "version: is a map of version 2; this caremap reads version 1"),
        ("map.json", '{"format":"caremap","version":1,"nodes":[{"id":"a","id":"b"}]}', "map.json, nodes[0], id: stands twice"),
        ("map.json", '{"format":"caremap","version":1,"nodes":[{"id":"a","changes_within_months":NaN}]}', "must be a number, not NaN"),
        ("map.json", '{"format":"caremap","version":1,"nodes":[{"id":"a"},{"id":"b","label":Infinity}]}', "nodes[1], label: must be text"),
        ("map.json", '{"format":"caremap",\n"version":1,}', "map.json:2: is not JSON"),
        ("map.json", "[" * 100_000, "nests too deep"),
        ("map.json", '{"format":"caremap","version":1,"nodes":{}}', "nodes: must be a list"),
        ("map.json", '{"format":"caremap","version":1,"edges":[]}', "edges: no such field"),
        ("map.json", '{"format":"caremap","version":1,"title":"\\ud800"}', "title: must be text without control"),
        ("map.yaml", 'title: "\\0"', "title: must be text without control"),
        (
            "map.json",
            '{"format":"caremap","version":1,"nodes":[{"id":"a","attributes":{"\\ud800":1}}]}',
            "nodes[0], attributes: holds half",
        ),
        ("map.json", '{"format":"caremap","version":1,"nodes":[3]}', "nodes[0]: must be an object"),
        ("map.json", '{"format":"caremap","version":' + "9" * 5000 + "}", "holds a number that is none"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: str | bytes, expected: str) -> None:
    path = put(tmp_path, name, content)
    (report,) = check_files(path)
    assert not report.is_good
    assert any(expected in str(problem) for problem in report.problems), [str(problem) for problem in report.problems]
    assert all(problem.place.startswith(str(path)) for problem in report.problems)
    with pytest.raises(InvalidMap):
        load_map(path)


def test_a_byte_order_mark_before_utf8_is_left_out(tmp_path: Path) -> None:
    assert len(load_map(put(tmp_path, "e.csv", "\ufeff" + EDGES)).nodes) == 3
    assert len(load_map(put(tmp_path, "m.yaml", "\ufeffnodes: [{id: a}]")).nodes) == 1


def test_every_repeated_field_of_a_map_json_is_named_with_its_record(tmp_path: Path) -> None:
    records = '{"id":"a","id":"a"},{"id":"b"},{"id":"c","attributes":{"x":1,"x":2}}'
    path = put(tmp_path, "map.json", f'{{"format":"caremap","version":1,"version":1,"nodes":[{records}]}}')
    found = [(problem.place.removeprefix(str(path)), problem.field) for problem in check_files(path)[0].problems]
    assert found == [("", "version"), (", nodes[0]", "id"), (", nodes[2]", "x")]


def test_a_column_whose_name_stands_twice_is_kept_under_another(tmp_path: Path) -> None:
    path = put(tmp_path, "edges.csv", "from,to,weight,weight\na,b,0.2,0.9\n")
    (link,) = load_map(path).links
    assert (link.strength, dict(link.attributes)) == (0.2, {"weight (2)": "0.9"})
    assert "two columns have this name" in str(check_files(path)[0].problems[0])


def test_files_that_are_not_there_and_empty_folders_are_named(tmp_path: Path) -> None:
    for name in ("none.json", "none", "none.docx"):
        assert "is not there" in str(check_files(tmp_path / name)[0].problems[0])
    assert "cannot be read" in str(check_files(tmp_path / f"{'x' * 300}.json")[0].problems[0])
    assert "is a folder without CSV tables" in str(check_files(tmp_path)[0].problems[0])
    assert "is a folder; map_json is one file" in str(check_files(tmp_path, "map_json")[0].problems[0])
    with pytest.raises(BadInput, match="no file is named"):
        check_files([])


def test_several_files_are_one_map_and_may_refer_to_each_other(tmp_path: Path) -> None:
    nodes = put(tmp_path, "nodes.yaml", "nodes: [{id: a}, {id: b}]")
    links = put(tmp_path, "links.yaml", "links: [{from: a, to: b}]")
    assert len(load_map([links, nodes]).links) == 1
    with pytest.raises(InvalidMap, match="'b' is not on the map"):
        load_map([links])
    first, second = check_files([links, nodes])
    assert (first.links, first.nodes, second.links, second.nodes) == (1, 0, 0, 2)


def test_a_folder_of_content_stands_for_its_files(tmp_path: Path) -> None:
    put(tmp_path, "content/nodes.yaml", "nodes: [{id: a}, {id: b}]")
    put(tmp_path, "content/more/links.yml", "links: [{from: a, to: b}]")
    put(tmp_path, "content/notes.txt", "not read")
    assert len(load_map(tmp_path / "content").links) == 1
    assert [Path(report.file).name for report in check_files(tmp_path / "content")] == ["links.yml", "nodes.yaml"]


def test_an_ending_that_is_only_read_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no format ends in \.tsv"):
        save_map(FULL, tmp_path / "map.tsv")


def test_each_problem_is_told_of_its_own_file(tmp_path: Path) -> None:
    good = put(tmp_path, "good.csv", EDGES)
    bad = put(tmp_path, "good.csv.yaml", "nodes: [{id: x, kind: wizard}]")
    first, second = check_files([good, bad])
    assert first.is_good
    assert [str(problem).partition(": ")[0] for problem in second.problems] == [f"{bad}:1, kind"]
    assert (first.distinct, second.distinct) == (2, 0)


def test_two_edge_lists_may_name_the_same_nodes_and_links(tmp_path: Path) -> None:
    one, two = put(tmp_path, "one.csv", EDGES), put(tmp_path, "two.csv", "from,to,sign\na,b,-\nc,d,+\n")
    system_map = load_map([one, two])
    assert [node.id for node in system_map.nodes] == ["a", "b", "c", "d"]
    assert len(system_map.links) == 3
    assert len(system_map.link("a.b").claims) == 2


def test_a_node_that_a_file_only_names_yields_to_one_that_is_on_the_map(tmp_path: Path) -> None:
    known = {"fees": NodeKind.FACTOR}
    system_map = check_rows(read_rows(put(tmp_path, "e.csv", "from,to\nfees,new\n"), known=known), known).system_map
    assert system_map is not None
    assert [node.id for node in system_map.nodes] == ["new"]
    assert [(link.start, link.end) for link in system_map.links] == [("fees", "new")]


def test_tables_are_strict_where_they_are_ours(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    save_map(FULL, folder)
    (folder / "links.csv").write_text("id,from,to,colour\nl,a|b,hours,red\nm,a|b\n", encoding="utf-8")
    (folder / "extra.csv").write_text("x\n", encoding="utf-8")
    found = [str(problem) for problem in check_files(folder)[0].problems if problem.severity == "error"]
    for expected in (
        f"{folder}/extra.csv: is no table of ours",
        f"{folder}/links.csv:1, colour: no such column of links",
        f"{folder}/links.csv:3: has 2 cells under 4 headers",
        f"{folder}/claims.csv:3: belongs to the link 'l1', which has no row",
    ):
        assert any(line.startswith(expected) for line in found), found


def test_a_zip_that_would_unpack_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nodes.csv", b"id\n" + b"\0" * 20_000_000)
    assert "unpacks to more than a map can be" in str(check_files(path)[0].problems[0])


def test_a_zip_without_tables_says_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("things.csv", "a,b\n")
    assert "holds things.csv, but neither nodes.csv nor links.csv" in str(check_files(path)[0].problems[0])


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_system_map: SystemMap) -> Iterator[bytes]:
        yield b"half a file"
        raise OSError(28, "No space left on device")

    path = put(tmp_path, "map.json", "old")
    monkeypatch.setattr(map_json, "pieces", failing)
    with pytest.raises(BadInput, match="No space left on device"):
        save_map(FULL, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["map.json"]


def test_a_file_cannot_be_written_where_no_folder_is(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"the folder .* is not there; make it first"):
        save_map(FULL, tmp_path / "none" / "map.json")
    with pytest.raises(BadInput, match="is a folder; graphml is one file"):
        save_map(FULL, tmp_path, "graphml")


def test_a_matrix_is_not_written_of_a_map_that_is_too_large(tmp_path: Path) -> None:
    many = SystemMap.of(Node(id=f"n{number}", label="n") for number in range(5_001))
    with pytest.raises(BadInput, match="write edge_list_csv instead"):
        save_map(many, tmp_path / "m.csv", "matrix_csv")
    assert not list(tmp_path.iterdir())


def test_map_json_always_says_kinds_and_keeps_claims_inside_their_link(tmp_path: Path) -> None:
    save_map(SystemMap.of((Node(id="a", label="A"), Node(id="b", label="B")), (Link(id="l", start="a", end="b"),)), tmp_path / "m.json")
    whole = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert whole == {
        "format": "caremap",
        "version": 1,
        "nodes": [{"id": "a", "kind": "factor", "label": "A"}, {"id": "b", "kind": "factor", "label": "B"}],
        "links": [{"id": "l", "kind": "influences", "from": "a", "to": "b"}],
        "sources": [],
    }


@pytest.mark.slow
def test_large_maps_come_back_too(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(210)]
    links = (Link(id=f"l{a}.{b}", start=a, end=b, strength=0.5) for a in names for b in names if a < b)
    system_map = SystemMap.of((Node(id=name, label=name) for name in names), links)
    assert len(system_map.links) == 21_945
    save_map(system_map, tmp_path / "m.json")
    assert load_map(tmp_path / "m.json") == system_map
    assert len(list(read_rows(tmp_path / "m.json").links)) == 21_945


def test_every_format_is_found_by_its_name() -> None:
    for known in FORMATS:
        assert format_named(known.name) is known
    assert format_named("json").name == "map_json"

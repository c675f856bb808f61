"""`caremap copy`: the same map and the same history, in another store."""

from __future__ import annotations

import json


def test_a_copy_holds_the_same_map_and_history(caremap, a_map, edges, tmp_path) -> None:
    origin, target = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("origin", "target"))
    caremap("load", a_map, "--store", origin, "--why", "first", "--by", "me")
    caremap("load", edges, "--store", origin, "--why", "second", "--by", "you")
    said = caremap("copy", origin, target, "--json")
    assert (said.status, said.json["revisions"], said.json["resumed_at"]) == (0, 2, 0)
    assert "2 of 2" in said.err
    for command in (("history",), ("ask", "impact", "office", "recruits"), ("ask", "impact", "a", "c", "--revision", "2")):
        first, second = (caremap(*command, "--store", store, "--json") for store in (origin, target))
        assert first.out == second.out
    caremap("undo", "--store", origin)
    again = caremap("copy", origin, target)
    assert (again.status, "2 were there" in again.out) == (0, True)
    assert caremap("ask", "impact", "a", "c", "--store", target).status == 3


def test_a_copy_into_something_else_is_refused(caremap, a_map, edges, tmp_path) -> None:
    origin, target = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("origin", "target"))
    caremap("load", a_map, "--store", origin)
    caremap("load", edges, "--store", target)
    assert caremap("copy", origin, target).status in (3, 4)
    assert caremap("copy", f"sqlite:///{tmp_path}/nowhere.sqlite", target).status == 4


def test_a_copy_an_export_and_a_page_keep_the_title(caremap, a_map, tmp_path) -> None:
    origin, target = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("origin", "target"))
    a_map.write_text(json.dumps(json.loads(a_map.read_text()) | {"title": "Care in Kent & Medway"}))
    caremap("load", a_map, "--store", origin)
    assert caremap("copy", origin, target, "--json").json["notes"] == 1
    caremap("export", tmp_path / "out.json", "--store", target)
    caremap("draw", tmp_path / "out.html", "--store", target)
    assert json.loads((tmp_path / "out.json").read_text())["title"] == "Care in Kent & Medway"
    assert "<title>Care in Kent &amp; Medway" in (tmp_path / "out.html").read_text()

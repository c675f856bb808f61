"""`caremap copy`: the same map and the same history, in another store."""

from __future__ import annotations

import json

import pytest

from api.wiring import of_target


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


def test_the_target_of_a_copy_may_have_a_name_and_password_of_its_own() -> None:
    both = {"NEO4J_USERNAME": "ann", "NEO4J_PASSWORD": "first", "HOME": "here"}
    assert of_target(both) == both
    own = of_target({**both, "NEO4J_TO_USERNAME": "bob", "NEO4J_TO_PASSWORD_FILE": "file"})
    assert {name: value for name, value in own.items() if name.startswith("NEO4J_") and "_TO_" not in name} == {
        "NEO4J_USERNAME": "bob",
        "NEO4J_PASSWORD_FILE": "file",
    }


@pytest.mark.neo4j
def test_a_copy_from_one_server_to_another_logs_in_to_each_with_its_own_password(
    caremap, a_map, neo4j_server, newest_neo4j_server, monkeypatch
) -> None:
    for server in (neo4j_server, newest_neo4j_server):
        server.wipe()
    for name, value in neo4j_server.environ.items():
        monkeypatch.setenv(name, value)
    assert caremap("load", a_map, "--store", neo4j_server.url).status == 0
    monkeypatch.setenv("NEO4J_TO_PASSWORD", "of another server")
    refused = caremap("copy", neo4j_server.url, newest_neo4j_server.url)
    assert (refused.status, "refuses the name or password" in refused.err, "of another server" in refused.err) == (4, True, False)
    monkeypatch.setenv("NEO4J_TO_PASSWORD", newest_neo4j_server.environ["NEO4J_PASSWORD"])
    said = caremap("copy", neo4j_server.url, newest_neo4j_server.url, "--json")
    assert (said.status, said.json["revisions"]) == (0, 1)
    first, second = (
        caremap("ask", "impact", "office", "recruits", "--store", each.url, "--json") for each in (neo4j_server, newest_neo4j_server)
    )
    assert first.out == second.out

"""Invented maps from the command line."""

import json

from loaders.synth.generator import MOMENT


def test_the_command_writes_a_file_or_fills_an_empty_store(caremap, tmp_path) -> None:
    file, store = tmp_path / "map.json", f"sqlite:///{tmp_path}/synthetic.sqlite"
    said = caremap("synth", file, "--seed", 7, "--store", store, "--json").json
    assert (said["synthetic"], said["nodes"]) == (True, len(json.loads(file.read_text(encoding="utf-8"))["nodes"]))
    checked = caremap("check", file, "--json")
    assert (checked.status, checked.json["files"][0]["problems"]) == (0, [])
    asked = ("ask", "impact", "syn-department", MOMENT, "--json")
    from_store, from_file = caremap(*asked, "--store", store).json, caremap(*asked, "--map", file).json
    assert from_store["paths"] == from_file["paths"]
    assert from_store["found"] > 0
    again = caremap("synth", "--store", store)
    assert (again.status, "empty store" in again.err) == (3, True)
    assert caremap("synth").status == 3
    assert caremap("synth", file, "--scale", "world").status == 3

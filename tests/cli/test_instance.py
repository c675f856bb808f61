"""Local maps from the command line: made from the register, laid over the national map, which they follow."""

from __future__ import annotations

import json

import pytest

MOMENT = "moment-of-interaction"


def change(tmp_path, name: str, **parts: object):
    file = tmp_path / name
    file.write_text(json.dumps({"format": "caremap", "version": 1, "nodes": [], "links": [], "sources": []} | parts), encoding="utf-8")
    return file


def test_a_council_is_found_by_name_or_code_and_gets_its_local_map(caremap) -> None:
    card = caremap("instance", "kent", "--json").json
    assert (card["layer"], card["council"]["id"], card["council"]["code"]) == ("kent", "kent-county-council", "E10000016")
    assert (card["council"]["type"], card["council"]["region"]) == ("county", "South East")
    assert [district["name"] for district in card["districts"]][:2] == ["Ashford Borough Council", "Canterbury City Council"]
    assert len(card["districts"]) == 12
    assert [board["ods"] for board in card["boards"]["known"]] == ["QKS"]
    assert card["locations"]["in_region"]["home care agencies"] == 2384
    assert card["locations"]["in_council"] is None
    assert (card["new"], card["changed"]) == (True, True)
    for name in ("E10000016", "KEN", "Kent County Council", "KENT"):
        again = caremap("instance", name, "--json").json
        assert (again["layer"], again["new"], again["changed"], again["revision"]) == ("kent", False, False, card["revision"])


def test_local_maps_are_listed_in_the_order_of_making(caremap) -> None:
    assert caremap("instance", "--json").json == {"instances": []}
    assert "caremap instance kent" in caremap("instance").out
    caremap("instance", "kent")
    caremap("instance", "bristol")
    assert [each["council"] for each in caremap("instance", "--json").json["instances"]] == ["kent-county-council", "bristol-city-council"]
    assert "bristol: Bristol City Council" in caremap("instance").out


@pytest.mark.parametrize(
    ("name", "near"), [("kants", "kent"), ("brstol", "bristol"), ("wigam", "wigan"), ("richmond", "richmond-upon-thames")]
)
def test_a_miss_is_bad_input_with_near_names_and_makes_nothing(caremap, tmp_path, name, near) -> None:
    said = caremap("instance", name, "--json")
    assert said.status == 3
    assert near in said.json["error"]["near"]
    assert not (tmp_path / "default.sqlite").exists()


def test_a_district_is_pointed_to_its_county(caremap) -> None:
    said = caremap("instance", "canterbury")
    assert said.status == 3
    assert "kent" in said.err


@pytest.mark.parametrize(
    ("council", "day", "known", "possible", "words"),
    [
        ("essex", "2024-05-01", {"QH8", "QM7", "QJG"}, set(), None),
        ("essex", "2026-04-01", {"D7T5G"}, {"S1Y5D", "T6Y0W"}, "not known here which"),
        ("camden", "2026-03-31", {"QMJ"}, set(), None),
        ("camden", "2026-04-01", {"Z9B2Z"}, set(), None),
        ("kent", "2022-06-30", set(), set(), "before integrated care boards"),
        ("birmingham", "2024-05-01", set(), set(), "not known here"),
        ("hampshire", "any", {"QRL"}, {"S0E4D", "S9B9J"}, "not known here which"),
    ],
)
def test_boards_are_those_of_the_day_or_not_known_here(caremap, council, day, known, possible, words) -> None:
    boards = caremap("instance", council, "--as-of", day, "--json").json["boards"]
    assert {board["ods"] for board in boards["known"]} == known
    assert {board["ods"] for board in boards["possible"]} == possible
    assert (boards["note"] is None) if words is None else (words in boards["note"])


def test_a_local_map_takes_the_generic_decisions_and_says_so(caremap) -> None:
    caremap("instance", "kent")
    generic = caremap("ask", "impact", "local-authority", MOMENT, "--json").json
    kent = caremap("ask", "impact", "kent-county-council", MOMENT, "--layer", "kent", "--json").json
    assert kent["found"] == generic["found"] > 0
    assert [path["links"] for path in kent["paths"]] == [path["links"] for path in generic["paths"]]
    assert "takes those of Council with care duties" in kent["method"]
    assert caremap("ask", "impact", "kent-county-council", MOMENT, "--json").json["found"] == 0


def test_what_one_provider_said_of_kent_is_not_inherited_elsewhere(caremap, tmp_path) -> None:
    caremap("instance", "kent")
    caremap("instance", "bristol")
    kent = caremap("ask", "impact", "kent-county-council", MOMENT, "--layer", "kent", "--json", "--top", 100).json
    bristol = caremap("ask", "impact", "bristol-city-council", MOMENT, "--layer", "bristol", "--json", "--top", 100).json
    only_kent = {"set-budget-first", "order-or-forbid-actions"}
    assert only_kent <= {each["decision"] for each in kent["decisions"]}
    assert only_kent.isdisjoint({each["decision"] for each in bristol["decisions"]})
    used = {link for path in bristol["paths"] for link in path["links"]}
    caremap("export", tmp_path / "national.json", "--map", "shipped")
    for link in json.loads((tmp_path / "national.json").read_text(encoding="utf-8"))["links"]:
        if link["id"] in used and link.get("claims"):
            assert any(claim.get("where") != "Kent" for claim in link["claims"])
    assert bristol["found"] < kent["found"]


def test_a_national_correction_reaches_every_local_map(caremap, tmp_path) -> None:
    caremap("instance", "kent")
    caremap("instance", "bristol")
    link = {"id": "new.route", "from": "choose-what-to-pay-by", "to": MOMENT, "kind": "influences", "sign": "+", "strength": 0.9}
    before = caremap("ask", "impact", "bristol-city-council", MOMENT, "--layer", "bristol", "--json").json["found"]
    assert caremap("load", change(tmp_path, "national.json", links=[link])).status == 0
    for layer, council in (("kent", "kent-county-council"), ("bristol", "bristol-city-council")):
        found = caremap("ask", "impact", council, MOMENT, "--layer", layer, "--json", "--top", 100).json
        assert any("new.route" in path["links"] for path in found["paths"])
    assert caremap("ask", "impact", "bristol-city-council", MOMENT, "--layer", "bristol", "--json").json["found"] == before + 1


def test_a_local_change_stays_local_and_survives_bringing_the_map_up_to_date(caremap, tmp_path) -> None:
    caremap("instance", "kent")
    decision = {"id": "kent-trusts-providers", "kind": "decision", "label": "Let providers decide", "owner": "kent-county-council"}
    link = {"id": "kent.own", "from": "kent-trusts-providers", "to": MOMENT, "kind": "influences", "sign": "+", "strength": 0.7}
    file = change(tmp_path, "local.json", nodes=[decision], links=[link])
    assert caremap("load", file, "--layer", "kent").status == 0
    own = caremap("ask", "impact", "kent-county-council", MOMENT, "--layer", "kent", "--json").json
    assert [each["decision"] for each in own["decisions"]] == ["kent-trusts-providers"]
    assert "takes those of" not in own["method"]
    assert caremap("ask", "impact", "kent-trusts-providers", MOMENT).status == 3
    card = caremap("instance", "kent", "--json").json
    assert (card["changed"], card["conflicts"]) == (False, [])
    assert caremap("ask", "impact", "kent-trusts-providers", MOMENT, "--layer", "kent", "--json").json["found"] == 1


def test_a_body_that_the_national_map_takes_in_follows_it_from_the_next_time(caremap, tmp_path) -> None:
    caremap("instance", "bristol")
    whole = tmp_path / "whole.json"

    def label() -> str:
        caremap("export", whole, "--layer", "bristol")
        nodes = {node["id"]: node for node in json.loads(whole.read_text(encoding="utf-8"))["nodes"]}
        return nodes["bristol-city-council"]["label"]

    for name in ("Bristol, as the nation has it", "Bristol, corrected"):
        national = {"id": "bristol-city-council", "kind": "body", "label": name}
        caremap("load", change(tmp_path, "national.json", nodes=[national]))
        card = caremap("instance", "bristol", "--json").json
        assert (card["changed"], card["conflicts"], label()) == (True, [], name)
        assert caremap("instance", "bristol", "--json").json["changed"] is False


def test_what_people_took_out_of_a_local_map_stays_out(caremap, tmp_path) -> None:
    from api.wiring import open_store
    from schema.records import ChangeSet

    url = f"sqlite:///{tmp_path}/default.sqlite"
    caremap("instance", "kent")
    store = open_store(url)
    store.apply(ChangeSet(by="me", why="not ours", layer="kent", remove_links=("area-kent.part_of.area-south-east",)))
    store.close()
    card = caremap("instance", "kent", "--json").json
    assert (card["changed"], card["conflicts"]) == (False, [])


def test_a_layer_of_somebody_else_is_left_alone(caremap, tmp_path) -> None:
    caremap("instance", "bristol")
    caremap("load", change(tmp_path, "own.json", nodes=[{"id": "own", "label": "Own"}]), "--layer", "kent")
    refused = caremap("instance", "kent")
    assert (refused.status, "was not made by" in refused.err) == (3, True)


def test_an_edited_fact_stays_as_people_have_it(caremap, tmp_path) -> None:
    made = caremap("instance", "kent", "--json").json
    area = {"id": "area-kent", "kind": "area", "label": "The garden of England"}
    caremap("load", change(tmp_path, "edit.json", nodes=[area]), "--layer", "kent")
    again = caremap("instance", "kent", "--json").json
    assert again["revision"] == made["revision"] + 1
    whole = tmp_path / "whole.json"
    caremap("export", whole, "--layer", "kent")
    nodes = {node["id"]: node for node in json.loads(whole.read_text(encoding="utf-8"))["nodes"]}
    assert nodes["area-kent"]["label"] == "The garden of England"


def test_a_local_map_states_nothing_that_the_national_map_states(caremap, tmp_path) -> None:
    caremap("instance", "kent")
    whole, national = tmp_path / "whole.json", tmp_path / "national.json"
    caremap("export", whole, "--layer", "kent")
    caremap("export", national)
    both, base = (json.loads(file.read_text(encoding="utf-8")) for file in (whole, national))
    for noun in ("nodes", "links", "sources"):
        of_both = {record["id"]: record for record in both[noun]}
        assert all(of_both[record["id"]] == record for record in base[noun])
        assert len(both[noun]) > len(base[noun]) or noun == "sources"
    assert caremap("check", whole).status == 0


def test_layers_are_of_stores_only_and_must_be_there(caremap, a_map, tmp_path) -> None:
    assert "no layers" in caremap("ask", "impact", "close", MOMENT, "--map", a_map, "--layer", "kent").err
    caremap("instance", "kent")
    missing = caremap("ask", "impact", "close", MOMENT, "--layer", "bristol")
    assert (missing.status, "kent" in missing.err) == (3, True)
    store = f"sqlite:///{tmp_path}/other.sqlite"
    caremap("load", a_map, "--store", store)
    refused = caremap("instance", "kent", "--store", store)
    assert (refused.status, "local-authority" in refused.err) == (3, True)
    assert caremap("load", a_map, "--layer", "kent", "--replace").status == 3

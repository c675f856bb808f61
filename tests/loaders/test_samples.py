"""Real files of others: the nodes and links that their makers put in are found."""

import csv
from pathlib import Path

import pytest

from loaders.files import check_files, load_map
from schema.kinds import LinkKind, Sign
from schema.system_map import SystemMap

FILES = (
    "csv_drug_deaths_coproduced_edgelist.csv",
    "fcm_kosko_south_africa_edges.csv",
    "fcm_r_fcm8_weights.csv",
    "fcm_taber_clot_edges.csv",
    "graphml_igraph_les_mis.graphml",
    "graphml_networkx_drug_deaths.graphml",
    "graphml_spec_attributes.graphml",
    "graphml_yed_drug_deaths_scotland.graphml",
    "vc_spec_map_connections.csv",
)


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    return shared / "samples"


def signs(system_map: SystemMap) -> dict[tuple[str, str], tuple[Sign | None, float | None]]:
    return {(link.start, link.end): (link.sign, link.strength) for link in system_map.links}


@pytest.mark.parametrize("name", FILES)
def test_a_sample_has_the_nodes_and_links_of_its_manifest(samples: Path, name: str) -> None:
    with (samples / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        listed = {row["file"]: row for row in csv.DictReader(stream, delimiter="\t")}
    (report,) = check_files(samples / name)
    assert report.is_good
    assert (report.nodes, report.links) == (int(listed[name]["nodes"]), int(listed[name]["links"]))


def test_the_parallel_link_of_the_yed_map_is_bundled(samples: Path) -> None:
    (report,) = check_files(samples / "graphml_yed_drug_deaths_scotland.graphml")
    assert (report.links, report.distinct) == (225, 224)


def test_yed_labels_are_those_that_are_drawn_on_one_line(samples: Path) -> None:
    system_map = load_map(samples / "graphml_yed_drug_deaths_scotland.graphml")
    assert system_map.node("n0").label == "Traumatising experiences"
    assert system_map.node("n0").attributes["Node Label"] == "adverse_childhood_experiences"
    assert not any("\n" in node.label or node.label != node.label.strip() for node in system_map.nodes)
    assert {node.label for node in load_map(samples / "graphml_networkx_drug_deaths.graphml").nodes} == {
        node.label for node in system_map.nodes
    }


def test_igraph_labels_and_undirected_weights_are_kept(samples: Path) -> None:
    system_map = load_map(samples / "graphml_igraph_les_mis.graphml")
    assert system_map.node("n0").label == "Napoleon"
    assert {link.kind for link in system_map.links} == {LinkKind.ASSOCIATED_WITH}
    assert {link.sign for link in system_map.links} == {None}
    assert max(link.strength or 0 for link in system_map.links) == 1
    (report,) = check_files(samples / "graphml_igraph_les_mis.graphml")
    assert [problem.message for problem in report.problems] == ["weights reach 31, beyond 1: all are divided by 31"]


def test_defaults_of_graphml_keys_are_given_where_a_node_has_none(samples: Path) -> None:
    system_map = load_map(samples / "graphml_spec_attributes.graphml")
    assert [node.attributes["color"] for node in system_map.nodes] == ["green", "yellow", "blue", "red", "yellow", "turquoise"]


def test_signed_weights_give_signs_and_strengths(samples: Path) -> None:
    south_africa = signs(load_map(samples / "fcm_kosko_south_africa_edges.csv"))
    assert south_africa["Black employment", "Black tribal unity"] == (Sign.MINUS, 1.0)
    assert south_africa["Foreign investment", "Mining"] == (Sign.PLUS, 1.0)


def test_a_matrix_acts_from_row_to_column_and_keeps_the_loop(samples: Path) -> None:
    weights = signs(load_map(samples / "fcm_r_fcm8_weights.csv"))
    assert weights["C1", "C8"] == (Sign.PLUS, 0.8)
    assert weights["C6", "C1"] == (Sign.MINUS, 0.3)
    assert weights["C7", "C7"] == (Sign.PLUS, 0.4)
    assert ("C3", "C1") not in weights


def test_statistics_row_numbers_are_no_column_and_ids_are_verbatim(samples: Path) -> None:
    system_map = load_map(samples / "csv_drug_deaths_coproduced_edgelist.csv")
    assert system_map.node("Positive self  presentation of PWUD").label == "Positive self presentation of PWUD"
    assert not any(link.attributes for link in system_map.links)


def test_a_file_that_is_not_utf8_is_named_with_the_byte_and_the_remedy(samples: Path) -> None:
    (report,) = check_files(samples / "vc_spec_map_elements.csv")
    assert not report.is_good
    assert "byte 3,273 is 0xA0" in report.problems[0].message
    assert "save the file as UTF-8" in report.problems[0].message


def test_elements_and_connections_are_one_map_when_given_together(samples: Path, tmp_path: Path) -> None:
    elements = tmp_path / "elements.csv"
    elements.write_bytes((samples / "vc_spec_map_elements.csv").read_bytes().decode("cp1252").encode())
    system_map = load_map([samples / "vc_spec_map_connections.csv", elements])
    assert len(system_map.nodes) == 55
    assert len(system_map.links) == 70
    assert system_map.node("did-core").attributes["Title"] == "Decentralized Identifiers (DIDs) V1.0"
    assert system_map.node("did-core").attributes["kind_in_file"] == "core"

"""Public files as formats of maps: loaded and checked by name, with their faults as warnings."""

from pathlib import Path

import pytest

from loaders.files import check_files, load_map
from loaders.public import PUBLIC_FORMATS, public_format
from schema.errors import InvalidMap
from schema.kinds import LinkKind, NodeKind
from tests.loaders.test_public_files import whole_directory

FILES = {
    "govuk_organisations": ("govuk_organisations/govuk_organisations_api_2026-02-02.json", 663, 668),
    "mysociety_councils": ("mysociety_local_authorities/uk_local_authorities_current.csv", 470, 254),
    "ons_boards": ("icb_lookups/LOC22_ICB22_NHSER22_EN_LU.csv", 148, 106),
}


@pytest.mark.parametrize("name", FILES)
def test_a_public_file_is_a_map_without_errors(shared: Path, name: str) -> None:
    place, nodes, links = FILES[name]
    (report,) = check_files(shared / "data" / place, name)
    assert (report.format, report.nodes, report.links, report.distinct, report.is_good) == (name, nodes, links, links, True)
    assert all(problem.severity == "warning" for problem in report.problems)
    assert bool(report.problems) == (name != "ons_boards")


def test_districts_are_part_of_their_county_and_ended_councils_end(shared: Path) -> None:
    made = load_map(shared / "data" / FILES["mysociety_councils"][0], "mysociety-councils")
    assert made.link("CAT.part_of.KEN").end == "council-KEN"
    assert sum(link.kind is LinkKind.PART_OF and link.end == "council-KEN" for link in made.links) == 12
    assert made.node("council-KEN").valid_to is None
    replaced = {link.end for link in made.links if link.kind is LinkKind.REPLACES}
    assert replaced
    assert all(made.node(end).valid_to for end in replaced)


def test_a_directory_with_unusable_lines_is_refused_and_one_without_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "directory.csv"
    file.write_bytes(whole_directory())
    with pytest.raises(InvalidMap) as refused:
        load_map(file, "cqc_directory")
    assert len([problem for problem in refused.value.problems if problem.severity == "error"]) == 3
    file.write_bytes(b"\r\n".join(whole_directory().split(b"\r\n")[:8]))
    made = load_map(file, "CQC-directory")
    assert [node.kind for node in made.nodes] == [NodeKind.BODY] * 5
    assert len(made.links) == 3


def test_public_formats_are_only_read_and_only_by_name() -> None:
    assert all(not known.writes and not known.suffixes for known in PUBLIC_FORMATS)
    assert public_format("ONS-boards") is PUBLIC_FORMATS[2]
    assert public_format("graphml") is None

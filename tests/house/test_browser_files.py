"""The browser files are exactly those that the pages ask for, and no others get in."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

import hatch_build
from tests.conftest import CHECKOUT

ASKED_FOR = re.compile(r'(?:src|href)="https://([^/"]+)/([^"]+)"\s+integrity="sha384-([^"]+)"')


def graphiql_page() -> str:
    return (files("strawberry") / "static" / "graphiql.html").read_text(encoding="utf-8")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder of npm packages as a tampered registry might hand them out: every file is there, none has the right content."""
    for asset in hatch_build.ASSETS:
        place = tmp_path / "node_modules" / asset.package / asset.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("alert('not the chosen file')", encoding="utf-8")
    return tmp_path / "node_modules"


def test_graphiql_gets_every_file_that_its_page_asks_for_and_no_other() -> None:
    asked_for = {path: sha384 for _, path, sha384 in ASKED_FOR.findall(graphiql_page())}
    served = {
        place.relative_to(hatch_build.GRAPHIQL_FILES).as_posix(): asset.sha384
        for place, asset in hatch_build.places(CHECKOUT).items()
        if place.is_relative_to(hatch_build.GRAPHIQL_FILES)
    }
    assert len(asked_for) == 7
    assert served == asked_for


def test_graphiqls_page_asks_one_host_only() -> None:
    hosts = re.findall(r'(?:src|href)="https?://([^/"]+)', graphiql_page())
    assert (len(hosts), len(set(hosts))) == (7, 1)


def test_a_file_that_is_not_the_chosen_one_is_refused_by_name(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes((CHECKOUT / "package.json").read_bytes())
    with pytest.raises(hatch_build.AssetProblem, match=r"vis-network: standalone/umd/vis-network\.min\.js has sha384"):
        hatch_build.copy_assets(packages, tmp_path)
    assert not hatch_build.standing(tmp_path)


def test_every_package_comes_with_its_licence() -> None:
    covered = set(hatch_build.licence_places(CHECKOUT).values())
    assert covered == set(hatch_build.versions(CHECKOUT)) == set(hatch_build.LICENCE_OF)


def test_the_browser_files_stand_where_the_rooms_serve_them_from() -> None:
    if not hatch_build.standing(CHECKOUT):
        pytest.fail("The browser files are missing or changed: run `make assets`.")

"""What is built and installed is caremap, whole, and nobody else's."""

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import hatch_build
from tests.house.floor import ROOMS


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    place = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)],
        cwd=checkout,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = place.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_every_browser_file(wheel: set[str], checkout: Path) -> None:
    modules = {file.relative_to(checkout).as_posix() for room in ROOMS for file in (checkout / room).rglob("*.py")}
    typed = {f"{room}/py.typed" for room in ROOMS}
    browser_files = {place.as_posix() for place in (*hatch_build.places(checkout), *hatch_build.licence_places(checkout))}
    assert wheel >= modules | typed | browser_files


@pytest.mark.slow
def test_the_wheel_holds_nothing_but_the_rooms(wheel: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info/" not in name} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_package_has_moved_into_a_room(room: str) -> None:
    strangers = set(packages_distributions().get(room, [])) - {"caremap"}
    assert not strangers, (
        f"{', '.join(strangers)} installs a package named {room} and overwrites caremap's: uninstall it, then run `make setup`"
    )

"""The floor plan holds, and it would say so if it did not."""

import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.house import floor

PLAN = (CHECKOUT / ".importlinter").read_text(encoding="utf-8")
DOORS = {short: contract for short, contract in floor.contracts(PLAN).items() if contract["type"] == ["protected"]}
WITHOUT_A_DOOR = {"numpy", "typing_extensions"}
"""Libraries that any room may import: arrays are the house's common tongue."""


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the rooms to plant a fault in."""
    floor.copy_rooms(CHECKOUT, tmp_path)
    return tmp_path


def plant(root: Path, place: str, line: str) -> None:
    """Adds a line to a module of the copy, which is made where it is missing."""
    with (root / place).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")


def test_every_import_points_the_way_the_floor_plan_says() -> None:
    holds, words = floor.inspect(CHECKOUT)
    assert holds, words


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        ("schema/errors.py", "import graph", "Rooms: api over viz over (graph | loaders) over schema"),
        ("graph/scope.py", "import loaders", "Rooms: api over viz over (graph | loaders) over schema"),
        ("loaders/codec.py", "import graph", "Rooms: api over viz over (graph | loaders) over schema"),
        ("viz/palette.py", "import api", "Rooms: api over viz over (graph | loaders) over schema"),
        ("schema/errors.py", "import schema.validation", "schema: "),
        ("schema/utils.py", "", "schema: "),
        ("graph/helpers.py", "", "graph: "),
        ("loaders/common.py", "", "loaders: "),
        ("viz/tools.py", "", "viz: "),
        ("api/misc.py", "", "api: "),
    ],
)
def test_code_in_the_wrong_room_breaks_the_floor_plan(rooms: Path, place: str, line: str, contract: str) -> None:
    plant(rooms, place, line)
    holds, words = floor.inspect(rooms)
    broken = [row for row in words.splitlines() if row.endswith(" BROKEN")]
    assert not holds
    assert any(row.startswith(contract) for row in broken), words


@pytest.mark.parametrize("short", sorted(DOORS))
def test_a_door_lets_nobody_else_in(rooms: Path, short: str) -> None:
    plant(rooms, "schema/errors.py", f"import {DOORS[short]['protected_modules'][0]}")
    _, words = floor.inspect(rooms)
    assert f"{DOORS[short]['name'][0]} BROKEN" in words


def test_every_library_from_outside_has_one_door() -> None:
    behind_doors = {name for contract in DOORS.values() for name in contract["protected_modules"]}
    libraries = floor.imported_libraries(CHECKOUT) - set(sys.stdlib_module_names)
    without = libraries - behind_doors - WITHOUT_A_DOOR
    assert not without, f"Give {', '.join(sorted(without))} a door in .importlinter: a protected contract that names who may import it."

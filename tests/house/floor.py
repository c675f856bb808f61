"""Reads the floor plan and runs import-linter on a tree of rooms."""

import ast
import configparser
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("schema", "graph", "loaders", "viz", "api")
SECTION = "importlinter:contract:"


def contracts(text: str) -> dict[str, dict[str, list[str]]]:
    """The contracts of a floor plan by their short name; each option as its list of lines."""
    plan = configparser.ConfigParser()
    plan.read_string(text)
    return {
        section.removeprefix(SECTION): {key: value.split("\n") if key == "name" else value.split() for key, value in plan[section].items()}
        for section in plan.sections()
        if section.startswith(SECTION)
    }


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """Every module of the five rooms with its file."""
    for room in ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def imported_libraries(root: Path) -> set[str]:
    """The top-level names that the rooms import from outside, wherever in a module the import stands."""
    names: set[str] = set()
    for _, file in modules(root):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(ROOMS)


def copy_rooms(root: Path, target: Path) -> None:
    """A copy of the rooms' modules and of the floor plan, to plant faults in."""
    for _, file in modules(root):
        place = target / file.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    shutil.copyfile(root / ".importlinter", target / ".importlinter")


def inspect(root: Path) -> tuple[bool, str]:
    """Whether the floor plan holds on the tree at `root`, and what import-linter says about it."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"],
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": "", "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode == 0, done.stdout + done.stderr

"""The locks say what to install, never from where, and agree with each other."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from tests.conftest import CHECKOUT

REQUIREMENTS = sorted(CHECKOUT.glob("requirements*.txt"))
LOCKS = [
    *REQUIREMENTS,
    *sorted(CHECKOUT.glob("requirements*.in")),
    *(CHECKOUT / name for name in ("package.json", "package-lock.json", ".npmrc")),
]
PLACES = {
    "an address": re.compile(r"\b(https?|git|ssh|file|ftp)(\+\w+)?:", re.IGNORECASE),
    "an index": re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|--no-index|^-[if]\b|\bregistry *=", re.MULTILINE),
    "a machine's path": re.compile(r"(^|[\s\"'=])/\w"),
    "a download address": re.compile(r'"resolved"'),
}
PINNED = re.compile(r"^([a-z0-9][a-z0-9-]*)==([^ ;]+)( ; [^\\]+)? \\$")


def pins(file: Path) -> set[tuple[str, str, str]]:
    """Every name, version and marker that a requirements file pins."""
    found = (PINNED.match(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {(match[1], match[2], match[3] or "") for match in found if match}


def npm_lock() -> dict[str, Any]:
    lock: dict[str, Any] = json.loads((CHECKOUT / "package-lock.json").read_text(encoding="utf-8"))
    return lock


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.name)
@pytest.mark.parametrize("kind", PLACES)
def test_a_lock_names_no_place(file: Path, kind: str) -> None:
    found = [line for line in file.read_text(encoding="utf-8").splitlines() if PLACES[kind].search(line)]
    assert not found, f"{file.name} names {kind}"


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("an address", "https://example.org/simple"),
        ("an address", "thing @ git+ssh:whatever"),
        ("an index", "--index-url somewhere"),
        ("an index", "-f wheels"),
        ("a machine's path", "-r /home/somebody/requirements.txt"),
        ("a download address", '"resolved": "x"'),
    ],
)
def test_a_place_would_be_noticed(kind: str, line: str) -> None:
    assert PLACES[kind].search(line)


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_every_requirement_is_pinned_to_hashes(file: Path) -> None:
    blocks = re.split(r"\n(?=\S)", file.read_text(encoding="utf-8").strip())
    assert blocks
    for block in blocks:
        first, *rest = block.splitlines()
        assert PINNED.match(first), first
        assert any(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in rest), first


def test_what_stands_in_a_smaller_requirements_file_holds_in_the_larger_ones() -> None:
    run, development, benchmark = (pins(CHECKOUT / f"requirements{part}.txt") for part in ("", "-dev", "-bench"))
    assert run < development
    assert run < benchmark
    both = development | benchmark
    assert len({(name, marker) for name, _, marker in both}) == len(both)


def test_every_npm_package_has_an_integrity() -> None:
    packages = {place: package for place, package in npm_lock()["packages"].items() if place}
    assert packages
    assert [place for place, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


def test_the_npm_lock_holds_the_exact_versions_that_were_chosen() -> None:
    chosen = hatch_build.versions(CHECKOUT)
    locked = npm_lock()["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in chosen} == chosen
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in chosen.values())


def test_the_npm_from_pypi_is_the_same_in_a_build_and_in_set_up() -> None:
    name, _, version = hatch_build.NPM_FROM_PYPI.partition("==")
    assert (name, version, "") in pins(CHECKOUT / "requirements-node.txt")

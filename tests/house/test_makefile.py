"""The front door lists what it can do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="needs make")


def make(checkout: Path, *targets: str) -> str:
    """What make prints, free of the make that may be running these tests."""
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEFILES"}}
    done = subprocess.run([str(MAKE), *targets], cwd=checkout, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def declared(checkout: Path) -> set[str]:
    found = re.search(r"^\.PHONY: (.*)$", (checkout / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return set(found[1].split())


def test_make_alone_lists_every_target_with_a_line_of_its_own(checkout: Path) -> None:
    _, *lines = make(checkout).splitlines()
    listed = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in lines}
    assert {"setup", "serve", "test", "check", "bench", "neo4j", "assets", "clean"} <= set(listed)
    assert set(listed) == declared(checkout)
    assert all(len(words) > 10 for words in listed.values())


def test_make_alone_does_nothing_but_list(checkout: Path) -> None:
    assert make(checkout) == make(checkout, "help")


def test_what_a_person_is_told_to_type_is_a_target(checkout: Path) -> None:
    texts = [*checkout.glob("*.md"), *(checkout / "docs").rglob("*.md")]
    told = {target for text in texts for target in re.findall(r"`make ([a-z0-9-]+)", text.read_text(encoding="utf-8"))}
    assert told <= declared(checkout)

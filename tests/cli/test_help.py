"""Help is there at once: it loads nothing heavy, and every command has it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "networkx", "strawberry", "starlette", "neo4j", "pyvis", "yaml")
ASKS = ("impact", "litmus", "loops", "gaps", "reach", "silos", "whatif", "money", "compare", "read")
COMMANDS = [
    *([name] for name in ("serve", "load", "check", "export", "draw", "history", "undo", "copy", "instance", "synth")),
    *(["ask", name] for name in ASKS),
]


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nsys.argv = ['caremap', '--help']\nfrom api.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', *sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "LOADED"
    assert "Exit codes: 0 answered" in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(caremap, command) -> None:
    said = caremap(*command, "--help")
    assert said.status == 0
    assert "Usage: caremap" in said.out

"""The command line. Each command is a few lines over the service; heavy imports wait until a command runs."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `caremap`. Exit codes: 0 answered, 2 usage, 3 bad input, 4 store."""
    from api.cli.commands import app
    from api.cli.failing import run

    sys.exit(run(app, sys.argv[1:]))

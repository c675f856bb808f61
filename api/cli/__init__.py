"""The command line. Each command is a few lines over the service; heavy imports wait until a command runs."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path


def main() -> None:
    """Run `caremap`. Exit codes: 0 answered, 2 usage, 3 bad input, 4 store."""
    _speak_utf8()
    from api.cli.commands import app
    from api.cli.failing import run

    sys.exit(run(app, sys.argv[1:]))


def _speak_utf8() -> None:
    """Write UTF-8 whatever the machine's own encoding is, and what no encoding can hold as an escape, which JSON reads too."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open until the end.
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")

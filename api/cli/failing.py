"""What happens when a command cannot answer: one clear message, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import typer

from schema.errors import EXIT_ANSWERED, EXIT_BAD_INPUT, EXIT_USAGE, CaremapError, InvalidMap, UnknownName

INTERRUPTED = 130


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the app on arguments and return the exit code. Usage errors are said by typer itself, on stderr."""
    try:
        status = _status_of(app, arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (caremap ... | head): nothing is left to say.
        _write_no_more()
        return EXIT_ANSWERED
    except OSError as error:
        sys.stderr.write(f"caremap: the answer cannot be written: {error.strerror or error}. Make room, or send it elsewhere.\n")
        _write_no_more()
        return EXIT_BAD_INPUT
    return status


def _status_of(app: typer.Typer, arguments: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    try:
        command.main(args=list(arguments), prog_name="caremap")
    except SystemExit as end:
        if end.code == EXIT_USAGE and "--json" in arguments:
            _print({"code": "USAGE", "message": "The command cannot be read so; standard error says why, and --help what it takes."})
        return end.code if isinstance(end.code, int) else EXIT_ANSWERED
    except CaremapError as error:
        return _said(error, as_json="--json" in arguments)
    return EXIT_ANSWERED


def _write_no_more() -> None:
    """Let what is still to be written to stdout go nowhere, so that Python does not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(error: CaremapError, *, as_json: bool) -> int:
    sys.stderr.write(f"caremap: {error}\n")
    if as_json:
        said: dict[str, object] = {"code": error.code, "message": str(error)}
        if isinstance(error, UnknownName):
            said["near"] = list(error.near)
        if isinstance(error, InvalidMap):
            said["problems"] = [
                {"place": problem.place, "field": problem.field, "message": problem.message, "severity": problem.severity}
                for problem in error.problems
            ]
        _print(said)
    return error.exit_status


def _print(said: dict[str, object]) -> None:
    """The one JSON document of a command that cannot answer."""
    sys.stdout.write(json.dumps({"error": said}, ensure_ascii=False) + "\n")

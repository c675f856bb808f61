"""Running the command line in this process, as a script would."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli.commands import app
from api.cli.failing import run


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


@pytest.fixture
def caremap(capsys, monkeypatch, tmp_path) -> Callable[..., Said]:
    """Run `caremap` with these arguments. The default store lies in a folder of the test's own."""
    monkeypatch.setenv("CAREMAP_STORE", f"sqlite:///{tmp_path}/default.sqlite")

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        status = run(app, [str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return call


@pytest.fixture
def edges(tmp_path) -> Path:
    """A small map as an edge list."""
    file = tmp_path / "edges.csv"
    file.write_text("from,to,weight\na,b,0.5\nb,c,-0.8\na,c,0.2\nc,a,0.1\n", encoding="utf-8")
    return file


@pytest.fixture
def a_map(tmp_path) -> Path:
    """A small map as map JSON, with a decision and a moment."""
    file = tmp_path / "map.json"
    whole = {
        "format": "caremap",
        "version": 1,
        "nodes": [
            {"id": "office", "kind": "body", "label": "The Office"},
            {"id": "close", "kind": "decision", "label": "Close it", "valid_from": "2025-07-22"},
            {"id": "recruits", "label": "Recruits"},
            {"id": "moment-of-interaction", "label": "Moment", "better": "more"},
        ],
        "links": [
            {"id": "m", "kind": "makes", "from": "office", "to": "close"},
            {"id": "x", "kind": "influences", "from": "close", "to": "recruits", "sign": "-", "strength": 0.5, "delay_months": 3},
            {"id": "y", "from": "recruits", "to": "moment-of-interaction", "sign": "+", "strength": 0.5, "delay_months": 1},
        ],
        "sources": [],
    }
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file

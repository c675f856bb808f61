"""What the readers of public files share: tables and JSON as rows with their place, and faults as warnings.

A fault is told and never mended in silence: a reader keeps the row where it can be used, and says what it did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from loaders.codec import decode_text
from loaders.plain_csv import read_lines
from schema.errors import Problem
from schema.records import Link, Node, Source
from schema.rows import MapRows, Row
from schema.system_map import SystemMap
from schema.wire import to_json

T = TypeVar("T")

PREAMBLE = 20
"""How many lines may stand before the header of a table."""

_BROKEN = re.compile("\ufffd|\u00ef\u00bf\u00bd|\u00ef\u00be|\u00c2\u00a0|\u00c3[\u0080-\u00bf]|ï¿½|ï¾")
"""What is left of letters that were read in one encoding and written in another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """The rows of a file, in its order, and its faults: warnings where a row could be used, errors where it could not."""

    rows: tuple[T, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether nothing had to be left out."""
        return not any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One row of a table: where it stands, and its cells by column."""

    place: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def warning(place: str, message: str, field: str | None = None) -> Problem:
    """A fault of a row that is used all the same."""
    return Problem(place=place, message=message, field=field, severity="warning")


def table(data: bytes, name: str, columns: Sequence[str], problems: list[Problem]) -> list[Cells]:
    """The rows under the header that holds all the columns named; lines before it are passed over. O(text)."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        problems.append(text)
        return []
    lines = read_lines(text, name, problems)
    place = next((row for row, line in enumerate(lines[:PREAMBLE]) if set(columns) <= {cell.strip() for cell in line.cells}), None)
    if place is None:
        seen = {cell.strip() for line in lines[:PREAMBLE] for cell in line.cells}
        missing = ", ".join(column for column in columns if column not in seen) or "all of them in one line"
        problems.append(Problem(place=f"{name}:1", message=f"has no header with the columns {missing}; give the file as it was published"))
        return []
    header = [cell.strip() for cell in lines[place].cells]
    found = []
    for line in lines[place + 1 :]:
        if len(line.cells) != len(header):
            message = f"has {len(line.cells)} cells under {len(header)} columns; left out"
            problems.append(Problem(place=f"{name}:{line.number}", message=message))
            continue
        found.append(Cells(place=f"{name}:{line.number}", cells=dict(zip(header, line.cells, strict=True))))
    return found


def json_of(data: bytes, name: str, problems: list[Problem]) -> Any:
    """The value of a JSON file, or None with a problem."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        problems.append(text)
        return None
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        problems.append(Problem(place=name, message=f"is not JSON: {error}"))
        return None


def tidy(text: str, place: str, field: str, problems: list[Problem]) -> str:
    """A name without stray blanks, each of which is told, as are letters that broke on the way."""
    plain = " ".join(text.split())
    if plain != text:
        problems.append(warning(place, f"{text!r} has stray blanks; read as {plain!r}", field))
    if _BROKEN.search(plain):
        problems.append(warning(place, f"{plain!r} holds letters that broke between two encodings", field))
    return plain


def is_broken(text: str) -> bool:
    """Whether letters of a text broke between two encodings."""
    return _BROKEN.search(text) is not None


def day(text: str, place: str, field: str, problems: list[Problem]) -> date | None:
    """A day as in 2022-07-01; None for none, with a warning for what is no day."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        problems.append(warning(place, f"{text!r} is no day such as 2022-07-01; left out", field))
        return None


def several(text: str, separator: str = ",") -> tuple[str, ...]:
    """The parts of a cell that holds several."""
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def map_rows(system_map: SystemMap, found: Found[T], name: str) -> MapRows:
    """A map made of a file, as the rows of a format, with the file's faults."""

    def rows(records: Iterable[Node | Link | Source]) -> list[Row]:
        return [Row(place=f"{name}, {record.id}", data=to_json(record), file=name) for record in records]

    return MapRows(
        nodes=rows(system_map.nodes),
        links=rows(system_map.links),
        sources=rows(system_map.sources),
        problems=found.problems,
        title=system_map.title,
    )


def said_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, each once, in their order."""
    return tuple(dict.fromkeys(problems))

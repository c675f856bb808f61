"""CSV text as numbered rows of cells, and what kind of table a CSV is that stands alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from schema.errors import Problem

MAX_CELL = 10_000_000
"""The longest cell that is read, in characters; fields have their own, lower limits."""

START_NAMES = ("from", "source", "start", "cause", "from_id", "source_id", "start_id", "from_labels", "from_label")
END_NAMES = ("to", "target", "end", "effect", "to_id", "target_id", "end_id", "to_labels", "to_label")
NAME_NAMES = ("id", "label", "name", "node", "element")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: the line of the file on which it begins, counted from 1, and its cells."""

    number: int
    cells: list[str]


class Shape(Enum):
    """What a CSV that stands alone can be."""

    EDGES = "an edge list"
    MATRIX = "a square weight matrix"
    NODES = "a table of nodes"
    OTHER = "no table of a map"


def plain_name(header: str) -> str:
    """A column's name whatever its case and spelling: `Delay Months` is `delay_months`."""
    return re.sub(r"[^0-9a-z]+", "_", header.strip().lower()).strip("_") or header.strip().lower()


def delimiter_of(text: str) -> str:
    """The separator of a table: the one that stands most often in its first line outside quotes; a comma where none does."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max((",", ";", "\t"), key=first.count)


def read_lines(text: str, name: str, problems: list[Problem]) -> list[Line]:
    """The rows of a table that are not blank. A row that cannot be read is a problem and the last one read. O(text)."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    lines: list[Line] = []
    begins = 1
    try:
        for cells in reader:
            if any(cells) and not all(cell.isspace() or not cell for cell in cells):
                lines.append(Line(begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        hint = "; a quotation mark is not closed" if "unexpected end" in str(error) else ""
        problems.append(Problem(place=f"{name}:{begins}", message=f"is not CSV from here on: {error}{hint}"))
    return lines


def number_of(text: str) -> float | None:
    """The number that a cell holds, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def column(names: Sequence[str], wanted: Iterable[str]) -> int | None:
    """The place of the first wanted name among plain column names."""
    return next((names.index(name) for name in wanted if name in names), None)


def has_ends(header: Sequence[str]) -> bool:
    """Whether a header names both ends of a link."""
    names = [plain_name(cell) for cell in header]
    return column(names, START_NAMES) is not None and column(names, END_NAMES) is not None


def shape_of(lines: Sequence[Line]) -> Shape:
    """What a CSV is. The first that holds:

    1. its header names both ends (from and to, source and target, start and end, cause and effect): an edge list;
    2. it has as many rows as names in its header after the corner, and two of these hold: the corner is empty, the first
       column holds the names of the header, all else is numbers or blank: a matrix;
    3. its header is n names over n rows of n numbers, or it is n rows of n numbers with n at least 4: a matrix;
    4. its header names an id, label or name: a table of nodes;
    5. it has two columns, or three of which the third holds weights or signs: an edge list without a header.
    """
    if not lines:
        return Shape.OTHER
    header = lines[0].cells
    if has_ends(header):
        return Shape.EDGES
    if _is_named_matrix(lines) or _is_bare_matrix(lines):
        return Shape.MATRIX
    if column([plain_name(cell) for cell in header], NAME_NAMES) is not None:
        return Shape.NODES
    return Shape.EDGES if _is_bare_list(lines) else Shape.OTHER


def _is_named_matrix(lines: Sequence[Line]) -> bool:
    header, body = lines[0].cells, lines[1:]
    if len(header) < 2 or not body:
        return False
    if len(body) != len(header) - 1:
        return False
    is_corner = not header[0].strip()
    same_names = {cell.strip() for cell in header[1:]} == {line.cells[0].strip() for line in body}
    if is_corner and same_names:
        return True
    numbers = all(_all_numbers(line.cells[1:]) for line in body)
    return numbers and (is_corner or (same_names and len(body) > 1 and number_of(header[0]) is None))


def _is_bare_matrix(lines: Sequence[Line]) -> bool:
    width = len(lines[0].cells)
    if not all(len(line.cells) == width for line in lines) or not all(_all_numbers(line.cells) for line in lines[1:]):
        return False
    if _all_numbers(lines[0].cells):
        return len(lines) == width >= 4
    return len(lines) == width + 1 and width >= 2 and all(number_of(cell) is None for cell in lines[0].cells)


def _all_numbers(cells: Iterable[str]) -> bool:
    return all(not cell.strip() or number_of(cell) is not None for cell in cells)


def _is_bare_list(lines: Sequence[Line]) -> bool:
    widths = {len(line.cells) for line in lines}
    return widths == {2} or (widths <= {2, 3} and all(is_weight(line.cells[2]) for line in lines[1:] if len(line.cells) == 3))


def is_weight(cell: str) -> bool:
    """Whether a cell holds a weight or a sign, or nothing."""
    text = cell.strip()
    return text in ("", "+", "-", "?", "−", "–") or number_of(text) is not None


def written(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The bytes of a table, some thousand rows a piece. Unguarded: for machines, which want the text as it is."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % 5000 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()

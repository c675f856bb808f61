"""Rows that yield to others where several files make one map: implied nodes to described ones, made ids to given ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from schema.rows import MapRows, Row


class ImpliedRow(Row):
    """A node that a file only names as the end of a link; it yields to a row that describes it."""

    __slots__ = ()


class NumberedRow(Row):
    """A link whose id was made from its ends; it yields to a row of that id in another file by taking the next number."""

    __slots__ = ()


def numbered(start: str, end: str, number: int) -> str:
    """The id of a link that its file gives none: its ends, and a number from the second link of the same ends on."""
    return f"{start}.{end}" if number == 1 else f"{start}.{end}#{number}"


def yielding(parts: Sequence[MapRows], known: Iterable[str] = ()) -> list[MapRows]:
    """Several files as parts of one map, in their order; their rows must be such as may be gone through twice. O(rows).

    Nodes that are only implied yield to rows, or to `known` nodes, that describe them; a link id that was made from the
    link's ends takes the next number where another file has it too.
    """
    described = {_id(row) for part in parts for row in part.nodes if not isinstance(row, ImpliedRow)} | set(known)
    used = {_id(row) for part in parts for row in part.links if not isinstance(row, NumberedRow)} if len(parts) > 1 else set()
    made: list[MapRows] = []
    for part in parts:
        nodes = [row for row in part.nodes if not isinstance(row, ImpliedRow) or not _seen(row.data["id"], described)]
        links = [_renumbered(row, used) for row in part.links] if len(parts) > 1 else part.links
        made.append(replace(part, nodes=nodes, links=links))
    return made


def _id(row: Row) -> Any:
    data: Any = row.data  # Of a broken file it may be anything.
    identifier = data.get("id") if isinstance(data, dict) else None
    return identifier if isinstance(identifier, str | int) else None


def _seen(identifier: str, seen: set[Any]) -> bool:
    if identifier in seen:
        return True
    seen.add(identifier)
    return False


def _renumbered(row: Row, used: set[Any]) -> Row:
    if not isinstance(row, NumberedRow):
        return row
    identifier, number = row.data["id"], 1
    while identifier in used:
        number += 1
        identifier = numbered(row.data["from"], row.data["to"], number)
    used.add(identifier)
    return row if identifier == row.data["id"] else replace(row, data={**row.data, "id": identifier})

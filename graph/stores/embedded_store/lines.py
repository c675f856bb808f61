"""Which versions of records a scope sees: the line of branches behind a revision, and the layers above one another."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from schema.errors import BadInput, near_names
from schema.records import BASE_LAYER


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch as kept: it begins at a revision of its parent and has a newest revision of its own line."""

    key: int
    name: str
    parent: int | None
    begins: int
    head: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a scope sees: the branch and those it came from, each up to a revision; and layers, the last on top.

    `parts` holds (branch key, revision), the branch itself first. `layers` holds layer keys.
    """

    revision: int
    parts: tuple[tuple[int, int], ...]
    layers: tuple[int, ...]

    @property
    def is_single(self) -> bool:
        """Whether no record can hide another."""
        return len(self.parts) == 1 and len(self.layers) == 1

    def condition(self) -> tuple[str, list[int]]:
        """The SQL that holds for the versions in sight, and its parameters."""
        part = "(branch = ? AND from_revision <= ? AND to_revision > ?)"
        marks = ", ".join("?" * len(self.layers))
        text = f"({' OR '.join([part] * len(self.parts))}) AND layer IN ({marks})"
        return text, [*(number for branch, upto in self.parts for number in (branch, upto, upto)), *self.layers]

    def height(self, branch: int, layer: int) -> tuple[int, int]:
        """Which of two versions of a record is seen: the higher one."""
        depth = next(place for place, (key, _) in enumerate(self.parts) if key == branch)
        return self.layers.index(layer), -depth

    def views(self) -> tuple[tuple[int, int, int], ...]:
        """(layer, branch, revision) from the highest down."""
        return tuple((layer, branch, upto) for layer in reversed(self.layers) for branch, upto in self.parts)


def branches(connection: sqlite3.Connection) -> dict[str, Branch]:
    """Every branch by its name, in the order of making."""
    rows = connection.execute("SELECT key, name, parent, begins, head FROM branches ORDER BY key")
    return {name: Branch(key=key, name=name, parent=parent, begins=begins, head=head) for key, name, parent, begins, head in rows}


def branch_named(connection: sqlite3.Connection, name: str) -> Branch:
    """A branch by its name. Raises BadInput with the names there are."""
    row = connection.execute("SELECT key, name, parent, begins, head FROM branches WHERE name = ?", (name,)).fetchone()
    if row is None:
        known = [known for (known,) in connection.execute("SELECT name FROM branches ORDER BY key")]
        near = near_names(name, known) or tuple(known[:10])
        raise BadInput(f"No branch {name!r} in this store; there is {', '.join(near)}. Make it with create_branch, or name one of these.")
    return Branch(key=row[0], name=row[1], parent=row[2], begins=row[3], head=row[4])


def line_of(connection: sqlite3.Connection, branch: Branch, layers: Sequence[int], revision: int | None = None) -> Line:
    """The line of a branch as it stood at a revision (None: now). Raises BadInput for one that it never had."""
    upto = branch.head if revision is None else revision
    if not 0 <= upto <= branch.head:
        raise BadInput(f"Branch {branch.name!r} has no revision {revision}; its newest is {branch.head}.")
    by_key = {known.key: known for known in branches(connection).values()} if branch.parent is not None else {branch.key: branch}
    parts: list[tuple[int, int]] = []
    at: Branch | None = branch
    bound = upto
    while at is not None:
        if bound > at.begins or at.parent is None:
            parts.append((at.key, bound))
        bound = min(bound, at.begins)
        at = by_key[at.parent] if at.parent is not None else None
    latest = [
        connection.execute("SELECT max(revision) FROM revisions WHERE branch = ? AND revision <= ?", part).fetchone()[0] for part in parts
    ]
    newest = branch.head if revision is None else max((found for found in latest if found is not None), default=0)
    return Line(revision=newest, parts=tuple(parts), layers=tuple(layers))


def layer_keys(connection: sqlite3.Connection, names: Sequence[str]) -> list[int]:
    """The keys of layers, in the order named. Raises BadInput for one in which nothing was ever kept."""
    known = dict(connection.execute("SELECT name, key FROM layers ORDER BY key").fetchall())
    for name in names:
        if name not in known:
            raise BadInput(
                f"No layer {name!r} in this store; there is {', '.join(known)}. A layer begins with the first change that names it."
            )
    return [known[name] for name in dict.fromkeys(names)]


def layers_met(layer: str) -> tuple[str, ...]:
    """The layers that a change of one layer meets: its own above the base."""
    return (BASE_LAYER,) if layer == BASE_LAYER else (BASE_LAYER, layer)

"""The errors of the whole house, drawn once.

CaremapError                      code, exit status
├── BadInput            (3)       what was given cannot be used
│   ├── InvalidMap                a file or change with problems, all of them listed
│   ├── UnknownName               an id or label that is not on the map, with near ones
│   └── BadQuestion               a question that cannot be asked this way, with the way it can
├── StoreError          (4)       the store cannot do what was asked
│   ├── StoreUnavailable          not there, locked, read-only or full
│   ├── StoreForeign              it holds somebody else's data, or a layout of another version
│   └── Conflict                  the map has moved on since the revision that the change was made at
└── Stopped             (0)       never shown: a deadline or a cancel inside an analysis
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nsmallest
from typing import ClassVar

EXIT_ANSWERED = 0
EXIT_USAGE = 2
EXIT_BAD_INPUT = 3
EXIT_STORE = 4

FEW_ENOUGH = 20_000
"""Up to so many names are compared with a misspelt one letter by letter."""


def near_names(name: str, names: Iterable[str], most: int = 5) -> tuple[str, ...]:
    """Up to `most` of the names that look like `name`, best first: those that hold it, then those spelled like it."""
    wanted = name.strip().lower().replace(" ", "-").replace("_", "-")
    holding: list[tuple[int, str]] = []
    candidates: list[str] = []
    for count, known in enumerate(names, 1):
        if wanted and wanted in known.lower():
            holding.append((len(known), known))
            if len(holding) > FEW_ENOUGH:
                holding = nsmallest(most, holding)
        # Among very many names only those that begin alike are compared letter by letter; the others are not even kept.
        if count == FEW_ENOUGH + 1:
            candidates = [each for each in candidates if _begins_alike(each, wanted)]
        if count <= FEW_ENOUGH or _begins_alike(known, wanted):
            candidates.append(known)
    spelled = get_close_matches(wanted, candidates, n=most, cutoff=0.6)
    return tuple(dict.fromkeys([*(known for _, known in nsmallest(most, holding)), *spelled]))[:most]


def not_on_the_map(identifier: str, names: Iterable[str] = ()) -> str:
    """What is said of an id that nothing describes: up to three of the names that look like it, else the remedy. O(names)."""
    near = near_names(identifier, names, 3)
    return f"{identifier!r} is not on the map" + (f"; near it: {', '.join(near)}" if near else "; add the node or mend the id")


def _begins_alike(name: str, wanted: str) -> bool:
    return name[:2].lower() == wanted[:2]


class CaremapError(Exception):
    """Anything that caremap says no to. `code` is stable and is what GraphQL and scripts see."""

    code: ClassVar[str] = "CAREMAP_ERROR"
    exit_status: ClassVar[int] = EXIT_BAD_INPUT


class BadInput(CaremapError):
    """What was given cannot be used; the message names the thing, the place and the remedy."""

    code = "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a file: where, what, and how grave. `place` is a file with a line, row or JSON path."""

    place: str
    message: str
    field: str | None = None
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.place}, {self.field}" if self.field else self.place
        return f"{where}: {self.message}"


class InvalidMap(BadInput):
    """A map or change with at least one error. All problems are listed, in the order of the file."""

    code = "INVALID_MAP"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        errors = [problem for problem in self.problems if problem.severity == "error"]
        shown = "\n".join(f"  {problem}" for problem in errors[:20])
        more = f"\n  ... and {len(errors) - 20} more" if len(errors) > 20 else ""
        noun = "problem" if len(errors) == 1 else "problems"
        super().__init__(f"{len(errors)} {noun}:\n{shown}{more}")


class UnknownName(BadInput):
    """A name that is not on the map. `near` holds up to five ids that look like it, best first; `what` says what it should name."""

    code = "UNKNOWN_NAME"

    def __init__(self, name: str, near: Sequence[str] = (), *, what: str = "id") -> None:
        self.name = name
        self.near = tuple(near)
        self.what = what
        hint = f" Did you mean {', '.join(self.near)}?" if self.near else " Nothing on it is spelt like that."
        super().__init__(f"No {what} {name!r} on this map.{hint}")


class BadQuestion(BadInput):
    """A question that cannot be asked as it stands; the message says how it can."""

    code = "BAD_QUESTION"


class StoreError(CaremapError):
    """The store cannot do what was asked."""

    code = "STORE_ERROR"
    exit_status = EXIT_STORE

    def is_retryable(self) -> bool:
        """Whether the same call may succeed later with nothing changed by the caller."""
        return False


class StoreUnavailable(StoreError):
    """The store is not there, is locked, read-only or full."""

    code = "UNAVAILABLE"

    def is_retryable(self) -> bool:
        return True


class StoreForeign(StoreError):
    """The database holds somebody else's data, or a layout of ours that this version cannot use."""

    code = "STORE_FOREIGN"


class Conflict(StoreError):
    """The map moved on between reading and writing. `changed` lists ids that were changed in between."""

    code = "CONFLICT"

    def __init__(self, message: str, *, expected: int, found: int, changed: Sequence[str] = ()) -> None:
        self.expected = expected
        self.found = found
        self.changed = tuple(changed)
        super().__init__(message)

"""The two sides of `caremap ask compare`: what A and B stand for, and the service that compares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.options import Asked
from graph.scope import Scope, Side
from schema.errors import BadInput

if TYPE_CHECKING:
    from graph.service import MapService

CURRENT, PROPOSED, SHIPPED = "current", "proposed", "shipped"
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")


@contextmanager
def compared(asked: Asked, a: str, b: str) -> Iterator[tuple[MapService, Side, Side]]:
    """The service and both sides. Where both are files, no store is opened, and none is made."""
    sides = [_of_file(a), _of_file(b)]
    if sides[0] is not None and sides[1] is not None:
        from graph.service import MapService
        from graph.store import FixedMap

        assert sides[0].system_map is not None
        yield MapService(FixedMap(sides[0].system_map, a)), sides[0], sides[1]
        return
    with asked.service() as service:
        left, right = (side or _of_word(service, word) for side, word in zip(sides, (a, b), strict=True))
        yield service, left, right


def _of_file(word: str) -> Side | None:
    """The side that a file is; None for a word that is none."""
    from api.wiring import map_named

    if word != SHIPPED and not Path(word).exists() and "." not in word and "/" not in word:
        return None
    return Side(name=word, system_map=map_named(word))


def _of_word(service: MapService, word: str) -> Side:
    """The side that a word, a date, a revision or a branch is."""
    from schema.system_map import first_day

    if word in (CURRENT, PROPOSED):
        return Side(name=word, proposals=word == PROPOSED)
    if _DAY.fullmatch(word):
        from datetime import date

        try:
            return Side(name=word, is_dated=True, as_of=date.fromordinal(first_day(word)))
        except ValueError:
            raise BadInput(f"{word}: is no day of the calendar; write it as 2022-06-01.") from None
    if word == "any":
        return Side(name="any day", is_dated=True, as_of=None)
    if word.isdecimal():
        return Side(name=f"revision {word}", scope=Scope(revision=int(word)))
    branches = service.branches()
    if word in branches:
        return Side(name=f"branch {word}", scope=Scope(branch=word))
    known = f"; branches are {', '.join(branches)}" if branches else ""
    raise BadInput(f"{word}: is no file, revision, date or branch{known}. `current` and `proposed` are words for the two views of one map.")

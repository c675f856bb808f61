"""Dates as day numbers (proleptic Gregorian ordinals), for columns. A partial date begins on its first day and ends with its last."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

ALWAYS_FROM = 0
ALWAYS_TO = 4_000_000
"""Day numbers before and after every date that a map can name (proleptic Gregorian ordinals)."""


def first_day(when: str | None) -> int:
    """The day number on which a (partial) date begins; ALWAYS_FROM for none."""
    if not when:
        return ALWAYS_FROM
    parts = [int(part) for part in when.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1).toordinal()


def end_day(when: str | None) -> int:
    """The first day on which a thing valid to a (partial) date no longer stands; ALWAYS_TO for none."""
    if not when:
        return ALWAYS_TO
    parts = [int(part) for part in when.split("-")]
    if len(parts) == 3:
        return date(*parts).toordinal()
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1]).toordinal() + 1

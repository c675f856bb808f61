"""When a period lies: periods of series are words, and a chart needs to know where in time each of them stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from schema.system_map import end_day, first_day

_YEARS = re.compile(r"([0-9]{4})([/-])([0-9]{2}|[0-9]{4})")
_QUARTER = re.compile(r"([0-9]{4})[- ]?Q([1-4])")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_APRIL = 4
_MONTHS = 12

Span = tuple[int, int]
"""Day numbers, half-open."""


def spans_of(periods: Iterable[str]) -> tuple[Span | None, ...]:
    """When each of a series' periods lies; None for one that names no time we can read.

    Read are dates, whole or partial, financial years (`2021/22`, from April), quarters (`2024-Q1`), `A to B` and `to B`,
    which stands where its end stands. `2011-12` is December alone, but a financial year among others written so.
    """
    listed = [period.strip() for period in periods]
    pairs = any(match[2] == "-" and int(match[3]) > _MONTHS for period in listed if (match := _YEARS.fullmatch(period)))
    return tuple(_span(period, pairs=pairs) for period in listed)


def middle(span: Span) -> int:
    """The day in the middle of a span."""
    return (span[0] + span[1]) // 2


def _span(period: str, *, pairs: bool) -> Span | None:
    start, to, end = period.rpartition("to ")
    if to:
        closing = _span(end, pairs=pairs)
        opening = _span(start.strip(), pairs=pairs) if start.strip() else closing
        return (opening[0], closing[1]) if opening and closing and opening[0] < closing[1] else None
    try:
        return _financial_year(period, pairs=pairs) or _quarter(period) or _dated(period)
    except ValueError:
        # Written like a date, but no day of any calendar: the thirteenth month, the year 0.
        return None


def _financial_year(period: str, *, pairs: bool) -> Span | None:
    match = _YEARS.fullmatch(period)
    if match is None or (match[2] == "-" and len(match[3]) == 2 and int(match[3]) <= _MONTHS and not pairs):
        return None
    first, last = int(match[1]), match[3]
    if str(first + 1)[-len(last) :] != last:
        return None
    return date(first, _APRIL, 1).toordinal(), date(first + 1, _APRIL, 1).toordinal()


def _quarter(period: str) -> Span | None:
    match = _QUARTER.fullmatch(period)
    if match is None:
        return None
    month = 3 * int(match[2])
    return date(int(match[1]), month - 2, 1).toordinal(), end_day(f"{match[1]}-{month:02}")


def _dated(period: str) -> Span | None:
    match = _DATE.fullmatch(period)
    if match is None:
        return None
    start = first_day(period)
    return start, start + 1 if match[2] else end_day(period)

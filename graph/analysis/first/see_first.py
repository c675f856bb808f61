"""What should I see first: along the strongest path to the moment, what shows each step, who publishes it, and how late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.analysis.first.asked import Asked
from graph.kernels.paths import strongest
from graph.results import Step
from graph.results.first import FirstAnswer, FirstItem
from graph.selection import path_problem, resolve_ends
from graph.telling import months, path_of
from schema.errors import BadQuestion
from schema.kinds import LinkKind, Use
from schema.records import Observation
from schema.system_map import end_day, first_day

DAYS_IN_A_MONTH = 365.25 / 12
METHOD = (
    "the strongest path; for each step the months until it moves, added up, and the series and observers of what it moves; the lag of a"
    " series is the time from the end of its latest period to the date of its source, as far as both are known"
)
_FINANCIAL_YEAR = re.compile(r"^(\d{4})[/-](\d{2})$")
_QUARTER = re.compile(r"^(\d{4})-?Q([1-4])$")
_ISO = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?$")


def see_first(asked: Asked) -> FirstAnswer:
    """One item for each step after the lead-in, in the order of the path. Raises BadQuestion where no node is named."""
    goal = asked.the_moment()
    if asked.node is None:
        raise BadQuestion("The question see-first is asked about a decision or a body: name it with --node.")
    ends = resolve_ends(asked.snapshot, asked.selection, [asked.id(asked.node)], [asked.id(goal)])
    found = strongest(path_problem(asked.snapshot, asked.selection, ends, asked.filters), 1, stop=asked.stop)
    path = path_of(asked.snapshot, asked.selection, found.paths[0]) if found.paths else None
    items, low, high = [], 0.0, 0.0
    for step in path.steps if path else ():
        if not step.is_lead_in:
            low += step.delay_low or 0.0
            high += np.nan if step.delay_high is None else step.delay_high
            items.append(_item(asked, step, low, None if np.isnan(high) else high))
    shown = [item for item in items if item.facts["series"] or item.facts["observers"]]
    first = f" The first that anybody shows or sees is {shown[0].label}." if shown else " Nothing on it is shown or seen by anybody drawn."
    start, end = (asked.snapshot.node(row).label for row in (asked.node, goal))
    return asked.answer(
        items,
        opening=f"From {start} to {end} the strongest path has {len(items)} steps; {len(shown)} have an indicator.{first}",
        method=METHOD,
        about=asked.node,
        counts={"steps": len(items), "with_indicator": len(shown)},
        notes=("; ".join(ends.remarks) + ".",) if ends.remarks else (),
        complete=not asked.stopped,
        none=ends.why_none or f"No path leads from {start} to {end} here.",
    )


def _item(asked: Asked, step: Step, low: float, high: float | None) -> FirstItem:
    node = asked.snapshot.node(asked.snapshot.row_of[step.end])
    series = _series(asked, node.observations)
    observers = _observers(asked, asked.snapshot.row_of[step.end])
    lags = sorted((each.lag for each in series if each.lag is not None), key=lambda lag: (lag[1], lag[0]))
    said = [f"{each.name or node.label} ({each.publisher or 'publisher not recorded'}, {each.period})" for each in series]
    said += [f"seen by {name}{'' if delay is None else f' {delay}'}" for name, delay in observers]
    moves = months(low, high)
    return FirstItem(
        id=node.id,
        label=node.label,
        facts={
            "link": step.link,
            "effect": step.effect,
            "months_low": low,
            "months_high": high,
            "series": tuple(each.name or node.label for each in series),
            "publishers": tuple(dict.fromkeys(each.publisher for each in series if each.publisher)),
            "latest": max((each.period for each in series), default=None),
            "lag_low": lags[0][0] if lags else None,
            "lag_high": lags[0][1] if lags else None,
            "observers": tuple(name for name, _ in observers),
        },
        text=f"{node.label} ({step.effect}), {moves if moves.startswith(('at once', 'after')) else f'after {moves}'}: "
        + ("; ".join(said) if said else "no indicator drawn")
        + (f"; published {months(round(lags[0][0], 1), round(lags[0][1], 1))} after the period" if lags else "")
        + ".",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """A series at its latest period; `lag` is months, low and high, None where it cannot be known."""

    name: str
    publisher: str | None
    period: str
    lag: tuple[float, float] | None


def _series(asked: Asked, observations: tuple[Observation, ...]) -> list[_Series]:
    """The series of a factor by name, each at the period that ends last; periods that no date can be read from come before all others."""
    latest: dict[str, Observation] = {}
    for each in observations:
        kept = latest.get(each.series)
        if kept is None or (period_end(each.period) or 0) >= (period_end(kept.period) or 0):
            latest[each.series] = each
    found = []
    for name, each in sorted(latest.items()):
        source = asked.snapshot.map.source_of.get(each.source)
        found.append(
            _Series(
                name=name,
                publisher=source.publisher if source else None,
                period=each.period,
                lag=lag_between(each.period, source.date if source else None),
            )
        )
    return found


def lag_between(period: str, published: str | None) -> tuple[float, float] | None:
    """The least and the most months from the end of a period to a (partial) date; None where one is not known or it was told ahead."""
    end = period_end(period)
    if end is None or not published or not _ISO.match(published):
        return None
    low, high = ((day - end) / DAYS_IN_A_MONTH for day in (first_day(published), end_day(published)))
    return None if high <= 0 else (max(low, 0.0), high)


def period_end(period: str) -> int | None:
    """The day number on which a period is over: a date, a quarter, a financial year to 31 March, or the end of `... to ...`.

    `2011-12` can be a month or a financial year, and so is None.
    """
    text = period.rsplit("to ", 1)[-1].strip()
    year = _FINANCIAL_YEAR.match(text)
    if year and (int(year[1]) + 1) % 100 == int(year[2]):
        ambiguous = "-" in text and 1 <= int(year[2]) <= 12
        return None if ambiguous else date(int(year[1]) + 1, 4, 1).toordinal()
    quarter = _QUARTER.match(text)
    if quarter:
        return end_day(f"{quarter[1]}-{int(quarter[2]) * 3:02}")
    return end_day(text) if _ISO.match(text) else None


def _observers(asked: Asked, row: int) -> list[tuple[str, str | None]]:
    """Who sees a factor, with how long it takes them, in the order of ids; not those who are said not to see it."""
    found = {}
    for link in asked.standing(LinkKind.OBSERVES):
        record = asked.snapshot.link(link)
        said_no = record.available is Use.NO or any(claim.attributes.get("available") in ("no", False) for claim in record.claims)
        if int(asked.snapshot.end[link]) == row and not (said_no and record.available not in (Use.YES, Use.SOMETIMES)):
            known = record.delay_low is not None and record.delay_high is not None
            found[record.start] = months(record.delay_low or 0.0, record.delay_high) if known else None
    return sorted(found.items())

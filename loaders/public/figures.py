"""Tables of figures that others made from public returns: spending, care homes, measures of councils, answers to a newsroom.

What is known to be wrong in them shows in the figures themselves, and is told from them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loaders.public.reading import Cells, Found, table, warning
from schema.errors import Problem

JUMP = 2.0
"""Totals that grow more than so many times from one year to the next are told."""

_FLIP = 0.1
_FULLER = 1.25
_UNANSWERED = frozenset({"", "no", "refused", "did not respond"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Spending of a year, in thousands of pounds as published, not adjusted for prices. `sector` is External, In House or Total."""

    year: int
    setting: str
    sector: str
    thousand: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Care homes and their beds by who owns them, in a year."""

    year: int
    ownership: str
    homes: int
    beds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measure of a council in a financial year; None where the cell is blank."""

    year: str
    code: str
    council: str
    measure: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A council's answer: how it answered, and its figures by column; None where a cell holds words such as Not held."""

    council: str
    country: str
    answered: str
    figures: tuple[tuple[str, float | None], ...]


def spending(data: bytes, name: str) -> Found[Spending]:
    """Spending by setting and sector. Told are totals that jump, and years in which in-house and external look swapped."""
    problems: list[Problem] = []
    rows = []
    for cells in table(data, name, ("year", "SupportSetting", "Sector", "Expenditure"), problems):
        year, thousand = _number(cells, "year", problems), _number(cells, "Expenditure", problems)
        if year is not None and thousand is not None:
            rows.append(Spending(year=int(year), setting=cells["SupportSetting"], sector=cells["Sector"], thousand=thousand))
    problems += _jumps(rows, name)
    problems += _swaps(rows, name)
    return Found(rows=tuple(rows), problems=tuple(problems))


def _jumps(rows: Sequence[Spending], name: str) -> Iterator[Problem]:
    """Years in which most settings jump at once: one that grows alone may be new, all of them together are a fault of the table."""
    total = {(row.setting, row.year): row.thousand for row in rows if row.sector == "Total"}
    for year in sorted({year for _, year in total}):
        growth = [
            thousand / total[setting, year - 1]
            for (setting, at), thousand in total.items()
            if at == year and total.get((setting, year - 1))
        ]
        many = sum(times > JUMP for times in growth)
        if many > len(growth) / 2:
            message = (
                f"{many} of {len(growth)} totals grow {min(growth):.1f}-fold or more from {year - 1} to {year}, as if national, regional"
            )
            yield warning(name, f"{message} and council rows were summed; not to be used from {year} on", "Expenditure")


def _swaps(rows: Sequence[Spending], name: str) -> Iterator[Problem]:
    figure = {(row.setting, row.sector, row.year): row.thousand for row in rows}
    for (setting, sector, year), thousand in figure.items():
        before = figure.get((setting, "External", year - 1))
        inside, total = figure.get((setting, "In House", year)), figure.get((setting, "Total", year))
        if sector == "External" and before and inside and total and thousand < _FLIP * before and inside > (1 - _FLIP) * total:
            message = f"{setting}, {year}: {inside:,.0f} in-house and {thousand:,.0f} external is the reverse of the year before"
            yield warning(name, f"{message}; the labels look swapped, the total does not", "Sector")


def homes(data: bytes, name: str) -> Found[Homes]:
    """Care homes and beds by owner. Told is where homes of earlier years carry ever fewer beds, as those since closed carry none."""
    problems: list[Problem] = []
    rows = []
    for cells in table(data, name, ("year", "ownership", "number_carehomes", "number_carehome_beds"), problems):
        year, count, beds = (_number(cells, field, problems) for field in ("year", "number_carehomes", "number_carehome_beds"))
        if year is not None and count is not None and beds is not None:
            rows.append(Homes(year=int(year), ownership=cells["ownership"], homes=int(count), beds=int(beds)))
    for owner in dict.fromkeys(row.ownership for row in rows):
        of_owner = sorted((row for row in rows if row.ownership == owner), key=lambda row: row.year)
        first, last = of_owner[0], of_owner[-1]
        if first.homes and last.homes and last.beds / last.homes > _FULLER * first.beds / first.homes:
            message = (
                f"{owner}: {first.beds / first.homes:.0f} beds a home in {first.year} and {last.beds / last.homes:.0f} in {last.year},"
            )
            message += f" since homes closed by now carry no beds; use beds of {last.year} only"
            problems.append(warning(name, message, "number_carehome_beds"))
    return Found(rows=tuple(rows), problems=tuple(problems))


def measures(data: bytes, name: str) -> Found[Measured]:
    """Measures of councils by year. Told are blank cells by measure, and measures that other years cover than the rest."""
    problems: list[Problem] = []
    rows = []
    for cells in table(data, name, ("Financial year", "Local authority code", "Local authority name", "Measure", "Value"), problems):
        value = _number(cells, "Value", problems) if cells["Value"].strip() else None
        rows.append(
            Measured(
                year=cells["Financial year"],
                code=cells["Local authority code"],
                council=cells["Local authority name"],
                measure=cells["Measure"],
                value=value,
            )
        )
    blanks = Counter(row.measure for row in rows if row.value is None)
    problems += [warning(name, f"{measure}: {count} councils and years are blank", "Value") for measure, count in blanks.items()]
    every = {row.year for row in rows}
    for measure in dict.fromkeys(row.measure for row in rows):
        missing = sorted(every - {row.year for row in rows if row.measure == measure})
        if missing:
            problems.append(warning(name, f"{measure}: nothing for {', '.join(missing)}", "Financial year"))
    return Found(rows=tuple(rows), problems=tuple(problems))


def answers(data: bytes, name: str) -> Found[Answer]:
    """Answers of councils to a newsroom. Told is how many did not answer or only in part: their sums are not those of the country."""
    problems: list[Problem] = []
    found = table(data, name, ("upper_tier_la", "country"), problems)
    rows = []
    for cells in found:
        answered = cells["response_type"] or cells["response"]
        columns = [column for column in cells.cells if column.rpartition("_20")[2][:2].isdecimal() or column.startswith("deaths")]
        figures = tuple((column, _figure(cells[column])) for column in columns)
        rows.append(
            Answer(council=cells["upper_tier_la"].strip(), country=cells["country"].strip(), answered=answered.strip(), figures=figures)
        )
    problems += _unanswered(rows, name)
    return Found(rows=tuple(rows), problems=tuple(problems))


def _unanswered(rows: Iterable[Answer], name: str) -> Iterator[Problem]:
    asked: Counter[str] = Counter(row.country for row in rows)
    full = Counter(row.country for row in rows if row.answered.lower() == "full")
    silent = Counter(row.country for row in rows if row.answered.lower() in _UNANSWERED)
    for country, count in asked.items():
        if full[country] < count:
            message = f"{country}: of {count} councils {full[country]} answered in full and {silent[country]} not at all"
            yield warning(name, f"{message}; not to be grossed up")


def _figure(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number(cells: Cells, field: str, problems: list[Problem]) -> float | None:
    found = _figure(cells[field].replace(",", ""))
    if found is None or not math.isfinite(found):
        problems.append(Problem(place=cells.place, message=f"{cells[field]!r} is no number; left out", field=field))
        return None
    return found

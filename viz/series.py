"""The series of a factor as a chart and a table need them: which value the line runs through, and which stand beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schema.kinds import Mark
from schema.records import Observation
from viz.details import MARK_WORDS, NOT_RECORDED
from viz.marks import Reading, Series, Standing
from viz.periods import Span, middle, spans_of

_LEAST = 2
_NOT_DRAWN = "not in the chart"


def series_of(observations: Sequence[Observation], source_at: Mapping[str, int]) -> tuple[Series, ...]:
    """A factor's series, one for each name and unit, in the order in which they are first recorded; values in order of time.

    A chart has what was checked and names a time, and needs two periods. Its line takes one value a period: not one
    that a later edition revises, and of several that are left the one recorded first. Nothing is left out of the table.
    O(n log n), and the square of the values of a single period.
    """
    groups: dict[tuple[str, str], list[Observation]] = {}
    for item in observations:
        groups.setdefault((item.series, item.unit), []).append(item)
    return tuple(Series(name=name, unit=unit, readings=_readings(items, source_at)) for (name, unit), items in groups.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    item: Observation
    span: Span | None

    @property
    def drawable(self) -> bool:
        return self.span is not None and self.item.mark is not Mark.UNVERIFIED and math.isfinite(self.item.value)

    def revised_by(self, other: _Placed) -> bool:
        """Whether the other is a later edition's value of the same period. An edition that names itself revises nothing."""
        own, revises = self.item.edition, other.item.revision_of
        return revises is not None and revises == own != other.item.edition


def _readings(items: Sequence[Observation], source_at: Mapping[str, int]) -> tuple[Reading, ...]:
    spans = spans_of(item.period for item in items)
    placed = [_Placed(item=item, span=span) for item, span in zip(items, spans, strict=True)]
    placed.sort(key=lambda one: (one.span is None, one.span or (0, 0)))
    standing = _standing(placed)
    charted = sum(role is Standing.LINE for role, _ in standing.values()) >= _LEAST
    return tuple(_reading(one, at, standing if charted else None, source_at) for at, one in enumerate(placed))


def _standing(placed: Sequence[_Placed]) -> dict[int, tuple[Standing, int | None]]:
    """How each value that can be drawn stands, by number, and the number of the value on the line for its period."""
    of_span: dict[Span, list[int]] = {}
    for at, one in enumerate(placed):
        if one.span is not None and one.drawable:
            of_span.setdefault(one.span, []).append(at)
    made: dict[int, tuple[Standing, int | None]] = {}
    for members in of_span.values():
        revised = {at for at in members if any(placed[at].revised_by(placed[other]) for other in members)}
        chosen = next((at for at in members if at not in revised), None)
        for at in members:
            role = Standing.REVISED if at in revised else Standing.LINE if at == chosen else Standing.BESIDE
            made[at] = (role, None if role is Standing.LINE else chosen)
    return made


def _reading(one: _Placed, at: int, standing: Mapping[int, tuple[Standing, int | None]] | None, source_at: Mapping[str, int]) -> Reading:
    item = one.item
    role, instead = (standing or {}).get(at, (Standing.LINE, None))
    drawn = standing is not None and at in standing
    facts = (
        MARK_WORDS[item.mark] if item.mark else f"how it was checked is {NOT_RECORDED}",
        f"revises edition {item.revision_of}" if item.revision_of else "",
        _NOT_DRAWN if standing is not None and not drawn else "",
    )
    return Reading(
        period=item.period,
        value=float(item.value) if math.isfinite(item.value) else None,
        day=middle(one.span) if drawn and one.span else None,
        standing=role,
        instead=instead,
        edition=item.edition or "",
        source=source_at.get(item.source),
        cited=item.source,
        note=item.note or "",
        checked=item.mark is not Mark.UNVERIFIED,
        facts=tuple(fact for fact in facts if fact),
    )

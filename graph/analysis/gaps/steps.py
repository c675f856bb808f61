"""One step on which information passes, the ways that are made of them, and what a decision takes into account."""

from __future__ import annotations

import math
from dataclasses import dataclass

from graph.analysis.gaps.said import Said
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, Use

SOMETIMES_STRENGTH = 0.5
CUT, UNUSED, UNRECORDED, PARTLY, DISPUTED_USE = 1, 2, 4, 8, 16
"""What there is to say of a step: not available, not used, nobody says whether it is used, used or there now and then, and said not
to be used where somebody else says that it is."""

STEPS_KEPT = 20_000
"""How many steps and inputs a snapshot keeps, which bounds what they take on a large map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """One step on which information passes: a link that observes or informs. Delays are months, NaN unknown.

    `flags` says what is the matter with it, `least` its delay as far as it is known.
    """

    row: int
    id: str
    start: int
    end: int
    signal: str | None
    available: Said
    used: Said
    delay: float
    strength: float
    flags: int
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of one signal from who sees a factor to an owner: the observation, then what is told to whom.

    `flags` are those of all its steps; `delay` sums the middles of what is known, `delay_known` says whether that is all.
    """

    steps: tuple[Passing, ...]
    signal: str | None
    flags: int
    delay: float

    @classmethod
    def of(cls, steps: tuple[Passing, ...], signal: str | None) -> Way:
        """The way of these steps."""
        flags = 0
        for step in steps:
            flags |= step.flags
        return cls(steps=steps, signal=signal, flags=flags, delay=math.fsum([step.least for step in steps]))

    @property
    def cut(self) -> tuple[Passing, ...]:
        """The steps that are said not to be available."""
        return tuple(step for step in self.steps if step.flags & CUT)

    @property
    def unused(self) -> tuple[Passing, ...]:
        """The steps that are said not to be used."""
        return tuple(step for step in self.steps if step.flags & UNUSED)

    @property
    def delay_known(self) -> bool:
        return not any(math.isnan(step.delay) for step in self.steps)

    @property
    def strength(self) -> float:
        """The product of the steps' strengths, halved for each that is used only sometimes."""
        partly = sum(bool(step.flags & PARTLY) for step in self.steps)
        return math.prod(step.strength for step in self.steps) * SOMETIMES_STRENGTH**partly

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(step.id for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A thing that a decision takes into account, or is said not to."""

    row: int
    id: str
    taken: int
    said: Said


def step_of(snapshot: Snapshot, row: int) -> Passing | Input:
    """What one information link comes to. The same in every question about a map, so that each is made once."""
    kept: dict[int, Passing | Input] = snapshot.keep("information steps", dict)
    step = kept.get(row)
    if step is None:
        if len(kept) >= STEPS_KEPT:
            kept.clear()
        is_input = snapshot.link(row).kind is LinkKind.TAKES_AS_INPUT
        step = kept[row] = _input(snapshot, row) if is_input else _passing(snapshot, row)
    return step


def _input(snapshot: Snapshot, row: int) -> Input:
    link = snapshot.link(row)
    used, available = Said.of(link, "used", Use.YES), Said.of(link, "available", Use.YES)
    return Input(row=row, id=link.id, taken=int(snapshot.end[row]), said=available if available.is_missing else used)


def _passing(snapshot: Snapshot, row: int) -> Passing:
    link = snapshot.link(row)
    low, high, told = link.delay_low, link.delay_high, link.kind is LinkKind.INFORMS
    available, used = Said.of(link, "available", Use.YES), Said.of(link, "used", Use.UNKNOWN if told else Use.YES)
    delay = (low + high) / 2 if low is not None and high is not None else math.nan
    flags = CUT * available.is_missing | UNUSED * used.is_missing
    # Seeing a thing is use enough.
    flags |= UNRECORDED * (told and not used.is_recorded) | PARTLY * (Use.SOMETIMES in (available.value, used.value))
    flags |= DISPUTED_USE * (used.is_missing and bool(used.there))
    flags |= DISPUTED_USE * (used.is_missing and bool(used.there))
    return Passing(
        row=row,
        id=link.id,
        start=int(snapshot.start[row]),
        end=int(snapshot.end[row]),
        signal=link.carrying,
        available=available,
        used=used,
        delay=delay,
        strength=float(snapshot.links.strength[row]),
        flags=flags,
        least=0.0 if math.isnan(delay) else delay,
    )

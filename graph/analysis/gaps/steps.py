"""One step on which information passes, the ways that are made of them, and what a decision takes into account."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from graph.analysis.gaps.said import Said
from schema.kinds import Use

SOMETIMES_STRENGTH = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """One step on which information passes: a link that observes or informs. Delays are months, NaN unknown."""

    row: int
    id: str
    start: int
    end: int
    signal: str | None
    available: Said
    used: Said
    delay: float
    strength: float


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way of one signal from who sees a factor to an owner: the observation, then what is told to whom.

    `delay` sums the middles of what is known, `delay_known` says whether that is all; `strength` is the product of the steps'
    strengths, halved for each that is used only sometimes.
    """

    steps: tuple[Passing, ...]
    signal: str | None

    @cached_property
    def cut(self) -> tuple[Passing, ...]:
        """The steps that are said not to be available."""
        return tuple(step for step in self.steps if step.available.is_missing)

    @cached_property
    def unused(self) -> tuple[Passing, ...]:
        """The steps that are said not to be used."""
        return tuple(step for step in self.steps if step.used.is_missing)

    @cached_property
    def unrecorded(self) -> tuple[Passing, ...]:
        """The steps of which nobody says whether they are used. Seeing a thing is use enough."""
        return tuple(step for step in self.steps[1:] if not step.used.is_recorded)

    @cached_property
    def delay(self) -> float:
        return math.fsum(step.delay for step in self.steps if not math.isnan(step.delay))

    @property
    def delay_known(self) -> bool:
        return not any(math.isnan(step.delay) for step in self.steps)

    @cached_property
    def strength(self) -> float:
        partly = sum(Use.SOMETIMES in (step.available.value, step.used.value) for step in self.steps)
        return math.prod(step.strength for step in self.steps) * SOMETIMES_STRENGTH**partly

    @property
    def last_sender(self) -> int:
        """Who tells the owner; the observer itself where it is the owner."""
        return self.steps[-1].start

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

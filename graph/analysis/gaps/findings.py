"""Gaps as they are found, before they are told: what is the matter with the way back, and of which pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graph.analysis.gaps.steps import Input, Way
from graph.analysis.gaps.unseen import UnseenPairs, near_first
from graph.snapshot import Snapshot
from schema.kinds import Use
from schema.records import Claim

NO_SENSOR, NOT_SENT, NOT_USED, TOO_LATE, WRONG_PLACE = "no_sensor", "not_sent", "not_used", "too_late", "wrong_place"
LADDER = (NO_SENSOR, NOT_SENT, WRONG_PLACE, NOT_USED, TOO_LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A way back with what the decision makes of it, and the flaws that hold on it."""

    way: Way
    taken: Input | None
    owner: int
    flaws: tuple[str, ...]
    limit: float | None

    @property
    def is_used(self) -> bool:
        """Whether it arrives, is used at every step and taken into account, in time or not."""
        return not set(self.flaws) - {TOO_LATE}

    @property
    def is_partly_used(self) -> bool:
        steps = any(Use.SOMETIMES in (step.available.value, step.used.value) for step in self.way.steps)
        return steps or (self.taken is not None and self.taken.said.value is Use.SOMETIMES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """What is the matter with the ways back to some owners: a kind of gap, its state, who says so, and what there is of ways.

    Several decisions of the same owners may share one. `used` is the strength of the best way that is used, in time or not.
    """

    owner: int
    kind: str
    state: str
    used: float = 0.0
    missing: tuple[Claim, ...] = ()
    there: tuple[Claim, ...] = ()
    because: tuple[Claim, ...] = ()
    backs: tuple[Back, ...] = ()
    went_to: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """A case of one pair, which the decision moves with a strength of `acts`. `score` is NaN where it is not known."""

    decision: int
    factor: int
    acts: float
    score: float
    case: Case


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found over all pairs."""

    findings: list[Finding] = field(default_factory=list)
    unseen: UnseenPairs = field(default_factory=UnseenPairs)
    pairs: int = 0
    closed: int = 0
    partly_closed: int = 0


def first_of(findings: Sequence[Finding], snapshot: Snapshot, most: int) -> list[Finding]:
    """The first `most` by score to twelve digits, unknown ones last; ties by decision, factor and ladder."""

    def place(finding: Finding) -> tuple[bool, float, str, str, int]:
        unknown = math.isnan(finding.score)
        score = 0.0 if unknown else -float(f"{finding.score:.12g}")
        return unknown, score, snapshot.node(finding.decision).id, snapshot.node(finding.factor).id, LADDER.index(finding.case.kind)

    near = near_first(np.array([finding.score for finding in findings], dtype=np.float64), most)
    return sorted((findings[number] for number in near.tolist()), key=place)[:most]

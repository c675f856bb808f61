"""Gaps as they are found, before they are told: what is the matter with the way back, and of which pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.analysis.gaps.steps import PARTLY, Input, Way
from graph.kernels.index import Floats, Longs
from graph.results.gaps import DISPUTED, NOT_RECORDED, SAID_MISSING
from schema.kinds import Use
from schema.records import Claim

NO_SENSOR, NOT_SENT, NOT_USED, TOO_LATE, WRONG_PLACE = "no_sensor", "not_sent", "not_used", "too_late", "wrong_place"
LADDER = (NO_SENSOR, NOT_SENT, WRONG_PLACE, NOT_USED, TOO_LATE)
STATES = (NOT_RECORDED, SAID_MISSING, DISPUTED)


class Back(NamedTuple):
    """A way back with what the decision makes of it, and the flaws that hold on it. A plain tuple, as questions make thousands."""

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
        return bool(self.way.flags & PARTLY) or (self.taken is not None and self.taken.said.value is Use.SOMETIMES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """What is the matter with the ways back to some owners: a kind of gap, its state, who says so, and what there is of ways.

    `used` is the strength of the best way that is used, in time or not.
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Pairs of a decision and a factor that lack feedback, in columns; a pair that lacks it in two ways comes twice.

    `acts` is the strength of the decision's strongest path, `score` NaN where it is not known, `used` as in `Case`; `kind` and
    `state` are places in `LADDER` and `STATES`.
    """

    decision: Longs
    factor: Longs
    owner: Longs
    acts: Floats
    score: Floats
    used: Floats
    kind: NDArray[np.int8]
    state: NDArray[np.int8]

    def __len__(self) -> int:
        return int(self.decision.size)

    def part(self, which: NDArray[np.bool_] | Longs) -> Pairs:
        """Some of them, by marks or places."""
        return Pairs(**{name: getattr(self, name)[which] for name in _COLUMNS})

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """All of some parts, in order."""
        return cls(
            **{name: np.concatenate([_NONE, *(getattr(part, name) for part in parts)], dtype=kind) for name, kind in _COLUMNS.items()}
        )

    @property
    def worth(self) -> Floats:
        """The scores, 0 where one is not known."""
        return np.where(np.isnan(self.score), 0.0, self.score)

    @property
    def is_said(self) -> NDArray[np.bool_]:
        """Which are said to be missing, disputed or not."""
        return self.state > 0


_COLUMNS = {
    each.name: {"acts": np.float64, "score": np.float64, "used": np.float64, "kind": np.int8, "state": np.int8}.get(each.name, np.int64)
    for each in fields(Pairs)
}
_NONE = np.empty(0, dtype=np.int8)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found over all pairs, part by part: of factors that are seen or pairs that are spoken of, and of the rest."""

    seen: list[Pairs] = field(default_factory=list)
    unseen: list[Pairs] = field(default_factory=list)
    pairs: int = 0
    closed: int = 0
    partly_closed: int = 0


def first_of(pairs: Pairs, rank: Longs, most: int) -> Longs:
    """The places of the first `most` by score to twelve digits, unknown ones last; ties by decision, factor and ladder.

    `rank` has each node's place in the order of ids.
    """
    near = near_first(pairs.score, most)
    score = pairs.score[near]
    unknown = np.isnan(score)
    digits = twelve_digits(np.where(unknown, 0.0, score))
    order = np.lexsort((pairs.kind[near], rank[pairs.factor[near]], rank[pairs.decision[near]], -digits, unknown))
    places: Longs = near[order[:most]]
    return places


def near_first(scores: Floats, most: int) -> Longs:
    """The places of the `most` highest scores, of what is as high to twelve digits, and of unknown ones where they are needed."""
    known = np.flatnonzero(~np.isnan(scores))
    if known.size < most:
        return np.arange(scores.size)
    least = float(np.partition(scores[known], known.size - most)[known.size - most]) if most else np.inf
    return known[scores[known] >= least * (1.0 - 1e-10)]


def twelve_digits(values: Floats) -> Floats:
    """Numbers to 12 significant digits."""
    unique, back = np.unique(values, return_inverse=True)
    rounded: Floats = np.array([float(f"{value:.12g}") for value in unique.tolist()], dtype=np.float64)[back]
    return rounded

"""Paths as answers show them, and what paths add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.results.terms import Json, tidy
from schema.bundling import disagreement
from schema.kinds import Better
from schema.records import Claim, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One link of a path, as a reader needs it. `sign` is None on the lead-in from a body to its decision.

    `effect` is the sign of the path up to and including this step; `ground` says what the step stands on: sourced,
    definition, assumption, unstated or unverified. Delays are months, None where unknown.
    """

    link: str
    kind: str
    start: str
    start_label: str
    end: str
    end_label: str
    sign: str | None
    effect: str
    strength: float
    strength_basis: str
    confidence: float
    delay_low: float | None
    delay_high: float | None
    ground: str
    disputed: bool
    assumed: tuple[str, ...]
    owner: str | None
    end_better: Better | None
    text: str | None
    claims: tuple[Claim, ...] = ()
    sources: tuple[Source, ...] = ()
    owner_name: str | None = None
    """What people call the owner."""

    @property
    def disagreement(self) -> float:
        """How far its claims differ on sign and level, in bits: 0 where all say the same, 1 where two say two things."""
        return disagreement(self.claims)

    @property
    def is_lead_in(self) -> bool:
        """Whether the step only leads from a body to its decision, which turns no sign."""
        return self.sign is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactPath:
    """One path: its nodes and links in order, what it comes to, and a sentence that says it."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    sign: str
    strength: float
    strength_basis: str
    delay_months: float | None
    delay_low: float
    delay_high: float | None
    confidence: float
    hand_offs: tuple[str, ...]
    sourced: int
    definitions: int
    assumptions: int
    unstated: int
    threads: tuple[str, ...]
    text: str
    steps: tuple[Step, ...]
    hand_off_names: tuple[str, ...] = ()
    """What people call the owners along the path."""

    @property
    def counted_steps(self) -> int:
        """How many steps carry impact: all but the lead-in."""
        return sum(not step.is_lead_in for step in self.steps)

    @property
    def disagreement(self) -> float:
        """That of the step whose claims differ most, in bits."""
        return max((step.disagreement for step in self.steps), default=0.0)

    def to_json(self) -> Json:
        return {
            "nodes": list(self.nodes),
            "links": list(self.links),
            "sign": self.sign,
            "strength": tidy(self.strength),
            "strength_basis": self.strength_basis,
            "delay_months": tidy(self.delay_months),
            "delay_low": tidy(self.delay_low),
            "delay_high": tidy(self.delay_high),
            "confidence": tidy(self.confidence),
            "hand_offs": list(self.hand_offs),
            "sourced_steps": self.sourced,
            "by_definition_steps": self.definitions,
            "assumed_steps": self.assumptions,
            "unstated_steps": self.unstated,
            "disagreement": tidy(self.disagreement),
            "threads": list(self.threads),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What the paths of a question add up to: sums of strengths by sign, and how far they agree.

    `found` counts the paths and `raises`, `lowers` and `unclear` the paths of each sign; the sums are lower bounds where the
    counting was not complete. `determinacy` is None where there is no path.
    """

    found: int
    raises: int
    lowers: int
    unclear: int
    supporting: float
    opposing: float
    undetermined: float
    complete: bool

    @property
    def net(self) -> float:
        """What supports less what opposes; what no sign is known of counts for neither."""
        return math.fsum((self.supporting, -self.opposing))

    @property
    def determinacy(self) -> float | None:
        """How far the paths agree, 0 to 1: the net over all strength; None where there is none."""
        whole = math.fsum((self.supporting, self.opposing, self.undetermined))
        return abs(self.net) / whole if whole > 0 else None

    @classmethod
    def of(cls, signs_and_strengths: Iterable[tuple[int, float]], *, complete: bool) -> Balance:
        """The balance of some paths, given as sign (+1, -1, 0) and strength."""
        sums: dict[int, list[float]] = {1: [], -1: [], 0: []}
        for sign, strength in signs_and_strengths:
            sums[sign].append(strength)
        return cls.of_sums(sums, complete=complete)

    @classmethod
    def of_columns(cls, sign: NDArray[np.int8], strength: NDArray[np.float64], *, complete: bool) -> Balance:
        """The same of paths in columns."""
        return cls.of_sums({each: strength[sign == each].tolist() for each in (1, -1, 0)}, complete=complete)

    @classmethod
    def of_sums(cls, sums: Mapping[int, Sequence[float]], *, complete: bool) -> Balance:
        """The same of the strengths of each sign."""
        return cls(
            found=sum(map(len, sums.values())),
            raises=len(sums[1]),
            lowers=len(sums[-1]),
            unclear=len(sums[0]),
            supporting=math.fsum(sums[1]),
            opposing=math.fsum(sums[-1]),
            undetermined=math.fsum(sums[0]),
            complete=complete,
        )

    def to_json(self) -> Json:
        return {
            "found": self.found,
            "raising": self.raises,
            "lowering": self.lowers,
            "unclear": self.unclear,
            "supporting": tidy(self.supporting),
            "opposing": tidy(self.opposing),
            "undetermined": tidy(self.undetermined),
            "net": tidy(self.net),
            "determinacy": tidy(self.determinacy),
        }

"""How firmly an answer stands: whether its sign holds when strengths are drawn, which one link turns it, and what is known or said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.results.paths import Balance
from graph.results.terms import Json, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustSign:
    """The shares of draws in which the net of all paths raises and lowers. `complete` is False where not all draws were made."""

    draws: int
    seed: int
    raises: float
    lowers: float
    complete: bool

    def to_json(self) -> Json:
        return {
            "draws": self.draws,
            "seed": self.seed,
            "generator": "PCG64",
            "raises": tidy(self.raises),
            "lowers": tidy(self.lowers),
            "complete": self.complete,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TurningLink:
    """A link that alone, if wrong, turns the sign of the net: if it worked the other way, if it were not there, or, where its sign is
    not known, if it were known. `part` is the signed strength of the paths over it; `settle` is what would settle it."""

    link: str
    start_label: str
    end_label: str
    part: float
    if_reversed: bool
    if_absent: bool
    if_known: bool
    ground: str
    settle: str

    def to_json(self) -> Json:
        return {
            "link": self.link,
            "part": tidy(self.part),
            "if_reversed": self.if_reversed,
            "if_absent": self.if_absent,
            "if_known": self.if_known,
            "ground": self.ground,
            "settle": self.settle,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAndSaid:
    """The answer split: paths whose every step rests on a figure, a study or a definition, and all others.

    `by_basis` counts the links on the paths by each kind of claim they have (one link may count under several), `by_standpoint` the
    claims on the listed paths by who speaks. The balances are None where several decisions are listed one by one.
    """

    known: Balance | None
    said: Balance | None
    by_basis: Mapping[str, int]
    by_standpoint: Mapping[str, int]

    def to_json(self) -> Json:
        return {
            "known": self.known.to_json() if self.known else None,
            "said": self.said.to_json() if self.said else None,
            "by_basis": dict(self.by_basis),
            "by_standpoint": dict(self.by_standpoint),
        }

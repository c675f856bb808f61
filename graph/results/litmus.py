"""The verdicts of a litmus round."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.results.paths import Balance, ImpactPath
from graph.results.terms import Json, Terms, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a decision makes the moment better, by the map: KEEP, STOP, CONTESTED or NO PATH, and how firmly.

    `standing` is firm, leaning or too thin (then `said` points, and never says STOP); `thin_because` gives the reasons.
    `would_have_to_agree` are the owners on the paths, `agreeing_names` what people call them; `weakest` is the id of the link with
    the least confidence.
    """

    decision: str
    label: str
    verdict: str
    standing: str
    said: str
    thin_because: tuple[str, ...]
    balance: Balance
    reason: str | None
    supporting_path: ImpactPath | None
    opposing_path: ImpactPath | None
    hand_offs: tuple[str, ...]
    delay_low: float | None
    delay_high: float | None
    weakest: str | None
    would_have_to_agree: tuple[str, ...]
    agreeing_names: tuple[str, ...]
    sourced_share: float | None
    text: str

    def to_json(self) -> Json:
        return {
            "decision": self.decision,
            "label": self.label,
            "verdict": self.verdict,
            "standing": self.standing,
            "said": self.said,
            "thin_because": list(self.thin_because),
            **self.balance.to_json(),
            "complete": self.balance.complete,
            "reason": self.reason,
            "supporting_path": self.supporting_path.to_json() if self.supporting_path else None,
            "opposing_path": self.opposing_path.to_json() if self.opposing_path else None,
            "hand_offs": list(self.hand_offs),
            "delay_low": tidy(self.delay_low),
            "delay_high": tidy(self.delay_high),
            "weakest_link": self.weakest,
            "would_have_to_agree": list(self.would_have_to_agree),
            "sourced_share": tidy(self.sourced_share),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LitmusAnswer:
    """The verdicts of a litmus round, in the map's order, and who judges the moment."""

    moment: str
    verdicts: tuple[Verdict, ...]
    terms: Terms
    text: str
    footing: str = field(default="Who judges the moment: the person. This map has no measure of it.")

    @property
    def complete(self) -> bool:
        """Whether every path was counted for every verdict."""
        return all(verdict.balance.complete for verdict in self.verdicts)

    @property
    def found(self) -> int:
        """How many paths the verdicts were worked out from."""
        return sum(verdict.balance.found for verdict in self.verdicts)

    def to_json(self) -> Json:
        return {
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
            "moment": self.moment,
            "footing": self.footing,
            "found": self.found,
            "complete": self.complete,
            "text": self.text,
            **self.terms.to_json(),
        }

"""The answer to how far one decision reaches, or to what an outcome is exposed."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results.paths import Balance, ImpactPath
from graph.results.terms import Json, Terms, tidy

DOWN = "down"
UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One outcome that a decision reaches (or one decision that reaches an outcome): what all paths come to, and the best.

    `sign` is that of the net: +, -, 0 where both sides are equal, ? where no path has a known sign. `worth` says whether that
    is better or worse for the outcome, empty where it is not ours to say. `best` is the strongest path; delays are its own.
    """

    id: str
    label: str
    kind: str
    tier: str | None
    silo: str
    owner: str | None
    better: str | None
    sign: str
    worth: str
    standing: str
    balance: Balance
    best: ImpactPath
    text: str

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "kind": self.kind,
            "tier": self.tier,
            "silo": self.silo,
            "owner": self.owner,
            "better": self.better,
            "sign": self.sign,
            "worth": self.worth,
            **self.balance.to_json(),
            "agreement": self.standing,
            "strength": tidy(self.best.strength),
            "delay_months": tidy(self.best.delay_months),
            "delay_low": tidy(self.best.delay_low),
            "delay_high": tidy(self.best.delay_high),
            "best_path": self.best.to_json(),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachShare:
    """How many of a tier's or a silo's outcomes (or decisions) are reached (or reach), and which way."""

    id: str
    label: str
    reached: int
    total: int
    better: int
    worse: int
    contested: int

    @property
    def share(self) -> float:
        """Those reached, of all, 0 to 1."""
        return self.reached / self.total

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "reached": self.reached,
            "total": self.total,
            "share": tidy(self.share),
            "better": self.better,
            "worse": self.worse,
            "contested": self.contested,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachAnswer:
    """Every outcome that one thing reaches (`direction` down), or every decision that reaches one outcome (up), strongest first.

    `reached` of `total` are within the bounds; `items` lists up to the top. `paths` counts paths. Where `complete` is False the
    balances are lower bounds; `exact_best` says that each best path is the strongest all the same.
    """

    node: str
    label: str
    direction: str
    items: tuple[Reached, ...]
    reached: int
    total: int
    by_tier: tuple[ReachShare, ...]
    by_silo: tuple[ReachShare, ...]
    paths: int
    complete: bool
    exact_best: bool
    reason: str | None
    text: str
    terms: Terms

    @property
    def share(self) -> float | None:
        """Those reached, of all that stand, 0 to 1; None where none stands."""
        return self.reached / self.total if self.total else None

    def to_json(self) -> Json:
        return {
            "node": self.node,
            "direction": self.direction,
            "outcomes" if self.direction == DOWN else "decisions": [item.to_json() for item in self.items],
            "reached": self.reached,
            "total": self.total,
            "share": tidy(self.share),
            "by_tier": [share.to_json() for share in self.by_tier],
            "by_silo": [share.to_json() for share in self.by_silo],
            "found": self.paths,
            "complete": self.complete,
            "exact_best": self.exact_best,
            "reason": self.reason,
            "text": self.text,
            **self.terms.to_json(),
        }

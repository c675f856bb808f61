"""The answer to a question about money: ledgers, where a pound goes or comes from, and who pays against who gains. Exact pence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from graph.results.paths import ImpactPath
from graph.results.terms import Json, Terms, tidy

NOT_MEASURED = "not measured"


def shown(pence: int) -> str:
    """A sum as people write it: millions and billions to a tenth where it is large, else to the penny."""
    sign, size = ("-" if pence < 0 else ""), abs(pence)
    for unit, word in ((100_000_000_000, "bn"), (100_000_000, "m")):
        if size >= unit:
            return f"{sign}£{size / unit:,.2f}".rstrip("0").rstrip(".") + word
    return f"{sign}£{size // 100:,}.{size % 100:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One body in one year, in pence: what came in by transfer, what it raised itself, what it passed on, what it spent at last.

    `remainder` is what these leave unexplained; `low` and `high` bound it by the figures' own bounds, and where they enclose 0 it is
    within rounding. `received` is what others spent with it at last, which is no part of the balance. `coverage` is the share of
    what leaves it whose source is on the ledger, None where nothing leaves or nothing is known to enter (`is_origin`).
    """

    body: str
    year: str
    transfers_in: int
    own_revenue: int
    transfers_out: int
    final_spend: int
    received: int
    low: int
    high: int
    ring_fenced_in: int
    ring_fenced_out: int
    flows: tuple[str, ...]
    precisions: tuple[str, ...]
    overlaps: tuple[str, ...]

    @property
    def remainder(self) -> int:
        """What comes in less what leaves, in pence: what the figures leave unexplained."""
        return self.transfers_in + self.own_revenue - self.transfers_out - self.final_spend

    @property
    def within_rounding(self) -> bool:
        """Whether the figures' own bounds allow that nothing is left unexplained."""
        return self.low <= 0 <= self.high

    @property
    def is_origin(self) -> bool:
        """Whether money only leaves it: where the ledger begins."""
        return not self.transfers_in and not self.own_revenue and bool(self.transfers_out or self.final_spend)

    @property
    def coverage(self) -> float | None:
        """The share, 0 to 1, of what leaves it that what comes in explains; None where nothing leaves or it is an origin."""
        leaving = self.transfers_out + self.final_spend
        if not leaving or self.is_origin:
            return None
        return min(1.0, float(Fraction(self.transfers_in + self.own_revenue, leaving)))

    def to_json(self) -> Json:
        return {
            "body": self.body,
            "year": self.year,
            "in_pence": self.transfers_in,
            "own_revenue_pence": self.own_revenue,
            "out_pence": self.transfers_out,
            "final_spend_pence": self.final_spend,
            "remainder_pence": self.remainder,
            "remainder_low_pence": self.low,
            "remainder_high_pence": self.high,
            "within_rounding": self.within_rounding,
            "received_at_last_pence": self.received,
            "ring_fenced_in_pence": self.ring_fenced_in,
            "pooled_in_pence": self.transfers_in - self.ring_fenced_in,
            "ring_fenced_out_pence": self.ring_fenced_out,
            "origin": self.is_origin,
            "coverage": tidy(self.coverage),
            "flows": list(self.flows),
            "precisions": list(self.precisions),
            "overlaps": list(self.overlaps),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PoundEnd:
    """Where part of a followed sum ends (or, followed back, begins), in pence rounded once for all ends together.

    `kind`: final_spend (at `to`, by `body`), held (ring-fenced money with no flow of its purpose), remainder (unexplained, at `body`),
    circulation (what enters a set of bodies that pass it round), own_revenue, origin.
    """

    kind: str
    body: str
    to: str | None
    purpose: str | None
    pence: int
    exact: Fraction

    def to_json(self) -> Json:
        return {
            "kind": self.kind,
            "body": self.body,
            "to": self.to,
            "purpose": self.purpose,
            "pence": self.pence,
            "exact_pence": str(self.exact),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What passes through a body in all, every round of a cycle counted. Ring-fenced money by its purpose; pooled has none."""

    body: str
    purpose: str | None
    pence: int
    exact: Fraction

    def to_json(self) -> Json:
        return {"body": self.body, "purpose": self.purpose, "pence": self.pence, "exact_pence": str(self.exact)}


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPound:
    """A sum followed forward to its ends or back to its beginnings, in one year. The ends add up to the sum."""

    body: str
    year: str
    pence: int
    direction: str
    ends: tuple[PoundEnd, ...]
    passes: tuple[Passage, ...]
    circulations: tuple[tuple[str, ...], ...]
    text: str

    def to_json(self) -> Json:
        return {
            "body": self.body,
            "year": self.year,
            "pence": self.pence,
            "direction": self.direction,
            "ends": [end.to_json() for end in self.ends],
            "passes": [passage.to_json() for passage in self.passes],
            "closed_circulations": [list(bodies) for bodies in self.circulations],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTotal:
    """One year's public money, counted once: at final spend, or at the source. The sum of all flows counts some pounds more than once.

    `coverage` is the share of the final spend that, followed back, begins in own revenue or where the ledger begins. `control` is
    what is spent on control and reporting, None where no flow says so. `rewards` are pence by what they are paid for.
    """

    year: str
    final_spend: int
    at_source: int
    all_flows: int
    ring_fenced: int
    coverage: Fraction | None
    control: int | None
    rewards: Mapping[str, Mapping[str, int]]
    price_bases: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def control_share(self) -> Fraction | None:
        """The share of control and reporting in the final spend."""
        return None if self.control is None or not self.final_spend else Fraction(self.control, self.final_spend)

    def to_json(self) -> Json:
        return {
            "year": self.year,
            "final_spend_pence": self.final_spend,
            "at_source_pence": self.at_source,
            "all_flows_pence": self.all_flows,
            "ring_fenced_pence": self.ring_fenced,
            "coverage": None if self.coverage is None else tidy(float(self.coverage)),
            "control_and_reporting_pence": self.control,
            "control_share": None if self.control_share is None else tidy(float(self.control_share)),
            "control_said": NOT_MEASURED if self.control is None else "measured",
            "rewards": {flow: dict(sums) for flow, sums in self.rewards.items()},
            "price_bases": list(self.price_bases),
            "places": list(self.places),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """One silo that pays against one that gains or loses: pairs of what the first does and an outcome in the second.

    `best` is the strongest path that makes an outcome better, `worst` that makes one worse. `money_back` and `information_back` say
    whether any flow or signal is recorded from the second silo to the first.
    """

    pays: str
    gains: str
    better: int
    worse: int
    unclear: int
    best: ImpactPath | None
    worst: ImpactPath | None
    money_back: bool
    information_back: bool

    def to_json(self) -> Json:
        return {
            "pays": self.pays,
            "gains": self.gains,
            "better": self.better,
            "worse": self.worse,
            "unclear": self.unclear,
            "best_path": self.best.to_json() if self.best else None,
            "worst_path": self.worst.to_json() if self.worst else None,
            "money_back": self.money_back,
            "information_back": self.information_back,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAnswer:
    """Ledgers by body and year, the totals of each year, and as asked a followed sum and the matrix of who pays and who gains."""

    body: str | None
    year: str | None
    ledger: tuple[Entry, ...]
    totals: tuple[YearTotal, ...]
    followed: FollowedPound | None
    gains: tuple[Gain, ...] | None
    unmeasured: int
    complete: bool
    warnings: tuple[str, ...]
    reason: str | None
    text: str
    terms: Terms

    def to_json(self) -> Json:
        return {
            "body": self.body,
            "year": self.year,
            "ledger": [entry.to_json() for entry in self.ledger],
            "totals": [total.to_json() for total in self.totals],
            "follow": self.followed.to_json() if self.followed else None,
            "who_pays_who_gains": None if self.gains is None else [gain.to_json() for gain in self.gains],
            "flows_without_a_sum": self.unmeasured,
            "complete": self.complete,
            "warnings": list(self.warnings),
            "reason": self.reason,
            "text": self.text,
            **self.terms.to_json(),
        }

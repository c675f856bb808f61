"""What a question about money asks and answers. Sums are exact pence, as text: GraphQL's numbers do not hold them."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import ImpactPath, Terms
from api.graphql.types.filters import names
from api.settings import Settings
from graph.results import money as found
from schema.errors import BadInput

PENCE = "Pence, exact."
LONGEST_SUM = 18


@strawberry.input(description="A sum to follow through one year's flows.")
class Follow:
    body: str = strawberry.field(description="An id or a unique label.")
    pence: str = strawberry.field(description="A whole number of pence.")
    back: bool = strawberry.field(default=False, description="Whether to follow it back to where it began.")

    def wanted(self, settings: Settings) -> tuple[str, int]:
        """The same as the service takes it. Raises BadInput for what is no sum."""
        name = names("follow", [self.body], settings)[0]
        if not (self.pence.isascii() and self.pence.isdecimal() and len(self.pence) <= LONGEST_SUM):
            raise BadInput(f"follow: {self.pence[:40]!r} must be a whole number of pence, at most {LONGEST_SUM} digits.")
        return name, int(self.pence)


@strawberry.type(description="One body in one year. in + own revenue - out - final spend = remainder.")
class LedgerEntry:
    body: strawberry.ID
    year: str
    within_rounding: bool = strawberry.field(description="Whether the figures' own bounds enclose a remainder of 0.")
    is_origin: bool = strawberry.field(description="Whether money only leaves it: where the ledger begins.")
    coverage: float | None = strawberry.field(description="The share of what leaves it whose source is on the ledger.")
    flows: list[strawberry.ID]
    precisions: list[str]
    overlaps: list[str]

    @field(description=PENCE)
    def transfers_in(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.transfers_in)

    @field(description=PENCE)
    def own_revenue(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.own_revenue)

    @field(description=PENCE)
    def transfers_out(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.transfers_out)

    @field(description=PENCE)
    def final_spend(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.final_spend)

    @field(description="What is unexplained. " + PENCE)
    def remainder(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.remainder)

    @field(description="What others spent with it at last, which is no part of the balance. " + PENCE)
    def received(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.received)

    @field(description=PENCE)
    def ring_fenced_in(self, parent: strawberry.Parent[found.Entry]) -> str:
        return str(parent.ring_fenced_in)


@strawberry.type(description="Where part of a followed sum ends, or, followed back, begins.")
class PoundEnd:
    kind: str = strawberry.field(description="final_spend, held, remainder, circulation, own_revenue or origin.")
    body: str
    to: strawberry.ID | None
    purpose: str | None

    @field(description="Pence, rounded once for all ends together.")
    def pence(self, parent: strawberry.Parent[found.PoundEnd]) -> str:
        return str(parent.pence)

    @field(description="Pence as an exact fraction.")
    def exact(self, parent: strawberry.Parent[found.PoundEnd]) -> str:
        return str(parent.exact)


@strawberry.type(description="What passes through a body in all.")
class Passage:
    body: strawberry.ID
    purpose: str | None

    @field(description="Pence, rounded.")
    def pence(self, parent: strawberry.Parent[found.Passage]) -> str:
        return str(parent.pence)


@strawberry.type(description="A sum followed to its ends. They add up to it.")
class FollowedPound:
    body: strawberry.ID
    year: str
    direction: str
    ends: list[PoundEnd]
    passes: list[Passage]
    circulations: list[list[strawberry.ID]] = strawberry.field(description="Bodies that pass all of it on to each other.")
    text: str

    @field(description=PENCE)
    def pence(self, parent: strawberry.Parent[found.FollowedPound]) -> str:
        return str(parent.pence)


@strawberry.type(description="What is paid for in some way.")
class Reward:
    flow: str = strawberry.field(description="transfer, own_revenue or final_spend.")
    paid_for: str = strawberry.field(description="`not measured` where no source says.")
    pence: str


@strawberry.type(description="One year's public money, each pound counted once.")
class YearTotal:
    year: str
    price_bases: list[str]
    places: list[str]

    @field(description=PENCE)
    def final_spend(self, parent: strawberry.Parent[found.YearTotal]) -> str:
        return str(parent.final_spend)

    @field(description=PENCE)
    def at_source(self, parent: strawberry.Parent[found.YearTotal]) -> str:
        return str(parent.at_source)

    @field(description="The share of the final spend whose source is known.")
    def coverage(self, parent: strawberry.Parent[found.YearTotal]) -> float | None:
        return None if parent.coverage is None else float(parent.coverage)

    @field(description="The share spent on control and reporting; null is not measured, which is not 0.")
    def control_share(self, parent: strawberry.Parent[found.YearTotal]) -> float | None:
        return None if parent.control_share is None else float(parent.control_share)

    @field()
    def rewards(self, parent: strawberry.Parent[found.YearTotal]) -> list[Reward]:
        return [Reward(flow=flow, paid_for=word, pence=str(pence)) for flow, sums in parent.rewards.items() for word, pence in sums.items()]


@strawberry.type(description="One silo that pays against one that gains or loses.")
class Gain:
    pays: str
    gains: str
    better: int = strawberry.field(description="Pairs of what the first does and an outcome of the second that gets better.")
    worse: int
    unclear: int
    best: ImpactPath | None
    worst: ImpactPath | None
    money_back: bool = strawberry.field(description="Whether a flow back is recorded.")
    information_back: bool = strawberry.field(description="Whether a signal back is recorded.")


@strawberry.type(description="Ledgers, totals, and as asked a followed sum and who pays against who gains.")
class MoneyAnswer:
    body: strawberry.ID | None
    year: str | None
    ledger: list[LedgerEntry]
    totals: list[YearTotal]
    followed: FollowedPound | None
    gains: list[Gain] | None
    unmeasured: int = strawberry.field(description="Flows without a sum.")
    complete: bool
    warnings: list[str]
    reason: str | None
    text: str
    terms: Terms

"""What the question about missing feedback answers."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import FRACTION, LOW, ImpactPath, Terms
from graph import results


@strawberry.type(description="Who says something.")
class Voice:
    claim: strawberry.ID
    by: str | None
    source: strawberry.ID | None
    standpoint: str | None
    said_on: str | None
    text: str | None
    early: bool = strawberry.field(description="Whether it was said before the decision in question was taken.")


@strawberry.type(description="A way on which what is noticed could come back to the decision's owner.")
class ReturnPath:
    observer: strawberry.ID
    owner: strawberry.ID
    signal: strawberry.ID | None
    nodes: list[strawberry.ID]
    links: list[strawberry.ID]
    taken_by: strawberry.ID | None = strawberry.field(
        description="The link by which the decision takes it into account, or is said not to."
    )
    kinds: list[str] = strawberry.field(description="What keeps it from closing the loop.")
    delay_months: float
    delay_known: bool
    limit_months: float | None
    strength: float = strawberry.field(description=FRACTION)


@strawberry.type(description="A loop that would close if the signal were used.")
class ClosingLoop:
    nodes: list[strawberry.ID]
    links: list[strawberry.ID]
    kind: str = strawberry.field(description="R, B, or U where nobody claims the closing link's sign.")
    gain: float
    delay_months: float | None
    closing_sign: str
    closing_link: strawberry.ID | None
    claimed_by: list[strawberry.ID]


@strawberry.type(description="One kind of missing feedback between a decision and a factor that it moves.")
class Gap:
    decision: strawberry.ID
    decision_label: str
    factor: strawberry.ID
    factor_label: str
    kind: str = strawberry.field(description="no_sensor, not_sent, wrong_place, not_used or too_late.")
    words: str
    score: float | None = strawberry.field(description="Null where no path leads from the factor to the moment.")
    state: str = strawberry.field(description="said_missing, disputed or not_recorded.")
    owner: strawberry.ID
    observers: list[strawberry.ID]
    went_to: list[strawberry.ID]
    said_by: list[Voice] = strawberry.field(description="Empty where the map itself says so.")
    disputed_by: list[Voice]
    because: list[Voice]
    acts_strength: float
    moment_strength: float | None
    used_strength: float
    acts: ImpactPath | None
    return_paths: list[ReturnPath]
    would_close: list[ClosingLoop]
    would_close_found: int = strawberry.field(description=LOW)
    would_close_complete: bool
    text: str


@strawberry.type(description="A link that would close gaps.")
class FeedbackLink:
    kind: str = strawberry.field(description="observes: an owner would see a factor. informs: who knows of it would tell the owner.")
    existing: strawberry.ID | None = strawberry.field(description="The link that is there already and would have to count.")
    score: float
    text: str

    @field(name="from")
    def starts(self, parent: strawberry.Parent[results.FeedbackLink]) -> strawberry.ID:
        return strawberry.ID(parent.start)

    @field(name="to")
    def ends(self, parent: strawberry.Parent[results.FeedbackLink]) -> strawberry.ID:
        return strawberry.ID(parent.end)

    @field(description="Pairs of a decision and a factor.")
    def closes(self, parent: strawberry.Parent[results.FeedbackLink]) -> list[list[strawberry.ID]]:
        return [[strawberry.ID(decision), strawberry.ID(factor)] for decision, factor in parent.closes]


@strawberry.type(description="The few new links that would close most, chosen greedily.")
class Cover:
    links: list[FeedbackLink]
    closed: int
    gaps: int
    score: float
    whole_score: float
    bound: str


@strawberry.type(description="A silo that a decision reaches and that nothing is recorded to join to its owner.")
class ConsultationGap:
    decision: strawberry.ID
    owner: strawberry.ID
    silo: str
    factors: int
    strength: float


@strawberry.type(description="A consultation that is said to have changed nothing.")
class Unanswered:
    link: strawberry.ID
    asked_by: strawberry.ID
    asked: strawberry.ID
    answered: str | None
    changed_anything: str | None
    said_by: list[Voice]
    text: str


@strawberry.type(description="How many there are of each.")
class Count:
    what: str
    count: int


@strawberry.type(description="What decisions move and never hear of.")
class GapAnswer:
    moment: strawberry.ID | None
    gaps: list[Gap]
    found: int = strawberry.field(description="Gaps that are said or disputed.")
    pairs: int = strawberry.field(description="Pairs of a decision and a factor that it moves.")
    closed: int
    partly_closed: int
    not_recorded: int
    unrecorded: list[Gap] = strawberry.field(description="Where asked for: what nobody records, which is not missing.")
    without_owner: list[strawberry.ID]
    cover: Cover
    consultation_gaps: list[ConsultationGap]
    consultation_gaps_found: int
    asked_and_unchanged: list[Unanswered]
    reading: str
    complete: bool
    reason: str | None
    text: str
    terms: Terms

    @field()
    def by_kind(self, parent: strawberry.Parent[results.GapAnswer]) -> list[Count]:
        return [Count(what=what, count=count) for what, count in parent.by_kind.items()]

    @field()
    def by_state(self, parent: strawberry.Parent[results.GapAnswer]) -> list[Count]:
        return [Count(what=what, count=count) for what, count in parent.by_state.items()]

"""What the question about feedback loops answers."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import FRACTION, LOW, PathStep, Terms
from graph import results


@strawberry.type(description="One feedback loop, from its node of the smallest id.")
class FeedbackLoop:
    nodes: list[strawberry.ID]
    links: list[strawberry.ID]
    kind: str = strawberry.field(description="R reinforcing, B balancing, U undetermined because a sign on it is not known.")
    gain: float = strawberry.field(description="The product of the steps' strengths. It ranks potential, it does not forecast.")
    strength_basis: str
    delay_months: float | None = strawberry.field(description="The middle of a round's delay; null where a step's delay is unknown.")
    delay_low: float
    delay_high: float | None
    delayed: bool | None = strawberry.field(description="Whether a step is slow; null where that is not known.")
    silos: list[str]
    crossings: int = strawberry.field(description="How many steps lead from one silo to another.")
    hand_offs: list[strawberry.ID]
    confidence: float = strawberry.field(description=FRACTION)
    disputed: int = strawberry.field(description="How many steps are disputed.")
    component: int = strawberry.field(description="The part of the map that it lies in.")
    rank: int = strawberry.field(description="Its place among the loops of that part, from 1; 0 where it was not ranked.")
    text: str
    steps: list[PathStep]

    @field(description="The link with the least confidence.")
    def weakest_link(self, parent: strawberry.Parent[results.FeedbackLoop]) -> strawberry.ID:
        return strawberry.ID(parent.weakest)

    @field()
    def sourced_steps(self, parent: strawberry.Parent[results.FeedbackLoop]) -> int:
        return parent.sourced

    @field()
    def by_definition_steps(self, parent: strawberry.Parent[results.FeedbackLoop]) -> int:
        return parent.definitions

    @field()
    def assumed_steps(self, parent: strawberry.Parent[results.FeedbackLoop]) -> int:
        return parent.assumptions

    @field()
    def unstated_steps(self, parent: strawberry.Parent[results.FeedbackLoop]) -> int:
        return parent.unstated


@strawberry.type(description="A part of the map in which each node reaches each other.")
class LoopComponent:
    number: int
    nodes: int
    links: int
    independent: int = strawberry.field(description="How many loops span all others.")
    found: int = strawberry.field(description="How many loops it has within the bounds. " + LOW)
    main: list[strawberry.ID] = strawberry.field(description="The links of its strongest loop.")


@strawberry.type(description="The feedback loops within the bounds.")
class LoopAnswer:
    through: strawberry.ID | None
    loops: list[FeedbackLoop] = strawberry.field(description="Every part's first loop before any part's second, shown by gain.")
    found: int = strawberry.field(description=LOW)
    reinforcing: int = strawberry.field(description=LOW)
    balancing: int = strawberry.field(description=LOW)
    undetermined: int = strawberry.field(description=LOW)
    complete: bool = strawberry.field(description="Whether all loops within the bounds were counted.")
    exact_top: bool = strawberry.field(description="Whether no loop left out ranks before one that is listed of its part.")
    components: list[LoopComponent]
    independent: list[FeedbackLoop] | None = strawberry.field(description="A few short loops that span all others, where asked for.")
    independent_complete: bool
    reason: str | None
    text: str
    terms: Terms

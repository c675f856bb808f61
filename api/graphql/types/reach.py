"""What the question about reach answers."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import FRACTION, LOW, Balance, ImpactPath, Terms
from graph import results


@strawberry.type(description="An outcome that a decision reaches, or a decision that reaches an outcome.")
class Reached:
    id: strawberry.ID
    label: str
    kind: str
    tier: strawberry.ID | None
    silo: str
    owner: strawberry.ID | None
    better: str | None
    sign: str = strawberry.field(description="That of the net: +, -, 0 where both sides are equal, ? where no path has a known sign.")
    worth: str = strawberry.field(description="better, worse, or empty where it is not ours to say.")
    standing: str
    balance: Balance
    text: str

    @field(shown_as=ImpactPath, description="The strongest path.")
    def best_path(self, parent: strawberry.Parent[results.Reached]) -> results.ImpactPath:
        return parent.best


@strawberry.type(description="How much of a tier or a silo is reached.")
class ReachShare:
    id: str
    label: str
    reached: int
    total: int
    better: int
    worse: int
    contested: int

    @field(description=FRACTION)
    def share(self, parent: strawberry.Parent[results.ReachShare]) -> float:
        return parent.share


@strawberry.type(description="Every outcome that one thing reaches, or every decision that reaches one outcome, strongest first.")
class ReachAnswer:
    node: strawberry.ID
    label: str
    direction: str
    items: list[Reached]
    reached: int
    total: int
    by_tier: list[ReachShare]
    by_silo: list[ReachShare]
    paths: int = strawberry.field(description="How many paths were counted. " + LOW)
    complete: bool
    exact_best: bool = strawberry.field(description="Whether each best path is the strongest there is.")
    reason: str | None
    text: str
    terms: Terms

    @field(description=FRACTION)
    def share(self, parent: strawberry.Parent[results.ReachAnswer]) -> float | None:
        return parent.share

"""What the question about silos answers."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import FRACTION, Terms
from api.graphql.types.gaps import Count
from graph import results


@strawberry.type(description="One silo: what it holds, how its links run, what its decisions reach.")
class Silo:
    id: str
    nodes: int
    decisions: int
    inside: int = strawberry.field(description="Links within it.")
    out: int = strawberry.field(description="Links to other silos.")
    into: int = strawberry.field(description="Links from other silos.")
    exposure: float | None = strawberry.field(description="The share of its decisions that reach the moment.")
    reach: float | None = strawberry.field(description="The share of all outcomes that its decisions reach.")


@strawberry.type(description="Influence from what one owner holds to what another holds.")
class HandOver:
    links: int
    strength: float

    @field(name="from")
    def starts(self, parent: strawberry.Parent[results.HandOver]) -> strawberry.ID:
        return strawberry.ID(parent.start)

    @field(name="to")
    def ends(self, parent: strawberry.Parent[results.HandOver]) -> strawberry.ID:
        return strawberry.ID(parent.end)


@strawberry.type(description="A node in the middle of two steps, by role (Gould and Fernandez).")
class Broker:
    id: strawberry.ID
    label: str
    silo: str
    coordinator: int
    gatekeeper: int
    representative: int
    consultant: int
    liaison: int


@strawberry.type(description="A node on the shortest ways between silos.")
class Crossroads:
    id: strawberry.ID
    label: str
    silo: str
    betweenness: float
    share: float = strawberry.field(description=FRACTION)


@strawberry.type(description="Whether influence is organised as the silos are.")
class Modularity:
    silos: float
    communities: float = strawberry.field(description="That of the best communities found.")
    community_count: int
    gap: float
    null_mean: float
    null_deviation: float
    null_at_least: float = strawberry.field(description="The share of random deals at least as modular as the silos.")
    draws: int
    seed: int


@strawberry.type(description="How influence runs within and between silos.")
class SiloAnswer:
    moment: strawberry.ID | None
    silos: list[Silo]
    matrix: list[list[float]] = strawberry.field(description="Signed sums of strength, row to column, in the order of silos.")
    counts: list[list[int]]
    unknown: list[list[int]] = strawberry.field(description="How many of those links have no known sign.")
    links: int
    crossings: int
    unassigned: int
    hand_offs: list[HandOver]
    hand_offs_found: int
    brokers: list[Broker]
    betweenness: list[Crossroads] | None = strawberry.field(description="Null where the map is too large.")
    modularity: Modularity | None = strawberry.field(description="Where draws are asked for.")
    exposure: float | None = strawberry.field(description="The share of all decisions that reach the moment.")
    exposed_by: int
    decisions: int
    complete: bool
    reason: str | None
    text: str
    terms: Terms

    @field(description="How often each role of a broker is taken.")
    def roles(self, parent: strawberry.Parent[results.SiloAnswer]) -> list[Count]:
        return [Count(what=what, count=count) for what, count in parent.roles.items()]

"""Sources, claims and the other records that nodes and links hold."""

from __future__ import annotations

import strawberry

from api.graphql.context import Asked
from api.graphql.fields import field
from api.graphql.types.kinds import Basis, FlowKind, Mark, PaidFor, Sign
from schema import records

DISAGREEMENT = (
    "How far its claims differ on sign and level (Shannon entropy, in bits): 0 where all say the same, 1 where two say two things."
)


@strawberry.type(description="A word and what it says, kept from a file that had more to say than there are fields for.")
class Attribute:
    name: str
    value: str


def attributes_of(record: records.Node | records.Link | records.Claim | records.Source) -> list[Attribute]:
    """A record's further attributes, in the order of the file."""
    return [Attribute(name=name, value=str(value)) for name, value in record.attributes.items()]


@strawberry.type(description="Where claims were read.")
class Source:
    id: strawberry.ID
    title: str
    publisher: str | None
    date: str | None
    url: str | None
    edition: str | None
    author: str | None
    standpoint: str | None
    reported_by: str | None = strawberry.field(description="Who passed it on, where nobody has looked at the source itself.")
    origin: str | None = strawberry.field(description="The release that copies share, so that copies count once.")
    licence: str | None
    note: str | None

    @field()
    def attributes(self, parent: strawberry.Parent[records.Source]) -> list[Attribute]:
        return attributes_of(parent)


@strawberry.type(description="What somebody said, or what the editors hold, about a node, a link or a whole route.")
class Claim:
    id: strawberry.ID
    basis: Basis
    place: str | None = strawberry.field(description="Where in the source it stands.")
    mark: Mark | None
    sign: Sign | None
    strength: float | None = strawberry.field(description="0 to 1; null where the claim does not say.")
    confidence: float | None = strawberry.field(description="0 to 1; null where the claim does not say.")
    text: str | None
    by: str | None
    standpoint: str | None
    said_on: str | None = strawberry.field(description="When it was said; it filters nothing.")
    where: str | None = strawberry.field(description="The place that it holds for.")
    period: str | None = strawberry.field(description="The time that it holds for.")
    route: list[strawberry.ID] = strawberry.field(description="The nodes that it is about, where it is about a whole route.")

    @field(shown_as=Source | None, description="Where it was read; null for what the editors hold.")
    async def source(self, parent: strawberry.Parent[records.Claim], info: Asked) -> records.Source | None:
        return await info.context.source(parent.source)

    @field()
    def attributes(self, parent: strawberry.Parent[records.Claim]) -> list[Attribute]:
        return attributes_of(parent)


@strawberry.type(description="An editor's decision on a disputed sign, with the reason.")
class Settled:
    sign: Sign
    reason: str
    by: str


@strawberry.type(description="An exact sum, with what one must know to use it.")
class Money:
    year: str
    status: str
    flow: FlowKind
    price_basis: str
    geography: str
    precision: str
    overlap: str | None
    ring_fenced: bool
    paid_for: PaidFor | None

    @field(description="Whole pence, as text: sums of public money do not fit into GraphQL's Int.")
    def pence(self, parent: strawberry.Parent[records.Money]) -> str:
        return str(parent.pence)

    @field(description="The least that it may be, in pence, where it is not exact.")
    def low_pence(self, parent: strawberry.Parent[records.Money]) -> str | None:
        return None if parent.low_pence is None else str(parent.low_pence)

    @field(description="The most that it may be, in pence, where it is not exact.")
    def high_pence(self, parent: strawberry.Parent[records.Money]) -> str | None:
        return None if parent.high_pence is None else str(parent.high_pence)


@strawberry.type(description="One value of a series on a factor.")
class Observation:
    period: str
    value: float
    unit: str
    series: str
    edition: str | None
    revision_of: str | None
    mark: Mark | None
    note: str | None

    @field(shown_as=Source | None)
    async def source(self, parent: strawberry.Parent[records.Observation], info: Asked) -> records.Source | None:
        return await info.context.source(parent.source)

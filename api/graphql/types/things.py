"""Nodes and links, and how to go from one to the other."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from enum import StrEnum
from typing import Annotated, TypeVar

import strawberry

from api.asking import day_of
from api.graphql import pages, parts
from api.graphql.context import Asked
from api.graphql.fields import field
from api.graphql.paging import PAGE, Page, PageInfo, count_of
from api.graphql.types.claims import DISAGREEMENT, Attribute, Claim, Money, Observation, Settled, attributes_of
from api.graphql.types.kinds import Better, LinkKind, NodeKind, Sign, Status, Use
from graph.scope import LinkWish
from schema import records
from schema.bundling import disagreement

FIRST = "How many, at most 100."
AFTER = "The cursor after which to go on."
AS_OF = "The day on which things must stand: 2026-04-01, today (as when left out) or any."


K = TypeVar("K", bound=StrEnum)


def kinds_of(named: Sequence[K] | None) -> frozenset[K] | None:
    """The kinds that a client names; None where it names none."""
    return None if named is None else frozenset(named)


@strawberry.enum(description="Links that leave a node, that reach it, or both.")
class Direction(StrEnum):
    OUT = "out"
    IN = "in"
    BOTH = "both"


@strawberry.type(description="A thing on the map. Its id is readable and stays.")
class Node:
    id: strawberry.ID
    kind: NodeKind
    label: str
    text: str | None
    tier: strawberry.ID | None
    place: strawberry.ID | None = strawberry.field(description="The body where a factor shows.")
    better: Better | None = strawberry.field(description="Whether more of a factor is better, worse, or not ours to say.")
    unit: str | None
    valid_from: str | None
    valid_to: str | None = strawberry.field(description="From this day on it no longer stands.")
    status: Status | None
    proposal: strawberry.ID | None
    instrument: str | None
    decision_cycle_months: float | None
    changes_within_months: float | None
    controllable: bool | None
    important: bool | None
    vulnerable: bool | None
    aliases: list[str]
    claims: list[Claim]
    observations: list[Observation]

    @field(description="The body that owns it: its own word, else who makes, carries out or holds it.")
    def owner(self, parent: strawberry.Parent[records.Node], info: Asked) -> strawberry.ID | None:
        snapshot = info.context.seen()
        owner = snapshot.owner_of(snapshot.row_of[parent.id])
        return None if owner is None else strawberry.ID(owner)

    @field(description="Its silo: its own, else its owner's, else unassigned.")
    def silo(self, parent: strawberry.Parent[records.Node], info: Asked) -> str:
        snapshot = info.context.seen()
        return snapshot.silo_of(snapshot.row_of[parent.id])

    @field()
    def attributes(self, parent: strawberry.Parent[records.Node]) -> list[Attribute]:
        return attributes_of(parent)

    @field(
        shown_as=Annotated["LinkConnection", strawberry.lazy("api.graphql.types.things")],
        description="The links at this node, in the order of their ids.",
    )
    def links(
        self,
        parent: strawberry.Parent[records.Node],
        info: Asked,
        first: Annotated[int, strawberry.argument(description=FIRST)] = PAGE,
        after: Annotated[str | None, strawberry.argument(description=AFTER)] = None,
        direction: Direction = Direction.BOTH,
        kind: list[LinkKind] | None = None,
        as_of: Annotated[str | None, strawberry.argument(description=AS_OF)] = None,
    ) -> Page[records.Link] | Awaitable[Page[records.Link]]:
        turn = info.context
        wish = LinkWish(kinds=kinds_of(kind), as_of=day_of(as_of), out=direction != Direction.IN, into=direction != Direction.OUT)
        if turn.sees_the_whole():
            return pages.links_at(turn.seen(), parent.id, wish, first, after, turn.settings)
        return parts.links_at(turn, parent.id, wish, first, after)


@strawberry.type(description="What one node does to, for or with another; a bundle of claims.")
class Link:
    id: strawberry.ID
    kind: LinkKind
    text: str | None
    settled: Settled | None
    delay_low: float | None = strawberry.field(description="Months; null is unknown, which is not 0.")
    delay_high: float | None = strawberry.field(description="Months; null is unknown, which is not 0.")
    delay_months: float | None = strawberry.field(description="The middle of the delay, in months.")
    valid_from: str | None
    valid_to: str | None = strawberry.field(description="From this day on it no longer stands.")
    status: Status | None
    proposal: strawberry.ID | None
    carrying: strawberry.ID | None = strawberry.field(description="The signal that is passed on.")
    available: Use | None
    used: Use | None
    answered: Use | None
    changed_anything: Use | None
    money: Money | None
    purpose: str | None
    instrument: str | None
    period: str | None
    claims: list[Claim]

    @field(shown_as=Node, description="Where it starts.", name="from")
    def start_node(self, parent: strawberry.Parent[records.Link], info: Asked) -> records.Node:
        return info.context.seen().map.node(parent.start)

    @field(shown_as=Node, description="Where it ends.", name="to")
    def end_node(self, parent: strawberry.Parent[records.Link], info: Asked) -> records.Node:
        return info.context.seen().map.node(parent.end)

    @field(description="The sign that its claims come to; null where a sign has no meaning.")
    def sign(self, parent: strawberry.Parent[records.Link], info: Asked) -> Sign | None:
        return pages.facts_of(info.context.seen(), parent).sign

    @field(description="0 to 1, averaged over its claims. Strength is judged, not measured.")
    def strength(self, parent: strawberry.Parent[records.Link], info: Asked) -> float:
        return pages.facts_of(info.context.seen(), parent).strength

    @field(description="Where the number of the strength comes from: given, judged, definition or assumed.")
    def strength_basis(self, parent: strawberry.Parent[records.Link], info: Asked) -> str:
        return pages.facts_of(info.context.seen(), parent).strength_basis

    @field(description="0 to 1, averaged over its claims.")
    def confidence(self, parent: strawberry.Parent[records.Link], info: Asked) -> float:
        return pages.facts_of(info.context.seen(), parent).confidence

    @field(description="What it stands on: sourced, definition, assumption, unstated or unverified.")
    def ground(self, parent: strawberry.Parent[records.Link], info: Asked) -> str:
        return pages.facts_of(info.context.seen(), parent).ground

    @field(description="Whether its claims disagree on the sign.")
    def disputed(self, parent: strawberry.Parent[records.Link], info: Asked) -> bool:
        return pages.facts_of(info.context.seen(), parent).disputed

    @field(description=DISAGREEMENT)
    def disagreement(self, parent: strawberry.Parent[records.Link]) -> float:
        return disagreement(parent.claims)

    @field()
    def attributes(self, parent: strawberry.Parent[records.Link]) -> list[Attribute]:
        return attributes_of(parent)


@strawberry.type
class NodeEdge:
    cursor: str
    node: Node


@strawberry.type(description="A page of nodes, in the order of their ids.")
class NodeConnection:
    edges: list[NodeEdge]
    page_info: PageInfo

    @field(shown_as=int)
    def total_count(self, parent: strawberry.Parent[Page[records.Node]]) -> int | Awaitable[int]:
        return count_of(parent)


@strawberry.type
class LinkEdge:
    cursor: str
    node: Link


@strawberry.type(description="A page of links, in the order of their ids.")
class LinkConnection:
    edges: list[LinkEdge]
    page_info: PageInfo

    @field(shown_as=int)
    def total_count(self, parent: strawberry.Parent[Page[records.Link]]) -> int | Awaitable[int]:
        return count_of(parent)

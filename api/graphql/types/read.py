"""What the question how to read the map answers."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import ImpactPath, Terms
from graph import results
from graph.results import read as found


@strawberry.type(description="One node. Centrality is a weak guide to causes: prefer influence.")
class Reading:
    id: strawberry.ID
    label: str
    role: str = strawberry.field(description="driver, receiver, ordinary or isolated.")
    out: int = strawberry.field(description="Links out of it.")
    into: int = strawberry.field(description="Links into it.")
    into_strength: float
    out_strength: float
    betweenness: float = strawberry.field(description="How many shortest paths between others it lies on; ties are shared.")
    community: int | None
    influence: float | None = strawberry.field(description="The strength of its strongest path to the moment.")
    flags: list[str]

    @field(description="(out - in) / (out + in); null without links.")
    def balance(self, parent: strawberry.Parent[found.Reading]) -> float | None:
        return parent.balance


@strawberry.type(description="A decision in a layer.")
class LayerDecision:
    id: strawberry.ID
    hand_offs: int = strawberry.field(description="The fewest on any way to the moment.")


@strawberry.type(description="All that is so many links away from the moment.")
class Layer:
    links: int
    owners: list[strawberry.ID]
    money_share: float | None = strawberry.field(description="The share of the money that crosses between here and further out.")
    signal_share: float | None = strawberry.field(description="The share of the signals that do.")

    @field()
    def decisions(self, parent: strawberry.Parent[found.Layer]) -> list[LayerDecision]:
        return [LayerDecision(id=strawberry.ID(name), hand_offs=hands) for name, hands in parent.decisions]


@strawberry.type(description="The person at the top: layers by distance to the moment.")
class Layers:
    moment: strawberry.ID
    layers: list[Layer]
    never: list[strawberry.ID] = strawberry.field(description="Decisions with no path to the moment.")
    year: str | None = strawberry.field(description="The year of the money.")


@strawberry.type(description="A node up or down the links.")
class Near:
    id: strawberry.ID
    links: int


@strawberry.type(description="What a node changes, what drives it, and whether it is buffered or buffeted.")
class NodeReading:
    reading: Reading
    downstream: list[Near]
    upstream: list[Near]
    pushed_up: float = strawberry.field(description="The strengths of the links that raise it, added up.")
    pushed_down: float
    damping: float = strawberry.field(description="The gains of the balancing loops through it, added up.")
    swelling: float = strawberry.field(description="The gains of the reinforcing loops through it, added up.")
    loops: int
    complete: bool
    word: str = strawberry.field(description="buffered, buffeted or neither.")


@strawberry.type(description="What lies between two outcomes, and what drives both.")
class PairReading:
    one: strawberry.ID
    other: strawberry.ID
    forth: list[ImpactPath]
    back: list[ImpactPath]
    upstream_of_both: list[strawberry.ID]


@strawberry.type(description="How many nodes have a role.")
class RoleCount:
    role: str
    count: int


@strawberry.type(description="How to read the map.")
class ReadAnswer:
    readings: list[Reading] = strawberry.field(description="Every node that can move or be moved, in the map's order.")
    communities: list[list[strawberry.ID]] | None
    modularity: float | None
    betweenness_exact: bool
    layers: Layers | None
    nodes: list[NodeReading]
    pairs: list[PairReading]
    complete: bool
    caution: str
    text: str
    terms: Terms

    @field()
    def roles(self, parent: strawberry.Parent[results.ReadAnswer]) -> list[RoleCount]:
        return [RoleCount(role=role, count=count) for role, count in parent.roles.items()]

"""What a what-if question asks and answers."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import Terms
from api.graphql.types.filters import names
from api.settings import Settings
from graph import results
from graph.results import whatif as found
from graph.scope import EPSILON
from graph.scope import Scenario as Wanted
from schema.errors import BadInput

MOST_DRAWS = 1_000
MOST_MONTHS = 240


@strawberry.input(description="A value that a node is given.")
class NodeValue:
    node: strawberry.ID = strawberry.field(description="An id or a unique label.")
    value: float = strawberry.field(description="-1 to 1 with tanh, else 0 to 1.")


@strawberry.input(description="What is held, where it begins, and by which rule it is followed. What is left out keeps its default.")
class Scenario:
    held: list[NodeValue] = strawberry.field(default_factory=list, description="Held in the scenario only.")
    drivers: list[strawberry.ID] = strawberry.field(default_factory=list, description="Held at 1 in both runs, to compare changed links.")
    start: list[NodeValue] = strawberry.field(default_factory=list, description="Where both runs begin; 0 where nothing is said.")
    rule: str | None = strawberry.field(default=None, description="tanh, kosko, modified or rescaled.")
    transfer: str | None = strawberry.field(default=None, description="tanh, sigmoid or step.")
    steepness: float | None = strawberry.field(default=None, description="Lambda; by the map's own bound with tanh, else 1.")
    epsilon: float = strawberry.field(default=EPSILON, description="At rest where no value moves by more.")
    months: int = strawberry.field(default=0, description=f"A course of so many months, at most {MOST_MONTHS}.")
    draws: int = strawberry.field(default=0, description=f"Runs with strengths drawn by confidence, at most {MOST_DRAWS}.")
    seed: int = strawberry.field(default=1, description="The seed of the draws.")

    def wanted(self, settings: Settings) -> Wanted:
        """The same as the service takes it. Raises BadInput for more than one request may ask for."""
        if not 0 <= self.months <= MOST_MONTHS:
            raise BadInput(f"months: {self.months} must lie between 0 and {MOST_MONTHS}.")
        return Wanted(
            held=_values("held", self.held, settings),
            drivers=names("drivers", self.drivers, settings),
            start=_values("start", self.start, settings),
            rule=self.rule,
            transfer=self.transfer,
            steepness=self.steepness,
            epsilon=self.epsilon,
            months=self.months,
            draws=checked_draws(self.draws),
            seed=self.seed,
        )


def checked_draws(draws: int) -> int:
    """A number of draws that one request may ask for. Raises BadInput for another."""
    if not 0 <= draws <= MOST_DRAWS:
        raise BadInput(f"draws: {draws} must lie between 0 and {MOST_DRAWS}.")
    return draws


def _values(what: str, given: Sequence[NodeValue], settings: Settings) -> dict[str, float]:
    return dict(zip(names(what, [item.node for item in given], settings), [item.value for item in given], strict=True))


@strawberry.type(description="How a run ended.")
class Run:
    state: str = strawberry.field(description="fixed, cycle or unsettled.")
    period: int | None = strawberry.field(description="Of a cycle, in updates.")
    steps: int = strawberry.field(description="Updates until the state or the cycle was reached.")


@strawberry.type(description="A node that differs between the runs. Differences are signed and never percentages.")
class Moved:
    id: strawberry.ID
    label: str
    tier: str | None
    silo: str
    difference: float
    worth: str = strawberry.field(description="better, worse, or empty where that is not ours to say.")


@strawberry.type(description="The nodes of a tier or silo that moved.")
class MovedGroup:
    name: str
    raised: int
    lowered: int
    most: strawberry.ID = strawberry.field(description="The one that moved furthest.")
    difference: float = strawberry.field(description="How far that one moved.")


@strawberry.type(description="What the draws say of a node.")
class Band:
    id: strawberry.ID
    rise: float = strawberry.field(description="The share of runs in which it rises.")
    fall: float = strawberry.field(description="The share of runs in which it falls.")
    low: float = strawberry.field(description="Below it lie 5 per cent of the differences.")
    high: float = strawberry.field(description="Above it lie 5 per cent of the differences.")


@strawberry.type(description="Many runs with strengths drawn from the range that each link's confidence implies.")
class Uncertainty:
    runs: int
    settled: int = strawberry.field(description="How many came to rest; the shares are of these.")
    seed: int = strawberry.field(description="Of the PCG64 generator.")
    complete: bool
    bands: list[Band]


@strawberry.type(description="One node in both runs, and month by month where a course was asked for.")
class NodeState:
    id: strawberry.ID
    baseline: float
    scenario: float
    difference: float
    months: list[float] | None = strawberry.field(description="The difference, from month 0 on; null where it does not move.")


@strawberry.type(description="Where the map comes to rest in the scenario, less where it does in the baseline.")
class WhatIfAnswer:
    rule: str
    transfer: str
    steepness: float = strawberry.field(description="Lambda.")
    epsilon: float
    run: Run
    baseline_run: Run
    drivers: list[strawberry.ID]
    changed_links: list[strawberry.ID]
    moved_count: int
    moved: list[Moved] = strawberry.field(description="Furthest first.")
    tiers: list[MovedGroup]
    silos: list[MovedGroup]
    complete: bool
    warnings: list[str]
    text: str
    terms: Terms

    @field(shown_as=Uncertainty | None, description="Null where no draws were asked for.")
    def uncertainty(self, parent: strawberry.Parent[results.WhatIfAnswer]) -> found.Draws | None:
        return parent.draws

    @field(description="Every node that can move, in the map's order.")
    def states(self, parent: strawberry.Parent[results.WhatIfAnswer]) -> list[NodeState]:
        months = parent.by_month() or {}
        columns = (parent.by_id(values) for values in (parent.baseline, parent.scenario, parent.difference))
        baseline, scenario, difference = columns
        return [
            NodeState(
                id=strawberry.ID(name),
                baseline=baseline[name],
                scenario=scenario[name],
                difference=difference[name],
                months=months.get(name),
            )
            for name in parent.ids
        ]

"""What a comparison asks and answers."""

from __future__ import annotations

import json

import strawberry

from api.asking import day_of
from api.graphql.fields import field
from api.graphql.types.answers import Terms
from graph import results
from graph.results import compare as found
from graph.scope import Scope
from graph.scope import Side as Wanted
from schema.errors import BadInput
from schema.records import MAIN_BRANCH

ONE_OF = "At most one of revision and branch."


@strawberry.input(description="One side of a comparison: the map as the question sees it, but for what is said here.")
class Side:
    as_of: str | None = strawberry.field(default=None, description="The day on which things must stand; the filters' day where left out.")
    proposals: bool | None = strawberry.field(
        default=None, description="Whether what is only proposed counts; the filters' where left out."
    )
    revision: int | None = strawberry.field(default=None, description=ONE_OF)
    branch: str | None = strawberry.field(default=None, description=ONE_OF)

    def wanted(self, name: str) -> Wanted:
        """The same as the service takes it."""
        if self.revision is not None and self.branch is not None:
            raise BadInput(f"{name}: names a revision and a branch; give one of them.")
        scope = None
        if self.revision is not None or self.branch is not None:
            scope = Scope(branch=self.branch or MAIN_BRANCH, revision=self.revision)
        said = [
            f"revision {self.revision}" if self.revision is not None else "",
            f"branch {self.branch}" if self.branch is not None else "",
            self.as_of or "",
            {None: "", True: "proposed", False: "current"}[self.proposals],
        ]
        return Wanted(
            name=", ".join(word for word in said if word) or name,
            scope=scope,
            is_dated=self.as_of is not None,
            as_of=day_of(self.as_of) if self.as_of is not None else None,
            proposals=self.proposals,
        )


@strawberry.type(description="One side as it was asked, and how much stands on it.")
class Compared:
    name: str
    revision: int
    as_of: str | None
    proposals: bool
    nodes: int
    links: int


@strawberry.type(description="One attribute that differs.")
class AttributeChange:
    id: strawberry.ID
    attribute: str
    evidence: list[str] = strawberry.field(description="What the second side cites: a source's id, or who says it.")

    @field(name="from", description="The value before, as JSON.")
    def before_json(self, parent: strawberry.Parent[found.Change]) -> str:
        return json.dumps(parent.before, ensure_ascii=False)

    @field(name="to", description="The value after, as JSON.")
    def after_json(self, parent: strawberry.Parent[found.Change]) -> str:
        return json.dumps(parent.after, ensure_ascii=False)


@strawberry.type(description="What was added, removed and changed, by id.")
class Changes:
    added: list[strawberry.ID]
    removed: list[strawberry.ID]
    changed: list[AttributeChange]


@strawberry.type(description="A decision whose verdict or standing differs; null on the side where it is not judged.")
class VerdictChange:
    decision: strawberry.ID
    label: str
    before: str | None
    after: str | None
    standing_before: str | None
    standing_after: str | None
    said_before: str | None
    said_after: str | None
    net_before: float | None
    net_after: float | None

    @field(description="Whether the verdict itself turns.")
    def flips(self, parent: strawberry.Parent[found.VerdictChange]) -> bool:
        return parent.flips


@strawberry.type(description="A feedback loop that stands on one side only, or whose kind differs.")
class LoopChange:
    nodes: list[strawberry.ID]
    links: list[strawberry.ID]
    before: str | None
    after: str | None
    text: str


@strawberry.type(description="Missing feedback that is there on one side only, or of another kind.")
class GapChange:
    decision: strawberry.ID
    factor: strawberry.ID
    before: str | None
    after: str | None
    text: str


@strawberry.type(description="The routes between two named ends, and the hand-offs on the strongest of each side.")
class RouteChange:
    found_before: int
    found_after: int
    hand_offs_before: list[strawberry.ID] | None
    hand_offs_after: list[strawberry.ID] | None
    added: list[list[strawberry.ID]]
    removed: list[list[strawberry.ID]]


@strawberry.type(description="What one payer pays one payee in one year, where it differs. Pence, exact, as text.")
class PoundsChange:
    payer: strawberry.ID
    payee: strawberry.ID
    year: str

    @field(description="Null where no sum stands.")
    def before_pence(self, parent: strawberry.Parent[found.PoundsChange]) -> str | None:
        return None if parent.before is None else str(parent.before)

    @field(description="Null where no sum stands.")
    def after_pence(self, parent: strawberry.Parent[found.PoundsChange]) -> str | None:
        return None if parent.after is None else str(parent.after)

    @field(description="After less before.")
    def difference_pence(self, parent: strawberry.Parent[found.PoundsChange]) -> str:
        return str(parent.difference)


@strawberry.type(description="The second side less the first: what differs, and what follows.")
class CompareAnswer:
    a: Compared
    b: Compared
    nodes: Changes
    links: Changes
    verdicts: list[VerdictChange]
    loops_found: list[int] | None = strawberry.field(description="On the first side and on the second.")
    loops_opened: list[LoopChange]
    loops_closed: list[LoopChange]
    loops_turned: list[LoopChange]
    gaps_found: list[int] | None = strawberry.field(description="On the first side and on the second.")
    gaps_opened: list[GapChange]
    gaps_closed: list[GapChange]
    gaps_turned: list[GapChange]
    routes: RouteChange | None
    pounds: list[PoundsChange]
    complete: bool
    silent: list[str] = strawberry.field(description="Which consequences could not be worked out, and why.")
    text: str
    terms: Terms

    @field(shown_as=list[VerdictChange], description="The verdicts that turn.")
    def flips(self, parent: strawberry.Parent[results.CompareAnswer]) -> tuple[found.VerdictChange, ...]:
        return parent.flips

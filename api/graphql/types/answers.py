"""What questions answer: paths with their steps, what they add up to, and on what terms they were found."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.claims import DISAGREEMENT, Claim, Source
from api.graphql.types.kinds import Better, LinkKind, Sign
from graph import results
from graph.results import firmness

FRACTION = "0 to 1."
LOW = "A lower bound where complete is false."


@strawberry.type(description="One link of a path, as a reader needs it.")
class PathStep:
    link: strawberry.ID
    kind: LinkKind
    start: strawberry.ID
    start_label: str
    end: strawberry.ID
    end_label: str
    sign: Sign | None = strawberry.field(description="Null on the lead-in from a body to its decision.")
    effect: Sign = strawberry.field(description="The sign of the path up to and including this step.")
    strength: float = strawberry.field(description=FRACTION)
    strength_basis: str = strawberry.field(description="given, judged, definition or assumed.")
    confidence: float = strawberry.field(description=FRACTION)
    delay_low: float | None = strawberry.field(description="Months; null is unknown, which is not 0.")
    delay_high: float | None = strawberry.field(description="Months; null is unknown, which is not 0.")
    ground: str = strawberry.field(description="What it stands on: sourced, definition, assumption, unstated or unverified.")
    disputed: bool
    disagreement: float = strawberry.field(description=DISAGREEMENT)
    assumed: list[str] = strawberry.field(description="What of it was assumed because nobody says: sign, strength, confidence, delay.")
    owner: strawberry.ID | None = strawberry.field(description="Who owns the start of the step.")
    end_better: Better | None
    text: str | None
    claims: list[Claim]
    sources: list[Source]
    is_lead_in: bool


@strawberry.type(description="One path from a start to a goal, with what it comes to and a sentence that says it.")
class ImpactPath:
    nodes: list[strawberry.ID]
    links: list[strawberry.ID]
    sign: Sign
    strength: float = strawberry.field(description="The product of the steps' strengths. It ranks potential, it does not forecast.")
    strength_basis: str
    delay_months: float | None = strawberry.field(description="The middle of the delay, in months; null where a step's delay is unknown.")
    delay_low: float
    delay_high: float | None
    confidence: float = strawberry.field(description="That of the weakest step.")
    hand_offs: list[strawberry.ID] = strawberry.field(description="The owners along the path, in order.")
    disagreement: float = strawberry.field(description="That of the step whose claims differ most, in bits.")
    threads: list[str] = strawberry.field(description="Sources and claims that state the whole path themselves.")
    text: str
    steps: list[PathStep]

    @field()
    def sourced_steps(self, parent: strawberry.Parent[results.ImpactPath]) -> int:
        return parent.sourced

    @field()
    def by_definition_steps(self, parent: strawberry.Parent[results.ImpactPath]) -> int:
        return parent.definitions

    @field()
    def assumed_steps(self, parent: strawberry.Parent[results.ImpactPath]) -> int:
        return parent.assumptions

    @field()
    def unstated_steps(self, parent: strawberry.Parent[results.ImpactPath]) -> int:
        return parent.unstated


@strawberry.type(description="What some paths add up to.")
class Balance:
    found: int = strawberry.field(description="How many simple paths there are within the bounds. " + LOW)
    complete: bool = strawberry.field(description="Whether all of them were counted.")
    supporting: float = strawberry.field(description="The sum of the strengths of the paths that raise. " + LOW)
    opposing: float = strawberry.field(description="The sum of the strengths of the paths that lower. " + LOW)
    undetermined: float = strawberry.field(description="The sum of the strengths of the paths whose sign is not known. " + LOW)
    net: float = strawberry.field(description="Supporting less opposing.")
    determinacy: float | None = strawberry.field(description="How far the paths agree, 0 to 1; null with no path.")

    @field(description="How many paths raise.")
    def raising(self, parent: strawberry.Parent[results.Balance]) -> int:
        return parent.raises

    @field(description="How many paths lower.")
    def lowering(self, parent: strawberry.Parent[results.Balance]) -> int:
        return parent.lowers

    @field(description="How many paths have a sign that is not known.")
    def unclear(self, parent: strawberry.Parent[results.Balance]) -> int:
        return parent.unclear


@strawberry.type(description="What one decision of a body comes to, in a question that began at the body.")
class DecisionBalance:
    decision: strawberry.ID
    label: str
    balance: Balance


@strawberry.type(description="A node, or an assumed link, through which nearly all paths of an answer run.")
class Pinch:
    id: strawberry.ID
    label: str
    paths: int
    assumed: bool


@strawberry.type(description="How often something was assumed because nobody says.")
class Assumed:
    what: str
    count: int


@strawberry.type(description="On what terms an answer was found.")
class Terms:
    revision: int = strawberry.field(description="The map's revision.")
    method: str
    max_links: int = strawberry.field(description="The most links of a path; 0 is unlimited.")
    filters: list[str] = strawberry.field(description="What the filter narrows, in words.")

    @field(description="The day on which things had to stand; null is any day.")
    def as_of(self, parent: strawberry.Parent[results.Terms]) -> str | None:
        return parent.as_of.isoformat() if parent.as_of else None


@strawberry.type(description="In what share of draws of the strengths the net raises and lowers.")
class RobustSign:
    draws: int
    seed: int = strawberry.field(description="Of the PCG64 generator.")
    raises: float
    lowers: float
    complete: bool


@strawberry.type(description="A link that alone, if wrong, turns the sign of the net.")
class TurningLink:
    link: strawberry.ID
    start_label: str
    end_label: str
    part: float = strawberry.field(description="The signed strength of the paths over it.")
    if_reversed: bool
    if_absent: bool
    if_known: bool = strawberry.field(description="Its sign is not known, and would decide.")
    ground: str
    settle: str = strawberry.field(description="What would settle it.")


@strawberry.type(description="How many have it.")
class WordCount:
    word: str
    count: int


@strawberry.type(description="The answer split: what rests on figures, studies and definitions throughout, and the rest.")
class KnownAndSaid:
    known: Balance | None = strawberry.field(description="Null where several decisions are listed one by one.")
    said: Balance | None

    @field(description="Links on the paths, by each kind of claim that they have.")
    def by_basis(self, parent: strawberry.Parent[firmness.KnownAndSaid]) -> list[WordCount]:
        return [WordCount(word=word, count=count) for word, count in parent.by_basis.items()]

    @field(description="Claims on the listed paths, by who speaks.")
    def by_standpoint(self, parent: strawberry.Parent[firmness.KnownAndSaid]) -> list[WordCount]:
        return [WordCount(word=word, count=count) for word, count in parent.by_standpoint.items()]


@strawberry.type(description="What reaches the goals from the starts.")
class ImpactAnswer:
    paths: list[ImpactPath] = strawberry.field(description="The strongest paths, strongest first.")
    decisions: list[DecisionBalance] = strawberry.field(description="A body's decisions one by one; they are never added up.")
    standing: str = strawberry.field(description="How firm the answer is.")
    thin_because: list[str] = strawberry.field(description="Why it is too thin to call, where it is.")
    pinches: list[Pinch]
    independent: int | None = strawberry.field(description="How many paths share no link.")
    robustness: int | None = strawberry.field(description="The least number of sources whose loss would cut the ends apart.")
    background: list[str] = strawberry.field(description="Said of the whole route before the decisions on it were taken.")
    sourced_share: float | None = strawberry.field(description="The share of all steps that a source states.")
    reason: str | None = strawberry.field(description="Why there is no path, where there is none.")
    turning: list[TurningLink] = strawberry.field(description="Which one link, if wrong, turns the answer; the weightiest first.")
    known_and_said: KnownAndSaid | None
    text: str = strawberry.field(description="The whole answer as text.")
    terms: Terms

    @field(shown_as=RobustSign | None, description="Whether the sign holds under draws; null where none were asked for.")
    def robust_sign(self, parent: strawberry.Parent[results.ImpactAnswer]) -> firmness.RobustSign | None:
        return parent.robust

    @field(name="from")
    def starts(self, parent: strawberry.Parent[results.ImpactAnswer]) -> list[strawberry.ID]:
        return [strawberry.ID(name) for name in parent.starts]

    @field(name="to")
    def goals(self, parent: strawberry.Parent[results.ImpactAnswer]) -> list[strawberry.ID]:
        return [strawberry.ID(name) for name in parent.goals]

    @field(shown_as=Balance, description="What all paths within the bounds add up to. Net only where net is given.")
    def balance(self, parent: strawberry.Parent[results.ImpactAnswer]) -> results.Balance:
        return parent.balance

    @field(description="How many simple paths there are within the bounds. " + LOW)
    def found(self, parent: strawberry.Parent[results.ImpactAnswer]) -> int:
        return parent.balance.found

    @field(description="Whether all paths within the bounds were counted.")
    def complete(self, parent: strawberry.Parent[results.ImpactAnswer]) -> bool:
        return parent.balance.complete

    @field(description="Whether no path left out is stronger than the last one listed.")
    def exact_top(self, parent: strawberry.Parent[results.ImpactAnswer]) -> bool:
        return parent.exact

    @field(description="Supporting less opposing; null where several decisions are listed one by one.")
    def net(self, parent: strawberry.Parent[results.ImpactAnswer]) -> float | None:
        return parent.balance.net if parent.nets else None

    @field(description="How far the paths agree, 0 to 1; null with no path, and where several decisions are listed.")
    def determinacy(self, parent: strawberry.Parent[results.ImpactAnswer]) -> float | None:
        return parent.balance.determinacy if parent.nets else None

    @field(description="How often something was assumed because nobody says.")
    def assumed(self, parent: strawberry.Parent[results.ImpactAnswer]) -> list[Assumed]:
        return [Assumed(what=what, count=count) for what, count in parent.assumed.items()]

    @field(description="The map's revision.")
    def revision(self, parent: strawberry.Parent[results.ImpactAnswer]) -> int:
        return parent.terms.revision

    @field(description="How the answer was worked out.")
    def method(self, parent: strawberry.Parent[results.ImpactAnswer]) -> str:
        return parent.terms.method


@strawberry.type(description="Whether a decision makes the moment better, by the map, and how firmly.")
class Verdict:
    decision: strawberry.ID
    label: str
    verdict: str = strawberry.field(description="KEEP, STOP, CONTESTED or NO PATH.")
    standing: str
    said: str = strawberry.field(description="The verdict in words that fit its standing.")
    thin_because: list[str]
    balance: Balance
    reason: str | None
    supporting_path: ImpactPath | None
    opposing_path: ImpactPath | None
    hand_offs: list[strawberry.ID]
    delay_low: float | None
    delay_high: float | None
    would_have_to_agree: list[strawberry.ID]
    sourced_share: float | None
    text: str

    @field(description="The link with the least confidence.")
    def weakest_link(self, parent: strawberry.Parent[results.Verdict]) -> strawberry.ID | None:
        return None if parent.weakest is None else strawberry.ID(parent.weakest)


@strawberry.type(description="The verdicts of a litmus round, in the map's order, and who judges the moment.")
class LitmusAnswer:
    moment: strawberry.ID
    verdicts: list[Verdict]
    footing: str
    found: int = strawberry.field(description="How many paths the verdicts were worked out from.")
    complete: bool = strawberry.field(description="Whether every path was counted for every verdict.")
    text: str = strawberry.field(description="The round as a paragraph.")
    terms: Terms

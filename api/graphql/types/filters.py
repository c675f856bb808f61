"""What counts in a question, as a client says it: one input for every question."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from api.asking import day_of
from api.graphql.types.kinds import LinkKind, Sign
from api.settings import Settings
from graph.scope import MAX_LINKS, MAX_PATHS, TOP
from graph.scope import Filters as Wanted
from schema.errors import BadInput

LONGEST_NAME = 1_000


@strawberry.input(description="Another weight for a link, for this question only.")
class Assume:
    link: strawberry.ID
    weight: float = strawberry.field(description="-1 to 1.")


@strawberry.input(description="What counts in a question. What is left out keeps its default.")
class Filters:
    as_of: str | None = strawberry.field(
        default=None, description="The day on which things must stand: 2026-04-01, today (as when left out) or any."
    )
    proposals: bool = strawberry.field(default=False, description="Whether what is only proposed counts.")
    kinds: list[LinkKind] | None = strawberry.field(default=None, description="Only links of these kinds.")
    min_confidence: float = strawberry.field(default=0.0, description="Only links at least this sure, 0 to 1.")
    evidence: list[str] | None = strawberry.field(default=None, description="Only links with such evidence; see `vocabulary`.")
    avoid: list[str] = strawberry.field(default_factory=list, description="Nodes that no path may visit.")
    require: list[str] = strawberry.field(default_factory=list, description="Nodes that every path must visit.")
    avoid_silos: list[str] = strawberry.field(default_factory=list, description="Silos that no path may visit.")
    max_delay: float | None = strawberry.field(default=None, description="The longest delay of a path, in months.")
    sign: Sign | None = strawberry.field(default=None, description="Only paths of this sign.")
    without: list[strawberry.ID] = strawberry.field(default_factory=list, description="Links left out of this question.")
    assume: list[Assume] = strawberry.field(default_factory=list, description="Links with another weight for this question.")
    max_links: int = strawberry.field(default=MAX_LINKS, description="The most links of a path; 0 is unlimited.")
    top: int = strawberry.field(default=TOP, description="How many paths are listed, at most 100.")
    max_paths: int = strawberry.field(default=MAX_PATHS, description="How many paths are counted.")

    def wanted(self, settings: Settings) -> Wanted:
        """The same as the service takes it. Raises BadInput for more than one request may ask for."""
        if not 0 <= self.top <= settings.page_most:
            raise BadInput(f"top: {self.top} must lie between 0 and {settings.page_most}.")
        if not 1 <= self.max_paths <= MAX_PATHS:
            raise BadInput(f"maxPaths: {self.max_paths} must lie between 1 and {MAX_PATHS}.")
        return Wanted(
            as_of=day_of(self.as_of),
            proposals=self.proposals,
            kinds=None if self.kinds is None else frozenset(self.kinds),
            min_confidence=self.min_confidence,
            evidence=None if self.evidence is None else names("evidence", self.evidence, settings),
            avoid=names("avoid", self.avoid, settings),
            require=names("require", self.require, settings),
            avoid_silos=names("avoidSilos", self.avoid_silos, settings),
            max_delay=self.max_delay,
            sign=self.sign,
            without=names("without", self.without, settings),
            assume=dict(
                zip(names("assume", [item.link for item in self.assume], settings), [item.weight for item in self.assume], strict=True)
            ),
            max_links=self.max_links,
            top=self.top,
            max_paths=self.max_paths,
        )


def names(what: str, given: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """Names that a client gives, in order. Raises BadInput for too many or for one that is no name by its length."""
    if len(given) > settings.page_most:
        raise BadInput(f"{what}: names {len(given):,} things; at most {settings.page_most} are taken.")
    for name in given:
        if len(name) > LONGEST_NAME:
            raise BadInput(f"{what}: has a name of {len(name):,} characters; at most {LONGEST_NAME:,} are taken.")
    return tuple(given)

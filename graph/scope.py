"""What a question looks at: which version of the map (scope), and which part of it counts (filters)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import BASE_LAYER, MAIN_BRANCH

if TYPE_CHECKING:
    # NumPy, which columns need, would double the time to `caremap --help`.
    from schema.system_map import SystemMap

MAX_LINKS = 8
TOP = 10
MAX_PATHS = 1_000_000
EPSILON = 1e-9
MOMENT = "moment-of-interaction"
"""The id of the factor that questions are judged by unless another is named."""
GAPS_LISTED = 20
REACH_LISTED = 1_000
"""How many outcomes a question of reach lists unless it is told: all, on a map that people drew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A version of the map: a branch, its layers, and a revision (None: the newest)."""

    branch: str = MAIN_BRANCH
    layers: tuple[str, ...] = (BASE_LAYER,)
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeWish:
    """Which nodes somebody wants: of some kinds, in a tier, in a silo, standing on a day (None: any). Proposed ones are among them."""

    kinds: frozenset[NodeKind] | None = None
    tier: str | None = None
    silo: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """Which links somebody wants: of some kinds, standing with both ends on a day (None: any); at a node those that leave it or
    reach it."""

    kinds: frozenset[LinkKind] | None = None
    as_of: date | None = None
    out: bool = True
    into: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What counts in a question; one object for every question.

    `as_of` is the day on which things must stand (None: any day). `max_links` bounds a path (0: unlimited), `top` how
    many paths are listed, `max_paths` how many are counted. `kinds` and `evidence` narrow the links that count, None
    meaning the defaults. `avoid` and `require` are node ids, `avoid_silos` silos, `without` link ids; `assume` gives
    links another weight in [-1, 1] for this question. `max_delay` is in months. `sign` keeps paths of one sign.
    """

    as_of: date | None = None
    proposals: bool = False
    kinds: frozenset[LinkKind] | None = None
    min_confidence: float = 0.0
    evidence: tuple[str, ...] | None = None
    avoid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    avoid_silos: tuple[str, ...] = ()
    max_delay: float | None = None
    sign: Sign | None = None
    without: tuple[str, ...] = ()
    assume: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    max_links: int = MAX_LINKS
    top: int = TOP
    max_paths: int = MAX_PATHS

    def described(self) -> tuple[str, ...]:
        """What the filter narrows, one phrase each, for the method line of an answer; empty where it narrows nothing."""
        said = [
            ("proposals on", self.proposals),
            (f"only {', '.join(sorted(self.kinds or ()))} links", self.kinds is not None),
            (f"confidence at least {self.min_confidence:g}", self.min_confidence > 0),
            (f"evidence {', '.join(self.evidence or ())}", self.evidence is not None),
            (f"avoiding {', '.join(self.avoid)}", self.avoid),
            (f"through {', '.join(self.require)}", self.require),
            (f"outside {', '.join(self.avoid_silos)}", self.avoid_silos),
            (f"at most {self.max_delay or 0:g} months", self.max_delay is not None),
            (f"only {self.sign} paths", self.sign is not None),
            (f"without {', '.join(self.without)}", self.without),
            (f"assuming {', '.join(f'{link}={weight:+g}' for link, weight in self.assume.items())}", self.assume),
        ]
        return tuple(phrase for phrase, holds in said if holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a what-if question changes, and by which rule the map is then followed.

    `held` gives nodes a value for the scenario, `drivers` are held at 1 in both runs, `start` is where both runs begin
    (0 for what is not named). `rule` is tanh, kosko, modified or rescaled (None: tanh, or kosko where a transfer function
    is named), `transfer` tanh, sigmoid or step, `steepness` lambda (None: the rule's own). `months` asks for a time
    course, `draws` for so many runs with weights drawn under `seed`, `trace` for so many first states of the scenario.
    """

    held: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    drivers: tuple[str, ...] = ()
    start: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    rule: str | None = None
    transfer: str | None = None
    steepness: float | None = None
    epsilon: float = EPSILON
    months: int = 0
    draws: int = 0
    seed: int = 1
    trace: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two maps that are compared: what differs from the question's own scope and filters.

    `system_map` is a map of its own (a file); else `scope` (None: the question's). `as_of` counts where `is_dated`,
    `proposals` where it is not None.
    """

    name: str
    system_map: SystemMap | None = None
    scope: Scope | None = None
    is_dated: bool = False
    as_of: date | None = None
    proposals: bool | None = None

    def filters(self, filters: Filters) -> Filters:
        """The question's filters as they hold on this side."""
        return replace(
            filters,
            as_of=self.as_of if self.is_dated else filters.as_of,
            proposals=filters.proposals if self.proposals is None else self.proposals,
        )

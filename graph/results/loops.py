"""The answer to a question about feedback loops."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results.paths import Step
from graph.results.terms import Json, Terms, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackLoop:
    """One feedback loop: its nodes and links in order from its node of the smallest id, and what a round comes to.

    `kind` is R (reinforcing), B (balancing) or U (a sign on it is not known). `gain` is the product of the strengths; delays
    are months for one round, None where a step's delay is unknown (`delay_low` is then what is known of it). `delayed` says
    whether any step is slow, None where none is known to be and some are unknown. `crossings` counts the steps between two
    silos, `silos` names those on the way. `weakest` is the link with the least confidence. `component` numbers the strong
    component from 1, the one with the strongest loop first, and `rank` the loop's place in it.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    kind: str
    gain: float
    strength_basis: str
    delay_months: float | None
    delay_low: float
    delay_high: float | None
    delayed: bool | None
    silos: tuple[str, ...]
    crossings: int
    hand_offs: tuple[str, ...]
    confidence: float
    weakest: str
    sourced: int
    definitions: int
    assumptions: int
    unstated: int
    disputed: int
    component: int
    rank: int
    text: str
    steps: tuple[Step, ...]

    def to_json(self) -> Json:
        return {
            "nodes": list(self.nodes),
            "links": list(self.links),
            "kind": self.kind,
            "gain": tidy(self.gain),
            "delay_months": tidy(self.delay_months),
            "text": self.text,
            "strength_basis": self.strength_basis,
            "delay_low": tidy(self.delay_low),
            "delay_high": tidy(self.delay_high),
            "delayed": self.delayed,
            "silos": list(self.silos),
            "crossings": self.crossings,
            "hand_offs": list(self.hand_offs),
            "confidence": tidy(self.confidence),
            "weakest_link": self.weakest,
            "sourced_steps": self.sourced,
            "by_definition_steps": self.definitions,
            "assumed_steps": self.assumptions,
            "unstated_steps": self.unstated,
            "disputed_steps": self.disputed,
            "component": self.component,
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopComponent:
    """One strong component: nodes of which each reaches each other. `found` counts its loops within the bounds.

    `independent` is how many loops span all others (links - nodes + 1); `main` are the links of its strongest loop.
    """

    number: int
    nodes: int
    links: int
    independent: int
    found: int
    main: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "component": self.number,
            "nodes": self.nodes,
            "links": self.links,
            "independent": self.independent,
            "found": self.found,
            "main": list(self.main),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopAnswer:
    """The loops that matter most, the components that they lie in, and a few short ones that span all others.

    `found`, `reinforcing`, `balancing` and `undetermined` count loops, and are lower bounds where `complete` is False.
    `exact_top` says that no loop left out ranks before one listed of its component. `independent` is None where it was not
    asked for; `independent_complete` is False where the time ran out over it.
    """

    through: str | None
    loops: tuple[FeedbackLoop, ...]
    found: int
    reinforcing: int
    balancing: int
    undetermined: int
    complete: bool
    exact_top: bool
    components: tuple[LoopComponent, ...]
    independent: tuple[FeedbackLoop, ...] | None
    independent_complete: bool
    reason: str | None
    text: str
    terms: Terms

    def to_json(self) -> Json:
        terms = self.terms.to_json()
        return {
            "loops": [loop.to_json() for loop in self.loops],
            "found": self.found,
            "complete": self.complete,
            "max_links": terms.pop("max_links"),
            "exact_top": self.exact_top,
            "through": self.through,
            "reinforcing": self.reinforcing,
            "balancing": self.balancing,
            "undetermined": self.undetermined,
            "components": [component.to_json() for component in self.components],
            "independent": None if self.independent is None else [_short(loop) for loop in self.independent],
            "independent_complete": self.independent_complete,
            "reason": self.reason,
            "text": self.text,
            **terms,
        }


def _short(loop: FeedbackLoop) -> Json:
    return {
        "nodes": list(loop.nodes),
        "links": list(loop.links),
        "kind": loop.kind,
        "gain": tidy(loop.gain),
        "delay_months": tidy(loop.delay_months),
        "component": loop.component,
        "text": loop.text,
    }

"""The answer to an impact question."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results.firmness import KnownAndSaid, RobustSign, TurningLink
from graph.results.paths import Balance, ImpactPath
from graph.results.terms import Json, Terms, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBalance:
    """What one decision of a body comes to in a question that began at the body, with its best path in each direction."""

    decision: str
    label: str
    balance: Balance
    best: tuple[ImpactPath, ...] = ()

    def to_json(self) -> Json:
        return {"decision": self.decision, **self.balance.to_json(), "best": [list(path.links) for path in self.best]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinch:
    """A node, or a link that is assumed, through which nearly all paths of an answer run; `paths` says how many."""

    id: str
    label: str
    paths: int
    assumed: bool

    def to_json(self) -> Json:
        return {"id": self.id, "paths": self.paths, "assumed": self.assumed}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactAnswer:
    """What reaches the goals from the starts. `balance.net` is not given where the starts are several decisions.

    `pinches` are what nearly all paths run through; `independent` how many paths share no link; `robustness` the
    smallest number of distinct sources whose loss would cut the ends apart. `background` are threads said of the whole
    route before the decisions on it were taken. `sourced_share` is the share of all steps that a source states.
    """

    starts: tuple[str, ...]
    goals: tuple[str, ...]
    paths: tuple[ImpactPath, ...]
    balance: Balance
    decisions: tuple[DecisionBalance, ...]
    exact: bool
    standing: str
    thin_because: tuple[str, ...]
    pinches: tuple[Pinch, ...]
    independent: int | None
    robustness: int | None
    background: tuple[str, ...]
    assumed: dict[str, int]
    sourced_share: float | None
    reason: str | None
    text: str
    terms: Terms
    robust: RobustSign | None = None
    turning: tuple[TurningLink, ...] = ()
    known_and_said: KnownAndSaid | None = None

    @property
    def shown(self) -> tuple[ImpactPath, ...]:
        """The paths to show: the strongest, and the best of each decision in each direction, so that none is left out."""
        paths = [*self.paths, *(path for decision in self.decisions for path in decision.best)]
        return tuple({path.links: path for path in paths}.values())

    @property
    def nets(self) -> bool:
        """Whether the paths may be added up: never across several decisions."""
        return len(self.decisions) <= 1

    def to_json(self) -> Json:
        balance = self.balance
        return {
            "from": list(self.starts),
            "to": list(self.goals),
            "paths": [path.to_json() for path in self.paths],
            "found": balance.found,
            "complete": balance.complete,
            "exact_top": self.exact,
            "max_links": self.terms.max_links,
            "raising": balance.raises,
            "lowering": balance.lowers,
            "unclear": balance.unclear,
            "supporting": tidy(balance.supporting),
            "opposing": tidy(balance.opposing),
            "undetermined": tidy(balance.undetermined),
            "net": tidy(balance.net) if self.nets else None,
            "determinacy": tidy(balance.determinacy) if self.nets else None,
            "decisions": [decision.to_json() for decision in self.decisions],
            "standing": self.standing,
            "thin_because": list(self.thin_because),
            "pinches": [pinch.to_json() for pinch in self.pinches],
            "independent": self.independent,
            "robustness": self.robustness,
            "background": list(self.background),
            "assumed": dict(self.assumed),
            "sourced_share": tidy(self.sourced_share),
            "robust_sign": self.robust.to_json() if self.robust else None,
            "turning_links": [link.to_json() for link in self.turning],
            "known_and_said": self.known_and_said.to_json() if self.known_and_said else None,
            "reason": self.reason,
            "text": self.text,
            **{name: value for name, value in self.terms.to_json().items() if name != "max_links"},
        }

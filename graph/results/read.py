"""The answer to the question how to read a map: what drives, what receives, what hangs together, how far it is from the person."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results.paths import ImpactPath
from graph.results.terms import Json, Terms, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One node. `role` is driver, receiver, ordinary or isolated; `balance` (out - in) / (out + in) over links, None where there are none.

    `betweenness` counts shortest paths between other nodes; `influence` is the strength of the strongest path to the named
    outcome, None where the map has none: it says more of a cause than any centrality.
    """

    id: str
    label: str
    role: str
    into: int
    out: int
    into_strength: float
    out_strength: float
    betweenness: float
    community: int | None
    influence: float | None
    flags: tuple[str, ...]

    @property
    def degree(self) -> int:
        """How many links enter or leave it."""
        return self.into + self.out

    @property
    def balance(self) -> float | None:
        """From -1, where links only enter, to 1, where they only leave; None where there are none."""
        return (self.out - self.into) / self.degree if self.degree else None

    @property
    def balance_by_strength(self) -> float | None:
        """The same over the strengths of the links; None where these add up to nothing."""
        whole = self.out_strength + self.into_strength
        return (self.out_strength - self.into_strength) / whole if whole > 0 else None

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "role": self.role,
            "balance": tidy(self.balance),
            "degree": self.degree,
            "in": self.into,
            "out": self.out,
            "betweenness": tidy(self.betweenness),
            "community": self.community,
            "influence": tidy(self.influence),
            "balance_by_strength": tidy(self.balance_by_strength),
            "in_strength": tidy(self.into_strength),
            "out_strength": tidy(self.out_strength),
            "flags": list(self.flags),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """All that is so many links away from the moment, and what crosses between it and the layers further out.

    `decisions` come with the fewest hand-offs on any way to the moment. `owners` are those whose nearest thing lies here. Shares
    are of the flows and signals whose both ends have a layer; None where there are none.
    """

    links: int
    decisions: tuple[tuple[str, int], ...]
    owners: tuple[str, ...]
    money_share: float | None
    signal_share: float | None

    def to_json(self) -> Json:
        return {
            "links": self.links,
            "decisions": [{"id": name, "hand_offs": hands} for name, hands in self.decisions],
            "owners": list(self.owners),
            "money_share": tidy(self.money_share),
            "signal_share": tidy(self.signal_share),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The person at the top: layers by distance to the moment. `never` are decisions with no path there; `year` is that of the money."""

    moment: str
    layers: tuple[Layer, ...]
    never: tuple[str, ...]
    year: str | None

    def to_json(self) -> Json:
        return {
            "moment": self.moment,
            "layers": [layer.to_json() for layer in self.layers],
            "never": list(self.never),
            "money_year": self.year,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A node up or down the links, and how many links away."""

    id: str
    links: int

    def to_json(self) -> Json:
        return {"id": self.id, "links": self.links}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReading:
    """The named questions about one node: what it changes, what drives it, and whether it is buffered or buffeted.

    `pushed_up` and `pushed_down` are the summed strengths of the links into it; `damping` and `swelling` the summed gains of
    the balancing and reinforcing loops through it.
    """

    reading: Reading
    downstream: tuple[Near, ...]
    upstream: tuple[Near, ...]
    pushed_up: float
    pushed_down: float
    damping: float
    swelling: float
    loops: int
    complete: bool
    word: str

    def to_json(self) -> Json:
        return {
            **self.reading.to_json(),
            "downstream": [near.to_json() for near in self.downstream],
            "upstream": [near.to_json() for near in self.upstream],
            "pushed_up": tidy(self.pushed_up),
            "pushed_down": tidy(self.pushed_down),
            "damping": tidy(self.damping),
            "swelling": tidy(self.swelling),
            "loops": self.loops,
            "loops_complete": self.complete,
            "buffered_or_buffeted": self.word,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReading:
    """The named questions about two outcomes: paths between them (trade-offs where they lower), and what drives both (co-benefits)."""

    one: str
    other: str
    forth: tuple[ImpactPath, ...]
    back: tuple[ImpactPath, ...]
    upstream_of_both: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "one": self.one,
            "other": self.other,
            "from_one_to_other": [path.to_json() for path in self.forth],
            "from_other_to_one": [path.to_json() for path in self.back],
            "upstream_of_both": list(self.upstream_of_both),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """How to read the map. `readings` are in the map's order; `nodes` and `pairs` answer the questions about named nodes."""

    readings: tuple[Reading, ...]
    listed: int
    roles: dict[str, int]
    communities: tuple[tuple[str, ...], ...] | None
    modularity: float | None
    betweenness_exact: bool
    betweenness_starts: int
    layers: Layers | None
    nodes: tuple[NodeReading, ...]
    pairs: tuple[PairReading, ...]
    complete: bool
    caution: str
    text: str
    terms: Terms

    def to_json(self) -> Json:
        return {
            "nodes": [reading.to_json() for reading in self.readings],
            "roles": dict(self.roles),
            "communities": None if self.communities is None else [list(group) for group in self.communities],
            "modularity": tidy(self.modularity),
            "betweenness_exact": self.betweenness_exact,
            "betweenness_starts": self.betweenness_starts,
            "layers": self.layers.to_json() if self.layers else None,
            "about": [node.to_json() for node in self.nodes],
            "pairs": [pair.to_json() for pair in self.pairs],
            "caution": self.caution,
            "complete": self.complete,
            "text": self.text,
            **self.terms.to_json(),
        }

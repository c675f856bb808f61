"""The answer to how influence crosses between silos."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results.terms import Json, Terms, tidy

ROLES = ("coordinator", "gatekeeper", "representative", "consultant", "liaison")


@dataclass(frozen=True, slots=True, kw_only=True)
class Silo:
    """One silo: what it holds, how its links run, what its decisions reach.

    `exposure` is the share of its decisions that reach the moment, `reach` the share of all outcomes that any of its decisions
    reaches; None where it has no decisions (or the map no moment, or no outcomes).
    """

    id: str
    nodes: int
    decisions: int
    inside: int
    out: int
    into: int
    exposure: float | None
    reach: float | None

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "nodes": self.nodes,
            "decisions": self.decisions,
            "inside": self.inside,
            "out": self.out,
            "into": self.into,
            "exposure": tidy(self.exposure),
            "reach": tidy(self.reach),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """How many influence links lead from what one owner holds to what another holds, and how strong they are in all."""

    start: str
    end: str
    links: int
    strength: float

    def to_json(self) -> Json:
        return {"from": self.start, "to": self.end, "links": self.links, "strength": tidy(self.strength)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A node in the middle of a > b > c without a > c, counted by role (Gould and Fernandez 1989).

    coordinator: all three in one silo; gatekeeper: a outside; representative: c outside; consultant: a and c share a silo that
    is not b's; liaison: all differ.
    """

    id: str
    label: str
    silo: str
    coordinator: int
    gatekeeper: int
    representative: int
    consultant: int
    liaison: int

    @property
    def total(self) -> int:
        """How often it stands between two others, whatever the silos."""
        return self.coordinator + self.gatekeeper + self.representative + self.consultant + self.liaison

    @property
    def between(self) -> int:
        """How often it stands between silos."""
        return self.total - self.coordinator

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "silo": self.silo,
            **{role: getattr(self, role) for role in ROLES},
            "total": self.total,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossroads:
    """A node on the shortest ways between silos: over all pairs of nodes of two silos, the share of their shortest ways through it."""

    id: str
    label: str
    silo: str
    betweenness: float
    share: float

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "silo": self.silo,
            "betweenness": tidy(self.betweenness),
            "share": tidy(self.share),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Modularity:
    """Whether influence is organised as the silos are: directed modularity of the silos, of the best communities found, and of
    silos dealt out at random (`null_mean`, `null_deviation`, `null_at_least`: the share of deals at least as modular).
    """

    silos: float
    communities: float
    community_count: int
    gap: float
    null_mean: float
    null_deviation: float
    null_at_least: float
    draws: int
    seed: int

    def to_json(self) -> Json:
        return {
            "silos": tidy(self.silos),
            "communities": tidy(self.communities),
            "community_count": self.community_count,
            "gap": tidy(self.gap),
            "null_mean": tidy(self.null_mean),
            "null_deviation": tidy(self.null_deviation),
            "null_at_least": tidy(self.null_at_least),
            "draws": self.draws,
            "seed": self.seed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SiloAnswer:
    """How influence runs within and between silos.

    `matrix[a][b]` is the signed sum of the strengths of the links from silo a to silo b, in the order of `silos`; `counts` how
    many there are and `unknown` how many of those have no known sign (they add 0). `crossings` of `links` lead from one silo
    to another; `unassigned` have an end without a silo and cross nothing. `betweenness` and
    `modularity` are None where the map is too large, `modularity` also where no draws were asked for.
    """

    moment: str | None
    silos: tuple[Silo, ...]
    matrix: tuple[tuple[float, ...], ...]
    counts: tuple[tuple[int, ...], ...]
    unknown: tuple[tuple[int, ...], ...]
    links: int
    crossings: int
    unassigned: int
    hand_offs: tuple[HandOver, ...]
    hand_offs_found: int
    roles: dict[str, int]
    brokers: tuple[Broker, ...]
    betweenness: tuple[Crossroads, ...] | None
    modularity: Modularity | None
    exposure: float | None
    exposed_by: int
    decisions: int
    complete: bool
    reason: str | None
    text: str
    terms: Terms

    def to_json(self) -> Json:
        return {
            "silos": [silo.to_json() for silo in self.silos],
            "matrix": [[tidy(value) for value in row] for row in self.matrix],
            "counts": [list(row) for row in self.counts],
            "unknown": [list(row) for row in self.unknown],
            "links": self.links,
            "crossings": self.crossings,
            "unassigned": self.unassigned,
            "hand_offs": [each.to_json() for each in self.hand_offs],
            "hand_offs_found": self.hand_offs_found,
            "roles": dict(self.roles),
            "brokers": [broker.to_json() for broker in self.brokers],
            "betweenness": None if self.betweenness is None else [each.to_json() for each in self.betweenness],
            "modularity": self.modularity.to_json() if self.modularity else None,
            "moment": self.moment,
            "exposure": tidy(self.exposure),
            "exposed_by": self.exposed_by,
            "decisions": self.decisions,
            "complete": self.complete,
            "reason": self.reason,
            "text": self.text,
            **self.terms.to_json(),
        }

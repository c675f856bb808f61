"""The answer to a comparison: what B has that A has not, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph.results.terms import Json, Terms, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One side as it was asked: its name, revision, as-of date, and how much stands on it."""

    name: str
    revision: int
    as_of: str | None
    proposals: bool
    nodes: int
    links: int

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "revision": self.revision,
            "as_of": self.as_of,
            "proposals": self.proposals,
            "nodes": self.nodes,
            "links": self.links,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One attribute of a node or link that differs. `evidence` is what B cites: a source's id, or who says it."""

    id: str
    attribute: str
    before: Any
    after: Any
    evidence: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "attribute": self.attribute,
            "from": self.before,
            "to": self.after,
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What was added, removed and changed, by id."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]

    def to_json(self) -> Json:
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": [change.to_json() for change in self.changed],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """A decision whose verdict or standing differs; None on the side where it is not judged. `flips` is about the verdict alone."""

    decision: str
    label: str
    before: str | None
    after: str | None
    standing_before: str | None
    standing_after: str | None
    said_before: str | None
    said_after: str | None
    net_before: float | None
    net_after: float | None

    @property
    def flips(self) -> bool:
        """Whether both sides judge the decision, and not alike."""
        return self.before is not None and self.after is not None and self.before != self.after

    def to_json(self) -> Json:
        return {
            "decision": self.decision,
            "label": self.label,
            "from": self.before,
            "to": self.after,
            "flips": self.flips,
            "standing_from": self.standing_before,
            "standing_to": self.standing_after,
            "net_from": tidy(self.net_before),
            "net_to": tidy(self.net_after),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopChange:
    """A feedback loop that stands on one side only, or whose kind differs."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    before: str | None
    after: str | None
    text: str

    def to_json(self) -> Json:
        return {"nodes": list(self.nodes), "links": list(self.links), "from": self.before, "to": self.after, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChange:
    """Missing feedback that is there on one side only, or of another kind."""

    decision: str
    factor: str
    before: str | None
    after: str | None
    text: str

    def to_json(self) -> Json:
        return {"decision": self.decision, "factor": self.factor, "from": self.before, "to": self.after, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChange:
    """The routes between two named ends: how many, and the hand-offs on the strongest of each side."""

    starts: tuple[str, ...]
    goals: tuple[str, ...]
    found_before: int
    found_after: int
    hand_offs_before: tuple[str, ...] | None
    hand_offs_after: tuple[str, ...] | None
    added: tuple[tuple[str, ...], ...]
    removed: tuple[tuple[str, ...], ...]

    @property
    def difference(self) -> int | None:
        """How many hand-offs more B's strongest path has than A's: changes of hands, one fewer than the owners on it."""
        if self.hand_offs_before is None or self.hand_offs_after is None:
            return None
        return len(self.hand_offs_after) - len(self.hand_offs_before)

    def to_json(self) -> Json:
        return {
            "from": list(self.starts),
            "to": list(self.goals),
            "found_from": self.found_before,
            "found_to": self.found_after,
            "hand_offs_from": None if self.hand_offs_before is None else list(self.hand_offs_before),
            "hand_offs_to": None if self.hand_offs_after is None else list(self.hand_offs_after),
            "hand_offs_difference": self.difference,
            "paths_added": [list(path) for path in self.added],
            "paths_removed": [list(path) for path in self.removed],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PoundsChange:
    """What one payer pays one payee in one year, where it differs. Exact pence; None where no sum stands."""

    payer: str
    payee: str
    year: str
    before: int | None
    after: int | None

    @property
    def difference(self) -> int:
        """B minus A in pence; where no sum stands it counts as none."""
        return (self.after or 0) - (self.before or 0)

    def to_json(self) -> Json:
        return {
            "payer": self.payer,
            "payee": self.payee,
            "year": self.year,
            "from_pence": self.before,
            "to_pence": self.after,
            "difference_pence": self.difference,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareAnswer:
    """B minus A: what differs, and what follows.

    `loops_found` and `gaps_found` are the counts on both sides, None where they were not asked. `verdicts` holds those that
    differ in any way; `flips` among them those whose verdict turns. `silent` says which consequences could not be worked out.
    """

    a: Compared
    b: Compared
    nodes: Changes
    links: Changes
    verdicts: tuple[VerdictChange, ...]
    loops_found: tuple[int, int] | None
    loops_opened: tuple[LoopChange, ...]
    loops_closed: tuple[LoopChange, ...]
    loops_turned: tuple[LoopChange, ...]
    gaps_found: tuple[int, int] | None
    gaps_opened: tuple[GapChange, ...]
    gaps_closed: tuple[GapChange, ...]
    gaps_turned: tuple[GapChange, ...]
    routes: RouteChange | None
    pounds: tuple[PoundsChange, ...]
    complete: bool
    silent: tuple[str, ...]
    text: str
    terms: Terms

    @property
    def flips(self) -> tuple[VerdictChange, ...]:
        """The decisions whose verdict turns, in the order of `verdicts`."""
        return tuple(change for change in self.verdicts if change.flips)

    def to_json(self) -> Json:
        return {
            "a": self.a.to_json(),
            "b": self.b.to_json(),
            "nodes": self.nodes.to_json(),
            "links": self.links.to_json(),
            "consequences": {
                "verdicts": [change.to_json() for change in self.verdicts],
                "loops": {
                    "found_from": self.loops_found[0] if self.loops_found else None,
                    "found_to": self.loops_found[1] if self.loops_found else None,
                    "opened": [change.to_json() for change in self.loops_opened],
                    "closed": [change.to_json() for change in self.loops_closed],
                    "turned": [change.to_json() for change in self.loops_turned],
                },
                "gaps": {
                    "found_from": self.gaps_found[0] if self.gaps_found else None,
                    "found_to": self.gaps_found[1] if self.gaps_found else None,
                    "opened": [change.to_json() for change in self.gaps_opened],
                    "closed": [change.to_json() for change in self.gaps_closed],
                    "turned": [change.to_json() for change in self.gaps_turned],
                },
                "hand_offs": self.routes.to_json() if self.routes else None,
                "pounds": [change.to_json() for change in self.pounds],
            },
            "complete": self.complete,
            "silent": list(self.silent),
            "text": self.text,
            **self.terms.to_json(),
        }

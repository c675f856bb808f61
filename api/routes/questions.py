"""The ready-made questions of the first page, and a question's GraphQL to copy."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from graph.scope import MOMENT
from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A question in words, and the ids at its two ends; without ends, the litmus test."""

    words: str
    start: str | None = None
    goal: str | None = None

    @property
    def address(self) -> str:
        """Where its answer stands."""
        if self.start is None or self.goal is None:
            return "/ask/litmus"
        return f"/ask/impact?{urlencode({'from': self.start, 'to': self.goal})}"


READY_MADE = (
    Ready(words="What do the Home Office's visa decisions do to care providers?", start="home-office", goal="provider-viability"),
    Ready(words="What do they do to the person who draws on care?", start="home-office", goal=MOMENT),
    Ready(words="How do care vacancies reach the person who draws on care?", start="care-vacancies", goal=MOMENT),
    Ready(words="Does a decision make the moment of care better? The litmus test, decision by decision"),
)


def askable(snapshot: Snapshot) -> list[Ready]:
    """Those of the ready-made questions whose ends are on this map, in their order."""
    return [ready for ready in READY_MADE if all(name in snapshot.row_of for name in (ready.start or MOMENT, ready.goal or MOMENT))]


def quoted(text: str) -> str:
    """Text as a GraphQL string."""
    import json

    return json.dumps(text, ensure_ascii=False)


def _listed(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, names))}]"


def _over(layers: tuple[str, ...]) -> str:
    return f", layers: {_listed(layers)}" if layers else ""


def impact_in_graphql(starts: tuple[str, ...], goals: tuple[str, ...], filters: str, layers: tuple[str, ...] = ()) -> str:
    """The query that asks the same."""
    return f"""{{
  impactPaths(from: {_listed(starts)}, to: {_listed(goals)}, filters: {{{filters}}}{_over(layers)}) {{
    text standing found complete net determinacy revision method
    paths {{
      text sign strength delayMonths confidence handOffs
      steps {{ startLabel endLabel sign ground owner claims {{ text basis }} sources {{ title url }} }}
    }}
  }}
}}"""


def litmus_in_graphql(decisions: tuple[str, ...], moment: str, filters: str, layers: tuple[str, ...] = ()) -> str:
    """The query that asks the same."""
    named = f"decisions: {_listed(decisions)}, " if decisions else ""
    return f"""{{
  litmus({named}moment: {quoted(moment)}, filters: {{{filters}}}{_over(layers)}) {{
    footing
    verdicts {{ decision label verdict standing said text thinBecause sourcedShare balance {{ supporting opposing net determinacy }} }}
  }}
}}"""

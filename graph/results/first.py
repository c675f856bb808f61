"""The answers to the questions that people ask first: one shape for all, so that each prints, travels and compares alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.results.terms import Json, Terms, tidy

Fact = str | float | int | None | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstItem:
    """One line of an answer. `facts` are named values, in order: words, numbers, None for what is not known, or ids."""

    id: str
    label: str
    facts: Mapping[str, Fact]
    text: str

    def to_json(self) -> Json:
        return {"id": self.id, "label": self.label, **{name: _plain(value) for name, value in self.facts.items()}, "text": self.text}


def _plain(value: Fact) -> object:
    if isinstance(value, tuple):
        return list(value)
    return tidy(value) if isinstance(value, float) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswer:
    """What one named question found. `about` is the node that it was asked about, `found` counts all items, listed or not.

    `counts` are the answer's own sums over all that was found. `reason` says why there is nothing, where there is nothing.
    """

    question: str
    about: str | None
    items: tuple[FirstItem, ...]
    found: int
    counts: Mapping[str, int]
    notes: tuple[str, ...]
    complete: bool
    reason: str | None
    text: str
    terms: Terms

    def to_json(self) -> Json:
        return {
            "question": self.question,
            "about": self.about,
            "items": [item.to_json() for item in self.items],
            "found": self.found,
            "counts": dict(self.counts),
            "notes": list(self.notes),
            "complete": self.complete,
            "reason": self.reason,
            "text": self.text,
            **self.terms.to_json(),
        }

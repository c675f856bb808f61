"""What the questions that people ask first answer, in one shape for all."""

from __future__ import annotations

import strawberry

from api.graphql.fields import field
from api.graphql.types.answers import Terms
from graph import results


@strawberry.type(description="A named value: a word, a number or ids; all empty where it is not known.")
class FirstFact:
    name: str
    word: str | None
    number: float | None
    ids: list[str]


@strawberry.type(description="A sum over all that was found.")
class FirstCount:
    name: str
    count: int


@strawberry.type(description="One line of an answer.")
class FirstItem:
    id: strawberry.ID
    label: str
    text: str

    @field()
    def facts(self, parent: strawberry.Parent[results.FirstItem]) -> list[FirstFact]:
        return [
            FirstFact(
                name=name,
                word=value if isinstance(value, str) else None,
                number=results.tidy(value) if isinstance(value, int | float) else None,
                ids=list(value) if isinstance(value, tuple) else [],
            )
            for name, value in parent.facts.items()
        ]


@strawberry.type(description="What one of the questions that people ask first found.")
class FirstAnswer:
    question: str
    about: strawberry.ID | None
    items: list[FirstItem]
    found: int = strawberry.field(description="All items, listed or not.")
    notes: list[str]
    complete: bool
    reason: str | None
    text: str
    terms: Terms

    @field()
    def counts(self, parent: strawberry.Parent[results.FirstAnswer]) -> list[FirstCount]:
        return [FirstCount(name=name, count=count) for name, count in parent.counts.items()]

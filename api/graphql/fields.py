"""Strawberry's field, with a type: a resolver says in Python what it returns, and `shown_as` in which GraphQL type that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import strawberry
from strawberry.types.field import StrawberryField

Resolver: TypeAlias = Callable[..., object]


def field(*, shown_as: Any = None, name: str | None = None, description: str | None = None) -> Callable[[Resolver], StrawberryField]:
    """A field that a resolver works out. `shown_as` is the type that shows a record; without it, the resolver's own type."""

    def made(resolver: Resolver) -> StrawberryField:
        whole: StrawberryField = strawberry.field(resolver, name=name, description=description, graphql_type=shown_as)
        return whole

    return made

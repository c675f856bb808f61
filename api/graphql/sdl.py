"""The schema of the GraphQL door, built once, and its text in SDL, which is kept beside this module so that changes show.

`python -m api.graphql.sdl` writes the text anew, and with `--breaking` also where clients would miss something.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import strawberry
from graphql import GraphQLError, build_schema, find_breaking_changes
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

from api.asking import Turn
from api.graphql.errors import Code, LimitExceeded, RefusedDocument, log_error
from api.graphql.limits import DocumentMeter, read_document
from api.graphql.queries import Query
from schema.errors import BadInput

SNAPSHOT = Path(__file__).with_name("schema.graphql")


class WithinLimits(SchemaExtension):
    """Reads and measures every document before it is validated, whichever way it came."""

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        turn: Turn = asked.context
        settings = turn.settings
        asked.graphql_document = read_document(asked.query or "", settings)
        sdl = asked.schema._schema  # noqa: SLF001 -- Strawberry has no other name for the schema of graphql-core.
        try:
            DocumentMeter(sdl, asked.graphql_document, asked.variables, settings).check()
        except RecursionError:
            raise LimitExceeded("The document nests too deeply.") from None
        yield

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        document = asked.graphql_document
        if document is not None:
            # Strawberry validates only where nobody has done so; doing it here keeps the stage of each error with it.
            found = validate_document(asked.schema._schema, document, asked.validation_rules)  # noqa: SLF001
            asked.pre_execution_errors = [RefusedDocument(error, _stage(error)) for error in found]
        yield


def _stage(error: GraphQLError) -> Code:
    """graphql-core gives up on a document that nests too deeply for it; everything else is a mistake in the document."""
    return Code.LIMIT_EXCEEDED if error.message == "Validation aborted." else Code.VALIDATION_FAILED


class CaremapSchema(strawberry.Schema):
    """Strawberry's schema, logging by the house's rule."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        for error in errors:
            log_error(error)


@cache
def built_schema() -> CaremapSchema:
    """The schema. Built at the first call: that takes some tens of milliseconds beside importing Strawberry."""
    return CaremapSchema(query=Query, extensions=[WithinLimits], config=StrawberryConfig(sort_schema=True))


def sdl_text() -> str:
    """The schema as SDL, sorted."""
    return built_schema().as_str() + "\n"


def breaking_changes(before: str) -> list[str]:
    """What clients of an earlier SDL would miss, one sentence each."""
    return [change.description for change in find_breaking_changes(build_schema(before), built_schema()._schema)]  # noqa: SLF001


def write_snapshot(place: Path = SNAPSHOT, *, breaking: bool = False) -> None:
    """Write the SDL beside this module. Raises BadInput where clients of the one that stands there would miss something."""
    missed = breaking_changes(place.read_text(encoding="utf-8")) if place.exists() and not breaking else []
    if missed:
        raise BadInput("Clients would miss what the SDL promises:\n  " + "\n  ".join(missed) + "\nWrite it all the same with --breaking.")
    place.write_text(sdl_text(), encoding="utf-8")


if __name__ == "__main__":
    try:
        write_snapshot(breaking="--breaking" in sys.argv[1:])
    except BadInput as problem:
        sys.exit(str(problem))

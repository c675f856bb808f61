"""What a client is told when something is wrong, and what the log keeps of it.

Every error has `extensions.code` out of a closed list; where caremap itself says no, `extensions.reason` is the finer code of
`schema.errors`. A client's mistake keeps its useful message and costs the log one short line without a traceback; anything
else is told as "Internal error" and logged whole.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from schema.errors import BadInput, CaremapError, Conflict, StoreError, UnknownName

log = logging.getLogger("caremap.api")
LINE_BYTES = 500


class Code(StrEnum):
    """The closed list of codes."""

    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL_SERVER_ERROR"


class LimitExceeded(CaremapError):
    """A request that asks for more than one request may."""

    code = "LIMIT_EXCEEDED"


class RefusedDocument(GraphQLError):
    """A document that was refused before anything was executed, with the code that says at which stage."""

    def __init__(self, error: GraphQLError, code: Code) -> None:
        super().__init__(error.message, nodes=error.nodes, source=error.source, positions=error.positions)
        self.code = code


def code_of(error: GraphQLError) -> Code:
    """The code of an error: by what raised it, else by the stage at which it arose."""
    if isinstance(error, RefusedDocument):
        return error.code
    if isinstance(error, GraphQLSyntaxError):
        return Code.PARSE_FAILED
    match error.original_error:
        case LimitExceeded():
            return Code.LIMIT_EXCEEDED
        case Conflict():
            return Code.BAD_USER_INPUT
        case StoreError():
            return Code.UNAVAILABLE
        case BadInput():
            return Code.BAD_USER_INPUT
        case None | GraphQLError():
            # A variable or argument that does not fit its type is found while executing, at no field or before any.
            return Code.BAD_USER_INPUT
        case _:
            return Code.INTERNAL


def formatted(error: GraphQLError) -> Mapping[str, Any]:
    """An error as the response holds it."""
    code = code_of(error)
    shown: dict[str, Any] = {"message": "Internal error" if code is Code.INTERNAL else error.message}
    if error.locations:
        shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        shown["path"] = error.path
    shown["extensions"] = {"code": str(code), **_particulars(error.original_error)}
    return shown


def _particulars(cause: Exception | None) -> dict[str, Any]:
    if not isinstance(cause, CaremapError):
        return {}
    said: dict[str, Any] = {"reason": cause.code}
    if isinstance(cause, UnknownName):
        said["near"] = list(cause.near)
    return said


def refusal(message: str, code: Code = Code.BAD_USER_INPUT) -> dict[str, Any]:
    """The whole response to a request that was refused before it was read as GraphQL."""
    return {"errors": [{"message": message, "extensions": {"code": str(code)}}]}


def one_line(text: str) -> str:
    """Text as the log may hold it: control and other unusual characters escaped, at most `LINE_BYTES` bytes."""
    escaped = text[:LINE_BYTES].encode("unicode_escape")
    return escaped[: LINE_BYTES - 60].decode("ascii", "ignore")


def log_error(error: GraphQLError) -> None:
    """One line for a client's mistake; the whole traceback for ours."""
    code = code_of(error)
    if code is not Code.INTERNAL:
        log.info("%s: %s", code, one_line(error.message))
        return
    cause = error.original_error
    log.error("%s in %s", code, one_line(".".join(map(str, error.path or ("?",)))), exc_info=cause if cause is not None else error)

"""GraphQL over HTTP: strict about what comes in, and in the words of the GraphQL-over-HTTP specification about what goes out.

POST takes application/json and nothing else; GET takes queries only. `application/graphql-response+json` is honoured: an answer
in it has status 400 and no `data` where nothing was executed. One request holds one operation.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.asking import Desk, Turn
from api.graphql.errors import Code, formatted, log, one_line, refusal
from api.graphql.ide import ide_page
from api.graphql.sdl import built_schema
from api.requests import check_text, json_object, json_value, query_parameters
from graph.results.terms import tidy
from schema.errors import BadInput

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
TURNS = 4
"""So often an operation is begun where the map, which the process does not hold, moves on meanwhile."""
_READING = frozenset({OperationType.QUERY})


class Refused(Exception):
    """A request that is not answered as GraphQL: its status and why."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as it was sent."""

    query: str
    variables: dict[str, Any] | None
    name: str | None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Operation:
        """Check the types of the fields of a request. Raises BadInput."""
        query, name = fields.get("query"), fields.get("operationName")
        if not isinstance(query, str) or not query:
            raise BadInput("query must be a string that holds a GraphQL document.")
        if not isinstance(name, str | None):
            raise BadInput("operationName must be a string or null.")
        for key in ("variables", "extensions"):
            if not isinstance(fields.get(key), dict | None):
                raise BadInput(f"{key} must be an object or null.")
        return cls(query=query, variables=fields.get("variables"), name=name)


class GraphQLDoor:
    """The endpoint. One instance serves all requests."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._schema = built_schema()

    async def __call__(self, request: Request) -> Response:
        kind = accepted(request.headers.get("accept"))
        try:
            if request.method == "GET" and "query=" not in request.url.query and "text/html" in request.headers.get("accept", ""):
                return ide_page()
            operation = await read_operation(request)
            status, answer = await self._answer(operation, strict=kind == GRAPHQL_JSON)
        except Refused as refused:
            log.info("%s: %s", refused.status, one_line(str(refused)))
            return _response(refusal(str(refused)), refused.status, kind, refused.headers)
        except BadInput as mistake:
            log.info("400: %s", one_line(str(mistake)))
            return _response(refusal(str(mistake)), 400, kind)
        return self._within_size(answer, status, kind)

    async def _answer(self, operation: Operation, *, strict: bool) -> tuple[int, dict[str, Any]]:
        """The status and the response to an operation."""
        seconds = self._desk.settings.execution_seconds
        try:
            async with asyncio.timeout(seconds):
                result = await self._executed(operation)
        except TimeoutError:
            log.info("%s: stopped after %g s", Code.LIMIT_EXCEEDED, seconds)
            return (400 if strict else 200), refusal(f"The answer takes more than {seconds:g} seconds; ask for less.", Code.LIMIT_EXCEEDED)
        except CannotGetOperationTypeError:
            name = f"{operation.name[:60]!r}" if operation.name else "no name"
            raise BadInput(f"The document has no operation to run under {name}; set operationName to one of its operations.") from None
        except InvalidOperationTypeError:
            raise Refused(405, "Only queries are answered here.", Allow="GET, POST") from None
        except MissingQueryError:
            raise BadInput("query must hold a GraphQL document.") from None
        return response_of(result, strict=strict)

    async def _executed(self, operation: Operation) -> ExecutionResult:
        """The result of an operation, all of one revision: begun afresh where the map moved on before all was read."""
        for _ in range(TURNS - 1):
            turn, result = await self._once(operation)
            if not turn.has_lost_its_revision:
                return result
        return (await self._once(operation))[1]

    async def _once(self, operation: Operation) -> tuple[Turn, ExecutionResult]:
        turn = self._desk.turn()
        try:
            result = await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=turn,
                operation_name=operation.name,
                allowed_operation_types=_READING,
            )
        finally:
            turn.give_up()
        return turn, result

    def _within_size(self, answer: dict[str, Any], status: int, kind: str) -> Response:
        response = _response(answer, status, kind)
        most = self._desk.settings.answer_bytes
        if len(response.body) <= most:
            return response
        message = f"The answer has {len(response.body):,} bytes; at most {most:,} are sent. Ask for smaller pages or fewer fields."
        return _response(refusal(message, Code.LIMIT_EXCEEDED), 400 if kind == GRAPHQL_JSON else 200, kind)


def response_of(result: ExecutionResult, *, strict: bool) -> tuple[int, dict[str, Any]]:
    """Status and body of a result. A request that was refused before anything was executed has no `data`."""
    errors = [formatted(error) for error in result.errors or ()]
    # graphql-core finds a variable of the wrong type only when it executes, and then has no data and no place in it.
    refused = isinstance(result, PreExecutionError) or (result.data is None and _nowhere(result.errors or ()))
    if refused and errors:
        return (400 if strict else 200), {"errors": errors}
    answer: dict[str, Any] = {"data": tidied(result.data)}
    if errors:
        answer["errors"] = errors
    return 200, answer


def tidied(value: Any) -> Any:
    """The same data with its numbers cut as the command line cuts them, so that one answer is one text at every door. Lists and
    objects, which nobody else holds, are changed in place."""
    if isinstance(value, float):
        return tidy(value)
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, float | dict | list):
                value[key] = tidied(each)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            if isinstance(each, float | dict | list):
                value[place] = tidied(each)
    return value


def _nowhere(errors: Iterable[GraphQLError]) -> bool:
    return all(error.path is None for error in errors)


async def read_operation(request: Request) -> Operation:
    """The operation of a request. Raises Refused or BadInput."""
    if request.method == "GET":
        fields = dict(query_parameters(request.scope["query_string"]))
        read: dict[str, Any] = {**fields, "operationName": fields.get("operationName") or None}
        for key in ("variables", "extensions"):
            if fields.get(key):
                read[key] = json_value(fields[key], key)
            else:
                read.pop(key, None)
        for key in ("query", "operationName"):
            check_text(read.get(key) or "", key)
        return Operation.of(read)
    if request.method != "POST":
        raise Refused(405, "GraphQL is asked by GET or POST.", Allow="GET, POST")
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    if media.strip().lower() != JSON:
        raise Refused(415, f"Send the operation as {JSON}.")
    charset = [part.partition("=")[2] for part in parameters.split(";") if part.strip().lower().startswith("charset")]
    if any(word.strip().strip('"').lower() not in ("utf-8", "utf8") for word in charset):
        raise Refused(415, "Send the operation in UTF-8.")
    return Operation.of(json_object(await request.body()))


def accepted(accept: str | None) -> str:
    """The media type to answer in: what the client prefers of the two, application/json where it does not say."""
    weights = {GRAPHQL_JSON: 0.0, JSON: 0.0}
    for part in (accept or JSON).split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(piece[2:]) for piece in parameters if piece.startswith("q=")), 1.0)
        if media in weights:
            weights[media] = max(weights[media], weight)
        elif media in ("*/*", "application/*"):
            weights[JSON] = max(weights[JSON], weight)
    return GRAPHQL_JSON if weights[GRAPHQL_JSON] > 0 and weights[GRAPHQL_JSON] >= weights[JSON] else JSON


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _response(answer: dict[str, Any], status: int, kind: str, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(body, status, {**(headers or {}), "content-type": f"{kind}; charset=utf-8", "cache-control": "no-store"})

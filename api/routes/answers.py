"""The questions as pages: the answer as text, the paths as a table with their claims and sources, and where to go from there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.asking import day_of
from api.requests import query_parameters
from api.routes.questions import impact_in_graphql, litmus_in_graphql, quoted
from api.routes.showing import page, turn_of
from graph.scope import MAX_LINKS, MOMENT, TOP, Filters
from schema.errors import BadInput

LONGEST = 5_000
"""How many characters one field of a form may hold."""


async def impact(request: Request) -> Response:
    """`/ask/impact?from=..&to=..`: the form, and the answer where both ends are named."""
    asked = _asked(request)
    starts, goals, filters = names_in(asked.get("from", "")), names_in(asked.get("to", "")), filters_in(asked)
    form = {"from": asked.get("from", ""), "to": asked.get("to", ""), **_form(asked)}
    if not (starts and goals):
        return page("impact.html", form=form, answer=None)
    layers = names_in(form["layers"])
    answer = await turn_of(request).ask(lambda service, scope, stop: service.impact(starts, goals, filters, scope=scope, stop=stop), layers)
    return page(
        "impact.html",
        form=form,
        answer=answer,
        drawn=f"/map?{urlencode({key: value for key, value in form.items() if value})}",
        graphql=impact_in_graphql(starts, goals, _in_graphql(asked, filters), layers),
    )


async def litmus(request: Request) -> Response:
    """`/ask/litmus`: every decision of the map, or those of `?decisions=..`, judged by the moment."""
    asked = _asked(request)
    decisions, filters = names_in(asked.get("decisions", "")), filters_in(asked)
    moment = asked.get("moment", "").strip() or MOMENT
    form = {"decisions": asked.get("decisions", ""), "moment": moment, **_form(asked)}
    layers = names_in(form["layers"])
    answer = await turn_of(request).ask(
        lambda service, scope, stop: service.litmus(decisions, filters, moment=moment, scope=scope, stop=stop), layers
    )
    graphql = litmus_in_graphql(decisions, moment, _in_graphql(asked, filters), layers)
    return page("litmus.html", form=form, answer=answer, graphql=graphql)


def _asked(request: Request) -> Mapping[str, str]:
    asked = query_parameters(request.scope["query_string"])
    for key, value in asked.items():
        if len(value) > LONGEST:
            raise BadInput(f"{key[:40]}: {len(value):,} characters are too many; at most {LONGEST:,} are read.")
    return asked


def _form(asked: Mapping[str, str]) -> dict[str, str]:
    return {key: asked.get(key, "") for key in ("as_of", "max_links", "top", "proposed", "layers")}


def names_in(text: str) -> tuple[str, ...]:
    """The names between commas, without blanks around them. Raises BadInput for too many."""
    names = tuple(word.strip() for word in text.split(",") if word.strip())
    if len(names) > 100:
        raise BadInput(f"{len(names)} names are too many; at most 100 are taken.")
    return names


def filters_in(asked: Mapping[str, str]) -> Filters:
    """The filters of a form. Raises BadInput with the field and what it wants."""
    return Filters(
        as_of=day_of(asked.get("as_of")),
        proposals=asked.get("proposed", "") not in ("", "no", "0"),
        max_links=_whole(asked, "max_links", MAX_LINKS, 0, 1_000),
        top=_whole(asked, "top", TOP, 1, 100),
    )


def _whole(asked: Mapping[str, str], key: str, default: int, least: int, most: int) -> int:
    text = asked.get(key, "").strip()
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else math.inf
    if not least <= number <= most:
        raise BadInput(f"{key}: {text[:20]!r} is not a whole number from {least} to {most}.")
    return int(number)


def _in_graphql(asked: Mapping[str, str], filters: Filters) -> str:
    """The filters that differ from the defaults, as fields of GraphQL's input."""
    said = [f"maxLinks: {filters.max_links}", f"top: {filters.top}"]
    if asked.get("as_of", "").strip():
        said.append(f"asOf: {quoted(asked['as_of'].strip())}")
    if filters.proposals:
        said.append("proposals: true")
    return ", ".join(said)

"""The map as a page of its own, drawn once a revision and kept."""

from __future__ import annotations

from datetime import date
from threading import Lock

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.requests import query_parameters
from api.routes.answers import filters_in, names_in
from api.routes.showing import turn_of
from graph.results import ImpactPath
from graph.scope import Filters
from graph.snapshot import Snapshot

_ONE_AT_A_TIME = Lock()


async def drawing(request: Request) -> Response:
    """`/map`; with `?from=..&to=..` the paths of that question stand out, with `?focus=..` it opens around those things, with
    `?layers=..` these lie over it."""
    asked = query_parameters(request.scope["query_string"])
    starts, goals, focus = names_in(asked.get("from", "")), names_in(asked.get("to", "")), names_in(asked.get("focus", ""))
    filters, turn, layers = filters_in(asked), turn_of(request), names_in(asked.get("layers", ""))
    if starts and goals:
        answer = await turn.ask(lambda service, scope, stop: service.impact(starts, goals, filters, scope=scope, stop=stop), layers)
        html, policy = await turn.look(lambda snapshot: _draw(snapshot, filters, focus, answer.shown), layers)
    elif focus:
        html, policy = await turn.look(lambda snapshot: _draw(snapshot, filters, focus, ()), layers)
    else:
        html, policy = await turn.look(lambda snapshot: _whole(snapshot, filters), layers)
    return HTMLResponse(html, headers={"content-security-policy": policy})


def _whole(snapshot: Snapshot, filters: Filters) -> tuple[str, str]:
    """The whole map on a day, drawn once and kept with the snapshot until another day or choice is asked for."""
    wanted = (filters.as_of, filters.proposals)
    with _ONE_AT_A_TIME:
        kept: dict[tuple[date | None, bool], tuple[str, str]] = snapshot.keep("drawn", dict)
        if wanted not in kept:
            kept.clear()
            kept[wanted] = _draw(snapshot, filters, (), ())
        return kept[wanted]


def _draw(snapshot: Snapshot, filters: Filters, focus: tuple[str, ...], paths: tuple[ImpactPath, ...]) -> tuple[str, str]:
    """A page and the policy that lets its own scripts run, and no others."""
    from viz.figure import figure_of
    from viz.page import page_html, page_policy

    figure = figure_of(snapshot, as_of=filters.as_of, proposals=filters.proposals, focus=focus or None, paths=paths)
    return page_html(figure), f"{page_policy()}; frame-ancestors 'none'"

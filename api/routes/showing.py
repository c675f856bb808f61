"""How a page is shown: a template with everything escaped, and an error told on a page as plainly as an answer."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.asking import Desk, Turn
from schema.errors import BadInput, CaremapError, StoreError, UnknownName

if TYPE_CHECKING:
    from jinja2 import Environment

log = logging.getLogger("caremap.api")
TEMPLATES = Path(__file__).parents[1] / "templates"

UNAVAILABLE = 424
"""The status while the store is away or a browser file is missing: the request failed because something that it depends on did."""


@cache
def templates() -> Environment:
    """The templates. Every value that they show is escaped."""
    from starlette.templating import Jinja2Templates

    environment = Jinja2Templates(directory=TEMPLATES).env
    environment.filters["web_address"] = web_address
    environment.filters["query"] = lambda values: urlencode(values, quote_via=quote)
    environment.trim_blocks = environment.lstrip_blocks = True
    return environment


def web_address(text: str | None) -> str | None:
    """The address if it is one of the web; None for anything else that a link could run or open."""
    if not text:
        return None
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    return text.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def page(name: str, *, status: int = 200, **values: Any) -> Response:
    """A page out of a template."""
    return HTMLResponse(templates().get_template(name).render(**values), status)


def desk_of(request: Request) -> Desk:
    """The desk that the application was made with."""
    desk: Desk = request.app.state.desk
    return desk


def turn_of(request: Request) -> Turn:
    """A fresh turn for a request."""
    return desk_of(request).turn()


def status_of(error: CaremapError) -> int:
    """The HTTP status of an error: 400 where the client can mend it, 404 for a name that is not on the map."""
    if isinstance(error, UnknownName):
        return 404
    return 400 if isinstance(error, BadInput) else UNAVAILABLE


def error_page(request: Request, error: CaremapError) -> Response:
    """The page that says what is wrong; where a name was not found, with the near ones."""
    status = status_of(error)
    kind = "The map cannot be reached just now" if isinstance(error, StoreError) else "That cannot be answered"
    near = error.near if isinstance(error, UnknownName) else ()
    said = "" if isinstance(error, StoreError) else str(error)
    log.info("%s: %s", status, str(error)[:450].encode("unicode_escape")[:440].decode("ascii", "ignore"))
    return page("wrong.html", status=status, title=kind, said=said, near=near, with_near=_with_near(request, error))


def _with_near(request: Request, error: CaremapError) -> list[tuple[str, str]]:
    """The same question with each near name in the place of the unknown one: name and address."""
    if not isinstance(error, UnknownName):
        return []
    from api.requests import query_parameters

    try:
        asked = dict(query_parameters(request.scope["query_string"]))
    except BadInput:
        return []
    key = next((key for key, value in asked.items() if error.name in [word.strip() for word in value.split(",")]), None)
    if key is None:
        return []
    mended = [(near, asked | {key: asked[key].replace(error.name, near)}) for near in error.near]
    return [(near, f"{request.scope['path']}?{urlencode(values)}") for near, values in mended]

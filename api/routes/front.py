"""The first page: what this is, search, the ready-made questions, the map."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.requests import query_parameters
from api.routes.questions import askable
from api.routes.showing import page, turn_of
from graph.service import MOMENT
from schema.errors import BadInput

MOST_FOUND = 30
LONGEST_SEARCH = 1_000


async def front(request: Request) -> Response:
    """`/`, and with `?search=words` what was found beside it."""
    words = query_parameters(request.scope["query_string"]).get("search", "").strip()
    if len(words) > LONGEST_SEARCH:
        raise BadInput(f"search: {len(words):,} characters are too many; at most {LONGEST_SEARCH:,} are looked for.")
    turn = turn_of(request)
    snapshot = await turn.snapshot()
    found = await turn.consult(lambda service: service.search(words, most=MOST_FOUND)) if words else ()
    return page("front.html", map=snapshot.map, revision=snapshot.revision, words=words, found=found, ready=askable(snapshot, MOMENT))

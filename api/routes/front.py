"""The first page: what this is, search, the ready-made questions, the map."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.requests import query_parameters
from api.routes.questions import askable
from api.routes.showing import page, turn_of
from graph.store import MapSize
from schema.errors import BadInput

MOST_FOUND = 30
LONGEST_SEARCH = 1_000


async def front(request: Request) -> Response:
    """`/`, and with `?search=words` what was found beside it."""
    words = query_parameters(request.scope["query_string"]).get("search", "").strip()
    if len(words) > LONGEST_SEARCH:
        raise BadInput(f"search: {len(words):,} characters are too many; at most {LONGEST_SEARCH:,} are looked for.")
    turn = turn_of(request)
    found = await turn.consult(lambda service: service.search(words, most=MOST_FOUND)) if words else ()
    if not await turn.is_held():
        size, revision = await turn.consult(lambda service: (service.size(), service.head()))
        return page("front.html", map=None, size=size, revision=revision, words=words, found=found, ready=())
    snapshot = await turn.snapshot()
    ready = askable(snapshot)
    size = MapSize(nodes=snapshot.n_nodes, links=snapshot.n_links)
    return page("front.html", map=snapshot.map, size=size, revision=snapshot.revision, words=words, found=found, ready=ready)

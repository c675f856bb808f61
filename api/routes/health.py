"""Whether the service lives, and whether it is ready to answer."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.routes.showing import desk_of
from schema.errors import CaremapError

PATIENCE_SECONDS = 0.5


async def health(request: Request) -> Response:
    """`/healthz`: always 200 while the process lives; `ready` says whether the map can be reached, `revision` which it is.

    Cheap: it asks for the number of the newest revision and reads no map. It has a thread of its own, so that questions never
    make it wait.
    """
    desk = desk_of(request)
    try:
        revision = await asyncio.wait_for(desk.run_aside(desk.service.head), PATIENCE_SECONDS)
    except (CaremapError, TimeoutError):
        return JSONResponse({"status": "live", "ready": False, "revision": None})
    return JSONResponse({"status": "ok", "ready": True, "revision": revision})

"""The styles, scripts and browser files that pages load, by a table made once: an address is looked up and never becomes a path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

STATIC = Path(__file__).parents[1] / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


@cache
def served_files() -> Mapping[str, Path]:
    """Every file that is served, by its address below /static/."""
    return {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file() and path.suffix in _MEDIA}


async def static_file(request: Request) -> Response:
    """`/static/{address}`. 404 for anything that is not in the table."""
    path = served_files().get(request.path_params["address"])
    if path is None:
        return PlainTextResponse("No such file.", 404)
    # A pinned version stands in the address of a third party's file, so that it never changes there.
    kept = "public, max-age=31536000, immutable" if "@" in str(path.relative_to(STATIC)) else "no-cache"
    return FileResponse(path, media_type=_MEDIA[path.suffix], headers={"cache-control": kept})

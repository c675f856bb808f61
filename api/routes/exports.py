"""The whole map as a file, in a few formats by fixed names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.requests import query_parameters
from api.routes.answers import names_in
from api.routes.showing import page, turn_of

EXPORTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "map.json": ("map_json", "application/json"),
        "map.graphml": ("graphml", "application/xml"),
        "map.csv.zip": ("tables_csv", "application/zip"),
    }
)
"""Each name that can be fetched, with its format and media type. A name is looked up here and never becomes a path."""


async def export(request: Request) -> Response:
    """`/export/{name}`: the map at its newest revision, with the layers of `?layers=..` over it. 404 for any other name."""
    found = EXPORTS.get(request.path_params["name"])
    if found is None:
        return page("wrong.html", status=404, title="No such file", said=f"The map is kept as {', '.join(EXPORTS)}.", near=(), with_near=[])
    from loaders.formats import format_named

    format_name, media = found
    layers = names_in(query_parameters(request.scope["query_string"]).get("layers", ""))
    snapshot = await turn_of(request).snapshot(layers)
    pieces = format_named(format_name).pieces(snapshot.map)
    headers = {"content-disposition": f'attachment; filename="{request.path_params["name"]}"', "x-caremap-revision": str(snapshot.revision)}
    return StreamingResponse(pieces, media_type=media, headers=headers)

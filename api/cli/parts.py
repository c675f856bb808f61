"""The part of the map that `export` and `draw` are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.cli.options import Asked
from schema.errors import BadQuestion

if TYPE_CHECKING:
    from graph.service import MapService
    from schema.system_map import SystemMap


def part_of(service: MapService, asked: Asked, sources: Sequence[str], targets: Sequence[str], hops: int, direction: str) -> SystemMap:
    """The whole map; with a start, its neighbourhood; with both ends, every link on a path between them."""
    if targets and not sources:
        raise BadQuestion("--to needs --from: name where the paths begin.")
    if targets:
        return service.corridor(sources, targets, asked.filters, scope=asked.scope)
    if sources:
        return service.neighbourhood(sources, hops, direction, asked.filters, scope=asked.scope)
    return service.snapshot(asked.scope).map


def page_of(
    service: MapService, asked: Asked, sources: Sequence[str], targets: Sequence[str], hops: int, direction: str, title: str
) -> str:
    """The page that draws the map: all of it, a neighbourhood, or the paths of an answer."""
    from graph.snapshot import Snapshot
    from viz.figure import figure_of
    from viz.page import page_html

    filters = asked.filters
    snapshot = service.snapshot(asked.scope)
    answer = service.impact(sources, targets, filters, scope=asked.scope) if sources and targets else None
    if sources and not targets:
        title = title or f"Around {', '.join(snapshot.node(snapshot.find(name)).label for name in sources)}"
        snapshot = Snapshot(service.neighbourhood(sources, hops, direction, filters, scope=asked.scope), revision=snapshot.revision)
    figure = figure_of(
        snapshot,
        as_of=filters.as_of,
        proposals=filters.proposals,
        paths=answer.shown if answer else (),
        title=title or snapshot.map.title or "System map",
    )
    return page_html(figure)

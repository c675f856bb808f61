"""The two sides of a comparison, each with what the other questions answer there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from graph.scope import Filters, Side
from graph.selection import Stop
from graph.service.limits import COMPARED_AT_MOST
from graph.snapshot import Snapshot
from schema.errors import UnknownName

if TYPE_CHECKING:
    from graph.analysis.compare import Seen

T = TypeVar("T")


def that_hold(filters: Filters, snapshot: Snapshot, snapshots: Sequence[Snapshot]) -> Filters:
    """The filters without what only the other side has; a name that neither has stays, and is refused where it is used."""

    def holds(name: str, rows: str) -> bool:
        here = getattr(snapshot.map, rows)
        return name in here or not any(name in getattr(each.map, rows) for each in snapshots)

    return replace(
        filters,
        without=tuple(name for name in filters.without if holds(name, "row_of_link")),
        assume={name: weight for name, weight in filters.assume.items() if holds(name, "row_of_link")},
        avoid=tuple(name for name in filters.avoid if holds(name, "row_of_node")),
    )


def seen(
    side: Side,
    snapshot: Snapshot,
    filters: Filters,
    *,
    sources: Sequence[str],
    targets: Sequence[str],
    moment: str,
    silent: list[str],
    stop: Stop | None,
) -> Seen:
    """The side with the answers to litmus, loops and gaps, and to impact where two ends are named.

    A question that names what this side lacks is not asked; that is said in `silent`. Costs what the questions cost.
    """
    from graph.analysis.compare import Seen
    from graph.analysis.gaps import gaps
    from graph.analysis.impact import impact
    from graph.analysis.litmus import litmus
    from graph.analysis.loops import loops

    def asked(what: str, question: Callable[[], T]) -> T | None:
        try:
            return question()
        except UnknownName as unknown:
            silent.append(f"No {what} compared: {side.name} has no {unknown.name}.")
            return None

    many = replace(filters, top=COMPARED_AT_MOST)
    return Seen(
        name=side.name,
        snapshot=snapshot,
        filters=filters,
        litmus=asked("verdicts", lambda: litmus(snapshot, (), moment, filters, stop=stop)),
        loops=loops(snapshot, None, many, stop=stop),
        gaps=gaps(snapshot, (), moment if moment in snapshot.row_of else None, many, stop=stop),
        impact=asked("routes", lambda: impact(snapshot, sources, targets, filters, stop=stop)) if sources and targets else None,
    )

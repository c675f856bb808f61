"""Life against delay: decisions that ended before their effect could be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from graph.analysis.first.asked import Asked
from graph.kernels.paths import strongest
from graph.results import ImpactPath
from graph.results.first import FirstAnswer, FirstItem
from graph.selection import Ends, path_problem, select
from graph.telling import months, path_of
from schema.errors import BadQuestion
from schema.kinds import LinkKind, NodeKind
from schema.ontology import NODE_KIND_CODE
from schema.system_map import ALWAYS_FROM, ALWAYS_TO

DAYS_IN_A_MONTH = 365.25 / 12
TOO_SHORT, LONG_ENOUGH, NOT_KNOWN, NO_ROUTE = "too short", "long enough", "not known", "no route"
_ORDER = (TOO_SHORT, LONG_ENOUGH, NOT_KNOWN, NO_ROUTE)
METHOD = (
    "decisions that ended or were replaced; the months they stood against the low end of the delay of their strongest path, on the map as"
    " it stood on their last day, to the moment, or where none leads there to the outcome they reach most strongly"
)


def life(asked: Asked) -> FirstAnswer:
    """One item for each decision that has ended by the day asked, those that stood too short first, then by id.

    A node narrows it to one decision. A life is *not known* where no beginning is given, and so is a delay of which no step is.
    """
    if asked.node is not None and not asked.snapshot.is_kind(asked.node, NodeKind.DECISION):
        raise BadQuestion(f"{asked.id(asked.node)} is no decision; the question life is asked about decisions.")
    replaced = _replaced(asked)
    items: list[FirstItem] = []
    for row in np.flatnonzero(asked.snapshot.nodes.kind == NODE_KIND_CODE[NodeKind.DECISION]).tolist():
        end = _end(asked, row, replaced.get(row, []))
        if asked.node in (None, row) and end is not None and not asked.stopped:
            items.append(_item(asked, row, end, replaced.get(row, [])))
    items.sort(key=lambda item: (_ORDER.index(str(item.facts["verdict"])), item.id))
    counts = {word.replace(" ", "_"): sum(item.facts["verdict"] == word for item in items) for word in _ORDER}
    return asked.answer(
        items,
        opening=f"{len(items)} decisions have ended; {counts['too_short']} of them before their effect could be seen.",
        method=METHOD,
        about=asked.node,
        counts=counts,
        complete=not asked.stopped,
        none="No decision on the map has ended by this day.",
    )


def _replaced(asked: Asked) -> dict[int, list[int]]:
    """What took the place of each node; a proposal takes no place."""
    found: dict[int, list[int]] = {}
    columns = asked.snapshot.links
    for link in asked.snapshot.of_kind(LinkKind.REPLACES).tolist():
        start = int(asked.snapshot.start[link])
        if not columns.proposed[link] and not asked.snapshot.nodes.proposed[start]:
            found.setdefault(int(asked.snapshot.end[link]), []).append(start)
    return found


def _end(asked: Asked, row: int, by: list[int]) -> int | None:
    """The first day on which a decision no longer stood: its own, else when what replaced it began. None where it has not ended."""
    columns = asked.snapshot.nodes
    end = int(columns.valid_to[row])
    if end == ALWAYS_TO:
        began = [int(columns.valid_from[other]) for other in by if columns.valid_from[other] != ALWAYS_FROM]
        end = min(began, default=ALWAYS_TO)
    if end == ALWAYS_TO or columns.proposed[row] or (asked.filters.as_of is not None and end > asked.filters.as_of.toordinal()):
        return None
    return end


def _item(asked: Asked, row: int, end: int, by: list[int]) -> FirstItem:
    node, begin = asked.snapshot.node(row), int(asked.snapshot.nodes.valid_from[row])
    stood = None if begin == ALWAYS_FROM else (end - begin) / DAYS_IN_A_MONTH
    path = _path(asked, row, end)
    verdict = _verdict(stood, path)
    replaced_by = asked.ids(by)
    said = f"{node.label} stood {'for an unknown time' if stood is None else f'{stood:.0f} months'}"
    said += f", until {date.fromordinal(end)}" + (f", replaced by {asked.said(replaced_by)}" if replaced_by else "")
    if path is None:
        said += "; no route to an outcome is drawn."
    else:
        said += f"; what it does reaches {path.steps[-1].end_label} {_soon(path)}: {verdict}."
    return FirstItem(
        id=node.id,
        label=node.label,
        facts={
            "verdict": verdict,
            "life_months": stood,
            "ended": date.fromordinal(end).isoformat(),
            "replaced_by": replaced_by,
            "outcome": None if path is None else path.nodes[-1],
            "delay_low": None if path is None else path.delay_low,
            "delay_high": None if path is None else path.delay_high,
            "path": () if path is None else path.links,
        },
        text=said,
    )


def _soon(path: ImpactPath) -> str:
    said = months(path.delay_low, path.delay_high)
    return said if said.startswith(("at once", "after")) else f"after {said}"


def _verdict(stood: float | None, path: ImpactPath | None) -> str:
    if path is None:
        return NO_ROUTE
    if stood is None:
        return NOT_KNOWN
    if stood < path.delay_low:
        return TOO_SHORT
    is_known = path.delay_high is not None and not any("delay" in step.assumed for step in path.steps)
    return LONG_ENOUGH if is_known else NOT_KNOWN


def _path(asked: Asked, row: int, end: int) -> ImpactPath | None:
    """The strongest path of a decision to the moment, else to any outcome, on the map as it stood on the decision's last day."""
    snapshot = asked.snapshot
    filters = replace(asked.filters, as_of=date.fromordinal(max(end - 1, int(snapshot.nodes.valid_from[row]), 1)))
    selection = select(snapshot, filters)
    outcomes = np.flatnonzero(asked.is_outcome & ~selection.blocked)
    for wanted in ([asked.moment] if asked.moment is not None else [], outcomes.tolist()):
        goals = [goal for goal in wanted if not selection.blocked[goal] and goal != row]
        if goals and not selection.blocked[row]:
            found = strongest(path_problem(snapshot, selection, Ends(starts=(row,), goals=tuple(goals)), filters), 1, stop=asked.stop)
            if found.paths:
                return path_of(snapshot, selection, found.paths[0])
    return None

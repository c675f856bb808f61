"""What changes on a future date: what lapses, what begins, and which verdicts turn with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from graph.analysis.first.asked import Asked
from graph.kernels.index import Marks
from graph.kernels.paths import reach
from graph.results.first import FirstAnswer, FirstItem
from graph.selection import select
from schema.errors import BadQuestion
from schema.kinds import NodeKind
from schema.ontology import JUDGED_KINDS, NODE_KIND_CODE
from schema.system_map import ALWAYS_TO

METHOD = (
    "the days after the one asked on which a node or link begins to stand or no longer stands, as far as dates are recorded; the verdict of"
    " the litmus test on each such day against that of the day before it in the list"
)


def future(asked: Asked) -> FirstAnswer:
    """One item for each future day, soonest first; verdicts of all decisions that stand, or of the one named.

    Verdicts are worked out for the days that are listed. Raises BadQuestion without an as-of day, or for what is not judged.
    """
    if asked.filters.as_of is None:
        raise BadQuestion("The question future needs a day to look ahead from: leave out `--as-of any`.")
    if asked.node is not None and not asked.snapshot.is_kind(asked.node, *JUDGED_KINDS):
        raise BadQuestion(
            f"{asked.id(asked.node)} has no verdict that could turn: ask about a decision, rule, process or proposal, or all."
        )
    today, goal = asked.filters.as_of.toordinal(), asked.the_moment()
    changes = _changes(asked, today)
    items: list[FirstItem] = []
    before, turned, complete = _Day(asked, today), 0, True
    for day in sorted(changes):
        flips: tuple[str, ...] = ()
        if len(items) < asked.filters.top:
            complete &= not asked.stopped
            after = _Day(asked, day)
            flips = () if asked.stopped else _flips(asked, before, after, goal)
            before, turned = after, turned + len(flips)
        items.append(_item(day, changes[day], flips))
    listed = min(len(items), asked.filters.top)
    return asked.answer(
        items,
        opening=f"After {asked.filters.as_of}, things begin or lapse on {len(items)} days;"
        f" on the first {listed} of these {turned} verdicts turn.",
        method=METHOD,
        about=asked.node,
        counts={"days": len(items), "verdicts_that_turn": turned},
        complete=complete and not asked.stopped,
        none=f"Nothing on the map is known to begin or lapse after {asked.filters.as_of}.",
    )


def _changes(asked: Asked, today: int) -> dict[int, dict[str, list[str]]]:
    """What begins and lapses on each day after today."""
    found: dict[int, dict[str, list[str]]] = {}
    snapshot, proposals = asked.snapshot, asked.filters.proposals
    nodes, links = snapshot.nodes, snapshot.links
    for what, ids, left_out, begins, ends in (
        ("nodes", [node.id for node in snapshot.map.nodes], nodes.proposed, nodes.valid_from, nodes.valid_to),
        ("links", snapshot.map.links.ids, links.proposed, links.valid_from, links.valid_to),
    ):
        wanted = np.ones(left_out.size, dtype=np.bool_) if proposals else left_out == 0
        for word, days in (("begin", begins), ("lapse", ends)):
            for row in np.flatnonzero(wanted & (days > today) & (days < ALWAYS_TO)).tolist():
                found.setdefault(int(days[row]), {}).setdefault(f"{what}_{word}", []).append(ids[row])
    return found


class _Day:
    """What counts on one day: which links a path may take, and which nodes stand."""

    def __init__(self, asked: Asked, day: int) -> None:
        self.filters = replace(asked.filters, as_of=date.fromordinal(day))
        selection = select(asked.snapshot, self.filters)
        free = ~selection.blocked
        self.usable: Marks = selection.usable & free[asked.snapshot.start] & free[asked.snapshot.end]
        self.standing: Marks = selection.standing


def _flips(asked: Asked, before: _Day, after: _Day, goal: int) -> tuple[str, ...]:
    """The verdicts that turn between two days, in the order of ids; of what stands on both only."""
    names = [asked.id(row) for row in _touched(asked, before, after, goal)]
    if not names:
        return ()
    old, new = ({each.decision: each.verdict for each in asked.judge(names, day.filters).verdicts} for day in (before, after))
    return tuple(f"{name}: {old[name]} to {new[name]}" for name in sorted(names) if old[name] != new[name])


def _touched(asked: Asked, before: _Day, after: _Day, goal: int) -> list[int]:
    """The decisions and proposals, or the node asked about, with a way to the goal over a link that counts on one day only.

    No other verdict can turn: it has the same paths on both days.
    """
    index, either = asked.snapshot.index, before.usable | after.usable
    leads = reach(index, either, [goal], direction="in") >= 0
    changed = np.flatnonzero((before.usable != after.usable) & leads[asked.snapshot.end])
    if not changed.size:
        return []
    behind = reach(index, either, np.unique(asked.snapshot.start[changed]).tolist(), direction="in") >= 0
    kinds = [NODE_KIND_CODE[kind] for kind in (NodeKind.DECISION, NodeKind.PROPOSAL)]
    judged = np.isin(asked.snapshot.nodes.kind, kinds)
    if asked.node is not None:
        judged = np.arange(judged.size) == asked.node
    return np.flatnonzero(judged & behind & before.standing & after.standing).tolist()


def _item(day: int, change: dict[str, list[str]], flips: tuple[str, ...]) -> FirstItem:
    when = date.fromordinal(day).isoformat()
    facts = {name: tuple(sorted(change.get(name, ()))) for name in ("nodes_begin", "nodes_lapse", "links_begin", "links_lapse")}
    parts = []
    for word in ("begin", "lapse"):
        nodes, links = facts[f"nodes_{word}"], len(facts[f"links_{word}"])
        if nodes:
            parts.append(f"{', '.join(nodes)} {word}{'s' if len(nodes) == 1 else ''}")
        if links:
            parts.append(f"1 link {word}s" if links == 1 else f"{links} links {word}")
    turned = f" Verdicts that turn: {'; '.join(flips)}." if flips else ""
    return FirstItem(id=when, label=when, facts={**facts, "flips": flips}, text=f"{when}: {'; '.join(parts)}.{turned}")

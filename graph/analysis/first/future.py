"""What changes on a future date: what lapses, what begins, and which verdicts turn with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from graph import judging
from graph.analysis.first.asked import Asked
from graph.kernels.index import Marks
from graph.kernels.pairs import paths_of_pairs
from graph.kernels.paths import PathSet, reach
from graph.results import Balance
from graph.results.first import FirstAnswer, FirstItem
from graph.selection import Ends, path_problem, select
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
    days = sorted(changes)
    listed = min(len(days), asked.filters.top)
    verdicts = _Verdicts(asked, goal, [today, *days[:listed]])
    items: list[FirstItem] = []
    turned, complete = 0, True
    for before, day in pairwise([today, *days[:listed]]):
        complete &= not asked.stopped
        flips = () if asked.stopped else verdicts.flips(before, day)
        turned += len(flips)
        items.append(_item(asked, day, changes[day], flips))
    return asked.answer(
        items,
        found=len(days),
        opening=f"After {asked.filters.as_of}, things begin or lapse on {len(days)} days;"
        f" on the first {listed} of these {turned} verdicts turn.",
        method=METHOD,
        about=asked.node,
        counts={"days": len(days), "verdicts_that_turn": turned},
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


class _Verdicts:
    """The verdicts of what stands on some days, from paths that are looked for once: those over links that count on any of them."""

    def __init__(self, asked: Asked, goal: int, days: Sequence[int]) -> None:
        self.asked = asked
        # A day stands where another question would select it.
        self._selections = {day: select(asked.snapshot, replace(asked.filters, as_of=date.fromordinal(day))) for day in days}
        self._usable = {day: each.open_links(asked.snapshot) for day, each in self._selections.items()}
        any_day = next(iter(self._selections.values()))
        either = replace(any_day, usable=np.logical_or.reduce(list(self._usable.values())), blocked=np.zeros_like(any_day.blocked))
        self.rows = self._touched(either.usable, goal)
        problem = path_problem(asked.snapshot, either, Ends(starts=(), goals=(goal,)), asked.filters)
        pairs = [(row, goal) for row in self.rows]
        self._paths = list(paths_of_pairs(problem, pairs, max_paths=asked.filters.max_paths, stop=asked.stop))

    def _touched(self, either: Marks, goal: int) -> list[int]:
        """The decisions and proposals, or the node asked about, with a way to the goal over a link that counts on some days only.

        No other verdict can turn: it has the same paths on all days.
        """
        snapshot = self.asked.snapshot
        sometimes = either & ~np.logical_and.reduce(list(self._usable.values()))
        leads = reach(snapshot.index, either, [goal], direction="in") >= 0
        changed = np.flatnonzero(sometimes & leads[snapshot.end])
        if not changed.size:
            return []
        behind = reach(snapshot.index, either, np.unique(snapshot.start[changed]).tolist(), direction="in") >= 0
        kinds = [NODE_KIND_CODE[kind] for kind in (NodeKind.DECISION, NodeKind.PROPOSAL)]
        judged = np.isin(snapshot.nodes.kind, kinds)
        if self.asked.node is not None:
            judged = np.arange(judged.size) == self.asked.node
        return np.flatnonzero(judged & behind).tolist()

    def flips(self, before: int, after: int) -> tuple[str, ...]:
        """The verdicts that turn between two days, in the order of ids; of what stands on both only."""
        turned = {}
        for row, paths in zip(self.rows, self._paths, strict=True):
            if self._selections[before].standing[row] and self._selections[after].standing[row]:
                old, new = self._both(row, paths, before, after)
                if old != new:
                    turned[self.asked.id(row)] = f"{old} to {new}"
        return tuple(f"{name}: {turned[name]}" for name in sorted(turned))

    def _both(self, row: int, paths: PathSet, before: int, after: int) -> tuple[str, str]:
        """The verdicts of two days. Where not all paths of all days could be counted, each day is asked for by itself."""
        if not paths.complete:
            old, new = (
                self.asked.judge([self.asked.id(row)], replace(self.asked.filters, as_of=date.fromordinal(day))) for day in (before, after)
            )
            return old.verdicts[0].verdict, new.verdicts[0].verdict
        if not len(paths):
            return judging.NO_PATH, judging.NO_PATH
        was, will_be = (np.logical_and.reduceat(self._usable[day][paths.rows], paths.offsets[:-1]) for day in (before, after))
        if np.array_equal(was, will_be):
            return "", ""
        old_sums, new_sums = (Balance.of_columns(paths.sign[each], paths.strength[each], complete=True) for each in (was, will_be))
        return judging.verdict(old_sums), judging.verdict(new_sums)


def _item(asked: Asked, day: int, change: dict[str, list[str]], flips: tuple[str, ...]) -> FirstItem:
    when = date.fromordinal(day).isoformat()
    facts = {name: tuple(sorted(change.get(name, ()))) for name in ("nodes_begin", "nodes_lapse", "links_begin", "links_lapse")}
    parts = []
    for word in ("begin", "lapse"):
        nodes, links = facts[f"nodes_{word}"], len(facts[f"links_{word}"])
        if nodes:
            parts.append(f"{asked.said(nodes)} {word}{'s' if len(nodes) == 1 else ''}")
        if links:
            parts.append(f"1 link {word}s" if links == 1 else f"{links} links {word}")
    named = [f"{asked.said([name])}: {turn}" for name, _, turn in (flip.rpartition(": ") for flip in flips)]
    turned = f" Verdicts that turn: {'; '.join(named)}." if flips else ""
    return FirstItem(id=when, label=when, facts={**facts, "flips": flips}, text=f"{when}: {'; '.join(parts)}.{turned}")

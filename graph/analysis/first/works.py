"""What works: practices, used signals and workarounds that raise the moment, with those who say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.analysis.first.asked import Asked
from graph.analysis.first.sight import USED, level_of
from graph.kernels.pairs import paths_of_pairs
from graph.kernels.paths import PathProblem, PathSet, strongest
from graph.kernels.ranking import strongest_places
from graph.results import Balance, ImpactPath
from graph.results.first import Fact, FirstAnswer, FirstItem
from graph.selection import Ends, path_problem
from graph.telling import path_of
from schema.kinds import LinkKind, NodeKind
from schema.records import Claim

PRACTICE, SIGNAL, WORKAROUND = "practice", "used signal", "workaround"
DETERMINED = 0.5
"""How much of the influence must point one way, as in the litmus test."""
METHOD = (
    "processes, and factors marked as workarounds, whose net influence on the moment over all simple paths is positive with a determinacy"
    " of at least 0.5; and signals in use by a decision or process of which the same holds"
)


def works(asked: Asked) -> FirstAnswer:
    """What raises the moment, strongest net first, then by id; a node narrows it to that node."""
    goal = asked.the_moment()
    doing = _doing(asked)
    practices = [
        (row, PRACTICE if asked.snapshot.is_kind(row, NodeKind.PROCESS) else WORKAROUND)
        for row in asked.nodes(NodeKind.PROCESS, NodeKind.FACTOR)
        if asked.node in (None, row) and row != goal
    ]
    practices = [(row, what) for row, what in practices if what is PRACTICE or _is_workaround(asked, row)]
    signals = list(_used_signals(asked, doing))
    raising = _Raising(asked, goal, [*(row for row, _ in practices), *(user for _, users in signals for user in users)])
    found = [_Found(net=raising.nets[row], id=asked.id(row), what=what, row=row) for row, what in practices if raising.nets[row] > 0]
    for link, users in signals:
        nets = {user: raising.nets[user] for user in users if raising.nets[user] > 0}
        if nets:
            name = asked.snapshot.map.links.ids[link]
            found.append(_Found(net=max(nets.values()), id=name, what=SIGNAL, row=link, used_by=asked.ids(nets)))
    found.sort(key=lambda each: (-float(f"{each.net:.12g}"), each.id))
    label = asked.snapshot.node(goal).label
    counts = {what.replace(" ", "_"): sum(each.what == what for each in found) for what in (PRACTICE, SIGNAL, WORKAROUND)}
    return asked.answer(
        [_signal(asked, each) if each.what == SIGNAL else _practice(asked, each, raising) for each in found[: asked.filters.top]],
        found=len(found),
        opening=f"{counts['practice']} practices, {counts['used_signal']} used signals and {counts['workaround']} workarounds raise {label}"
        " on balance. Build on them.",
        method=METHOD,
        about=asked.node,
        counts=counts,
        complete=raising.complete and not asked.stopped,
        none=f"No practice, used signal or workaround raises {label} on balance here.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Something that raises the moment, before it is told. `row` is a node's, or the link's of a signal."""

    net: float
    id: str
    what: str
    row: int
    used_by: tuple[str, ...] = ()


def _is_workaround(asked: Asked, row: int) -> bool:
    """Whether a factor is marked as one: by an attribute, or by one of its names."""
    node = asked.snapshot.node(row)
    names = {name.strip().lower() for name in (node.label, *node.aliases)}
    return node.attributes.get("workaround") in (True, "yes") or bool(names & {"workaround", "workarounds"})


class _Raising:
    """By how much each of some nodes raises the goal; 0 where it does not, or not surely."""

    def __init__(self, asked: Asked, goal: int, rows: Sequence[int]) -> None:
        self.asked, self.goal, self.complete = asked, goal, True
        self.nets: dict[int, float] = {}
        self._found: dict[int, PathSet] = {}
        unique = list(dict.fromkeys(rows))
        pairs = [(row, goal) for row in unique]
        every = paths_of_pairs(self._problem(goal), pairs, max_paths=asked.filters.max_paths, stop=asked.stop)
        for row, found in zip(unique, every, strict=True):
            balance = Balance.of_columns(found.sign, found.strength, complete=found.complete)
            self.complete &= found.complete
            determined = balance.determinacy is not None and balance.determinacy >= DETERMINED
            self.nets[row] = balance.net if determined and balance.net > 0 else 0.0
            if self.nets[row] > 0:
                self._found[row] = found

    def best(self, row: int) -> ImpactPath | None:
        """The strongest path from a node that raises the goal."""
        found = self._found[row]
        if found.complete:
            paths = [found.path(place) for place in strongest_places(found, self.asked.snapshot.rank, 1)]
        else:
            paths = list(strongest(self._problem(row), 1, stop=self.asked.stop).paths)
        return path_of(self.asked.snapshot, self.asked.selection, paths[0]) if paths else None

    def _problem(self, row: int) -> PathProblem:
        ends = Ends(starts=(row,), goals=(self.goal,))
        return path_problem(self.asked.snapshot, self.asked.selection, ends, self.asked.filters)


def _practice(asked: Asked, found: _Found, raising: _Raising) -> FirstItem:
    node, best = asked.snapshot.node(found.row), raising.best(found.row)
    claims = [*node.claims, *(claim for step in (best.steps if best else ()) for claim in step.claims)]
    return FirstItem(
        id=node.id,
        label=node.label,
        facts={"what": found.what, "net": found.net, "used_by": (), "path": best.links if best else (), **_said(claims)},
        text=f"{found.what.capitalize()}: {best.text if best else node.label}",
    )


def _said(claims: Iterable[Claim]) -> dict[str, tuple[str, ...]]:
    """The claims and their sources, by id."""
    kept = {claim.id: claim for claim in claims}
    return {"claims": tuple(sorted(kept)), "sources": tuple(sorted({claim.source for claim in kept.values() if claim.source}))}


def _doing(asked: Asked) -> dict[int, list[int]]:
    """The decisions and processes of each owner."""
    doing: dict[int, list[int]] = {}
    for row in asked.nodes(NodeKind.DECISION, NodeKind.PROCESS):
        for owner in asked.owners.get(row, ()):
            doing.setdefault(owner, []).append(row)
    return doing


def _used_signals(asked: Asked, doing: Mapping[int, list[int]]) -> Iterator[tuple[int, list[int]]]:
    """The information links in use, with what may use them: what takes it into account, or what the one who is told does."""
    for link in asked.standing(LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT):
        record, start, end = asked.snapshot.link(link), int(asked.snapshot.start[link]), int(asked.snapshot.end[link])
        if asked.node in (None, start, end) and level_of(record) == USED:
            yield link, doing.get(end, []) if record.kind is LinkKind.INFORMS else [start]


def _signal(asked: Asked, found: _Found) -> FirstItem:
    record = asked.snapshot.link(found.row)
    one, other = (asked.snapshot.map.node(name).label for name in (record.start, record.end))
    said = f"{one} tells {other}" if record.kind is LinkKind.INFORMS else f"{one} takes {other} into account"
    facts: dict[str, Fact] = {"what": SIGNAL, "net": found.net, "used_by": found.used_by, "path": (), **_said(record.claims)}
    return FirstItem(id=record.id, label=said, facts=facts, text=f"Used signal: {said}; used by {asked.said(found.used_by)}.")

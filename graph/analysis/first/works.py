"""What works: practices, used signals and workarounds that raise the moment, with those who say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.analysis.first.asked import Asked
from graph.analysis.first.sight import USED, level_of
from graph.kernels.paths import PathProblem, all_paths, strongest
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
    raising = _Raising(asked, goal)
    items = []
    for row in asked.nodes(NodeKind.PROCESS, NodeKind.FACTOR):
        what = PRACTICE if asked.snapshot.is_kind(row, NodeKind.PROCESS) else WORKAROUND
        if asked.node in (None, row) and row != goal and not asked.stopped and (what is PRACTICE or _is_workaround(asked, row)):
            net = raising.net(row)
            if net > 0:
                items.append((net, _item(asked, row, what, net, raising.best(row))))
    items += _signals(asked, raising)
    items.sort(key=lambda pair: (-float(f"{pair[0]:.12g}"), pair[1].id))
    found = [item for _, item in items]
    label = asked.snapshot.node(goal).label
    counts = {what.replace(" ", "_"): sum(item.facts["what"] == what for item in found) for what in (PRACTICE, SIGNAL, WORKAROUND)}
    return asked.answer(
        found,
        opening=f"{counts['practice']} practices, {counts['used_signal']} used signals and {counts['workaround']} workarounds raise {label}"
        " on balance. Build on them.",
        method=METHOD,
        about=asked.node,
        counts=counts,
        complete=raising.complete and not asked.stopped,
        none=f"No practice, used signal or workaround raises {label} on balance here.",
    )


def _is_workaround(asked: Asked, row: int) -> bool:
    """Whether a factor is marked as one: by an attribute, or by one of its names."""
    node = asked.snapshot.node(row)
    names = {name.strip().lower() for name in (node.label, *node.aliases)}
    return node.attributes.get("workaround") in (True, "yes") or bool(names & {"workaround", "workarounds"})


class _Raising:
    """By how much each node raises the goal, worked out once for each; 0 where it does not, or not surely."""

    def __init__(self, asked: Asked, goal: int) -> None:
        self.asked, self.goal, self.complete = asked, goal, True
        self._nets: dict[int, float] = {}

    def net(self, row: int) -> float:
        if row not in self._nets:
            found = all_paths(self._problem(row), max_paths=self.asked.filters.max_paths, stop=self.asked.stop)
            balance = Balance.of(zip(found.sign.tolist(), found.strength.tolist(), strict=True), complete=found.complete)
            self.complete &= found.complete
            determined = balance.determinacy is not None and balance.determinacy >= DETERMINED
            self._nets[row] = balance.net if determined and balance.net > 0 else 0.0
        return self._nets[row]

    def best(self, row: int) -> ImpactPath | None:
        found = strongest(self._problem(row), 1, stop=self.asked.stop)
        return path_of(self.asked.snapshot, self.asked.selection, found.paths[0]) if found.paths else None

    def _problem(self, row: int) -> PathProblem:
        ends = Ends(starts=(row,), goals=(self.goal,))
        return path_problem(self.asked.snapshot, self.asked.selection, ends, self.asked.filters)


def _item(asked: Asked, row: int, what: str, net: float, best: ImpactPath | None) -> FirstItem:
    node = asked.snapshot.node(row)
    claims = [*node.claims, *(claim for step in (best.steps if best else ()) for claim in step.claims)]
    return FirstItem(
        id=node.id,
        label=node.label,
        facts={"what": what, "net": net, "used_by": (), "path": best.links if best else (), **_said(claims)},
        text=f"{what.capitalize()} {node.id}: {best.text if best else node.label}",
    )


def _said(claims: Iterable[Claim]) -> dict[str, tuple[str, ...]]:
    """The claims and their sources, by id."""
    kept = {claim.id: claim for claim in claims}
    return {"claims": tuple(sorted(kept)), "sources": tuple(sorted({claim.source for claim in kept.values() if claim.source}))}


def _signals(asked: Asked, raising: _Raising) -> list[tuple[float, FirstItem]]:
    """The information links in use by something that raises the goal: an input of it, or told to the one who does it."""
    doing: dict[int, list[int]] = {}
    for row in asked.nodes(NodeKind.DECISION, NodeKind.PROCESS):
        for owner in asked.owners.get(row, ()):
            doing.setdefault(owner, []).append(row)
    items = []
    for link in asked.standing(LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT):
        record, start, end = asked.snapshot.link(link), int(asked.snapshot.start[link]), int(asked.snapshot.end[link])
        is_told = record.kind is LinkKind.INFORMS
        if asked.node not in (None, start, end) or asked.stopped or level_of(record) != USED:
            continue
        users: Sequence[int] = doing.get(end, []) if is_told else [start]
        nets = {user: raising.net(user) for user in users if raising.net(user) > 0}
        if nets:
            one, other = (asked.snapshot.node(row).label for row in (start, end))
            said = f"{one} tells {other}" if is_told else f"{one} takes {other} into account"
            facts: dict[str, Fact] = {
                "what": SIGNAL,
                "net": max(nets.values()),
                "used_by": asked.ids(nets),
                "path": (),
                **_said(record.claims),
            }
            text = f"Used signal: {said}; used by {', '.join(asked.ids(nets))}."
            items.append((max(nets.values()), FirstItem(id=record.id, label=said, facts=facts, text=text)))
    return items

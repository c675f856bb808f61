"""Silos: where influence crosses from one department or body to another, who stands between, and how far each reaches."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graph.analysis.silos.modularity import modularity_gap
from graph.kernels.between import SimpleLinks, betweenness_across, brokerage
from graph.kernels.index import Longs, Marks
from graph.kernels.reach import reach_each
from graph.results import Broker, Crossroads, HandOver, Modularity, Silo, SiloAnswer, Terms
from graph.results.silos import ROLES
from graph.scope import Filters
from graph.selection import Selection, Stop, select
from graph.snapshot import Snapshot
from schema.kinds import NodeKind
from schema.ontology import NODE_KIND_CODE

__all__ = ["silos"]

MOST_LINKS = 50_000
"""Beyond so many links between silos, communities, which take long to find, are left out."""
CELLS_AT_ONCE = 1 << 22
"""Decisions times links that are looked at together, which bounds the memory of a question on a large map."""
MOST_NODES = 3_000
"""Beyond so many nodes with links, betweenness, which looks at every pair, is left out."""


def silos(
    snapshot: Snapshot, moment: str | None, filters: Filters, *, draws: int = 0, seed: int = 1, stop: Stop | None = None
) -> SiloAnswer:
    """How influence runs within and between silos on the links that pass the filter.

    With `draws` above 0 the modularity of the silos is set against communities and against so many random deals of the silos.
    `filters.top` bounds the lists. O(links), O(pairs of steps) for brokers and O(nodes x links) for betweenness. `require`,
    `sign` and `max_delay` pick out paths and are not regarded. Raises UnknownName for a moment that is not on the map.
    """
    selection = select(snapshot, filters)
    goal = None if moment is None else snapshot.find(moment)
    usable = selection.open_links(snapshot) & (selection.strength > 0)
    return _Asked(snapshot, selection, usable, filters, stop).answer(goal, draws, seed)


class _Asked:
    """One question: the links that count in it, and the silos that stand."""

    def __init__(self, snapshot: Snapshot, selection: Selection, usable: Marks, filters: Filters, stop: Stop | None) -> None:
        self.snapshot, self.selection, self.usable, self.filters, self.stop = snapshot, selection, usable, filters, stop
        standing = selection.standing & ~selection.blocked
        self.group = snapshot.nodes.silo
        self.assigned: Marks = (self.group > 0) & standing
        present = np.unique(self.group[self.assigned]).tolist()
        self.codes: list[int] = sorted(present, key=lambda code: snapshot.nodes.silos[code])
        self.place = np.full(len(snapshot.nodes.silos), -1, dtype=np.int64)
        self.place[self.codes] = np.arange(len(self.codes))
        self.rows = np.flatnonzero(usable)
        known = self.assigned[snapshot.start[self.rows]] & self.assigned[snapshot.end[self.rows]]
        self.inner = self.rows[known]
        self.complete = True

    def answer(self, goal: int | None, draws: int, seed: int) -> SiloAnswer:
        snapshot, top = self.snapshot, self.filters.top
        simple = SimpleLinks.of(snapshot.index, self.usable)
        start, end = (self.place[self.group[column[self.inner]]] for column in (snapshot.start, snapshot.end))
        counts = self._table(start, end, np.ones(self.inner.size, dtype=np.bool_))
        unknown = self._table(start, end, self.selection.sign[self.inner] == 0)
        reached, toward, decisions = self._reach(goal)
        hand_overs = self._hand_overs()
        roles, brokers = self._brokers(simple)
        betweenness = self._betweenness(simple)
        crossings = int((start != end).sum())
        modularity = self._modularity(draws, seed) if draws > 0 and 0 < self.inner.size <= MOST_LINKS and len(self.codes) > 1 else None
        answer = SiloAnswer(
            moment=None if goal is None else snapshot.node(goal).id,
            silos=self._silos(counts, reached, toward, decisions, goal),
            matrix=self._matrix(start, end),
            counts=tuple(map(tuple, counts.tolist())),
            unknown=tuple(map(tuple, unknown.tolist())),
            links=int(self.rows.size),
            crossings=crossings,
            unassigned=int(self.rows.size - self.inner.size),
            hand_offs=tuple(hand_overs[:top]),
            hand_offs_found=sum(each.links for each in hand_overs),
            roles=roles,
            brokers=tuple(brokers[:top]),
            betweenness=None if betweenness is None else tuple(betweenness[:top]),
            modularity=modularity,
            exposure=float(toward.mean()) if goal is not None and toward.size else None,
            exposed_by=int(toward.sum()),
            decisions=int(decisions.size),
            complete=self.complete,
            reason=None if self.codes else "Nothing on this map has a silo or an owner.",
            text="",
            terms=self._terms(),
        )
        return replace(answer, text=_text(answer))

    # ---- links between silos --------------------------------------------

    def _table(self, start: Longs, end: Longs, which: Marks) -> NDArray[np.int64]:
        size = len(self.codes)
        return np.bincount(start[which] * size + end[which], minlength=size * size).reshape(size, size).astype(np.int64)

    def _matrix(self, start: Longs, end: Longs) -> tuple[tuple[float, ...], ...]:
        """Signed sums, exactly rounded, so that the order of links leaves no trace."""
        cells: list[list[list[float]]] = [[[] for _ in self.codes] for _ in self.codes]
        weight = self.selection.sign[self.inner] * self.selection.strength[self.inner]
        for one, other, value in zip(start.tolist(), end.tolist(), weight.tolist(), strict=True):
            cells[one][other].append(value)
        return tuple(tuple(math.fsum(values) for values in row) for row in cells)

    def _hand_overs(self) -> list[HandOver]:
        """The pairs of owners between whose things influence runs, most links first."""
        found: dict[tuple[str, str], list[float]] = {}
        snapshot = self.snapshot
        ends = np.unique(np.concatenate((snapshot.start[self.rows], snapshot.end[self.rows])))
        owners = {row: snapshot.owner_of(row) for row in ends.tolist()}
        for row in self.rows.tolist():
            one, other = owners[int(snapshot.start[row])], owners[int(snapshot.end[row])]
            if one is not None and other is not None and one != other:
                found.setdefault((one, other), []).append(float(self.selection.strength[row]))
        made = [HandOver(start=one, end=other, links=len(values), strength=math.fsum(values)) for (one, other), values in found.items()]
        return sorted(made, key=lambda each: (-each.links, -each.strength, each.start, each.end))

    # ---- who stands between ---------------------------------------------

    def _brokers(self, simple: SimpleLinks) -> tuple[dict[str, int], list[Broker]]:
        counts, complete = brokerage(simple, self.group, self.assigned, stop=self.stop)
        self.complete &= complete
        snapshot = self.snapshot
        made = [
            Broker(
                id=snapshot.node(row).id,
                label=snapshot.node(row).label,
                silo=snapshot.silo_of(row),
                **dict(zip(ROLES, counts[row].tolist(), strict=True)),
            )
            for row in np.flatnonzero(counts.any(axis=1)).tolist()
        ]
        made.sort(key=lambda broker: (-broker.between, -broker.total, broker.id))
        return dict(zip(ROLES, counts.sum(axis=0).tolist(), strict=True)), made

    def _betweenness(self, simple: SimpleLinks) -> list[Crossroads] | None:
        if np.unique(np.concatenate((simple.start, simple.end))).size > MOST_NODES:
            return None
        between, pairs, complete = betweenness_across(simple, self.group, self.assigned, max_links=self.filters.max_links, stop=self.stop)
        self.complete &= complete
        snapshot = self.snapshot
        made = [
            Crossroads(
                id=snapshot.node(row).id,
                label=snapshot.node(row).label,
                silo=snapshot.silo_of(row),
                betweenness=float(between[row]),
                share=float(between[row]) / pairs,
            )
            for row in np.flatnonzero(between > 0).tolist()
        ]
        return sorted(made, key=lambda each: (-float(f"{each.betweenness:.10g}"), each.id))

    # ---- exposure and reach ---------------------------------------------

    def _reach(self, goal: int | None) -> tuple[dict[int, Marks], Marks, Longs]:
        """For every decision the outcomes it reaches, whether it reaches the moment, and the decisions themselves."""
        snapshot = self.snapshot
        kind = snapshot.nodes.kind
        decisions = np.flatnonzero((kind == NODE_KIND_CODE[NodeKind.DECISION]) & self.selection.standing & ~self.selection.blocked)
        reached: dict[int, Marks] = {}
        toward = np.zeros(decisions.size, dtype=np.bool_)
        batch = max(1, CELLS_AT_ONCE // max(snapshot.n_nodes, snapshot.n_links, 1))
        for first in range(0, decisions.size, batch):
            if self.stop is not None and self.stop():
                self.complete = False
                break
            part = decisions[first : first + batch]
            away = reach_each(snapshot.index, self.usable, part, max_links=self.filters.max_links) > 0
            reached.update(zip(part.tolist(), away, strict=True))
            if goal is not None:
                toward[first : first + batch] = away[:, goal]
        return reached, toward, decisions

    def _outcomes(self) -> Marks:
        """The factors of which the map says whether more is better; every factor where it says so of none."""
        factors = (self.snapshot.nodes.kind == NODE_KIND_CODE[NodeKind.FACTOR]) & self.selection.standing
        judged: Marks = factors & np.array([node.better is not None for node in self.snapshot.map.nodes], dtype=np.bool_)
        return judged if bool(judged.any()) else np.asarray(factors, dtype=np.bool_)

    def _silos(
        self, counts: NDArray[np.int64], reached: dict[int, Marks], toward: Marks, decisions: Longs, goal: int | None
    ) -> tuple[Silo, ...]:
        outcomes = self._outcomes()
        made = []
        for place, code in enumerate(self.codes):
            mine = self.group[decisions] == code
            own = [reached[decision] for decision in decisions[mine].tolist() if decision in reached]
            any_reached = np.logical_or.reduce(own) if own else None
            made.append(
                Silo(
                    id=self.snapshot.nodes.silos[code],
                    nodes=int((self.assigned & (self.group == code)).sum()),
                    decisions=int(mine.sum()),
                    inside=int(counts[place, place]),
                    out=int(counts[place].sum() - counts[place, place]),
                    into=int(counts[:, place].sum() - counts[place, place]),
                    exposure=float(toward[mine].mean()) if goal is not None and mine.any() else None,
                    reach=float((any_reached & outcomes).sum() / outcomes.sum()) if any_reached is not None and outcomes.any() else None,
                )
            )
        return tuple(made)

    def _modularity(self, draws: int, seed: int) -> Modularity | None:
        """Over the links whose ends both have a silo, self-links left out, in an order that only the ids decide."""
        snapshot = self.snapshot
        rows = self.inner[snapshot.start[self.inner] != snapshot.end[self.inner]]
        rows = rows[np.argsort(snapshot.rank[rows], kind="stable")]
        nodes = np.unique(np.concatenate((snapshot.start[rows], snapshot.end[rows])))
        start, end = np.searchsorted(nodes, snapshot.start[rows]), np.searchsorted(nodes, snapshot.end[rows])
        label = self.place[self.group[nodes]]
        found = modularity_gap(start, end, self.selection.strength[rows], label, draws=draws, seed=seed, stop=self.stop)
        self.complete &= found is not None and found.draws == draws
        return found

    def _terms(self) -> Terms:
        snapshot = self.snapshot
        done = "" if self.complete else "; stopped before all was counted"
        return Terms(
            revision=snapshot.revision,
            as_of=self.filters.as_of,
            method=f"signed sums of links between silos; brokers of two steps (Gould and Fernandez); shortest ways across silos{done}",
            max_links=self.filters.max_links,
            filters=self.filters.described(),
        )


def _text(answer: SiloAnswer) -> str:
    if answer.reason:
        return answer.reason
    lines = [f"{answer.crossings} of {answer.links} influence links cross between {len(answer.silos)} silos."]
    if answer.unassigned:
        lines[0] += f" {answer.unassigned} have an end without a silo and are counted as crossing nothing."
    strongest = _strongest_crossing(answer)
    if strongest:
        lines.append(strongest)
    if answer.brokers:
        first = answer.brokers[0]
        roles = ", ".join(f"{getattr(first, role)} times {role}" for role in ROLES if getattr(first, role))
        lines.append(f"Most often in between: {first.label} ({first.silo}): {roles}.")
    if answer.betweenness:
        lines.append(f"On most shortest ways from silo to silo: {', '.join(each.label for each in answer.betweenness[:3])}.")
    if answer.exposure is not None:
        lines.append(f"{answer.exposed_by} of {answer.decisions} decisions can reach the moment.")
    if answer.modularity:
        lines.append(_on_modularity(answer.modularity))
    lines.append(
        f"Such counts describe the map that was drawn; they are a weak guide to causal influence. Map revision {answer.terms.revision}."
    )
    return "\n".join(lines)


def _strongest_crossing(answer: SiloAnswer) -> str:
    """The pair of silos with most links from one to the other."""
    pairs = [
        (-count, answer.silos[one].id, answer.silos[other].id, answer.matrix[one][other])
        for one, row in enumerate(answer.counts)
        for other, count in enumerate(row)
        if one != other and count
    ]
    if not pairs:
        return ""
    count, one, other, net = min(pairs)
    way = "raising" if net > 0 else "lowering" if net < 0 else "in no one direction"
    return f"Most links lead from {one} to {other} ({-count}, on balance {way})."


def _on_modularity(found: Modularity) -> str:
    if found.null_at_least > 0.05:
        said = "Influence on this map is organised no more by silos than chance would have it"
    else:
        said = "Influence on this map runs inside silos more than chance would have it"
    return (
        f"{said} (modularity {found.silos:.2f}, by chance {found.null_mean:.2f} in {found.draws} draws, seed {found.seed}); "
        f"the best communities found come to {found.communities:.2f}."
    )

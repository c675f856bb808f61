"""Impact: what reaches B from A, by which paths, with which sign, how soon, how sure, on whose evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph import judging
from graph.kernels.flow import cut_of
from graph.kernels.paths import PathProblem, PathSet, all_paths, strongest, to_twelve_digits
from graph.results import Balance, DecisionBalance, ImpactAnswer, ImpactPath, Pinch, Terms
from graph.saying import impact_text
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem, resolve_ends, select
from graph.snapshot import Snapshot
from graph.telling import assumed_fields, path_of
from graph.threads import route_claims
from schema.bundling import Ground

PINCH_SHARE = 0.75
"""A node or an assumed link on at least this share of the paths is named as a pinch."""
UNCUT = 1 << 30
"""The capacity of what no cut goes through."""


def impact(
    snapshot: Snapshot,
    sources: Sequence[str],
    targets: Sequence[str],
    filters: Filters,
    *,
    draws: int = 0,
    seed: int = 1,
    stop: Stop | None = None,
) -> ImpactAnswer:
    """The strongest paths, exactly, and the totals over all paths within the bound.

    Paths are listed strongest first; ties by fewer links, then by link ids. A body at the start stands for the decisions
    it makes, at the end for its factors; people for what matters to them. Raises UnknownName for a name that is not on the
    map. The best-first search is exact whatever the number of paths; counting them is linear in their number. With `draws`, the
    sign of the net is tried under so many draws of the strengths, in time linear in draws and steps.
    """
    selection = select(snapshot, filters)
    ends = resolve_ends(snapshot, selection, sources, targets)
    problem = path_problem(snapshot, selection, ends, filters)
    top = strongest(problem, max(filters.top, 1), stop=stop)
    found = all_paths(problem, max_paths=filters.max_paths, stop=stop)
    listed = [path_of(snapshot, selection, rows) for rows in top.paths]
    best, paths = (listed[0] if listed else None), tuple(listed[: filters.top])
    balance = Balance.of(zip(found.sign.tolist(), found.strength.tolist(), strict=True), complete=found.complete)
    told = _Told(snapshot, selection, ends, filters, problem, found, paths, balance)
    answer = told.answer(sources, targets, best, exact=top.exact)
    answer = replace(answer, **told.firmness(answer, draws, seed, stop))
    return replace(answer, text=impact_text(snapshot, answer))


class _Told:
    """An answer in the making: the paths that were found, and what is to be said of them."""

    def __init__(
        self,
        snapshot: Snapshot,
        selection: Selection,
        ends: Ends,
        filters: Filters,
        problem: PathProblem,
        found: PathSet,
        paths: tuple[ImpactPath, ...],
        balance: Balance,
    ) -> None:
        self.snapshot, self.selection, self.ends, self.filters = snapshot, selection, ends, filters
        self.problem, self.found, self.paths, self.balance = problem, found, paths, balance
        self.lead_in = np.isin(found.rows, np.array(ends.lead_in, dtype=np.int64))
        self.rows = found.rows[~self.lead_in]
        self.on_paths = np.unique(found.rows)

    def answer(self, sources: Sequence[str], targets: Sequence[str], best: ImpactPath | None, *, exact: bool) -> ImpactAnswer:
        decisions = self._by_decision()
        one = self.ends.decisions[0] if len(self.ends.decisions) == 1 else None
        disputed = bool(self.snapshot.links.disputed[self.rows].any()) if self.rows.size else False
        thin = judging.thin_because(self.snapshot, self.selection, one, best, self.balance, any_disputed=disputed)
        if not exact:
            thin = (judging.CUT_SHORT, *thin)
        return ImpactAnswer(
            starts=tuple(self.snapshot.node(self.snapshot.find(name)).id for name in sources),
            goals=tuple(self.snapshot.node(row).id for row in self.ends.goals),
            paths=self.paths,
            balance=self.balance,
            decisions=decisions,
            exact=exact,
            standing=judging.standing(self.balance, thin, is_assumed=judging.any_assumed(self.snapshot, self.rows)),
            thin_because=thin,
            pinches=self._pinches(),
            independent=self._cut(np.ones_like(self.on_paths, dtype=np.int64)),
            robustness=self._cut(np.maximum(self.snapshot.links.origins[self.on_paths], 1).astype(np.int64)),
            background=self._background(),
            assumed=self._assumed(),
            sourced_share=self._sourced_share(),
            reason=self._reason(sources, targets),
            text="",
            terms=self._terms(),
        )

    def firmness(self, answer: ImpactAnswer, draws: int, seed: int, stop: Stop | None) -> dict[str, Any]:
        """How firmly the net stands, and what the paths rest on. Effects of several decisions are never added up, so they have no net."""
        lead_in, fixed = self.ends.lead_in, {*self.ends.lead_in, *map(self.snapshot.find_link, self.filters.assume)}
        split = judging.known_and_said(self.snapshot, self.found, lead_in, self.paths, nets=answer.nets)
        if not answer.nets or not len(self.found):
            return {"known_and_said": split}
        robust = judging.robust_sign(self.snapshot, self.problem, self.found, fixed, draws=draws, seed=seed, stop=stop) if draws else None
        turning = judging.turning_links(self.snapshot, self.problem, self.found, lead_in)
        return {"known_and_said": split, "robust": robust, "turning": turning}

    def _by_decision(self) -> tuple[DecisionBalance, ...]:
        if not len(self.found):
            return ()
        decision_of_path = self._decision_of_path()
        made = []
        for decision in self.ends.decisions:
            which = np.flatnonzero(decision_of_path == decision)
            pairs = zip(self.found.sign[which].tolist(), self.found.strength[which].tolist(), strict=True)
            node, balance = self.snapshot.node(decision), Balance.of(pairs, complete=self.found.complete)
            made.append(DecisionBalance(decision=node.id, label=node.label, balance=balance, best=self._best_of(which)))
        return tuple(made)

    def _best_of(self, places: NDArray[np.int64]) -> tuple[ImpactPath, ...]:
        """The strongest of some paths in each direction, ties by fewer links and then by link ids."""
        best = []
        for sign in (1, 0, -1):
            mine = places[self.found.sign[places] == sign]
            if mine.size:
                best.append(min((self._place_in_order(place), place) for place in self._near_the_strongest(mine).tolist()))
        return tuple(path_of(self.snapshot, self.selection, self.found.path(place)) for _, place in sorted(best))

    def _near_the_strongest(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some paths that may be as strong as the strongest to twelve digits: only these need to be put in order."""
        strength = self.found.strength[places]
        most = float(strength.max())
        return places[strength >= most * (1.0 - 1e-11)] if to_twelve_digits(most) > 0.0 else places

    def _place_in_order(self, place: int) -> tuple[float, int, tuple[int, ...]]:
        rows = self.found.path(place)
        strength = to_twelve_digits(float(self.found.strength[place]))
        return -strength, len(rows), tuple(self.problem.rank[list(rows)].tolist())

    def _decision_of_path(self) -> NDArray[np.int64]:
        first = self.found.rows[self.found.offsets[:-1]]
        led = np.isin(first, np.array(self.ends.lead_in, dtype=np.int64))
        return np.where(led, self.snapshot.end[first], self.snapshot.start[first]).astype(np.int64)

    def _pinches(self) -> tuple[Pinch, ...]:
        """Inner nodes and assumed links on nearly every path, most first; empty where not all paths were counted."""
        total = len(self.found)
        if not self.found.complete or total < 2:
            return ()
        own = {*self.ends.starts, *self.ends.goals, *self.ends.decisions}
        visits = np.bincount(self.snapshot.end[self.found.rows], minlength=self.snapshot.n_nodes)
        uses = np.bincount(self.rows, minlength=self.snapshot.n_links)
        uses[self.snapshot.links.ground != Ground.ASSUMPTION] = 0
        nodes = [(row, int(visits[row])) for row in np.flatnonzero(visits >= PINCH_SHARE * total).tolist() if row not in own]
        links = [(row, int(uses[row])) for row in np.flatnonzero(uses >= PINCH_SHARE * total).tolist()]
        pinches = [self._pinch_at(row, count) for row, count in nodes] + [self._pinch_on(row, count) for row, count in links]
        return tuple(sorted(pinches, key=lambda pinch: (-pinch.paths, pinch.assumed, pinch.id)))

    def _pinch_at(self, row: int, count: int) -> Pinch:
        node = self.snapshot.node(row)
        return Pinch(id=node.id, label=node.label, paths=count, assumed=False)

    def _pinch_on(self, row: int, count: int) -> Pinch:
        start, end = (self.snapshot.node(int(column[row])).label for column in (self.snapshot.start, self.snapshot.end))
        return Pinch(id=self.snapshot.link(row).id, label=f"the step from {start} to {end}", paths=count, assumed=True)

    def _cut(self, capacity: NDArray[np.int64]) -> int | None:
        """The minimum cut for these capacities of the links on paths, the lead-in apart: who makes a decision is not evidence."""
        if not len(self.found) or not self.found.complete:
            return None
        capacity[np.isin(self.on_paths, np.array(self.ends.lead_in, dtype=np.int64))] = UNCUT
        value, _ = cut_of(self.problem, self.on_paths, capacity)
        return value if value < UNCUT else None

    def _background(self) -> tuple[str, ...]:
        """Whole-route claims that were made before a decision on a listed path was taken: said of the route, not of it."""
        said: dict[str, None] = {}
        for path in self.paths:
            said.update(dict.fromkeys(claim.id for claim, early in route_claims(self.snapshot, path.nodes) if early))
        return tuple(said)

    def _assumed(self) -> dict[str, int]:
        """How many links on the paths had something assumed, by what."""
        counts: dict[str, int] = {}
        for bits in self.snapshot.links.assumed[np.unique(self.rows)].tolist():
            for word in assumed_fields(bits):
                counts[word] = counts.get(word, 0) + 1
        assumption = int((self.snapshot.links.ground[np.unique(self.rows)] == Ground.ASSUMPTION).sum())
        return {**counts, **({"links_by_assumption": assumption} if assumption else {})}

    def _sourced_share(self) -> float | None:
        if not self.rows.size:
            return None
        return float((self.snapshot.links.ground[self.rows] == Ground.SOURCED).sum()) / int(self.rows.size)

    def _reason(self, sources: Sequence[str], targets: Sequence[str]) -> str | None:
        if len(self.found):
            return None
        if set(self.ends.starts) & set(self.ends.goals):
            return "The two ends share a node, and a path needs two different ends; ask for loops through it instead."
        if self.ends.why_none:
            return self.ends.why_none
        narrowed = self.filters.described()
        if narrowed:
            return f"No path passes the filter ({'; '.join(narrowed)})."
        bound = f" of at most {self.filters.max_links} links" if self.filters.max_links else ""
        return f"No path{bound} from {', '.join(sources)} to {', '.join(targets)}."

    def _terms(self) -> Terms:
        bound = f"at most {self.filters.max_links} links" if self.filters.max_links else "any length"
        counted = (
            f"all {self.balance.found} paths counted"
            if self.found.complete
            else f"counting stopped at {self.balance.found} paths; totals are lower bounds"
        )
        method = f"exact top {self.filters.top} by best-first search over simple influence paths of {bound}; {counted}"
        method = "; ".join((method, *self.ends.remarks))
        return Terms(
            revision=self.snapshot.revision,
            as_of=self.filters.as_of,
            method=method,
            max_links=self.filters.max_links,
            filters=self.filters.described(),
        )

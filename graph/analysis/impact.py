"""Impact: what reaches B from A, by which paths, with which sign, how soon, how sure, on whose evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graph import judging
from graph.kernels.flow import min_cut
from graph.kernels.paths import PathProblem, PathSet, all_paths, strongest
from graph.results import Balance, DecisionBalance, ImpactAnswer, ImpactPath, Pinch, Terms
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem, resolve_ends, select
from graph.snapshot import Snapshot
from graph.telling import assumed_fields, months, path_of, route_claims, worth
from schema.bundling import Ground

LISTED_IN_TEXT = 3
PINCH_SHARE = 0.75
UNCUT = 1 << 30
"""A node or an assumed link on at least this share of the paths is named as a pinch."""


def impact(
    snapshot: Snapshot, sources: Sequence[str], targets: Sequence[str], filters: Filters, *, stop: Stop | None = None
) -> ImpactAnswer:
    """The strongest paths, exactly, and the totals over all paths within the bound.

    Paths are listed strongest first; ties by fewer links, then by link ids. A body at the start stands for the decisions
    it makes, at the end for its factors; people for what matters to them. Raises UnknownName for a name that is not on the
    map. The best-first search is exact whatever the number of paths; counting them is linear in their number.
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
    return told.answer(sources, targets, best, exact=top.exact)


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

    def answer(self, sources: Sequence[str], targets: Sequence[str], best: ImpactPath | None, *, exact: bool) -> ImpactAnswer:
        decisions = self._by_decision()
        one = self.ends.decisions[0] if len(self.ends.decisions) == 1 else None
        disputed = bool(self.snapshot.links.disputed[self.rows].any()) if self.rows.size else False
        thin = judging.thin_because(self.snapshot, self.selection, one, best, self.balance, any_disputed=disputed)
        if not exact:
            thin = (judging.CUT_SHORT, *thin)
        answer = ImpactAnswer(
            starts=tuple(self.snapshot.node(self.snapshot.find(name)).id for name in sources),
            goals=tuple(self.snapshot.node(row).id for row in self.ends.goals),
            paths=self.paths,
            balance=self.balance,
            decisions=decisions,
            exact=exact,
            standing=judging.standing(self.balance, thin),
            thin_because=thin,
            pinches=self._pinches(),
            independent=self._cut(np.ones(self.problem.index.n_links, dtype=np.int64)),
            robustness=self._cut(np.maximum(self.snapshot.links.origins, 1).astype(np.int64)),
            background=self._background(),
            assumed=self._assumed(),
            sourced_share=self._sourced_share(),
            reason=self._reason(sources, targets),
            text="",
            terms=self._terms(),
        )
        return replace(answer, text=_text(self.snapshot, answer))

    def _by_decision(self) -> tuple[DecisionBalance, ...]:
        if not len(self.found):
            return ()
        decision_of_path = self._decision_of_path()
        made = []
        for decision in self.ends.decisions:
            which = np.flatnonzero(decision_of_path == decision)
            pairs = zip(self.found.sign[which].tolist(), self.found.strength[which].tolist(), strict=True)
            node = self.snapshot.node(decision)
            made.append(DecisionBalance(decision=node.id, label=node.label, balance=Balance.of(pairs, complete=self.found.complete)))
        return tuple(made)

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
        """The minimum cut for these capacities, the lead-in apart: who makes a decision is not evidence."""
        if not len(self.found) or not self.found.complete:
            return None
        capacity[np.array(self.ends.lead_in, dtype=np.int64)] = UNCUT
        return min_cut(self.problem, capacity, max_paths=self.filters.max_paths).value

    def _background(self) -> tuple[str, ...]:
        """Whole-route claims that were made before a decision on a listed path was taken: said of the route, not of it."""
        said: dict[str, None] = {}
        for path in self.paths:
            nodes = [self.snapshot.map.node(identifier) for identifier in path.nodes]
            said.update(dict.fromkeys(claim.id for claim, early in route_claims(self.snapshot, nodes) if early))
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
        return Terms(
            revision=self.snapshot.revision,
            as_of=self.filters.as_of,
            method=method,
            max_links=self.filters.max_links,
            filters=self.filters.described(),
        )


def reading_order(paths: Sequence[ImpactPath]) -> list[ImpactPath]:
    """Paths as text ranks them: share of sourced steps, weakest confidence, hand-offs, then length."""
    return sorted(
        paths,
        key=lambda path: (
            -(path.sourced / max(path.counted_steps, 1)),
            -path.confidence,
            len(path.hand_offs),
            len(path.links),
            path.links,
        ),
    )


def _text(snapshot: Snapshot, answer: ImpactAnswer) -> str:
    """The answer as paragraphs that can be pasted, with its terms."""
    start = ", ".join(snapshot.map.node(identifier).label for identifier in answer.starts)
    goals = [snapshot.map.node(identifier) for identifier in answer.goals]
    goal = ", ".join(node.label for node in goals)
    as_of = f", as of {answer.terms.as_of.isoformat()}" if answer.terms.as_of else ""
    if not answer.balance.found:
        return f"{start} to {goal or 'the other end'}{as_of}: {answer.reason}"
    balance = answer.balance
    up, down = (worth(sign, goals[0].better if len(goals) == 1 else None) for sign in ("+", "-"))
    counts = [
        (balance.lowers, "lower it" + (f" ({down})" if down else "")),
        (balance.raises, "raise it" + (f" ({up})" if up else "")),
        (balance.unclear, "move it in a way that is not known"),
    ]
    said = ", ".join(f"{count} {words}" for count, words in counts if count)
    many = "" if balance.complete else "at least "
    bound = f" of at most {answer.terms.max_links} links" if answer.terms.max_links else ""
    lines = [f"{start} to {goal}{as_of}: {many}{balance.found} {_routes(balance.found)}{bound}; {said}."]
    lines += _on_agreement(answer)
    lines += _listed(answer.paths, balance)
    caveats = dict.fromkeys(
        str(link.attributes["caveat"])
        for path in answer.paths
        for link in (snapshot.map.link(identifier) for identifier in path.links)
        if "caveat" in link.attributes
    )
    lines += [f"Mind: {caveat}" for caveat in caveats]
    for identifier in answer.background:
        claim = next(claim for node in snapshot.map.nodes for claim in node.claims if claim.id == identifier and claim.route)
        lines.append(f"Said of this route as a whole, before decisions on it were taken ({identifier}, {claim.said_on}): {claim.text}")
    share = f"{answer.sourced_share:.0%} of the steps have a source. " if answer.sourced_share is not None else ""
    lines.append(f"{share}These routes rank potential influence on the map; they do not forecast. Map revision {answer.terms.revision}.")
    return "\n".join(lines)


def _listed(paths: Sequence[ImpactPath], balance: Balance) -> list[str]:
    """The routes that a text names: the first in reading order of each direction, so that none hides another."""
    lines = []
    headings = (
        ("-", "Lowering it", balance.lowers),
        ("+", "Raising it", balance.raises),
        ("?", "Moving it, which way is not known", balance.unclear),
    )
    for sign, heading, total in headings:
        chosen = [path for path in reading_order(paths) if path.sign == sign][:LISTED_IN_TEXT]
        if chosen:
            lines.append(f"{heading}{f' ({len(chosen)} of {total} shown)' if len(chosen) < total else ''}:")
            lines += [f"  {number}. {path.text}" for number, path in enumerate(chosen, 1)]
    return lines


def _routes(count: int) -> str:
    return "route" if count == 1 else "routes"


def _share(count: int, total: int) -> str:
    return "all" if count == total else f"{count}"


def _on_agreement(answer: ImpactAnswer) -> list[str]:
    lines = []
    if not answer.nets:
        parts = [
            f"{each.label}: {each.balance.lowers} lower, {each.balance.raises} raise"
            + (f", {each.balance.unclear} unclear" if each.balance.unclear else "")
            for each in answer.decisions
            if each.balance.found
        ]
        silent = [each.label for each in answer.decisions if not each.balance.found]
        lines.append("Decision by decision, since effects of different decisions are never added up: " + "; ".join(parts) + ".")
        if silent:
            lines.append("No route from: " + "; ".join(silent) + ".")
    if answer.independent is not None:
        total = answer.balance.found
        through = "".join(
            f"; {_share(pinch.paths, total)} through {pinch.label}{', which is assumed' * pinch.assumed}" for pinch in answer.pinches[:4]
        )
        lines.append(f"{total} {_routes(total)}, {answer.independent} independent{through}.")
    if answer.standing == judging.TOO_THIN:
        lines.append("Too thin to call: " + "; ".join(answer.thin_because) + ".")
    elif answer.nets:
        lines.append(f"The routes drawn are {answer.standing} in direction; that measures agreement of what was drawn, not knowledge.")
    delays = [path for path in answer.paths if path.delay_high is not None]
    if delays:
        soonest = min(path.delay_low for path in delays)
        latest = max(path.delay_high or 0 for path in delays)
        lines.append(f"Time: {months(soonest, latest)} along the routes listed.")
    return lines

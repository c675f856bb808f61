"""Reach: every outcome that one decision reaches, which way, how soon; or every decision to which an outcome is exposed."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph import judging
from graph.kernels.best import best_strengths
from graph.kernels.fan import Fan, fan_in, fan_out
from graph.kernels.paths import PathProblem, strongest, to_twelve_digits
from graph.results import Balance, ImpactPath, ReachAnswer, Reached, ReachShare, Terms
from graph.results.reach import DOWN, UP
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem, resolve_ends, select, why_not_standing
from graph.snapshot import Snapshot
from graph.telling import months, paths_of, worth
from schema.errors import BadQuestion
from schema.kinds import NodeKind
from schema.ontology import END_KINDS, NODE_KIND_CODE

LISTED_IN_TEXT = 5
NO_TIER = "unassigned"
ROOM = 1e-10
_End: TypeAlias = tuple[int, tuple[int, ...], Balance, float]
"""A far end: its node, the rows of its strongest path, what its paths come to, and the strength of the strongest."""


def reach(snapshot: Snapshot, name: str, direction: str, filters: Filters, *, stop: Stop | None = None) -> ReachAnswer:
    """What one decision (or factor, process, rule) reaches; with `up`, which decisions reach one outcome.

    An outcome is a factor of which the map says whether more of it is better, worse or not ours to say; where it says so of
    none, every factor is one. Strongest first, at most `filters.top` are listed. The balances add up every simple path within
    the bound: linear in the number of paths. Raises UnknownName, and BadQuestion for a body or people, which stand for several.
    """
    if direction not in (DOWN, UP):
        raise BadQuestion(f"--direction {direction}: must be {DOWN} or {UP}.")
    selection = select(snapshot, filters)
    row = snapshot.find(name)
    _refuse_ends(snapshot, selection, row, direction)
    many = _many(snapshot, selection, row, direction)
    ends = Ends(starts=(row,), goals=(row,))
    problem = path_problem(snapshot, selection, ends, filters)
    search = fan_out if direction == DOWN else fan_in
    fan = search(problem, many.astype(np.int32), max_paths=filters.max_paths, stop=stop)
    asked = _Asked(snapshot, selection, filters, row, direction, many, problem, stop)
    return asked.answer(fan)


def _refuse_ends(snapshot: Snapshot, selection: Selection, row: int, direction: str) -> None:
    node = snapshot.node(row)
    if node.kind not in END_KINDS or bool((selection.usable & ((snapshot.start == row) | (snapshot.end == row))).any()):
        return
    # Both ends want a name, and one body at both would stand for itself.
    other = next((each.id for each in snapshot.map.nodes if each.id != node.id), node.id)
    if direction == DOWN:
        offered = resolve_ends(snapshot, selection, [node.id], [other]).decisions
    else:
        offered = tuple(goal for goal in resolve_ends(snapshot, selection, [other], [node.id]).goals if goal != row)
    what = "decisions" if direction == DOWN else "outcomes"
    offers = ", ".join(snapshot.node(each).id for each in offered[:8])
    said = f"{node.id} is a {node.kind}, which stands for its {what}; ask about one of them"
    raise BadQuestion(f"{said}: {offers}." if offers else f"{said}; none is on the map here.")


def _many(snapshot: Snapshot, selection: Selection, row: int, direction: str) -> NDArray[np.int64]:
    """The outcomes, or the decisions (any node on a map that has none), that stand; the node asked about is none of them."""
    standing = selection.standing.copy()
    standing[row] = False
    kind = snapshot.nodes.kind
    if direction == UP:
        deciding = kind == NODE_KIND_CODE[NodeKind.DECISION]
        return np.flatnonzero(standing & deciding if deciding.any() else standing)
    factors = standing & (kind == NODE_KIND_CODE[NodeKind.FACTOR])
    judged = np.array([node.better is not None for node in snapshot.map.nodes], dtype=np.bool_)
    return np.flatnonzero(factors & judged if judged.any() else factors)


class _Asked:
    """One question, and what turns its paths into an answer."""

    def __init__(
        self,
        snapshot: Snapshot,
        selection: Selection,
        filters: Filters,
        row: int,
        direction: str,
        many: NDArray[np.int64],
        problem: PathProblem,
        stop: Stop | None,
    ) -> None:
        self.snapshot, self.selection, self.filters, self.row = snapshot, selection, filters, row
        self.direction, self.many, self.problem, self.stop = direction, many, problem, stop
        self.exact = True

    def answer(self, fan: Fan) -> ReachAnswer:
        snapshot = self.snapshot
        found = self._found(fan) if fan.complete else self._found_in_part(fan)
        ids = [node.id for node in snapshot.map.nodes]
        found.sort(key=lambda each: (-to_twelve_digits(each[3]), len(each[1]), ids[each[0]]))
        signs = {node: _net_sign(balance) for node, _, balance, _ in found}
        answer = ReachAnswer(
            node=snapshot.node(self.row).id,
            label=snapshot.node(self.row).label,
            direction=self.direction,
            items=self._items(found[: self.filters.top]),
            reached=len(found),
            total=int(self.many.size),
            by_tier=self._shares(signs, [snapshot.node(node).tier or NO_TIER for node in self.many.tolist()], NodeKind.TIER),
            by_silo=self._shares(signs, [snapshot.silo_of(node) for node in self.many.tolist()], NodeKind.BODY),
            paths=len(fan),
            complete=fan.complete,
            exact_best=self.exact,
            reason=None if found else self._reason(),
            text="",
            terms=self._terms(len(fan), complete=fan.complete),
        )
        return replace(answer, text=_text(answer))

    def _strength(self, rows: Sequence[int]) -> float:
        return self.problem.strength_of(rows)

    def _found(self, fan: Fan) -> list[_End]:
        """Each far end with its strongest path and its balance."""
        node_of, strengths = self.many.tolist(), fan.strengths_by_end(self.many.size)
        found = []
        for place, rows in self._best_of_fan(fan).items():
            balance = Balance.of_sums(dict(zip((-1, 0, 1), strengths[place], strict=True)), complete=True)
            found.append((node_of[place], rows, balance, self._strength(rows)))
        return found

    def _best_of_fan(self, fan: Fan) -> dict[int, tuple[int, ...]]:
        """The rows of each end's strongest path."""
        best = fan.strongest(self.problem.rank)
        return dict(zip(best, fan.rows_of(list(best.values())), strict=True))

    def _found_in_part(self, fan: Fan) -> list[_End]:
        """Where not all paths were counted: the balances of those that were, and the strongest paths of those ends that are listed.

        How strong an end's best path can be at most is known for all ends at once, so ends that cannot be among the first are
        not searched one by one.
        """
        counted = {int(self.many[place]): paths for place, paths in fan.by_end()}
        best_counted = {int(self.many[place]): rows for place, rows in self._best_of_fan(fan).items()}
        free = ~self.selection.blocked
        near = best_strengths(
            self.snapshot.index,
            self.selection.strength,
            self.selection.usable & free[self.snapshot.start] & free[self.snapshot.end],
            np.array([self.row]),
            max_links=self.filters.max_links,
            inwards=self.direction == UP,
            stop=self.stop,
        )[0]
        self.exact = self.stop is None or not self.stop()
        certain = self.filters.sign is None and self.filters.max_delay is None and not self.filters.require
        found: list[_End] = []
        # The strengths of the ends that are listed so far, the weakest first.
        listed: list[float] = []
        for node in sorted(self.many[near[self.many] > 0].tolist(), key=lambda node: -near[node]):
            paths = counted.get(node, np.empty(0, dtype=np.int64))
            balance = _balance(fan, paths)
            beaten = len(listed) >= self.filters.top and (not listed or near[node] < listed[0] * (1.0 - ROOM))
            rows = () if beaten else self._best(node, best_counted.get(node, ()))
            if rows:
                found.append((node, rows, balance, self._strength(rows)))
                heapq.heappush(listed, found[-1][3])
                if len(listed) > self.filters.top:
                    heapq.heappop(listed)
            elif paths.size or (beaten and certain):
                found.append((node, (), balance, float(near[node])))
        return found

    def _best(self, node: int, of_counted: tuple[int, ...]) -> tuple[int, ...]:
        """The strongest path of one end, searched for by itself; that of those counted where there is no time."""
        one = np.array([node], dtype=np.int32)
        alone = replace(self.problem, targets=one) if self.direction == DOWN else replace(self.problem, sources=one)
        top = strongest(alone, 1, stop=self.stop)
        self.exact &= top.exact
        return tuple(top.paths[0]) if top.paths else of_counted

    def _items(self, ends: Sequence[_End]) -> tuple[Reached, ...]:
        told = paths_of(self.snapshot, self.selection, [rows for _, rows, _, _ in ends])
        return tuple([self._item(row, best, balance) for (row, _, balance, _), best in zip(ends, told, strict=True)])

    def _item(self, row: int, best: ImpactPath, balance: Balance) -> Reached:
        snapshot = self.snapshot
        node = snapshot.node(row)
        outcome = node if self.direction == DOWN else snapshot.node(self.row)
        sign = _net_sign(balance)
        return Reached(
            id=node.id,
            label=node.label,
            kind=str(node.kind),
            tier=node.tier,
            silo=snapshot.silo_of(row),
            owner=snapshot.owner_of(row),
            better=str(node.better) if node.better is not None else None,
            sign=sign,
            worth=worth(sign, outcome.better),
            standing=judging.standing(balance, (), is_assumed=best.assumptions + best.unstated > 0),
            balance=balance,
            best=best,
            text=_sentence(node.label, sign, worth(sign, outcome.better), balance, best.text),
        )

    def _shares(self, signs: dict[int, str], groups: Sequence[str], kind: NodeKind) -> tuple[ReachShare, ...]:
        """How much of each tier or silo is reached, largest share first, then by id; labelled by the node of that kind, if any."""
        members: dict[str, list[int]] = {}
        for node, group in zip(self.many.tolist(), groups, strict=True):
            members.setdefault(group, []).append(node)
        made = [self._share(group, self._named(group, kind), nodes, signs) for group, nodes in members.items()]
        return tuple(sorted(made, key=lambda share: (-share.share, share.id)))

    def _named(self, group: str, kind: NodeKind) -> str:
        row = self.snapshot.row_of.get(group)
        return self.snapshot.node(row).label if row is not None and self.snapshot.is_kind(row, kind) else group

    def _share(self, group: str, label: str, nodes: Iterable[int], signs: dict[int, str]) -> ReachShare:
        snapshot, listed = self.snapshot, list(nodes)
        reached = [node for node in listed if node in signs]
        goal = snapshot.node(self.row)
        values = [worth(signs[node], (snapshot.node(node) if self.direction == DOWN else goal).better) for node in reached]
        return ReachShare(
            id=group,
            label=label,
            reached=len(reached),
            total=len(listed),
            better=values.count("better"),
            worse=values.count("worse"),
            contested=sum(signs[node] in ("0", "?") for node in reached),
        )

    def _reason(self) -> str:
        name = self.snapshot.node(self.row).id
        if not self.selection.standing[self.row]:
            return why_not_standing(self.snapshot, name) + "."
        narrowed = self.filters.described()
        bound = f" of at most {self.filters.max_links} links" if self.filters.max_links else ""
        passing = f" that passes the filter ({'; '.join(narrowed)})" if narrowed else ""
        if self.direction == DOWN:
            return f"No path{bound}{passing} leads from {name} to an outcome."
        return f"No path{bound}{passing} leads from a decision to {name}."

    def _terms(self, paths: int, *, complete: bool) -> Terms:
        bound = f"at most {self.filters.max_links} links" if self.filters.max_links else "any length"
        counted = f"all {paths} counted" if complete else f"counting stopped at {paths}; the sums are lower bounds"
        return Terms(
            revision=self.snapshot.revision,
            as_of=self.filters.as_of,
            method=f"net of all simple influence paths of {bound} for each end; {counted}",
            max_links=self.filters.max_links,
            filters=self.filters.described(),
        )


def _balance(fan: Fan, paths: NDArray[np.int64]) -> Balance:
    return Balance.of_columns(fan.sign[paths], fan.strength[paths], complete=fan.complete)


def _net_sign(balance: Balance) -> str:
    if balance.supporting == 0 and balance.opposing == 0:
        return "?"
    return "+" if balance.net > 0 else "-" if balance.net < 0 else "0"


def _sentence(label: str, sign: str, value: str, balance: Balance, best: str) -> str:
    verb = {"+": "raised", "-": "lowered", "0": "raised and lowered alike", "?": "moved, which way is not known"}[sign]
    routes = "route" if balance.found == 1 else "routes"
    return f"{label}: {verb}{f' ({value})' if value else ''} over {balance.found} {routes}. Strongest: {best}"


def _text(answer: ReachAnswer) -> str:
    if answer.reason:
        return answer.reason
    down = answer.direction == DOWN
    many = "" if answer.complete else "at least "
    what = "outcomes" if down else "decisions"
    share = f"{many}{answer.reached} of {answer.total} {what}"
    lines = [f"{answer.label} reaches {share}." if down else f"{answer.label} is exposed to {share}."]
    for title, shares in (("By tier", answer.by_tier), ("By silo", answer.by_silo)):
        said = [f"{each.label} {each.reached} of {each.total}" for each in shares if each.reached]
        lines.append(f"{title}: {'; '.join(said)}.")
    better, worse, contested = (sum(getattr(each, name) for each in answer.by_silo) for name in ("better", "worse", "contested"))
    lines.append(f"On balance {better} get better, {worse} worse, {contested} are open." if down else "")
    soonest = [item.best for item in answer.items if item.best.delay_high is not None]
    if soonest:
        first = min(soonest, key=lambda path: (path.delay_low + (path.delay_high or 0), path.links))
        end = f"to {first.steps[-1].end_label}" if down else f"from {first.steps[0].start_label}"
        lines.append(f"Soonest: {months(first.delay_low, first.delay_high)}, {end}.")
    lines += [f"  {number}. {item.text}" for number, item in enumerate(answer.items[:LISTED_IN_TEXT], 1)]
    lines.append(f"These routes rank potential influence on the map; they do not forecast. Map revision {answer.terms.revision}.")
    return "\n".join(line for line in lines if line)

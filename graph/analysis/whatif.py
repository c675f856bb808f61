"""What if: fuzzy cognitive map inference. Where does the map come to rest when something is held, cut or switched on?

The answer is a scenario less a baseline, signed, and never a percentage: baselines lie near zero.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from graph.judging import spread_of
from graph.kernels.reach import reach
from graph.kernels.settling import (
    Law,
    Rule,
    Settled,
    State,
    Transfer,
    Web,
    course,
    drawn_weights,
    settle,
    settle_draws,
    trace,
)
from graph.results import Terms
from graph.results.whatif import Band, Draws, Group, Moved, Run, WhatIfAnswer
from graph.scope import Filters, Scenario
from graph.selection import Selection, Stop, select, why_not_standing
from graph.snapshot import Snapshot
from graph.telling import in_sentence, worth
from schema.bundling import StrengthBasis
from schema.errors import BadInput, BadQuestion
from schema.kinds import LinkKind, NodeKind
from schema.ontology import END_KINDS, LINK_RULES, NODE_KIND_CODE

SHARE_OF_BOUND = 0.9
LISTED_IN_TEXT = 8
NORMS_KEPT = 16
_MOVABLE = LINK_RULES[LinkKind.INFLUENCES].starts | LINK_RULES[LinkKind.INFLUENCES].ends
Floats = NDArray[np.float64]


def whatif(snapshot: Snapshot, scenario: Scenario, filters: Filters, *, stop: Stop | None = None) -> WhatIfAnswer:
    """Both runs, their difference ranked, and as asked the time course and the uncertainty.

    The baseline is the map without what the scenario changes; drivers are held at 1 in both. Nothing set: the baseline
    alone. Raises BadQuestion where links change and nothing is held, UnknownName for a name that is not on the map.
    O(links) an update; the tanh rule has one steady state where lambda is left to it.
    """
    return _Asked(snapshot, scenario, filters, stop).answer()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """One run: which links count with which weight, where it starts, and what is held."""

    selection: Selection
    weight: Floats
    counted: NDArray[np.bool_]
    start: Floats
    held: NDArray[np.bool_]


class _Asked:
    """A question in the making."""

    def __init__(self, snapshot: Snapshot, scenario: Scenario, filters: Filters, stop: Stop | None) -> None:
        self.snapshot, self.wish, self.filters, self.stop = snapshot, scenario, filters, stop
        self.rule, self.transfer = _law_of(scenario)
        _check_numbers(scenario)
        before = select(snapshot, replace(filters, proposals=False, without=(), assume={}))
        after = select(snapshot, filters)
        drivers = {snapshot.find(name): 1.0 for name in scenario.drivers}
        named = {snapshot.find(name): value for name, value in scenario.held.items()}
        start = {snapshot.find(name): value for name, value in scenario.start.items()}
        self.drivers, self.started = drivers, start
        self.on = self._switched_on(before, after, named)
        self.held = {**drivers, **self.on, **named}
        self._check_places({**start, **self.held}, after)
        self.after = self._side(after, {**start, **self.held}, self.held)
        # Where the scenario changes nothing the baseline is the scenario, and is not worked out twice.
        self.before = self._side(before, {**start, **drivers}, drivers)
        self.changed = np.flatnonzero((self.before.weight != self.after.weight) | (self.before.counted != self.after.counted))
        self.is_baseline_alone = not self.changed.size and self.held == drivers
        self._check_something_moves()
        self.norm, self.steepness = self._steepness()
        self.law = Law(rule=self.rule, transfer=self.transfer, steepness=self.steepness)

    # ---- what is asked --------------------------------------------------

    def _switched_on(self, before: Selection, after: Selection, named: Mapping[int, float]) -> dict[int, float]:
        """Proposals and proposed decisions that the scenario switches on: all of them, or those that it names itself."""
        if not self.filters.proposals:
            return {}
        fresh = np.flatnonzero(after.usable & ~before.usable)
        movers = np.unique(self.snapshot.start[fresh]).tolist()
        proposals = [row for row in movers if self.snapshot.is_kind(row, NodeKind.PROPOSAL, NodeKind.DECISION)]
        mine = [row for row in proposals if row in named]
        return {} if mine else dict.fromkeys(proposals, 1.0)

    def _side(self, selection: Selection, start: Mapping[int, float], held: Mapping[int, float]) -> _Side:
        counted = selection.usable & ~selection.blocked[self.snapshot.start] & ~selection.blocked[self.snapshot.end]
        weight = np.where(counted, selection.strength * selection.sign, 0.0)
        fixed = np.ones(self.snapshot.n_nodes, dtype=np.bool_)
        fixed[self.snapshot.end[counted]] = False
        values = np.zeros(self.snapshot.n_nodes)
        for row, value in start.items():
            values[row] = value
        fixed[list(held)] = True
        return _Side(selection=selection, weight=weight, counted=counted, start=values, held=fixed)

    def _check_places(self, values: Mapping[int, float], selection: Selection) -> None:
        least = -1.0 if self.transfer == "tanh" else 0.0
        for row, value in values.items():
            node = self.snapshot.node(row)
            if not least <= value <= 1.0:
                raise BadInput(f"{node.id}={value:g}: with {self.transfer} a value lies between {least:g} and 1.")
            if not selection.standing[row]:
                raise BadQuestion(why_not_standing(self.snapshot, node.id) + ".")
            if node.kind in END_KINDS and not self._has_links(row, selection):
                raise BadQuestion(
                    f"{node.id} is a {node.kind}, an end and no point on the way: hold {self._offers(row, selection)} instead."
                )

    def _has_links(self, row: int, selection: Selection) -> bool:
        at = self.snapshot.index
        rows = (*at.out_rows[at.out_at[row] : at.out_at[row + 1]], *at.in_rows[at.in_at[row] : at.in_at[row + 1]])
        return any(selection.usable[link] for link in rows)

    def _offers(self, row: int, selection: Selection) -> str:
        identifier = self.snapshot.node(row).id
        kinds = (NodeKind.DECISION, NodeKind.FACTOR)
        owned = [
            node.id
            for other, node in enumerate(self.snapshot.map.nodes)
            if node.kind in kinds and selection.standing[other] and identifier in (self.snapshot.owner_of(other), node.place)
        ]
        return "one of " + ", ".join(owned[:5]) if owned else "a decision or a factor"

    def _check_something_moves(self) -> None:
        if self.changed.size and not self.held and not self.started and self.rule == "tanh":
            names = ", ".join(self.snapshot.map.links.ids[int(row)] for row in self.changed[:3])
            raise BadQuestion(
                f"Links change ({names}{', ...' if self.changed.size > 3 else ''}) and nothing is held, so that both runs are at rest: "
                "name what drives them with --driver ID, or hold something with --set ID=VALUE."
            )

    def _steepness(self) -> tuple[float, float]:
        """The spectral norm and lambda. With tanh lambda is 0.9 of the bound for the map with all of the scenario's links on."""
        if self.rule != "tanh":
            return 0.0, 1.0 if self.wish.steepness is None else self.wish.steepness
        whole = np.where(self.after.counted, self.after.weight, self.before.weight)
        norm = self._norm(whole)
        if self.changed.size:
            # A link that the scenario weakens or leaves out is stronger in the baseline, which must settle too.
            largest = max(self._norm(self.before.weight), self._norm(self.after.weight))
            norm = norm if SHARE_OF_BOUND * largest < norm else largest
        if self.wish.steepness is not None:
            return norm, self.wish.steepness
        return norm, SHARE_OF_BOUND / norm if norm > 0 else 1.0

    def _norm(self, weight: Floats) -> float:
        kept: dict[bytes, float] = self.snapshot.keep("spectral norms", dict)
        key = hashlib.blake2b(weight.tobytes(), digest_size=16).digest()
        if key not in kept:
            while len(kept) >= NORMS_KEPT:
                kept.pop(next(iter(kept)), None)
            kept[key] = Web(self.snapshot.index, weight).norm()
        return kept[key]

    # ---- the answer -----------------------------------------------------

    def answer(self) -> WhatIfAnswer:
        baseline = self._run(self.before)
        scenario = baseline if self.is_baseline_alone else self._run(self.after)
        difference = scenario.values - baseline.values
        shown = self._shown()
        order = self._ranking(difference)
        months, month_warning = self._months(baseline)
        draws = self._draws() if self.wish.draws else None
        answer = WhatIfAnswer(
            rule=self.rule,
            transfer=self.transfer,
            steepness=self.steepness,
            norm=self.norm,
            epsilon=self.wish.epsilon,
            run=_run_of(scenario),
            baseline_run=_run_of(baseline),
            ids=[self.snapshot.node(row).id for row in shown.tolist()] if shown.size < self.snapshot.n_nodes else self._all_ids(),
            baseline=baseline.values[shown],
            scenario=scenario.values[shown],
            held={self.snapshot.node(row).id: value for row, value in sorted(self.held.items())},
            drivers=tuple(self.snapshot.node(row).id for row in self.drivers),
            changed_links=tuple(self.snapshot.map.links.ids[int(row)] for row in self.changed),
            moved_count=len(order),
            moved=tuple(self._moved(row, difference) for row in order[: self.filters.top].tolist()),
            tiers=self._groups(order, difference, *self._tiers()),
            silos=self._groups(order, difference, self.snapshot.nodes.silo, self.snapshot.nodes.silos),
            cycle=tuple(state[shown] for state in scenario.cycle),
            trace=tuple(state[shown] for state in self._trace()),
            months=None if months is None else tuple(state[shown] for state in months),
            draws=draws,
            complete=baseline.complete and scenario.complete and (draws is None or draws.complete),
            warnings=(*self._warnings(), *month_warning),
            text="",
            terms=self._terms(),
        )
        return replace(answer, text=_text(self.snapshot, answer, judged=self._judged()))

    def _run(self, side: _Side) -> Settled:
        web = Web(self.snapshot.index, side.weight)
        return settle(web, self.law, side.start, side.held, epsilon=self.wish.epsilon, stop=self.stop)

    def _trace(self) -> list[Floats]:
        if not self.wish.trace:
            return []
        web = Web(self.snapshot.index, self.after.weight)
        return trace(web, self.law, self.after.start, self.after.held, self.wish.trace)

    def _all_ids(self) -> Sequence[str]:
        return self.snapshot.keep("ids", lambda: [node.id for node in self.snapshot.map.nodes])

    def _shown(self) -> NDArray[np.int64]:
        """The nodes that an answer lists: all that stand and can move or be moved."""
        codes = np.array([NODE_KIND_CODE[kind] for kind in _MOVABLE], dtype=np.int8)
        shown = np.isin(self.snapshot.nodes.kind, codes)
        shown[self.snapshot.start[self.after.counted | self.before.counted]] = True
        shown[self.snapshot.end[self.after.counted | self.before.counted]] = True
        shown &= self.after.selection.standing & ~self.after.selection.blocked
        return np.flatnonzero(shown)

    def _ranking(self, difference: Floats) -> NDArray[np.int64]:
        """The nodes that moved, furthest first to 12 digits, ties by id; what is held has not moved by itself."""
        size = np.abs(difference)
        size[list(self.held)] = 0.0
        moved = np.flatnonzero(size > self.wish.epsilon)
        tenth = np.floor(np.log10(size[moved]))
        digits = np.round(size[moved] * 10.0 ** (11 - tenth)) * 10.0**tenth
        return moved[np.lexsort((self._node_rank()[moved], -digits))]

    def _node_rank(self) -> NDArray[np.int64]:
        """Each node's place in the order of ids, for ties."""

        def made() -> NDArray[np.int64]:
            ids = self._all_ids()
            rank = np.empty(len(ids), dtype=np.int64)
            rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
            return rank

        return self.snapshot.keep("node rank", made)

    def _moved(self, row: int, difference: Floats) -> Moved:
        node = self.snapshot.node(row)
        change = float(difference[row])
        return Moved(
            id=node.id,
            label=node.label,
            tier=node.tier,
            silo=self.snapshot.silo_of(row),
            difference=change,
            worth=worth("+" if change > 0 else "-", node.better),
        )

    def _groups(self, order: NDArray[np.int64], difference: Floats, codes: NDArray[np.int32], names: Sequence[str]) -> tuple[Group, ...]:
        """The nodes that moved, by tier or silo, groups in the order of their names."""
        code, first = np.unique(codes[order], return_index=True)
        raised = np.bincount(codes[order[difference[order] > 0]], minlength=len(names))
        lowered = np.bincount(codes[order[difference[order] < 0]], minlength=len(names))
        groups = [
            Group(
                name=names[group],
                raised=int(raised[group]),
                lowered=int(lowered[group]),
                most=self.snapshot.node(int(order[place])).id,
                difference=float(difference[order[place]]),
            )
            for group, place in zip(code.tolist(), first.tolist(), strict=True)
        ]
        return tuple(sorted(groups, key=lambda group: group.name))

    def _tiers(self) -> tuple[NDArray[np.int32], Sequence[str]]:
        """Each node's tier as a code, and the tiers."""

        def made() -> tuple[NDArray[np.int32], Sequence[str]]:
            code_of: dict[str, int] = {}
            codes = [code_of.setdefault(node.tier or "no tier", len(code_of)) for node in self.snapshot.map.nodes]
            return np.array(codes, dtype=np.int32), tuple(code_of)

        return self.snapshot.keep("tier codes", made)

    def _months(self, baseline: Settled) -> tuple[list[Floats] | None, tuple[str, ...]]:
        """The difference from the baseline, month by month from the change on."""
        if not self.wish.months:
            return None, ()
        if baseline.state != "fixed":
            return None, ("No time course: the baseline does not come to rest, so there is no today to start from.",)
        delay = self.snapshot.delay
        unknown = int((np.isnan(delay) & (self.after.weight != 0)).sum())
        whole = np.where(np.isnan(delay), 1, np.ceil(np.nan_to_num(delay))).astype(np.int64)
        used = np.unique(whole[self.after.weight != 0]).tolist()
        webs = {months: Web(self.snapshot.index, np.where(whole == months, self.after.weight, 0.0)) for months in used}
        states = course(
            webs,
            self.law,
            baseline.values,
            self.after.start,
            self.after.held,
            months=self.wish.months,
            epsilon=self.wish.epsilon,
            stop=self.stop,
        )
        said = (f"{unknown} links have an unknown delay; in the time course they act after one month.",) if unknown else ()
        return [state - baseline.values for state in states], said

    # ---- uncertainty ----------------------------------------------------

    def _draws(self) -> Draws:
        """Both runs many times over, with the same draw for both. Links are drawn in the order of their ids."""
        rows = self._drawn_links()
        # One common lambda: that of the map as it stands.
        generator = np.random.Generator(np.random.PCG64(self.wish.seed))
        columns = self.snapshot.links
        spread = spread_of(columns.confidence[rows])
        state = generator.bit_generator.state
        sides = []
        for side, assumed in ((self.before, ()), (self.after, tuple(self.filters.assume))):
            generator.bit_generator.state = state
            given = {self.snapshot.find_link(name) for name in assumed}
            fixed = [place for place, row in enumerate(rows.tolist()) if row in given]
            strength = np.where(side.counted[rows], side.selection.strength[rows], 0.0)
            # Which links have an unknown sign must not differ between the runs, or their draws would.
            sign = np.where(self._unknown[rows], 0, side.selection.sign[rows]).astype(np.int8)
            weights = drawn_weights(generator, strength, sign, spread, self.wish.draws, fixed)
            for place in fixed:
                weights[:, place] = side.weight[rows[place]]
            sides.append(
                settle_draws(
                    self.snapshot.start[rows],
                    self.snapshot.end[rows],
                    weights,
                    self.law,
                    side.start,
                    side.held,
                    epsilon=self.wish.epsilon,
                    stop=self.stop,
                )
            )
        good = sides[0].settled & sides[1].settled
        complete = self.stop is None or not self.stop()
        difference = (sides[1].values - sides[0].values)[good]
        return Draws(
            runs=self.wish.draws,
            settled=int(good.sum()),
            seed=self.wish.seed,
            complete=complete,
            bands=self._bands(difference),
        )

    @property
    def _unknown(self) -> NDArray[np.bool_]:
        return np.asarray(self.before.selection.sign == 0)

    def _drawn_links(self) -> NDArray[np.int64]:
        """The links that can matter, in the order of their ids: with tanh only those that something held can reach."""
        counted = self.before.counted | self.after.counted
        if self.rule == "tanh":
            moving = np.flatnonzero((self.before.start != 0) | (self.after.start != 0))
            counted = counted & (reach(self.snapshot.index, counted, moving) >= 0)[self.snapshot.start]
        rows = np.flatnonzero(counted)
        return rows[np.argsort(self.snapshot.rank[rows])]

    def _bands(self, difference: Floats) -> tuple[Band, ...]:
        """A band for every node that moves in some run, in the map's order."""
        if not difference.shape[0]:
            return ()
        moving = np.flatnonzero(np.abs(difference).max(axis=0) > self.wish.epsilon)
        low, high = np.quantile(difference[:, moving], (0.05, 0.95), axis=0)
        rise = (difference[:, moving] > self.wish.epsilon).mean(axis=0)
        fall = (difference[:, moving] < -self.wish.epsilon).mean(axis=0)
        return tuple(
            Band(id=self.snapshot.node(row).id, rise=up, fall=down, low=least, high=most)
            for row, up, down, least, most in zip(moving.tolist(), rise.tolist(), fall.tolist(), low.tolist(), high.tolist(), strict=True)
            if row not in self.held
        )

    # ---- what is said ---------------------------------------------------

    def _judged(self) -> bool:
        """Whether a strength that counts is only judged or assumed: then text shows no decimals."""
        basis = self.snapshot.links.strength_basis[self.after.weight != 0]
        return bool(np.isin(basis, [StrengthBasis.JUDGED, StrengthBasis.ASSUMED]).any())

    def _warnings(self) -> tuple[str, ...]:
        unknown = int((self.after.counted & (self.after.selection.sign == 0) & (self.after.selection.strength > 0)).sum())
        said = [f"{unknown} links have an unknown sign and count 0; draw them both ways with --draws."] if unknown else []
        if self.rule == "tanh" and self.steepness * self.norm >= 1:
            said.append(f"lambda {self.steepness:g} is beyond the bound {1 / self.norm:g}: there may be several steady states.")
        paths_only = [
            word
            for word, holds in (
                ("--require", self.filters.require),
                ("--max-delay", self.filters.max_delay is not None),
                ("--sign", self.filters.sign is not None),
            )
            if holds
        ]
        if paths_only:
            said.append(f"{', '.join(paths_only)} choose among paths and change nothing here.")
        return tuple(said)

    def _terms(self) -> Terms:
        formula = {
            "tanh": "x' = tanh(lambda W'x)",
            "kosko": f"x' = {self.transfer}(lambda W'x)",
            "modified": f"x' = {self.transfer}(lambda (x + W'x))",
            "rescaled": "x' = sigmoid(lambda ((2x-1) + W'(2x-1)))",
        }[self.rule]
        method = f"fuzzy cognitive map, {formula}, lambda {self.steepness:.6g}, until no value moves by more than {self.wish.epsilon:g}"
        if self.wish.draws:
            method += f"; {self.wish.draws} draws of the strengths, PCG64, seed {self.wish.seed}"
        return Terms(
            revision=self.snapshot.revision,
            as_of=self.filters.as_of,
            method=method,
            max_links=0,
            filters=self.filters.described(),
        )


def _law_of(scenario: Scenario) -> tuple[Rule, Transfer]:
    """The rule and its transfer function. Raises BadQuestion where they do not go together."""
    rule = scenario.rule or ("kosko" if scenario.transfer not in (None, "tanh") else "tanh")
    if rule not in get_args(Rule):
        raise BadInput(f"--rule {rule}: known are {', '.join(get_args(Rule))}.")
    transfer = scenario.transfer or ("tanh" if rule == "tanh" else "sigmoid")
    if transfer not in get_args(Transfer):
        raise BadInput(f"--transfer {transfer}: known are {', '.join(get_args(Transfer))}.")
    if rule == "tanh" and transfer != "tanh":
        raise BadQuestion(f"--rule tanh has its own transfer function; --transfer {transfer} goes with --rule kosko or modified.")
    if rule == "rescaled" and transfer != "sigmoid":
        raise BadQuestion(f"--rule rescaled is made for the sigmoid; --transfer {transfer} goes with --rule kosko or modified.")
    return cast("Rule", rule), cast("Transfer", transfer)


def _check_numbers(scenario: Scenario) -> None:
    if not scenario.epsilon > 0:
        raise BadInput(f"--epsilon {scenario.epsilon:g}: must be above 0.")
    if scenario.steepness is not None and not 0 < scenario.steepness < np.inf:
        raise BadInput(f"--lambda {scenario.steepness:g}: must be above 0.")
    for name, value, most in (
        ("--months", scenario.months, 1_200),
        ("--draws", scenario.draws, 100_000),
        ("--trace", scenario.trace, 1_000),
    ):
        if not 0 <= value <= most:
            raise BadInput(f"{name} {value}: must lie between 0 and {most}.")
    if scenario.seed < 0:
        raise BadInput(f"--seed {scenario.seed}: must not be negative.")


def _run_of(settled: Settled) -> Run:
    return Run(state=settled.state, period=settled.period if settled.state == "cycle" else None, steps=settled.steps)


_ENDING: Mapping[State, str] = {
    "fixed": "It comes to rest after {steps} updates",
    "cycle": "It does not come to rest but goes round in a cycle of {period}, from update {steps} on; values are means over the cycle",
    "unsettled": "It had not settled after {steps} updates; what follows is its last state",
}


def _text(snapshot: Snapshot, answer: WhatIfAnswer, *, judged: bool) -> str:
    """The answer as paragraphs that can be pasted."""
    names = [(snapshot.map.node(name).label, value) for name, value in answer.held.items() if name not in answer.drivers]
    rest = f" and {len(names) - LISTED_IN_TEXT} more held" if len(names) > LISTED_IN_TEXT else ""
    held = ", ".join(f"{label} held at {value:g}" for label, value in names[:LISTED_IN_TEXT]) + rest
    driven = f" driven by {', '.join(snapshot.map.node(name).label for name in answer.drivers)}" if answer.drivers else ""
    count = len(answer.changed_links)
    changed = f"{count} {'link' if count == 1 else 'links'} changed" if count else ""
    said = "; ".join(part for part in (held, changed) if part)
    lines = [f"What if: {said}{driven}." if said else f"The baseline alone{driven}: nothing is set."]
    run = answer.run
    lines[0] += f" {_ENDING[cast('State', run.state)].format(steps=run.steps, period=run.period)} (rule {answer.rule})."
    for heading, up in (("Raises", True), ("Lowers", False)):
        chosen = [each for each in answer.moved if (each.difference > 0) == up][:LISTED_IN_TEXT]
        if chosen:
            lines.append(f"{heading}, most first: {', '.join(_said(each, judged=judged) for each in chosen)}.")
    if said and not answer.moved:
        lines.append("Nothing else moves.")
    if answer.draws:
        lines.append(_on_draws(answer))
    lines += answer.warnings
    lines.append(
        "These are signed differences from the baseline. They rank potential influence on the map; they do not forecast, and are no "
        f"percentages. Map revision {answer.terms.revision}."
    )
    return "\n".join(lines)


def _said(each: Moved, *, judged: bool) -> str:
    number = "" if judged else f" by {abs(each.difference):.2g}"
    value = f" ({each.worth})" if each.worth else ""
    return f"{in_sentence(each.label)}{number}{value}"


def _on_draws(answer: WhatIfAnswer) -> str:
    draws = answer.draws
    assert draws is not None
    bands = {band.id: band for band in draws.bands}
    firm = [each for each in answer.moved if each.id in bands and max(bands[each.id].rise, bands[each.id].fall) >= 0.95]
    open_ones = [each for each in answer.moved if each.id in bands and each not in firm]
    said = f"In {draws.settled} of {draws.runs} draws that settled (seed {draws.seed}), "
    said += f"{len(firm)} of the {len(firm) + len(open_ones)} listed keep their direction in at least 95 of 100"
    if open_ones:
        said += "; open are " + ", ".join(in_sentence(each.label) for each in open_ones[:LISTED_IN_TEXT])
    return said + "."

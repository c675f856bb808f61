"""What if: fuzzy cognitive map inference. Where does the map come to rest when something is held, cut or switched on?

The answer is a scenario less a baseline, signed, and never a percentage: baselines lie near zero.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graph.analysis.whatif.draws import drawn
from graph.analysis.whatif.laws import check_numbers, formula, law_of
from graph.analysis.whatif.moves import by_silo, by_tier, ids_of, in_order, moved
from graph.analysis.whatif.runs import Runs
from graph.analysis.whatif.sides import Sides
from graph.analysis.whatif.text import text_of
from graph.kernels.index import Longs
from graph.kernels.settling import Settled
from graph.results import Terms
from graph.results.whatif import Run, WhatIfAnswer
from graph.scope import Filters, Scenario
from graph.selection import Stop, movable_nodes
from graph.snapshot import Snapshot
from schema.bundling import StrengthBasis

__all__ = ["whatif"]


def whatif(snapshot: Snapshot, scenario: Scenario, filters: Filters, *, stop: Stop | None = None) -> WhatIfAnswer:
    """Both runs, their difference ranked, and as asked the time course and the uncertainty.

    The baseline is the map without what the scenario changes; drivers are held at 1 in both. Nothing set: the baseline
    alone. Raises BadQuestion where links change and nothing is held, UnknownName for a name that is not on the map.
    O(links) an update; the tanh rule has one steady state where lambda is left to it.
    """
    rule, transfer = law_of(scenario)
    check_numbers(scenario)
    sides = Sides(snapshot, scenario, filters, rule, transfer)
    runs = Runs(sides, scenario, stop)
    after, before = runs.scenario, runs.baseline
    difference = after.values - before.values
    shown = _shown(sides)
    order = in_order(snapshot, difference, sides.held, scenario.epsilon)
    months, month_warning = runs.months()
    draws = drawn(runs) if scenario.draws else None
    answer = WhatIfAnswer(
        rule=rule,
        transfer=transfer,
        steepness=runs.law.steepness,
        norm=runs.norm,
        epsilon=scenario.epsilon,
        run=_run_of(after),
        baseline_run=_run_of(before),
        ids=[snapshot.node(row).id for row in shown.tolist()] if shown.size < snapshot.n_nodes else ids_of(snapshot),
        baseline=before.values[shown],
        scenario=after.values[shown],
        held={snapshot.node(row).id: value for row, value in sorted(sides.held.items())},
        drivers=tuple(snapshot.node(row).id for row in sides.drivers),
        changed_links=tuple(snapshot.map.links.ids[int(row)] for row in sides.changed),
        moved_count=len(order),
        moved=tuple(moved(snapshot, row, difference) for row in order[: filters.top].tolist()),
        tiers=by_tier(snapshot, order, difference),
        silos=by_silo(snapshot, order, difference),
        cycle=tuple(state[shown] for state in after.cycle),
        trace=tuple(state[shown] for state in runs.trace),
        months=None if months is None else tuple(state[shown] for state in months),
        draws=draws,
        complete=before.complete and after.complete and (draws is None or draws.complete),
        warnings=(*_warnings(runs), *month_warning),
        text="",
        terms=_terms(runs),
    )
    return replace(answer, text=text_of(snapshot, answer, judged=_judged(sides)))


def _run_of(settled: Settled) -> Run:
    return Run(state=settled.state, period=settled.period if settled.state == "cycle" else None, steps=settled.steps)


def _shown(sides: Sides) -> Longs:
    """The nodes that an answer lists: all that stand and can move or be moved."""
    counted = sides.after.counted | sides.before.counted
    return np.flatnonzero(movable_nodes(sides.snapshot, sides.after.selection, counted))


def _judged(sides: Sides) -> bool:
    """Whether a strength that counts is only judged or assumed: then text shows no decimals."""
    basis = sides.snapshot.links.strength_basis[sides.after.weight != 0]
    return bool(np.isin(basis, [StrengthBasis.JUDGED, StrengthBasis.ASSUMED]).any())


def _warnings(runs: Runs) -> tuple[str, ...]:
    after, filters, steepness = runs.sides.after, runs.sides.filters, runs.law.steepness
    unknown = int((after.counted & (after.selection.sign == 0) & (after.selection.strength > 0)).sum())
    said = [f"{unknown} links have an unknown sign and count 0; draw them both ways with --draws."] if unknown else []
    if runs.norm is not None and steepness * runs.norm >= 1:
        said.append(f"lambda {steepness:g} is beyond the bound {1 / runs.norm:g}: there may be several steady states.")
    picks = (("--require", bool(filters.require)), ("--max-delay", filters.max_delay is not None), ("--sign", filters.sign is not None))
    paths_only = [word for word, holds in picks if holds]
    if paths_only:
        said.append(f"{', '.join(paths_only)} choose among paths and change nothing here.")
    return tuple(said)


def _terms(runs: Runs) -> Terms:
    law, wish, filters = runs.law, runs.wish, runs.sides.filters
    method = f"fuzzy cognitive map, {formula(law)}, lambda {law.steepness:.6g}, until no value moves by more than {wish.epsilon:g}"
    if wish.draws:
        method += f"; {wish.draws} draws of the strengths, PCG64, seed {wish.seed}"
    return Terms(revision=runs.snapshot.revision, as_of=filters.as_of, method=method, max_links=0, filters=filters.described())

"""How sure a difference is: both runs many times over, with strengths drawn from the ranges that confidence implies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graph.analysis.whatif.runs import Runs
from graph.judging import spread_of
from graph.kernels.index import Floats
from graph.kernels.reach import reach
from graph.kernels.settling import drawn_weights, settle_draws
from graph.results.whatif import Band, Draws

DRAWN_AT_ONCE = 1_000


def drawn(runs: Runs) -> Draws:
    """Both runs many times over, with the same draw for both. Links are drawn in the order of their ids.

    Where the caller stops it, the lots of draws that were done whole count: one cut short would favour what settles fast.
    """
    rows, wish = _drawn_links(runs), runs.wish
    generator = np.random.Generator(np.random.PCG64(wish.seed))
    done, settled = 0, 0
    differences = [np.empty((0, runs.snapshot.n_nodes))]
    while done < wish.draws and not _is_stopped(runs):
        count = min(DRAWN_AT_ONCE, wish.draws - done)
        difference = _differences(runs, rows, generator, count)
        if _is_stopped(runs):
            break
        done, settled = done + count, settled + difference.shape[0]
        differences.append(difference)
    return Draws(
        runs=done,
        settled=settled,
        seed=wish.seed,
        complete=done == wish.draws,
        bands=_bands(runs, np.concatenate(differences)),
    )


def _is_stopped(runs: Runs) -> bool:
    return runs.stop is not None and runs.stop()


def _differences(runs: Runs, rows: NDArray[np.int64], generator: np.random.Generator, count: int) -> Floats:
    """Scenario less baseline for so many draws, a row for each of which both runs settled."""
    sides, snapshot = runs.sides, runs.snapshot
    spread = spread_of(snapshot.links.confidence[rows])
    state = generator.bit_generator.state
    unknown = sides.before.selection.sign[rows] == 0
    found = []
    for side, assumed in ((sides.before, ()), (sides.after, tuple(sides.filters.assume))):
        generator.bit_generator.state = state
        given = {snapshot.find_link(name) for name in assumed}
        fixed = [place for place, row in enumerate(rows.tolist()) if row in given]
        strength = np.where(side.counted[rows], side.selection.strength[rows], 0.0)
        # Which links have an unknown sign must not differ between the runs, or their draws would.
        sign = np.where(unknown, 0, side.selection.sign[rows]).astype(np.int8)
        weights = drawn_weights(generator, strength, sign, spread, count, fixed)
        for place in fixed:
            weights[:, place] = side.weight[rows[place]]
        ends = snapshot.start[rows], snapshot.end[rows]
        # One common lambda: that of the map as it stands.
        found.append(settle_draws(*ends, weights, runs.law, side.start, side.held, epsilon=runs.wish.epsilon, stop=runs.stop))
    good = found[0].settled & found[1].settled
    difference: Floats = (found[1].values - found[0].values)[good]
    return difference


def _drawn_links(runs: Runs) -> NDArray[np.int64]:
    """The links that can matter, in the order of their ids: with tanh only those that something held can reach."""
    before, after, snapshot = runs.sides.before, runs.sides.after, runs.snapshot
    counted = before.counted | after.counted
    if runs.law.rule == "tanh":
        moving = np.flatnonzero((before.start != 0) | (after.start != 0))
        counted = counted & (reach(snapshot.index, counted, moving) >= 0)[snapshot.start]
    rows = np.flatnonzero(counted)
    return rows[np.argsort(snapshot.rank[rows])]


def _bands(runs: Runs, difference: Floats) -> tuple[Band, ...]:
    """A band for every node that moves in some run, in the map's order."""
    if not difference.shape[0]:
        return ()
    epsilon = runs.wish.epsilon
    moving = np.flatnonzero(np.abs(difference).max(axis=0) > epsilon)
    low, high = np.quantile(difference[:, moving], (0.05, 0.95), axis=0)
    rise = (difference[:, moving] > epsilon).mean(axis=0)
    fall = (difference[:, moving] < -epsilon).mean(axis=0)
    return tuple(
        Band(id=runs.snapshot.node(row).id, rise=up, fall=down, low=least, high=most)
        for row, up, down, least, most in zip(moving.tolist(), rise.tolist(), fall.tolist(), low.tolist(), high.tolist(), strict=True)
        if row not in runs.sides.held
    )

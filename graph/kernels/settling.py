"""Where a map of weighted links comes to rest: fixed states, limit cycles, time courses, and many draws at once.

Arrays only. `Web` holds the weights; a `Law` says how inputs become values; nodes that are held keep what they are given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Floats, Ints, LinkIndex, Marks

Stop: TypeAlias = Callable[[], bool]
Rule: TypeAlias = Literal["tanh", "kosko", "modified", "rescaled"]
Transfer: TypeAlias = Literal["tanh", "sigmoid", "step"]
State: TypeAlias = Literal["fixed", "cycle", "unsettled"]

MOST_STEPS = 10_000
DRAW_STEPS = 2_000
STEP_FROM = 0.5
# Sums of weights such as 0.4 and 0.1 may fall a hair short of the threshold that they reach on paper.
HAIR = 1e-12
# A recurrence counts as a cycle only where it is this exact in proportion to the moves in between: a slow spiral is none.
RECURS = 1e-6
CYCLE_KEPT = 64
BATCH_ELEMENTS = 4_000_000
EXACT_NORM_LINKS = 20_000
NORM_LOOK = 6


class Web:
    """Weights of links among nodes; parallel ones add up. `inputs(x)` is the weighted sum that arrives at each node."""

    __slots__ = ("_matrix", "n")

    def __init__(self, index: LinkIndex, weight: Floats) -> None:
        """Take one weight a link of the index; links of weight 0 are left out. O(links)."""
        # Imported here because it takes longer than most questions do.
        from scipy.sparse import csr_array

        self.n = index.n_nodes
        data = weight[index.in_rows]
        there = data != 0.0
        counted = np.concatenate([[0], np.cumsum(there)])
        columns = index.start[index.in_rows[there]]
        self._matrix = csr_array((data[there], columns, counted[index.in_at].astype(np.int32)), shape=(self.n, self.n))

    def inputs(self, x: Floats) -> Floats:
        """The sum of weight times value over the links into each node. O(links)."""
        arrived: Floats = self._matrix @ x
        return arrived

    def norm(self) -> float:
        """The spectral norm: power iteration from a fixed start, with what all its steps have seen kept (Golub and Kahan).

        To the last digits on maps of some thousand links; on large ones until a few more steps gain less than a thousandth,
        so that it is then a lower bound by about so much. O(links) a step. 0 where no link has a weight.
        """
        matrix = self._matrix
        if not matrix.nnz:
            return 0.0
        small = matrix.nnz <= EXACT_NORM_LINKS
        turned = matrix.T.tocsr() if not small else matrix.T
        length = _length if not small else np.linalg.norm
        # A start without pattern: one with a pattern may be blind to the very direction that is looked for.
        right = np.modf((np.arange(self.n) + 1) * 0.6180339887498949)[0] + 0.25
        right /= length(right)
        kept: list[Floats] = [right]
        diagonal: list[float] = []
        beside: list[float] = []
        left, weight, known = np.zeros(self.n), 0.0, 0.0
        for steps in range(1, self.n + 1):
            left = matrix @ right - weight * left
            size = float(length(left))
            diagonal.append(size)
            if size > 0.0:
                left /= size
            right = turned @ left - size * right
            if small:
                for _ in range(2):
                    right -= np.array(kept).T @ (np.array(kept) @ right)
            weight = float(length(right))
            done = weight <= 1e-14 * max(diagonal)
            if done or steps == self.n or steps % NORM_LOOK == 0:
                found = float(np.linalg.norm(np.diag(diagonal) + np.diag(beside, 1), 2))
                if done or found - known <= (1e-13 if small else 1e-3) * found:
                    return found
                known = found
            right /= weight
            beside.append(weight)
            if small:
                kept.append(right)
        return known


def _length(x: Floats) -> float:
    """The length of a long vector. Without BLAS, whose threads wait for each other longer than this takes on a busy machine."""
    return math.sqrt(float(np.square(x).sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """How inputs become values: the rule says what is put into the transfer function, lambda how steep that is."""

    rule: Rule
    transfer: Transfer
    steepness: float

    def seen(self, x: Floats) -> Floats:
        """What a value counts as for the nodes it acts on: the rescaled rule takes the middle as nothing."""
        return 2.0 * x - 1.0 if self.rule == "rescaled" else x

    def next(self, x: Floats, arrived: Floats) -> Floats:
        """The values after one update, given those before and the sums that arrived."""
        if self.rule in ("modified", "rescaled"):
            arrived = arrived + self.seen(x)
        arrived = self.steepness * arrived
        if self.transfer == "tanh":
            return np.tanh(arrived)
        if self.transfer == "sigmoid":
            return _sigmoid(arrived)
        return (arrived >= STEP_FROM - HAIR).astype(np.float64)


def _sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    raised: Floats = 0.5 * (1.0 + np.tanh(0.5 * x))
    return raised


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """How a run ended. `values` are the steady state; the mean over a cycle; or the last state of a run that did not settle.

    `steps` counts the updates until the state, or the cycle, was reached. `cycle` holds the states of a cycle of at most
    `CYCLE_KEPT`. `complete` is False where the caller stopped the run.
    """

    state: State
    period: int | None
    steps: int
    values: Floats
    cycle: tuple[Floats, ...] = ()
    complete: bool = True


def settle(
    web: Web, law: Law, start: Floats, held: Marks, *, epsilon: float, most_steps: int = MOST_STEPS, stop: Stop | None = None
) -> Settled:
    """Update until nothing moves by more than epsilon, or until states recur (Brent's search), or until the steps run out.

    `held` nodes keep their start. O(links) a step; memory for three states.
    """

    def step(x: Floats) -> Floats:
        y = law.next(x, web.inputs(law.seen(x)))
        y[held] = start[held]
        return y

    x = kept = start
    power, since, largest = 1, 0, 0.0
    for steps in range(most_steps):
        if stop is not None and stop():
            return Settled(state="unsettled", period=None, steps=steps, values=x, complete=False)
        y = step(x)
        change = _furthest(x, y)
        if change <= epsilon:
            return Settled(state="fixed", period=1, steps=steps, values=y)
        since += 1
        largest = max(largest, change)
        if _furthest(y, kept) <= min(epsilon, RECURS) * largest:
            return _cycle(step, start, since, tolerance=min(epsilon, RECURS) * largest, most=steps + 1)
        if since == power:
            kept, power, since, largest = y, power * 2, 0, 0.0
        x = y
    return Settled(state="unsettled", period=None, steps=most_steps, values=x)


def _cycle(step: Callable[[Floats], Floats], start: Floats, period: int, *, tolerance: float, most: int) -> Settled:
    """The cycle of a known period: when it is entered, its states and their mean."""
    ahead = start
    for _ in range(period):
        ahead = step(ahead)
    x, entered = start, 0
    while entered < most and _furthest(x, ahead) > tolerance:
        x, ahead, entered = step(x), step(ahead), entered + 1
    states, total = [x], x.copy()
    for _ in range(period - 1):
        x = step(x)
        total += x
        if len(states) < CYCLE_KEPT:
            states.append(x)
    kept = tuple(states) if period <= CYCLE_KEPT else ()
    return Settled(state="cycle", period=period, steps=entered, values=total / period, cycle=kept)


def _furthest(x: Floats, y: Floats) -> float:
    return float(np.abs(x - y).max(initial=0.0))


def trace(web: Web, law: Law, start: Floats, held: Marks, steps: int) -> list[Floats]:
    """The start and the states after each of some updates, in order."""
    states = [start]
    for _ in range(steps):
        x = law.next(states[-1], web.inputs(law.seen(states[-1])))
        x[held] = start[held]
        states.append(x)
    return states


def course(
    webs: Mapping[int, Web],
    law: Law,
    before: Floats,
    start: Floats,
    held: Marks,
    *,
    months: int,
    epsilon: float,
    stop: Stop | None = None,
) -> list[Floats]:
    """Month by month from the change on: `webs` holds the links by whole months of delay, `before` what was until then.

    Links without delay act within the month, which is settled as a state of its own; the others see what was so many
    months ago. Returns months + 1 states, or fewer where the caller stopped. O(links) a step within each month.
    """
    states: list[Floats] = []
    for month in range(months + 1):
        if stop is not None and stop():
            break
        late = np.zeros_like(before)
        for delay, web in webs.items():
            if delay:
                late += web.inputs(law.seen(states[month - delay] if month >= delay else before))
        last = states[-1] if states else before
        x = np.where(held, start, last)
        for _ in range(MOST_STEPS if 0 in webs else 1):
            arrived = late + webs[0].inputs(law.seen(x)) if 0 in webs else late
            y = law.next(last, arrived)
            y[held] = start[held]
            moved, x = _furthest(x, y), y
            if moved <= epsilon:
                break
        states.append(x)
    return states


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draws:
    """The states of many runs, one row a run, and which of them settled."""

    values: Floats
    settled: Marks


def settle_draws(
    start_of: Ints, end_of: Ints, weights: Floats, law: Law, start: Floats, held: Marks, *, epsilon: float, stop: Stop | None = None
) -> Draws:
    """The same as `settle` for many sets of weights at once, one row of `weights` a run; cycles count as not settled.

    All runs are one sparse product a step; those that have settled drop out as they do.
    """
    runs, n = weights.shape[0], start.size
    order = np.argsort(end_of, kind="stable")
    columns, at = start_of[order].astype(np.int32), np.searchsorted(end_of[order], np.arange(n + 1)).astype(np.int32)
    values = np.tile(start, (runs, 1))
    settled = np.zeros(runs, dtype=np.bool_)
    batch = max(1, BATCH_ELEMENTS // max(1, columns.size + n))
    for first in range(0, runs, batch):
        rows = np.arange(first, min(first + batch, runs))
        _settle_batch(columns, at, weights[rows][:, order], law, values, settled, rows, held, start, epsilon, stop)
    return Draws(values=values, settled=settled)


def _settle_batch(
    columns: Ints,
    at: Ints,
    weights: Floats,
    law: Law,
    values: Floats,
    settled: Marks,
    rows: NDArray[np.int64],
    held: Marks,
    start: Floats,
    epsilon: float,
    stop: Stop | None,
) -> None:
    block, x = _block(columns, at, weights), values[rows]
    for _ in range(DRAW_STEPS):
        if not rows.size or (stop is not None and stop()):
            return
        arrived = (block @ law.seen(x).reshape(-1)).reshape(x.shape)
        y = law.next(x, arrived)
        y[:, held] = start[held]
        still = np.abs(y - x).max(axis=1, initial=0.0) <= epsilon
        x = y
        fresh = still & ~settled[rows]
        values[rows[fresh]] = x[fresh]
        settled[rows[fresh]] = True
        # What has settled is carried along until so much of it has gathered that leaving it behind pays.
        if int(settled[rows].sum()) * 2 >= rows.size:
            going = ~settled[rows]
            rows, x, weights = rows[going], x[going], weights[going]
            block = _block(columns, at, weights)
    values[rows[~settled[rows]]] = x[~settled[rows]]


def _block(columns: Ints, at: Ints, weights: Floats) -> Any:
    """Many webs of the same links as one matrix, block by block down the diagonal."""
    from scipy.sparse import csr_array

    runs, links = weights.shape
    n = at.size - 1
    indices = (columns[None, :] + (np.arange(runs, dtype=np.int32) * n)[:, None]).reshape(-1)
    pointers = np.concatenate([(at[None, :-1] + (np.arange(runs, dtype=np.int32) * links)[:, None]).reshape(-1), [runs * links]])
    return csr_array((weights.reshape(-1), indices, pointers.astype(np.int32)), shape=(runs * n, runs * n))


def drawn_weights(
    generator: np.random.Generator, strength: Floats, sign: NDArray[np.int8], spread: Floats, draws: int, fixed: Sequence[int] = ()
) -> Floats:
    """Weights of many runs, one row a run: strengths within their spread, uniform, clipped to [0, 1]; unknown signs both ways.

    `spread` is the share of the strength by which it may lie off. Links at the places in `fixed` keep their strength.
    """
    unknown = np.flatnonzero(sign == 0)
    spread = spread.copy()
    spread[list(fixed)] = 0.0
    lot = generator.random((draws, strength.size + unknown.size))
    weights = np.clip(strength * (1.0 + spread * (2.0 * lot[:, : strength.size] - 1.0)), 0.0, 1.0)
    weights *= np.where(sign == 0, 1, sign)
    weights[:, unknown] *= np.where(lot[:, strength.size :] < 0.5, -1.0, 1.0)
    return weights

"""Both runs: how steep the law may be, where each comes to rest, and month by month on the way."""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np

from graph.analysis.whatif.sides import Side, Sides
from graph.kernels.index import Floats
from graph.kernels.settling import Law, Settled, Web, course, settle, trace
from graph.scope import Scenario
from graph.selection import Stop

SHARE_OF_BOUND = 0.9
NORMS_KEPT = 16


class Runs:
    """The runs of two sides under one law. `norm` is the spectral norm that lambda was taken from; 0 where it was not needed."""

    def __init__(self, sides: Sides, scenario: Scenario, stop: Stop | None) -> None:
        self.sides, self.wish, self.stop = sides, scenario, stop
        self.snapshot = sides.snapshot
        self.norm, steepness = self._steepness()
        self.law = Law(rule=sides.rule, transfer=sides.transfer, steepness=steepness)

    # ---- how steep ------------------------------------------------------

    def _steepness(self) -> tuple[float | None, float]:
        """The spectral norm, which only tanh needs, and lambda.

        With tanh lambda is 0.9 of the bound for the map with all of the scenario's links on.
        """
        wanted, before, after = self.wish.steepness, self.sides.before, self.sides.after
        if self.sides.rule != "tanh":
            return None, 1.0 if wanted is None else wanted
        if self.sides.changed.size:
            norm = self._norm(np.where(after.counted, after.weight, before.weight))
            # A link that the scenario weakens or leaves out is stronger in the baseline, which must settle too.
            largest = max(self._norm(before.weight), self._norm(after.weight))
            norm = norm if SHARE_OF_BOUND * largest < norm else largest
        else:
            norm = self._norm(after.weight)
        if wanted is not None:
            return norm, wanted
        return norm, SHARE_OF_BOUND / norm if norm > 0 else 1.0

    def _norm(self, weight: Floats) -> float:
        kept: dict[bytes, float] = self.snapshot.keep("spectral norms", dict)
        key = hashlib.blake2b(weight.tobytes(), digest_size=16).digest()
        if key not in kept:
            while len(kept) >= NORMS_KEPT:
                kept.pop(next(iter(kept)), None)
            web = self._after_web if weight is self.sides.after.weight else Web(self.snapshot.index, weight)
            kept[key] = web.norm()
        return kept[key]

    # ---- the runs -------------------------------------------------------

    @cached_property
    def _after_web(self) -> Web:
        return Web(self.snapshot.index, self.sides.after.weight)

    @cached_property
    def _before_web(self) -> Web:
        return Web(self.snapshot.index, self.sides.before.weight) if self.sides.changed.size else self._after_web

    @cached_property
    def baseline(self) -> Settled:
        """The map without what the scenario changes."""
        return self._run(self._before_web, self.sides.before)

    @cached_property
    def scenario(self) -> Settled:
        """The map with it."""
        return self.baseline if self.sides.is_baseline_alone else self._run(self._after_web, self.sides.after)

    def _run(self, web: Web, side: Side) -> Settled:
        return settle(web, self.law, side.start, side.held, epsilon=self.wish.epsilon, stop=self.stop)

    @cached_property
    def trace(self) -> list[Floats]:
        """The first states of the scenario, as many as are wished for."""
        if not self.wish.trace:
            return []
        return trace(self._after_web, self.law, self.sides.after.start, self.sides.after.held, self.wish.trace)

    def months(self) -> tuple[list[Floats] | None, tuple[str, ...]]:
        """The difference from the baseline, month by month from the change on."""
        if not self.wish.months:
            return None, ()
        if self.baseline.state != "fixed":
            return None, ("No time course: the baseline does not come to rest, so there is no today to start from.",)
        delay = self.snapshot.delay
        unknown = int((np.isnan(delay) & (self.sides.after.weight != 0)).sum())
        whole = np.where(np.isnan(delay), 1, np.ceil(np.nan_to_num(delay))).astype(np.int64)
        used = np.unique(whole[self.sides.after.weight != 0]).tolist()
        webs = {months: Web(self.snapshot.index, np.where(whole == months, self.sides.after.weight, 0.0)) for months in used}
        states = course(
            webs,
            self.law,
            self.baseline.values,
            self.sides.after.start,
            self.sides.after.held,
            months=self.wish.months,
            epsilon=self.wish.epsilon,
            stop=self.stop,
        )
        said = (f"{unknown} links have an unknown delay; in the time course they act after one month.",) if unknown else ()
        return [state - self.baseline.values for state in states], said

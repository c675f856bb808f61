"""The answer to a what-if question: two states of the map, and how the one differs from the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.results.terms import Json, Terms, tidy


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one run ended: fixed, cycle (with its period) or unsettled, after so many updates."""

    state: str
    period: int | None
    steps: int

    def to_json(self) -> Json:
        return {"state": self.state, "period": self.period, "steps": self.steps}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A node that differs between the two runs. `worth` is better, worse or empty; `difference` is signed, never a percentage."""

    id: str
    label: str
    tier: str | None
    silo: str
    difference: float
    worth: str

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "label": self.label,
            "tier": self.tier,
            "silo": self.silo,
            "difference": tidy(self.difference),
            "worth": self.worth or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The nodes of one tier or silo that moved: how many up, how many down, and which the most."""

    name: str
    raised: int
    lowered: int
    most: str
    difference: float

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "raised": self.raised,
            "lowered": self.lowered,
            "most": self.most,
            "difference": tidy(self.difference),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What the draws say of one node: the share of runs with a rise and with a fall, and the middle 90 per cent of differences."""

    id: str
    rise: float
    fall: float
    low: float
    high: float

    def to_json(self) -> Json:
        return {"rise": tidy(self.rise), "fall": tidy(self.fall), "low": tidy(self.low), "high": tidy(self.high)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Many runs with strengths drawn from the range that each link's confidence implies. Shares are of the settled runs."""

    runs: int
    settled: int
    seed: int
    complete: bool
    bands: tuple[Band, ...]

    def to_json(self) -> Json:
        return {
            "draws": self.runs,
            "settled": self.settled,
            "seed": self.seed,
            "generator": "PCG64",
            "complete": self.complete,
            "bands": {band.id: band.to_json() for band in self.bands},
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIfAnswer:
    """Scenario less baseline. Arrays hold one value for each of `ids`, in the map's order.

    `months` holds the difference month by month, from month 0 on; `cycle` the states of the scenario's cycle; `trace`
    the first states of the scenario as asked. `held` are the values that the scenario holds, `drivers` what both runs
    hold at 1. `moved` is ranked by the size of the difference. `norm` is the spectral norm, None where the rule needs none.
    """

    rule: str
    transfer: str
    steepness: float
    norm: float | None
    epsilon: float
    run: Run
    baseline_run: Run
    ids: Sequence[str]
    baseline: NDArray[np.float64]
    scenario: NDArray[np.float64]
    held: Mapping[str, float]
    drivers: tuple[str, ...]
    changed_links: tuple[str, ...]
    moved_count: int
    moved: tuple[Moved, ...]
    tiers: tuple[Group, ...]
    silos: tuple[Group, ...]
    cycle: tuple[NDArray[np.float64], ...]
    trace: tuple[NDArray[np.float64], ...]
    months: tuple[NDArray[np.float64], ...] | None
    draws: Draws | None
    complete: bool
    warnings: tuple[str, ...]
    text: str
    terms: Terms

    @property
    def difference(self) -> NDArray[np.float64]:
        """Scenario less baseline, one value a node."""
        return self.scenario - self.baseline

    def to_json(self) -> Json:
        return {
            "rule": self.rule,
            "lambda": tidy(self.steepness),
            **self.run.to_json(),
            "baseline": self.by_id(self.baseline),
            "scenario": self.by_id(self.scenario),
            "difference": self.by_id(self.difference),
            "transfer": self.transfer,
            "epsilon": self.epsilon,
            "spectral_norm": None if self.norm is None else tidy(self.norm),
            "baseline_run": self.baseline_run.to_json(),
            "held": {name: tidy(value) for name, value in self.held.items()},
            "drivers": list(self.drivers),
            "changed_links": list(self.changed_links),
            "moved": self.moved_count,
            "ranked": [each.to_json() for each in self.moved],
            "by_tier": [group.to_json() for group in self.tiers],
            "by_silo": [group.to_json() for group in self.silos],
            "cycle": [self.by_id(state) for state in self.cycle],
            "trace": [self.by_id(state) for state in self.trace],
            "months": self.by_month(),
            "uncertainty": self.draws.to_json() if self.draws else None,
            "complete": self.complete,
            "warnings": list(self.warnings),
            "text": self.text,
            **{name: value for name, value in self.terms.to_json().items() if name != "max_links"},
        }

    def by_id(self, values: NDArray[np.float64]) -> Json:
        """Values under the ids of their nodes, to 12 significant digits."""
        return {name: float(f"{value:.12g}") if value else 0.0 for name, value in zip(self.ids, values.tolist(), strict=True)}

    def by_month(self) -> Json | None:
        """Each moving node's difference, month by month; None where no course was asked for."""
        if self.months is None:
            return None
        table = np.array(self.months)
        moving = np.flatnonzero(np.abs(table).max(axis=0, initial=0.0) > self.epsilon).tolist() if table.size else []
        return {self.ids[place]: [tidy(value) for value in table[:, place].tolist()] for place in moving}

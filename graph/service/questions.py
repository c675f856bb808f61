"""The questions that a map answers: each checks its limits, takes the snapshot or the part that it needs, and asks one analysis.

An analysis is imported when it is first asked for, so that a command starts without the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.narrowing import for_corridor, for_impact, for_litmus, for_neighbourhood, for_reach
from graph.results import (
    CompareAnswer,
    FirstAnswer,
    GapAnswer,
    ImpactAnswer,
    LitmusAnswer,
    LoopAnswer,
    MoneyAnswer,
    ReachAnswer,
    ReadAnswer,
    SiloAnswer,
    WhatIfAnswer,
)
from graph.scope import GAPS_LISTED, MOMENT, REACH_LISTED, Filters, Scenario, Scope, Side
from graph.selection import Stop
from graph.service.limits import IMPACT_DRAWS_AT_MOST, SILO_DRAWS_AT_MOST, bounded
from graph.service.one_map import OneMap
from graph.service.sides import seen, that_hold
from graph.snapshot import Snapshot
from schema.errors import BadInput, BadQuestion
from schema.system_map import SystemMap


class Questions(OneMap):
    """A map that is asked. Each question takes filters, a scope and a `stop` that says when to make do with what there is."""

    def impact(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        filters: Filters | None = None,
        *,
        draws: int = 0,
        seed: int = 1,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> ImpactAnswer:
        """What reaches the targets from the sources. See `graph.analysis.impact`."""
        from graph.analysis.impact import impact

        if not sources or not targets:
            raise BadQuestion("Impact needs a start and an end: name at least one node for each.")
        if not 0 <= draws <= IMPACT_DRAWS_AT_MOST or seed < 0:
            raise BadInput(f"--draws {draws}: must lie between 0 and {IMPACT_DRAWS_AT_MOST}, and the seed {seed} must not be negative.")
        wanted = bounded(filters)
        return self._holding.answer(
            scope or Scope(),
            lambda part: for_impact(part, sources, targets, wanted),
            lambda snapshot: impact(snapshot, sources, targets, wanted, draws=draws, seed=seed, stop=stop),
        )

    def litmus(
        self,
        decisions: Sequence[str] = (),
        filters: Filters | None = None,
        *,
        moment: str = MOMENT,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> LitmusAnswer:
        """Whether decisions make the moment better. See `graph.analysis.litmus`."""
        from graph.analysis.litmus import litmus

        wanted = bounded(filters)
        if not decisions:
            return litmus(self.snapshot(scope), decisions, moment, wanted, stop=stop)
        return self._holding.answer(
            scope or Scope(),
            lambda part: for_litmus(part, decisions, moment, wanted),
            lambda snapshot: litmus(snapshot, decisions, moment, wanted, stop=stop),
        )

    def loops(
        self,
        through: str | None = None,
        filters: Filters | None = None,
        *,
        independent: bool = False,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> LoopAnswer:
        """The feedback loops, all or through one node; with `independent` a few short ones that span all others. See
        `graph.analysis.loops`."""
        from graph.analysis.loops import loops

        return loops(self.snapshot(scope), through, bounded(filters), independent=independent, stop=stop)

    def whatif(
        self,
        scenario: Scenario | None = None,
        filters: Filters | None = None,
        *,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> WhatIfAnswer:
        """Where the map comes to rest when something is held, cut or switched on. See `graph.analysis.whatif`."""
        from graph.analysis.whatif import whatif

        return whatif(self.snapshot(scope), scenario or Scenario(), bounded(filters), stop=stop)

    def gaps(
        self,
        decisions: Sequence[str] = (),
        filters: Filters | None = None,
        *,
        moment: str | None = None,
        unrecorded: bool = False,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> GapAnswer:
        """What decisions move and never hear of. Without a `moment`, gaps are scored by the moment of interaction where the map
        has it. See `graph.analysis.gaps`."""
        from graph.analysis.gaps import gaps

        snapshot = self.snapshot(scope)
        judged_by = _moment_of(snapshot, moment)
        wanted = bounded(filters if filters is not None else Filters(top=GAPS_LISTED))
        return gaps(snapshot, decisions, judged_by, wanted, unrecorded=unrecorded, stop=stop)

    def compare(
        self,
        a: Side,
        b: Side,
        filters: Filters | None = None,
        *,
        sources: Sequence[str] = (),
        targets: Sequence[str] = (),
        moment: str = MOMENT,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> CompareAnswer:
        """B minus A, with what follows: verdicts, loops, gaps, pounds, and the hand-offs between two named ends. See
        `graph.analysis.compare`."""
        from graph.analysis.compare import compare

        filters = bounded(filters)
        snapshots = [self.snapshot(side.scope or scope) if side.system_map is None else Snapshot(side.system_map) for side in (a, b)]
        silent: list[str] = []
        sides = [
            seen(
                side,
                snapshot,
                that_hold(side.filters(filters), snapshot, snapshots),
                sources=sources,
                targets=targets,
                moment=moment,
                silent=silent,
                stop=stop,
            )
            for side, snapshot in zip((a, b), snapshots, strict=True)
        ]
        return compare(*sides, silent=tuple(dict.fromkeys(silent)), stop=stop)

    def reach(
        self,
        name: str,
        filters: Filters | None = None,
        *,
        direction: str = "down",
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> ReachAnswer:
        """Every outcome that one decision reaches, or with `up` every decision that reaches one outcome. See
        `graph.analysis.reach`."""
        from graph.analysis.reach import reach

        wanted = bounded(filters if filters is not None else Filters(top=REACH_LISTED))
        return self._holding.answer(
            scope or Scope(),
            lambda part: for_reach(part, name, wanted, direction),
            lambda snapshot: reach(snapshot, name, direction, wanted, stop=stop),
        )

    def silos(
        self,
        filters: Filters | None = None,
        *,
        moment: str | None = None,
        draws: int = 0,
        seed: int = 1,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> SiloAnswer:
        """How influence crosses between silos; with `draws`, against communities and chance. See `graph.analysis.silos`."""
        from graph.analysis.silos import silos

        if not 0 <= draws <= SILO_DRAWS_AT_MOST:
            raise BadInput(f"--null {draws}: must lie between 0 and {SILO_DRAWS_AT_MOST}.")
        if seed < 0:
            raise BadInput(f"--seed {seed}: must not be negative.")
        snapshot = self.snapshot(scope)
        judged_by = _moment_of(snapshot, moment)
        return silos(snapshot, judged_by, bounded(filters), draws=draws, seed=seed, stop=stop)

    def read(
        self,
        names: Sequence[str] = (),
        filters: Filters | None = None,
        *,
        moment: str | None = None,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> ReadAnswer:
        """How to read the map, and the workshop questions about named nodes. Without a `moment`, distances are to the moment of
        interaction where the map has it. See `graph.analysis.read`."""
        from graph.analysis.read import read

        snapshot = self.snapshot(scope)
        goal = _moment_of(snapshot, moment)
        return read(snapshot, names, goal, bounded(filters), stop=stop)

    def first(
        self,
        name: str,
        node: str | None = None,
        filters: Filters | None = None,
        *,
        moment: str | None = None,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> FirstAnswer:
        """One of the questions that people ask first, by its name. Without a `moment`, it is judged by the moment of interaction
        where the map has it. See `graph.analysis.first`."""
        from graph.analysis.first import first
        from graph.analysis.litmus import litmus

        snapshot = self.snapshot(scope)
        goal = _moment_of(snapshot, moment)

        def judge(decisions: Sequence[str], wanted: Filters) -> LitmusAnswer:
            return litmus(snapshot, decisions, goal or MOMENT, wanted, stop=stop)

        return first(snapshot, name, node, goal, bounded(filters), judge, stop=stop)

    def money(
        self,
        body: str | None = None,
        filters: Filters | None = None,
        *,
        year: str | None = None,
        follow: tuple[str, int] | None = None,
        direction: str = "forward",
        gains: bool = False,
        scope: Scope | None = None,
        stop: Stop | None = None,
    ) -> MoneyAnswer:
        """Ledgers by body and year; `follow` is a body and pence to follow; `gains` asks who pays and who gains. See
        `graph.analysis.money`."""
        from graph.analysis.money import money

        snapshot = self.snapshot(scope)
        return money(snapshot, body, year, bounded(filters), follow=follow, direction=direction, gains=gains, stop=stop)

    # ---- parts of the map -----------------------------------------------

    def neighbourhood(
        self, sources: Sequence[str], hops: int, direction: str, filters: Filters | None = None, *, scope: Scope | None = None
    ) -> SystemMap:
        """The part of the map within some links of the sources: `up` against the links, `down` along them, or `both`."""
        from graph.analysis.part import neighbourhood

        wanted = bounded(filters)
        return self._holding.answer(
            scope or Scope(),
            lambda part: for_neighbourhood(part, sources, hops, direction, wanted),
            lambda snapshot: neighbourhood(snapshot, sources, hops, direction, wanted),
        )

    def corridor(
        self, sources: Sequence[str], targets: Sequence[str], filters: Filters | None = None, *, scope: Scope | None = None
    ) -> SystemMap:
        """Every link on a path between the ends: asked of this part, the question has the same answer."""
        from graph.analysis.part import corridor

        wanted = bounded(filters)
        return self._holding.answer(
            scope or Scope(),
            lambda part: for_corridor(part, sources, targets, wanted),
            lambda snapshot: corridor(snapshot, sources, targets, wanted),
        )


def _moment_of(snapshot: Snapshot, moment: str | None) -> str | None:
    """The factor that a question is judged by: the one named, else the moment of interaction where the map has it."""
    if moment is not None:
        return moment
    return MOMENT if MOMENT in snapshot.row_of else None

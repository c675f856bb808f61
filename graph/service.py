"""The one door to questions and changes. It owns every limit, and caches the newest snapshot of each branch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from graph.changes import difference, overtaken
from graph.holding import Holding, title_note
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
from graph.scope import Filters, Scenario, Scope, Side
from graph.selection import Stop
from graph.snapshot import Snapshot
from graph.store import HistoryEntry, MapSize, MapSource, ReadableStore, Store
from schema.errors import BadInput, BadQuestion, Conflict, UnknownName
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet, Node, Source
from schema.system_map import SystemMap

if TYPE_CHECKING:
    from graph.analysis.compare import Seen

T = TypeVar("T")

MOMENT = "moment-of-interaction"
MOST_DRAWS = 100_000
COMPARED_AT_MOST = 1_000
"""How many loops and gaps of each side a comparison lists."""
GAPS_LISTED = 20
REACH_LISTED = 1_000
"""How many outcomes a question of reach lists unless it is told: all, on a map that people drew."""
DRAWS_AT_MOST = 10_000


class MapService:
    """Questions and changes on one map. Safe to call from several threads."""

    def __init__(self, source: MapSource, *, held_links: int | None = None) -> None:
        """`held_links` is how many links of a map this process may hold; None: any number. See `graph.holding`."""
        self._source = source
        self._holding = Holding(source, held_links)

    # ---- the map --------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the map comes from, without any secret."""
        return self._source.url

    def head(self, branch: str = MAIN_BRANCH) -> int:
        """The newest revision of a branch. Cheap: reads no map."""
        return self._source.head(branch)

    def snapshot(self, scope: Scope | None = None) -> Snapshot:
        """The whole map in a scope, cached by its revision: the newest one is asked for each time. Raises BadQuestion where it
        is larger than this process may hold."""
        return self._holding.snapshot(scope or Scope())

    def holds_the_map(self) -> bool:
        """Whether the map is small enough to be held; else only some questions are answered, each from a part of it."""
        return not self._holding.is_too_large()

    def size(self) -> MapSize:
        """How much stands on the newest map of branch main, base layer. Cheap: reads no map."""
        return self._holding.size()

    def source(self, identifier: str) -> Source | None:
        """A source of the newest map by its id; None where it has none."""
        return self._holding.source(identifier)

    def names_in(self, text: str, scope: Scope | None = None) -> tuple[str, ...]:
        """The names in a comma-separated text; an id or label that itself holds commas is one name."""
        return self._holding.names_in(text, scope or Scope())

    def search(self, text: str, *, most: int = 20) -> tuple[Node, ...]:
        """Nodes whose id, label, other names or text hold the words, best first."""
        if isinstance(self._source, ReadableStore) and not self.holds_the_map():
            return self._holding.search(text, most)
        snapshot = self.snapshot()
        if isinstance(self._source, Store):
            ids: Sequence[str] = self._source.search(text, most=most)
        else:
            ids = _search_in(snapshot, text, most)
        return tuple(snapshot.map.node(identifier) for identifier in ids if identifier in snapshot.row_of)

    # ---- questions ------------------------------------------------------

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
        if not 0 <= draws <= MOST_DRAWS or seed < 0:
            raise BadInput(f"--draws {draws}: must lie between 0 and {MOST_DRAWS}, and the seed {seed} must not be negative.")
        wanted = _bounded(filters)
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

        wanted = _bounded(filters)
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

        return loops(self.snapshot(scope), through, _bounded(filters), independent=independent, stop=stop)

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

        return whatif(self.snapshot(scope), scenario or Scenario(), _bounded(filters), stop=stop)

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
        judged_by = moment if moment is not None else MOMENT if MOMENT in snapshot.row_of else None
        wanted = _bounded(filters if filters is not None else Filters(top=GAPS_LISTED))
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

        filters = _bounded(filters)
        snapshots = [self.snapshot(side.scope or scope) if side.system_map is None else Snapshot(side.system_map) for side in (a, b)]
        silent: list[str] = []
        seen = [
            self._seen(side, snapshot, _that_hold(side.filters(filters), snapshot, snapshots), (sources, targets), moment, silent, stop)
            for side, snapshot in zip((a, b), snapshots, strict=True)
        ]
        return compare(*seen, silent=tuple(dict.fromkeys(silent)), stop=stop)

    def _seen(
        self,
        side: Side,
        snapshot: Snapshot,
        filters: Filters,
        ends: tuple[Sequence[str], Sequence[str]],
        moment: str,
        silent: list[str],
        stop: Stop | None,
    ) -> Seen:
        """One side of a comparison with what the other questions answer there; what cannot be asked is said in `silent`."""
        from graph.analysis.compare import Seen
        from graph.analysis.gaps import gaps
        from graph.analysis.impact import impact
        from graph.analysis.litmus import litmus
        from graph.analysis.loops import loops

        def asked(what: str, question: Callable[[], T]) -> T | None:
            try:
                return question()
            except UnknownName as unknown:
                silent.append(f"No {what} compared: {side.name} has no {unknown.name}.")
                return None

        many = replace(filters, top=COMPARED_AT_MOST)
        sources, targets = ends
        return Seen(
            name=side.name,
            snapshot=snapshot,
            filters=filters,
            litmus=asked("verdicts", lambda: litmus(snapshot, (), moment, filters, stop=stop)),
            loops=loops(snapshot, None, many, stop=stop),
            gaps=gaps(snapshot, (), moment if moment in snapshot.row_of else None, many, stop=stop),
            impact=asked("routes", lambda: impact(snapshot, sources, targets, filters, stop=stop)) if sources and targets else None,
        )

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

        wanted = _bounded(filters if filters is not None else Filters(top=REACH_LISTED))
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

        if not 0 <= draws <= DRAWS_AT_MOST:
            raise BadInput(f"--null {draws}: must lie between 0 and {DRAWS_AT_MOST}.")
        if seed < 0:
            raise BadInput(f"--seed {seed}: must not be negative.")
        snapshot = self.snapshot(scope)
        judged_by = moment if moment is not None else MOMENT if MOMENT in snapshot.row_of else None
        return silos(snapshot, judged_by, _bounded(filters), draws=draws, seed=seed, stop=stop)

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
        goal = moment or (MOMENT if MOMENT in snapshot.row_of else None)
        return read(snapshot, names, goal, _bounded(filters), stop=stop)

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
        goal = moment or (MOMENT if MOMENT in snapshot.row_of else None)

        def judge(decisions: Sequence[str], wanted: Filters) -> LitmusAnswer:
            return litmus(snapshot, decisions, goal or MOMENT, wanted, stop=stop)

        return first(snapshot, name, node, goal, _bounded(filters), judge, stop=stop)

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
        return money(snapshot, body, year, _bounded(filters), follow=follow, direction=direction, gains=gains, stop=stop)

    # ---- parts of the map -----------------------------------------------

    def neighbourhood(
        self, sources: Sequence[str], hops: int, direction: str, filters: Filters | None = None, *, scope: Scope | None = None
    ) -> SystemMap:
        """The part of the map within some links of the sources: `up` against the links, `down` along them, or `both`."""
        from graph.analysis.part import neighbourhood

        wanted = _bounded(filters)
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

        wanted = _bounded(filters)
        return self._holding.answer(
            scope or Scope(),
            lambda part: for_corridor(part, sources, targets, wanted),
            lambda snapshot: corridor(snapshot, sources, targets, wanted),
        )

    # ---- changes --------------------------------------------------------

    @property
    def store(self) -> Store:
        """The store behind the map. Raises BadInput where the map is only a file."""
        if not isinstance(self._source, Store):
            raise BadInput(f"{self.url} is a file that is only asked. Load it into a store to change it or to see its history.")
        return self._source

    def branches(self) -> tuple[str, ...]:
        """The names of the branches; empty where the map is only a file."""
        return tuple(self._source.branches()) if isinstance(self._source, Store) else ()

    def met_by(self, layer: str) -> Scope:
        """The scope that a change of a layer meets: the base, and over it the layer where it has begun."""
        if layer == BASE_LAYER or layer not in self.store.layers():
            return Scope()
        return Scope(layers=(BASE_LAYER, layer))

    def apply(self, change: ChangeSet) -> int:
        """Apply a change; returns the new revision. A change meets the whole map, which must not be larger than may be held."""
        self._holding.must_hold("A change meets the whole map")
        return self.store.apply(change)

    def load(self, system_map: SystemMap, *, by: str, why: str, replace: bool = False, layer: str = BASE_LAYER) -> int:
        """Add a map to what is kept, or change it, by id; with `replace`, remove what it lacks. Returns the revision.

        In another layer than the base only what the base does not say alike is kept; such a layer is never loaded with
        `replace`, which would hide the base.
        """
        if layer != BASE_LAYER and replace:
            raise BadInput(f"Layer {layer!r} lies over the base, and --replace would hide all that the files lack. Load without it.")
        now = self.snapshot(self.met_by(layer))
        change = difference(now.map, system_map, by=by, why=why, remove=replace)
        revision = self.store.apply(dataclasses.replace(change, layer=layer))
        if system_map.title and (replace or self.store.note(title_note(layer)) is None):
            self.store.keep_note(title_note(layer), system_map.title)
            self._holding.forget()
        return revision

    def history(self, *, branch: str = MAIN_BRANCH, most: int = 50, before: int | None = None) -> Sequence[HistoryEntry]:
        """The latest changes, newest first."""
        return self.store.history(branch, most=most, before=before)

    def undo(self, revision: int | None = None, *, by: str, why: str = "") -> int:
        """Take back the change that made a revision (the newest where none is named); returns the new revision.

        Raises Conflict where later changes altered the same things, which would be lost with it.
        """
        store = self.store
        self._holding.must_hold("An undo meets the whole map")
        target = revision if revision is not None else store.head()
        if target == 0:
            raise BadInput("There is nothing to undo: the store holds no change yet.")
        undo = store.inverse(target, by=by, why=why or f"undo of revision {target}")
        if store.head(undo.branch) > target:
            layers = (BASE_LAYER,) if undo.layer == BASE_LAYER else (BASE_LAYER, undo.layer)
            now = self.snapshot(Scope(branch=undo.branch, layers=layers))
            if lost := overtaken(store.change(target), undo, now.map):
                named = ", ".join(lost[:10]) + (f" and {len(lost) - 10} more" if len(lost) > 10 else "")
                raise Conflict(
                    f"Revision {target} cannot be taken back alone: later changes altered {named}. Take those back first, newest first.",
                    expected=target,
                    found=now.revision,
                    changed=lost,
                )
        return store.apply(undo)

    def close(self) -> None:
        """Let go of the store."""
        self._source.close()


def _that_hold(filters: Filters, snapshot: Snapshot, snapshots: Sequence[Snapshot]) -> Filters:
    """The filters without what only the other side has; a name that neither has stays, and is refused where it is used."""

    def holds(name: str, rows: str) -> bool:
        here = getattr(snapshot.map, rows)
        return name in here or not any(name in getattr(each.map, rows) for each in snapshots)

    return replace(
        filters,
        without=tuple(name for name in filters.without if holds(name, "row_of_link")),
        assume={name: weight for name, weight in filters.assume.items() if holds(name, "row_of_link")},
        avoid=tuple(name for name in filters.avoid if holds(name, "row_of_node")),
    )


def _bounded(filters: Filters | None) -> Filters:
    """The filters, refused where a bound makes no sense."""
    filters = filters or Filters()
    for name, value, least in (("max-links", filters.max_links, 0), ("top", filters.top, 0), ("max-paths", filters.max_paths, 1)):
        if value < least:
            raise BadInput(f"--{name} {value}: must be at least {least}.")
    if not 0 <= filters.min_confidence <= 1:
        raise BadInput(f"--min-confidence {filters.min_confidence:g}: must lie between 0 and 1.")
    if filters.max_delay is not None and not filters.max_delay >= 0:
        raise BadInput(f"--max-delay {filters.max_delay:g}: must be a number of months, not negative.")
    return filters


def _search_in(snapshot: Snapshot, text: str, most: int) -> list[str]:
    """Search a map that no store keeps: all words must be somewhere in a node; labels count most."""
    words = text.lower().split()
    if not words:
        return []
    ranked = []
    for row, node in enumerate(snapshot.map.nodes):
        label, rest = f"{node.id} {node.label}".lower(), " ".join((*node.aliases, node.text or "")).lower()
        if all(word in label or word in rest for word in words):
            ranked.append((-sum(word in label for word in words), len(node.label), row))
    return [snapshot.map.nodes[row].id for _, _, row in sorted(ranked)[:most]]

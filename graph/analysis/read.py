"""Reading the map: drivers and receivers, what hangs together, the person at the top, and the named workshop questions."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from graph.kernels.best import best_strengths
from graph.kernels.centrality import Betweenness, betweenness
from graph.kernels.communities import Communities, communities
from graph.kernels.loops import LoopProblem, all_loops
from graph.kernels.paths import reach, strongest
from graph.results import ImpactPath, Terms
from graph.results.read import Layer, Layers, Near, NodeReading, PairReading, ReadAnswer, Reading
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem, select
from graph.snapshot import Snapshot
from graph.telling import in_sentence, path_of
from schema.kinds import LinkKind, NodeKind
from schema.ontology import JUDGED_KINDS, LINK_RULES, NODE_KIND_CODE

DRIVER, RECEIVER, ORDINARY, ISOLATED = "driver", "receiver", "ordinary", "isolated"
BUFFERED, BUFFETED, NEITHER = "buffered", "buffeted", "neither"
BUFFETED_FROM = 3
AGREEING = 0.8
COMMUNITY_LINKS = 50_000
LISTED_IN_TEXT = 6
CAUTION = "Centrality is a weak guide to what causes what: prefer influence on a named outcome, which stands beside it."
_MOVABLE = LINK_RULES[LinkKind.INFLUENCES].starts | LINK_RULES[LinkKind.INFLUENCES].ends


def read(snapshot: Snapshot, names: Sequence[str], moment: str | None, filters: Filters, *, stop: Stop | None = None) -> ReadAnswer:
    """How to read the map; for each named node the workshop questions about it, for each two of them those about both.

    Counts links that carry impact, those of a node to itself apart. Betweenness is over paths of fewest links; influence is the
    strongest path of at most `filters.max_links` to the moment. Layers count the fewest links to the moment, and for each
    decision the fewest hand-offs between owners on any way there. Raises UnknownName for a name that is not on the map.
    """
    return _Reader(snapshot, moment, filters, stop).answer([snapshot.find(name) for name in names])


class _Reader:
    def __init__(self, snapshot: Snapshot, moment: str | None, filters: Filters, stop: Stop | None) -> None:
        self.snapshot, self.filters, self.stop = snapshot, filters, stop
        self.selection: Selection = select(snapshot, filters)
        blocked = self.selection.blocked
        self.usable = (
            self.selection.usable
            & (self.selection.strength > 0)
            & ~blocked[snapshot.start]
            & ~blocked[snapshot.end]
            & (snapshot.start != snapshot.end)
        )
        self.moment = None if moment is None else snapshot.find(moment)

    def answer(self, named: Sequence[int]) -> ReadAnswer:
        between = betweenness(self.snapshot.index, self.usable, stop=self.stop)
        groups = self._communities()
        readings = self._readings(between, groups)
        by_row = {self.snapshot.row_of[reading.id]: reading for reading in readings}
        nodes = tuple(self._about(row, by_row.get(row) or self._reading(row, between, groups)) for row in named)
        answer = ReadAnswer(
            readings=readings,
            listed=self.filters.top,
            roles={role: sum(reading.role == role for reading in readings) for role in (DRIVER, RECEIVER, ORDINARY, ISOLATED)},
            communities=None if groups is None else self._members(groups),
            modularity=None if groups is None else groups.modularity,
            betweenness_exact=between.exact,
            betweenness_starts=between.starts,
            layers=self._layers(),
            nodes=nodes,
            pairs=tuple(self._pair(one, other) for one, other in combinations(named, 2)),
            complete=all(node.complete for node in nodes) and not (self.stop is not None and self.stop()),
            caution=CAUTION,
            text="",
            terms=self._terms(between),
        )
        return replace(answer, text=_text(self.snapshot, answer))

    # ---- every node -----------------------------------------------------

    def _readings(self, between: Betweenness, groups: Communities | None) -> tuple[Reading, ...]:
        codes = np.array([NODE_KIND_CODE[kind] for kind in _MOVABLE], dtype=np.int8)
        shown = np.isin(self.snapshot.nodes.kind, codes)
        shown[self.snapshot.start[self.usable]] = shown[self.snapshot.end[self.usable]] = True
        shown &= self.selection.standing & ~self.selection.blocked
        return tuple(self._reading(row, between, groups) for row in np.flatnonzero(shown).tolist())

    def _reading(self, row: int, between: Betweenness, groups: Communities | None) -> Reading:
        node = self.snapshot.node(row)
        into, out = self._counts[0][row], self._counts[1][row]
        role = {(False, True): DRIVER, (True, False): RECEIVER, (True, True): ORDINARY, (False, False): ISOLATED}[into > 0, out > 0]
        return Reading(
            id=node.id,
            label=node.label,
            role=role,
            into=into,
            out=out,
            into_strength=self._strengths[0][row],
            out_strength=self._strengths[1][row],
            betweenness=float(between.value[row]),
            community=int(groups.label[row]) if groups is not None and groups.label[row] >= 0 else None,
            influence=None if self._influence is None else float(self._influence[row]),
            flags=tuple(word for word in ("controllable", "important", "vulnerable") if getattr(node, word)),
        )

    @cached_property
    def _counts(self) -> tuple[list[int], list[int]]:
        """How many links enter and leave each node."""
        into, out = (np.bincount(end, minlength=self.snapshot.n_nodes).tolist() for end in self._ends)
        return into, out

    @cached_property
    def _strengths(self) -> tuple[list[float], list[float]]:
        """The strengths of the links that enter and leave each node, added up."""
        strength = self.selection.strength[self.usable]
        into, out = (np.bincount(end, weights=strength, minlength=self.snapshot.n_nodes).tolist() for end in self._ends)
        return into, out

    @property
    def _ends(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return self.snapshot.end[self.usable], self.snapshot.start[self.usable]

    @cached_property
    def _influence(self) -> NDArray[np.float64] | None:
        """The strength of each node's strongest path to the moment."""
        if self.moment is None:
            return None
        goal = np.array([self.moment], dtype=np.int32)
        index, strength, most = self.snapshot.index, self.selection.strength, self.filters.max_links
        found: NDArray[np.float64] = best_strengths(index, strength, self.usable, goal, max_links=most, inwards=True, stop=self.stop)[0]
        return found

    def _communities(self) -> Communities | None:
        """The communities of the linked nodes; a node without links is in none (-1). None where the map is too large for it."""
        rows = np.flatnonzero(self.usable)
        if rows.size > COMMUNITY_LINKS:
            return None
        rows = rows[np.argsort(self.snapshot.rank[rows])]
        linked = np.unique(np.concatenate([self.snapshot.start[rows], self.snapshot.end[rows]]))
        start, end = (np.searchsorted(linked, ends[rows]).astype(np.int32) for ends in (self.snapshot.start, self.snapshot.end))
        found = communities(start, end, self.selection.strength[rows], linked.size, stop=self.stop)
        label = np.full(self.snapshot.n_nodes, -1, dtype=np.int32)
        label[linked] = found.label
        return replace(found, label=label)

    def _members(self, groups: Communities) -> tuple[tuple[str, ...], ...]:
        """The ids in each community, in the map's order."""
        members: list[list[str]] = [[] for _ in range(groups.count)]
        for row in np.flatnonzero(groups.label >= 0).tolist():
            members[groups.label[row]].append(self.snapshot.node(row).id)
        return tuple(tuple(group) for group in members)

    # ---- the person at the top ------------------------------------------

    def _layers(self) -> Layers | None:
        if self.moment is None:
            return None
        away = reach(self.snapshot.index, self.usable, [self.moment], direction="in")
        hands = self._hands_away(self.moment)
        rows = [row for row in range(self.snapshot.n_nodes) if self._is_decision(row)]
        owner_layer: dict[str, int] = {}
        for row in np.flatnonzero(away >= 0).tolist():
            owner = self.snapshot.owner_of(row)
            if owner is not None:
                owner_layer[owner] = min(int(away[row]), owner_layer.get(owner, int(away[row])))
        money, year = self._crossings_of_money(owner_layer)
        signals = self._crossings_of_signals(owner_layer)
        deepest = max([*owner_layer.values(), *(int(away[row]) for row in rows)], default=-1)
        layers = tuple(
            Layer(
                links=links,
                decisions=tuple((self.snapshot.node(row).id, hands[row]) for row in rows if away[row] == links),
                owners=tuple(sorted(owner for owner, layer in owner_layer.items() if layer == links)),
                money_share=_share(money, links),
                signal_share=_share(signals, links),
            )
            for links in range(deepest + 1)
        )
        never = tuple(self.snapshot.node(row).id for row in rows if away[row] < 0)
        return Layers(moment=self.snapshot.node(self.moment).id, layers=layers, never=never, year=year)

    def _is_decision(self, row: int) -> bool:
        return bool(self.selection.standing[row]) and self.snapshot.is_kind(row, *JUDGED_KINDS)

    def _hands_away(self, goal: int) -> dict[int, int]:
        """The fewest hand-offs from each node to the goal. A node without owner hands nothing over: the next owner is carried past it."""
        index = self.snapshot.index
        owner = self.snapshot.owner_of(goal)
        best: dict[tuple[int, str | None], int] = {(goal, owner): 0}
        queue: deque[tuple[int, str | None]] = deque(best)
        while queue:
            state = queue.popleft()
            node, held = state
            for link in index.in_rows[index.in_at[node] : index.in_at[node + 1]].tolist():
                if not self.usable[link]:
                    continue
                before = int(self.snapshot.start[link])
                acts = self.snapshot.owner_of(before)
                costs = int(acts is not None and held is not None and acts != held)
                reached = (before, held if acts is None else acts)
                hands = best[state] + costs
                if hands < best.get(reached, hands + 1):
                    best[reached] = hands
                    (queue.append if costs else queue.appendleft)(reached)
        away: dict[int, int] = {}
        for (node, _), hands in best.items():
            away[node] = min(hands, away.get(node, hands))
        return away

    def _crossings_of_money(self, layer: dict[str, int]) -> tuple[list[tuple[int, int, int]], str | None]:
        """Flows between layers, as the layers of both ends and the pence, for the year with most flows; and that year."""
        flows = [
            (
                self.snapshot.link(row).money,
                self._layer_of(layer, int(self.snapshot.start[row])),
                self._layer_of(layer, int(self.snapshot.end[row])),
            )
            for row in self.snapshot.of_kind(LinkKind.FUNDS).tolist()
            if self.selection.standing_links[row]
        ]
        known = [(money, start, end) for money, start, end in flows if money is not None and start is not None and end is not None]
        years = Counter(money.year for money, _, _ in known)
        year = max(years, key=lambda each: (years[each], each), default=None)
        return [(start, end, money.pence) for money, start, end in known if money.year == year], year

    def _crossings_of_signals(self, layer: dict[str, int]) -> list[tuple[int, int, int]]:
        ends = [
            (self._layer_of(layer, int(self.snapshot.start[row])), self._layer_of(layer, int(self.snapshot.end[row])))
            for row in self.snapshot.of_kind(LinkKind.INFORMS).tolist()
            if self.selection.standing_links[row]
        ]
        return [(start, end, 1) for start, end in ends if start is not None and end is not None]

    def _layer_of(self, layer: dict[str, int], row: int) -> int | None:
        """The layer of a body or of what a body owns; people draw on care and are where the moment is."""
        if self.snapshot.is_kind(row, NodeKind.PEOPLE):
            return 0
        return layer.get(self.snapshot.owner_of(row) or "")

    # ---- named nodes ----------------------------------------------------

    def _about(self, row: int, reading: Reading) -> NodeReading:
        loops = all_loops(
            LoopProblem(
                index=self.snapshot.index,
                strength=self.selection.strength,
                sign=self.selection.sign,
                delay=self.snapshot.delay,
                rank=self.snapshot.rank,
                usable=self.usable,
                max_links=self.filters.max_links,
                through=row,
            ),
            max_loops=min(self.filters.max_paths, 100_000),
            stop=self.stop,
        )
        entering = np.flatnonzero(self.usable & (self.snapshot.end == row))
        up, down = (float(self.selection.strength[entering][self.selection.sign[entering] == sign].sum()) for sign in (1, -1))
        damping, swelling = (float(loops.gain[loops.sign == sign].sum()) for sign in (-1, 1))
        return NodeReading(
            reading=reading,
            downstream=self._near(row, inwards=False),
            upstream=self._near(row, inwards=True),
            pushed_up=up,
            pushed_down=down,
            damping=damping,
            swelling=swelling,
            loops=len(loops),
            complete=loops.complete,
            word=_buffered_or_buffeted(entering.size, up, down, damping, swelling),
        )

    def _near(self, row: int, *, inwards: bool) -> tuple[Near, ...]:
        """What lies up or down the links within the bound, nearest first, ties by id."""
        away = reach(self.snapshot.index, self.usable, [row], max_links=self.filters.max_links, direction="in" if inwards else "out")
        found = [Near(id=self.snapshot.node(other).id, links=int(away[other])) for other in np.flatnonzero(away > 0).tolist()]
        return tuple(sorted(found, key=lambda near: (near.links, near.id)))

    def _pair(self, one: int, other: int) -> PairReading:
        def paths(start: int, goal: int) -> tuple[ImpactPath, ...]:
            problem = path_problem(self.snapshot, self.selection, Ends(starts=(start,), goals=(goal,)), self.filters)
            found = strongest(problem, self.filters.top, stop=self.stop)
            return tuple(path_of(self.snapshot, self.selection, rows) for rows in found.paths)

        above = [{near.id for near in self._near(row, inwards=True)} for row in (one, other)]
        both = sorted((above[0] & above[1]) - {self.snapshot.node(row).id for row in (one, other)})
        return PairReading(
            one=self.snapshot.node(one).id,
            other=self.snapshot.node(other).id,
            forth=paths(one, other),
            back=paths(other, one),
            upstream_of_both=tuple(both),
        )

    def _terms(self, between: Betweenness) -> Terms:
        counted = "" if between.exact else f", estimated from {between.starts} starts"
        to_moment = "" if self.moment is None else "; influence is the strongest path to the moment"
        return Terms(
            revision=self.snapshot.revision,
            as_of=self.filters.as_of,
            method=(
                f"links that carry impact; betweenness over paths of fewest links{counted}; "
                f"communities by greedy directed modularity{to_moment}"
            ),
            max_links=self.filters.max_links,
            filters=self.filters.described(),
        )


def _share(crossings: Sequence[tuple[int, int, int]], boundary: int) -> float | None:
    """The share that crosses between a layer and the next one further out, among what has a layer at both ends."""
    total = sum(size for _, _, size in crossings)
    if not total:
        return None
    return sum(size for start, end, size in crossings if min(start, end) <= boundary < max(start, end)) / total


def _buffered_or_buffeted(inputs: int, up: float, down: float, damping: float, swelling: float) -> str:
    """Buffered: the loops through it damp more than they swell. Buffeted: several things push it, and not one way."""
    if damping > swelling:
        return BUFFERED
    whole = up + down
    if inputs >= BUFFETED_FROM and whole > 0 and abs(up - down) / whole < AGREEING:
        return BUFFETED
    return NEITHER


def _text(snapshot: Snapshot, answer: ReadAnswer) -> str:
    """The reading in paragraphs."""
    roles = answer.roles
    lines = [f"{roles[DRIVER]} drivers, {roles[RECEIVER]} receivers, {roles[ORDINARY]} ordinary and {roles[ISOLATED]} isolated."]
    if answer.communities is not None:
        sizes = sorted((len(group) for group in answer.communities if len(group) > 1), reverse=True)
        lines.append(
            f"{len(sizes)} communities of more than one, of {', '.join(map(str, sizes[:LISTED_IN_TEXT]))} ... nodes." if sizes else ""
        )
    lines.append(answer.caution)
    if answer.layers:
        lines += _on_layers(snapshot, answer.layers)
    for node in answer.nodes:
        lines.append(_on_node(node))
    for pair in answer.pairs:
        lowering = sum(path.sign == "-" for path in (*pair.forth, *pair.back))
        lines.append(
            f"{pair.one} and {pair.other}: {len(pair.forth)} paths listed one way, {len(pair.back)} the other, {lowering} of them lowering "
            f"(a trade-off where both are wanted); {len(pair.upstream_of_both)} things lie upstream of both."
        )
    return "\n".join(line for line in lines if line)


def _on_layers(snapshot: Snapshot, layers: Layers) -> list[str]:
    label = in_sentence(snapshot.map.node(layers.moment).label)
    counts = ", ".join(f"{len(layer.decisions)} at {layer.links}" for layer in layers.layers if layer.decisions)
    lines = [f"The person at the top: links between a decision, rule or process and {label}: {counts or 'none reaches it'}."]
    if layers.never:
        rest = len(layers.never) - LISTED_IN_TEXT
        named = ", ".join(layers.never[:LISTED_IN_TEXT]) + (f" and {rest} more" if rest > 0 else "")
        lines.append(f"No route drawn yet from {len(layers.never)}: {named}.")
    return lines


def _on_node(node: NodeReading) -> str:
    said = {
        BUFFERED: "buffered: the loops through it damp more than they swell",
        BUFFETED: "buffeted: several things push it, and not one way",
        NEITHER: "neither buffered nor buffeted",
    }[node.word]
    reading = node.reading
    return (
        f"{reading.label} is {reading.role}: {reading.into} links in, {reading.out} out. Downstream of it lie {len(node.downstream)}, "
        f"upstream {len(node.upstream)}. It is {said}."
    )

"""Feedback loops: which effects come back to where they began, do they reinforce or balance, and how soon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.kernels.components import strong_components
from graph.kernels.independent import independent_loops
from graph.kernels.loops import LoopProblem, LoopSet, all_loops, strongest_loops
from graph.results import FeedbackLoop, LoopAnswer, LoopComponent, Terms
from graph.results.paths import Step
from graph.scope import Filters
from graph.selection import Selection, Stop, select, wanted_sign, why_not_standing
from graph.snapshot import UNASSIGNED, Snapshot
from graph.telling import confidence_word, footing, hand_offs, in_sentence, months, nodes_of, round_trip, steps_of
from schema.ontology import END_KINDS

SLOW_MONTHS = 12.0
"""A step that takes at least so long (the middle of its range) makes its loop a delayed one."""

KIND_OF_SIGN = {1: "R", -1: "B", 0: "U"}
WORD_OF_KIND = {"R": "Reinforcing", "B": "Balancing", "U": "Undetermined"}
LISTED_IN_TEXT = 3


def loops(snapshot: Snapshot, through: str | None, filters: Filters, *, independent: bool = False, stop: Stop | None = None) -> LoopAnswer:
    """The feedback loops within the bound, those that matter most first; with `through`, only those that visit that node.

    Every component's loops are ranked by gain (12 digits), fewer links and link ids; the list holds every component's first
    loop before any component's second, up to `filters.top`, and shows them in the same order. At most `filters.max_paths`
    are counted. Time is about linear in the number of loops. Raises UnknownName for a name that is not on the map.
    """
    selection = select(snapshot, filters)
    node = None if through is None else snapshot.find(through)
    problem = _problem(snapshot, selection, filters, node)
    wish = _Wish.of(snapshot, filters)
    found = all_loops(problem, max_loops=filters.max_paths, stop=stop)
    kept = wish.kept(problem, found)
    exact, ranked_of = found.complete, found
    if not found.complete and not wish.narrows:
        # Where there are too many to list, the kernel can still find the strongest ones of each component.
        ranked_of = strongest_loops(problem, max(filters.top, 1), max_loops=filters.max_paths, stop=stop)
        exact = ranked_of.complete
    places = kept if ranked_of is found else np.arange(len(ranked_of))
    told = _Told(snapshot, selection, problem, filters)
    ranked = told.ranked(ranked_of, places, max(filters.top, 1))
    answer = LoopAnswer(
        through=None if node is None else snapshot.node(node).id,
        loops=told.listed(ranked),
        found=int(kept.size),
        reinforcing=int((found.sign[kept] == 1).sum()),
        balancing=int((found.sign[kept] == -1).sum()),
        undetermined=int((found.sign[kept] == 0).sum()),
        complete=found.complete,
        exact_top=exact,
        components=told.components(ranked, found, kept),
        independent=None,
        independent_complete=False,
        reason=_reason(snapshot, selection, node, filters) if not kept.size and found.complete else None,
        text="",
        terms=_terms(snapshot, filters, int(kept.size), complete=found.complete),
    )
    if independent:
        few = independent_loops(replace(problem, through=None), stop=stop)
        answer = replace(answer, independent=told.independent(few, ranked), independent_complete=few.complete)
    return replace(answer, text=_text(snapshot, answer))


def _problem(snapshot: Snapshot, selection: Selection, filters: Filters, node: int | None) -> LoopProblem:
    return LoopProblem(
        index=snapshot.index,
        strength=selection.strength,
        sign=selection.sign,
        delay=snapshot.delay,
        rank=snapshot.rank,
        usable=selection.open_links(snapshot),
        max_links=filters.max_links,
        through=node,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a filter wants of a whole loop: nodes on it, a sign (the product), a longest delay."""

    required: tuple[int, ...]
    sign: int | None
    max_delay: float | None

    @classmethod
    def of(cls, snapshot: Snapshot, filters: Filters) -> _Wish:
        required = tuple(dict.fromkeys(snapshot.find(name) for name in filters.require))
        return cls(required=required, sign=wanted_sign(filters), max_delay=filters.max_delay)

    @property
    def narrows(self) -> bool:
        return bool(self.required) or self.sign is not None or self.max_delay is not None

    def kept(self, problem: LoopProblem, found: LoopSet) -> NDArray[np.int64]:
        """The places of the loops that pass. A loop with an unknown delay is not known to be quick enough."""
        good = np.ones(len(found), dtype=np.bool_)
        if self.sign is not None:
            good &= found.sign == self.sign
        if self.max_delay is not None:
            good &= found.delay <= self.max_delay
        if self.required and len(found):
            starts, firsts = problem.index.start[found.rows], found.offsets[:-1]
            for node in self.required:
                good &= np.add.reduceat((starts == node).astype(np.int64), firsts) > 0
        return np.flatnonzero(good)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """A loop with its place in the order: gain, length and ids; `label` is its component, `rank` its place there from 1."""

    key: tuple[float, int, tuple[str, ...]]
    rows: tuple[int, ...]
    label: int
    rank: int = 0


class _Told:
    """Turns loops of rows into loops that people read."""

    def __init__(self, snapshot: Snapshot, selection: Selection, problem: LoopProblem, filters: Filters) -> None:
        self.snapshot, self.selection, self.problem, self.filters = snapshot, selection, problem, filters
        self.number_of: dict[int, int] = {}

    def ranked(self, found: LoopSet, places: NDArray[np.int64], most: int) -> list[_Ranked]:
        """The first `most` of each component, in the order of the list."""
        ranked: list[_Ranked] = []
        digits = _twelve_digits(found.gain[places])
        labels = found.component[places]
        for label in np.unique(labels).tolist():
            mine = np.flatnonzero(labels == label)
            if mine.size > most:
                # Only those at or before the last place by gain and length need their ids compared.
                order = np.lexsort((found.n_links[places[mine]], -digits[mine]))
                last = mine[order[most - 1]]
                worse = (digits[mine] < digits[last]) | (
                    (digits[mine] == digits[last]) & (found.n_links[places[mine]] > found.n_links[places[last]])
                )
                mine = mine[~worse]
            keyed = sorted(
                (self._keyed(found.loop(int(places[place])), float(digits[place]), label) for place in mine), key=lambda item: item.key
            )
            ranked += [replace(item, rank=rank) for rank, item in enumerate(keyed[:most], 1)]
        ranked.sort(key=lambda item: item.key)
        for item in ranked:
            self.number_of.setdefault(item.label, len(self.number_of) + 1)
        return ranked

    def _keyed(self, rows: Sequence[int], gain: float, label: int) -> _Ranked:
        turned = self._from_smallest_id(rows)
        ids = tuple(self.snapshot.map.links.ids[row] for row in turned)
        return _Ranked(key=(-gain, len(ids), ids), rows=turned, label=label)

    def _from_smallest_id(self, rows: Sequence[int]) -> tuple[int, ...]:
        names = [self.snapshot.node(int(self.snapshot.start[row])).id for row in rows]
        first = names.index(min(names))
        return (*rows[first:], *rows[:first])

    def listed(self, ranked: Sequence[_Ranked]) -> tuple[FeedbackLoop, ...]:
        """Every component's first loop, then every second, ... up to the top; shown by gain."""
        by_rank = sorted(ranked, key=lambda item: (item.rank, item.key))[: self.filters.top]
        return tuple(self.loop(item) for item in sorted(by_rank, key=lambda item: item.key))

    def components(self, ranked: Sequence[_Ranked], found: LoopSet, kept: NDArray[np.int64]) -> tuple[LoopComponent, ...]:
        index, problem = self.problem.index, self.problem
        firsts = [item for item in ranked if item.rank == 1]
        if not firsts:
            return ()
        usable = problem.usable & (problem.strength > 0)
        label = strong_components(index, usable).label
        inside = usable & (label[index.start] == label[index.end])
        n_links = np.bincount(label[index.start[inside]], minlength=int(label.max()) + 1)
        n_nodes = np.bincount(label)
        counts = np.bincount(found.component[kept], minlength=n_nodes.size)
        made = []
        for item in firsts:
            own = int(label[index.start[item.rows[0]]])
            made.append(
                LoopComponent(
                    number=self.number_of[item.label],
                    nodes=int(n_nodes[own]),
                    links=int(n_links[own]),
                    independent=int(n_links[own] - n_nodes[own]) + 1,
                    found=int(counts[item.label]),
                    main=item.key[2],
                )
            )
        return tuple(made)

    def independent(self, few: LoopSet, ranked: Sequence[_Ranked]) -> tuple[FeedbackLoop, ...]:
        """The loops of the spanning set, component by component, short ones first; with `through`, of its component alone."""
        through = self.problem.through
        wanted = None if through is None else {item.label for item in ranked}
        keyed = [
            self._keyed(few.loop(place), float(few.gain[place]), int(few.component[place]))
            for place in range(len(few))
            if wanted is None or int(few.component[place]) in wanted
        ]
        for item in sorted(keyed, key=lambda item: item.key):
            self.number_of.setdefault(item.label, len(self.number_of) + 1)
        keyed.sort(key=lambda item: (self.number_of[item.label], item.key[1], item.key))
        return tuple(self.loop(item) for item in keyed)

    def loop(self, item: _Ranked) -> FeedbackLoop:
        """The record of a loop, with its sentence."""
        snapshot, rows = self.snapshot, item.rows
        steps = steps_of(snapshot, self.selection, rows)
        nodes = nodes_of(snapshot, rows)[:-1]
        trip = round_trip(steps)
        silos, crossings = self._silos(nodes)
        kind = KIND_OF_SIGN[math.prod(int(self.selection.sign[row]) for row in rows)]
        weakest = min(steps, key=lambda step: (step.confidence, step.link))
        bases = {step.strength_basis for step in steps}
        grounds = [step.ground for step in steps]
        return FeedbackLoop(
            nodes=tuple(snapshot.node(node).id for node in nodes),
            links=item.key[2],
            kind=kind,
            gain=math.prod(step.strength for step in steps),
            strength_basis=next((basis for basis in ("assumed", "judged", "given") if basis in bases), "definition"),
            delay_months=trip.middle,
            delay_low=trip.low,
            delay_high=trip.high,
            delayed=_delayed(steps),
            silos=silos,
            crossings=crossings,
            hand_offs=_round(hand_offs(snapshot, nodes)),
            confidence=weakest.confidence,
            weakest=weakest.link,
            sourced=grounds.count("sourced"),
            definitions=grounds.count("definition"),
            assumptions=grounds.count("assumption"),
            unstated=grounds.count("unstated") + grounds.count("unverified"),
            disputed=sum(step.disputed for step in steps),
            component=self.number_of[item.label],
            rank=item.rank,
            text=_sentence(steps, kind, trip.low, trip.high, silos),
            steps=steps,
        )

    def _silos(self, nodes: Sequence[int]) -> tuple[tuple[str, ...], int]:
        """The silos on the way, each once, and how many steps cross from one to another (nothing crosses to `unassigned`)."""
        around = [self.snapshot.silo_of(node) for node in nodes]
        pairs = zip(around, [*around[1:], *around[:1]], strict=True)
        crossings = sum(one != other and UNASSIGNED not in (one, other) for one, other in pairs)
        return tuple(dict.fromkeys(silo for silo in around if silo != UNASSIGNED)), crossings


def _twelve_digits(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gains to 12 significant digits, so that rounding in another order makes no difference."""
    unique, back = np.unique(gains, return_inverse=True)
    return np.array([float(f"{gain:.12g}") for gain in unique.tolist()], dtype=np.float64)[back]


def _delayed(steps: Iterable[Step]) -> bool | None:
    middles = [None if step.delay_low is None or step.delay_high is None else (step.delay_low + step.delay_high) / 2 for step in steps]
    if any(middle is not None and middle >= SLOW_MONTHS for middle in middles):
        return True
    return None if None in middles else False


def _round(owners: Sequence[str]) -> tuple[str, ...]:
    """Owners round a loop: the last hands over to the first, so where they are the same it is named once."""
    return tuple(owners[:-1]) if len(owners) > 1 and owners[0] == owners[-1] else tuple(owners)


def _sentence(steps: Sequence[Step], kind: str, low: float, high: float | None, silos: Sequence[str]) -> str:
    """One sentence that goes round: what moves what, back to where it began, how long a round takes, on what it stands."""
    verbs = {"+": "raises", "-": "lowers", "?": "moves, which way is not known,"}
    said = ", which ".join(f"{verbs[step.sign or '?']} {in_sentence(step.end_label)}" for step in steps)
    across = f" Across {len(silos)} silos: {', '.join(silos)}." if len(silos) > 1 else ""
    slow = " Delayed." if _delayed(steps) else ""
    opening = f"{WORD_OF_KIND[kind]}: {in_sentence(steps[0].start_label)} {said}; a round takes {_time(low, high)}."
    return f"{opening}{slow}{across} {footing(steps)}"


def _time(low: float, high: float | None) -> str:
    return "no time" if high == 0 else months(low, high).removeprefix("after ")


def _reason(snapshot: Snapshot, selection: Selection, node: int | None, filters: Filters) -> str:
    bound = f" of at most {filters.max_links} links" if filters.max_links else ""
    if node is None:
        narrowed = filters.described()
        return f"No loop{bound} passes the filter ({'; '.join(narrowed)})." if narrowed else f"No loop{bound} is on this map."
    name = snapshot.node(node).id
    if not selection.standing[node]:
        return why_not_standing(snapshot, name) + "."
    if snapshot.is_kind(node, *END_KINDS):
        return f"{name} is a {snapshot.node(node).kind}, which no loop passes; ask through a factor that shows there."
    return f"No loop{bound} goes through {name}."


def _terms(snapshot: Snapshot, filters: Filters, found: int, *, complete: bool) -> Terms:
    bound = f"at most {filters.max_links} links" if filters.max_links else "any length"
    counted = f"all {found} counted" if complete else f"counting stopped at {found}; the counts are lower bounds"
    return Terms(
        revision=snapshot.revision,
        as_of=filters.as_of,
        method=f"elementary loops of influence of {bound}, ranked inside each strong component by gain; {counted}",
        max_links=filters.max_links,
        filters=filters.described(),
    )


def _text(snapshot: Snapshot, answer: LoopAnswer) -> str:
    where = f" through {snapshot.map.node(answer.through).label}" if answer.through else ""
    if answer.reason:
        return answer.reason
    bound = f" of at most {answer.terms.max_links} links" if answer.terms.max_links else ""
    counts = [(answer.reinforcing, "reinforcing"), (answer.balancing, "balancing"), (answer.undetermined, "of unknown kind")]
    said = ", ".join(f"{count} {word}" for count, word in counts if count)
    many = "" if answer.complete else "At least "
    loops_found = "feedback loop" if answer.found == 1 else "feedback loops"
    lines = [f"{many}{answer.found} {loops_found}{where}{bound}{f': {said}' if said else ''}."]
    if len(answer.components) > 1:
        lines[0] += f" They lie in {len(answer.components)} parts of the map that do not feed back into each other."
    lines += [f"  {number}. {loop.text}" for number, loop in enumerate(reading_order(answer.loops)[:LISTED_IN_TEXT], 1)]
    if answer.loops:
        weakest = min(loop.confidence for loop in answer.loops)
        lines.append(f"The weakest link on the loops listed is of {confidence_word(weakest)} confidence.")
    lines.append(f"A loop ranks potential, it does not forecast. Map revision {answer.terms.revision}.")
    return "\n".join(lines)


def reading_order(found: Sequence[FeedbackLoop]) -> list[FeedbackLoop]:
    """Loops as text ranks them: share of sourced steps, weakest confidence, crossings, then length."""
    return sorted(found, key=lambda loop: (-loop.sourced / len(loop.links), -loop.confidence, loop.crossings, len(loop.links), loop.links))

"""Who sees what, who is told, and what a decision takes into account, with what is said of each by whom."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph.results import Voice
from graph.selection import Selection
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind, Use
from schema.records import Claim, Link, Node
from schema.system_map import end_day, first_day

_KINDS = (LinkKind.OBSERVES, LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT)
_OPEN = (Use.YES, Use.SOMETIMES)
_BELONGS = (LinkKind.PART_OF, LinkKind.SITS_IN)
SOMETIMES_STRENGTH = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Whether something happens, as far as is recorded, with the claims that say it does not and those that say it does.

    What the link states as a whole decides; where it states nothing, the claims do, and one that says no outweighs the rest.
    """

    value: Use
    missing: tuple[Claim, ...] = ()
    there: tuple[Claim, ...] = ()

    @property
    def is_missing(self) -> bool:
        return self.value is Use.NO

    @property
    def is_recorded(self) -> bool:
        return self.value is not Use.UNKNOWN

    @classmethod
    def of(cls, link: Link, field: str, otherwise: Use) -> Said:
        """What a link says of `available` or `used`; `otherwise` where neither it nor a claim says anything."""
        by_value = [(claim, _use(claim.attributes.get(field))) for claim in link.claims]
        missing = tuple(claim for claim, use in by_value if use is Use.NO)
        there = tuple(claim for claim, use in by_value if use in _OPEN)
        value: Use | None = getattr(link, field)
        if value is None:
            said = [use for _, use in by_value if use is not None]
            value = next((use for use in (Use.NO, Use.SOMETIMES, Use.YES, Use.UNKNOWN) if use in said), otherwise)
        if value is Use.NO and not missing:
            missing = tuple(claim for claim in link.claims if claim not in there and not is_reason(claim))
        return cls(value=value, missing=missing, there=there)


def _use(word: object) -> Use | None:
    if isinstance(word, bool):
        return Use.YES if word else Use.NO
    return Use(word) if isinstance(word, str) and word in {str(use) for use in Use} else None


def is_reason(claim: Claim) -> bool:
    """Whether a claim says why something is so."""
    return _use(claim.attributes.get("because")) is Use.YES


def voice(snapshot: Snapshot, claim: Claim, decision: Node | None = None) -> Voice:
    """Who makes a claim, as far as is recorded, and whether before a decision was taken."""
    source = snapshot.map.source_of.get(claim.source or "")
    by = claim.by or (source.author or source.publisher or source.title if source else None)
    early = decision is not None and bool(claim.said_on) and end_day(claim.said_on) <= first_day(decision.valid_from)
    return Voice(
        claim=claim.id, by=by, source=claim.source, standpoint=claim.standpoint, said_on=claim.said_on, text=claim.text, early=early
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """One step on which information passes: a link that observes or informs. Delays are months, NaN unknown."""

    row: int
    id: str
    start: int
    end: int
    signal: str | None
    available: Said
    used: Said
    delay: float
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of one signal from who sees a factor to an owner: the observation, then what is told to whom.

    `delay` sums the middles of what is known, `delay_known` says whether that is all; `strength` is the product of the steps'
    strengths, halved for each that is used only sometimes.
    """

    steps: tuple[Passing, ...]
    signal: str | None

    @property
    def cut(self) -> tuple[Passing, ...]:
        """The steps that are said not to be available."""
        return tuple(step for step in self.steps if step.available.is_missing)

    @property
    def unused(self) -> tuple[Passing, ...]:
        """The steps that are said not to be used."""
        return tuple(step for step in self.steps if step.used.is_missing)

    @property
    def unrecorded(self) -> tuple[Passing, ...]:
        """The steps of which nobody says whether they are used. Seeing a thing is use enough."""
        return tuple(step for step in self.steps[1:] if not step.used.is_recorded)

    @property
    def delay(self) -> float:
        return math.fsum(step.delay for step in self.steps if not math.isnan(step.delay))

    @property
    def delay_known(self) -> bool:
        return not any(math.isnan(step.delay) for step in self.steps)

    @property
    def strength(self) -> float:
        partly = sum(Use.SOMETIMES in (step.available.value, step.used.value) for step in self.steps)
        return math.prod(step.strength for step in self.steps) * SOMETIMES_STRENGTH**partly

    @property
    def last_sender(self) -> int:
        """Who tells the owner; the observer itself where it is the owner."""
        return self.steps[-1].start

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(step.id for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A thing that a decision takes into account, or is said not to."""

    row: int
    id: str
    taken: int
    said: Said


class Information:
    """All information links that stand, indexed: by factor, by actor, by decision."""

    def __init__(self, snapshot: Snapshot, selection: Selection) -> None:
        self.snapshot = snapshot
        self.sights: dict[int, list[Passing]] = {}
        self.tellings: dict[int, list[Passing]] = {}
        self.inputs: dict[int, list[Input]] = {}
        self.has_claims = False
        self._ways: dict[tuple[int, int], tuple[Way, ...]] = {}
        self._heard: dict[int, Mapping[int, float]] = {}
        self._seen: dict[int, list[Passing]] = {}
        self._others: dict[tuple[int, frozenset[int]], list[int]] = {}
        for row in snapshot.of_kind(*_KINDS).tolist():
            if selection.standing_links[row]:
                self._add(row)
        for steps in (*self.sights.values(), *self.tellings.values()):
            steps.sort(key=lambda step: step.id)
        self._seen = {factor: [step for step in steps if not step.available.is_missing] for factor, steps in self.sights.items()}
        carried = {step.signal for steps in self.tellings.values() for step in steps}
        self.signals = sorted(signal for signal in carried if signal is not None)
        self._home = self._homes(selection)

    def _add(self, row: int) -> None:
        snapshot, link = self.snapshot, self.snapshot.link(row)
        self.has_claims |= bool(link.claims)
        start, end = int(snapshot.start[row]), int(snapshot.end[row])
        if link.kind is LinkKind.TAKES_AS_INPUT:
            used, available = Said.of(link, "used", Use.YES), Said.of(link, "available", Use.YES)
            said = available if available.is_missing else used
            self.inputs.setdefault(start, []).append(Input(row=row, id=link.id, taken=end, said=said))
            return
        low, high = link.delay_low, link.delay_high
        told = link.kind is LinkKind.INFORMS
        step = Passing(
            row=row,
            id=link.id,
            start=start,
            end=end,
            signal=link.carrying,
            available=Said.of(link, "available", Use.YES),
            used=Said.of(link, "used", Use.UNKNOWN if told else Use.YES),
            delay=(low + high) / 2 if low is not None and high is not None else math.nan,
            strength=float(snapshot.links.strength[row]),
        )
        (self.tellings.setdefault(start, []) if told else self.sights.setdefault(end, [])).append(step)

    def _homes(self, selection: Selection) -> dict[int, set[int]]:
        """The bodies that a role belongs to."""
        snapshot = self.snapshot
        homes: dict[int, set[int]] = {}
        for row in snapshot.of_kind(*_BELONGS).tolist():
            if selection.standing_links[row]:
                homes.setdefault(int(snapshot.start[row]), set()).add(int(snapshot.end[row]))
        for actor in {*self.tellings, *(step.start for steps in self.sights.values() for step in steps)}:
            owner = snapshot.row_of.get(snapshot.node(actor).owner or "")
            if owner is not None:
                homes.setdefault(actor, set()).add(owner)
        return homes

    @property
    def is_plain(self) -> bool:
        """Whether nobody is cited on any information link: the map itself then says what is missing by not drawing it."""
        return not self.has_claims

    # ---- ways -----------------------------------------------------------

    def seen_by(self, factor: int) -> list[Passing]:
        """Who sees a factor."""
        return self._seen.get(factor, [])

    def said_unseen(self, factor: int) -> list[Passing]:
        """Who is said not to see a factor."""
        return [step for step in self.sights.get(factor, ()) if step.available.is_missing]

    def ways_back(self, factor: int, owner: int) -> list[Way]:
        """For each observer and signal the best way to an owner: fewest steps cut, unused and unrecorded, then soonest."""
        found = []
        for sight in self.seen_by(factor):
            for way in self._told(sight.start, owner):
                found.append(Way(steps=(sight, *way.steps), signal=way.signal))
        return found

    def _told(self, begin: int, owner: int) -> tuple[Way, ...]:
        ways = self._ways.get((begin, owner))
        if ways is None:
            signals: Sequence[str | None] = (None,) if begin == owner else (*self.signals, None)
            found = {way.ids: way for way in (self._quickest(begin, owner, signal) for signal in signals) if way is not None}
            ways = self._ways[begin, owner] = tuple(found.values())
        return ways

    def _quickest(self, begin: int, owner: int, signal: str | None) -> Way | None:
        """The best way for one signal; a link that names none passes any, and one that names another passes none of it."""
        queue: list[tuple[int, int, int, float, int, tuple[str, ...], int, tuple[Passing, ...]]] = [(0, 0, 0, 0.0, 0, (), begin, ())]
        done: set[int] = set()
        while queue:
            cut, unused, unrecorded, delay, hops, ids, actor, steps = heapq.heappop(queue)
            if actor == owner:
                named = any(step.signal is not None for step in steps)
                return Way(steps=steps, signal=signal if named else None)
            if actor in done:
                continue
            done.add(actor)
            for step in self.tellings.get(actor, ()):
                if step.end in done or step.signal not in (None, signal):
                    continue
                cost = (
                    cut + step.available.is_missing,
                    unused + step.used.is_missing,
                    unrecorded + (not step.used.is_recorded),
                    delay + (0.0 if math.isnan(step.delay) else step.delay),
                    hops + 1,
                    (*ids, step.id),
                )
                heapq.heappush(queue, (*cost, step.end, (*steps, step)))
        return None

    def heard_from(self, observer: int) -> Mapping[int, float]:
        """Everybody who hears what somebody sees, with the soonest that they can, in months; the observer itself first."""
        known = self._heard.get(observer)
        if known is None:
            heard: dict[int, float] = {}
            done: set[tuple[int, str]] = set()
            queue = [(0.0, observer, "")]
            while queue:
                delay, actor, signal = heapq.heappop(queue)
                if (actor, signal) in done:
                    continue
                done.add((actor, signal))
                heard.setdefault(actor, delay)
                for step in self.tellings.get(actor, ()):
                    if not step.available.is_missing and (not signal or step.signal in (None, signal)):
                        later = delay + (0.0 if math.isnan(step.delay) else step.delay)
                        heapq.heappush(queue, (later, step.end, signal or step.signal or ""))
            known = self._heard[observer] = heard
        return known

    def other_owners(self, factor: int, owners: Iterable[int]) -> list[int]:
        """Bodies that hear of a factor and are neither the decision's owner nor on the observer's own side.

        A role's side is the body that it belongs to. Where the map does not say which, a body that the role itself tells counts as
        its side unless that body decides something.
        """
        mine = frozenset(owners)
        known = self._others.get((factor, mine))
        if known is not None:
            return known
        found: dict[int, None] = {}
        for sight in self.seen_by(factor):
            own_side = {sight.start} | self._home.get(sight.start, set())
            homeless = self.snapshot.is_kind(sight.start, NodeKind.ROLE) and len(own_side) == 1
            direct = {step.end for step in self.tellings.get(sight.start, ())} if homeless else set()
            for actor in self.heard_from(sight.start):
                if actor in mine or actor in own_side:
                    continue
                sure = self.snapshot.is_kind(actor, NodeKind.BODY) and actor not in direct
                if sure or (self.snapshot.is_kind(actor, NodeKind.BODY, NodeKind.ROLE) and self._decides(actor)):
                    found[actor] = None
        return self._others.setdefault((factor, mine), list(found))

    def _decides(self, actor: int) -> bool:
        owned = np.flatnonzero(self.snapshot.nodes.owner == actor)
        return any(self.snapshot.is_kind(int(row), NodeKind.DECISION, NodeKind.RULE) for row in owned)

    # ---- what counts when a decision is taken ---------------------------

    def input_for(self, decision: int, factor: int, way: Way) -> Input | None:
        """What the decision takes into account that brings it this way: the signal or the factor itself; None where nothing.

        A way that names no signal may bring any that nobody is recorded as passing on, or that its observer passes on.
        """
        wanted = {factor}
        row_of = self.snapshot.row_of
        if way.signal is not None:
            wanted |= {row_of[way.signal]} if way.signal in row_of else set()
        else:
            sent = {step.signal for step in self.tellings.get(way.steps[0].start, ())}
            others = {row_of[signal] for signal in self.signals if signal not in sent and signal in row_of}
            wanted |= {item.taken for item in self.inputs.get(decision, ()) if self.snapshot.is_kind(item.taken, NodeKind.SIGNAL)} - others
        fitting = [item for item in self.inputs.get(decision, ()) if item.taken in wanted]
        order = {Use.YES: 0, Use.SOMETIMES: 1, Use.UNKNOWN: 2, Use.NO: 3}
        return min(fitting, key=lambda item: (order[item.said.value], item.id), default=None)

    def route_claims(self, decision: int, factor: int) -> Iterator[tuple[Claim, Input]]:
        """Claims about the whole way from a factor back to a decision, on what the decision takes into account."""
        ends = (self.snapshot.node(factor).id, self.snapshot.node(decision).id)
        for item in self.inputs.get(decision, ()):
            for claim in self.snapshot.link(item.row).claims:
                if claim.route and (claim.route[0], claim.route[-1]) == ends:
                    yield claim, item

    def decisions_with_route_claims(self) -> set[tuple[int, int]]:
        """The pairs of a decision and a factor of which somebody says that the way back is missing."""
        row_of, pairs = self.snapshot.row_of, set()
        for decision, items in self.inputs.items():
            for item in items:
                for claim in self.snapshot.link(item.row).claims:
                    if claim.route and claim.route[-1] == self.snapshot.node(decision).id and claim.route[0] in row_of:
                        pairs.add((decision, row_of[claim.route[0]]))
        return pairs

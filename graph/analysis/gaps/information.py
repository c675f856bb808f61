"""Who sees what, who is told, and what a decision takes into account, with what is said of each by whom."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np

from graph.analysis.gaps.said import Said
from graph.analysis.gaps.steps import Input, Passing, Way
from graph.selection import Selection
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind, Use
from schema.ontology import NODE_KIND_CODE
from schema.records import Claim

_KINDS = (LinkKind.OBSERVES, LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT)
_BELONGS = (LinkKind.PART_OF, LinkKind.SITS_IN)


_Told: TypeAlias = tuple[tuple[Passing, ...], str | None]
"""The steps on which somebody is told, and the signal."""


class Information:
    """All information links that stand, indexed: by factor, by actor, by decision. `owners` are those to whom ways back may lead."""

    def __init__(self, snapshot: Snapshot, selection: Selection, owners: Collection[int]) -> None:
        self.snapshot = snapshot
        self.sights: dict[int, list[Passing]] = {}
        self.tellings: dict[int, list[Passing]] = {}
        self.inputs: dict[int, list[Input]] = {}
        self.has_claims = False
        self._ways: dict[int, Mapping[int, Sequence[Way]]] = {}
        self._told: dict[int, Mapping[int, Collection[_Told]]] = {}
        self._owners = owners
        self._come_to: dict[int, set[int]] = {}
        self._heard: dict[int, Mapping[int, float]] = {}
        self._seen: dict[int, list[Passing]] = {}
        self._others: dict[int, list[int]] = {}
        for row in snapshot.of_kind(*_KINDS).tolist():
            if selection.standing_links[row]:
                self._add(row)
        for steps in (*self.sights.values(), *self.tellings.values()):
            steps.sort(key=lambda step: step.id)
        self._seen = {factor: [step for step in steps if not step.available.is_missing] for factor, steps in self.sights.items()}
        self._naming: dict[str, list[Passing]] = {}
        for step in (step for steps in self.tellings.values() for step in steps):
            if step.signal is not None:
                self._naming.setdefault(step.signal, []).append(step)
        self.signals = sorted(self._naming)
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

    def ways_back(self, factor: int) -> Mapping[int, Sequence[Way]]:
        """For each owner that can be told, and for each observer and signal, the best way: fewest steps cut, unused and unrecorded,
        then soonest."""
        ways = self._ways.get(factor)
        if ways is None:
            found: dict[int, list[Way]] = {}
            for sight in self.seen_by(factor):
                for owner, told in self._told_by(sight.start).items():
                    found.setdefault(owner, []).extend(Way(steps=(sight, *steps), signal=signal) for steps, signal in told)
            ways = self._ways[factor] = found
        return ways

    def _told_by(self, begin: int) -> Mapping[int, Collection[_Told]]:
        """For each owner the ways from who sees a thing, one for each signal that makes a difference, with the signal."""
        known = self._told.get(begin)
        if known is None:
            plain = self._search(begin, None)
            searches: list[tuple[Mapping[int, tuple[Passing, ...]], str | None]] = []
            for signal in (*self.signals, None):
                # A signal that nobody on the way passes on by name fares like one without a name.
                found = plain if signal is None or not self._heard_of(begin, signal) else self._search(begin, signal)
                if not any(found is other for other, _ in searches):
                    searches.append((found, signal))
            told: dict[int, dict[tuple[str, ...], _Told]] = {}
            for found, signal in searches:
                for owner, steps in found.items():
                    named = any(step.signal is not None for step in steps)
                    told.setdefault(owner, {})[tuple(step.id for step in steps)] = steps, signal if named else None
            known = self._told[begin] = {owner: list(ways.values()) for owner, ways in told.items()}
        return known

    def _heard_of(self, begin: int, signal: str) -> bool:
        """Whether a link that names the signal starts where what names none can come to."""
        return any(step.start in self._unnamed(begin) for step in self._naming.get(signal, ()))

    def _unnamed(self, begin: int) -> Collection[int]:
        """Whom what names no signal can come to from somebody, over links said to be there or not."""
        known = self._come_to.get(begin)
        if known is None:
            known, waiting = {begin}, [begin]
            while waiting:
                fresh = {step.end for step in self.tellings.get(waiting.pop(), ()) if step.signal is None} - known
                known |= fresh
                waiting += fresh
            self._come_to[begin] = known
        return known

    def _search(self, begin: int, signal: str | None) -> Mapping[int, tuple[Passing, ...]]:
        """The best way for one signal to each owner that can be told.

        A link that names no signal passes any, and one that names another passes none of it.
        """
        queue: list[tuple[int, int, int, float, int, tuple[str, ...], int, tuple[Passing, ...]]] = [(0, 0, 0, 0.0, 0, (), begin, ())]
        done: set[int] = set()
        found: dict[int, tuple[Passing, ...]] = {}
        while queue and len(found) < len(self._owners):
            cut, unused, unrecorded, delay, hops, ids, actor, steps = heapq.heappop(queue)
            if actor in done:
                continue
            done.add(actor)
            if actor in self._owners:
                found[actor] = steps
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
        return found

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

    def other_owners(self, factor: int, owners: Collection[int]) -> list[int]:
        """Bodies that hear of a factor and are neither the decision's owner nor on the observer's own side.

        A role's side is the body that it belongs to. Where the map does not say which, a body that the role itself tells counts as
        its side unless that body decides something.
        """
        known = self._others.get(factor)
        if known is None:
            hearers = (actor for sight in self.seen_by(factor) for actor in self._hearers(sight.start))
            known = self._others[factor] = list(dict.fromkeys(hearers))
        return [actor for actor in known if actor not in owners]

    def _hearers(self, observer: int) -> Iterator[int]:
        """The bodies not on the observer's own side that hear what it sees, and the roles that decide."""
        own_side = {observer} | self._home.get(observer, set())
        homeless = self.snapshot.is_kind(observer, NodeKind.ROLE) and len(own_side) == 1
        direct = {step.end for step in self.tellings.get(observer, ())} if homeless else set()
        for actor in self.heard_from(observer):
            if actor not in own_side:
                sure = self.snapshot.is_kind(actor, NodeKind.BODY) and actor not in direct
                if sure or (self.snapshot.is_kind(actor, NodeKind.BODY, NodeKind.ROLE) and self._decides(actor)):
                    yield actor

    def _decides(self, actor: int) -> bool:
        return actor in self._deciding

    @cached_property
    def _deciding(self) -> Collection[int]:
        """Who owns a decision or a rule."""
        kinds = [NODE_KIND_CODE[kind] for kind in (NodeKind.DECISION, NodeKind.RULE)]
        owners = self.snapshot.nodes.owner[np.isin(self.snapshot.nodes.kind, kinds)]
        return set(owners[owners >= 0].tolist())

    # ---- what counts when a decision is taken ---------------------------

    def input_for(self, decision: int, factor: int, way: Way) -> Input | None:
        """What the decision takes into account that brings it this way: the signal or the factor itself; None where nothing.

        A way that names no signal may bring any that nobody is recorded as passing on, or that its observer passes on.
        """
        inputs = self.inputs.get(decision)
        if not inputs:
            return None
        wanted = {factor}
        row_of = self.snapshot.row_of
        if way.signal is not None:
            wanted |= {row_of[way.signal]} if way.signal in row_of else set()
        else:
            sent = {step.signal for step in self.tellings.get(way.steps[0].start, ())}
            others = {row_of[signal] for signal in self.signals if signal not in sent and signal in row_of}
            wanted |= {item.taken for item in inputs if self.snapshot.is_kind(item.taken, NodeKind.SIGNAL)} - others
        fitting = [item for item in inputs if item.taken in wanted]
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

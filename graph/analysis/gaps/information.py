"""Who sees what, who is told, and what a decision takes into account, with what is said of each by whom."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np

from graph.analysis.gaps.inputs import Inputs
from graph.analysis.gaps.steps import CUT, UNRECORDED, UNUSED, Input, Passing, Way, step_of
from graph.selection import Selection
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KIND_CODE, NODE_KIND_CODE

_KINDS = (LinkKind.OBSERVES, LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT)
_BELONGS = (LinkKind.PART_OF, LinkKind.SITS_IN)
_INFORMS = LINK_KIND_CODE[LinkKind.INFORMS]


SMALL_LINKS = 20_000
KEPT = 8
"""How many answers to which information links stand a snapshot keeps."""

_Told: TypeAlias = tuple[tuple[Passing, ...], str | None]
"""The steps on which somebody is told, and the signal."""


def information_of(snapshot: Snapshot, selection: Selection, owners: Collection[int]) -> Information:
    """The information links that stand. On a small map they are kept with it, as they hang on the filters and the owners alone."""
    if snapshot.n_links > SMALL_LINKS:
        return Information(snapshot, selection, owners)
    kept: dict[tuple[bytes, frozenset[int]], Information] = snapshot.keep("information", dict)
    key = selection.standing_links.tobytes(), frozenset(owners)
    known = kept.get(key)
    if known is None:
        if len(kept) >= KEPT:
            kept.clear()
        known = kept[key] = Information(snapshot, selection, owners)
    return known


class Information:
    """All information links that stand, indexed: by factor, by actor, by decision. `owners` are those to whom ways back may lead."""

    def __init__(self, snapshot: Snapshot, selection: Selection, owners: Collection[int]) -> None:
        self.snapshot = snapshot
        self.sights: dict[int, list[Passing]] = {}
        self.tellings: dict[int, list[Passing]] = {}
        items: dict[int, list[Input]] = {}
        self.has_claims = False
        self._ways: dict[int, Mapping[int, Sequence[Way]]] = {}
        self._told: dict[int, Mapping[int, Collection[_Told]]] = {}
        self._owners = owners
        self._come_to: dict[int, set[int]] = {}
        self._heard: dict[int, Mapping[int, float]] = {}
        self._seen: dict[int, list[Passing]] = {}
        self._others: dict[int, list[int]] = {}
        self._arriving: dict[int, Mapping[int, Sequence[Way]]] = {}
        # What became of what was seen and reached no owner, by the owners and the factor; see `judged`.
        self.lost: dict[tuple[tuple[int, ...], int], int] = {}
        self._holders: dict[int, dict[int, float]] = {}
        for row in snapshot.of_kind(*_KINDS).tolist():
            if selection.standing_links[row]:
                self._add(row, items)
        for steps in (*self.sights.values(), *self.tellings.values()):
            steps.sort(key=lambda step: step.id)
        self._seen = {factor: [step for step in steps if not step.flags & CUT] for factor, steps in self.sights.items()}
        self.signals = sorted({step.signal for steps in self.tellings.values() for step in steps if step.signal is not None})
        self._home = self._homes(selection)
        self.inputs = Inputs(snapshot, items, self.tellings, self.signals)

    def _add(self, row: int, items: dict[int, list[Input]]) -> None:
        snapshot = self.snapshot
        self.has_claims |= bool(snapshot.link(row).claims)
        step = step_of(snapshot, row)
        if isinstance(step, Input):
            items.setdefault(int(snapshot.start[row]), []).append(step)
        elif snapshot.links.kind[row] == _INFORMS:
            self.tellings.setdefault(step.start, []).append(step)
        else:
            self.sights.setdefault(step.end, []).append(step)

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
                    found.setdefault(owner, []).extend([Way.of((sight, *steps), signal) for steps, signal in told])
            ways = self._ways[factor] = found
        return ways

    def arriving(self, factor: int) -> Mapping[int, Sequence[Way]]:
        """The ways back on which no step is said not to be there, by the owner that they come to."""
        ways = self._arriving.get(factor)
        if ways is None:
            uncut = ((owner, [way for way in each if not way.flags & CUT]) for owner, each in self.ways_back(factor).items())
            ways = self._arriving[factor] = {owner: each for owner, each in uncut if each}
        return ways

    def _told_by(self, begin: int) -> Mapping[int, Collection[_Told]]:
        """For each owner the ways from who sees a thing, one for each signal that makes a difference, with the signal."""
        known = self._told.get(begin)
        if known is None:
            heard = {step.signal for actor in self._unnamed(begin) for step in self.tellings.get(actor, ())}
            searches: list[tuple[Mapping[int, tuple[Passing, ...]], str | None]] = []
            is_plain_there = False
            for signal in (*self.signals, None):
                # A signal that nobody on the way passes on by name fares like one without a name.
                if signal is not None and signal in heard:
                    searches.append((self._search(begin, signal), signal))
                elif not is_plain_there:
                    searches.append((self._search(begin, None), signal))
                    is_plain_there = True
            told: dict[int, dict[tuple[str, ...], _Told]] = {}
            for found, signal in searches:
                for owner, steps in found.items():
                    named = any(step.signal is not None for step in steps)
                    told.setdefault(owner, {})[tuple(step.id for step in steps)] = steps, signal if named else None
            known = self._told[begin] = {owner: list(ways.values()) for owner, ways in told.items()}
        return known

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
                    cut + bool(step.flags & CUT),
                    unused + bool(step.flags & UNUSED),
                    unrecorded + bool(step.flags & UNRECORDED),
                    delay + step.least,
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
                    if not step.flags & CUT and (not signal or step.signal in (None, signal)):
                        heapq.heappush(queue, (delay + step.least, step.end, signal or step.signal or ""))
            known = self._heard[observer] = heard
        return known

    def holders(self, factor: int) -> dict[int, float]:
        """Who knows how a factor stands, and the soonest that they can, in months."""
        known = self._holders.get(factor)
        if known is None:
            known = self._holders[factor] = {}
            for sight in self.seen_by(factor):
                for holder, delay in self.heard_from(sight.start).items():
                    known[holder] = min(sight.least + delay, known.get(holder, math.inf))
        return known

    def hearing(self, factor: int) -> list[int]:
        """Bodies that hear of a factor and are not on the observer's own side.

        A role's side is the body that it belongs to. Where the map does not say which, a body that the role itself tells counts as
        its side unless that body decides something.
        """
        known = self._others.get(factor)
        if known is None:
            hearers = (actor for sight in self.seen_by(factor) for actor in self._hearers(sight.start))
            known = self._others[factor] = list(dict.fromkeys(hearers))
        return known

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

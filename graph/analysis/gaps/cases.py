"""Who says what of one pair of a decision and a factor, and the ways back that there are: for the pairs that are listed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from graph.analysis.gaps.findings import LADDER, NO_SENSOR, NOT_SENT, NOT_USED, STATES, TOO_LATE, WRONG_PLACE, Back, Case, Finding, Pairs
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.said import is_reason
from graph.analysis.gaps.steps import CUT, UNRECORDED, UNUSED, Input, Way
from graph.snapshot import Snapshot
from schema.kinds import Use
from schema.records import Claim

_NOT_TAKEN = (Use.NO, Use.UNKNOWN)
_OwnersWay: TypeAlias = tuple[int, Way]
"""A way back, after the owner that it comes to."""


class Cases:
    """Ways back as a decision takes them, and what is said of them."""

    def __init__(self, snapshot: Snapshot, information: Information) -> None:
        self.snapshot, self.information = snapshot, information
        self.routes = information.inputs.pairs_with_route_claims()

    # ---- ways back ------------------------------------------------------

    def arriving(self, decision: int, factor: int, owners: Sequence[int]) -> list[Back]:
        """The ways back on which no step is said not to be there."""
        ways = self.ways(factor, owners)
        return backs_of(ways, self.taken(decision, factor, ways), self.limit(decision, factor))

    def ways(self, factor: int, owners: Sequence[int]) -> list[_OwnersWay]:
        """The same whatever the decision makes of them, each with the owner that it comes to."""
        return _by_owner(self.information.arriving(factor), owners)

    def taken(self, decision: int, factor: int, ways: Sequence[_OwnersWay]) -> list[Input | None] | None:
        """What the decision takes into account, or is said not to, that comes on each of some ways; None where nothing does."""
        inputs = self.information.inputs
        if decision not in inputs.items:
            return None
        found = [inputs.input_for(decision, factor, way) for _, way in ways]
        return None if found.count(None) == len(found) else found

    def limit(self, decision: int, factor: int) -> float | None:
        """Within how many months what comes back would be in time, as far as is known."""
        cycle, changes = self.snapshot.node(decision).decision_cycle_months, self.snapshot.node(factor).changes_within_months
        return cycle if changes is None else changes if cycle is None else min(cycle, changes)

    # ---- what is said ---------------------------------------------------

    def finding(self, pairs: Pairs, place: int, owners: Sequence[int]) -> Finding:
        """One pair that is to be told, with its case. `owners` are those of its decision."""
        decision, factor = int(pairs.decision[place]), int(pairs.factor[place])
        kind = LADDER[pairs.kind[place]]
        claims, backs = self._claims(kind, decision, factor, owners)
        missing, there, because = claims
        hearing = self.information.hearing(factor) if kind == WRONG_PLACE else ()
        case = Case(
            owner=int(pairs.owner[place]),
            kind=kind,
            state=STATES[pairs.state[place]],
            used=float(pairs.used[place]),
            missing=_unique(missing),
            there=_unique(there),
            because=_unique(because),
            backs=tuple(backs),
            went_to=tuple(actor for actor in hearing if actor not in owners),
        )
        acts, score = float(pairs.acts[place]), float(pairs.score[place])
        return Finding(decision=decision, factor=factor, acts=acts, score=score, case=case)

    def _claims(self, kind: str, decision: int, factor: int, owners: Sequence[int]) -> tuple[_Claims, Sequence[Back]]:
        more, because = self.of_the_pair(decision, factor)
        if kind == NO_SENSOR:
            steps = self.information.said_unseen(factor)
            backs: list[Back] = []
        elif kind in (NOT_SENT, WRONG_PLACE):
            ways = _by_owner(self.information.ways_back(factor), owners)
            backs = backs_of(ways, self.taken(decision, factor, ways), self.limit(decision, factor))
            steps = [step for back in backs for step in back.way.cut]
        else:
            backs = [back for back in self.arriving(decision, factor, owners) if kind in back.flaws]
            missing, there = self._unused(kind, backs)
            reasons = self._reasons(row for back in backs for row in _rows(back))
            return ([*missing, *more], there, [*because, *reasons]), backs
        missing = [claim for step in steps for claim in step.available.missing]
        there = [claim for step in steps for claim in step.available.there]
        return ([*missing, *more], there, [*because, *self._reasons(step.row for step in steps)]), backs

    def _unused(self, kind: str, backs: Sequence[Back]) -> tuple[list[Claim], list[Claim]]:
        """Who says of ways back that they are not used, or late, and who says otherwise."""
        missing: list[Claim] = []
        there: list[Claim] = []
        said = False
        for back in backs:
            steps, taken = back.way.unused, back.taken
            missing += [claim for step in steps for claim in step.used.missing]
            there += [claim for step in steps for claim in step.used.there]
            if taken is not None and taken.said.is_missing:
                missing += taken.said.missing
                there += taken.said.there
            said |= bool(steps) or (taken is not None and taken.said.is_missing)
        if kind == TOO_LATE and not said:
            # That it is late is what the map records of its steps: whoever vouches for them says so.
            links = [self.snapshot.link(step.row) for back in backs for step in back.way.steps]
            missing = [claim for link in links for claim in link.claims if not is_reason(claim)]
        return missing, there

    def of_the_pair(self, decision: int, factor: int) -> tuple[list[Claim], list[Claim]]:
        """Claims on the whole way back: those that say it is missing, and why."""
        if (decision, factor) not in self.routes:
            return [], []
        missing, because = [], []
        for claim, item in self.information.inputs.route_claims(decision, factor):
            if claim in item.said.missing:
                missing += [each for each in item.said.missing if not each.route or each is claim]
            if is_reason(claim):
                because.append(claim)
        return missing, because

    def _reasons(self, rows: Iterable[int]) -> list[Claim]:
        return [claim for row in dict.fromkeys(rows) for claim in self.snapshot.link(row).claims if is_reason(claim)]


_Claims = tuple[list[Claim], list[Claim], list[Claim]]
"""What says that a thing is missing, what says otherwise, and what says why."""

_FLAWS = {(True, False): (), (True, True): (TOO_LATE,), (False, False): (NOT_USED,), (False, True): (NOT_USED, TOO_LATE)}
"""What is the matter with a way back, by whether it is used and whether it is late."""


def _by_owner(ways: Mapping[int, Sequence[Way]], owners: Sequence[int]) -> list[_OwnersWay]:
    return [(owner, way) for owner in owners for way in ways.get(owner, ())]


def backs_of(ways: Sequence[_OwnersWay], taken: Sequence[Input | None] | None, limit: float | None) -> list[Back]:
    """Some ways with what a decision makes of them: what it takes into account of each, and within how many months it wants to hear."""
    each = itertools.repeat(None) if taken is None else taken
    return [_back(owner, way, item, limit) for (owner, way), item in zip(ways, each, strict=False)]


def _back(owner: int, way: Way, taken: Input | None, limit: float | None) -> Back:
    is_used = not way.flags & (UNUSED | UNRECORDED) and taken is not None and taken.said.value not in _NOT_TAKEN
    is_late = limit is not None and way.delay > limit
    cut = (NOT_SENT,) if way.flags & CUT else ()
    return Back(way=way, taken=taken, owner=owner, flaws=(*cut, *_FLAWS[is_used, is_late]), limit=limit)


def _rows(back: Back) -> Iterator[int]:
    yield from (step.row for step in back.way.steps)
    if back.taken is not None:
        yield back.taken.row


def _unique(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Claims once each by their id, in order."""
    once = {claim.id: claim for claim in reversed(list(claims))}
    return tuple(once.values())[::-1] if once else ()

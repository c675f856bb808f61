"""Which pairs of a decision and a factor lack feedback, and of which kind: all of them at once, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.analysis.gaps.cases import Cases, backs_of
from graph.analysis.gaps.findings import LADDER, NO_SENSOR, NOT_SENT, NOT_USED, STATES, TOO_LATE, WRONG_PLACE, Back, Pairs, Tally
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.steps import DISPUTED_USE, UNRECORDED, UNUSED, Passing
from graph.kernels.index import Floats, Longs, Marks
from graph.results.gaps import DISPUTED, NOT_RECORDED, SAID_MISSING
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, Use

_SAID, _DISPUTED, _UNRECORDED = map(STATES.index, (SAID_MISSING, DISPUTED, NOT_RECORDED))
_PLACE = {kind: place for place, kind in enumerate(LADDER)}
_ARRIVES = -1


class _Verdict(NamedTuple):
    """A kind of gap, its state, whose it is, and what the best way that is used is worth."""

    kind: int
    state: int
    owner: int
    used: float = 0.0


class _Fate(NamedTuple):
    """What became of a pair: its gaps, or that its loop is closed, if only by ways that are used now and then."""

    verdicts: tuple[_Verdict, ...] = ()
    is_closed: bool = False
    is_partly: bool = False


class Judge:
    """Judges pairs: the first of the ladder that holds is the pair's kind; what arrives can be both unused and late."""

    def __init__(self, snapshot: Snapshot, information: Information, toward: Floats | None) -> None:
        self.snapshot, self.information, self.toward = snapshot, information, toward
        self.cases = Cases(snapshot, information)
        self.owners: dict[int, tuple[int, ...]] = {}
        self._group_of: dict[tuple[int, ...], int] = {}
        self._alike: dict[tuple[int, tuple[int, ...], float | None], _Fate] = {}
        self._unspoken = _SAID if information.is_plain else _UNRECORDED
        self._routes = np.array([decision * snapshot.n_nodes + factor for decision, factor in self.cases.routes], dtype=np.int64)
        self.is_seen = np.zeros(snapshot.n_nodes, dtype=np.bool_)
        self.unseen_state = np.full(snapshot.n_nodes, self._unspoken, dtype=np.int8)
        for factor in information.sights:
            self.is_seen[factor] = bool(information.seen_by(factor))
            self.unseen_state[factor] = self._state(information.said_unseen(factor), more=False)

    def judge(self, decisions: Sequence[tuple[int, Sequence[int]]], acts: Floats, factors: Longs, tally: Tally) -> None:
        """Judge all pairs of these decisions, given with their owners, and the factors that they move; `acts` has a row for each.

        Factors that nobody sees are told apart, save where somebody speaks of this very pair.
        """
        self.owners.update((row, tuple(owners)) for row, owners in decisions)
        strength = acts[:, factors]
        place, column = np.nonzero(strength > 0)
        first_owner = np.array([owners[0] for _, owners in decisions], dtype=np.int64)
        moved = Pairs(
            decision=np.array([row for row, _ in decisions], dtype=np.int64)[place],
            factor=factors[column],
            owner=first_owner[place],
            acts=strength[place, column],
            score=self._scores(factors[column], strength[place, column]),
            used=np.zeros(place.size),
            kind=np.full(place.size, _PLACE[NO_SENSOR], dtype=np.int8),
            state=self.unseen_state[factors[column]],
        )
        tally.pairs += len(moved)
        is_seen = self.is_seen[moved.factor]
        is_spoken = np.isin(moved.decision * self.snapshot.n_nodes + moved.factor, self._routes)
        tally.unseen.append(moved.part(np.flatnonzero(~is_seen & ~is_spoken)))
        lost = np.full(len(moved), _ARRIVES)
        plain = np.flatnonzero(is_seen & ~is_spoken)
        groups = np.array([self._group_of.setdefault(self.owners[row], len(self._group_of)) for row, _ in decisions], dtype=np.int64)
        lost[plain] = self._lost_of(groups[place[plain]], moved.factor[plain])
        gone = np.flatnonzero(lost >= 0)
        kind, state = np.divmod(lost[gone].astype(np.int8), len(STATES))
        tally.seen.append(replace(moved.part(gone), kind=kind, state=state))
        tally.seen.append(self._one_by_one(moved.part(np.flatnonzero((is_seen | is_spoken) & (lost < 0))), tally))

    def _scores(self, factors: Longs, acts: Floats) -> Floats:
        """What feedback would be worth where none is used; NaN where no path leads from the factor to the moment."""
        toward = np.zeros(factors.size) if self.toward is None else self.toward[factors]
        return np.where(toward > 0, acts * toward, np.nan)

    # ---- nothing arrives ------------------------------------------------

    def _lost_of(self, groups: Longs, factors: Longs) -> Longs:
        """What becomes of pairs of which nobody speaks, by their owners: kind and state as one number, or that something arrives."""
        all_owners, n, known = list(self._group_of), self.snapshot.n_nodes, self.information.lost
        codes, back = np.unique(groups * n + factors, return_inverse=True)
        found: list[int] = []
        for group, factor in zip((codes // n).tolist(), (codes % n).tolist(), strict=True):
            key = all_owners[group], factor
            fate = known.get(key)
            if fate is None:
                fate = known[key] = self._lost(*key)
            found.append(fate)
        lost: Longs = np.array(found, dtype=np.int64)[back]
        return lost

    def _lost(self, owners: tuple[int, ...], factor: int, *, more: bool = False) -> int:
        """Seen, and on no way to the owners: it went elsewhere, or was not passed on. `more` says that somebody speaks of it."""
        information = self.information
        arriving, hearing, ways = information.arriving(factor), information.hearing(factor), information.ways_back(factor)
        if not arriving.keys().isdisjoint(owners):
            return _ARRIVES
        elsewhere = len(hearing) > len(owners) or any(actor not in owners for actor in hearing)
        kind = _PLACE[WRONG_PLACE] if elsewhere else _PLACE[NOT_SENT]
        cut = [step for owner in owners for way in ways.get(owner, ()) for step in way.cut]
        return kind * len(STATES) + self._state(cut, more=more)

    def _state(self, steps: Sequence[Passing], *, more: bool) -> int:
        """The state of what these steps, which are said not to be there, and who speaks of the whole way come to."""
        if not steps and not more:
            return self._unspoken
        return _DISPUTED if any(step.available.there for step in steps) else _SAID

    # ---- something arrives, or somebody speaks of the pair --------------

    def _one_by_one(self, pairs: Pairs, tally: Tally) -> Pairs:
        """The gaps among some pairs."""
        places: list[int] = []
        verdicts: list[_Verdict] = []
        for place, (decision, factor) in enumerate(zip(pairs.decision.tolist(), pairs.factor.tolist(), strict=True)):
            fate = self._fate(decision, factor)
            tally.closed += fate.is_closed
            tally.partly_closed += fate.is_partly
            places += [place] * len(fate.verdicts)
            verdicts += fate.verdicts
        found = pairs.part(np.array(places, dtype=np.int64))
        used = np.array([verdict.used for verdict in verdicts], dtype=np.float64)
        return replace(
            found,
            owner=np.array([verdict.owner for verdict in verdicts], dtype=np.int64),
            score=found.score * (1.0 - used),
            used=used,
            kind=_codes([verdict.kind for verdict in verdicts]),
            state=_codes([verdict.state for verdict in verdicts]),
        )

    def _fate(self, decision: int, factor: int) -> _Fate:
        """What becomes of a pair. Decisions of the same owners that take none of it into account and decide as often fare alike."""
        owners = self.owners[decision]
        if (decision, factor) in self.cases.routes:
            return self._spoken(decision, factor, owners)
        ways = self.cases.ways(factor, owners)
        taken, limit = self.cases.taken(decision, factor, ways), self.cases.limit(decision, factor)
        if taken is not None:
            return self._arrived(backs_of(ways, taken, limit), more=False)
        key = factor, owners, limit
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = self._arrived(backs_of(ways, None, limit), more=False)
        return found

    def _spoken(self, decision: int, factor: int, owners: tuple[int, ...]) -> _Fate:
        """What becomes of a pair that somebody speaks of."""
        more = bool(self.cases.of_the_pair(decision, factor)[0])
        if not self.is_seen[factor]:
            kind, state = _PLACE[NO_SENSOR], self._state(self.information.said_unseen(factor), more=more)
            return _Fate(verdicts=(_Verdict(kind=kind, state=state, owner=owners[0]),))
        lost = self._lost(owners, factor, more=more)
        if lost != _ARRIVES:
            kind, state = divmod(lost, len(STATES))
            return _Fate(verdicts=(_Verdict(kind=kind, state=state, owner=owners[0]),))
        return self._arrived(self.cases.arriving(decision, factor, owners), more=more)

    def _arrived(self, backs: Sequence[Back], *, more: bool) -> _Fate:
        used, timely = 0.0, list[Back]()
        flawed: dict[str, list[Back]] = {NOT_USED: [], TOO_LATE: []}
        for back in backs:
            if not back.flaws:
                timely.append(back)
            for flaw in back.flaws:
                flawed[flaw].append(back)
            if NOT_USED not in back.flaws:
                used = max(used, back.way.strength)
        if timely:
            return _Fate(is_closed=True, is_partly=all(back.is_partly_used for back in timely))
        return _Fate(
            verdicts=tuple(
                [
                    _Verdict(kind=_PLACE[kind], state=self._unused_state(kind, some, more=more), owner=some[0].owner, used=used)
                    for kind, some in flawed.items()
                    if some
                ]
            )
        )

    def _unused_state(self, kind: str, backs: Sequence[Back], *, more: bool) -> int:
        said, is_disputed, is_unrecorded = more or kind == TOO_LATE, False, False
        for back in backs:
            taken = None if back.taken is None else back.taken.said
            if back.way.flags & UNUSED:
                said, is_disputed = True, is_disputed or bool(back.way.flags & DISPUTED_USE)
            if taken is not None and taken.is_missing:
                said, is_disputed = True, is_disputed or bool(taken.there)
            # Where a use is not recorded, a map that cites nobody has not said that there is none.
            is_unrecorded |= bool(back.way.flags & UNRECORDED) or (taken is not None and taken.value is Use.UNKNOWN)
        if said:
            return _DISPUTED if is_disputed else _SAID
        return _UNRECORDED if is_unrecorded else self._unspoken


def _codes(values: Sequence[int]) -> NDArray[np.int8]:
    return np.array(values, dtype=np.int8)


def owners_of(snapshot: Snapshot, decisions: Sequence[int], standing: Marks) -> list[list[int]]:
    """Who owns each decision: its owner on the map first, then all that are drawn as making it, by id. Rows."""
    makers: dict[int, set[int]] = {}
    for row in snapshot.of_kind(LinkKind.MAKES).tolist():
        if standing[row]:
            makers.setdefault(int(snapshot.end[row]), set()).add(int(snapshot.start[row]))
    found = []
    for decision in decisions:
        owner = int(snapshot.nodes.owner[decision])
        others = sorted(makers.get(decision, set()) - {owner}, key=lambda row: snapshot.node(row).id)
        found.append([owner, *others] if owner >= 0 else others)
    return found

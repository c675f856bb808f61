"""Which pairs of a decision and a factor lack feedback, of which kind, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graph.analysis.gaps.findings import (
    NO_SENSOR,
    NOT_SENT,
    NOT_USED,
    TOO_LATE,
    WRONG_PLACE,
    Back,
    Case,
    Finding,
    Tally,
)
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.said import is_reason
from graph.analysis.gaps.steps import Way
from graph.analysis.gaps.unseen import STATES, Unseen
from graph.kernels.index import Floats, Longs, Marks
from graph.results.gaps import DISPUTED, NOT_RECORDED, SAID_MISSING
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, Use
from schema.records import Claim


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judgement:
    """What became of a pair: the cases that are gaps, or that its loop is closed, if only by ways that are used now and then."""

    cases: tuple[Case, ...] = ()
    is_closed: bool = False
    is_partly: bool = False


class Judge:
    """Judges pairs: the first of the ladder that holds is the pair's kind; what arrives can be both unused and late."""

    def __init__(self, snapshot: Snapshot, information: Information, toward: Floats | None) -> None:
        self.snapshot, self.information, self.toward = snapshot, information, toward
        self.owners: dict[int, tuple[int, ...]] = {}
        self._alike: dict[tuple[int, tuple[int, ...], float | None], _Judgement] = {}
        self._arriving: dict[int, Mapping[int, Sequence[Way]]] = {}
        self._reasons_of: dict[int, list[Claim]] = {}
        self.routes = information.decisions_with_route_claims()
        self.is_seen = np.zeros(snapshot.n_nodes, dtype=np.bool_)
        self.unseen_state = np.full(snapshot.n_nodes, STATES.index(SAID_MISSING if information.is_plain else NOT_RECORDED), dtype=np.int8)
        for factor in information.sights:
            self.is_seen[factor] = bool(information.seen_by(factor))
            if information.said_unseen(factor):
                there = any(step.available.there for step in information.said_unseen(factor))
                self.unseen_state[factor] = STATES.index(DISPUTED if there else SAID_MISSING)

    def judged(self, decision: int, owners: Sequence[int], factors: Longs, acts: Floats, tally: Tally) -> None:
        """Judge the factors that a decision moves, with the strength of its strongest path to each.

        Factors that nobody sees are judged all at once, save where somebody speaks of this very pair.
        """
        tally.pairs += int(factors.size)
        self.owners[decision] = tuple(owners)
        alone = self.is_seen[factors]
        spoken_of = [factor for other, factor in self.routes if other == decision]
        if spoken_of:
            alone |= np.isin(factors, spoken_of)
        many = factors[~alone]
        if many.size:
            tally.unseen.parts.append(
                Unseen(
                    decision=decision,
                    owner=owners[0],
                    factors=many,
                    scores=self._scores(many, acts[many]),
                    acts=acts[many],
                    states=self.unseen_state[many],
                )
            )
        few, strengths = factors[alone], acts[factors[alone]]
        scores = self._scores(few, strengths)
        for factor, strength, score in zip(few.tolist(), strengths.tolist(), scores.tolist(), strict=True):
            found = self._judgement(decision, factor)
            tally.closed += found.is_closed
            tally.partly_closed += found.is_partly
            for case in found.cases:
                worth = score * (1.0 - case.used) if case.used else score
                tally.findings.append(Finding(decision=decision, factor=factor, acts=strength, score=worth, case=case))

    def _scores(self, factors: Longs, acts: Floats) -> Floats:
        """What feedback would be worth where none is used; NaN where no path leads from the factor to the moment."""
        toward = np.zeros(factors.size) if self.toward is None else self.toward[factors]
        return np.where(toward > 0, acts * toward, np.nan)

    def first_unseen(self, tally: Tally, most: int, rank: Longs, *, recorded: bool) -> list[Finding]:
        """The first pairs that nobody sees, as many as can be listed."""
        return [
            Finding(
                decision=part.decision,
                factor=int(part.factors[place]),
                acts=float(part.acts[place]),
                score=float(part.scores[place]),
                case=self._unseen(part.decision, part.owner, int(part.factors[place])),
            )
            for part, place in tally.unseen.first(most, rank, recorded=recorded)
        ]

    def with_ways(self, finding: Finding) -> Finding:
        """A finding with the ways back that do not arrive, which are looked at only where it is told."""
        if finding.case.kind not in (NOT_SENT, WRONG_PLACE):
            return finding
        backs = (
            self._back(finding.decision, finding.factor, owner, way)
            for owner in self.owners[finding.decision]
            for way in self.information.ways_back(finding.factor).get(owner, ())
        )
        return replace(finding, case=replace(finding.case, backs=tuple(backs)))

    # ---- one pair -------------------------------------------------------

    def _judgement(self, decision: int, factor: int) -> _Judgement:
        """What becomes of a pair. Many fare alike, and are judged once.

        Where nothing arrives, those are all decisions of the same owners; else those that take nothing into account, and decide
        as often. A pair that somebody speaks of is judged by itself.
        """
        owners = self.owners[decision]
        if (decision, factor) in self.routes:
            return self._pair(decision, factor)
        is_lost = self._arriving_ways(factor).keys().isdisjoint(owners)
        if not is_lost and decision in self.information.inputs:
            return self._pair(decision, factor)
        key = factor, owners, None if is_lost else self._limit(decision, factor)
        found = self._alike.get(key)
        if found is None:
            found = _Judgement(cases=(self._unsent(decision, factor),)) if is_lost else self._pair(decision, factor)
            self._alike[key] = found
        return found

    def _arriving_ways(self, factor: int) -> Mapping[int, Sequence[Way]]:
        """The ways back on which no step is said not to be there, by the owner that they come to."""
        ways = self._arriving.get(factor)
        if ways is None:
            uncut = ((owner, [way for way in each if not way.cut]) for owner, each in self.information.ways_back(factor).items())
            ways = self._arriving[factor] = {owner: each for owner, each in uncut if each}
        return ways

    def _pair(self, decision: int, factor: int) -> _Judgement:
        owners = self.owners[decision]
        if not self.information.seen_by(factor):
            return _Judgement(cases=(self._unseen(decision, owners[0], factor),))
        arriving = [self._back(decision, factor, owner, way) for owner in owners for way in self._arriving_ways(factor).get(owner, ())]
        if not arriving:
            return _Judgement(cases=(self._unsent(decision, factor),))
        timely = [back for back in arriving if not back.flaws]
        if timely:
            return _Judgement(is_closed=True, is_partly=all(back.is_partly_used for back in timely))
        used = max((back.way.strength for back in arriving if back.is_used), default=0.0)
        flawed = ((kind, tuple(back for back in arriving if kind in back.flaws)) for kind in (NOT_USED, TOO_LATE))
        return _Judgement(cases=tuple(self._unused(decision, factor, used, kind, backs) for kind, backs in flawed if backs))

    def _back(self, decision: int, factor: int, owner: int, way: Way) -> Back:
        taken = self.information.input_for(decision, factor, way)
        flaws = []
        if way.cut:
            flaws.append(NOT_SENT)
        if way.unused or way.unrecorded or taken is None or taken.said.value in (Use.NO, Use.UNKNOWN):
            flaws.append(NOT_USED)
        limit = self._limit(decision, factor)
        if limit is not None and way.delay > limit:
            flaws.append(TOO_LATE)
        return Back(way=way, taken=taken, owner=owner, flaws=tuple(flaws), limit=limit)

    def _limit(self, decision: int, factor: int) -> float | None:
        spans = (self.snapshot.node(decision).decision_cycle_months, self.snapshot.node(factor).changes_within_months)
        return min((span for span in spans if span is not None), default=None)

    # ---- states ---------------------------------------------------------

    def _state(self, missing: Sequence[Claim], there: Sequence[Claim], *, said: bool) -> str:
        if said:
            return DISPUTED if there else SAID_MISSING
        return SAID_MISSING if self.information.is_plain else NOT_RECORDED

    def _of_the_pair(self, decision: int, factor: int) -> tuple[list[Claim], list[Claim]]:
        """Claims on the whole way back: those that say it is missing, and why."""
        if (decision, factor) not in self.routes:
            return [], []
        missing, because = [], []
        for claim, item in self.information.route_claims(decision, factor):
            if claim in item.said.missing:
                missing += [each for each in item.said.missing if not each.route or each is claim]
            if is_reason(claim):
                because.append(claim)
        return missing, because

    def _unseen(self, decision: int, owner: int, factor: int) -> Case:
        steps = self.information.said_unseen(factor)
        missing, because = self._of_the_pair(decision, factor)
        said = bool(steps or missing)
        missing = [*(claim for step in steps for claim in step.available.missing), *missing]
        there = [claim for step in steps for claim in step.available.there]
        return Case(
            owner=owner,
            kind=NO_SENSOR,
            state=self._state(missing, there, said=said),
            missing=_unique(missing),
            there=_unique(there),
            because=_unique([*because, *self._reasons(step.row for step in steps)]),
        )

    def _unsent(self, decision: int, factor: int) -> Case:
        """Seen, and on no way to the owner: it went elsewhere, or was not passed on."""
        owners, unspoken = self.owners[decision], (decision, factor) not in self.routes
        elsewhere = self.information.other_owners(factor, owners)
        kind = WRONG_PLACE if elsewhere else NOT_SENT
        if unspoken and self.information.ways_back(factor).keys().isdisjoint(owners):
            return Case(owner=owners[0], kind=kind, state=self._state((), (), said=False), went_to=tuple(elsewhere))
        cut = [step for owner in owners for way in self.information.ways_back(factor).get(owner, ()) for step in way.cut]
        missing, because = self._of_the_pair(decision, factor)
        said = bool(cut or missing)
        missing = [*(claim for step in cut for claim in step.available.missing), *missing]
        there = [claim for step in cut for claim in step.available.there]
        return Case(
            owner=owners[0],
            kind=kind,
            state=self._state(missing, there, said=said),
            missing=_unique(missing),
            there=_unique(there),
            because=_unique([*because, *self._reasons(step.row for step in cut)]),
            went_to=tuple(elsewhere),
        )

    def _unused(self, decision: int, factor: int, used: float, kind: str, backs: tuple[Back, ...]) -> Case:
        missing: list[Claim] = []
        there: list[Claim] = []
        said = unrecorded_only = False
        for back in backs:
            steps, taken = back.way.unused, back.taken
            missing += [claim for step in steps for claim in step.used.missing]
            there += [claim for step in steps for claim in step.used.there]
            if taken is not None and taken.said.is_missing:
                missing += taken.said.missing
                there += taken.said.there
            said |= bool(steps) or (taken is not None and taken.said.is_missing)
            # Where a use is not recorded, a map that cites nobody has not said that there is none.
            unrecorded_only |= bool(back.way.unrecorded) or (taken is not None and taken.said.value is Use.UNKNOWN)
        if kind == TOO_LATE and not said:
            # That it is late is what the map records of its steps: whoever vouches for them says so.
            links = [self.snapshot.link(step.row) for back in backs for step in back.way.steps]
            missing = [claim for link in links for claim in link.claims if not is_reason(claim)]
            said = True
        more, because = self._of_the_pair(decision, factor)
        said |= bool(more)
        state = NOT_RECORDED if unrecorded_only and not said else self._state(missing, there, said=said)
        return Case(
            owner=backs[0].owner,
            kind=kind,
            state=state,
            used=used,
            missing=_unique([*missing, *more]),
            there=_unique(there),
            because=_unique([*because, *self._reasons(row for back in backs for row in _rows(back))]),
            backs=backs,
        )

    def _reasons(self, rows: Iterable[int]) -> list[Claim]:
        found: list[Claim] = []
        for row in dict.fromkeys(rows):
            if row not in self._reasons_of:
                self._reasons_of[row] = [claim for claim in self.snapshot.link(row).claims if is_reason(claim)]
            found += self._reasons_of[row]
        return found


def _rows(back: Back) -> Iterator[int]:
    yield from (step.row for step in back.way.steps)
    if back.taken is not None:
        yield back.taken.row


def _unique(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Claims once each by their id, in order."""
    once = {claim.id: claim for claim in reversed(list(claims))}
    return tuple(once.values())[::-1] if once else ()


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

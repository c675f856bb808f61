"""Which pairs of a decision and a factor lack feedback, of which kind, and who says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from graph.analysis.gaps.information import Information, Input, Way, is_reason
from graph.analysis.gaps.unseen import STATES, Unseen, UnseenPairs
from graph.kernels.index import Floats, Longs, Marks
from graph.results.gaps import DISPUTED, NOT_RECORDED, SAID_MISSING
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, Use
from schema.records import Claim

NO_SENSOR, NOT_SENT, NOT_USED, TOO_LATE, WRONG_PLACE = "no_sensor", "not_sent", "not_used", "too_late", "wrong_place"
LADDER = (NO_SENSOR, NOT_SENT, WRONG_PLACE, NOT_USED, TOO_LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A way back with what the decision makes of it, and the flaws that hold on it."""

    way: Way
    taken: Input | None
    owner: int
    flaws: tuple[str, ...]
    limit: float | None

    @property
    def is_used(self) -> bool:
        """Whether it arrives, is used at every step and taken into account, in time or not."""
        return not set(self.flaws) - {TOO_LATE}

    @property
    def is_partly_used(self) -> bool:
        steps = any(Use.SOMETIMES in (step.available.value, step.used.value) for step in self.way.steps)
        return steps or (self.taken is not None and self.taken.said.value is Use.SOMETIMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of gap of one pair, before it is told. `score` is NaN where it is not known."""

    decision: int
    factor: int
    owner: int
    kind: str
    state: str
    score: float
    acts: float
    used: float
    missing: tuple[Claim, ...] = ()
    there: tuple[Claim, ...] = ()
    because: tuple[Claim, ...] = ()
    backs: tuple[Back, ...] = ()
    went_to: tuple[int, ...] = ()


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found over all pairs."""

    findings: list[Finding] = field(default_factory=list)
    unseen: UnseenPairs = field(default_factory=UnseenPairs)
    pairs: int = 0
    closed: int = 0
    partly_closed: int = 0


class Judge:
    """Judges pairs one by one: the first of the ladder that holds is the pair's kind; what arrives can be both unused and late."""

    def __init__(self, snapshot: Snapshot, information: Information, toward: Floats | None) -> None:
        self.snapshot, self.information, self.toward = snapshot, information, toward
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
        alone = self.is_seen[factors]
        spoken_of = [factor for other, factor in self.routes if other == decision]
        if spoken_of:
            alone |= np.isin(factors, spoken_of)
        many = factors[~alone]
        if many.size:
            toward = np.zeros(many.size) if self.toward is None else self.toward[many]
            scores = np.where(toward > 0, acts[many] * toward, np.nan)
            tally.unseen.parts.append(
                Unseen(decision=decision, owner=owners[0], factors=many, scores=scores, acts=acts[many], states=self.unseen_state[many])
            )
        for factor in factors[alone].tolist():
            found = list(self._pair(decision, owners, factor, float(acts[factor]), tally))
            tally.findings += found

    def first_unseen(self, tally: Tally, most: int, rank: Longs, *, recorded: bool) -> list[Finding]:
        """Of every decision, the first pairs that nobody sees: enough to list `most` of all."""
        return [
            self._unseen(part.decision, [part.owner], int(part.factors[place]), float(part.acts[place]))
            for part in tally.unseen.parts
            for place in part.first(most, rank, recorded=recorded)
        ]

    def _pair(self, decision: int, owners: Sequence[int], factor: int, acts: float, tally: Tally) -> Iterator[Finding]:
        seen = self.information.seen_by(factor)
        if not seen:
            yield self._unseen(decision, owners, factor, acts)
            return
        backs = [self._back(decision, factor, owner, way) for owner in owners for way in self.information.ways_back(factor, owner)]
        arriving = [back for back in backs if not back.way.cut]
        timely = [back for back in arriving if not back.flaws]
        if timely:
            tally.closed += 1
            tally.partly_closed += all(back.is_partly_used for back in timely)
            return
        if not arriving:
            yield self._unsent(decision, owners, factor, acts, backs)
            return
        used = max((back.way.strength for back in arriving if back.is_used), default=0.0)
        for kind in (NOT_USED, TOO_LATE):
            flawed = tuple(back for back in arriving if kind in back.flaws)
            if flawed:
                yield self._arriving(decision, factor, acts, used, kind, flawed)

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

    def score(self, factor: int, acts: float, used: float) -> float:
        """What feedback would be worth here; NaN where no path leads from the factor to the moment."""
        toward = 0.0 if self.toward is None else float(self.toward[factor])
        return acts * toward * (1.0 - used) if toward > 0 else math.nan

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

    def _unseen(self, decision: int, owners: Sequence[int], factor: int, acts: float) -> Finding:
        steps = self.information.said_unseen(factor)
        missing, because = self._of_the_pair(decision, factor)
        said = bool(steps or missing)
        missing = [*(claim for step in steps for claim in step.available.missing), *missing]
        there = [claim for step in steps for claim in step.available.there]
        return Finding(
            decision=decision,
            factor=factor,
            owner=owners[0],
            kind=NO_SENSOR,
            state=self._state(missing, there, said=said),
            score=self.score(factor, acts, 0.0),
            acts=acts,
            used=0.0,
            missing=_unique(missing),
            there=_unique(there),
            because=_unique([*because, *self._reasons(step.row for step in steps)]),
        )

    def _unsent(self, decision: int, owners: Sequence[int], factor: int, acts: float, backs: Sequence[Back]) -> Finding:
        """Seen, and on no way to the owner: it went elsewhere, or was not passed on."""
        elsewhere = self.information.other_owners(factor, owners)
        cut = [step for back in backs for step in back.way.cut]
        missing, because = self._of_the_pair(decision, factor)
        said = bool(cut or missing)
        missing = [*(claim for step in cut for claim in step.available.missing), *missing]
        there = [claim for step in cut for claim in step.available.there]
        return Finding(
            decision=decision,
            factor=factor,
            owner=owners[0],
            kind=WRONG_PLACE if elsewhere else NOT_SENT,
            state=self._state(missing, there, said=said),
            score=self.score(factor, acts, 0.0),
            acts=acts,
            used=0.0,
            missing=_unique(missing),
            there=_unique(there),
            because=_unique([*because, *self._reasons(step.row for step in cut)]),
            backs=tuple(backs),
            went_to=tuple(elsewhere),
        )

    def _arriving(self, decision: int, factor: int, acts: float, used: float, kind: str, backs: tuple[Back, ...]) -> Finding:
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
        return Finding(
            decision=decision,
            factor=factor,
            owner=backs[0].owner,
            kind=kind,
            state=state,
            score=self.score(factor, acts, used),
            acts=acts,
            used=used,
            missing=_unique([*missing, *more]),
            there=_unique(there),
            because=_unique([*because, *self._reasons(row for back in backs for row in _rows(back))]),
            backs=backs,
        )

    def _reasons(self, rows: Iterable[int]) -> list[Claim]:
        return [claim for row in dict.fromkeys(rows) for claim in self.snapshot.link(row).claims if is_reason(claim)]


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


def in_order(findings: list[Finding], snapshot: Snapshot) -> list[Finding]:
    """By score to twelve digits, unknown ones last; ties by decision, factor and ladder."""

    def place(finding: Finding) -> tuple[bool, float, str, str, int]:
        unknown = math.isnan(finding.score)
        score = 0.0 if unknown else -float(f"{finding.score:.12g}")
        return unknown, score, snapshot.node(finding.decision).id, snapshot.node(finding.factor).id, LADDER.index(finding.kind)

    return sorted(findings, key=place)

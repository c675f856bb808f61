"""The answer to a question about missing feedback."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results.paths import ImpactPath
from graph.results.terms import Json, Terms, tidy

SAID_MISSING = "said_missing"
DISPUTED = "disputed"
NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who says something: a claim's id, by whom, from which standpoint, when, in which source.

    `early` says that it was said before the decision in question was taken: of the way things go, not of that decision.
    """

    claim: str
    by: str | None
    source: str | None
    standpoint: str | None
    said_on: str | None
    text: str | None
    early: bool = False

    def to_json(self) -> Json:
        return {
            "claim": self.claim,
            "by": self.by,
            "source": self.source,
            "standpoint": self.standpoint,
            "said_on": self.said_on,
            "text": self.text,
            "before_decision": self.early,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPath:
    """A way on which what is noticed could come back to the owner: its links, and what keeps it from closing the loop.

    `kinds` are the flaws that hold on it, in the order of the ladder. `delay_months` sums what is known; `limit_months` is the
    decision's cycle or the time in which the factor changes, whichever is shorter, None where neither is known.
    """

    observer: str
    owner: str
    signal: str | None
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    taken_by: str | None
    kinds: tuple[str, ...]
    delay_months: float
    delay_known: bool
    limit_months: float | None
    strength: float

    def to_json(self) -> Json:
        return {
            "observer": self.observer,
            "owner": self.owner,
            "signal": self.signal,
            "nodes": list(self.nodes),
            "links": list(self.links),
            "taken_by": self.taken_by,
            "kinds": list(self.kinds),
            "delay_months": tidy(self.delay_months),
            "delay_known": self.delay_known,
            "limit_months": tidy(self.limit_months),
            "strength": tidy(self.strength),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingLoop:
    """A loop that would close if the signal were used: the decision's path to the factor, and back over the missing link.

    `kind` is R, B or U; `closing_sign` is what somebody claims of the missing link, `?` where nobody does. `closing_link` is the
    link that would have to count, None where it is not on the map. `gain` is that of the path alone.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    kind: str
    gain: float
    delay_months: float | None
    closing_sign: str
    closing_link: str | None
    claimed_by: tuple[str, ...]

    def to_json(self) -> Json:
        return {
            "nodes": list(self.nodes),
            "links": list(self.links),
            "kind": self.kind,
            "gain": tidy(self.gain),
            "delay_months": tidy(self.delay_months),
            "closing_sign": self.closing_sign,
            "closing_link": self.closing_link,
            "claimed_by": list(self.claimed_by),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One kind of missing feedback between a decision and a factor that it moves.

    `score` is None where no path leads from the factor to the moment. `state` says whether it is said to be missing, disputed or
    only not recorded; `said_by` and `disputed_by` are the claims on both sides (none: the map itself), `because` those that say
    why. `would_close` are the strongest loops that use of the signal would close, `would_close_found` how many there are.
    """

    decision: str
    decision_label: str
    factor: str
    factor_label: str
    kind: str
    words: str
    score: float | None
    state: str
    owner: str
    observers: tuple[str, ...]
    went_to: tuple[str, ...]
    said_by: tuple[Voice, ...]
    disputed_by: tuple[Voice, ...]
    because: tuple[Voice, ...]
    acts_strength: float
    moment_strength: float | None
    used_strength: float
    acts: ImpactPath | None
    return_paths: tuple[ReturnPath, ...]
    would_close: tuple[ClosingLoop, ...]
    would_close_found: int
    would_close_complete: bool
    text: str

    def to_json(self) -> Json:
        return {
            "decision": self.decision,
            "factor": self.factor,
            "kind": self.kind,
            "score": tidy(self.score),
            "would_close": [loop.to_json() for loop in self.would_close],
            "text": self.text,
            "words": self.words,
            "state": self.state,
            "owner": self.owner,
            "observers": list(self.observers),
            "went_to": list(self.went_to),
            "said_by": [voice.to_json() for voice in self.said_by],
            "disputed_by": [voice.to_json() for voice in self.disputed_by],
            "because": [voice.to_json() for voice in self.because],
            "acts_strength": tidy(self.acts_strength),
            "moment_strength": tidy(self.moment_strength),
            "used_strength": tidy(self.used_strength),
            "acts": self.acts.to_json() if self.acts else None,
            "return_paths": [path.to_json() for path in self.return_paths],
            "would_close_found": self.would_close_found,
            "would_close_complete": self.would_close_complete,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackLink:
    """A link that would close gaps: who would have to see or tell, to whom; `closes` are pairs of a decision and a factor.

    `kind` is `observes` (from the owner to the factor) or `informs` (from whoever knows to the owner, who then uses it).
    """

    kind: str
    start: str
    end: str
    existing: str | None
    closes: tuple[tuple[str, str], ...]
    score: float
    text: str

    def to_json(self) -> Json:
        return {
            "kind": self.kind,
            "from": self.start,
            "to": self.end,
            "existing": self.existing,
            "closes": [{"decision": decision, "factor": factor} for decision, factor in self.closes],
            "score": tidy(self.score),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The few new links that would close most, chosen greedily. `closed` and `gaps` count pairs, `score` what they come to."""

    links: tuple[FeedbackLink, ...]
    closed: int
    gaps: int
    score: float
    whole_score: float
    bound: str

    def to_json(self) -> Json:
        return {
            "links": [link.to_json() for link in self.links],
            "closed": self.closed,
            "gaps": self.gaps,
            "score": tidy(self.score),
            "whole_score": tidy(self.whole_score),
            "bound": self.bound,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationGap:
    """A silo that a decision reaches and that no consultation or information link is recorded to join to its owner."""

    decision: str
    owner: str
    silo: str
    factors: int
    strength: float

    def to_json(self) -> Json:
        return {
            "decision": self.decision,
            "owner": self.owner,
            "silo": self.silo,
            "factors": self.factors,
            "strength": tidy(self.strength),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A consultation that is said to have changed nothing."""

    link: str
    asked_by: str
    asked: str
    answered: str | None
    changed_anything: str | None
    said_by: tuple[Voice, ...]
    text: str

    def to_json(self) -> Json:
        return {
            "link": self.link,
            "asked_by": self.asked_by,
            "asked": self.asked,
            "answered": self.answered,
            "changed_anything": self.changed_anything,
            "said_by": [voice.to_json() for voice in self.said_by],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GapAnswer:
    """What decisions never hear: gaps by score, what would close most of them, and who was not asked.

    `found` counts gaps that are said or disputed, `by_kind` and `by_state` break it down; `not_recorded` counts those of which
    nobody says anything and `unrecorded` lists them where asked for. `pairs` counts pairs of a decision and a factor it moves,
    `closed` those with a way back that is used in time, `partly_closed` those among them where a step is used only sometimes.
    """

    moment: str | None
    gaps: tuple[Gap, ...]
    found: int
    by_kind: dict[str, int]
    by_state: dict[str, int]
    pairs: int
    closed: int
    partly_closed: int
    not_recorded: int
    unrecorded: tuple[Gap, ...]
    without_owner: tuple[str, ...]
    cover: Cover
    consultation_gaps: tuple[ConsultationGap, ...]
    consultation_gaps_found: int
    asked_and_unchanged: tuple[Unanswered, ...]
    reading: str
    complete: bool
    reason: str | None
    text: str
    terms: Terms

    def to_json(self) -> Json:
        return {
            "gaps": [gap.to_json() for gap in self.gaps],
            "found": self.found,
            "complete": self.complete,
            "by_kind": dict(self.by_kind),
            "by_state": dict(self.by_state),
            "pairs": self.pairs,
            "closed": self.closed,
            "partly_closed": self.partly_closed,
            "not_recorded": self.not_recorded,
            "unrecorded": [gap.to_json() for gap in self.unrecorded],
            "without_owner": list(self.without_owner),
            "cover": self.cover.to_json(),
            "consultation_gaps": [gap.to_json() for gap in self.consultation_gaps],
            "consultation_gaps_found": self.consultation_gaps_found,
            "asked_and_unchanged": [each.to_json() for each in self.asked_and_unchanged],
            "moment": self.moment,
            "reading": self.reading,
            "reason": self.reason,
            "text": self.text,
            **self.terms.to_json(),
        }

"""The few new feedback links that would close most: a weighted set cover, chosen greedily."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from graph.analysis.gaps.findings import Finding
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.unseen import UnseenPairs, heaviest
from graph.kernels.index import Longs
from graph.results import Cover, FeedbackLink
from graph.snapshot import Snapshot

OBSERVES, INFORMS = "observes", "informs"
Candidate = tuple[str, int, int]
"""A link that might be: its kind, who would see or tell, and the factor or the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A pair of a decision and a factor whose loop is open."""

    decision: int
    factor: int
    owner: int
    score: float
    limit: float | None


def cover(snapshot: Snapshot, information: Information, findings: Sequence[Finding], unseen: UnseenPairs, most: int, rank: Longs) -> Cover:
    """At most `most` links, each the one that closes most of what is still open: by score, then by number, then by ids.

    A link is either an owner seeing a factor, or somebody who knows of it telling the owner, who uses it in all its decisions.
    Greedy choice of k links closes at least 1 - (1 - 1/k)^k (63 %) of the score that the best k could (Nemhauser, Wolsey and
    Fisher 1978). Pairs that nobody sees can only be closed by seeing, so of those only the heaviest can be chosen.
    """
    ids = [node.id for node in snapshot.map.nodes]
    pairs = _pairs(snapshot, findings)
    whole = math.fsum([*(_worth(pair.score) for pair in pairs), *unseen_scores(unseen)])
    gaps = len(pairs) + unseen.headline
    seeing = {(pair.owner, pair.factor) for pair in pairs} | set(heaviest(unseen, snapshot.n_nodes, most, rank))
    for owner, factor in sorted(seeing):
        pairs += [
            _Pair(decision=decision, factor=factor, owner=owner, score=score, limit=None)
            for decision, score in unseen.pairs_of(owner, factor)
        ]
    closes = _candidates(information, pairs)
    weight = [_worth(pair.score) for pair in pairs]
    open_pairs = set(range(len(pairs)))

    def place(candidate: Candidate) -> tuple[float, int, bool, str, str]:
        left = closes[candidate] & open_pairs
        worth = float(f"{math.fsum(map(weight.__getitem__, left)):.12g}")
        return -worth, -len(left), candidate[0] == OBSERVES, ids[candidate[1]], ids[candidate[2]]

    # What a link still closes only shrinks, so a link whose place holds when it comes up again is the best.
    queue = [(place(candidate), candidate) for candidate in closes]
    heapq.heapify(queue)
    chosen: list[FeedbackLink] = []
    score: list[float] = []
    while queue and open_pairs and len(chosen) < most:
        known, candidate = heapq.heappop(queue)
        now = place(candidate)
        if now != known:
            if now[1]:
                heapq.heappush(queue, (now, candidate))
            continue
        closed = sorted(closes[candidate] & open_pairs, key=lambda pair: (ids[pairs[pair].decision], ids[pairs[pair].factor]))
        chosen.append(_link(snapshot, information, candidate, [pairs[pair] for pair in closed]))
        score += [weight[pair] for pair in closed]
        open_pairs -= closes[candidate]
    return Cover(
        links=tuple(chosen),
        closed=len(pairs) - len(open_pairs),
        gaps=gaps,
        score=math.fsum(score),
        whole_score=whole,
        bound=_bound(len(chosen), by_score=whole > 0),
    )


def _worth(score: float) -> float:
    return 0.0 if math.isnan(score) else score


def unseen_scores(unseen: UnseenPairs) -> list[float]:
    """The scores of the pairs of which it is said that nobody sees the factor."""
    return [_worth(score) for part in unseen.parts for score in part.scores[part.states > 0].tolist()]


def _pairs(snapshot: Snapshot, findings: Sequence[Finding]) -> list[_Pair]:
    unique = {(finding.decision, finding.factor): finding for finding in reversed(findings)}
    spans = {row: snapshot.node(row).decision_cycle_months for row in {decision for decision, _ in unique}}
    changes = {row: snapshot.node(row).changes_within_months for row in {factor for _, factor in unique}}
    return [
        _Pair(
            decision=decision,
            factor=factor,
            owner=finding.case.owner,
            score=finding.score,
            limit=min((span for span in (spans[decision], changes[factor]) if span is not None), default=None),
        )
        for (decision, factor), finding in reversed(unique.items())
    ]


def _candidates(information: Information, pairs: Sequence[_Pair]) -> dict[Candidate, set[int]]:
    alike: dict[tuple[int, int, float | None], list[int]] = {}
    for number, pair in enumerate(pairs):
        alike.setdefault((pair.owner, pair.factor, pair.limit), []).append(number)
    closes: dict[Candidate, set[int]] = {}
    holders: dict[int, list[tuple[int, float]]] = {}
    for (owner, factor, limit), numbers in alike.items():
        closes.setdefault((OBSERVES, owner, factor), set()).update(numbers)
        if factor not in holders:
            holders[factor] = _holders(information, factor)
        for holder, delay in holders[factor]:
            if holder != owner and (limit is None or delay <= limit):
                closes.setdefault((INFORMS, holder, owner), set()).update(numbers)
    return closes


def _holders(information: Information, factor: int) -> list[tuple[int, float]]:
    """Who knows how a factor stands, and the soonest that they can, in months."""
    soonest: dict[int, float] = {}
    for sight in information.seen_by(factor):
        noticed = 0.0 if math.isnan(sight.delay) else sight.delay
        for holder, delay in information.heard_from(sight.start).items():
            soonest[holder] = min(noticed + delay, soonest.get(holder, math.inf))
    return list(soonest.items())


def _link(snapshot: Snapshot, information: Information, candidate: Candidate, closed: Sequence[_Pair]) -> FeedbackLink:
    kind, start, end = candidate
    first, last = snapshot.node(start), snapshot.node(end)
    steps = information.tellings.get(start, ()) if kind == INFORMS else information.sights.get(end, ())
    there = [step.id for step in steps if (step.start, step.end) == (start, end)]
    decisions = list(dict.fromkeys(snapshot.node(pair.decision).label for pair in closed))
    used = f"used when {', '.join(decisions[:3])}{' and others are' if len(decisions) > 3 else ' is'} decided"
    said = f"{first.label} sees {last.label}, {used}" if kind == OBSERVES else f"{first.label} tells {last.label}, {used}"
    return FeedbackLink(
        kind=kind,
        start=first.id,
        end=last.id,
        existing=min(there, default=None),
        closes=tuple((snapshot.node(pair.decision).id, snapshot.node(pair.factor).id) for pair in closed),
        score=math.fsum(0.0 if math.isnan(pair.score) else pair.score for pair in closed),
        text=f"{said}: closes {len(closed)} {'gap' if len(closed) == 1 else 'gaps'}.",
    )


def _bound(count: int, *, by_score: bool) -> str:
    if not count:
        return "nothing to close"
    share = 1.0 - (1.0 - 1.0 / count) ** count
    what = "by score" if by_score else "by number, as no score is known"
    return f"chosen greedily, {what}: these {count} close at least {share:.0%} of what the best {count} could"

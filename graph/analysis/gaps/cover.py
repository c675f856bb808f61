"""The few new feedback links that would close most: a weighted set cover, chosen greedily."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping

import numpy as np

from graph.analysis.gaps.findings import Pairs
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.unseen import closed_by_seeing, heaviest
from graph.kernels.index import Floats, Longs
from graph.results import Cover, FeedbackLink
from graph.snapshot import Snapshot

OBSERVES, INFORMS = "observes", "informs"
Candidate = tuple[str, int, int]
"""A link that might be: its kind, who would see or tell, and the factor or the owner."""
_Place = tuple[float, int, bool, str, str]
"""What candidates are ordered by, the best first: score and number of the pairs that it closes, turned round, then ids."""
ROOM = 1e-9


def cover(snapshot: Snapshot, information: Information, seen: Pairs, unseen: Pairs, most: int, rank: Longs) -> Cover:
    """At most `most` links, each the one that closes most of what is still open: by score, then by number, then by ids.

    All pairs are such as somebody says lack feedback. A link is either an owner seeing a factor, or somebody who knows of it
    telling the owner, who uses it in all its decisions. Greedy choice of k links closes at least 1 - (1 - 1/k)^k (63 %) of the
    score that the best k could (Nemhauser, Wolsey and Fisher 1978). Pairs that nobody sees can only be closed by seeing, so of
    those only the heaviest can be chosen.
    """
    n = snapshot.n_nodes
    # Both kinds of gap of one pair are closed by the same link, and are worth the same.
    seen = seen.part(np.sort(np.unique(seen.decision * n + seen.factor, return_index=True)[1]))
    whole = math.fsum([*_worths(seen).tolist(), *_worths(unseen).tolist()])
    seeing = set(zip(seen.owner.tolist(), seen.factor.tolist(), strict=True)) | set(heaviest(unseen, n, most, rank))
    pairs = Pairs.joined((seen, closed_by_seeing(unseen, n, seeing)))
    limit = np.concatenate((_limits(snapshot, seen), np.full(len(pairs) - len(seen), np.inf)))
    chosen = _chosen(snapshot, _Candidates(snapshot, information, pairs, limit), most)
    closed = [pair for _, some in chosen for pair in some]
    return Cover(
        links=tuple(_link(snapshot, information, candidate, pairs.part(np.array(some))) for candidate, some in chosen),
        closed=len(closed),
        gaps=len(seen) + len(unseen),
        score=math.fsum(_worths(pairs)[closed].tolist()),
        whole_score=whole,
        bound=_bound(len(chosen), by_score=whole > 0),
    )


def _worths(pairs: Pairs) -> Floats:
    return np.where(np.isnan(pairs.score), 0.0, pairs.score)


def _limits(snapshot: Snapshot, pairs: Pairs) -> Floats:
    """Within how many months what comes back would be in time; infinite where it is not known."""
    cycles = {row: snapshot.node(row).decision_cycle_months for row in set(pairs.decision.tolist())}
    changes = {row: snapshot.node(row).changes_within_months for row in set(pairs.factor.tolist())}
    spans = {row: math.inf if span is None else span for row, span in cycles.items()}
    spans |= {row: math.inf if span is None else span for row, span in changes.items()}
    found = [min(spans[row], spans[other]) for row, other in zip(pairs.decision.tolist(), pairs.factor.tolist(), strict=True)]
    return np.array(found, dtype=np.float64)


def _chosen(snapshot: Snapshot, candidates: _Candidates, most: int) -> list[tuple[Candidate, list[int]]]:
    """The links that are chosen, in order, each with the pairs that it closes and none before it did, by ids."""
    pairs, ids = candidates.pairs, [node.id for node in snapshot.map.nodes]
    weight, open_pairs = _worths(pairs).tolist(), set(range(len(pairs)))
    known_pairs: dict[Candidate, set[int]] = {}

    def place(candidate: Candidate) -> _Place:
        left = closes(candidate) & open_pairs
        worth = float(f"{math.fsum(map(weight.__getitem__, left)):.12g}")
        return -worth, -len(left), candidate[0] == OBSERVES, ids[candidate[1]], ids[candidate[2]]

    def closes(candidate: Candidate) -> set[int]:
        found = known_pairs.get(candidate)
        if found is None:
            found = known_pairs[candidate] = set(candidates.pairs_of(candidate))
        return found

    # What a link still closes only shrinks, so a link whose place holds when it comes up again is the best.
    queue = [
        ((-worth, -count, candidate[0] == OBSERVES, ids[candidate[1]], ids[candidate[2]]), candidate)
        for candidate, worth, count in candidates.at_most()
    ]
    heapq.heapify(queue)
    chosen: list[tuple[Candidate, list[int]]] = []
    while queue and open_pairs and len(chosen) < most:
        known, candidate = heapq.heappop(queue)
        now = place(candidate)
        if now != known:
            if now[1]:
                heapq.heappush(queue, (now, candidate))
            continue
        closed = closes(candidate) & open_pairs
        chosen.append((candidate, sorted(closed, key=lambda pair: (ids[pairs.decision[pair]], ids[pairs.factor[pair]]))))
        open_pairs -= closed
    return chosen


class _Candidates:
    """The links that might be, and the pairs that each would close."""

    def __init__(self, snapshot: Snapshot, information: Information, pairs: Pairs, limit: Floats) -> None:
        self.pairs = pairs
        # Pairs of the same owner, factor and limit are closed by the same links.
        known = [pairs.owner, pairs.factor, np.unique(limit, return_inverse=True)[1]]
        codes = (known[0] * snapshot.n_nodes + known[1]) * (len(pairs) + 1) + known[2]
        _, first, group = np.unique(codes, return_index=True, return_inverse=True)
        self._count, self._worth = np.bincount(group).tolist(), np.bincount(group, weights=_worths(pairs)).tolist()
        upto, order = np.cumsum(self._count).tolist(), np.argsort(group, kind="stable").tolist()
        self._members = [order[end - count : end] for end, count in zip(upto, self._count, strict=True)]
        self._groups: dict[Candidate, list[int]] = {}
        holders: dict[int, Mapping[int, float]] = {}
        for number, (owner, factor, least) in enumerate(
            zip(pairs.owner[first].tolist(), pairs.factor[first].tolist(), limit[first].tolist(), strict=True)
        ):
            self._groups.setdefault((OBSERVES, owner, factor), []).append(number)
            if factor not in holders:
                holders[factor] = _holders(information, factor)
            for holder, delay in holders[factor].items():
                if holder != owner and delay <= least:
                    self._groups.setdefault((INFORMS, holder, owner), []).append(number)

    def pairs_of(self, candidate: Candidate) -> list[int]:
        """The pairs that a link would close."""
        return [pair for group in self._groups[candidate] for pair in self._members[group]]

    def at_most(self) -> list[tuple[Candidate, float, int]]:
        """What each link closes at most: a score that is a hair too high, unless it is none, and the number of pairs."""
        worth, count = self._worth.__getitem__, self._count.__getitem__
        return [(candidate, sum(map(worth, groups)) * (1.0 + ROOM), sum(map(count, groups))) for candidate, groups in self._groups.items()]


def _holders(information: Information, factor: int) -> Mapping[int, float]:
    """Who knows how a factor stands, and the soonest that they can, in months."""
    soonest: dict[int, float] = {}
    for sight in information.seen_by(factor):
        for holder, delay in information.heard_from(sight.start).items():
            soonest[holder] = min(sight.least + delay, soonest.get(holder, math.inf))
    return soonest


def _link(snapshot: Snapshot, information: Information, candidate: Candidate, closed: Pairs) -> FeedbackLink:
    kind, start, end = candidate
    first, last = snapshot.node(start), snapshot.node(end)
    steps = information.tellings.get(start, ()) if kind == INFORMS else information.sights.get(end, ())
    there = [step.id for step in steps if (step.start, step.end) == (start, end)]
    decisions = list(dict.fromkeys(snapshot.node(row).label for row in closed.decision.tolist()))
    used = f"used when {', '.join(decisions[:3])}{' and others are' if len(decisions) > 3 else ' is'} decided"
    said = f"{first.label} sees {last.label}, {used}" if kind == OBSERVES else f"{first.label} tells {last.label}, {used}"
    both = zip(closed.decision.tolist(), closed.factor.tolist(), strict=True)
    return FeedbackLink(
        kind=kind,
        start=first.id,
        end=last.id,
        existing=min(there, default=None),
        closes=tuple((snapshot.node(row).id, snapshot.node(other).id) for row, other in both),
        score=math.fsum(_worths(closed).tolist()),
        text=f"{said}: closes {len(closed)} {'gap' if len(closed) == 1 else 'gaps'}.",
    )


def _bound(count: int, *, by_score: bool) -> str:
    if not count:
        return "nothing to close"
    share = 1.0 - (1.0 - 1.0 / count) ** count
    what = "by score" if by_score else "by number, as no score is known"
    return f"chosen greedily, {what}: these {count} close at least {share:.0%} of what the best {count} could"

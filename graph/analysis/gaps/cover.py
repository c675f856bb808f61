"""The few new feedback links that would close most: a weighted set cover, chosen greedily."""

from __future__ import annotations

import math

import numpy as np

from graph.analysis.gaps.candidates import INFORMS, OBSERVES, Candidate, Candidates
from graph.analysis.gaps.findings import Pairs
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.unseen import closed_by_seeing, heaviest
from graph.kernels.index import Floats, Longs
from graph.results import Cover, FeedbackLink
from graph.snapshot import Snapshot


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
    whole = math.fsum([*seen.worth.tolist(), *unseen.worth.tolist()])
    seeing = set(zip(seen.owner.tolist(), seen.factor.tolist(), strict=True)) | set(heaviest(unseen, n, most, rank))
    pairs = Pairs.joined((seen, closed_by_seeing(unseen, n, seeing)))
    limit = np.concatenate((_limits(snapshot, seen), np.full(len(pairs) - len(seen), np.inf)))
    candidates, chosen = Candidates(information, pairs, limit, rank), list[tuple[Candidate, Longs]]()
    while len(chosen) < most and (best := candidates.take_best()) is not None:
        candidate, some = best
        chosen.append((candidate, some[np.lexsort((rank[pairs.factor[some]], rank[pairs.decision[some]]))]))
    closed = [pair for _, some in chosen for pair in some.tolist()]
    return Cover(
        links=tuple(_link(snapshot, information, candidate, pairs.part(some)) for candidate, some in chosen),
        closed=len(closed),
        gaps=len(seen) + len(unseen),
        score=math.fsum(pairs.worth[closed].tolist()),
        whole_score=whole,
        bound=_bound(len(chosen), by_score=whole > 0),
    )


def _limits(snapshot: Snapshot, pairs: Pairs) -> Floats:
    """Within how many months what comes back would be in time; infinite where it is not known."""
    cycle, change = np.full((2, snapshot.n_nodes), np.inf)
    for row in set(pairs.decision.tolist()):
        span = snapshot.node(row).decision_cycle_months
        cycle[row] = np.inf if span is None else span
    for row in set(pairs.factor.tolist()):
        span = snapshot.node(row).changes_within_months
        change[row] = np.inf if span is None else span
    limits: Floats = np.minimum(cycle[pairs.decision], change[pairs.factor])
    return limits


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
        score=math.fsum(closed.worth.tolist()),
        text=f"{said}: closes {len(closed)} {'gap' if len(closed) == 1 else 'gaps'}.",
    )


def _bound(count: int, *, by_score: bool) -> str:
    if not count:
        return "nothing to close"
    share = 1.0 - (1.0 - 1.0 / count) ** count
    what = "by score" if by_score else "by number, as no score is known"
    return f"chosen greedily, {what}: these {count} close at least {share:.0%} of what the best {count} could"

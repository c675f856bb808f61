"""How firmly an answer stands: what makes it too thin to call, and the words that say so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.kernels.paths import PathProblem, PathSet, reach
from graph.kernels.robust import all_steps, nets_of_draws, through_links
from graph.kernels.settling import drawn_weights
from graph.results import Balance, ImpactPath
from graph.results.firmness import KnownAndSaid, RobustSign, TurningLink
from graph.selection import Selection, Stop
from graph.snapshot import Snapshot
from graph.telling import confidence_word
from schema.bundling import EVIDENCE_BIT, Ground, evidence_mask
from schema.kinds import Basis, LinkKind, NodeKind
from schema.ontology import LINK_KIND_CODE

FIRM = "firm"
LEANING = "leaning"
CONTESTED = "contested"
TOO_THIN = "too thin"
NO_ROUTE = "no route"
CUT_SHORT = "the search was stopped before the strongest routes were found"

KEEP, STOP, BOTH, NO_PATH = "KEEP", "STOP", "CONTESTED", "NO PATH"
"""The verdicts of the litmus test."""

AGREEING_FROM = 0.8
LEANING_FROM = 0.5
LOW_CONFIDENCE = 0.45


def verdict(balance: Balance) -> str:
    """What a net influence says: KEEP or STOP by its sign where the paths agree by half at least, and no path or no agreement else."""
    if balance.determinacy is None:
        return NO_PATH
    if balance.determinacy < LEANING_FROM or (balance.supporting == 0 and balance.opposing == 0):
        return BOTH
    return KEEP if balance.net > 0 else STOP


def standing(balance: Balance, thin: Sequence[str], *, is_assumed: bool) -> str:
    """How firmly a balance stands: too thin before all else, then by how far its paths agree.

    What rests on assumptions, even in part, is leaning at best: `is_assumed` says whether any of its steps is one.
    """
    if balance.determinacy is None:
        return NO_ROUTE
    if thin:
        return TOO_THIN
    if balance.determinacy >= AGREEING_FROM and not is_assumed:
        return FIRM
    return LEANING if balance.determinacy >= LEANING_FROM else CONTESTED


def any_assumed(snapshot: Snapshot, rows: NDArray[np.int32]) -> bool:
    """Whether any of these links is the editors' assumption."""
    return bool((snapshot.links.ground[rows] == Ground.ASSUMPTION).any())


def thin_because(
    snapshot: Snapshot, selection: Selection, decision: int | None, best: ImpactPath | None, balance: Balance, *, any_disputed: bool
) -> tuple[str, ...]:
    """Why an answer is too thin to call; empty where it is not. `best` is its strongest path."""
    if best is None:
        return ()
    reasons = []
    inner = [step for step in best.steps if not step.is_lead_in]
    assumed = [step for step in inner if step.ground == "assumption"]
    bare = [step for step in inner if step.ground in ("unstated", "unverified")]
    weak = [step for step in inner if step.confidence < LOW_CONFIDENCE and step not in assumed]
    if assumed:
        reasons.append("its strongest route rests on an assumption: " + _named(assumed))
    if bare:
        reasons.append("its strongest route has steps without a source: " + _named(bare))
    if weak:
        reasons.append("its strongest route has a step of low confidence: " + _named(weak))
    if not any_disputed and not (balance.supporting > 0 and balance.opposing > 0) and not _was_sought(snapshot, decision):
        reasons.append("no opposing evidence was looked for")
    if decision is not None and snapshot.is_kind(decision, NodeKind.DECISION):
        reasons += _missing_aim(snapshot, selection, decision)
    return tuple(reasons)


def _named(steps: Sequence[object]) -> str:
    return ", ".join(f"{step.start_label} to {step.end_label}" for step in steps)  # type: ignore[attr-defined]


def _was_sought(snapshot: Snapshot, decision: int | None) -> bool:
    return decision is not None and snapshot.node(decision).attributes.get("opposing_evidence_sought") is True


def _missing_aim(snapshot: Snapshot, selection: Selection, decision: int) -> list[str]:
    """What is missing of a decision's own stated aim: the aim itself, or any route from the decision to it."""
    index = snapshot.index
    rows = index.out_rows[index.out_at[decision] : index.out_at[decision + 1]]
    code = LINK_KIND_CODE[LinkKind.AIMS_AT]
    aims = [int(snapshot.end[row]) for row in rows if snapshot.links.kind[row] == code and selection.standing_links[row]]
    if not aims:
        return ["the decision's own stated aim is not on the map"]
    away = reach(index, selection.usable, np.array([decision], dtype=np.int32))
    unreached = [snapshot.node(aim).label for aim in aims if away[aim] < 0]
    return [f"no effect on the decision's own stated aim is drawn ({', '.join(unreached)})"] if unreached else []


# ---- how firmly the sum of some paths stands ----------------------------

SPREAD_OF_WORD = {"high": 0.2, "medium": 0.4, "low": 0.6}
"""The share of a strength by which it may lie off, by how sure its link is."""

TURNING_LISTED = 5
_KNOWN = evidence_mask((Basis.FIGURE, Basis.STUDY, Basis.DEFINITION))


def _links_of(found: PathSet, n_links: int) -> NDArray[np.int64]:
    """The links on any of the paths, ascending. O(steps)."""
    return np.flatnonzero(np.bincount(found.rows, minlength=n_links))


def _balance(found: PathSet, mask: NDArray[np.bool_]) -> Balance:
    """What some of the paths add up to."""
    by_sign = {sign: found.strength[mask & (found.sign == sign)] for sign in (1, -1, 0)}
    return Balance(
        found=int(mask.sum()),
        raises=by_sign[1].size,
        lowers=by_sign[-1].size,
        unclear=by_sign[0].size,
        supporting=math.fsum(by_sign[1].tolist()),
        opposing=math.fsum(by_sign[-1].tolist()),
        undetermined=math.fsum(by_sign[0].tolist()),
        complete=found.complete,
    )


def spread_of(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """The spread of each strength, by its link's confidence."""
    return np.array([SPREAD_OF_WORD[confidence_word(value)] for value in confidence.tolist()], dtype=np.float64)


def robust_sign(
    snapshot: Snapshot, problem: PathProblem, found: PathSet, fixed: Collection[int], *, draws: int, seed: int, stop: Stop | None
) -> RobustSign:
    """In what share of draws the net of the paths raises and lowers. Links are drawn in the order of their ids; `fixed` are not."""
    links = _links_of(found, snapshot.n_links)
    order = np.argsort(snapshot.rank[links])
    spread = spread_of(snapshot.links.confidence[links[order]])
    spread[np.isin(links[order], list(fixed))] = 0.0
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = drawn_weights(generator, problem.strength[links[order]], problem.sign[links[order]], spread, draws)
    weights = np.empty_like(drawn)
    weights[:, order] = drawn
    nets = nets_of_draws(found, links, weights, stop=stop)
    made = max(nets.size, 1)
    return RobustSign(
        draws=draws, seed=seed, raises=float((nets > 0).sum()) / made, lowers=float((nets < 0).sum()) / made, complete=nets.size == draws
    )


def turning_links(snapshot: Snapshot, problem: PathProblem, found: PathSet, fixed: Collection[int]) -> tuple[TurningLink, ...]:
    """The links that alone would turn the sign of the net, the weightiest first; empty where there is no net to turn.

    What is true by definition cannot be wrong and is not among them; neither are the links in `fixed`.
    """
    signed = found.sign * found.strength
    net = math.fsum(signed.tolist())
    if net == 0 or not found.complete:
        return ()
    parts = through_links(found, signed, snapshot.n_links)
    unclear = through_links(found, np.where(found.sign == 0, found.strength, 0.0), snapshot.n_links)
    turned = []
    for row in _links_of(found, snapshot.n_links).tolist():
        part = float(parts[row])
        unknown = problem.sign[row] == 0 and float(unclear[row]) > abs(net)
        hair = 1e-12 * abs(net)
        reversed_, absent = (net - 2 * part) * net < -hair * abs(net), (net - part) * net < -hair * abs(net)
        if row not in fixed and snapshot.links.ground[row] != Ground.DEFINITION and (reversed_ or absent or unknown):
            turned.append((-max(abs(part), float(unclear[row]) if unknown else 0.0), row, part, reversed_, absent, bool(unknown)))
    turned.sort(key=lambda each: (float(f"{each[0]:.12g}"), snapshot.map.links.ids[each[1]]))
    return tuple(_turning(snapshot, *each[1:]) for each in turned[:TURNING_LISTED])


def _turning(snapshot: Snapshot, row: int, part: float, reversed_: bool, absent: bool, known: bool) -> TurningLink:  # noqa: FBT001
    ground = Ground(int(snapshot.links.ground[row])).name.lower()
    return TurningLink(
        link=snapshot.map.links.ids[row],
        start_label=snapshot.node(int(snapshot.start[row])).label,
        end_label=snapshot.node(int(snapshot.end[row])).label,
        part=part,
        if_reversed=reversed_,
        if_absent=absent,
        if_known=known,
        ground=ground,
        settle=_settle(ground, disputed=bool(snapshot.links.disputed[row]), confidence=float(snapshot.links.confidence[row])),
    )


def _settle(ground: str, *, disputed: bool, confidence: float) -> str:
    """What would settle a link, by what it stands on now."""
    if disputed:
        return "its sources disagree: weigh them, and decide with a reason"
    if ground == "assumption":
        return "nobody has shown it yet: a study or a record of this step"
    if ground in ("unstated", "unverified"):
        return "it has no source: name one"
    return "a second, independent source" if confidence < LOW_CONFIDENCE else "a measurement of this step by somebody else"


def known_and_said(
    snapshot: Snapshot, found: PathSet, lead_in: Collection[int], listed: Sequence[ImpactPath], *, nets: bool
) -> KnownAndSaid:
    """The answer split by what it rests on: figures, studies and definitions throughout, or anything else."""
    evidence = snapshot.links.evidence
    good = (evidence & _KNOWN) != 0
    good[list(lead_in)] = True
    known = all_steps(found, good)

    links = np.setdiff1d(_links_of(found, snapshot.n_links), np.array(list(lead_in), dtype=np.int64))
    claims = {(step.link, claim.id): claim for path in listed for step in path.steps if not step.is_lead_in for claim in step.claims}
    standpoints = Counter(claim.standpoint for claim in claims.values() if claim.standpoint)
    return KnownAndSaid(
        known=_balance(found, known) if nets else None,
        said=_balance(found, ~known) if nets else None,
        by_basis={str(basis): count for basis in Basis if (count := int(((evidence[links] & EVIDENCE_BIT[basis]) != 0).sum()))},
        by_standpoint=dict(sorted(standpoints.items())),
    )

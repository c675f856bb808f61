"""How firmly an answer stands: what makes it too thin to call, and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph.kernels.reach import reach
from graph.results import Balance, ImpactPath
from graph.selection import Selection
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KIND_CODE

FIRM = "firm"
LEANING = "leaning"
CONTESTED = "contested"
TOO_THIN = "too thin"
NO_ROUTE = "no route"
CUT_SHORT = "the search was stopped before the strongest routes were found"

AGREEING_FROM = 0.8
LEANING_FROM = 0.5
LOW_CONFIDENCE = 0.45


def standing(balance: Balance, thin: Sequence[str]) -> str:
    """How firmly a balance stands: too thin before all else, then by how far its paths agree."""
    if balance.determinacy is None:
        return NO_ROUTE
    if thin:
        return TOO_THIN
    if balance.determinacy >= AGREEING_FROM:
        return FIRM
    return LEANING if balance.determinacy >= LEANING_FROM else CONTESTED


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

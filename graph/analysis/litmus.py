"""The litmus test: does a decision make the moment of interaction better? It opens a conversation, and says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from graph import judging
from graph.judging import BOTH, KEEP, NO_PATH, STOP, TOO_THIN
from graph.kernels.pairs import paths_of_pairs
from graph.kernels.paths import PathProblem, PathSet, strongest
from graph.kernels.ranking import strongest_places
from graph.results import Balance, ImpactPath, LitmusAnswer, Terms, Verdict
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem, select, why_not_standing
from graph.snapshot import Snapshot
from graph.telling import months, path_of, worth
from schema.bundling import Ground
from schema.errors import BadQuestion
from schema.kinds import LinkKind, NodeKind
from schema.ontology import JUDGED_KINDS

SAID = {KEEP: "build on it", STOP: "think again", BOTH: "we see both", NO_PATH: "no route drawn yet"}


def litmus(snapshot: Snapshot, decisions: Sequence[str], moment: str, filters: Filters, *, stop: Stop | None = None) -> LitmusAnswer:
    """A verdict for each decision asked, or for every decision that stands (with proposals on, every proposal too).

    Net influence on the moment over all simple paths within the bound: KEEP where it is positive and determinacy at least
    0.5, STOP where it is negative, CONTESTED below that or where no sign is known, NO PATH where there is none. Raises
    BadQuestion for a thing that cannot be judged, with what can.
    """
    selection = select(snapshot, filters)
    goal = snapshot.find(moment)
    rows = [_judged(snapshot, name) for name in decisions] or _all_judged(snapshot, selection)
    problem = path_problem(snapshot, selection, Ends(starts=(), goals=(goal,)), filters)
    found = paths_of_pairs(problem, [(row, goal) for row in rows], max_paths=filters.max_paths, stop=stop)
    verdicts = tuple(_verdict(snapshot, selection, row, goal, problem, paths, stop) for row, paths in zip(rows, found, strict=True))
    bound = f"at most {filters.max_links} links" if filters.max_links else "any length"
    terms = Terms(
        revision=snapshot.revision,
        as_of=filters.as_of,
        method=f"net of all simple influence paths of {bound} from each decision to {snapshot.node(goal).label}",
        max_links=filters.max_links,
        filters=filters.described(),
    )
    answer = LitmusAnswer(moment=snapshot.node(goal).id, verdicts=verdicts, terms=terms, text="")
    return replace(answer, text=_round_text(answer))


def _round_text(answer: LitmusAnswer) -> str:
    """The round as a paragraph. What is too thin to call is counted apart: no verdict is given on it."""
    thin = sum(verdict.standing == TOO_THIN for verdict in answer.verdicts if verdict.balance.found)
    called = Counter(verdict.verdict for verdict in answer.verdicts if verdict.standing != TOO_THIN or not verdict.balance.found)
    counts = [f"{called[word]} {word}" for word in (KEEP, STOP, BOTH, NO_PATH) if called[word]]
    counts += [f"{thin} too thin to call"] if thin else []
    parts = [
        f"Asked of {len(answer.verdicts)}: {', '.join(counts)}." if counts else "Nothing on this map can be judged on this day.",
        "" if answer.complete else f"From {answer.found} paths, as not all were counted.",
        f"It opens a conversation. {answer.footing}",
        f"Map revision {answer.terms.revision}.",
    ]
    return " ".join(part for part in parts if part)


def _all_judged(snapshot: Snapshot, selection: Selection) -> list[int]:
    wanted = (NodeKind.DECISION, NodeKind.PROPOSAL)
    return [row for row in range(snapshot.n_nodes) if selection.standing[row] and snapshot.is_kind(row, *wanted)]


def _judged(snapshot: Snapshot, name: str) -> int:
    """The row of a thing that can be judged. Raises BadQuestion with the decisions that can be asked instead."""
    row = snapshot.find(name)
    node = snapshot.node(row)
    if node.kind in JUDGED_KINDS:
        return row
    index = snapshot.index
    out = [(int(link), snapshot.link(int(link)).kind) for link in index.out_rows[index.out_at[row] : index.out_at[row + 1]]]
    into = [int(link) for link in index.in_rows[index.in_at[row] : index.in_at[row + 1]]]
    made = [snapshot.node(int(snapshot.end[link])).id for link, kind in out if kind is LinkKind.MAKES]
    work = [
        snapshot.node(int(snapshot.end[link])).id
        for holder in (
            int(snapshot.start[link]) for link in into if snapshot.link(link).kind in (LinkKind.HOLDS_DUTY, LinkKind.CARRIES_OUT)
        )
        for link in index.out_rows[index.out_at[holder] : index.out_at[holder + 1]]
        if snapshot.link(int(link)).kind is LinkKind.CARRIES_OUT and snapshot.is_kind(int(snapshot.end[link]), NodeKind.PROCESS)
    ]
    movers = [snapshot.node(int(snapshot.start[link])).id for link in into if snapshot.is_kind(int(snapshot.start[link]), *JUDGED_KINDS)]
    offers = ", ".join(dict.fromkeys([*made, *work, *movers]))
    if node.kind is NodeKind.DUTY:
        how = "A duty is answered by how it is carried out"
    elif node.kind in (NodeKind.BODY, NodeKind.ROLE, NodeKind.PEOPLE):
        how = "People and bodies are not judged; their decisions are"
    else:
        how = "Only decisions, rules, processes and proposals are judged"
    raise BadQuestion(f"{node.id} is a {node.kind}. {how}" + (f": ask about {offers}." if offers else "; none is on the map here."))


def _verdict(
    snapshot: Snapshot, selection: Selection, row: int, goal: int, problem: PathProblem, found: PathSet, stop: Stop | None
) -> Verdict:
    balance = Balance.of_columns(found.sign, found.strength, complete=found.complete)
    best, exact = _best_of_each_sign(snapshot, selection, replace(problem, sources=np.array([row], dtype=np.int32)), found, stop)
    top = max(best.values(), key=lambda path: path.strength, default=None)
    columns = snapshot.links
    thin = judging.thin_because(
        snapshot, selection, row, top, balance, any_disputed=bool(found.rows.size and columns.disputed[found.rows].any())
    )
    thin = thin if exact else (judging.CUT_SHORT, *thin)
    word, reason = _word(snapshot, selection, row, balance)
    shown = list(best.values())
    owners = tuple(dict.fromkeys(owner for path in shown for owner in path.hand_offs))
    weakest = _weakest(snapshot, found.rows)
    verdict = Verdict(
        decision=snapshot.node(row).id,
        label=snapshot.node(row).label,
        verdict=word,
        standing=judging.standing(balance, thin, is_assumed=judging.any_assumed(snapshot, found.rows)),
        said=_said(snapshot, goal, word, balance, thin=bool(thin)),
        thin_because=thin,
        balance=balance,
        reason=reason,
        supporting_path=best.get(1),
        opposing_path=best.get(-1),
        hand_offs=owners,
        delay_low=min((path.delay_low for path in shown), default=None),
        delay_high=_latest(shown),
        weakest=weakest,
        would_have_to_agree=owners,
        agreeing_names=tuple(snapshot.name_of(owner) for owner in owners),
        sourced_share=float((columns.ground[found.rows] == Ground.SOURCED).mean()) if found.rows.size else None,
        text="",
    )
    return replace(verdict, text=_text(snapshot, verdict, goal))


def _best_of_each_sign(
    snapshot: Snapshot, selection: Selection, problem: PathProblem, found: PathSet, stop: Stop | None
) -> tuple[dict[int, ImpactPath], bool]:
    """The strongest path that raises, that lowers and of unknown direction, as far as there is one; and whether they surely are."""
    best: dict[int, ImpactPath] = {}
    exact = True
    for sign in (1, -1, 0) if problem.sign_wanted is None else (problem.sign_wanted,):
        if found.complete:
            first = [found.path(place) for place in strongest_places(found, snapshot.rank, 1, np.flatnonzero(found.sign == sign))]
        else:
            searched = strongest(replace(problem, sign_wanted=sign), 1, stop=stop)
            exact &= searched.exact
            first = [tuple(rows) for rows in searched.paths]
        if first:
            best[sign] = path_of(snapshot, selection, first[0])
    return best, exact


def _latest(paths: Sequence[ImpactPath]) -> float | None:
    known = [path.delay_high for path in paths]
    return None if not known or None in known else max(high for high in known if high is not None)


def _weakest(snapshot: Snapshot, rows: NDArray[np.int32]) -> str | None:
    """The link with the least confidence on the paths; the first by id among equals."""
    if not rows.size:
        return None
    confidence = snapshot.links.confidence[rows]
    least = rows[confidence == confidence.min()]
    return snapshot.map.links.ids[int(least[np.argmin(snapshot.rank[least])])]


def _word(snapshot: Snapshot, selection: Selection, row: int, balance: Balance) -> tuple[str, str | None]:
    counted = "" if balance.complete else f"from {balance.found} paths, not all"
    if balance.determinacy is None:
        if not selection.standing[row]:
            return NO_PATH, why_not_standing(snapshot, snapshot.node(row).id)
        return NO_PATH, "no path within the bound and the filter"
    if balance.supporting == 0 and balance.opposing == 0:
        return BOTH, "unknown_sign"
    return judging.verdict(balance), counted or None


def _said(snapshot: Snapshot, goal: int, word: str, balance: Balance, *, thin: bool) -> str:
    if not thin or word == NO_PATH:
        return SAID[word]
    if word == BOTH:
        return "we see both, too thin to call"
    value = worth("+" if balance.net > 0 else "-", snapshot.node(goal).better)
    direction = value or ("more of it" if balance.net > 0 else "less of it")
    return f"points to {direction}, too thin to call"


def _text(snapshot: Snapshot, verdict: Verdict, goal: int) -> str:
    """A paragraph for a verdict: what is said, on how many routes, by way of what, on what it rests."""
    if verdict.verdict == NO_PATH:
        return f"{verdict.label}: {verdict.said} ({verdict.reason})."
    opening = f"{verdict.label}: {verdict.said}."
    balance = verdict.balance
    routes = "route" if balance.found == 1 else "routes"
    parts = [opening, f"{balance.found} {routes} to {snapshot.node(goal).label}: {balance.raises} raise it, {balance.lowers} lower it"]
    parts[-1] += f", {balance.unclear} of unknown direction." if balance.unclear else "."
    if verdict.thin_because:
        parts.append("Thin because " + "; ".join(verdict.thin_because) + ".")
    for name, path in (("For", verdict.supporting_path), ("Against", verdict.opposing_path)):
        if path is not None:
            parts.append(f"{name}: {path.text}")
    if verdict.delay_low is not None:
        parts.append(f"Time: {months(verdict.delay_low, verdict.delay_high)}.")
    if verdict.agreeing_names:
        parts.append(f"Would have to agree: {', '.join(verdict.agreeing_names)}.")
    return " ".join(parts)

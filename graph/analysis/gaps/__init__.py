"""Missing feedback: what a decision moves and never hears of, who says so, and what would close most of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.analysis.gaps.consultation import asked_and_unchanged, consultation_gaps, consultation_order
from graph.analysis.gaps.cover import cover
from graph.analysis.gaps.findings import LADDER, STATES, Finding, Pairs, Tally, first_of
from graph.analysis.gaps.information import information_of
from graph.analysis.gaps.judged import Judge, owners_of
from graph.analysis.gaps.told import WORDS, Teller
from graph.kernels.best import best_strengths
from graph.kernels.index import Floats, Longs
from graph.kernels.paths import strongest
from graph.results import ConsultationGap, GapAnswer, Terms
from graph.results.gaps import DISPUTED, NOT_RECORDED
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem, resolve_ends, select, why_not_standing
from graph.snapshot import Snapshot
from schema.errors import BadQuestion
from schema.kinds import NodeKind
from schema.ontology import END_KINDS, NODE_KIND_CODE

__all__ = ["gaps"]

DECIDING = (NodeKind.DECISION, NodeKind.RULE)
PLAIN = "nobody is cited on any information link of this map, so what it does not draw counts as missing"
CITED = "what is not drawn and nobody speaks of is not recorded, which is not the same as missing"
LISTED_IN_TEXT = 5
CELLS_AT_ONCE = 1 << 22
"""Decisions times links that are looked at together, which bounds the memory of a question on a large map."""


def gaps(
    snapshot: Snapshot,
    decisions: Sequence[str],
    moment: str | None,
    filters: Filters,
    *,
    unrecorded: bool = False,
    stop: Stop | None = None,
) -> GapAnswer:
    """The missing feedback of some decisions, or of every decision and rule that stands.

    A decision acts on each factor that a path of at most `filters.max_links` leads to. Gaps come by score, then by ids, at most
    `filters.top` of them; with `unrecorded` those of which nobody speaks are listed as well. `moment` None or not on the map
    leaves scores unknown. O(decisions x links x longest path), and what the information links take. Raises UnknownName, and
    BadQuestion for what takes no decision.
    """
    selection = select(snapshot, filters)
    asked, taken = _decisions(snapshot, selection, decisions)
    selection = _without(selection, taken)
    goal = None if moment is None else snapshot.find(moment)
    owned = list(zip(asked, owners_of(snapshot, asked, selection.standing_links), strict=True))
    orphans = [row for row, owners in owned if not owners]
    owned = [(row, owners) for row, owners in owned if owners]
    toward = None if goal is None else _toward(snapshot, selection, goal, filters, stop)
    all_owners = {owner for _, owners in owned for owner in owners}
    information = information_of(snapshot, selection, all_owners)
    askers = all_owners | {snapshot.find(name) for name in decisions}
    judge, tally = Judge(snapshot, information, toward), Tally()
    factors = np.flatnonzero((snapshot.nodes.kind == NODE_KIND_CODE[NodeKind.FACTOR]) & selection.standing & ~selection.blocked)
    lacking: list[ConsultationGap] = []
    complete = True
    batch = max(1, CELLS_AT_ONCE // max(snapshot.n_nodes, snapshot.n_links, 1))
    for first in range(0, len(owned), batch):
        part = owned[first : first + batch]
        acts, whole = _acts(snapshot, selection, [row for row, _ in part], factors, filters, stop)
        complete &= whole
        if not whole:
            break
        judge.judge(part, acts, factors, tally)
        lacking += consultation_gaps(snapshot, selection, part, acts, factors)
    lacking.sort(key=consultation_order)
    rank = _rank_of_ids(snapshot)
    seen, unseen = Pairs.joined(tally.seen), Pairs.joined(tally.unseen)
    said_seen, said_unseen, every = seen.part(seen.is_said), unseen.part(unseen.is_said), Pairs.joined((seen, unseen))
    listed = _listed(judge, Pairs.joined((said_seen, said_unseen)), rank, filters.top)
    listed_rest = _listed(judge, every.part(~every.is_said), rank, filters.top) if unrecorded else []
    teller = Teller(snapshot, selection, filters, information, toward, stop)
    teller.look_up([*listed, *listed_rest])
    counted = _Counted.of(every, snapshot.n_nodes)
    answer = GapAnswer(
        moment=None if goal is None else snapshot.node(goal).id,
        gaps=tuple(map(teller.gap, listed)),
        found=counted.found,
        by_kind=counted.by_kind,
        by_state=counted.by_state,
        pairs=tally.pairs,
        closed=tally.closed,
        partly_closed=tally.partly_closed,
        not_recorded=counted.by_state[NOT_RECORDED],
        unrecorded=tuple(map(teller.gap, listed_rest)),
        without_owner=tuple(snapshot.node(row).id for row in orphans),
        cover=cover(snapshot, information, said_seen, said_unseen, filters.top, rank),
        consultation_gaps=tuple(lacking[: filters.top]),
        consultation_gaps_found=len(lacking),
        asked_and_unchanged=tuple(asked_and_unchanged(snapshot, selection, None if not decisions else askers)),
        reading=PLAIN if information.is_plain else CITED,
        complete=complete,
        reason=None if counted.found else _reason(snapshot, selection, asked, tally, filters),
        text="",
        terms=_terms(snapshot, filters, taken, complete=complete),
    )
    return _with_text(answer, counted.open_pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """How many gaps there are, by kind and by state, and how many pairs they are of (a pair can be both unused and late)."""

    found: int
    open_pairs: int
    by_kind: dict[str, int]
    by_state: dict[str, int]

    @classmethod
    def of(cls, every: Pairs, n_nodes: int) -> _Counted:
        """Of all pairs that lack feedback, those too of which nobody speaks."""
        is_said = every.is_said
        kinds = np.bincount(every.kind[is_said], minlength=len(LADDER)).tolist()
        states = dict(zip(STATES, np.bincount(every.state, minlength=len(STATES)).tolist(), strict=True))
        return cls(
            found=int(is_said.sum()),
            # A pair that lacks feedback in two ways comes twice in turn.
            open_pairs=int(np.count_nonzero(np.diff(every.decision[is_said] * n_nodes + every.factor[is_said], prepend=-1))),
            by_kind=dict(zip(LADDER, kinds, strict=True)),
            by_state={state: states[state] for state in (*STATES[1:], NOT_RECORDED)},
        )


def _listed(judge: Judge, pairs: Pairs, rank: Longs, most: int) -> list[Finding]:
    """The first pairs, with all that is to be told of them."""
    return [judge.cases.finding(pairs, place, judge.owners[int(pairs.decision[place])]) for place in first_of(pairs, rank, most).tolist()]


def _rank_of_ids(snapshot: Snapshot) -> Longs:
    """Each node's place in the order of ids, for ties."""

    def ranked() -> Longs:
        ids = [node.id for node in snapshot.map.nodes]
        rank = np.empty(len(ids), dtype=np.int64)
        rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        return rank

    return snapshot.keep("rank of node ids", ranked)


def _decisions(snapshot: Snapshot, selection: Selection, names: Sequence[str]) -> tuple[list[int], list[Ends]]:
    """The decisions and rules that are asked about, a body standing for its own; all that stand where none is named.

    Also what the bodies among them stand for: one that is one of a generic body takes its decisions, save what was said of other
    places only.
    """
    if not names:
        codes = [NODE_KIND_CODE[kind] for kind in DECIDING]
        return np.flatnonzero(np.isin(snapshot.nodes.kind, codes) & selection.standing).tolist(), []
    taken: list[Ends] = []
    rows: dict[int, None] = {}
    for name in names:
        row = snapshot.find(name)
        if snapshot.is_kind(row, *DECIDING):
            rows[row] = None
            continue
        ends, own = _own(snapshot, selection, row) if snapshot.is_kind(row, *END_KINDS) else (None, [])
        if ends is None or not own:
            raise BadQuestion(f"{snapshot.node(row).id} is a {snapshot.node(row).kind} and takes no decision here; ask about a decision.")
        rows.update(dict.fromkeys(own))
        taken.append(ends)
    return list(rows), taken


def _without(selection: Selection, taken: Sequence[Ends]) -> Selection:
    """The selection less what was said of other places than those of the bodies asked about."""
    links = sorted({link for ends in taken for link in ends.without_links})
    nodes = sorted({node for ends in taken for node in ends.without_nodes})
    if not links and not nodes:
        return selection
    usable, standing_links, blocked = selection.usable.copy(), selection.standing_links.copy(), selection.blocked.copy()
    usable[links] = standing_links[links] = False
    blocked[nodes] = True
    return replace(selection, usable=usable, standing_links=standing_links, blocked=blocked)


def _own(snapshot: Snapshot, selection: Selection, body: int) -> tuple[Ends, list[int]]:
    """What a body stands for, and its decisions: its own or those of the body that it is one of, and the rules that it owns."""
    name = snapshot.node(body).id
    other = next((each.id for each in snapshot.map.nodes if each.id != name), name)
    owned = np.flatnonzero((snapshot.nodes.owner == body) & selection.standing)
    rules = [int(row) for row in owned if snapshot.is_kind(int(row), NodeKind.RULE)]
    ends = resolve_ends(snapshot, selection, [name], [other])
    return ends, list(dict.fromkeys(row for row in (*ends.decisions, *rules) if selection.standing[row]))


def _toward(snapshot: Snapshot, selection: Selection, goal: int, filters: Filters, stop: Stop | None) -> Floats:
    """How strongly each factor reaches the moment, over any paths of the map that the filters on links and nodes leave."""
    usable = _usable(snapshot, selection)
    best = best_strengths(
        snapshot.index, selection.strength, usable, np.array([goal]), max_links=filters.max_links, inwards=True, stop=stop
    )
    strengths: Floats = best[0]
    return strengths


def _usable(snapshot: Snapshot, selection: Selection) -> NDArray[np.bool_]:
    free = ~selection.blocked
    usable: NDArray[np.bool_] = selection.usable & free[snapshot.start] & free[snapshot.end]
    return usable


def _acts(
    snapshot: Snapshot, selection: Selection, decisions: Sequence[int], factors: NDArray[np.int64], filters: Filters, stop: Stop | None
) -> tuple[Floats, bool]:
    """How strongly each decision moves each node, and whether there was time for all; 0 where it does not."""
    starts = np.array(decisions, dtype=np.int32)
    usable = _usable(snapshot, selection)
    acts = best_strengths(snapshot.index, selection.strength, usable, starts, max_links=filters.max_links, stop=stop)
    acts[np.arange(starts.size), starts] = 0.0
    acts[~selection.standing[starts]] = 0.0
    if filters.sign is None and filters.max_delay is None and not filters.require:
        return acts, stop is None or not stop()
    # These pick out whole paths, so each pair has to be asked for itself.
    for place, decision in enumerate(decisions):
        for factor in factors[acts[place, factors] > 0].tolist():
            if stop is not None and stop():
                return acts, False
            problem = path_problem(snapshot, selection, Ends(starts=(decision,), goals=(factor,)), filters)
            best = strongest(problem, 1, stop=stop).strengths
            acts[place, factor] = best[0] if best else 0.0
    return acts, True


def _reason(snapshot: Snapshot, selection: Selection, asked: Sequence[int], tally: Tally, filters: Filters) -> str:
    """Why there is no gap to list."""
    gone = [row for row in asked if not selection.standing[row]]
    if gone:
        return "; ".join(why_not_standing(snapshot, snapshot.node(row).id) for row in gone) + "."
    if not asked:
        return "No decision or rule stands on this map on this day."
    bound = f" of at most {filters.max_links} links" if filters.max_links else ""
    if not tally.pairs:
        return f"No path{bound} leads from a decision with an owner to a factor."
    return f"Of {tally.pairs} pairs of a decision and a factor, nobody says of any that feedback is missing."


def _terms(snapshot: Snapshot, filters: Filters, taken: Sequence[Ends], *, complete: bool) -> Terms:
    bound = f"at most {filters.max_links} links" if filters.max_links else "any length"
    done = "all pairs judged" if complete else "stopped before all pairs were judged"
    method = f"pairs of a decision and a factor that it moves over {bound}, and the ways of information back to its owner; {done}"
    return Terms(
        revision=snapshot.revision,
        as_of=filters.as_of,
        method="; ".join((method, *(remark for ends in taken for remark in ends.remarks))),
        max_links=filters.max_links,
        filters=filters.described(),
    )


def _with_text(answer: GapAnswer, open_pairs: int) -> GapAnswer:
    if answer.reason:
        lines = [answer.reason]
    else:
        kinds = ", ".join(f"{count} {WORDS[kind]}" for kind, count in answer.by_kind.items() if count)
        disputed = answer.by_state[DISPUTED]
        lines = [f"{open_pairs} of {answer.pairs} pairs of a decision and a factor lack feedback as far as somebody says: {kinds}."]
        if disputed:
            lines.append(f"{disputed} of these are disputed.")
        lines += [f"  {number}. {gap.text}" for number, gap in enumerate(answer.gaps[:LISTED_IN_TEXT], 1)]
    if answer.not_recorded:
        lines.append(f"Of {answer.not_recorded} more, nobody records whether anything comes back: not recorded is not missing.")
    if answer.cover.links:
        best = answer.cover.links[0]
        lines.append(f"What would close most: {best.text[:1].upper()}{best.text[1:]}")
    if answer.consultation_gaps_found:
        times = answer.consultation_gaps_found
        lines.append(f"{times} times a decision reaches a silo that no consultation or information link joins to its owner.")
    lines += [each.text for each in answer.asked_and_unchanged]
    if answer.without_owner:
        lines.append(f"Without an owner on the map, and so not judged: {', '.join(answer.without_owner)}.")
    lines.append(f"Both sides of a dispute are given where the map has them. Map revision {answer.terms.revision}.")
    return replace(answer, text="\n".join(lines))

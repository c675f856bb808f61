"""Which links and nodes count in a question, and what the names at its two ends stand for.

Every question selects in the same way, so that a filter means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.paths import PathProblem
from graph.scope import Filters
from graph.snapshot import Snapshot
from schema.bundling import EVIDENCE_BIT, EVIDENCE_BY_DEFAULT, evidence_mask
from schema.errors import BadInput
from schema.kinds import LinkKind, NodeKind, Sign
from schema.ontology import END_KINDS, LINK_KIND_CODE

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selection:
    """The links that carry impact in a question, with the strengths and signs that hold there, and the nodes left out.

    `usable` marks links; `standing` marks nodes that stand on the day; `blocked` marks nodes that no path may visit.
    """

    usable: NDArray[np.bool_]
    strength: NDArray[np.float64]
    sign: NDArray[np.int8]
    standing: NDArray[np.bool_]
    blocked: NDArray[np.bool_]
    standing_links: NDArray[np.bool_]


def select(snapshot: Snapshot, filters: Filters) -> Selection:
    """What counts under these filters. O(links), in columns. Raises UnknownName or BadInput for what is not there."""
    columns = snapshot.links
    standing = snapshot.standing_nodes(filters.as_of, proposals=filters.proposals)
    standing_links = snapshot.standing_links(filters.as_of, proposals=filters.proposals)
    for identifier in filters.without:
        standing_links[snapshot.find_link(identifier)] = False
    usable = standing_links & snapshot.carries_impact & (columns.evidence & _evidence(filters) != 0)
    if filters.kinds is not None:
        codes = np.array([LINK_KIND_CODE[kind] for kind in filters.kinds], dtype=np.int8)
        usable &= np.isin(columns.kind, codes)
    if filters.min_confidence > 0:
        usable &= columns.confidence >= filters.min_confidence
    strength, sign = columns.strength, columns.sign
    if filters.assume:
        strength, sign = strength.copy(), sign.copy()
        for identifier, weight in filters.assume.items():
            row = snapshot.find_link(identifier)
            if not -1 <= weight <= 1:
                raise BadInput(f"--assume {identifier}={weight:g}: a weight lies between -1 and 1.")
            strength[row], sign[row] = abs(weight), (weight > 0) - (weight < 0)
    blocked = ~standing
    for name in filters.avoid:
        blocked[snapshot.find(name)] = True
    if filters.avoid_silos:
        blocked |= _in_silos(snapshot, filters.avoid_silos)
    return Selection(usable=usable, strength=strength, sign=sign, standing=standing, blocked=blocked, standing_links=standing_links)


def _evidence(filters: Filters) -> int:
    if filters.evidence is None:
        return EVIDENCE_BY_DEFAULT
    try:
        return evidence_mask(filters.evidence)
    except KeyError as unknown:
        raise BadInput(f"--evidence {unknown.args[0]}: known are {', '.join(EVIDENCE_BIT)}.") from None


def _in_silos(snapshot: Snapshot, names: Sequence[str]) -> NDArray[np.bool_]:
    codes = []
    for name in names:
        if name not in snapshot.nodes.silos:
            raise BadInput(f"No silo {name!r} on this map. Its silos are {', '.join(sorted(snapshot.nodes.silos))}.")
        codes.append(snapshot.nodes.silos.index(name))
    return np.isin(snapshot.nodes.silo, np.array(codes, dtype=np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What the two ends of a question stand for.

    `starts` and `goals` are node rows between which paths run; `lead_in` are the links from a body to the decisions it
    makes (strength 1, no sign), which only begin a path. `decisions` are the decisions that the start lists one by one.
    `why_none` says why there is nothing to ask, where that is so.
    """

    starts: tuple[int, ...]
    goals: tuple[int, ...]
    lead_in: tuple[int, ...] = ()
    decisions: tuple[int, ...] = ()
    why_none: str | None = None


def resolve_ends(snapshot: Snapshot, selection: Selection, sources: Sequence[str], targets: Sequence[str]) -> Ends:
    """Resolve names to rows: a body at the start to its decisions, at the end to its factors, people to what matters to them.

    A node of any other kind stands for itself, and so does a body or people with impact links of its own, as files from
    elsewhere have them. Raises UnknownName for a name that is not on the map.
    """
    starts: dict[int, None] = {}
    lead_in: list[int] = []
    decisions: dict[int, None] = {}
    for row in (snapshot.find(name) for name in sources):
        starts[row] = None
        if snapshot.is_kind(row, *END_KINDS):
            made = _leaving(snapshot, row, selection.standing_links, LinkKind.MAKES)
            lead_in += made
            owned = _owned_decisions(snapshot, selection, row, {int(snapshot.end[link]) for link in made})
            starts.update(dict.fromkeys(owned))
            decisions.update(dict.fromkeys([int(snapshot.end[link]) for link in made] + owned))
        elif snapshot.is_kind(row, NodeKind.DECISION):
            decisions[row] = None
    goals: dict[int, None] = {}
    for row in (snapshot.find(name) for name in targets):
        goals.update(dict.fromkeys(_goals(snapshot, selection, row)))
    return Ends(
        starts=tuple(starts),
        goals=tuple(goals),
        lead_in=tuple(lead_in),
        decisions=tuple(decisions),
        why_none=_why_none(snapshot, selection, starts, lead_in, goals, targets),
    )


def _leaving(snapshot: Snapshot, row: int, standing: NDArray[np.bool_], *kinds: LinkKind) -> list[int]:
    index = snapshot.index
    rows = index.out_rows[index.out_at[row] : index.out_at[row + 1]]
    codes = [LINK_KIND_CODE[kind] for kind in kinds]
    return [int(link) for link in rows if standing[link] and snapshot.links.kind[link] in codes]


def _entering(snapshot: Snapshot, row: int, standing: NDArray[np.bool_], *kinds: LinkKind) -> list[int]:
    index = snapshot.index
    rows = index.in_rows[index.in_at[row] : index.in_at[row + 1]]
    codes = [LINK_KIND_CODE[kind] for kind in kinds]
    return [int(link) for link in rows if standing[link] and snapshot.links.kind[link] in codes]


def _owned_decisions(snapshot: Snapshot, selection: Selection, row: int, made: set[int]) -> list[int]:
    """Decisions that name the body as owner without a link that says so."""
    owned = np.flatnonzero((snapshot.nodes.owner == row) & selection.standing)
    return [int(node) for node in owned if int(node) not in made and snapshot.is_kind(int(node), NodeKind.DECISION)]


def _goals(snapshot: Snapshot, selection: Selection, row: int) -> Iterable[int]:
    if not snapshot.is_kind(row, *END_KINDS):
        return [row]
    shown = _entering(snapshot, row, selection.standing_links, LinkKind.MATTERS_TO, LinkKind.SHOWS_AT)
    goals = dict.fromkeys(int(snapshot.start[link]) for link in shown)
    identifier = snapshot.node(row).id
    for other, node in enumerate(snapshot.map.nodes):
        if node.kind is NodeKind.FACTOR and identifier in (node.place, node.owner) and selection.standing[other]:
            goals[other] = None
    if any(selection.usable[link] for link in _entering(snapshot, row, selection.usable, *LinkKind)):
        goals[row] = None
    return goals


def _why_none(
    snapshot: Snapshot,
    selection: Selection,
    starts: dict[int, None],
    lead_in: list[int],
    goals: dict[int, None],
    targets: Sequence[str],
) -> str | None:
    if not goals:
        return f"Nothing on the map shows at or matters to {', '.join(targets)}; ask for a factor instead."
    gone = [snapshot.node(row) for row in (*starts, *goals) if not selection.standing[row]]
    if gone and (not any(selection.standing[row] for row in starts) or not any(selection.standing[row] for row in goals)):
        return "; ".join(why_not_standing(snapshot, node.id) for node in gone) + "."
    only_ends = all(snapshot.is_kind(row, *END_KINDS) for row in starts)
    if (
        only_ends
        and not lead_in
        and not any(selection.usable[link] for row in starts for link in _leaving(snapshot, row, selection.usable, *LinkKind))
    ):
        names = ", ".join(snapshot.node(row).id for row in starts)
        return f"No decision of {names} stands on this day; a body is judged by its decisions."
    return None


def why_not_standing(snapshot: Snapshot, identifier: str) -> str:
    """Why a node does not stand on the day that was asked for, in words."""
    node = snapshot.map.node(identifier)
    if node.status is not None:
        return f"{identifier} is only proposed; ask with --proposed"
    parts = [f"from {node.valid_from}" if node.valid_from else "", f"until {node.valid_to}" if node.valid_to else ""]
    span = " ".join(part for part in parts if part)
    return f"{identifier} stands {span}; ask with --as-of a day in that time, or --as-of any"


def wanted_sign(filters: Filters) -> int | None:
    """The product of signs that a question wants, as kernels count it; None for any."""
    if filters.sign is None:
        return None
    return {Sign.PLUS: 1, Sign.MINUS: -1}.get(filters.sign, 0)


def path_problem(snapshot: Snapshot, selection: Selection, ends: Ends, filters: Filters) -> PathProblem:
    """The question as the kernels know it. Lead-in links count with strength 1, no delay and no turn of sign."""
    usable, strength, sign, delay = selection.usable, selection.strength, selection.sign, snapshot.delay
    if ends.lead_in:
        lead_in = np.array(ends.lead_in)
        usable, strength, sign, delay = usable.copy(), strength.copy(), sign.copy(), delay.copy()
        usable[lead_in], strength[lead_in], sign[lead_in], delay[lead_in] = True, 1.0, 1, 0.0
    return PathProblem(
        index=snapshot.index,
        strength=strength,
        sign=sign,
        delay=delay,
        rank=snapshot.rank,
        usable=usable,
        sources=np.array(ends.starts, dtype=np.int32),
        targets=np.array(ends.goals, dtype=np.int32),
        blocked=selection.blocked,
        max_links=filters.max_links,
        required=tuple(snapshot.find(name) for name in filters.require),
        max_delay=filters.max_delay,
        sign_wanted=wanted_sign(filters),
    )

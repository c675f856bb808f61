"""Which links and nodes count in a question, and what the names at its two ends stand for.

Every question selects in the same way, so that a filter means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph.generic import generic_levels, said_elsewhere
from graph.kernels.paths import PathProblem
from graph.scope import Filters
from graph.snapshot import Snapshot
from schema.bundling import EVIDENCE_BIT, EVIDENCE_BY_DEFAULT, evidence_mask
from schema.errors import BadInput
from schema.kinds import LinkKind, NodeKind, Sign
from schema.ontology import END_KINDS, LINK_KIND_CODE, LINK_RULES, NODE_KIND_CODE

Stop = Callable[[], bool]

_MOVABLE = LINK_RULES[LinkKind.INFLUENCES].starts | LINK_RULES[LinkKind.INFLUENCES].ends


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

    def open_links(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """The usable links of which neither end is blocked. O(links)."""
        free = ~self.blocked
        return self.usable & free[snapshot.start] & free[snapshot.end]


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


def movable_nodes(snapshot: Snapshot, selection: Selection, links: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The nodes that can move or be moved: of a kind that influence joins, or joined by one of the links, and not blocked."""
    codes = np.array([NODE_KIND_CODE[kind] for kind in _MOVABLE], dtype=np.int8)
    found = np.isin(snapshot.nodes.kind, codes)
    found[snapshot.start[links]] = found[snapshot.end[links]] = True
    movable: NDArray[np.bool_] = found & ~selection.blocked
    return movable


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
    `why_none` says why there is nothing to ask, where that is so. `without_links` and `without_nodes` are left out, as they
    were said of other places than that of a body which takes its generic body's part; `remarks` say so.
    """

    starts: tuple[int, ...]
    goals: tuple[int, ...]
    lead_in: tuple[int, ...] = ()
    decisions: tuple[int, ...] = ()
    why_none: str | None = None
    without_links: tuple[int, ...] = ()
    without_nodes: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Taken:
    """What bodies that are one of a generic one took from it: which links and nodes are said of other places, and remarks."""

    links: set[int] = field(default_factory=set)
    nodes: set[int] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def note(self, snapshot: Snapshot, row: int, level: Sequence[int], what: str) -> None:
        """That a body was asked by what its generic bodies have."""
        elsewhere = said_elsewhere(snapshot, row)
        self.links.update(elsewhere.links.tolist())
        self.nodes.update(elsewhere.nodes.tolist())
        names = " and ".join(snapshot.node(above).label for above in level)
        left = f"; {len(elsewhere)} links and nodes said only of other places left out" if len(elsewhere) else ""
        self.remarks.append(f"{snapshot.node(row).label} has no {what} of its own here and takes those of {names}{left}")


def resolve_ends(snapshot: Snapshot, selection: Selection, sources: Sequence[str], targets: Sequence[str]) -> Ends:
    """Resolve names to rows: a body at the start to its decisions, at the end to its factors, people to what matters to them.

    A body that has none of its own takes those of the body that it is one of (see `graph.generic`), save what was said of
    other places only. A node of any other kind stands for itself, and so does a body or people with impact links of its own,
    as files from elsewhere have them. The same names at both ends stand for themselves: nothing lies between them. Raises
    UnknownName for a name that is not on the map.
    """
    begins, reached = ({snapshot.find(name) for name in names} for names in (sources, targets))
    if begins == reached:
        return Ends(starts=tuple(sorted(begins)), goals=tuple(sorted(begins)))
    taken = _Taken()
    starts: dict[int, None] = {}
    lead_in: list[int] = []
    decisions: dict[int, None] = {}
    for row in (snapshot.find(name) for name in sources):
        starts[row] = None
        if not selection.standing[row]:
            continue
        if snapshot.is_kind(row, *END_KINDS):
            for body in _deciders(snapshot, selection, row, taken):
                starts[body] = None
                made, owned = _decided(snapshot, selection, body)
                lead_in += made
                starts.update(dict.fromkeys(owned))
                decisions.update(dict.fromkeys([int(snapshot.end[link]) for link in made] + owned))
        elif snapshot.is_kind(row, NodeKind.DECISION):
            decisions[row] = None
    goals: dict[int, None] = {}
    for row in (snapshot.find(name) for name in targets):
        goals.update(dict.fromkeys(_goals_or_generic(snapshot, selection, row, taken)))
    dropped = {row for row in decisions if row in taken.nodes}
    return Ends(
        starts=tuple(row for row in starts if row not in dropped),
        goals=tuple(goals),
        lead_in=tuple(link for link in dict.fromkeys(lead_in) if link not in taken.links and int(snapshot.end[link]) not in dropped),
        decisions=tuple(row for row in decisions if row not in dropped),
        why_none=_why_none(snapshot, selection, starts, lead_in, goals, targets),
        without_links=tuple(sorted(taken.links)),
        without_nodes=tuple(sorted(taken.nodes)),
        remarks=tuple(taken.remarks),
    )


def _decided(snapshot: Snapshot, selection: Selection, row: int) -> tuple[list[int], list[int]]:
    """The links to the decisions that a body makes, and the decisions that only name it as owner."""
    made = _leaving(snapshot, row, selection.standing_links, LinkKind.MAKES)
    return made, _owned_decisions(snapshot, selection, row, {int(snapshot.end[link]) for link in made})


def _deciders(snapshot: Snapshot, selection: Selection, row: int, taken: _Taken) -> list[int]:
    """The body itself; where it decides and moves nothing, the nearest bodies that it is one of and that do."""
    if any(_decided(snapshot, selection, row)) or _leaving(snapshot, row, selection.usable, *LinkKind):
        return [row]
    for level in generic_levels(snapshot, row, selection.standing_links):
        if any(any(_decided(snapshot, selection, above)) for above in level):
            taken.note(snapshot, row, level, "decision")
            return level
    return [row]


def _goals_or_generic(snapshot: Snapshot, selection: Selection, row: int, taken: _Taken) -> Iterable[int]:
    goals = _goals(snapshot, selection, row)
    if goals or not snapshot.is_kind(row, *END_KINDS):
        return goals
    for level in generic_levels(snapshot, row, selection.standing_links):
        found = dict.fromkeys(goal for above in level for goal in _goals(snapshot, selection, above))
        if found:
            taken.note(snapshot, row, level, "factor")
            return found
    return goals


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


def _goals(snapshot: Snapshot, selection: Selection, row: int) -> dict[int, None]:
    if not snapshot.is_kind(row, *END_KINDS):
        return {row: None}
    shown = _entering(snapshot, row, selection.standing_links, LinkKind.MATTERS_TO, LinkKind.SHOWS_AT)
    goals = dict.fromkeys(int(snapshot.start[link]) for link in shown)
    identifier = snapshot.node(row).id
    said = snapshot.sayings
    named = said.naming(said.place, identifier) | said.naming(said.owner, identifier)
    named &= (said.kind == NODE_KIND_CODE[NodeKind.FACTOR]) & selection.standing
    goals.update(dict.fromkeys(np.flatnonzero(named).tolist()))
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
    blocked = selection.blocked
    if ends.without_links:
        usable = usable.copy()
        usable[list(ends.without_links)] = False
    if ends.without_nodes:
        blocked = blocked.copy()
        blocked[list(ends.without_nodes)] = True
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
        blocked=blocked,
        max_links=filters.max_links,
        required=tuple(snapshot.find(name) for name in filters.require),
        max_delay=filters.max_delay,
        sign_wanted=wanted_sign(filters),
    )

"""What the two ends of a question stand for, worked out on a part that holds all that is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.narrowing.part import Part
from graph.narrowing.ways import around
from graph.scope import Filters
from graph.selection import Ends, resolve_ends, select
from graph.snapshot import OWNING, Snapshot
from schema.errors import BadInput
from schema.kinds import LinkKind, NodeKind
from schema.ontology import END_KINDS, IMPACT_KINDS

_FROM_AN_END = frozenset({*OWNING, LinkKind.PART_OF, LinkKind.COVERS, *IMPACT_KINDS})
_TO_AN_END = frozenset({LinkKind.MATTERS_TO, LinkKind.SHOWS_AT, *IMPACT_KINDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """The ids for which the two ends stand. `starts` gives the links already taken before each: 1 for what a body decided."""

    starts: dict[str, int]
    goals: frozenset[str]
    decisions: tuple[str, ...]
    is_generic: bool


def stand_ins(part: Part, sources: Sequence[str], targets: Sequence[str], filters: Filters) -> StandIns | None:
    """What both ends stand for; None where the question itself will be refused, by a complaint that the part is enough for."""
    try:
        snapshot = part.snapshot()
        named = {snapshot.node(snapshot.find(name)).id for name in (*sources, *targets)}
        take_ends(part, named)
        snapshot = part.snapshot()
        ends = resolve_ends(snapshot, select(snapshot, plain(part, filters)), sources, targets)
    except BadInput:
        return None
    return _by_id(snapshot, ends)


def _by_id(snapshot: Snapshot, ends: Ends) -> StandIns:
    def ids(rows: Sequence[int]) -> list[str]:
        return [snapshot.node(row).id for row in rows]

    starts = dict.fromkeys(ids([int(snapshot.end[link]) for link in ends.lead_in]), 1) | dict.fromkeys(ids(ends.starts), 0)
    goals = frozenset(ids(ends.goals))
    shared = goals & {node for node, away in starts.items() if away == 0}
    return StandIns(
        # A node at both ends is the end of no path.
        starts={node: away for node, away in starts.items() if node not in shared},
        goals=goals - shared,
        decisions=tuple(ids(ends.decisions)),
        is_generic=bool(ends.remarks),
    )


def plain(part: Part, filters: Filters) -> Filters:
    """The filters as far as they say which links count and what stands."""
    without = tuple(identifier for identifier in filters.without if identifier in part.links)
    return replace(filters, avoid=(), avoid_silos=(), require=(), assume={}, without=without)


def take_ends(part: Part, identifiers: set[str]) -> None:
    """Take all that bodies, roles and people stand for, and where they have none of their own, what those do that they are one of."""
    seen: set[str] = set()
    level = {identifier for identifier in identifiers if part.nodes[identifier][1].kind in END_KINDS}
    while level:
        seen |= level
        part.add_links(part.reader.links_at(sorted(level), _FROM_AN_END, out=True))
        part.add_links(part.reader.links_at(sorted(level), _TO_AN_END, out=False))
        part.add_nodes(part.reader.node_ids((NodeKind.DECISION, NodeKind.FACTOR), held_by=sorted(level)))
        level = _generic(part, level) - seen
        if level:
            _take_elsewhere(part, seen)


def _generic(part: Part, level: set[str]) -> set[str]:
    return {
        link.end
        for _, link in part.links.values()
        if link.start in level and link.kind is LinkKind.PART_OF and link.attributes.get("as") == "one_of"
    }


def _take_elsewhere(part: Part, bodies: set[str]) -> None:
    """Take what tells which links and nodes are said of other places only: every area, what lies within and around those that
    the bodies cover, and whatever has a claim that holds for a place on the map."""
    reader = part.reader
    covered = {link.end for _, link in part.links.values() if link.start in bodies and link.kind is LinkKind.COVERS}
    part.add_nodes(reader.node_ids((NodeKind.AREA,)))
    for out in (True, False):
        areas = around(reader, covered, (LinkKind.PART_OF,), float("inf"), (out,), part.most_nodes)
        part.add_links(reader.links_at(sorted(areas), (LinkKind.PART_OF,), out=out))
    names = {name.strip().lower() for _, node in part.nodes.values() if node.kind is NodeKind.AREA for name in (*node.aliases, node.label)}
    placed = [found for found in reader.claims_that_name_a_place() if found[2].strip().lower() in names]
    part.add_nodes({node for _, node, _ in placed if node is not None})
    part.call_links([link for link, _, _ in placed if link is not None])

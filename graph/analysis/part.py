"""Parts of the map to take away: a neighbourhood, or all that a question between two ends needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.kernels.flow import on_some_path
from graph.scope import Filters
from graph.selection import path_problem, resolve_ends, select
from graph.snapshot import OWNING, Snapshot
from schema.errors import BadQuestion
from schema.kinds import LinkKind
from schema.records import Link, Node
from schema.system_map import SystemMap

DIRECTIONS = ("up", "down", "both")
_STRUCTURE = (LinkKind.MAKES, LinkKind.AIMS_AT, LinkKind.SHOWS_AT, LinkKind.MATTERS_TO)


def neighbourhood(snapshot: Snapshot, sources: Sequence[str], hops: int, direction: str, filters: Filters) -> SystemMap:
    """All nodes within `hops` standing links of the sources, with the links among them. O(links) a hop."""
    if direction not in DIRECTIONS:
        raise BadQuestion(f"--direction {direction}: must be {', '.join(DIRECTIONS)}.")
    selection = select(snapshot, filters)
    inside = np.zeros(snapshot.n_nodes, dtype=np.bool_)
    inside[[snapshot.find(name) for name in sources]] = True
    links = selection.standing_links & ~selection.blocked[snapshot.start] & ~selection.blocked[snapshot.end]
    for _ in range(hops):
        grown = inside.copy()
        if direction in ("down", "both"):
            grown[snapshot.end[links & inside[snapshot.start]]] = True
        if direction in ("up", "both"):
            grown[snapshot.start[links & inside[snapshot.end]]] = True
        if bool((grown == inside).all()):
            break
        inside = grown
    return _part(snapshot, inside, links & inside[snapshot.start] & inside[snapshot.end])


def corridor(snapshot: Snapshot, sources: Sequence[str], targets: Sequence[str], filters: Filters) -> SystemMap:
    """Every link on a path between the ends within the bound, with what resolves the ends: the same question asked of
    this part has the same answer, bar the revision."""
    selection = select(snapshot, filters)
    ends = resolve_ends(snapshot, selection, sources, targets)
    problem = path_problem(snapshot, selection, ends, filters)
    kept = on_some_path(problem).links.copy()
    named = [snapshot.find(name) for name in (*sources, *targets, *filters.avoid, *filters.require)]
    inside = np.zeros(snapshot.n_nodes, dtype=np.bool_)
    inside[[*named, *ends.starts, *ends.goals, *ends.decisions]] = True
    inside[snapshot.start[kept]] = inside[snapshot.end[kept]] = True
    structure = snapshot.of_kind(*_STRUCTURE)
    elsewhere = np.zeros(snapshot.n_nodes, dtype=np.bool_)
    elsewhere[list(ends.without_nodes)] = True
    aims = structure[inside[snapshot.start[structure]] & ~elsewhere[snapshot.end[structure]]]
    kept[aims[selection.standing_links[aims]]] = True
    kept[list(ends.without_links)] = False
    inside[snapshot.end[kept]] = True
    owning = _owning(snapshot, inside)
    kept[owning] = True
    inside[snapshot.start[owning]] = True
    if ends.remarks:
        part_of = snapshot.of_kind(LinkKind.PART_OF)
        kept[part_of[selection.standing_links[part_of]]] = True
    return _part(snapshot, inside, kept & inside[snapshot.start] & inside[snapshot.end])


def _owning(snapshot: Snapshot, inside: NDArray[np.bool_]) -> list[int]:
    """The links that say who owns the nodes inside, which hand-offs are told by."""
    found: dict[int, int] = {}
    for kind in OWNING:
        for row in snapshot.of_kind(kind).tolist():
            end = int(snapshot.end[row])
            if inside[end] and snapshot.nodes.owner[end] == snapshot.start[row]:
                found.setdefault(end, row)
    return sorted(found.values())


def _part(snapshot: Snapshot, inside: NDArray[np.bool_], links: NDArray[np.bool_]) -> SystemMap:
    """A map of some nodes and links, with the owners, tiers and places they name and the sources their claims cite."""
    nodes = snapshot.map.nodes
    kept = {node.id: node for node in (nodes[row] for row in np.flatnonzero(inside).tolist())}
    for node in list(kept.values()):
        owner = snapshot.owner_of(snapshot.row_of[node.id])
        for name in (node.owner, node.tier, node.place, node.proposal, owner):
            if name is not None and name in snapshot.row_of:
                kept.setdefault(name, snapshot.map.node(name))
    rows = np.flatnonzero(links).tolist()
    records = [snapshot.link(row) for row in rows]
    for link in records:
        for name in (link.carrying, link.proposal, *(stop for claim in link.claims for stop in claim.route)):
            if name is not None and name in snapshot.row_of:
                kept.setdefault(name, snapshot.map.node(name))
    bundles: list[Node | Link] = [*kept.values(), *records]
    cited = {claim.source for record in bundles for claim in record.claims}
    cited |= {observation.source for node in kept.values() for observation in node.observations}
    ordered = sorted(kept.values(), key=lambda node: snapshot.row_of[node.id])
    return SystemMap.of(ordered, records, [source for source in snapshot.map.sources if source.id in cited], snapshot.map.title)

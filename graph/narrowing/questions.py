"""The part of a map that each question needs, and why it is enough."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from graph.kernels.reach import reach
from graph.narrowing.ends import StandIns, plain, stand_ins, take_ends
from graph.narrowing.names import take_named, take_silos
from graph.narrowing.part import Part
from graph.narrowing.ways import Way, Wish, around, cone
from graph.results.reach import DOWN, UP
from graph.scope import Filters
from graph.selection import select
from graph.snapshot import Snapshot
from graph.store import Placed
from schema.errors import BadInput
from schema.kinds import LinkKind, NodeKind
from schema.ontology import END_KINDS, IMPACT_KINDS, JUDGED_KINDS
from schema.records import Link, Node
from schema.system_map import SystemMap

_STRUCTURE = frozenset({LinkKind.MAKES, LinkKind.AIMS_AT, LinkKind.SHOWS_AT, LinkKind.MATTERS_TO})
_WORK = frozenset({LinkKind.HOLDS_DUTY, LinkKind.CARRIES_OUT})
_EVERY_KIND = frozenset(LinkKind)


def for_impact(part: Part, sources: Sequence[str], targets: Sequence[str], filters: Filters) -> None:
    """For paths between two ends and what they come to.

    Enough: it holds every walk of impact links within the bound, so every path; each node's owner and silo as on the whole
    map, so hand-offs and filters; claims about whole routes whose stops it holds, so threads; and, for a lone decision, a way to each of
    its stated aims that it reaches at all, so what is thin.
    """
    _take_between(part, sources, targets, filters)


def for_corridor(part: Part, sources: Sequence[str], targets: Sequence[str], filters: Filters) -> None:
    """For the part between two ends that is taken away: as `for_impact`, with what hangs on the nodes there."""
    ends = _take_between(part, sources, targets, filters)
    part.add_links(part.reader.links_at(sorted(part.nodes), _STRUCTURE, out=True))
    part.settle()
    if ends is not None and ends.is_generic:
        part.add_links(part.reader.links_at(sorted(part.nodes), (LinkKind.PART_OF,), out=True, among=part.nodes.keys()))


def _take_between(part: Part, sources: Sequence[str], targets: Sequence[str], filters: Filters) -> StandIns | None:
    take_named(part, (*sources, *targets, *filters.avoid, *filters.require))
    ends = stand_ins(part, sources, targets, filters)
    if ends is not None and ends.starts and ends.goals:
        shut = frozenset(node for node, away in ends.starts.items() if away == 0)
        _take_way(part, Wish(starts=ends.starts, goals=ends.goals, kinds=_kinds(filters), max_links=filters.max_links, shut=shut))
    part.call_links((*filters.without, *filters.assume))
    if ends is not None and len(ends.decisions) == 1:
        _take_aims(part, ends.decisions[0], filters)
    _take_routes(part)
    take_silos(part, filters.avoid_silos)
    return ends


def _kinds(filters: Filters) -> frozenset[LinkKind]:
    return IMPACT_KINDS if filters.kinds is None else IMPACT_KINDS & filters.kinds


def _take_way(part: Part, wish: Wish) -> None:
    way = Way(part.reader, wish)
    part.add_nodes(way.inside)
    part.add_links(way.links())


def for_litmus(part: Part, decisions: Sequence[str], moment: str, filters: Filters) -> None:
    """For verdicts on named decisions: as `for_impact`, from each of them to the moment, and of what cannot be judged the
    things beside it that can."""
    take_named(part, (*decisions, moment, *filters.avoid, *filters.require))
    snapshot = part.snapshot()
    goal, *judged = (_found(snapshot, name) for name in (moment, *decisions))
    for node in judged:
        if node is not None and node.kind not in JUDGED_KINDS:
            _take_beside(part, node)
    if goal is not None and all(node is not None and node.kind in JUDGED_KINDS for node in judged):
        # The way from one decision may lead through another one, so none is shut.
        starts = {node.id: 0 for node in judged if node is not None and node.id != goal.id}
        _take_way(part, Wish(starts=starts, goals=frozenset({goal.id}), kinds=_kinds(filters), max_links=filters.max_links))
    part.call_links((*filters.without, *filters.assume))
    for node in judged:
        if node is not None and node.kind is NodeKind.DECISION:
            _take_aims(part, node.id, filters)
    _take_routes(part)
    take_silos(part, filters.avoid_silos)


def _found(snapshot: Snapshot, name: str) -> Node | None:
    """The node that a name stands for; None where the question itself will be refused for it."""
    try:
        return snapshot.node(snapshot.find(name))
    except BadInput:
        return None


def _take_beside(part: Part, node: Node) -> None:
    part.add_links(part.reader.links_at([node.id], _EVERY_KIND, out=True))
    part.add_links(part.reader.links_at([node.id], _EVERY_KIND, out=False))
    holders = {link.start for _, link in part.links.values() if link.end == node.id and link.kind in _WORK}
    part.add_links(part.reader.links_at(sorted(holders), (LinkKind.CARRIES_OUT,), out=True))


def for_reach(part: Part, name: str, filters: Filters, direction: str) -> None:
    """For everything that one node reaches, or that reaches it.

    Enough: all paths of one end lie in its cone; and shares are of all outcomes (or decisions) of the map, which it holds too.
    """
    take_named(part, (name, *filters.avoid, *filters.require))
    reader, snapshot = part.reader, part.snapshot()
    asked, out = _found(snapshot, name), direction == DOWN
    if asked is not None and direction in (DOWN, UP):
        if asked.kind in END_KINDS:
            # What it stands for is offered instead of it, and is worked out against another node of the map, the first.
            other = min(((place, node.id) for place, node in reader.outlines() if node.id != asked.id), default=None)
            part.add_nodes([] if other is None else [other[1]])
            take_ends(part, {asked.id} | (set() if other is None else {other[1]}))
        inside = cone(reader, asked.id, _kinds(filters), filters.max_links, out=out, most=part.most_nodes)
        part.add_nodes(inside)
        part.add_links(reader.links_at(sorted(inside), _kinds(filters), out=True, among=inside))
        part.add_nodes(_far_ends(part, out=out))
    part.call_links((*filters.without, *filters.assume))
    _take_routes(part)
    take_silos(part, filters.avoid_silos)


def _far_ends(part: Part, *, out: bool) -> list[str]:
    """The nodes that a question of reach may count: outcomes, or decisions; all of a wider kind where the map has none."""
    reader = part.reader
    if out:
        return list(reader.node_ids(is_valued=True)) or list(reader.node_ids((NodeKind.FACTOR,)))
    return list(reader.node_ids((NodeKind.DECISION,))) or list(reader.node_ids())


def for_neighbourhood(part: Part, sources: Sequence[str], hops: int, direction: str, filters: Filters) -> None:
    """For what lies around some nodes. Enough: it holds all within so many links, whether they stand or not."""
    take_named(part, (*sources, *filters.avoid))
    snapshot = part.snapshot()
    starts = [node.id for name in sources if (node := _found(snapshot, name)) is not None]
    directions = {"down": (True,), "up": (False,), "both": (True, False)}.get(direction, ())
    inside = around(part.reader, starts, _EVERY_KIND, hops, directions, part.most_nodes)
    part.add_nodes(inside)
    part.add_links(part.reader.links_at(sorted(inside), _EVERY_KIND, out=True, among=inside))
    part.call_links((*filters.without, *filters.assume))
    take_silos(part, filters.avoid_silos)


# ---- what an answer tells beside its paths ---------------------------------------


def _take_routes(part: Part) -> None:
    """Take the nodes with claims about whole routes that may fit a path here, and those that have a claim of the same id."""
    claims = list(part.reader.route_claims())
    fitting = {claim for claim, _, route in claims if part.nodes.keys() >= set(route)}
    part.add_nodes(node for claim, node, _ in claims if claim in fitting)


def _take_aims(part: Part, decision: str, filters: Filters) -> None:
    """Take the aims of a decision, with one way of links that count to each that it reaches at any distance."""
    part.add_links(part.reader.links_at([decision], (LinkKind.AIMS_AT,), out=True))
    aims = {link.end for _, link in part.links.values() if link.start == decision and link.kind is LinkKind.AIMS_AT}
    try:
        unreached = aims - _reached(part.snapshot(), decision, plain(part, filters))
    except BadInput:
        return
    kinds = _kinds(filters)
    for aim in sorted(unreached):
        way = Way(part.reader, Wish(starts={decision: 0}, goals=frozenset({aim}), kinds=kinds, max_links=0))
        for start, end in _trail(part, decision, aim, way.inside, filters):
            part.add_links(part.reader.links_at([start], kinds, out=True, among=[end]))


def _reached(snapshot: Snapshot, start: str, filters: Filters) -> set[str]:
    usable = select(snapshot, filters).usable
    away = reach(snapshot.index, usable, np.array([snapshot.row_of[start]], dtype=np.int32))
    return {snapshot.node(row).id for row in np.flatnonzero(away >= 0).tolist()}


def _trail(part: Part, start: str, goal: str, inside: Collection[str], filters: Filters) -> Iterator[tuple[str, str]]:
    """The pairs of nodes along one way of links that count; none where there is no such way. Holds ids only."""
    came_from: dict[str, str] = {}
    front = {start}
    while front and goal not in came_from:
        fresh: dict[str, str] = {}
        for links in _lots(part.reader.links_at(sorted(front), _kinds(filters), out=True, among=inside)):
            fresh.update((end, begin) for begin, end in _counting(part, links, filters) if end != start and end not in came_from)
        came_from.update(fresh)
        front = set(fresh)
    while goal in came_from:
        yield came_from[goal], goal
        goal = came_from[goal]


def _lots(links: Iterator[Placed[Link]], size: int = 2_000) -> Iterator[list[Link]]:
    lot: list[Link] = []
    for _, link in links:
        lot.append(link)
        if len(lot) == size:
            yield lot
            lot = []
    if lot:
        yield lot


def _counting(part: Part, links: Sequence[Link], filters: Filters) -> list[tuple[str, str]]:
    """The ends of those of some links that count under the filters."""
    tried = [link for link in links if link.id not in filters.without]
    nodes = [node for _, node in part.reader.nodes(sorted({end for link in tried for end in (link.start, link.end)}))]
    cited = {claim.source for link in tried for claim in link.claims if claim.source}
    snapshot = Snapshot(SystemMap.of(nodes, tried, (source for _, source in part.reader.sources(sorted(cited)))))
    usable = select(snapshot, replace(plain(part, filters), without=())).usable
    return [(tried[row].start, tried[row].end) for row in np.flatnonzero(usable).tolist()]

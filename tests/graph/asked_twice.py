"""Random maps with everything on them that an answer may look at, random questions, and what comes of asking them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from graph.scope import Filters
from graph.service import MapService
from schema.errors import CaremapError
from schema.kinds import Basis, Better, LinkKind, Mark, NodeKind, Sign, Status
from schema.merging import bundle_key
from schema.ontology import LINK_RULES
from schema.records import Claim, Link, Node, Source
from schema.system_map import SystemMap

IDS = "abcdefghij"
PLACES = ("Kent", "kent ", "Essex", "England")
SILOS = ("north", "south", "a", "b")
YEARS = (*[None] * 8, "2020", "2026-06")
AREAS = {"i": "Kent", "j": "Essex"}
MOVERS = (NodeKind.FACTOR, NodeKind.DECISION, NodeKind.PROCESS, NodeKind.RULE, NodeKind.PROPOSAL)
FILLER = 60
"""So many links lie apart from all others: a process that may hold one link fewer than the map has may hold all the rest."""

node_kinds = st.sampled_from(
    [NodeKind.FACTOR] * 6
    + [NodeKind.DECISION] * 3
    + [NodeKind.BODY] * 3
    + [NodeKind.PEOPLE, NodeKind.ROLE, NodeKind.PROCESS, NodeKind.RULE, NodeKind.DUTY, NodeKind.PROPOSAL, NodeKind.TIER, NodeKind.SIGNAL]
)
signs = st.sampled_from([*[Sign.PLUS, Sign.MINUS] * 4, Sign.UNKNOWN, Sign.NONE_FOUND])
strengths = st.sampled_from([0.25, 0.5, 0.75, 0.3, 0.1, 1.0])
statuses = st.sampled_from([*[None] * 12, Status.PROPOSED])
mover = {
    LinkKind.MAKES: ("body", "decision"),
    LinkKind.AIMS_AT: ("decision", "factor"),
    LinkKind.SHOWS_AT: ("factor", "body"),
    LinkKind.MATTERS_TO: ("factor", "people"),
    LinkKind.PART_OF: ("body", "body"),
    LinkKind.COVERS: ("body", "area"),
    LinkKind.CARRIES_OUT: ("body", "process"),
    LinkKind.HOLDS_DUTY: ("body", "duty"),
    LinkKind.FUNDS: ("body", "body"),
    LinkKind.INFORMS: ("body", "body"),
}


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def claims(draw: st.DrawFn, ids: Sequence[str], *, on_node: bool) -> Claim:
    """A claim that may name a source, a place and, on a node, a route."""
    return Claim(
        id=f"c{draw(st.integers(0, 5))}",
        basis=draw(st.sampled_from([Basis.STUDY, Basis.FIGURE, Basis.ASSUMPTION, Basis.OPINION])),
        source=draw(maybe(st.sampled_from(["s1", "s2", "s3", "gone"]))),
        mark=draw(st.sampled_from([None, None, Mark.PUBLISHER, Mark.UNVERIFIED])),
        sign=None if on_node else draw(maybe(signs)),
        strength=draw(maybe(strengths)),
        confidence=draw(maybe(st.sampled_from([0.3, 0.6, 0.9]))),
        standpoint=draw(maybe(st.sampled_from(["official", "provider"]))),
        said_on=draw(maybe(st.sampled_from(["2019", "2024"]))),
        where=draw(st.sampled_from((None, None, *PLACES))),
        route=tuple(draw(st.lists(st.sampled_from(ids), min_size=2, max_size=3, unique=True))) if on_node and draw(st.booleans()) else (),
    )


@st.composite
def kept_nodes(draw: st.DrawFn, ids: Sequence[str]) -> list[Node]:
    """Nodes that name one another, some under one label."""
    made = []
    for identifier in ids:
        kind = NodeKind.AREA if identifier in AREAS else draw(node_kinds)
        made.append(
            Node(
                id=identifier,
                kind=kind,
                label=AREAS.get(identifier) or draw(st.sampled_from([f"Label {identifier}", "Label 1", "label 2 ", identifier])),
                owner=draw(maybe(st.sampled_from([*ids, "nobody"]))),
                tier=draw(maybe(st.sampled_from(ids))),
                silo=draw(st.sampled_from((None, None, *SILOS))),
                place=draw(maybe(st.sampled_from(ids))),
                better=draw(maybe(st.sampled_from(Better))) if kind is NodeKind.FACTOR else None,
                valid_from=draw(st.sampled_from(YEARS)),
                status=draw(statuses),
                claims=tuple(draw(st.lists(claims(ids, on_node=True), max_size=1))),
                attributes={"opposing_evidence_sought": True} if draw(st.booleans()) else {},
            )
        )
    return made


@st.composite
def kept_links(draw: st.DrawFn, nodes: Sequence[Node], number: int) -> Link:
    """A link: mostly influence between any nodes, else one that says who decides, owns or is where, mostly between fitting kinds."""
    kind = draw(st.sampled_from([LinkKind.INFLUENCES] * 20 + list(mover)))
    starts = ends = [node.id for node in nodes]
    if kind is LinkKind.INFLUENCES and draw(st.integers(0, 7)):
        starts = [node.id for node in nodes if node.kind in MOVERS] or starts
        ends = [node.id for node in nodes if node.kind is NodeKind.FACTOR] or ends
    elif kind is not LinkKind.INFLUENCES and draw(st.integers(0, 5)):
        starts, ends = ([node.id for node in nodes if node.kind == wanted] or starts for wanted in mover[kind])
    said = tuple(draw(st.lists(claims([node.id for node in nodes], on_node=False), max_size=2, unique_by=lambda claim: claim.id)))
    delay = draw(maybe(st.sampled_from([0.0, 1.0, 3.0, 12.0])))
    about = [{}, {"as": "one_of"}] if kind is LinkKind.PART_OF else [{}, {"caveat": "x"}]
    return Link(
        id=f"l{number:02}{draw(st.sampled_from('xyz'))}",
        start=draw(st.sampled_from(starts)),
        end=draw(st.sampled_from(ends)),
        kind=kind,
        sign=None if said else draw(signs),
        strength=draw(strengths),
        confidence=draw(maybe(st.sampled_from([0.3, 0.6, 0.9]))),
        delay_low=delay,
        delay_high=delay,
        valid_from=draw(st.sampled_from(YEARS)),
        status=draw(statuses),
        claims=said,
        attributes=draw(st.sampled_from(about)),
    )


@st.composite
def maps(draw: st.DrawFn, most_links: int = 34) -> SystemMap:
    """A map of up to ten nodes that any question can be asked of, and beside it two bodies with much between them."""
    ids = draw(st.permutations(IDS[-(draw(st.integers(5, len(IDS)))) :]))
    nodes = draw(kept_nodes(ids))
    links = [draw(kept_links(nodes, number)) for number in range(draw(st.integers(8, most_links)))]
    apart: dict[str, Any] = {"start": "aside-1", "end": "aside-2", "kind": LinkKind.FUNDS}
    aside = [Link(id=f"aside{number:02}", instrument=str(number), **apart) for number in range(FILLER)]
    silent = [Node(id=name, kind=NodeKind.BODY, label=name, silo=silo) for name, silo in (("aside-1", "west"), ("aside-2", None))]
    sources = [Source(id="s1", title="S1", origin="one"), Source(id="s2", title="S2", origin="one"), Source(id="s3", title="S3")]
    return SystemMap.of([silent[0], *nodes, silent[1]], [*aside[:30], *links, *aside[30:]], sources, "A map")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question in words for those who read a failure, and how it is asked."""

    words: str
    ask: Callable[[MapService], object]


@st.composite
def filters(draw: st.DrawFn, system_map: SystemMap) -> Filters:
    """Filters of which each narrows now and then; names and ids that are not on the map among them."""

    def seldom(strategy: st.SearchStrategy[Any], otherwise: Any) -> Any:
        return draw(strategy) if draw(st.integers(0, 11)) == 0 else otherwise

    links = [identifier for identifier in system_map.links.ids if not identifier.startswith("aside")]
    nodes = st.lists(names(system_map), max_size=2).map(tuple)
    some = st.lists(st.sampled_from([*links, "aside03", "l99"]), max_size=3)
    return Filters(
        as_of=draw(st.sampled_from([None, None, date(2019, 5, 1), date(2024, 1, 1), date(2027, 1, 1)])),
        proposals=draw(st.booleans()),
        kinds=seldom(st.sampled_from([frozenset({LinkKind.INFLUENCES}), frozenset({LinkKind.MAKES})]), None),
        min_confidence=seldom(st.sampled_from([0.5, 0.7]), 0.0),
        evidence=seldom(st.sampled_from([("study",), ("V",), ("M",), ("nonsense",)]), None),
        avoid=seldom(nodes, ()),
        require=seldom(nodes, ()),
        avoid_silos=seldom(st.lists(st.sampled_from([*SILOS, "west", "aside-2", "nowhere", "unassigned"]), max_size=2).map(tuple), ()),
        max_delay=seldom(st.sampled_from([3.0, 13.0]), None),
        sign=seldom(signs, None),
        without=tuple(seldom(some, ())),
        assume=dict.fromkeys(seldom(some, ()), draw(st.sampled_from([0.5, -0.3, 0.0, 2.0, -1.0]))),
        max_links=draw(st.sampled_from([0, 0, 1, 2, 3, 4, 8])),
        top=draw(st.sampled_from([0, 1, 10])),
        max_paths=seldom(st.sampled_from([1, 2, 5]), 1_000_000),
    )


def names(system_map: SystemMap) -> st.SearchStrategy[str]:
    """Ids mostly; labels, in another case and perhaps not unique; names that are not on the map."""
    ids = [node.id for node in system_map.nodes if not node.id.startswith("aside")]
    labels = [node.label.upper() for node in system_map.nodes if not node.id.startswith("aside")]
    return st.sampled_from([*ids * 8, *labels, "label 2", "lable 1", "zz"])


@st.composite
def questions(draw: st.DrawFn, system_map: SystemMap) -> Question:
    """A question of one of the sorts that a part of the map may answer."""
    wanted = draw(filters(system_map))
    some = st.lists(names(system_map), min_size=1, max_size=2).map(tuple)
    moving = [link for link in system_map.links if link.kind is LinkKind.INFLUENCES]
    sorts = ["impact"] * 6 + ["litmus"] * 2 + ["reach"] * 3 + ["between", "around"]
    starts, ends, sort = draw(some), draw(some), draw(st.sampled_from(sorts))
    if moving and draw(st.integers(0, 3)):
        # Ends at which influence begins and arrives, so that there often is a path.
        starts, ends = (draw(st.sampled_from(moving)).start, *starts[1:]), (draw(st.sampled_from(moving)).end, *ends[1:])
    if sort == "impact":
        draws = draw(st.sampled_from([0, 0, 20]))
        return Question(words=f"impact {starts} {ends} {wanted}", ask=lambda to: to.impact(starts, ends, wanted, draws=draws).to_json())
    if sort == "litmus":
        moment = ends[0]
        return Question(words=f"litmus {starts} on {moment} {wanted}", ask=lambda to: to.litmus(starts, wanted, moment=moment).to_json())
    if sort == "reach":
        way = draw(st.sampled_from(["down", "up"]))
        return Question(words=f"reach {starts[0]} {way} {wanted}", ask=lambda to: to.reach(starts[0], wanted, direction=way).to_json())
    if sort == "between":
        return Question(words=f"between {starts} {ends} {wanted}", ask=lambda to: _records(to.corridor(starts, ends, wanted)))
    hops, way = draw(st.integers(0, 3)), draw(st.sampled_from(["up", "down", "both", "sideways"]))
    return Question(words=f"around {starts} {hops} {way} {wanted}", ask=lambda to: _records(to.neighbourhood(starts, hops, way, wanted)))


def _records(part: SystemMap) -> object:
    return [part.title, *map(repr, part.nodes), *map(repr, part.links), *map(repr, part.sources)]


def outcome(service: MapService, question: Question) -> tuple[str, str]:
    """The answer as JSON, or the complaint in its words."""
    try:
        return "answer", json.dumps(question.ask(service))
    except CaremapError as error:
        return type(error).__name__, str(error)


def keeping_rules(system_map: SystemMap) -> SystemMap:
    """The map as a store admits it: its tiers are tiers, no link joins what it may not, and no two links are one."""
    node_of = {node.id: node for node in system_map.nodes}
    tiers = {node.id for node in system_map.nodes if node.kind is NodeKind.TIER}
    kept: dict[Any, Link] = {}
    for link in system_map.links:
        rule = LINK_RULES[link.kind]
        if node_of[link.start].kind in rule.starts and node_of[link.end].kind in rule.ends:
            kept.setdefault(bundle_key(link), link)
    nodes = [node if node.tier in tiers else replace(node, tier=None) for node in system_map.nodes]
    return SystemMap.of(nodes, kept.values(), system_map.sources, system_map.title)

"""Which nodes and links a page holds, worked out in the snapshot's columns, and what a link comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.graphql.paging import Page, page_of
from api.settings import Settings
from graph.scope import LinkWish, NodeWish
from graph.snapshot import Snapshot
from schema.bundling import Ground, StrengthBasis
from schema.kinds import Sign
from schema.ontology import LINK_KIND_CODE, LINK_RULES, NODE_KIND_CODE
from schema.records import Link, Node, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFacts:
    """What a link comes to, in words."""

    sign: Sign | None
    strength: float
    strength_basis: str
    confidence: float
    ground: str
    disputed: bool


def nodes_on(snapshot: Snapshot, identifiers: Sequence[str]) -> list[Node]:
    """The nodes with these ids that are on the map, in the order of the ids."""
    return [snapshot.map.node(identifier) for identifier in identifiers if identifier in snapshot.row_of]


def links_on(snapshot: Snapshot, identifiers: Sequence[str]) -> list[Link]:
    """The links with these ids that are on the map, in the order of the ids."""
    return [snapshot.link(row) for row in map(snapshot.row_of_link, identifiers) if row is not None]


def _by_id(snapshot: Snapshot, what: str, ids: Sequence[str]) -> NDArray[np.int64]:
    return snapshot.keep(f"{what} by id", lambda: np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64))


def _tiers(snapshot: Snapshot) -> NDArray[np.str_]:
    return snapshot.keep("tiers of nodes", lambda: np.array([node.tier or "" for node in snapshot.map.nodes], dtype=np.str_))


def nodes_page(snapshot: Snapshot, wish: NodeWish, first: int, after: str | None, settings: Settings) -> Page[Node]:
    """A page of nodes in the order of ids. Proposed nodes are among them: they say so. O(nodes), in columns."""
    ids = snapshot.keep("node ids", lambda: [node.id for node in snapshot.map.nodes])
    mask = snapshot.standing_nodes(wish.as_of, proposals=True).copy()
    if wish.kinds is not None:
        codes = np.array([NODE_KIND_CODE[kind] for kind in wish.kinds], dtype=np.int8)
        mask &= np.isin(snapshot.nodes.kind, codes)
    if wish.silo is not None:
        mask &= snapshot.nodes.silo == snapshot.silo_code(wish.silo)
    if wish.tier is not None:
        mask &= _tiers(snapshot) == snapshot.node(snapshot.find(wish.tier)).id
    order = _by_id(snapshot, "nodes", ids)
    rows = order[mask[order]]
    return page_of(len(rows), lambda place: ids[rows[place]], lambda place: snapshot.node(rows[place]), first, after, settings)


def links_page(snapshot: Snapshot, wish: LinkWish, first: int, after: str | None, settings: Settings) -> Page[Link]:
    """A page of links in the order of ids. O(links), in columns."""
    rows = _by_id(snapshot, "links", snapshot.map.links.ids)
    return _links(snapshot, _wanted(snapshot, rows, wish), first, after, settings)


def links_at(snapshot: Snapshot, identifier: str, wish: LinkWish, first: int, after: str | None, settings: Settings) -> Page[Link]:
    """A page of the links at a node, in the order of ids. O(links at the node)."""
    row, index = snapshot.row_of[identifier], snapshot.index
    leaving = index.out_rows[index.out_at[row] : index.out_at[row + 1]] if wish.out else ()
    reaching = index.in_rows[index.in_at[row] : index.in_at[row + 1]] if wish.into else ()
    rows = np.unique(np.concatenate([np.asarray(leaving, dtype=np.int64), np.asarray(reaching, dtype=np.int64)]))
    rows = _wanted(snapshot, rows, wish)
    return _links(snapshot, rows[np.argsort(snapshot.rank[rows])], first, after, settings)


def _wanted(snapshot: Snapshot, rows: NDArray[np.int64], wish: LinkWish) -> NDArray[np.int64]:
    """Those of some links that are of the kinds and stand, with both ends, on the day. O(rows), so that a node's few links stay cheap."""
    columns, nodes = snapshot.links, snapshot.nodes
    if wish.kinds is not None:
        rows = rows[np.isin(columns.kind[rows], np.array([LINK_KIND_CODE[kind] for kind in wish.kinds], dtype=np.int8))]
    if wish.as_of is None:
        return rows
    day = wish.as_of.toordinal()
    stands = (columns.valid_from[rows] <= day) & (day < columns.valid_to[rows])
    for ends in (snapshot.start[rows], snapshot.end[rows]):
        stands &= (nodes.valid_from[ends] <= day) & (day < nodes.valid_to[ends])
    return rows[stands]


def _links(snapshot: Snapshot, rows: NDArray[np.int64], first: int, after: str | None, settings: Settings) -> Page[Link]:
    ids = snapshot.map.links.ids
    return page_of(len(rows), lambda place: ids[rows[place]], lambda place: snapshot.link(int(rows[place])), first, after, settings)


def sources_page(snapshot: Snapshot, first: int, after: str | None, settings: Settings) -> Page[Source]:
    """A page of sources in the order of ids."""
    ordered = snapshot.keep("sources by id", lambda: sorted(snapshot.map.sources, key=lambda source: source.id))
    return page_of(len(ordered), lambda place: ordered[place].id, ordered.__getitem__, first, after, settings)


_SIGNS = {1: Sign.PLUS, -1: Sign.MINUS, 0: Sign.UNKNOWN}


def facts_of(snapshot: Snapshot, link: Link) -> ShownFacts:
    """What a link on this map comes to, from the columns. A sign where its kind has one, or where it states one."""
    row, columns = snapshot.find_link(link.id), snapshot.links
    signed = LINK_RULES[link.kind].default_sign is not None or int(columns.sign[row]) != 0
    return ShownFacts(
        sign=_SIGNS[int(columns.sign[row])] if signed else None,
        strength=float(columns.strength[row]),
        strength_basis=StrengthBasis(int(columns.strength_basis[row])).name.lower(),
        confidence=float(columns.confidence[row]),
        ground=Ground(int(columns.ground[row])).name.lower(),
        disputed=bool(columns.disputed[row]),
    )

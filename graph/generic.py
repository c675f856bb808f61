"""What a particular body takes from the generic one that it is one of: its decisions and what shows at it, and not what was
said of other places.

A link `part_of` with the attribute `as: one_of` says that its start is one of the bodies for which its end stands, as a
council is one of the councils with care duties. Being a member or a branch of something is not that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KIND_CODE, NODE_KIND_CODE
from schema.records import Claim

_WHERE = b'"where":'
_SAID_TO_BE_THERE = frozenset({NodeKind.DECISION, NodeKind.PROCESS, NodeKind.RULE, NodeKind.PROPOSAL})
"""Kinds of node that a claim can place somewhere; a factor is a measure, and is everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaidElsewhere:
    """The links and nodes of which all that is said is said of other places than a body's own."""

    links: NDArray[np.int64]
    nodes: NDArray[np.int64]

    def __len__(self) -> int:
        return self.links.size + self.nodes.size


def generic_levels(snapshot: Snapshot, row: int, standing_links: NDArray[np.bool_]) -> Iterator[list[int]]:
    """The bodies that a body is one of, the nearest first, level by level. O(links at them)."""
    seen, level = {row}, [row]
    while True:
        found = dict.fromkeys(above for body in level for above in _one_of(snapshot, body, standing_links) if above not in seen)
        if not found:
            return
        seen.update(found)
        level = list(found)
        yield level


def _one_of(snapshot: Snapshot, row: int, standing_links: NDArray[np.bool_]) -> Iterator[int]:
    for link in _leaving(snapshot, row, LinkKind.PART_OF):
        if standing_links[link] and snapshot.link(link).attributes.get("as") == "one_of":
            yield int(snapshot.end[link])


def _leaving(snapshot: Snapshot, row: int, kind: LinkKind) -> list[int]:
    index = snapshot.index
    rows = index.out_rows[index.out_at[row] : index.out_at[row + 1]]
    return [int(link) for link in rows if snapshot.links.kind[link] == LINK_KIND_CODE[kind]]


def said_elsewhere(snapshot: Snapshot, row: int) -> SaidElsewhere:
    """What the map holds only on the word of claims about places that are on it as areas and are not the body's own.

    A body's own places are the areas it covers, those within them and those that hold them. A claim that names no place, or
    one that is no area on the map (England, six councils), is about everywhere. O(claims that name a place).
    """
    own = _own_areas(snapshot, row)
    others = {name: area for name, area in _areas(snapshot).items() if area not in own}
    if not others:
        return SaidElsewhere(links=np.empty(0, dtype=np.int64), nodes=np.empty(0, dtype=np.int64))
    links, nodes = snapshot.keep("claims that name a place", lambda: _placed(snapshot))
    return SaidElsewhere(
        links=np.array([link for link, claims in links.items() if _all_in(claims, others)], dtype=np.int64),
        nodes=np.array([node for node, claims in nodes.items() if _all_in(claims, others)], dtype=np.int64),
    )


def _all_in(claims: tuple[str | None, ...], others: dict[str, int]) -> bool:
    return all(where is not None and where.strip().lower() in others for where in claims)


def _areas(snapshot: Snapshot) -> dict[str, int]:
    names = {}
    for row in np.flatnonzero(snapshot.nodes.kind == NODE_KIND_CODE[NodeKind.AREA]).tolist():
        node = snapshot.node(row)
        names.update({name.strip().lower(): row for name in (*node.aliases, node.label)})
    return names


def _own_areas(snapshot: Snapshot, row: int) -> set[int]:
    covered = [int(snapshot.end[link]) for link in _leaving(snapshot, row, LinkKind.COVERS)]
    own = set(covered)
    above, below = list(covered), list(covered)
    while above:
        fresh = [int(snapshot.end[link]) for area in above for link in _leaving(snapshot, area, LinkKind.PART_OF)]
        above = [area for area in dict.fromkeys(fresh) if area not in own]
        own.update(above)
    while below:
        fresh = [part for area in below for part in _parts(snapshot, area)]
        below = [area for area in dict.fromkeys(fresh) if area not in own]
        own.update(below)
    return own


def _parts(snapshot: Snapshot, area: int) -> Iterator[int]:
    index = snapshot.index
    for link in index.in_rows[index.in_at[area] : index.in_at[area + 1]]:
        if snapshot.links.kind[link] == LINK_KIND_CODE[LinkKind.PART_OF]:
            yield int(snapshot.start[link])


def _placed(snapshot: Snapshot) -> tuple[dict[int, tuple[str | None, ...]], dict[int, tuple[str | None, ...]]]:
    """The places of all claims of each link and node that has one with a place."""
    links = {row: _wheres(snapshot.link(row).claims) for row in snapshot.map.links.rows_that_say(_WHERE)}
    nodes = {row: _wheres(node.claims) for row, node in enumerate(snapshot.map.nodes) if node.claims and node.kind in _SAID_TO_BE_THERE}
    return links, nodes


def _wheres(claims: tuple[Claim, ...]) -> tuple[str | None, ...]:
    return tuple(claim.where for claim in claims)

"""Pages of records of a map that is not held: what a client sees of a few is what the whole map shows of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from graph.narrowing.names import near_names_to, outlined, take_named
from graph.narrowing.part import Part
from graph.scope import LinkWish, NodeWish
from graph.store import R
from schema.errors import UnknownName
from schema.records import Link, Node, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[R]):
    """Some records in the ascending order of their ids, and whether others follow."""

    records: Sequence[R]
    more: bool


def _listed(found: Sequence[tuple[int, R]], first: int) -> Listed[R]:
    return Listed(records=[record for _, record in found[:first]], more=len(found) > first)


def nodes_listed(part: Part, wish: NodeWish, after: str | None, first: int) -> Listed[Node]:
    """A page of nodes, taken into the part. A wish for a silo looks at an outline of every node, all others at a page.

    Raises BadInput for a silo or tier that is not on the map, or a tier's label that is not unique.
    """
    held = _held_in(part, wish.silo)
    wish = replace(_with_tier(part, wish), silo=None)
    if held is None:
        found = part.reader.page_of_nodes(wish, after, first + 1)
        part.put_nodes(found[:first])
        return _listed(found, first)
    identifiers = sorted(each for each in part.reader.ids_of_nodes(wish) if each in held and (after is None or each > after))
    part.add_nodes(identifiers[:first])
    return Listed(records=[part.nodes[each][1] for each in identifiers[:first]], more=len(identifiers) > first)


def number_of_nodes(part: Part, wish: NodeWish) -> int:
    """How many nodes all pages of a wish hold."""
    held = _held_in(part, wish.silo)
    wish = replace(_with_tier(part, wish), silo=None)
    if held is None and wish == NodeWish(kinds=wish.kinds):
        counts = part.reader.counts().nodes
        return sum(counts.get(kind, 0) for kind in (counts if wish.kinds is None else wish.kinds))
    identifiers = part.reader.ids_of_nodes(wish)
    return len(identifiers) if held is None else sum(each in held for each in identifiers)


def _held_in(part: Part, silo: str | None) -> set[str] | None:
    """The ids of all nodes in a silo; None where none is wished for."""
    if silo is None:
        return None
    outlines = outlined(part.reader)
    wanted = outlines.silo_code(silo)
    return {outlines.node(row).id for row, code in enumerate(outlines.nodes.silo.tolist()) if code == wanted}


def _with_tier(part: Part, wish: NodeWish) -> NodeWish:
    """The wish with the id of its tier, which may be named by a label."""
    if wish.tier is None:
        return wish
    take_named(part, [wish.tier])
    snapshot = part.snapshot()
    try:
        return replace(wish, tier=snapshot.node(snapshot.find(wish.tier)).id)
    except UnknownName as unknown:
        raise near_names_to(part.reader, unknown) from None


def links_listed(part: Part, wish: LinkWish, after: str | None, first: int) -> Listed[Link]:
    """A page of links, taken into the part with their ends."""
    found = part.reader.page_of_links(wish, after, first + 1)
    part.add_links(found[:first])
    return _listed(found, first)


def links_listed_at(
    part: Part, nodes: Collection[str], wish: LinkWish, after: str | None, first: int
) -> Mapping[str, tuple[int, Listed[Link]]]:
    """For each of some nodes a page of the links at it, taken into the part with their ends, and how many all pages hold."""
    pages = part.reader.pages_at(nodes, wish, after, first + 1)
    part.add_links([each for _, found in pages.values() for each in found[:first]])
    return {identifier: (count, _listed(found, first)) for identifier, (count, found) in pages.items()}


def sources_listed(part: Part, after: str | None, first: int) -> Listed[Source]:
    """A page of sources."""
    return _listed(part.reader.page_of_sources(after, first + 1), first)


def silos_of(part: Part) -> list[str]:
    """The names of all silos, in order. Looks at an outline of every node."""
    return sorted(outlined(part.reader).nodes.silos)

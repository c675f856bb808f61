"""Pages of nodes, links and sources where the process does not hold the map: each is read from the store, a page at a time.

The count of all pages is asked for only where a client asks for it, as it may mean a look at every link.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from api.asking import Turn
from api.graphql.paging import Page, checked_first, identifier_of, page_with
from graph import narrowing
from graph.narrowing import Listed, Part
from graph.scope import LinkWish, NodeWish
from schema.records import Link, Node, Source


class At(NamedTuple):
    """Which links at which node, from where on, and how many."""

    node: str
    wish: LinkWish
    after: str | None
    first: int


def _asked(turn: Turn, first: int, after: str | None) -> tuple[int, str | None]:
    return checked_first(first, turn.settings), None if after is None else identifier_of(after)


def _counted(turn: Turn, count: Callable[[Part], int]) -> Callable[[], Awaitable[int]]:
    return lambda: turn.take(count)


async def nodes_page(turn: Turn, wish: NodeWish, first: int, after: str | None) -> Page[Node]:
    """A page of nodes; see `api.graphql.pages`."""
    size, behind = _asked(turn, first, after)
    found = await turn.take(lambda part: narrowing.nodes_listed(part, wish, behind, size))
    return page_with(found.records, _counted(turn, lambda part: narrowing.number_of_nodes(part, wish)), more=found.more)


async def links_page(turn: Turn, wish: LinkWish, first: int, after: str | None) -> Page[Link]:
    """A page of links."""
    size, behind = _asked(turn, first, after)
    found = await turn.take(lambda part: narrowing.links_listed(part, wish, behind, size))
    return page_with(found.records, _counted(turn, lambda part: part.reader.number_of_links(wish)), more=found.more)


async def sources_page(turn: Turn, first: int, after: str | None) -> Page[Source]:
    """A page of sources."""
    size, behind = _asked(turn, first, after)
    found = await turn.take(lambda part: narrowing.sources_listed(part, behind, size))
    return page_with(found.records, _counted(turn, lambda part: part.reader.counts().sources), more=found.more)


async def links_at(turn: Turn, identifier: str, wish: LinkWish, first: int, after: str | None) -> Page[Link]:
    """A page of the links at a node, read together with those of other nodes that are asked for at the same moment."""
    size, behind = _asked(turn, first, after)
    found = await turn.batch(At, lambda keys: _pages_at(turn, keys)).get(At(identifier, wish, behind, size))
    count, listed = found or (0, Listed[Link](records=(), more=False))
    return page_with(listed.records, count, more=listed.more)


async def _pages_at(turn: Turn, keys: Sequence[At]) -> Mapping[At, tuple[int, Listed[Link]]]:
    alike: dict[tuple[LinkWish, str | None, int], list[str]] = {}
    for node, wish, after, first in keys:
        alike.setdefault((wish, after, first), []).append(node)

    def gather(part: Part) -> dict[At, tuple[int, Listed[Link]]]:
        pages: dict[At, tuple[int, Listed[Link]]] = {}
        for how, nodes in alike.items():
            pages |= {At(node, *how): page for node, page in narrowing.links_listed_at(part, nodes, *how).items()}
        return pages

    return await turn.take(gather)

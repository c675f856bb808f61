"""What a change alters on the map that it meets: no more than that is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from graph.changes import checked, cites, turned_origins
from graph.stores.neo4j_store.replay import size_of
from schema.records import ChangeSet, Link, Node
from schema.system_map import LinkTable, SystemMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """A checked change without what stood already; `turned` are links that a source's new release makes count otherwise."""

    change: ChangeSet
    turned: tuple[Link, ...]

    @property
    def whole(self) -> ChangeSet:
        """The change as the journal keeps it."""
        if not self.turned:
            return self.change
        return replace(self.change, put_links=tuple(chain(self.change.put_links, self.turned)))

    @property
    def removed(self) -> int:
        return len(self.change.remove_nodes) + len(self.change.remove_links) + len(self.change.remove_sources)

    @property
    def is_nothing(self) -> bool:
        return not size_of(self.change)


def met(change: ChangeSet, before: SystemMap) -> Net:
    """What a change alters. Raises InvalidMap where it does not fit the map."""
    ready = net_of(checked(change, before), before)
    return Net(change=ready, turned=tuple(_turned(ready, before)))


def net_of(change: ChangeSet, before: SystemMap) -> ChangeSet:
    """A checked change without what stands on the map already, word for word."""
    return replace(
        change,
        put_nodes=tuple(node for node in change.put_nodes if _differs(before.row_of_node, before.nodes, node)),
        put_links=_other_links(change.put_links, before),
        put_sources=tuple(source for source in change.put_sources if before.source_of.get(source.id) != source),
    )


def _differs(row_of: Mapping[str, int], there: Sequence[Node], node: Node) -> bool:
    row = row_of.get(node.id)
    return row is None or there[row] != node


def _other_links(put: Sequence[Link], before: SystemMap) -> Sequence[Link]:
    if not len(before.links):
        return put
    row_of = before.row_of_link
    if isinstance(put, LinkTable) and put.is_packed:
        rows = [
            row
            for row, (identifier, payload) in enumerate(zip(put.ids, put.payloads(), strict=True))
            if (place := row_of.get(identifier)) is None or before.links.payload(place) != payload
        ]
        return put if len(rows) == len(put) else put.taken(np.array(rows, dtype=np.int64))
    return tuple(link for link in put if (place := row_of.get(link.id)) is None or before.links[place] != link)


def _turned(change: ChangeSet, before: SystemMap) -> list[Link]:
    """The links that the change leaves alone, but that count otherwise as a source they cite belongs to another release."""
    found = {row for source in turned_origins(change, before.source_of.get) for row in before.links.rows_that_say(cites(source))}
    put = change.put_links.ids if isinstance(change.put_links, LinkTable) else [link.id for link in change.put_links]
    touched = {*put, *change.remove_links} if found else set()
    return [before.links[row] for row in sorted(found) if before.links.ids[row] not in touched]


def numbered(net: Net, before: SystemMap) -> LinkTable:
    """The links that a change puts, their numbers worked out with the sources as they are after it."""
    links = net.whole.put_links
    sources = {**before.source_of, **{source.id: source for source in net.change.put_sources}}
    for identifier in net.change.remove_sources:
        sources.pop(identifier, None)
    if isinstance(links, LinkTable) and links.is_packed and not any(source.origin for source in sources.values()):
        return links
    return LinkTable.of(links, (), sources)


def weight(change: ChangeSet) -> int:
    """How many elements of the graph a change touches, or about as many: packed links are taken to have a claim each."""
    links = change.put_links
    claims = len(links) if isinstance(links, LinkTable) and links.is_packed else sum(len(link.claims) for link in links)
    return size_of(change) + claims + sum(len(node.claims) for node in change.put_nodes)

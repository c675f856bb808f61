"""The map after a checked change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from graph.changes.before import ids_of
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import LinkTable, SystemMap, with_rows

R = TypeVar("R", Node, Link, Source)
FEW = 3
"""Up to this many links are looked for one by one in a table that has no index of its ids yet."""


def applied(change: ChangeSet, before: SystemMap) -> SystemMap:
    """The map after a checked change. What was there keeps its place; what is new comes after it, in the change's order.

    Shares with `before` what the change leaves alone: a change of one link on a map of a million takes milliseconds.
    """
    nodes = _put(before.nodes, change.put_nodes, change.remove_nodes)
    sources = _put(before.sources, change.put_sources, change.remove_sources)
    ends = before.links.ends if nodes is before.nodes else tuple(node.id for node in nodes)
    source_of = before.source_of if sources is before.sources else {source.id: source for source in sources}
    row_of_end = before.row_of_node if nodes is before.nodes else None
    fresh = _fresh(change, before, source_of).seated(ends, row_of_end)
    links = before.links.seated(ends, row_of_end)
    if len(fresh) or change.remove_links:
        row_of = _rows_among(before, [*fresh.ids, *change.remove_links])
        links = with_rows(links, fresh, row_of, change.remove_links)
    after = SystemMap(nodes=nodes, links=links, sources=sources, title=before.title)
    _hand_on(before, after, change, fresh.ids)
    return after


def _fresh(change: ChangeSet, before: SystemMap, sources: Mapping[str, Source]) -> LinkTable:
    """The links that the change puts, and those whose numbers turn with the origin of a source, in columns."""
    put, turned = change.put_links, _links_of_turned_sources(change, before)
    if isinstance(put, LinkTable) and put.is_packed and not turned and not any(source.origin for source in sources.values()):
        return put
    return LinkTable.of(chain(turned, put), (), sources)


def turned_origins(change: ChangeSet, before: Callable[[str], Source | None]) -> list[str]:
    """The ids of the sources whose release the change alters, so that the claims that cite them count otherwise."""
    now = {source.id: source.origin for source in change.put_sources} | dict.fromkeys(change.remove_sources)
    return [identifier for identifier, origin in now.items() if ((was := before(identifier)) and was.origin) != origin]


def cites(source: str) -> bytes:
    """What the packed JSON of a link holds where one of its claims cites a source."""
    return f'"source":{json.dumps(source, ensure_ascii=False)}'.encode()


def _links_of_turned_sources(change: ChangeSet, before: SystemMap) -> list[Link]:
    if not (len(change.put_sources) or change.remove_sources) or not len(before.links):
        return []
    rows = {row for source in turned_origins(change, before.source_of.get) for row in before.links.rows_that_say(cites(source))}
    touched = {*ids_of(change.put_links), *change.remove_links} if rows else set()
    return [before.links[row] for row in sorted(rows) if before.links.ids[row] not in touched]


def _put(there: Sequence[R], put: Sequence[R], removed: Sequence[str]) -> Sequence[R]:
    if not len(put) and not removed:
        return there
    kept: dict[str, R] = {record.id: record for record in there}
    for identifier in removed:
        kept.pop(identifier, None)
    for record in put:
        kept[record.id] = record
    return tuple(kept.values())


def _rows_among(before: SystemMap, identifiers: Sequence[str]) -> Mapping[str, int]:
    """Where links stand in the table: by its index where there is one or many are asked for."""
    if not len(before.links):
        return {}
    if "row_of_link" in vars(before) or len(identifiers) > FEW:
        return before.row_of_link
    found = {}
    for identifier in identifiers:
        try:
            found[identifier] = before.links.ids.index(identifier)
        except ValueError:
            continue
    return found


def _hand_on(before: SystemMap, after: SystemMap, change: ChangeSet, put: Sequence[str]) -> None:
    """What is known of `before` and still holds need not be worked out again."""
    known = vars(before)
    if after.nodes is before.nodes and "row_of_node" in known:
        vars(after)["row_of_node"] = known["row_of_node"]
    if after.sources is before.sources and "source_of" in known:
        vars(after)["source_of"] = known["source_of"]
    if "row_of_link" not in known or change.remove_links:
        return
    row_of = known["row_of_link"]
    new = [identifier for identifier in put if identifier not in row_of]
    if new:
        row_of = row_of | {identifier: len(row_of) + place for place, identifier in enumerate(new)}
    vars(after)["row_of_link"] = row_of


def caught_up(system_map: SystemMap, changes: Iterable[ChangeSet]) -> SystemMap:
    """The map after some changes that a store has applied, oldest first, all of the map's branch and layer."""
    for change in changes:
        system_map = applied(change, system_map)
    return system_map

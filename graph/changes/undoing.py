"""What takes a map back, and what tells two maps apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from graph.changes.before import Before, WholeMap, ids_of
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import SystemMap

R = TypeVar("R", Node, Link, Source)


def inverse(change: ChangeSet, before: SystemMap | Before, *, by: str, why: str) -> ChangeSet:
    """The change that takes a map back to `before`: puts what was changed or removed, removes what was added."""
    before = WholeMap(before) if isinstance(before, SystemMap) else before

    def earlier(there: Callable[[str], R | None], put: Iterable[str], removed: Iterable[str]) -> tuple[tuple[R, ...], tuple[str, ...]]:
        was = {identifier: there(identifier) for identifier in dict.fromkeys([*put, *removed])}
        back = tuple(record for record in was.values() if record is not None)
        return back, tuple(identifier for identifier, record in was.items() if record is None)

    nodes, no_nodes = earlier(before.node, ids_of(change.put_nodes), change.remove_nodes)
    links, no_links = earlier(before.link, ids_of(change.put_links), change.remove_links)
    sources, no_sources = earlier(before.source, ids_of(change.put_sources), change.remove_sources)
    return ChangeSet(
        by=by,
        why=why,
        branch=change.branch,
        layer=change.layer,
        put_nodes=nodes,
        put_links=links,
        put_sources=sources,
        remove_nodes=no_nodes,
        remove_links=no_links,
        remove_sources=no_sources,
    )


def overtaken(change: ChangeSet, undo: ChangeSet, now: SystemMap) -> tuple[str, ...]:
    """The ids that stand neither as a change left them nor as its undo would: later changes to them would be lost with it."""
    there = WholeMap(now)

    def lost(
        now_of: Callable[[str], object],
        left: Sequence[Node] | Sequence[Link] | Sequence[Source],
        wanted: Sequence[Node] | Sequence[Link] | Sequence[Source],
        removed: tuple[str, ...],
    ) -> list[str]:
        after: dict[str, object] = {record.id: record for record in left}
        before: dict[str, object] = {**dict.fromkeys(removed), **{record.id: record for record in wanted}}
        return [identifier for identifier, was in before.items() if now_of(identifier) not in (was, after.get(identifier))]

    return (
        *lost(there.node, change.put_nodes, undo.put_nodes, undo.remove_nodes),
        *lost(there.link, change.put_links, undo.put_links, undo.remove_links),
        *lost(there.source, change.put_sources, undo.put_sources, undo.remove_sources),
    )


def difference(old: SystemMap, new: SystemMap, *, by: str, why: str, remove: bool = True) -> ChangeSet:
    """The change that makes `new` out of `old`, matched by id. With `remove` False, what `new` lacks stays."""

    def put(before: Mapping[str, R], after: Iterable[R]) -> tuple[R, ...]:
        return tuple(record for record in after if before.get(record.id) != record)

    def gone(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
        kept = set(after)
        return tuple(identifier for identifier in before if identifier not in kept) if remove else ()

    return ChangeSet(
        by=by,
        why=why,
        put_nodes=put({node.id: node for node in old.nodes}, new.nodes),
        put_links=_other_links(old, new),
        put_sources=put(old.source_of, new.sources),
        remove_nodes=gone(old.row_of_node, new.row_of_node),
        remove_links=gone(old.links.ids, new.links.ids),
        remove_sources=gone(old.source_of, new.source_of),
    )


def _other_links(old: SystemMap, new: SystemMap) -> Sequence[Link]:
    if not len(old.links):
        return new.links
    row_of = old.row_of_link
    rows = [
        row
        for row, (identifier, payload) in enumerate(zip(new.links.ids, new.links.payloads(), strict=True))
        if (place := row_of.get(identifier)) is None or old.links.payload(place) != payload
    ]
    return new.links.taken(np.array(rows, dtype=np.int64)) if new.links.is_packed else tuple(new.links[row] for row in rows)

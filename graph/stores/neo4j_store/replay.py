"""Maps out of the journal: the changes of a line, folded into one map; and layers laid over one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from graph.changes import applied
from schema.records import BASE_LAYER, ChangeSet, Link, Node, Source
from schema.system_map import LinkTable, SystemMap

R = TypeVar("R", Node, Link, Source)

BIG = 5_000
"""A change of more records than this is applied by itself; smaller ones are first folded into one."""


@dataclass(slots=True)
class _Fold(Generic[R]):
    """What some changes come to for one sort of record: what they put at last, in order, and what they removed."""

    put: dict[str, R] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)

    def add(self, put: Iterable[R], removed: Iterable[str]) -> None:
        for identifier in removed:
            self.put.pop(identifier, None)
            self.gone[identifier] = None
        for record in put:
            self.put[record.id] = record

    def returns(self, put: Iterable[R]) -> bool:
        """Whether something comes back that these changes removed: it then stands at the end, so that order matters."""
        return bool(self.gone) and any(record.id in self.gone for record in put)


class _Folded:
    def __init__(self, first: ChangeSet) -> None:
        self._first = first
        self._nodes, self._links, self._sources = _Fold[Node](), _Fold[Link](), _Fold[Source]()
        self.size = 0

    def takes(self, change: ChangeSet) -> bool:
        return not (
            self._nodes.returns(change.put_nodes) or self._links.returns(change.put_links) or self._sources.returns(change.put_sources)
        )

    def add(self, change: ChangeSet) -> None:
        self._nodes.add(change.put_nodes, change.remove_nodes)
        self._links.add(change.put_links, change.remove_links)
        self._sources.add(change.put_sources, change.remove_sources)
        self.size += size_of(change)

    def change(self) -> ChangeSet:
        return replace(
            self._first,
            put_nodes=tuple(self._nodes.put.values()),
            put_links=tuple(self._links.put.values()),
            put_sources=tuple(self._sources.put.values()),
            remove_nodes=tuple(self._nodes.gone),
            remove_links=tuple(self._links.gone),
            remove_sources=tuple(self._sources.gone),
        )


def size_of(change: ChangeSet) -> int:
    """How many records a change touches."""
    put = len(change.put_nodes) + len(change.put_links) + len(change.put_sources)
    return put + len(change.remove_nodes) + len(change.remove_links) + len(change.remove_sources)


def replayed(system_map: SystemMap, changes: Iterable[ChangeSet]) -> SystemMap:
    """The map after some changes of one layer, oldest first. O(map + changes), however many changes there are."""
    folded: _Folded | None = None
    for change in changes:
        if folded is not None and (size_of(change) > BIG or folded.size > BIG or not folded.takes(change)):
            system_map, folded = applied(folded.change(), system_map), None
        if size_of(change) > BIG:
            system_map = applied(change, system_map)
            continue
        folded = folded or _Folded(change)
        folded.add(change)
    return system_map if folded is None else applied(folded.change(), system_map)


# ---- layers ------------------------------------------------------------------


@dataclass(slots=True)
class _Shelf(Generic[R]):
    """Each layer's versions of one sort of record: its place in the map's order, and the record (None hides what is below)."""

    layers: dict[str, dict[str, tuple[int, R | None]]] = field(default_factory=dict)
    next_place: int = 0

    def change(self, layer: str, put: Iterable[R], removed: Iterable[str]) -> None:
        own, base = self.layers.setdefault(layer, {}), self.layers.setdefault(BASE_LAYER, {})
        for identifier in removed:
            below = base.get(identifier) if layer != BASE_LAYER else None
            if below is not None and below[1] is not None:
                own[identifier] = (self.next_place, None)
                self.next_place += 1
            else:
                own.pop(identifier, None)
        for record in put:
            there = own.get(record.id) or base.get(record.id)
            place = there[0] if there is not None and there[1] is not None else self.next_place
            own[record.id] = (place, record)
            self.next_place += 1

    def seen(self, layers: Sequence[str]) -> list[R]:
        """The records that a scope of these layers sees, the last layer on top, in the map's order."""
        top: dict[str, tuple[int, R | None]] = {}
        for layer in layers:
            top.update(self.layers.get(layer, {}))
        return [record for _, record in sorted(top.values(), key=lambda found: found[0]) if record is not None]


def layered(changes: Iterable[ChangeSet], layers: Sequence[str]) -> SystemMap:
    """The map of several layers of one line; `changes` are those of all these layers and the base, oldest first.

    Links whose ends the scope lacks are left out. Works on records, not columns: for layers that are laid over a map, not
    for maps of millions.
    """
    nodes, links, sources = _Shelf[Node](), _Shelf[Link](), _Shelf[Source]()
    for change in changes:
        nodes.change(change.layer, change.put_nodes, change.remove_nodes)
        links.change(change.layer, change.put_links, change.remove_links)
        sources.change(change.layer, change.put_sources, change.remove_sources)
    seen, cited = tuple(nodes.seen(layers)), tuple(sources.seen(layers))
    on_map = {node.id for node in seen}
    kept = (link for link in links.seen(layers) if link.start in on_map and link.end in on_map)
    return SystemMap(
        nodes=seen,
        links=LinkTable.of(kept, (node.id for node in seen), {source.id: source for source in cited}),
        sources=cited,
    )

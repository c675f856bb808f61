"""Local maps in a store: each a layer over the national map, made from the register and brought up to date where nobody edited it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Generic, TypeVar

from graph.changes import WholeMap
from graph.holding import title_note
from graph.scope import Scope
from graph.service import MapService
from loaders.local.instance import LocalMap, local_map
from loaders.local.register import Council, Register
from schema.errors import BadInput
from schema.records import BASE_LAYER, ChangeSet, Link, Node, Source
from schema.system_map import SystemMap
from schema.wire import to_json

R = TypeVar("R", Node, Link, Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A local map as it is kept: `nodes` and `links` count what is its own, edits included. `is_new` where it was just begun;
    `conflicts` are ids that people edited and the register now says otherwise, left as people have them."""

    council: Council
    revision: int
    nodes: int
    links: int
    is_new: bool = False
    is_changed: bool = False
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged(Generic[R]):
    """What to put and to remove of one sort of record."""

    put: tuple[R, ...]
    gone: tuple[str, ...]


def make_instance(service: MapService, council: Council, register: Register, *, by: str, why: str = "") -> Instance:
    """Make the local map of a council, or bring it up to date: what nobody edited follows the register and the national map.

    Making it again changes nothing. Raises BadInput where the map is no store, where it lacks the generic council, or where a
    layer of that name is somebody's own.
    """
    store, layer = service.store, council.layer
    national = service.snapshot().map
    note = store.note(_note_of(layer))
    if note is None and layer in store.layers():
        raise BadInput(f"Layer {layer!r} of {store.url} was not made by `caremap instance`; it stays as it is.")
    kept: Mapping[str, str] = json.loads(note)["kept"] if note else {}
    made = _with_national(local_map(council, register, national), national, kept)
    mine = service.snapshot(service.met_by(layer)).map
    change, conflicts = _change(made, mine, kept, by=by, why=why or f"the local map of {council.official_name}")
    before = store.head()
    revision = store.apply(change)
    now = {record.id: _fingerprint(record) for record in chain[Node | Link | Source](made.nodes, made.links, made.sources)}
    remark = json.dumps({"council": council.code, "kept": now}, separators=(",", ":"))
    if remark != note:
        store.keep_note(_note_of(layer), remark)
    if store.note(title_note(layer)) != made.title:
        store.keep_note(title_note(layer), made.title)
    own = _own(service, layer)
    return Instance(
        council=council,
        revision=revision,
        nodes=len(own.nodes),
        links=len(own.links),
        is_new=note is None,
        is_changed=revision != before,
        conflicts=conflicts,
    )


def _with_national(made: LocalMap, national: SystemMap, kept: Mapping[str, str]) -> LocalMap:
    """The local map with what it once held and the national map holds by now, as that has it: the layer lies above and must follow."""
    return replace(
        made,
        nodes=(*made.nodes, *(national.node(name) for name in kept if name in national.row_of_node)),
        links=(*made.links, *(national.link(name) for name in kept if name in national.row_of_link)),
        sources=(*made.sources, *(national.source_of[name] for name in kept if name in national.source_of)),
    )


def instances(service: MapService, register: Register) -> tuple[Instance, ...]:
    """The local maps in a store, in the order of making."""
    found = []
    for layer in service.store.layers():
        note = service.store.note(_note_of(layer))
        if note is not None:
            own = _own(service, layer)
            council = register.find(json.loads(note)["council"])
            found.append(Instance(council=council, revision=service.head(), nodes=len(own.nodes), links=len(own.links)))
    return tuple(found)


def _note_of(layer: str) -> str:
    return f"instance {layer}"


def _fingerprint(record: Node | Link | Source) -> str:
    return hashlib.sha256(json.dumps(to_json(record), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def _own(service: MapService, layer: str) -> SystemMap:
    """The records of a layer alone: those of the map with it that are not so on the map without it."""
    base = service.snapshot().map
    both = service.snapshot(Scope(layers=(BASE_LAYER, layer))).map
    return SystemMap.of(
        (node for node in both.nodes if node.id not in base.row_of_node or base.node(node.id) != node),
        (both.links[row] for row, identifier in enumerate(both.links.ids) if _differs(base, both, row, identifier)),
        (source for source in both.sources if base.source_of.get(source.id) != source),
    )


def _differs(base: SystemMap, both: SystemMap, row: int, identifier: str) -> bool:
    return identifier not in base.row_of_link or base.links.payload(base.row_of_link[identifier]) != both.links.payload(row)


def _change(made: LocalMap, mine: SystemMap, kept: Mapping[str, str], *, by: str, why: str) -> tuple[ChangeSet, tuple[str, ...]]:
    conflicts: list[str] = []
    nodes = _merged(made.nodes, {node.id: node for node in mine.nodes}, kept, conflicts)
    links = _merged(made.links, {link.id: link for link in mine.links}, kept, conflicts)
    sources = _merged(made.sources, mine.source_of, kept, conflicts)
    gone = set(links.gone)
    held = {end for link in WholeMap(mine).links_at(set(nodes.gone)) if link.id not in gone for end in (link.start, link.end)}
    change = ChangeSet(
        by=by,
        why=why,
        layer=made.layer,
        put_nodes=nodes.put,
        put_links=links.put,
        put_sources=sources.put,
        remove_nodes=tuple(identifier for identifier in nodes.gone if identifier not in held),
        remove_links=links.gone,
        remove_sources=sources.gone,
    )
    return change, tuple(conflicts)


def _merged(made: Iterable[R], there: Mapping[str, R], kept: Mapping[str, str], conflicts: list[str]) -> _Merged[R]:
    """What to put and to remove, by id. What people edited or removed stays so; where the facts changed too, that is a conflict."""
    put: list[R] = []
    now = set()
    for record in made:
        now.add(record.id)
        here, was, wanted = there.get(record.id), kept.get(record.id), _fingerprint(record)
        if here == record or (here is None and was == wanted):
            continue
        if (here is None and was is None) or (here is not None and _fingerprint(here) == was):
            put.append(record)
        elif was != wanted:
            conflicts.append(record.id)
    gone = (identifier for identifier in kept if identifier in there and identifier not in now)
    return _Merged(put=tuple(put), gone=tuple(identifier for identifier in gone if _fingerprint(there[identifier]) == kept[identifier]))

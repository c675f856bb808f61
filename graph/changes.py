"""Change as a value: check it, apply it, undo it, tell two maps apart by it. Pure functions over maps.

What a change meets is asked through `Before`, so that a store can check a change of one link by looking up what it
touches, where the whole map is not in memory.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from schema.errors import InvalidMap, Problem
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS, LINK_RULES
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import LinkTable, SystemMap
from schema.validation import bundle_key, check_change, joined, merged
from schema.wire import link_from_json, node_from_json, source_from_json, to_json

R = TypeVar("R", Node, Link, Source)
FEW = 3
"""Up to this many links are looked for one by one in a table that has no index of its ids yet."""


class LinkEnds(NamedTuple):
    """A link by its id, ends and kind, without its record."""

    id: str
    start: str
    end: str
    kind: LinkKind


class Before(Protocol):
    """The map that a change meets, asked only for what the change touches."""

    @property
    def kinds(self) -> Mapping[str, NodeKind]:
        """The kind of each node by its id. Looking one up is cheap; going through all may not be."""
        ...

    def node(self, identifier: str) -> Node | None: ...

    def link(self, identifier: str) -> Link | None: ...

    def source(self, identifier: str) -> Source | None: ...

    def links_between(self, pairs: Collection[tuple[str, str]]) -> Iterable[Link]:
        """The links that run from one node to another, for some such pairs."""
        ...

    def links_at(self, nodes: Collection[str]) -> Iterable[LinkEnds]:
        """The links that start or end at some nodes."""
        ...


class _KindsOfMap(Mapping[str, NodeKind]):
    def __init__(self, system_map: SystemMap) -> None:
        self._map = system_map

    def __getitem__(self, identifier: str) -> NodeKind:
        return self._map.nodes[self._map.row_of_node[identifier]].kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._map.row_of_node)

    def __len__(self) -> int:
        return len(self._map.nodes)


class WholeMap:
    """A map in memory, as what a change meets. Looking for links goes through the columns: O(links)."""

    def __init__(self, system_map: SystemMap) -> None:
        self._map = system_map
        self.kinds: Mapping[str, NodeKind] = _KindsOfMap(system_map)

    def node(self, identifier: str) -> Node | None:
        return self._map.node(identifier) if identifier in self._map.row_of_node else None

    def link(self, identifier: str) -> Link | None:
        return self._map.link(identifier) if identifier in self._map.row_of_link else None

    def source(self, identifier: str) -> Source | None:
        return self._map.source_of.get(identifier)

    def links_between(self, pairs: Collection[tuple[str, str]]) -> Iterable[Link]:
        row_of_end = {end: row for row, end in enumerate(self._map.links.ends)}
        wanted = [row_of_end[a] << 32 | row_of_end[b] for a, b in pairs if a in row_of_end and b in row_of_end]
        columns = self._map.links.columns
        keys = columns.start.astype(np.int64) << 32 | columns.end
        return [self._map.links[row] for row in np.flatnonzero(np.isin(keys, wanted)).tolist()]

    def links_at(self, nodes: Collection[str]) -> Iterable[LinkEnds]:
        table = self._map.links
        wanted = [row for row, end in enumerate(table.ends) if end in nodes]
        columns = table.columns
        rows = np.flatnonzero(np.isin(columns.start, wanted) | np.isin(columns.end, wanted)).tolist()
        return [
            LinkEnds(table.ids[row], table.ends[columns.start[row]], table.ends[columns.end[row]], LINK_KINDS[columns.kind[row]])
            for row in rows
        ]


def checked(change: ChangeSet, before: SystemMap | Before) -> ChangeSet:
    """The change, ready to be applied to `before`: valid, with influence links bundled into those that are there.

    What is both put and removed is put. Raises InvalidMap with every problem: those of the records, ids given twice,
    things to remove that are not there, links that would lose an end or join what they may not. O(change), and for a
    map in memory a pass over its columns.
    """
    before = WholeMap(before) if isinstance(before, SystemMap) else before
    change = _read_back(_put_wins(change))
    problems = [problem for problem in check_change(change, before.kinds) if problem.severity == "error"]
    problems += _given_twice(change)
    problems += _not_there(change, before)
    problems += _left_hanging(change, before)
    problems += _no_longer_fitting(change, before)
    if problems:
        raise InvalidMap(problems)
    return _bundled(change, before)


def _ids(records: Sequence[Node] | Sequence[Link] | Sequence[Source]) -> Sequence[str]:
    return records.ids if isinstance(records, LinkTable) else [record.id for record in records]


def _put_wins(change: ChangeSet) -> ChangeSet:
    if not (change.remove_nodes or change.remove_links or change.remove_sources):
        return change

    def left(removed: tuple[str, ...], put: Sequence[Node] | Sequence[Link] | Sequence[Source]) -> tuple[str, ...]:
        stay = set(_ids(put)) if removed else set()
        return tuple(identifier for identifier in dict.fromkeys(removed) if identifier not in stay)

    return replace(
        change,
        remove_nodes=left(change.remove_nodes, change.put_nodes),
        remove_links=left(change.remove_links, change.put_links),
        remove_sources=left(change.remove_sources, change.put_sources),
    )


def _read_back(change: ChangeSet) -> ChangeSet:
    """The change with every record as it will be read again. What cannot be read back is a problem, not a broken store.

    Packed links were read or written once already and are taken as they are.
    """
    problems: list[Problem] = []

    def again(records: Sequence[R], noun: str, decode: Callable[[object, str, list[Problem]], R | None]) -> Sequence[R]:
        made = []
        for record in records:
            place = f"{noun} {record.id}"
            try:
                json.dumps(data := to_json(record), ensure_ascii=False, allow_nan=False).encode()
            except ValueError as fault:
                problems.append(Problem(place=place, message=f"cannot be kept as JSON: {fault}; mend its texts and numbers"))
                continue
            made.append(decode(data, place, problems))
        return tuple(record for record in made if record is not None)

    links = change.put_links
    read = replace(
        change,
        put_nodes=again(change.put_nodes, "node", node_from_json),
        put_links=links if isinstance(links, LinkTable) and links.is_packed else again(links, "link", link_from_json),
        put_sources=again(change.put_sources, "source", source_from_json),
    )
    if any(problem.severity == "error" for problem in problems):
        raise InvalidMap(problems)
    return read


def _given_twice(change: ChangeSet) -> list[Problem]:
    found = []
    for noun, records in (("node", change.put_nodes), ("link", change.put_links), ("source", change.put_sources)):
        ids = _ids(records)
        if len(set(ids)) < len(ids):
            twice = [identifier for identifier, count in Counter(ids).items() if count > 1]
            found += [
                Problem(place=f"{noun} {identifier}", field="id", message="stands twice in one change; ids must be unique")
                for identifier in twice
            ]
    return found


def _not_there(change: ChangeSet, before: Before) -> list[Problem]:
    asked: tuple[tuple[str, tuple[str, ...], Callable[[str], object]], ...] = (
        ("node", change.remove_nodes, before.kinds.get),
        ("link", change.remove_links, before.link),
        ("source", change.remove_sources, before.source),
    )
    return [
        Problem(place=f"{noun} {identifier}", message="cannot be removed: it is not on the map")
        for noun, identifiers, there in asked
        for identifier in identifiers
        if there(identifier) is None
    ]


def _left_hanging(change: ChangeSet, before: Before) -> list[Problem]:
    if not change.remove_nodes:
        return []
    gone, dropped = set(change.remove_nodes), {*change.remove_links, *_ids(change.put_links)}
    return [
        Problem(
            place=f"link {link.id}",
            message=f"would lose the end {link.start if link.start in gone else link.end!r}; remove the link too",
        )
        for link in before.links_at(gone)
        if link.id not in dropped
    ]


def _no_longer_fitting(change: ChangeSet, before: Before) -> list[Problem]:
    """The links on the map that a node's new kind would no longer allow."""
    turned = {node.id: node.kind for node in change.put_nodes if before.kinds.get(node.id, node.kind) is not node.kind}
    if not turned:
        return []
    touched = {*change.remove_links, *_ids(change.put_links)}
    found = []
    for link in before.links_at(turned.keys()):
        rule = LINK_RULES[link.kind]
        for end, fits, verb in ((link.start, rule.starts, "start at"), (link.end, rule.ends, "end at")):
            if link.id not in touched and end in turned and turned[end] not in fits:
                message = f"is a {link.kind} link, which cannot {verb} {end!r} as a {turned[end]}; change or remove the link too"
                found.append(Problem(place=f"link {link.id}", message=message))
    return found


# ---- bundling ----------------------------------------------------------------


def _bundled(change: ChangeSet, before: Before) -> ChangeSet:
    """Influence links that would stand beside another of the same ends and validity become one with it.

    A link that is on the map keeps its id and takes in what the new ones say.
    """
    links = change.put_links
    standing = _standing(links, change.remove_links, before)
    meeting = [(row, links[row]) for row in _rows_that_meet(links, standing.values())]
    if not meeting:
        return change
    groups: dict[object, list[tuple[int, Link]]] = {}
    for row, link in meeting:
        groups.setdefault(bundle_key(link), []).append((row, link))
    whole: dict[int, Link] = {}
    absorbed: set[str] = set()
    for key, group in groups.items():
        there = standing.get(key)
        if there is None and len(group) == 1:
            continue
        made = _one(there, [link for _, link in group])
        if len(group) == 1 and made is group[0][1]:
            continue
        whole.update({group[0][0]: made, **{row: made for row, _ in group[1:]}})
        absorbed.update(link.id for _, link in group if link.id != made.id)
    if not whole:
        return change
    gone = [identifier for identifier in sorted(absorbed) if before.link(identifier) is not None]
    return replace(change, put_links=_replaced(links, whole), remove_links=(*change.remove_links, *gone))


def _one(there: Link | None, put: Sequence[Link]) -> Link:
    """One link of those put and the one on the map, which stays what it is unless it is put itself."""
    if there is None:
        return merged(put)
    itself = [link for link in put if link.id == there.id]
    others = sorted((link for link in put if link.id != there.id), key=lambda link: link.id)
    return joined([*(itself or [there]), *others]) if others else itself[0]


def _replaced(links: Sequence[Link], whole: Mapping[int, Link]) -> Sequence[Link]:
    if isinstance(links, LinkTable) and links.is_packed:
        rest = np.ones(len(links), dtype=np.bool_)
        rest[list(whole)] = False
        made = {link.id: link for link in whole.values()}
        left = links.taken(np.flatnonzero(rest))
        return left.with_rows(LinkTable.of(made.values(), links.ends), {}) if len(left) else tuple(made.values())
    made = {}
    for row, link in enumerate(links):
        one = whole.get(row, link)
        made.setdefault(one.id, one)
    return tuple(made.values())


def _bundling_pairs(links: Sequence[Link]) -> Iterator[tuple[int, tuple[str, str]]]:
    if isinstance(links, LinkTable):
        bundles = np.array([LINK_RULES[kind].bundles for kind in LINK_KINDS])
        rows = np.flatnonzero(bundles[links.columns.kind])
        ends = links.ends
        starts, stops = links.columns.start[rows].tolist(), links.columns.end[rows].tolist()
        yield from ((row, (ends[start], ends[end])) for row, start, end in zip(rows.tolist(), starts, stops, strict=True))
    else:
        yield from ((row, (link.start, link.end)) for row, link in enumerate(links) if LINK_RULES[link.kind].bundles)


def _standing(links: Sequence[Link], removed: Collection[str], before: Before) -> dict[object, Link]:
    """The links on the map that some of these may have to join, by bundle key."""
    if not len(links):
        return {}
    gone = set(removed)
    found: dict[object, Link] = {}
    for link in before.links_between({pair for _, pair in _bundling_pairs(links)}):
        # A link that is put anew counts with what it is put as: it may have moved to other ends.
        if LINK_RULES[link.kind].bundles and link.id not in gone:
            found[bundle_key(link)] = link
    there = {link.id for link in found.values()}
    now = {links[row].id: bundle_key(links[row]) for row, identifier in enumerate(_ids(links)) if identifier in there}
    return {key: link for key, link in found.items() if now.get(link.id, key) == key}


def _rows_that_meet(links: Sequence[Link], standing: Iterable[Link]) -> list[int]:
    """The rows whose link shares both ends with another that is put or stands."""
    taken = {(link.start, link.end) for link in standing}
    if isinstance(links, LinkTable) and not taken:
        columns = links.columns
        keys = columns.start.astype(np.int64) << 32 | columns.end
        _, place, count = np.unique(keys, return_inverse=True, return_counts=True)
        if not (count > 1).any():
            return []
        again = count[place] > 1
        return [row for row, _ in _bundling_pairs(links) if again[row]]
    count_of = Counter(pair for _, pair in _bundling_pairs(links))
    return [row for row, pair in _bundling_pairs(links) if count_of[pair] > 1 or pair in taken]


# ---- applying ----------------------------------------------------------------


def applied(change: ChangeSet, before: SystemMap) -> SystemMap:
    """The map after a checked change. What was there keeps its place; what is new comes after it, in the change's order.

    Shares with `before` what the change leaves alone: a change of one link on a map of a million takes milliseconds.
    """
    nodes = _put(before.nodes, change.put_nodes, change.remove_nodes)
    sources = _put(before.sources, change.put_sources, change.remove_sources)
    ends = before.links.ends if nodes is before.nodes else tuple(node.id for node in nodes)
    source_of = before.source_of if sources is before.sources else {source.id: source for source in sources}
    fresh = _fresh(change, before, ends, source_of)
    links = before.links.seated(ends)
    if len(fresh) or change.remove_links:
        row_of = _rows_among(before, [*fresh.ids, *change.remove_links])
        links = links.with_rows(fresh, row_of, change.remove_links)
    after = SystemMap(nodes=nodes, links=links, sources=sources, title=before.title)
    _hand_on(before, after, change, fresh.ids)
    return after


def _fresh(change: ChangeSet, before: SystemMap, ends: Sequence[str], sources: Mapping[str, Source]) -> LinkTable:
    """The links that the change puts, and those whose numbers turn with the origin of a source, in columns."""
    put, turned = change.put_links, _links_of_turned_sources(change, before)
    if isinstance(put, LinkTable) and put.is_packed and not turned and not any(source.origin for source in sources.values()):
        return put.seated(ends)
    return LinkTable.of(chain(turned, put), ends, sources)


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
    touched = {*_ids(change.put_links), *change.remove_links} if rows else set()
    return [before.links[row] for row in sorted(rows) if before.links.ids[row] not in touched]


def _put(there: tuple[R, ...], put: Sequence[R], removed: Sequence[str]) -> tuple[R, ...]:
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


# ---- undoing and telling apart -------------------------------------------------


def inverse(change: ChangeSet, before: SystemMap | Before, *, by: str, why: str) -> ChangeSet:
    """The change that takes a map back to `before`: puts what was changed or removed, removes what was added."""
    before = WholeMap(before) if isinstance(before, SystemMap) else before

    def earlier(there: Callable[[str], R | None], put: Iterable[str], removed: Iterable[str]) -> tuple[tuple[R, ...], tuple[str, ...]]:
        was = {identifier: there(identifier) for identifier in dict.fromkeys([*put, *removed])}
        back = tuple(record for record in was.values() if record is not None)
        return back, tuple(identifier for identifier, record in was.items() if record is None)

    nodes, no_nodes = earlier(before.node, _ids(change.put_nodes), change.remove_nodes)
    links, no_links = earlier(before.link, _ids(change.put_links), change.remove_links)
    sources, no_sources = earlier(before.source, _ids(change.put_sources), change.remove_sources)
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

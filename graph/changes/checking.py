"""Whether a change may be applied to a map, and what it then comes to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from graph.changes.before import Before, WholeMap, ids_of
from graph.changes.bundling import bundled
from schema.collector import at_rest
from schema.errors import InvalidMap, Problem
from schema.ontology import LINK_RULES
from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import LinkTable, SystemMap
from schema.validation import check_change
from schema.wire import link_from_json, node_from_json, source_from_json, to_json

R = TypeVar("R", Node, Link, Source)


def checked(change: ChangeSet, before: SystemMap | Before) -> ChangeSet:
    """The change, ready to be applied to `before`: valid, with influence links bundled into those that are there.

    What is both put and removed is put. Raises InvalidMap with every problem: those of the records, ids given twice,
    things to remove that are not there, links that would lose an end or join what they may not. O(change), and for a
    map in memory a pass over its columns.
    """
    before = WholeMap(before) if isinstance(before, SystemMap) else before
    with at_rest():
        change = _read_back(_put_wins(change))
    problems = [problem for problem in check_change(change, before.kinds) if problem.severity == "error"]
    problems += _given_twice(change)
    problems += _not_there(change, before)
    problems += _left_hanging(change, before)
    problems += _no_longer_fitting(change, before)
    if problems:
        raise InvalidMap(problems)
    return bundled(change, before)


def _put_wins(change: ChangeSet) -> ChangeSet:
    if not (change.remove_nodes or change.remove_links or change.remove_sources):
        return change

    def left(removed: tuple[str, ...], put: Sequence[Node] | Sequence[Link] | Sequence[Source]) -> tuple[str, ...]:
        stay = set(ids_of(put)) if removed else set()
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
        ids = ids_of(records)
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
    gone, dropped = set(change.remove_nodes), {*change.remove_links, *ids_of(change.put_links)}
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
    touched = {*change.remove_links, *ids_of(change.put_links)}
    found = []
    for link in before.links_at(turned.keys()):
        rule = LINK_RULES[link.kind]
        for end, fits, verb in ((link.start, rule.starts, "start at"), (link.end, rule.ends, "end at")):
            if link.id not in touched and end in turned and turned[end] not in fits:
                message = f"is a {link.kind} link, which cannot {verb} {end!r} as a {turned[end]}; change or remove the link too"
                found.append(Problem(place=f"link {link.id}", message=message))
    return found

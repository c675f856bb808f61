"""Newer shipped content over a map that people have edited: what nobody touched is brought up to date, the rest stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schema.records import ChangeSet, Link, Node, Source
from schema.system_map import SystemMap

R = TypeVar("R", Node, Link, Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A change that is safe to apply, and the ids that both sides changed, which stay as people left them."""

    change: ChangeSet
    conflicts: tuple[str, ...]


def update_of(shipped_before: SystemMap, mine: SystemMap, shipped_now: SystemMap, *, by: str, why: str) -> Update:
    """Merge three maps by id. What is as it was shipped follows the new content; what was edited and is also new is a conflict.

    Removed content goes only where nobody edited it and nothing of the people's own hangs on it. O(records).
    """
    conflicts: list[str] = []
    nodes, no_nodes = _merged(_by_id(shipped_before.nodes), _by_id(mine.nodes), _by_id(shipped_now.nodes), conflicts)
    links, no_links = _merged(_by_id(shipped_before.links), _by_id(mine.links), _by_id(shipped_now.links), conflicts)
    sources, no_sources = _merged(shipped_before.source_of, mine.source_of, shipped_now.source_of, conflicts)
    gone = set(no_links)
    still_used = {end for link in mine.links if link.id not in gone for end in (link.start, link.end)}
    hanging = [identifier for identifier in no_nodes if identifier in still_used]
    return Update(
        change=ChangeSet(
            by=by,
            why=why,
            put_nodes=nodes,
            put_links=links,
            put_sources=sources,
            remove_nodes=tuple(identifier for identifier in no_nodes if identifier not in still_used),
            remove_links=no_links,
            remove_sources=no_sources,
        ),
        conflicts=(*conflicts, *hanging),
    )


def _by_id(records: Iterable[R]) -> dict[str, R]:
    return {record.id: record for record in records}


def _merged(
    before: Mapping[str, R], mine: Mapping[str, R], now: Mapping[str, R], conflicts: list[str]
) -> tuple[tuple[R, ...], tuple[str, ...]]:
    put: list[R] = []
    for identifier, record in now.items():
        was, here = before.get(identifier), mine.get(identifier)
        if record in (was, here):
            continue
        if here == was:
            put.append(record)
        else:
            conflicts.append(identifier)
    gone: Sequence[str] = [identifier for identifier in before if identifier not in now]
    conflicts += [identifier for identifier in gone if identifier in mine and mine[identifier] != before[identifier]]
    return tuple(put), tuple(identifier for identifier in gone if identifier in mine and mine[identifier] == before[identifier])

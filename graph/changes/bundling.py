"""Influence links that would stand beside another of the same ends and validity become one with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from graph.changes.before import Before, ids_of
from schema.merging import bundle_key, joined, merged
from schema.ontology import LINK_KINDS, LINK_RULES
from schema.records import ChangeSet, Link
from schema.system_map import LinkTable, with_rows


def bundled(change: ChangeSet, before: Before) -> ChangeSet:
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
        return with_rows(left, LinkTable.of(made.values(), links.ends), {}) if len(left) else tuple(made.values())
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
    if not len(links) or next(iter(before.kinds), None) is None:
        return {}
    gone = set(removed)
    found: dict[object, Link] = {}
    for link in before.links_between({pair for _, pair in _bundling_pairs(links)}):
        # A link that is put anew counts with what it is put as: it may have moved to other ends.
        if LINK_RULES[link.kind].bundles and link.id not in gone:
            found[bundle_key(link)] = link
    there = {link.id for link in found.values()}
    now = {links[row].id: bundle_key(links[row]) for row, identifier in enumerate(ids_of(links)) if identifier in there}
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

"""The one value that travels: a map of nodes, links and sources, with its links in columns.

A million links as records take 0.8 GB; as columns they take a tenth of that, and every analysis works on the columns.
A link's record is made when somebody looks at it.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from struct import Struct
from types import MappingProxyType
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from schema.bundling import LinkFacts, bundle
from schema.kinds import LinkKind, Sign, Status
from schema.ontology import LINK_KIND_CODE, LINK_RULES
from schema.records import Link, Node, Source
from schema.wire import link_from_json, to_json

ALWAYS_FROM = 0
ALWAYS_TO = 4_000_000
"""Day numbers before and after every date that a map can name (proleptic Gregorian ordinals)."""

RECORDS_KEPT = 20_000
"""Tables up to this many links keep their records; larger ones pack them and make them on demand."""

PATCH_KEPT = 4_000_000
"""How many bytes of changed links a packed table carries beside its blob before it is packed anew."""


def first_day(when: str | None) -> int:
    """The day number on which a (partial) date begins; ALWAYS_FROM for none."""
    if not when:
        return ALWAYS_FROM
    parts = [int(part) for part in when.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1).toordinal()


def end_day(when: str | None) -> int:
    """The first day on which a thing valid to a (partial) date no longer stands; ALWAYS_TO for none."""
    if not when:
        return ALWAYS_TO
    parts = [int(part) for part in when.split("-")]
    if len(parts) == 3:
        return date(*parts).toordinal()
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1]).toordinal() + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkColumns:
    """What questions need of every link, one row a link, in the table's order.

    `kind` codes into `schema.ontology.LINK_KINDS`; `start` and `end` are rows of the table's `ends`; `sign` is +1, -1 or
    0 for not known; `strength` and `confidence` lie in [0, 1]; delays are months, NaN unknown; validity is in day
    numbers, half-open; `evidence` and `assumed` are the bits and `ground`, `strength_basis` the codes of bundling.
    """

    kind: NDArray[np.int8]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    sign: NDArray[np.int8]
    strength: NDArray[np.float64]
    confidence: NDArray[np.float64]
    delay_low: NDArray[np.float64]
    delay_high: NDArray[np.float64]
    valid_from: NDArray[np.int32]
    valid_to: NDArray[np.int32]
    proposed: NDArray[np.int8]
    evidence: NDArray[np.int16]
    assumed: NDArray[np.int8]
    ground: NDArray[np.int8]
    strength_basis: NDArray[np.int8]
    origins: NDArray[np.int16]
    disputed: NDArray[np.int8]


COLUMN_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "kind": "b", "start": "i", "end": "i", "sign": "b", "strength": "d", "confidence": "d", "delay_low": "d",
        "delay_high": "d", "valid_from": "i", "valid_to": "i", "proposed": "b", "evidence": "h", "assumed": "b",
        "ground": "b", "strength_basis": "b", "origins": "h", "disputed": "b",
    }
)  # fmt: skip
"""The column names in order, with the `array` type code of each."""


NUMBERS = np.dtype([(name, f"<{'i4' if code == 'i' else 'i1' if code == 'b' else 'i2' if code == 'h' else 'f8'}")
                    for name, code in COLUMN_TYPES.items() if name not in ("start", "end")])  # fmt: skip
"""A link's row of columns without its ends, as stores keep it: one record of `NUMBERS.itemsize` bytes, packed."""

_NUMBERS_RECORD = Struct("<" + "".join(code for name, code in COLUMN_TYPES.items() if name not in ("start", "end")))


def default_sign(kind: LinkKind) -> Sign | None:
    """The sign of a link of this kind where nobody states one; None where a sign has no meaning."""
    sign = LINK_RULES[kind].default_sign
    return None if sign is None else Sign(sign)


def facts_of(link: Link, sources: Mapping[str, Source] | None = None) -> LinkFacts:
    """What a link comes to, with its kind's default sign."""
    return bundle(link, sources, default_sign=default_sign(link.kind))


def numbers_of(link: Link, sources: Mapping[str, Source] | None = None) -> tuple[float, ...]:
    """A link's row of columns without its ends: in the order of `COLUMN_TYPES` less `start` and `end`."""
    facts = facts_of(link, sources)
    return (
        LINK_KIND_CODE[link.kind], facts.sign, facts.strength, facts.confidence, facts.delay_low, facts.delay_high,
        first_day(link.valid_from), end_day(link.valid_to), int(link.status is Status.PROPOSED), facts.evidence, facts.assumed,
        int(facts.ground), int(facts.strength_basis), facts.origins, int(facts.disputed),
    )  # fmt: skip


def packed_numbers(numbers: Sequence[float]) -> bytes:
    """A link's row of columns, as `numbers_of` gives it, in the bytes of one `NUMBERS` record."""
    return _NUMBERS_RECORD.pack(*numbers)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def packed(link: Link) -> bytes:
    """The compact canonical JSON of a link: what large tables and stores keep."""
    return _COMPACT.encode(to_json(link)).encode()


def unpacked(payload: bytes | str) -> Link:
    """The link of a payload that `packed` made."""
    link = link_from_json(json.loads(payload), "kept link", [])
    if link is None:
        raise ValueError("a kept link does not decode")
    return link


class LinkTable(Sequence[Link]):
    """An immutable sequence of links, with their columns. Made by `LinkTable.of` or a `LinkTableBuilder`.

    A large table keeps its links as packed JSON: row i is `blob[begin[i]:stop[i]]`, where what lies beyond the blob lies
    in the patch, so that a table with a few rows changed shares all the rest with the table it came from.
    """

    __slots__ = ("_begin", "_blob", "_patch", "_records", "_stop", "columns", "ends", "ids")

    def __init__(
        self,
        *,
        ids: Sequence[str],
        ends: Sequence[str],
        columns: LinkColumns,
        records: Sequence[Link] | None = None,
        blob: bytes = b"",
        patch: bytes = b"",
        begin: NDArray[np.int64] | None = None,
        stop: NDArray[np.int64] | None = None,
    ) -> None:
        self.ids, self.ends, self.columns = ids, ends, columns
        self._records, self._blob, self._patch, self._begin, self._stop = records, blob, patch, begin, stop

    @classmethod
    def of(cls, links: Iterable[Link], ends: Iterable[str] = (), sources: Mapping[str, Source] | None = None) -> LinkTable:
        """A table of links. `ends` names the nodes in the order their rows should have; others follow as met."""
        builder = LinkTableBuilder(ends, sources)
        for link in links:
            builder.add(link)
        return builder.done()

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Link: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Link]: ...
    def __getitem__(self, row: int | slice) -> Link | Sequence[Link]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        if self._records is not None:
            return self._records[row]
        return unpacked(self.payload(row))

    @property
    def is_packed(self) -> bool:
        """Whether links are kept as JSON and made on demand."""
        return self._records is None

    def payload(self, row: int) -> bytes:
        """The compact canonical JSON of one link."""
        if self._records is not None:
            return packed(self._records[row])
        if row < 0:
            row += len(self)
        if self._begin is None or self._stop is None or not 0 <= row < len(self):
            raise IndexError(row)
        begin, stop, beyond = int(self._begin[row]), int(self._stop[row]), len(self._blob)
        return self._blob[begin:stop] if begin < beyond else self._patch[begin - beyond : stop - beyond]

    def payloads(self, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """The compact canonical JSON of the links from row `first` up to `last`, in order."""
        rows = range(first, len(self) if last is None else min(last, len(self)))
        if self._begin is None or self._stop is None:
            yield from (self.payload(row) for row in rows)
            return
        blob, patch, beyond = self._blob, self._patch, len(self._blob)
        places = zip(self._begin[rows.start : rows.stop].tolist(), self._stop[rows.start : rows.stop].tolist(), strict=True)
        for begin, stop in places:
            yield blob[begin:stop] if begin < beyond else patch[begin - beyond : stop - beyond]

    def rows_that_say(self, text: bytes) -> list[int]:
        """The rows whose JSON holds some bytes, in order. O(size), at the speed of a search in memory."""
        if self._records is not None or len(self._patch) or self._begin is None:
            return [row for row, payload in enumerate(self.payloads()) if text in payload]
        found: list[int] = []
        order = np.argsort(self._begin, kind="stable")
        begins = self._begin[order]
        at = self._blob.find(text)
        while at >= 0:
            place = int(np.searchsorted(begins, at, side="right")) - 1
            row = int(order[place])
            if place >= 0 and self._stop is not None and at < int(self._stop[row]):
                found.append(row)
                at = self._blob.find(text, int(self._stop[row]))
            else:
                at = self._blob.find(text, at + 1)
        return sorted(found)

    def numbers(self) -> NDArray[Any]:
        """The columns without the ends as one array of `NUMBERS` records."""
        made = np.empty(len(self), dtype=NUMBERS)
        for name in NUMBERS.names or ():
            made[name] = getattr(self.columns, name)
        return made

    def taken(self, rows: NDArray[np.int64]) -> LinkTable:
        """The table of some rows, in the order given; its ends stay. Copies columns, never records."""
        columns = LinkColumns(**{name: getattr(self.columns, name)[rows] for name in COLUMN_TYPES})
        chosen = rows.tolist()
        return LinkTable(
            ids=[self.ids[row] for row in chosen],
            ends=self.ends,
            columns=columns,
            records=None if self._records is None else tuple(self._records[row] for row in chosen),
            blob=self._blob,
            patch=self._patch,
            begin=None if self._begin is None else self._begin[rows],
            stop=None if self._stop is None else self._stop[rows],
        )

    def seated(self, ends: Sequence[str]) -> LinkTable:
        """The same links with their ends counted in another order, which must name them all."""
        if ends is self.ends or (len(ends) >= len(self.ends) and tuple(ends[: len(self.ends)]) == tuple(self.ends)):
            columns = self.columns
        else:
            row_of = {end: row for row, end in enumerate(ends)}
            moved = np.array([row_of.get(end, -1) for end in self.ends], dtype=np.int32)
            columns = replace(self.columns, start=moved[self.columns.start], end=moved[self.columns.end])
        return self._with(ends=ends, columns=columns)

    def with_rows(self, fresh: LinkTable, row_of: Mapping[str, int], gone: Collection[str] = ()) -> LinkTable:
        """This table with links changed by id, new ones after the rest, and some removed. Ends must be the same in both.

        `row_of` finds a link's row in this table. What does not change is shared or copied in columns, so that a change
        of one link on a table of a million takes milliseconds.
        """
        if not len(self):
            return fresh
        places = [row_of.get(identifier, -1) for identifier in fresh.ids]
        there = np.array([row for row, place in enumerate(places) if place >= 0], dtype=np.int64)
        new = np.array([row for row, place in enumerate(places) if place < 0], dtype=np.int64)
        whole = self._overwritten(fresh, there, np.array([places[row] for row in there.tolist()], dtype=np.int64), new)
        dropped = [row_of[identifier] for identifier in gone if identifier in row_of]
        if not dropped:
            return whole
        keep = np.ones(len(whole), dtype=np.bool_)
        keep[dropped] = False
        return whole.taken(np.flatnonzero(keep))

    def _overwritten(self, fresh: LinkTable, rows: NDArray[np.int64], places: NDArray[np.int64], new: NDArray[np.int64]) -> LinkTable:
        def put(old: NDArray[Any], their: NDArray[Any]) -> NDArray[Any]:
            mine = old
            if rows.size and not np.array_equal(old[places], their[rows], equal_nan=old.dtype.kind == "f"):
                mine = old.copy()
                mine[places] = their[rows]
            return np.concatenate([mine, their[new]]) if new.size else mine

        columns = LinkColumns(**{name: put(getattr(self.columns, name), getattr(fresh.columns, name)) for name in COLUMN_TYPES})
        ids: Sequence[str] = [*self.ids, *(fresh.ids[row] for row in new.tolist())] if new.size else self.ids
        if self._records is not None and fresh._records is not None and len(ids) <= RECORDS_KEPT:
            records = [*self._records, *(fresh._records[row] for row in new.tolist())]
            for row, place in zip(rows.tolist(), places.tolist(), strict=True):
                records[place] = fresh._records[row]
            return LinkTable(ids=ids, ends=fresh.ends, columns=columns, records=tuple(records))
        mine, theirs = self._as_packed(), fresh._as_packed()
        shift = len(mine._blob) + len(mine._patch)
        begin, stop = put(mine._places()[0], theirs._places()[0] + shift), put(mine._places()[1], theirs._places()[1] + shift)
        patched = b"".join((mine._patch, theirs._blob, theirs._patch))
        whole = LinkTable(ids=ids, ends=fresh.ends, columns=columns, blob=mine._blob, patch=patched, begin=begin, stop=stop)
        return whole if len(patched) <= max(len(mine._blob) // 4, PATCH_KEPT) else whole._tidied()

    def _places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._begin is None or self._stop is None:
            raise TypeError("a table of records has no places")
        return self._begin, self._stop

    def _as_packed(self) -> LinkTable:
        return self if self._records is None else self._tidied()

    def _tidied(self) -> LinkTable:
        """The same table with its links packed one after the other."""
        payloads = list(self.payloads())
        marks = np.zeros(len(payloads) + 1, dtype=np.int64)
        np.cumsum([len(payload) for payload in payloads], out=marks[1:])
        return self._with(records=None, blob=b"".join(payloads), patch=b"", begin=marks[:-1], stop=marks[1:])

    def _with(self, **changed: Any) -> LinkTable:
        same = {
            "ids": self.ids, "ends": self.ends, "columns": self.columns, "records": self._records, "blob": self._blob,
            "patch": self._patch, "begin": self._begin, "stop": self._stop,
        }  # fmt: skip
        return LinkTable(**{**same, **changed})

    def __iter__(self) -> Iterator[Link]:
        if self._records is not None:
            yield from self._records
        else:
            yield from map(unpacked, self.payloads())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LinkTable):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash((len(self.ids), tuple(self.ids[:10])))


class LinkTableBuilder:
    """Collects links into a table, streaming: beyond `RECORDS_KEPT` it holds no records."""

    def __init__(self, ends: Iterable[str] = (), sources: Mapping[str, Source] | None = None) -> None:
        self._row_of_end: dict[str, int] = {}
        for end in ends:
            self._row_of_end.setdefault(end, len(self._row_of_end))
        self._sources = sources
        self._ids: list[str] = []
        self._starts, self._ends = array("i"), array("i")
        self._numbers = bytearray()
        self._records: list[Link] | None = []
        self._payloads: list[bytes] = []
        self._lengths = array("q")

    def add(self, link: Link) -> None:
        """Append one link."""
        self._append(link.id, link.start, link.end, packed_numbers(numbers_of(link, self._sources)))
        if self._records is None:
            self._pack(packed(link))
        else:
            self._records.append(link)
            self._spill()

    def add_kept(self, identifier: str, start: str, end: str, numbers: Sequence[float], payload: bytes) -> None:
        """Append a link as a store keeps it: its numbers as `numbers_of` gives them, and its payload, not decoded."""
        self._append(identifier, start, end, packed_numbers(numbers))
        if self._records is not None:
            self._records.append(unpacked(payload))
            self._spill()
        else:
            self._pack(payload)

    def add_columns(
        self, ids: Sequence[str], starts: Iterable[str], ends: Iterable[str], numbers: bytes, payloads: Sequence[bytes]
    ) -> None:
        """Append many links as a store keeps them, column by column; `numbers` holds their `NUMBERS` records end to end."""
        self._ids.extend(ids)
        self._starts.extend(self._rows_of(starts))
        self._ends.extend(self._rows_of(ends))
        self._numbers += numbers
        if self._records is not None and len(self._ids) <= RECORDS_KEPT:
            self._records.extend(map(unpacked, payloads))
            return
        self._spill()
        self._lengths.extend(map(len, payloads))
        self._payloads.append(b"".join(payloads))

    def _rows_of(self, ends: Iterable[str]) -> list[int]:
        rows = self._row_of_end
        return [rows[end] if end in rows else rows.setdefault(end, len(rows)) for end in ends]

    def _append(self, identifier: str, start: str, end: str, numbers: bytes) -> None:
        rows = self._row_of_end
        self._ids.append(identifier)
        self._starts.append(rows.setdefault(start, len(rows)))
        self._ends.append(rows.setdefault(end, len(rows)))
        self._numbers += numbers

    def _pack(self, payload: bytes) -> None:
        self._payloads.append(payload)
        self._lengths.append(len(payload))

    def _spill(self) -> None:
        if self._records is not None and len(self._ids) > RECORDS_KEPT:
            records, self._records = self._records, None
            for link in records:
                self._pack(packed(link))

    def done(self) -> LinkTable:
        """The table. The builder must not be used again."""
        numbers = np.frombuffer(self._numbers, dtype=NUMBERS)
        columns: dict[str, Any] = {name: np.ascontiguousarray(numbers[name]) for name in NUMBERS.names or ()}
        columns["start"] = np.array(self._starts, dtype=np.int32)
        columns["end"] = np.array(self._ends, dtype=np.int32)
        del numbers
        self._numbers = bytearray()
        table = LinkTable(
            ids=self._ids,
            ends=tuple(self._row_of_end),
            columns=LinkColumns(**columns),
            records=None if self._records is None else tuple(self._records),
        )
        if self._records is not None:
            return table
        marks = np.zeros(len(self._lengths) + 1, dtype=np.int64)
        np.cumsum(np.frombuffer(self._lengths, dtype=np.int64), out=marks[1:])
        blob, self._payloads = b"".join(self._payloads), []
        return LinkTable(ids=table.ids, ends=table.ends, columns=table.columns, blob=blob, begin=marks[:-1], stop=marks[1:])


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemMap:
    """An immutable set of nodes, links and sources, in the order in which they were given.

    A whole map is closed: the rows of `links.ends` are those of `nodes`, and each owner, tier, source named is on it.
    A part of a map (in a change set) may name nodes that only the rest holds; `schema.validation` tells the two apart.
    """

    nodes: tuple[Node, ...] = ()
    links: LinkTable = field(default_factory=lambda: LinkTable.of(()))
    sources: tuple[Source, ...] = ()
    title: str = ""

    @classmethod
    def of(cls, nodes: Iterable[Node], links: Iterable[Link] = (), sources: Iterable[Source] = (), title: str = "") -> SystemMap:
        """A map from records, not validated."""
        nodes, sources = tuple(nodes), tuple(sources)
        table = LinkTable.of(links, (node.id for node in nodes), {source.id: source for source in sources})
        return cls(nodes=nodes, links=table, sources=sources, title=title)

    @cached_property
    def row_of_node(self) -> Mapping[str, int]:
        """Each node's row by its id."""
        return {node.id: row for row, node in enumerate(self.nodes)}

    @cached_property
    def row_of_link(self) -> Mapping[str, int]:
        """Each link's row by its id."""
        return {identifier: row for row, identifier in enumerate(self.links.ids)}

    @cached_property
    def source_of(self) -> Mapping[str, Source]:
        """Each source by its id."""
        return {source.id: source for source in self.sources}

    def node(self, identifier: str) -> Node:
        """The node with this id. Raises KeyError."""
        return self.nodes[self.row_of_node[identifier]]

    def link(self, identifier: str) -> Link:
        """The link with this id. Raises KeyError."""
        return self.links[self.row_of_link[identifier]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SystemMap):
            return NotImplemented
        return self.nodes == other.nodes and self.sources == other.sources and self.links == other.links

    def __hash__(self) -> int:
        return hash((len(self.nodes), self.links))

    def digest(self) -> str:
        """A fingerprint of the content, whatever the order: equal on every store that holds the same map."""
        records: list[Node | Source] = [*self.nodes, *self.sources]
        rows = [json.dumps(to_json(record), sort_keys=True, ensure_ascii=False) for record in records]
        rows += [json.dumps(json.loads(self.links.payload(row)), sort_keys=True, ensure_ascii=False) for row in range(len(self.links))]
        whole = hashlib.sha256()
        for row in sorted(rows):
            whole.update(row.encode())
            whole.update(b"\n")
        return whole.hexdigest()

"""Links as a table: columns for every question, and each link's record when somebody looks at it.

A million links as records take 0.8 GB; as columns they take a tenth of that, and every analysis works on the columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from schema.link_columns import COLUMN_TYPES, NUMBERS, LinkColumns, numbers_of, packed, packed_numbers, unpacked
from schema.records import Link, Source

RECORDS_KEPT = 20_000
"""Tables up to this many links keep their records; larger ones pack them and make them on demand."""


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

    @property
    def packing(self) -> tuple[bytes, NDArray[np.int64], NDArray[np.int64]] | None:
        """The JSON of all links as it lies in memory, and where in it each begins and stops; None where it is not in one piece."""
        if self._begin is None or self._stop is None or self._patch:
            return None
        return self._blob, self._begin, self._stop

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

    def seated(self, ends: Sequence[str], row_of: Mapping[str, int] | None = None) -> LinkTable:
        """The same links with their ends counted in another order, which must name them all; `row_of` finds an end in it."""
        if ends is self.ends or (len(ends) >= len(self.ends) and tuple(ends[: len(self.ends)]) == tuple(self.ends)):
            columns = self.columns
        else:
            row_of = {end: row for row, end in enumerate(ends)} if row_of is None else row_of
            moved = np.array([row_of.get(end, -1) for end in self.ends], dtype=np.int32)
            columns = replace(self.columns, start=moved[self.columns.start], end=moved[self.columns.end])
        return self.replaced(ends=ends, columns=columns)

    def replaced(self, **changed: Any) -> LinkTable:
        """The same table with some of its parts exchanged, by the names under which it takes them."""
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
        self, ids: Sequence[str], starts: Sequence[str], ends: Sequence[str], numbers: bytes, payloads: Sequence[bytes]
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

    def add_page(self, ids: Sequence[str], ends: Sequence[str], places: NDArray[np.int32], numbers: bytes, payloads: bytes) -> None:
        """Append many links as a page of a journal keeps them; no Python object is made of each but its id.

        `ends` are the ids of all their ends; `places` are where in it each link starts, and then where each ends. `payloads`
        are one a line.
        """
        if self._records is not None and len(self._ids) + len(ids) <= RECORDS_KEPT:
            named = [ends[place] for place in places.tolist()]
            self.add_columns(ids, named[: len(ids)], named[len(ids) :], numbers, payloads.split(b"\n"))
            return
        self._ids.extend(ids)
        self._spill()
        rows = np.array(self._rows_of(ends), dtype=np.int32)[places]
        self._starts.frombytes(rows[: len(ids)].tobytes())
        self._ends.frombytes(rows[len(ids) :].tobytes())
        self._numbers += numbers
        breaks = np.flatnonzero(np.frombuffer(payloads, dtype=np.uint8) == ord("\n"))
        self._lengths.frombytes((np.diff(breaks, prepend=-1, append=len(payloads)) - 1).astype(np.int64).tobytes())
        self._payloads.append(payloads.replace(b"\n", b""))

    def _rows_of(self, ends: Sequence[str]) -> Sequence[int]:
        rows = self._row_of_end
        found = list(map(rows.get, ends))
        if None in found:
            return [rows.setdefault(end, len(rows)) if row is None else row for end, row in zip(ends, found, strict=True)]
        return cast("list[int]", found)

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

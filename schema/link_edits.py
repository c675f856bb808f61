"""A table of links after a change of some of them, sharing with the table before all that stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schema import link_table
from schema.link_columns import COLUMN_TYPES, LinkColumns
from schema.link_table import LinkTable

PATCH_KEPT = 4_000_000
"""How many bytes of changed links a packed table carries beside its blob before it is packed anew."""


def with_rows(table: LinkTable, fresh: LinkTable, row_of: Mapping[str, int], gone: Collection[str] = ()) -> LinkTable:
    """A table with links changed by id, new ones after the rest, and some removed. Ends must be the same in both.

    `row_of` finds a link's row in it. What does not change is shared or copied in columns, so that a change
    of one link on a table of a million takes milliseconds.
    """
    if not len(table):
        return fresh
    places = [row_of.get(identifier, -1) for identifier in fresh.ids]
    there = np.array([row for row, place in enumerate(places) if place >= 0], dtype=np.int64)
    new = np.array([row for row, place in enumerate(places) if place < 0], dtype=np.int64)
    whole = _overwritten(table, fresh, there, np.array([places[row] for row in there.tolist()], dtype=np.int64), new)
    dropped = [row_of[identifier] for identifier in gone if identifier in row_of]
    if not dropped:
        return whole
    keep = np.ones(len(whole), dtype=np.bool_)
    keep[dropped] = False
    return whole.taken(np.flatnonzero(keep))


def _overwritten(
    table: LinkTable, fresh: LinkTable, rows: NDArray[np.int64], places: NDArray[np.int64], new: NDArray[np.int64]
) -> LinkTable:
    def put(old: NDArray[Any], their: NDArray[Any]) -> NDArray[Any]:
        mine = old
        if rows.size and not np.array_equal(old[places], their[rows], equal_nan=old.dtype.kind == "f"):
            mine = old.copy()
            mine[places] = their[rows]
        return np.concatenate([mine, their[new]]) if new.size else mine

    columns = LinkColumns(**{name: put(getattr(table.columns, name), getattr(fresh.columns, name)) for name in COLUMN_TYPES})
    ids: Sequence[str] = [*table.ids, *(fresh.ids[row] for row in new.tolist())] if new.size else table.ids
    if table._records is not None and fresh._records is not None and len(ids) <= link_table.RECORDS_KEPT:
        records = [*table._records, *(fresh._records[row] for row in new.tolist())]
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            records[place] = fresh._records[row]
        return LinkTable(ids=ids, ends=fresh.ends, columns=columns, records=tuple(records))
    mine, theirs = _as_packed(table), _as_packed(fresh)
    shift = len(mine._blob) + len(mine._patch)
    begin, stop = put(_places(mine)[0], _places(theirs)[0] + shift), put(_places(mine)[1], _places(theirs)[1] + shift)
    patched = b"".join((mine._patch, theirs._blob, theirs._patch))
    whole = LinkTable(ids=ids, ends=fresh.ends, columns=columns, blob=mine._blob, patch=patched, begin=begin, stop=stop)
    return whole if len(patched) <= max(len(mine._blob) // 4, PATCH_KEPT) else _tidied(whole)


def _places(table: LinkTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if table._begin is None or table._stop is None:
        raise TypeError("a table of records has no places")
    return table._begin, table._stop


def _as_packed(table: LinkTable) -> LinkTable:
    return table if table._records is None else _tidied(table)


def _tidied(table: LinkTable) -> LinkTable:
    """The same table with its links packed one after the other."""
    payloads = list(table.payloads())
    marks = np.zeros(len(payloads) + 1, dtype=np.int64)
    np.cumsum([len(payload) for payload in payloads], out=marks[1:])
    return table.replaced(records=None, blob=b"".join(payloads), patch=b"", begin=marks[:-1], stop=marks[1:])

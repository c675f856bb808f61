"""Bringing kept numbers up to date where another version of caremap worked them out, by other rules."""

from __future__ import annotations

from graph.stores.embedded_store.connections import Connections, writing
from graph.stores.embedded_store.layout import mark, set_mark
from graph.stores.embedded_store.rows import in_batches, source_of
from schema.errors import StoreUnavailable
from schema.system_map import numbers_mark, numbers_of, packed_numbers, unpacked


def renumber(connections: Connections) -> None:
    """Work the links' numbers out anew, all or none, where they are not of this version's rules. O(links) then, else one look-up.

    Raises StoreUnavailable where that is due and the store is read-only.
    """
    ours = numbers_mark()
    with connections.lent() as connection:
        if mark(connection, "numbers") == ours:
            return
    if connections.read_only:
        raise StoreUnavailable(
            f"{connections.place.name} is read-only and must be brought up to date first; open it once where it can be written."
        )
    with connections.lent() as connection, writing(connection):
        sources = {
            source.id: source
            for (payload,) in connection.execute("SELECT payload FROM sources WHERE payload IS NOT NULL ORDER BY key")
            for source in (source_of(payload),)
        }
        last = connection.execute("SELECT coalesce(max(key), 0) FROM links").fetchone()[0]
        for batch in in_batches(range(1, last + 1)):
            rows = connection.execute(
                "SELECT key, payload FROM links WHERE key BETWEEN ? AND ? AND payload IS NOT NULL", (batch[0], batch[-1])
            ).fetchall()
            connection.executemany(
                "UPDATE links SET numbers = ? WHERE key = ?",
                [(packed_numbers(numbers_of(unpacked(payload), sources)), key) for key, payload in rows],
            )
        set_mark(connection, "numbers", ours)

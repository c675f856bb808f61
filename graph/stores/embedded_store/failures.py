"""What SQLite says when it cannot, in the words of the house: which file, what is wrong with it, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from schema.errors import StoreError, StoreForeign, StoreUnavailable

_PRIMARY = 0xFF


def not_ours(place: str, why: str) -> StoreForeign:
    """The error for a file that is left alone because it is not a store of ours."""
    return StoreForeign(f"{place} {why}. Nothing was changed in it; name another file for the store.")


def told(error: sqlite3.Error, place: str) -> StoreError:
    """The error of the house for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & _PRIMARY if code is not None else None
    if primary == sqlite3.SQLITE_NOTADB:
        return not_ours(place, "is not a SQLite database")
    said = {
        sqlite3.SQLITE_BUSY: "is locked by another process that is writing to it; wait until that is done, or stop it",
        sqlite3.SQLITE_LOCKED: "is locked by another reader or writer; try again",
        sqlite3.SQLITE_READONLY: "cannot be written: it or its folder is read-only; change that, or name another file",
        sqlite3.SQLITE_FULL: "cannot grow: the disk is full; make room and try again (nothing of this change was kept)",
        sqlite3.SQLITE_IOERR: "cannot be read or written: the disk failed or is full; mend that and try again (nothing was kept)",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is not there or not open to you; make the folder, or name another file",
        sqlite3.SQLITE_PERM: "cannot be opened: this user may not; change its permissions, or name another file",
        sqlite3.SQLITE_AUTH: "cannot be opened: this user may not; change its permissions, or name another file",
        sqlite3.SQLITE_CORRUPT: "is damaged; put a backup in its place",
        sqlite3.SQLITE_NOMEM: "needs more memory than there is; close other programs and try again",
    }.get(primary if primary is not None else -1)
    if said is None:
        said = f"cannot be used ({error}); try again, and name another file if it stays so"
    return StoreUnavailable(f"{place} {said}.")


@contextmanager
def in_our_words(place: str) -> Iterator[None]:
    """Turns SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, place) from error

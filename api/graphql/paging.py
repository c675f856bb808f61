"""Pages by key: a cursor holds the last id that was seen, so a page goes on at the right place whatever was added meanwhile."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import strawberry

from api.settings import Settings
from schema.errors import BadInput

T = TypeVar("T")
PAGE = 20
"""How many items a page has where nobody says."""

_PREFIX = "after:"


@strawberry.type(description="Where a page stands among all pages.")
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge(Generic[T]):
    """An item of a page and the cursor to go on from."""

    cursor: str
    node: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page, in the order of ids. `count` counts the items of all pages, which may take a while where the map is not held."""

    edges: tuple[Edge[T], ...]
    page_info: PageInfo
    count: int | Callable[[], Awaitable[int]]


def count_of(page: Page[T]) -> int | Awaitable[int]:
    """How many items all pages hold, counted now where nobody has yet."""
    return page.count if isinstance(page.count, int) else page.count()


class HasId(Protocol):
    """A record under an id."""

    @property
    def id(self) -> str: ...


Record = TypeVar("Record", bound=HasId)


def checked_first(first: int, settings: Settings) -> int:
    """A page size within bounds. Raises BadInput."""
    if not 0 <= first <= settings.page_most:
        raise BadInput(f"first: {first} must lie between 0 and {settings.page_most}; go on with after for more.")
    return first


def cursor_of(identifier: str) -> str:
    """The cursor after an id."""
    return base64.urlsafe_b64encode(f"{_PREFIX}{identifier}".encode()).decode()


def identifier_of(cursor: str) -> str:
    """The id that a cursor stands after. Raises BadInput for what is no cursor of ours."""
    try:
        text = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error, ValueError):
        text = ""
    if not text.startswith(_PREFIX):
        raise BadInput(f"after: {cursor[:60]!r} is not a cursor; take endCursor or cursor from a page before.")
    return text[len(_PREFIX) :]


def page_of(
    count: int, id_at: Callable[[int], str], item_at: Callable[[int], T], first: int, after: str | None, settings: Settings
) -> Page[T]:
    """The page behind a cursor out of `count` items in the ascending order of ids. O(log count + page)."""
    first = checked_first(first, settings)
    begin = 0 if after is None else bisect_right(range(count), identifier_of(after), key=id_at)
    end = min(begin + first, count)
    edges = tuple(Edge(cursor=cursor_of(id_at(place)), node=item_at(place)) for place in range(begin, end))
    return _page(edges, more=end < count, count=count)


def page_with(records: Sequence[Record], count: Callable[[], Awaitable[int]] | int, *, more: bool) -> Page[Record]:
    """The page of some records in the ascending order of ids; `more` says whether others follow."""
    edges = tuple(Edge(cursor=cursor_of(record.id), node=record) for record in records)
    return _page(edges, more=more, count=count)


def _page(edges: tuple[Edge[T], ...], *, more: bool, count: int | Callable[[], Awaitable[int]]) -> Page[T]:
    info = PageInfo(has_next_page=more, end_cursor=edges[-1].cursor if edges else None)
    return Page(edges=edges, page_info=info, count=count)

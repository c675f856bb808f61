"""How a door asks: one call to the service, in a worker thread, at one revision and within its time.

The event loop never works out an answer itself: while it did, it would answer nobody else, nor hear that it should stop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar

from api.batches import Batch
from api.settings import Settings
from graph.narrowing import Glimpse, MapMoved, Part
from graph.scope import Scope
from graph.selection import Stop
from graph.service import MapService
from graph.snapshot import Snapshot
from schema.errors import BadInput, BadQuestion
from schema.records import BASE_LAYER, Source

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
Layers: TypeAlias = tuple[str, ...]
ANY_DAY = "any"


def today() -> date:
    """The day by the machine's clock and place."""
    return datetime.now(UTC).astimezone().date()


def day_of(text: str | None) -> date | None:
    """The as-of day that a client names: absent or `today` means today, `any` any day (None). Raises BadInput."""
    if text is None or text.strip().lower() in ("", "today"):
        return today()
    if text.strip().lower() == ANY_DAY:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"as of {text[:40]!r}: wants a day such as 2026-04-01, or today, or any.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What a turn found at its beginning."""

    revision: int
    is_held: bool

    @classmethod
    def of(cls, service: MapService) -> _Begun:
        return cls(revision=service.head(), is_held=service.holds_the_map())

    def scope(self, layers: Layers) -> Scope:
        return Scope(layers=(BASE_LAYER, *layers), revision=self.revision)


class Desk:
    """What all requests share: the service, the settings and a few worker threads."""

    def __init__(self, service: MapService, settings: Settings) -> None:
        self.service = service
        self.settings = settings
        self._workers = ThreadPoolExecutor(settings.workers, thread_name_prefix="caremap-question")
        self._aside = ThreadPoolExecutor(2, thread_name_prefix="caremap-aside")
        self._closing = False

    def turn(self) -> Turn:
        """A fresh turn, for one request."""
        return Turn(self)

    def is_closing(self) -> bool:
        return self._closing

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, worked out in a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def run_aside(self, work: Callable[[], T]) -> T:
        """The same for short work that must not wait behind questions."""
        return await asyncio.get_running_loop().run_in_executor(self._aside, work)

    def close(self) -> None:
        """Stop the questions that still run and take no more."""
        self._closing = True
        for workers in (self._workers, self._aside):
            workers.shutdown(wait=False, cancel_futures=True)


class Turn:
    """One request's turn: everything in it sees the same revision, and all its questions share one span of time.

    Layers are names over the base, the last on top. Used from the event loop only; what it hands out runs in worker threads.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._begun: asyncio.Future[_Begun] | None = None
        self._snapshots: dict[Layers, asyncio.Future[Snapshot]] = {}
        self._glimpse: asyncio.Future[Glimpse] | None = None
        self._batches: dict[object, Batch[Any, Any]] = {}
        self._until: float | None = None
        self._given_up = False
        self.has_lost_its_revision = False
        """Whether the map moved on before the turn had read what it needs, so that only a fresh turn can answer."""

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    async def _begin(self) -> _Begun:
        """The newest revision at the time of the turn's first look, and whether the process holds the map."""
        if self._begun is None:
            self._begun = asyncio.ensure_future(self.desk.run(lambda: _Begun.of(self.desk.service)))
        return await asyncio.shield(self._begun)

    async def is_held(self) -> bool:
        """Whether the process holds the map, so that there is a snapshot to look at."""
        return (await self._begin()).is_held

    async def snapshot(self, names: Sequence[str] | None = None) -> Snapshot:
        """The map as it was at the turn's first look, with the layers that are named over it."""
        begun, layers = await self._begin(), checked_layers(names, self.settings)
        if layers not in self._snapshots:
            scope = begun.scope(layers)
            self._snapshots[layers] = asyncio.ensure_future(self.desk.run(lambda: self.desk.service.snapshot(scope)))
        return await asyncio.shield(self._snapshots[layers])

    def seen(self) -> Snapshot:
        """The map as far as the turn has looked at it: the snapshot that `snapshot` gave, or the records that `take` took."""
        if () in self._snapshots:
            return self._snapshots[()].result()
        if self._glimpse is not None:
            return self._glimpse.result().seen
        raise RuntimeError("nobody has looked at the map in this turn")

    def sees_the_whole(self) -> bool:
        """Whether what `seen` gives is the whole map."""
        return () in self._snapshots

    async def see(self, whole: Callable[[Snapshot], T], part: Callable[[Part], T]) -> T:
        """What `whole` makes of the map, or `part` of a few of its records where the process does not hold it: the same."""
        return await self.look(whole) if await self.is_held() else await self.take(part)

    async def take(self, gather: Callable[[Part], T]) -> T:
        """What `gather` makes of single records at the turn's revision, which it takes; the process does not hold the map."""
        begun = await self._begin()
        if self._glimpse is None:
            self._glimpse = asyncio.ensure_future(self.desk.run(lambda: self.desk.service.glimpse(begun.revision)))
        glimpse = await asyncio.shield(self._glimpse)
        try:
            return await self.desk.run(lambda: glimpse.take(gather))
        except MapMoved:
            self.has_lost_its_revision = True
            raise

    async def source(self, identifier: str | None) -> Source | None:
        """A source by its id: on the map, in the layers that were asked for, or among what a question looked at."""
        if not identifier:
            return None
        read = [each.result() for each in self._snapshots.values() if _is_there(each)]
        if self._glimpse is not None and _is_there(self._glimpse):
            read.append(self._glimpse.result().seen)
        found = next((source for each in read if (source := each.map.source_of.get(identifier)) is not None), None)
        return found if found is not None or await self.is_held() else await self.batch(Source, self._found_sources).get(identifier)

    def batch(self, what: object, look_up: Callable[[Sequence[K]], Awaitable[Mapping[K, T]]]) -> Batch[K, T]:
        """The turn's one batch of a sort of look-ups, made at the first of them."""
        return self._batches.setdefault(what, Batch(look_up))

    async def _found_sources(self, identifiers: Sequence[str]) -> Mapping[str, Source]:
        return await self.take(lambda part: {source.id: source for _, source in part.reader.sources(identifiers)})

    async def ask(self, question: Callable[[MapService, Scope, Stop], T], names: Sequence[str] | None = None) -> T:
        """The answer to a question at the turn's revision, with the layers that are named. The clock starts when the map stands
        ready; where the process does not hold it, when the first question has read what it looks at."""
        begun, layers = await self._begin(), checked_layers(names, self.settings)
        if begun.is_held:
            await self.snapshot(layers)
            self._start_clock()
        try:
            return await self.desk.run(lambda: question(self.desk.service, begun.scope(layers), self._stop))
        except BadQuestion:
            # Where only the newest revision can be asked, somebody may have changed the map since the turn began.
            if not begun.is_held and await self.desk.run(self.desk.service.head) != begun.revision:
                self.has_lost_its_revision = True
            raise

    async def consult(self, work: Callable[[MapService], T]) -> T:
        """What the service itself gives, where no revision and no clock comes into it."""
        return await self.desk.run(lambda: work(self.desk.service))

    async def look(self, work: Callable[[Snapshot], T], names: Sequence[str] | None = None) -> T:
        """What `work` makes of the map with the layers that are named."""
        snapshot = await self.snapshot(names)
        return await self.desk.run(lambda: work(snapshot))

    def give_up(self) -> None:
        """Nobody waits any longer: let the questions that run stop soon."""
        self._given_up = True

    def _start_clock(self) -> float:
        if self._until is None:
            self._until = time.monotonic() + self.settings.question_seconds
        return self._until

    def _stop(self) -> bool:
        return time.monotonic() > self._start_clock() or self._given_up or self.desk.is_closing()


def _is_there(coming: asyncio.Future[T]) -> bool:
    return coming.done() and not coming.cancelled() and coming.exception() is None


def checked_layers(names: Sequence[str] | None, settings: Settings) -> Layers:
    """The layers over the base that are named, each once, in their order. Raises BadInput for too many."""
    layers = tuple(name for name in dict.fromkeys(name.strip() for name in names or ()) if name and name != BASE_LAYER)
    if len(layers) > settings.page_most:
        raise BadInput(f"layers: names {len(layers):,} layers; at most {settings.page_most} are taken.")
    return layers

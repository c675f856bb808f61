"""How a door asks: one call to the service, in a worker thread, at one revision and within its time.

The event loop never works out an answer itself: while it did, it would answer nobody else, nor hear that it should stop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias, TypeVar

from api.settings import Settings
from graph.scope import Scope
from graph.selection import Stop
from graph.service import MapService
from graph.snapshot import Snapshot
from schema.errors import BadInput
from schema.records import BASE_LAYER, Source

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
        self._until: float | None = None
        self._given_up = False

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
        """The snapshot that `snapshot` gave before."""
        if () not in self._snapshots:
            raise RuntimeError("nobody has looked at the map in this turn")
        return self._snapshots[()].result()

    async def source(self, identifier: str | None) -> Source | None:
        """A source by its id: on the map, in the layers that were asked for, or among what a question looked at."""
        if not identifier:
            return None
        read = (each for each in self._snapshots.values() if each.done() and not each.cancelled() and each.exception() is None)
        found = next((source for each in read if (source := each.result().map.source_of.get(identifier)) is not None), None)
        if found is not None:
            return found
        begun = await self._begin()
        return None if begun.is_held else await self.desk.run(lambda: self.desk.service.source(identifier))

    async def ask(self, question: Callable[[MapService, Scope, Stop], T], names: Sequence[str] | None = None) -> T:
        """The answer to a question at the turn's revision, with the layers that are named. The clock starts when the map stands
        ready; where the process does not hold it, when the first question has read what it looks at."""
        begun, layers = await self._begin(), checked_layers(names, self.settings)
        if begun.is_held:
            await self.snapshot(layers)
            self._start_clock()
        return await self.desk.run(lambda: question(self.desk.service, begun.scope(layers), self._stop))

    async def consult(self, work: Callable[[MapService], T], *, shows_nodes: bool = True) -> T:
        """What the service itself gives, where no revision and no clock comes into it; the map is there to tell of its nodes."""
        if shows_nodes:
            await self.snapshot()
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


def checked_layers(names: Sequence[str] | None, settings: Settings) -> Layers:
    """The layers over the base that are named, each once, in their order. Raises BadInput for too many."""
    layers = tuple(name for name in dict.fromkeys(name.strip() for name in names or ()) if name and name != BASE_LAYER)
    if len(layers) > settings.page_most:
        raise BadInput(f"layers: names {len(layers):,} layers; at most {settings.page_most} are taken.")
    return layers

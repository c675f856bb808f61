"""How a door asks: one call to the service, in a worker thread, at one revision and within its time.

The event loop never works out an answer itself: while it did, it would answer nobody else, nor hear that it should stop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import TypeVar

from api.settings import Settings
from graph.scope import Scope
from graph.selection import Stop
from graph.service import MapService
from graph.snapshot import Snapshot
from schema.errors import BadInput

T = TypeVar("T")
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

    Used from the event loop only; what it hands out runs in worker threads.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._snapshot: asyncio.Future[Snapshot] | None = None
        self._until: float | None = None
        self._given_up = False

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    async def snapshot(self) -> Snapshot:
        """The newest map at the time of the turn's first look."""
        if self._snapshot is None:
            self._snapshot = asyncio.ensure_future(self.desk.run(self.desk.service.snapshot))
        return await asyncio.shield(self._snapshot)

    def seen(self) -> Snapshot:
        """The snapshot that `snapshot` gave before."""
        if self._snapshot is None:
            raise RuntimeError("nobody has looked at the map in this turn")
        return self._snapshot.result()

    async def ask(self, question: Callable[[MapService, Scope, Stop], T]) -> T:
        """The answer to a question at the turn's revision. The clock starts when the map stands ready."""
        snapshot = await self.snapshot()
        if self._until is None:
            self._until = time.monotonic() + self.settings.question_seconds
        scope = Scope(revision=snapshot.revision)
        return await self.desk.run(lambda: question(self.desk.service, scope, self._stop))

    async def consult(self, work: Callable[[MapService], T]) -> T:
        """What the service itself gives, where no revision and no clock comes into it."""
        await self.snapshot()
        return await self.desk.run(lambda: work(self.desk.service))

    async def look(self, work: Callable[[Snapshot], T]) -> T:
        """What `work` makes of the map."""
        snapshot = await self.snapshot()
        return await self.desk.run(lambda: work(snapshot))

    def give_up(self) -> None:
        """Nobody waits any longer: let the questions that run stop soon."""
        self._given_up = True

    def _stop(self) -> bool:
        late = self._until is not None and time.monotonic() > self._until
        return late or self._given_up or self.desk.is_closing()

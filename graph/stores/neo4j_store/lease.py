"""The right to stage a large change: one at a time, held by the server's clock alone."""

from __future__ import annotations

import logging
import os
import socket
import time
from dataclasses import dataclass

from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.layout import LOAD
from graph.stores.neo4j_store.lines import Ask
from schema.errors import StoreUnavailable

STALE_SECONDS = 30.0
"""A large change that gave no sign of life for so long is taken for dead."""

WAIT_SECONDS = 90.0
SAY_AGAIN_SECONDS = 15.0

log = logging.getLogger("caremap.store")
"""What a store has to say to the person who waits for it; the command line shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """How the right stands: whether it is ours now, by whom it was held before, and how long ago that one gave a sign of life."""

    is_ours: bool
    holder: str
    silent_seconds: float


def _ourselves() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


class Lease:
    """The right to stage a large change. Losing it (another took this one for dead) ends the change."""

    def __init__(self, connection: Connection, token: str) -> None:
        self._connection, self.token = connection, token
        self._beaten = 0.0

    def __enter__(self) -> Lease:
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def take(self) -> None:
        """Wait for the right, or take it from a change that died; who waits is told for whom and how long at most.

        Raises StoreUnavailable where another keeps it long.
        """
        begun, said = time.monotonic(), 0.0
        name = self._connection.place.url
        while not (held := self._asked()).is_ours:
            waited = time.monotonic() - begun
            if waited > WAIT_SECONDS:
                raise StoreUnavailable(f"Another large change to {name} is under way ({held.holder}); try again when it is done.")
            if not said or time.monotonic() - said > SAY_AGAIN_SECONDS:
                said = time.monotonic()
                log.warning("%s", self._waiting(held, waited))
            time.sleep(0.25)
        if held.holder:
            log.warning("The large change before (%s) gave no sign of life for %d s and is taken for dead; going on.", held.holder,
                        held.silent_seconds)  # fmt: skip
        elif said:
            log.warning("The large change before is done; going on after %d s.", time.monotonic() - begun)
        self._beaten = time.monotonic()

    def _waiting(self, held: _Held, waited: float) -> str:
        if_dead, if_alive = max(STALE_SECONDS - held.silent_seconds, 0), max(WAIT_SECONDS - waited, 0)
        return (
            f"Waiting for another large change to {self._connection.place.url}: {held.holder}, last sign of life"
            f" {held.silent_seconds:.0f} s ago. If it has died, this goes on in {if_dead:.0f} s; if it lives, this waits {if_alive:.0f} s"
            " at most."
        )

    def _asked(self) -> _Held:
        """Take the right where it is free, and say how it stood. `holder` is empty where nobody held it."""
        free, other, holder, silent = self._connection.write(
            f"MERGE (l:{LOAD} {{key: 'lease'}}) SET l.asked = $token WITH l, coalesce(l.token, '') AS held, coalesce(l.beat, 0) AS beat"
            " WITH l, held <> '' AND held <> $token AS other, l.holder AS holder, timestamp() - beat AS silent"
            " WITH l, other, holder, silent, NOT other OR silent > $stale AS free"
            " SET l.token = CASE WHEN free THEN $token ELSE l.token END, l.beat = CASE WHEN free THEN timestamp() ELSE l.beat END,"
            " l.holder = CASE WHEN free THEN $ourselves ELSE l.holder END"
            " RETURN free, other, holder, silent",
            token=self.token,
            stale=int(STALE_SECONDS * 1000),
            ourselves=_ourselves(),
        )[0]
        return _Held(is_ours=bool(free), holder=(holder or "an unnamed process") if other else "", silent_seconds=max(silent, 0) / 1000)

    def keep(self) -> None:
        """Give a sign of life, now and then. May be called from any thread."""
        if time.monotonic() - self._beaten > STALE_SECONDS / 10:
            found = self._connection.write_at_length(
                f"MATCH (l:{LOAD} {{key: 'lease'}}) WHERE l.token = $token SET l.beat = timestamp() RETURN 1", token=self.token
            )
            if not found:
                raise StoreUnavailable("This large change paused so long that another took its place; nothing of it was kept. Repeat it.")
            self._beaten = time.monotonic()

    def is_held(self, ask: Ask) -> bool:
        """Whether it still holds, asked inside the transaction that relies on it, which locks it."""
        return bool(ask(f"MATCH (l:{LOAD} {{key: 'lease'}}) SET l.asked = $token WITH l WHERE l.token = $token RETURN 1", token=self.token))

    def give_back(self) -> None:
        """Let others stage."""
        self._connection.write_at_length(f"MATCH (l:{LOAD} {{key: 'lease'}}) WHERE l.token = $token SET l.token = ''", token=self.token)

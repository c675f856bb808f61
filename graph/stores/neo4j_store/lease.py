"""The right to stage a large change: one at a time, held by the server's clock alone."""

from __future__ import annotations

import time

from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.layout import LOAD
from graph.stores.neo4j_store.lines import Ask
from schema.errors import StoreUnavailable

STALE_SECONDS = 30.0
"""A large change that gave no sign of life for so long is taken for dead."""

WAIT_SECONDS = 90.0


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
        """Wait for the right, or take it from a change that died. Raises StoreUnavailable where another keeps it long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._granted():
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"Another large change to {self._connection.place.url} is under way; try again when it is done.")
            time.sleep(0.25)
        self._beaten = time.monotonic()

    def _granted(self) -> bool:
        found = self._connection.write(
            f"MERGE (l:{LOAD} {{key: 'lease'}}) SET l.asked = $token WITH l, coalesce(l.token, '') AS held, coalesce(l.beat, 0) AS beat"
            " WITH l, held = '' OR held = $token OR timestamp() - beat > $stale AS free"
            " SET l.token = CASE WHEN free THEN $token ELSE l.token END, l.beat = CASE WHEN free THEN timestamp() ELSE l.beat END"
            " RETURN free",
            token=self.token,
            stale=int(STALE_SECONDS * 1000),
        )
        return bool(found[0][0])

    def keep(self) -> None:
        """Give a sign of life, now and then. May be called from any thread."""
        if time.monotonic() - self._beaten > STALE_SECONDS / 10:
            found = self._connection.write(
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
        self._connection.write(f"MATCH (l:{LOAD} {{key: 'lease'}}) WHERE l.token = $token SET l.token = ''", token=self.token)

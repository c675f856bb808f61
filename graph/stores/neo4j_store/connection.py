"""One driver to one server or cluster, and the only two ways to talk to it.

Everything runs in the driver's managed transaction functions, which it may run again, so they have no effect but on the
database and use their results inside. All sessions of a process share bookmarks: a read sees what was written before.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from graph.stores.neo4j_store.address import Credentials, Place
from graph.stores.neo4j_store.failures import StoreAway, translated
from graph.stores.neo4j_store.watch import Watch
from schema.errors import StoreError

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction
    from neo4j.api import BookmarkManager

T = TypeVar("T")

QUESTION_SECONDS = 5.0
LOAD_SECONDS = 120.0
RETRY_SECONDS = 5.0
CONNECT_SECONDS = 3.0
QUESTION_SILENCES, CHANGE_SILENCES, LOAD_SILENCES = 1, 2, 4
"""After so many silences of the server in a row, some five seconds each, a question, a change or a load is given up: a server
that collects its memory may pause for long, and a load is dearer to repeat than a question."""
REST_SECONDS = 1.0
"""How long nobody tries again after the server was found away, so that questions fail at once and not one by one."""


class _Fuse:
    """Remembers for a moment that the server was away, so that others are told at once instead of each waiting."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._trying = False

    @contextmanager
    def guard(self, name: str, meet: Callable[[], object]) -> Iterator[None]:
        """Runs what is inside, or raises StoreAway at once while the server is known to be away.

        After a moment one caller at a time tries `meet`, which does not try again and so fails soon, before it goes on.
        """
        with self._lock:
            away = self._until > 0
            if away and (self._trying or time.monotonic() < self._until):
                raise StoreAway(f"{name} does not answer. Look whether the server is running, then try again.")
            self._trying = self._trying or away
        try:
            if away:
                self._try(meet)
            yield
        except StoreAway:
            self._rest(time.monotonic() + REST_SECONDS)
            raise
        self._rest(0.0)

    def blow(self) -> None:
        """The server was found away by somebody who watches."""
        self._rest(time.monotonic() + REST_SECONDS)

    def _try(self, meet: Callable[[], object]) -> None:
        try:
            meet()
            # Whatever the server says to the question itself, it is there again: others need not wait for that.
            self._rest(0.0)
        finally:
            with self._lock:
                self._trying = False

    def _rest(self, until: float) -> None:
        with self._lock:
            self._until = until


class _Bookmarks:
    """The bookmarks of a process as one transaction gets them: at each of the driver's tries.

    Once the server was found silent, there is no next try: it would wait anew, and nothing else ends the driver's loop.
    """

    def __init__(self, kept: BookmarkManager, is_cut: Callable[[], bool]) -> None:
        self._kept, self._is_cut = kept, is_cut

    def get_bookmarks(self) -> Collection[str]:
        """Those to begin with. Raises StoreAway once the line is cut."""
        if self._is_cut():
            raise StoreAway("The line was cut.")
        return self._kept.get_bookmarks()

    def update_bookmarks(self, previous_bookmarks: Collection[str], new_bookmarks: Collection[str]) -> None:
        """What a commit brought."""
        self._kept.update_bookmarks(previous_bookmarks, new_bookmarks)


class Connection:
    """The driver of one store. May be used from any thread; closing twice is safe."""

    def __init__(self, place: Place, credentials: Credentials) -> None:
        import neo4j

        # The driver tells of every retry; what matters of that is said once, by the error at its end.
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        self.place = place
        self._credentials = credentials
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._timed = neo4j.unit_of_work
        self._fuse = _Fuse()
        self._watch = Watch(self._is_silent, self._renew)
        self._closing = threading.Lock()
        self._is_closed = False
        self._driver = self._made_driver()

    def _made_driver(self) -> Driver:
        import neo4j

        with translated(self.place.url):
            return neo4j.GraphDatabase.driver(
                self.place.address,
                auth=(self._credentials.username, self._credentials.password),
                user_agent="caremap",
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=CONNECT_SECONDS,
                max_transaction_retry_time=RETRY_SECONDS,
                initial_retry_delay=0.5,
                liveness_check_timeout=30,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
                fetch_size=1000,
            )

    def close(self) -> None:
        """Close every connection."""
        with self._closing:
            self._is_closed = True
            self._driver.close()

    def _is_silent(self) -> bool:
        """Whether the server gives no sign of life within the time that a connection may take."""
        try:
            self._meet()
        except StoreAway:
            return True
        except StoreError:
            return False
        return False

    def _renew(self) -> None:
        """Cut every connection, so that whoever waits on one is told, and begin with fresh ones."""
        with self._closing:
            if self._is_closed:
                return
            before, self._driver = self._driver, self._made_driver()
        self._fuse.blow()
        _cut(before)

    def meet(self) -> None:
        """Try once, without retries, so that a server that is not there is told of at once."""
        with self._fuse.guard(self.place.url, self._meet):
            self._meet()

    def _meet(self) -> None:
        with translated(self.place.url):
            self._driver.verify_connectivity()

    def is_there(self) -> bool:
        """Whether the server answers now. One small look-up."""
        try:
            self.ask("RETURN 1")
        except StoreError:
            return False
        return True

    def reading(self, work: Callable[[ManagedTransaction], T], *, seconds: float = QUESTION_SECONDS) -> T:
        """Run a function in one read transaction, which a follower may serve. It may be run more than once."""
        return self._run("execute_read", work, seconds=seconds, repeatable=True)

    def writing(self, work: Callable[[ManagedTransaction], T], *, seconds: float = QUESTION_SECONDS, repeatable: bool = True) -> T:
        """Run a function in one write transaction. The driver may run it again, but never after a commit that held.

        Where the connection broke between the commit and its answer, nobody knows whether it held: what is repeatable is
        run once more, all else raises StoreAway.
        """
        return self._run("execute_write", work, seconds=seconds, repeatable=repeatable)

    def _run(self, how: str, work: Callable[[ManagedTransaction], T], *, seconds: float, repeatable: bool) -> T:
        from neo4j.exceptions import IncompleteCommit

        asks = how == "execute_read"
        silences = QUESTION_SILENCES if asks else LOAD_SILENCES if seconds >= LOAD_SECONDS else CHANGE_SILENCES
        timed = self._timed(timeout=seconds)(work)

        def once(driver: Driver) -> T:
            bookmarks = _Bookmarks(self._bookmarks, lambda: self._driver is not driver)
            with driver.session(database=self.place.database, bookmark_manager=bookmarks) as session:
                made: T = getattr(session, how)(timed)
                return made

        with self._fuse.guard(self.place.url, self._meet), self._watched(silences, asks=asks) as driver, translated(self.place.url):
            try:
                return once(driver)
            except IncompleteCommit:
                if not repeatable:
                    raise
                return once(driver)

    @contextmanager
    def _watched(self, silences: int, *, asks: bool) -> Iterator[Driver]:
        """The driver to use while the server is watched. Raises StoreAway where it falls silent."""
        driver = self._driver
        try:
            with self._watch.over(silences):
                yield driver
        except StoreError:
            if self._driver is driver:
                raise
            doubt = "" if asks else " What was being written may have been made or not: look at the history before you repeat it."
            raise StoreAway(
                f"{self.place.url} does not answer (it holds the line and is silent). Look whether the server is running or hangs, then"
                f" try again.{doubt}"
            ) from None

    def ask(self, cypher: str, /, **parameters: Any) -> list[list[Any]]:
        """The rows of one short statement, in a read transaction of its own."""
        return self.reading(lambda transaction: rows(transaction, cypher, **parameters))

    def ask_at_length(self, cypher: str, /, **parameters: Any) -> list[list[Any]]:
        """The same for what may take as long as opening a large map does."""
        return self.reading(lambda transaction: rows(transaction, cypher, **parameters), seconds=LOAD_SECONDS)

    def write(self, cypher: str, /, **parameters: Any) -> list[list[Any]]:
        """The rows of one short statement that is safe to repeat, in a write transaction of its own."""
        return self.writing(lambda transaction: rows(transaction, cypher, **parameters))

    def write_at_length(self, cypher: str, /, **parameters: Any) -> list[list[Any]]:
        """The same for what may take long, such as making an index."""
        return self.writing(lambda transaction: rows(transaction, cypher, **parameters), seconds=LOAD_SECONDS)

    def stage(self, cypher: str, /, **parameters: Any) -> list[list[Any]]:
        """The rows of one statement of a load: it may take long, and is not run again where nobody knows whether it held."""
        return self.writing(lambda transaction: rows(transaction, cypher, **parameters), seconds=LOAD_SECONDS, repeatable=False)


def _cut(driver: Driver) -> None:
    """End every line of a driver, so that whoever waits on one is told.

    Closing the driver says goodbye on each line first, which waits, or fails, where one is being written to; so the lines are
    ended one by one, and what one of them has to say of it keeps no other open.
    """
    pool = driver._pool  # noqa: SLF001  # No public way ends a line that is in use.
    with pool.lock:
        lines = [line for open_lines in pool.connections.values() for line in open_lines]
    for line in lines:
        with suppress(Exception):
            line.kill()
    with suppress(Exception):
        driver.close()


def rows(transaction: ManagedTransaction, cypher: str, /, **parameters: Any) -> list[list[Any]]:
    """The rows of one statement inside a transaction. What a person typed is only ever among the parameters."""
    result = transaction.run(cypher, parameters)
    return [record.values() for record in result]

"""Looks out for a server that has stopped without closing its connections: nothing tells a waiting reader of that.

A machine that hangs, a process that is stopped or swapped out, a firewall that drops what it let through: the line stays open
and silent. While somebody has waited for a while, the server is asked for a sign of life; where it gives none, everyone who
waits is told.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WATCH_SECONDS = 2.0
"""After so long a wait the server is asked for a sign of life, and again after as long."""

IDLE_SECONDS = 10.0
"""Where nobody has asked anything for so long, nobody watches; the next question begins it anew."""


class Watch:
    """Watches the server while questions wait. One thread at most, which never keeps a process from ending."""

    def __init__(self, is_silent: Callable[[], bool], cut: Callable[[], None]) -> None:
        """`is_silent` asks for a sign of life and takes a few seconds at most; `cut` ends every wait."""
        self._is_silent, self._cut = is_silent, cut
        self._changed = threading.Condition()
        self._waits: dict[object, tuple[float, int]] = {}
        self._is_watching = False

    @contextmanager
    def over(self, silences: int) -> Iterator[None]:
        """A wait for the server, given up after so many silences in a row. Where several wait, the most patient counts."""
        wait = object()
        with self._changed:
            self._waits[wait] = time.monotonic(), silences
            if not self._is_watching:
                self._is_watching = True
                threading.Thread(target=self._watch, name="caremap-neo4j-watch", daemon=True).start()
            elif len(self._waits) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._waits[wait]

    def _watch(self) -> None:
        try:
            self._look_out()
        except BaseException:
            # Whatever ended it, the next one who waits begins it anew.
            with self._changed:
                self._is_watching = False
            raise

    def _look_out(self) -> None:
        silences = 0
        while (waits := self._waiting()) is not None:
            begun, patience = min(begun for begun, _ in waits), max(patience for _, patience in waits)
            rest = begun + WATCH_SECONDS - time.monotonic()
            if rest > 0:
                silences = 0
                time.sleep(rest)
                continue
            silences = silences + 1 if self._is_silent() else 0
            if silences >= patience:
                silences = 0
                self._cut()
            time.sleep(WATCH_SECONDS)

    def _waiting(self) -> list[tuple[float, int]] | None:
        """Those who wait, as soon as there are any; None where nobody came for long, and the watch is over."""
        with self._changed:
            if not self._waits and not self._changed.wait(IDLE_SECONDS):
                # Said under the lock, so that who comes now begins a watch of its own.
                self._is_watching = False
                return None
            return list(self._waits.values()) or [(time.monotonic(), 1)]

"""A process that fills a store and dies: by its own hand at a named point, or by another's at any moment.

    python -m tests.graph.stores.killed FILE FIRST STATEMENT NUMBER

Applies numbered changes from FIRST on and prints each number once it is confirmed. Kills itself with -9 before SQLite
runs the NUMBERth statement that begins with STATEMENT; without one it runs until somebody kills it.
"""

import os
import signal
import sqlite3
import sys

from graph.stores.embedded_store import EmbeddedStore
from graph.stores.embedded_store.connections import Connections
from schema.records import ChangeSet
from tests.builders import a_link, a_node

SIZE = 400


def numbered(number: int) -> ChangeSet:
    """A change of 400 nodes and as many links; each change replaces the texts of the one before and adds its own."""
    base = 0 if number == 1 else (number - 2) * SIZE // 2
    nodes = tuple(a_node(f"n{row}", text=f"change {number}") for row in range(base, base + SIZE))
    links = tuple(a_link(f"n{base + row} +> n{base + (row * 7 + 1) % SIZE}", f"l{number}-{row}") for row in range(SIZE))
    return ChangeSet(by="killed", why=f"change {number}", put_nodes=nodes, put_links=links)


def die_before(statement: str, number: int) -> None:
    """Arrange the end: the store itself knows nothing of it."""
    connected = Connections._connected
    seen = 0

    def watch(text: str) -> None:
        nonlocal seen
        if text.lstrip().startswith(statement):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    def traced(self: Connections) -> sqlite3.Connection:
        connection = connected(self)
        connection.set_trace_callback(watch)
        return connection

    Connections._connected = traced  # type: ignore[method-assign]


def main() -> None:
    file, first, *point = sys.argv[1:]
    if point:
        die_before(point[0], int(point[1]))
    store = EmbeddedStore(f"sqlite:///{file}")
    number = int(first)
    while True:
        store.apply(numbered(number))
        print(number, flush=True)
        number += 1


if __name__ == "__main__":
    main()

"""The warm start: a large map's columns in a file beside the store, so that the next process need not read a million rows.

The file holds branch main's base at one revision. It is believed only where the store says the same of it: each time it is
written, file and store get the same new random token, so that a copied, restored or exchanged file of either kind does not fit.
It may lie behind the store, which then tells what has changed since. It may be deleted at any time.
"""

from __future__ import annotations

import itertools
import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.changes import caught_up
from graph.stores.embedded_store import column_file
from graph.stores.embedded_store.connections import Connections, writing
from graph.stores.embedded_store.kept_nodes import KeptNodes, map_of
from graph.stores.embedded_store.layout import MIGRATIONS, mark, set_mark
from graph.stores.embedded_store.lines import Line
from graph.stores.embedded_store.rows import BASE_KEY, source_of
from graph.stores.embedded_store.since import changes_since
from graph.stores.embedded_store.writing import plain
from schema.node_columns import NODE_COLUMN_TYPES, NodeSayings, sayings_mark
from schema.ontology import NODE_KINDS
from schema.system_map import COLUMN_TYPES, LinkColumns, LinkTable, SystemMap, numbers_mark

KEPT_FROM = 50_000
"""Maps of fewer links are read from the store in a fraction of a second and keep no file."""

SUFFIX = "-columns"
_MAIN_KEY = 1
_TOKEN = "columns"  # noqa: S105 - The name of a remark.
_BETWEEN = "\0"


class KeptColumns:
    """The file of columns beside one store, which need not be there."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        store = connections.place.path
        self._store = store
        self._path = Path(f"{store}{SUFFIX}") if store is not None else None

    def found(self, connection: sqlite3.Connection, line: Line) -> SystemMap | None:
        """The map in sight of a line, from the file and what the store has changed since; None where it must be read from the store."""
        if self._path is None or not _is_kept(line):
            return None
        token = mark(connection, _TOKEN)
        _, upto = line.parts[0]
        if token is None:
            return None
        read = column_file.read(
            self._path, lambda about: {**about, "revision": 0} == _about(token, 0) and 0 < int(about["revision"]) <= upto
        )
        if read is None:
            return None
        about, parts = read
        changes = changes_since(connection, line, int(about["revision"]))
        if changes is None:
            return None
        try:
            whole = _map_of(parts)
        except (ValueError, KeyError):
            return None
        return caught_up(whole, changes)

    def keep(self, system_map: SystemMap, line: Line) -> None:
        """Write the file, where the newest map is worth it and the folder allows it; else leave everything as it is."""
        if self._path is None or self._store is None or not _is_kept(line) or self._connections.read_only:
            return
        parts = _parts_of(system_map) if len(system_map.links) >= KEPT_FROM else None
        if parts is None:
            return
        token = secrets.token_hex(16)
        # File first: whoever comes between the two finds a token that does not fit, and reads the store.
        if column_file.write(self._path, self._store, _about(token, line.parts[0][1]), parts):
            with self._connections.lent() as connection:
                _say(connection, token)


def _is_kept(line: Line) -> bool:
    return line.is_single and line.parts[0][0] == _MAIN_KEY and line.layers == (BASE_KEY,)


def _about(token: str, revision: int) -> dict[str, str | int]:
    return {
        "token": token,
        "revision": revision,
        "layout": len(MIGRATIONS),
        "numbers": numbers_mark(),
        "columns": " ".join(f"{name}:{code}" for name, code in COLUMN_TYPES.items()),
        "nodes": sayings_mark(),
    }


def _say(connection: sqlite3.Connection, token: str) -> None:
    """Tell the store the token, unless somebody is writing just now: reading waits for nobody."""
    waits = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        with writing(connection):
            set_mark(connection, _TOKEN, token)
    except sqlite3.Error:
        return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {waits}")


# ---- what stands in the file ------------------------------------------------------


def _parts_of(system_map: SystemMap) -> dict[str, bytes | memoryview] | None:
    links, nodes, packing = system_map.links, system_map.nodes, system_map.links.packing
    if packing is None:
        return None
    if not isinstance(nodes, KeptNodes):
        nodes = KeptNodes.of([node.id for node in nodes], [plain(node) for node in nodes])
    said = nodes.sayings
    texts = {"node_ids": nodes.ids, "link_ids": links.ids, "node_words": said.words}
    if list(links.ends) != list(nodes.ids) or any(_BETWEEN in word for word in itertools.chain.from_iterable(texts.values())):
        return None
    blob, begin, stop = packing
    arrays = {name: _plain_array(getattr(links.columns, name), code) for name, code in COLUMN_TYPES.items()}
    return {
        **{name: _BETWEEN.join(ids).encode() for name, ids in texts.items()},
        "nodes": nodes.blob,
        "nodes_begin": _plain_array(nodes.begin, "q"),
        **{f"node_{name}": _plain_array(getattr(said, name), code) for name, code in NODE_COLUMN_TYPES.items()},
        "sources": b"\n".join(plain(source) for source in system_map.sources),
        **arrays,
        "links": blob,
        "links_begin": _plain_array(begin, "q"),
        "links_stop": _plain_array(stop, "q"),
    }


def _map_of(parts: dict[str, bytes]) -> SystemMap:
    """The map of a file's parts. Raises KeyError or ValueError where they are not what one map's would be."""
    node_ids, link_ids, words = (_words(parts[name]) for name in ("node_ids", "link_ids", "node_words"))
    columns = {name: np.frombuffer(parts[name], dtype=_little(code)) for name, code in COLUMN_TYPES.items()}
    blob = parts["links"]
    begin, stop, nodes_begin = (np.frombuffer(parts[name], dtype="<i8") for name in ("links_begin", "links_stop", "nodes_begin"))
    if {column.size for column in (*columns.values(), begin, stop)} != {len(link_ids)} or nodes_begin.size != len(node_ids) + 1:
        raise ValueError("the parts differ in length")
    for places, most in ((columns["start"], len(node_ids) - 1), (columns["end"], len(node_ids) - 1), (begin, len(blob)), (stop, len(blob))):
        if places.size and not 0 <= int(places.min()) <= int(places.max()) <= most:
            raise ValueError("a part points outside another")
    nodes = KeptNodes(ids=node_ids, blob=parts["nodes"], begin=nodes_begin, sayings=_sayings(parts, words, len(node_ids)))
    table = LinkTable(ids=link_ids, ends=tuple(node_ids), columns=LinkColumns(**columns), blob=blob, begin=begin, stop=stop)
    sources = map(source_of, parts["sources"].split(b"\n") if parts["sources"] else ())
    return map_of(nodes, table, tuple(sources))


def _sayings(parts: dict[str, bytes], words: Sequence[str], count: int) -> NodeSayings:
    """What the nodes say of themselves. Raises KeyError or ValueError as above."""
    columns = {name: np.frombuffer(parts[f"node_{name}"], dtype=_little(code)) for name, code in NODE_COLUMN_TYPES.items()}
    if {column.size for column in columns.values()} != {count}:
        raise ValueError("the columns of nodes differ in length")
    for name, least, most in (*((name, -1, len(words)) for name in ("owner", "silo", "place")), ("kind", 0, len(NODE_KINDS))):
        if count and not least <= int(columns[name].min()) <= int(columns[name].max()) < most:
            raise ValueError("a column of nodes points outside its words")
    return NodeSayings(**columns, words=tuple(words))


def _words(part: bytes) -> list[str]:
    return part.decode().split(_BETWEEN) if part else []


def _little(code: str) -> np.dtype[Any]:
    return np.dtype(code).newbyteorder("<")


def _plain_array(column: NDArray[Any], code: str) -> memoryview:
    return np.ascontiguousarray(column, dtype=_little(code)).data.cast("B")

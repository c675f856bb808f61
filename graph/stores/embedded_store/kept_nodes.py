"""The nodes of a large map as a store keeps them, made into records when somebody looks at them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from schema.kinds import Better, NodeKind, Status
from schema.node_columns import Fields, NodeSayings, NodeTable
from schema.records import Node, Source
from schema.system_map import LinkTable, SystemMap
from schema.wire import node_from_json

LAZY_FROM = 20_000
"""Maps of more nodes make them when they are looked at: a hundred thousand records take most of a second."""

# A kept node was a record before, so that its texts need no test: one of these fields alone is made at once, a node with any
# other is decoded as one from elsewhere.
_TEXTS = ("id", "label", "text", "owner", "tier", "silo", "place", "unit", "valid_from", "valid_to", "proposal")
_AS_KEPT = frozenset((*_TEXTS, "kind", "better", "status"))
_WORDS: tuple[tuple[str, Mapping[str, Any]], ...] = tuple(
    (name, MappingProxyType({str(word): word for word in words}))
    for name, words in (("kind", NodeKind), ("better", Better), ("status", Status))
)

_KINDS = dict(_WORDS)["kind"]


def node_of(payload: bytes | str) -> Node:
    """The node of a kept payload."""
    return node_of_json(json.loads(payload))


def node_of_json(data: Any) -> Node:
    """The node of a kept object."""
    if data.keys() <= _AS_KEPT and data.get("label"):
        words = {name: known.get(data[name]) for name, known in _WORDS if name in data}
        if None not in words.values():
            return Node(**{**data, **words})
    node = node_from_json(data, "kept node", [])
    if node is None:
        raise ValueError("a kept node does not decode")
    return node


class KeptNodes(NodeTable):
    """An immutable sequence of nodes: their ids, and the JSON of each in `blob` from `begin` on, with one sign between two."""

    __slots__ = ("_all", "_one", "_sayings", "begin", "blob", "ids")

    def __init__(self, *, ids: Sequence[str], blob: bytes, begin: NDArray[np.int64], sayings: NodeSayings | None = None) -> None:
        self.ids, self.blob, self.begin, self._sayings = ids, blob, begin, sayings
        self._all: tuple[Node, ...] | None = None
        self._one: dict[int, Node] = {}

    @classmethod
    def of(cls, ids: Sequence[str], payloads: Sequence[bytes]) -> KeptNodes:
        """Nodes from their ids and the JSON of each."""
        begin = np.zeros(len(payloads) + 1, dtype=np.int64)
        np.cumsum([len(payload) + 1 for payload in payloads], out=begin[1:])
        return cls(ids=ids, blob=b",".join(payloads), begin=begin)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Node: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Node]: ...
    def __getitem__(self, row: int | slice) -> Node | Sequence[Node]:
        if isinstance(row, slice) or self._all is not None:
            return self._records()[row]
        if row < 0:
            row += len(self)
        if not 0 <= row < len(self):
            raise IndexError(row)
        found = self._one.get(row)
        if found is None:
            found = self._one[row] = node_of(self.blob[int(self.begin[row]) : int(self.begin[row + 1]) - 1])
        return found

    def __iter__(self) -> Iterator[Node]:
        return iter(self._records())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, KeptNodes) and self.blob == other.blob:
            return True
        return self._records() == tuple(other) if isinstance(other, KeptNodes | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash((len(self), tuple(self.ids[:10])))

    @property
    def sayings(self) -> NodeSayings:
        """What the nodes say of themselves, in columns; worked out once, without a record of each."""
        if self._sayings is None:
            known = NodeSayings.of(self._all) if self._all is not None else NodeSayings.of_fields(map(_fields, self._objects()))
            self._sayings = known
        return self._sayings

    def that_say(self, text: str) -> Iterator[Node]:
        """At least the nodes in whose compact JSON some text stands, in order."""
        wanted, at = text.encode(), self.blob.find(text.encode())
        while at >= 0:
            row = int(np.searchsorted(self.begin, at, side="right")) - 1
            yield self[row]
            at = self.blob.find(wanted, int(self.begin[row + 1]))

    @property
    def made(self) -> set[int]:
        """The rows of the nodes that are records by now."""
        return set(self._one) if self._all is None else set(range(len(self)))

    def _objects(self) -> list[dict[str, Any]]:
        objects: list[dict[str, Any]] = json.loads(b"[%b]" % self.blob)
        return objects

    def _records(self) -> tuple[Node, ...]:
        """All of them. They are made once; several threads that ask at the same time each make their own."""
        if self._all is None:
            self._all = tuple(map(node_of_json, self._objects()))
            self._one = {}
        return self._all


def _fields(data: Mapping[str, Any]) -> Fields:
    """What a kept object says, as its record would have it."""
    said = data.get
    return _KINDS[said("kind", NodeKind.FACTOR)], *map(said, ("owner", "silo", "place", "valid_from", "valid_to", "status"))


def map_of(nodes: Sequence[Node], links: LinkTable, sources: Sequence[Source]) -> SystemMap:
    """A map of nodes that may be kept ones: their ids are known without looking at a node, which would make it a record."""
    made = SystemMap(nodes=nodes, links=links, sources=tuple(sources))
    if isinstance(nodes, KeptNodes):
        vars(made)["row_of_node"] = {identifier: row for row, identifier in enumerate(nodes.ids)}
    return made

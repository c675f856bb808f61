"""What nodes say of themselves, in columns: what questions about a large map need of every node, without a record of each."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from schema.collector import at_rest
from schema.days import ALWAYS_FROM, ALWAYS_TO, end_day, first_day
from schema.kinds import NodeKind, Status
from schema.ontology import NODE_KIND_CODE
from schema.records import Node

NODE_COLUMN_TYPES: Mapping[str, str] = MappingProxyType(
    {"kind": "b", "owner": "i", "silo": "i", "place": "i", "valid_from": "i", "valid_to": "i", "proposed": "b"}
)
"""The column names in order, with the `array` type code of each."""


Fields: TypeAlias = tuple[NodeKind, str | None, str | None, str | None, str | None, str | None, str | None]
"""A node's kind, owner, silo, place, first day, last day and status, as its record has them."""


_SAID = tuple(map(attrgetter, ("kind", "owner", "silo", "place", "valid_from", "valid_to", "status")))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeSayings:
    """One row a node, in the map's order. `owner`, `silo` and `place` are places in `words`, -1 where a node names none.

    `kind` codes into `schema.ontology.NODE_KINDS`; validity is in day numbers, half-open.
    """

    kind: NDArray[np.int8]
    owner: NDArray[np.int32]
    silo: NDArray[np.int32]
    place: NDArray[np.int32]
    valid_from: NDArray[np.int32]
    valid_to: NDArray[np.int32]
    proposed: NDArray[np.int8]
    words: Sequence[str]

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> NodeSayings:
        """What some nodes say. O(nodes)."""
        listed = tuple(nodes)
        return cls._of_columns(*(list(map(said, listed)) for said in _SAID))

    @classmethod
    def of_fields(cls, rows: Iterable[Fields]) -> NodeSayings:
        """The same from the fields of each node."""
        with at_rest():
            return cls._of_columns(*(tuple(zip(*rows, strict=True)) or ((),) * len(_SAID)))

    @classmethod
    def _of_columns(
        cls,
        kinds: Sequence[NodeKind],
        owners: Sequence[str | None],
        silos: Sequence[str | None],
        places: Sequence[str | None],
        firsts: Sequence[str | None],
        lasts: Sequence[str | None],
        statuses: Sequence[str | None],
    ) -> NodeSayings:
        code_of: dict[str | None, int] = {None: -1, "": -1}
        words = [[code_of.setdefault(word, len(code_of) - 2) for word in said] for said in (owners, silos, places)]
        days = {None: ALWAYS_FROM, **{when: first_day(when) for when in set(firsts)}}
        ends = {None: ALWAYS_TO, **{when: end_day(when) for when in set(lasts)}}
        return cls(
            kind=np.array([NODE_KIND_CODE[kind] for kind in kinds], dtype=np.int8),
            owner=np.array(words[0], dtype=np.int32),
            silo=np.array(words[1], dtype=np.int32),
            place=np.array(words[2], dtype=np.int32),
            valid_from=np.array([days[when] for when in firsts], dtype=np.int32),
            valid_to=np.array([ends[when] for when in lasts], dtype=np.int32),
            proposed=np.array([status == Status.PROPOSED for status in statuses], dtype=np.int8),
            words=tuple(word for word in code_of if word),
        )

    def naming(self, column: NDArray[np.int32], word: str) -> NDArray[np.bool_]:
        """Which nodes name a word in one of the columns of words. O(nodes)."""
        named: NDArray[np.bool_] = column == (self.words.index(word) if word in self.words else -2)
        return named


class NodeTable(Sequence[Node]):
    """Nodes of which some things are known without a record of each."""

    __slots__ = ()

    @property
    @abstractmethod
    def sayings(self) -> NodeSayings:
        """What the nodes say of themselves, in columns."""

    @abstractmethod
    def that_say(self, text: str) -> Iterator[Node]:
        """At least the nodes in whose compact JSON some text stands, in order."""


@cache
def sayings_mark() -> str:
    """A fingerprint of how columns are worked out of nodes: another one means that kept columns are out of date."""
    days = ("2020", "2020-02", "2020-02-03", None)
    nodes = [Node(id="a", kind=kind, valid_from=when, valid_to=when, status=Status.PROPOSED) for kind in NodeKind for when in days]
    said = NodeSayings.of(nodes)
    rows = repr([(name, code, getattr(said, name).tolist()) for name, code in NODE_COLUMN_TYPES.items()])
    return hashlib.sha256(rows.encode()).hexdigest()[:16]

"""Which claims of its founding documents a map carries, and where.

A document that takes part in the story is a node of kind `source`; its attribute `claims` lists the rows by which its
claims are known (`T01-T36`, or several such spans with commas), and its attribute `source` names the source to cite for
them. What is expected is therefore content, and a local map may expect other documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from schema.errors import BadInput
from schema.kinds import NodeKind
from schema.records import Link, Node
from schema.system_map import SystemMap

_SPAN = re.compile(r"([A-Za-z]+)([0-9]+)(?:-([A-Za-z]+)([0-9]+))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The nodes and links that carry each expected claim, in the order of the documents; nothing for a missing one."""

    carried_by: Mapping[str, tuple[str, ...]]

    @property
    def total(self) -> int:
        """How many claims the documents make."""
        return len(self.carried_by)

    @property
    def missing(self) -> tuple[str, ...]:
        """The claims that nothing on the map carries."""
        return tuple(claim for claim, places in self.carried_by.items() if not places)

    @property
    def covered(self) -> int:
        """How many claims something on the map carries."""
        return self.total - len(self.missing)


def coverage(system_map: SystemMap) -> Coverage:
    """What the map carries of the claims that its documents are known for. O(nodes + links).

    A claim is carried where a node or link holds one of that id which cites that document. Raises BadInput where a
    document lists its claims in a way that cannot be read.
    """
    expected = {claim: source for listed, source in _documents(system_map) for claim in claims_listed(listed)}
    places: dict[str, dict[str, None]] = {claim: {} for claim in expected}
    records: Iterable[Node | Link] = chain(system_map.nodes, system_map.links)
    for record in records:
        for claim in record.claims:
            # Where two links became one, a claim of theirs is told apart by its link's id before its own.
            row = claim.id.rpartition("/")[2]
            if row in expected and expected[row] in (None, claim.source):
                places[row][record.id] = None
    return Coverage(carried_by=MappingProxyType({claim: tuple(ids) for claim, ids in places.items()}))


def _documents(system_map: SystemMap) -> Iterator[tuple[str, str | None]]:
    for node in system_map.nodes:
        if node.kind is NodeKind.SOURCE and (listed := node.attributes.get("claims")) is not None:
            source = node.attributes.get("source")
            yield str(listed), None if source is None else str(source)


def claims_listed(listed: str) -> tuple[str, ...]:
    """The claims of a list such as `T01-T36` or `A1, B07-B09`, in its order. Raises BadInput."""
    return tuple(claim for span in listed.split(",") for claim in _span(span.strip()))


def _span(span: str) -> Iterator[str]:
    match = _SPAN.match(span)
    if match is None or match[3] not in (None, match[1]) or (match[4] is not None and int(match[4]) < int(match[2])):
        raise BadInput(f"cannot read the claims {span!r}; list them as T01-T36, with commas between several spans")
    for number in range(int(match[2]), int(match[4] or match[2]) + 1):
        yield f"{match[1]}{number:0{len(match[2])}}"

"""Files from elsewhere: their columns and attributes recognised whatever the case, and nothing lost.

What is recognised becomes a field; everything else is kept in `attributes` under its own name. A weight gives a sign only
where the file holds a negative weight or is a weight matrix; an explicit sign wins; where some weight is beyond 1, all are
divided by the largest. Missing values stay missing: what is assumed for them is counted where links are bundled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loaders.foreign.fields import NODE_NAMES, FileFields, node_takes, recognised, tidy
from loaders.foreign.links import LinkRows, RawLink
from loaders.foreign.yielding import ImpliedRow
from schema.errors import Problem
from schema.kinds import NodeKind
from schema.rows import MapRows, Row


@dataclass(slots=True)
class ForeignMap:
    """Collects the nodes and links of one file from elsewhere, in its order; `rows` makes the rows of a map of them."""

    name: str
    is_matrix: bool = False
    title: str = ""
    problems: list[Problem] = field(default_factory=list)
    nodes: list[Row] = field(default_factory=list)
    links: list[RawLink] = field(default_factory=list)
    _described: set[str] = field(default_factory=set)
    _implied: dict[str, tuple[str, str]] = field(default_factory=dict)
    _fields: FileFields = field(init=False)

    def __post_init__(self) -> None:
        # One list: what the formats say of a file stands in order with what its fields give rise to.
        self._fields = FileFields(name=self.name, problems=self.problems)

    def add_node(self, place: str, identifier: str, fields: Mapping[str, Any]) -> None:
        """A node that the file describes. `fields` are its columns or attributes by their names in the file."""
        known, rest = recognised(fields, NODE_NAMES)
        data: dict[str, Any] = {"id": identifier}
        if (label := tidy(known.pop("label", identifier))) and label != identifier:
            data["label"] = label
        self._fields.take_kind(place, known, rest, data, NodeKind)
        self._fields.take_own(place, known, rest, data, node_takes)
        if rest:
            data["attributes"] = rest
        self._described.add(identifier)
        self.nodes.append(Row(place=place, data=data, file=self.name, foreign=True))

    def add_end(self, place: str, identifier: str, label: str | None = None) -> None:
        """A node that the file only names as the end of a link."""
        self._implied.setdefault(identifier, (place, label or identifier))

    def add_link(
        self, place: str, start: str, end: str, fields: Mapping[str, Any], *, identifier: str | None = None, direction: str = "directed"
    ) -> None:
        """A link; `direction` is directed, undirected or mutual where the fields do not say."""
        self.links.append(RawLink(place, start, end, fields, identifier, direction))

    def rows(self) -> MapRows:
        """The rows of everything added, ids unique, weights as the whole file asks for. O(nodes + links)."""
        implied: list[Row] = []
        for identifier, (place, name) in self._implied.items():
            if identifier not in self._described:
                label = tidy(name)
                data = {"id": identifier, "label": label} if label and label != identifier else {"id": identifier}
                implied.append(ImpliedRow(place=place, data=data, file=self.name, foreign=True))
        links = LinkRows(self._fields, self.links, self.is_matrix).made()
        self._fields.tell_strange_kinds()
        return MapRows(nodes=[*self.nodes, *implied], links=links, problems=self.problems, title=self.title)

    def warn(self, place: str, message: str, field_name: str | None = None) -> None:
        """Say something that does not keep the file from being read."""
        self._fields.warn(place, message, field_name)

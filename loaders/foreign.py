"""Files from elsewhere: their columns and attributes recognised whatever the case, and nothing lost.

What is recognised becomes a field; everything else is kept in `attributes` under its own name. A weight gives a sign only
where the file holds a negative weight or is a weight matrix; an explicit sign wins; where some weight is beyond 1, all are
divided by the largest. Missing values stay missing: what is assumed for them is counted where links are bundled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Any

from loaders.codec import shown
from loaders.plain_csv import plain_name
from schema.errors import Problem
from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import Scalar
from schema.validation import MapRows, Row
from schema.wire import Refused, decode_sign, link_from_json, node_from_json

KIND_IN_FILE = "kind_in_file"
ID_IN_FILE = "id_in_file"
_DIRECTIONS = {
    "directed": "directed", "true": "directed", "1": "directed", "undirected": "undirected", "false": "undirected", "0": "undirected",
    "mutual": "mutual", "both": "mutual", "bidirectional": "mutual",
}  # fmt: skip

_NODE_NAMES = {
    "label": "label", "nx_name": "label", "name": "label", "kind": "kind", "type": "kind",
    **{name: name for name in (
        "text", "owner", "tier", "silo", "place", "better", "unit", "valid_from", "valid_to", "instrument",
        "decision_cycle_months", "changes_within_months", "controllable", "important", "vulnerable", "aliases",
    )},
}  # fmt: skip
_LINK_NAMES = {
    "kind": "kind", "type": "kind", "sign": "sign", "polarity": "sign", "strength": "strength", "weight": "weight",
    "delay_months": "delay", "delay": "delay", "confidence": "confidence", "direction": "direction", "directed": "direction",
    **{name: name for name in (
        "text", "strength_basis", "delay_low", "delay_high", "valid_from", "valid_to", "carrying", "available", "used",
        "answered", "changed_anything", "purpose", "instrument", "period",
    )},
    "label": "text",
}  # fmt: skip
_STRICT = frozenset({"label", "sign", "strength", "delay", "confidence", "valid_from", "valid_to", "delay_low", "delay_high"})


class ImpliedRow(Row):
    """A node that a file only names as the end of a link; it yields to a row that describes it."""

    __slots__ = ()


class NumberedRow(Row):
    """A link whose id was made from its ends; it yields to a row of that id in another file by taking the next number."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RawLink:
    """A link as the file has it: its fields by their names in the file, and which way it points where they do not say."""

    place: str
    start: str
    end: str
    fields: Mapping[str, Any]
    identifier: str | None
    direction: str


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
    _strange: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def add_node(self, place: str, identifier: str, fields: Mapping[str, Any]) -> None:
        """A node that the file describes. `fields` are its columns or attributes by their names in the file."""
        known, rest = _recognised(fields, _NODE_NAMES)
        data: dict[str, Any] = {"id": identifier}
        if (label := tidy(known.pop("label", identifier))) and label != identifier:
            data["label"] = label
        self.take_kind(place, known, rest, data, NodeKind)
        self.take_own(place, known, rest, data, _node_takes)
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
        links = _Links(self).made()
        for (noun, kind), (place, count) in self._strange.items():
            number = f" ({count} times)" if count > 1 else ""
            message = f"{shown(kind)} is not a {noun} kind of the vocabulary{number}; read as {_usual(noun)}, kept as {KIND_IN_FILE}"
            self.problems.append(Problem(place=place, field="kind", message=message, severity="warning"))
        return MapRows(nodes=[*self.nodes, *implied], links=links, problems=self.problems, title=self.title)

    def warn(self, place: str, message: str, field_name: str | None = None) -> None:
        """Say something that does not keep the file from being read."""
        self.problems.append(Problem(place=place, field=field_name, message=message, severity="warning"))

    def take_kind(
        self, place: str, known: dict[str, Any], rest: dict[str, Scalar], data: dict[str, Any], kinds: type[NodeKind] | type[LinkKind]
    ) -> None:
        """Put the stated kind into `data`, or into `rest` where the vocabulary has none such."""
        stated = known.pop("kind", None)
        if stated is None:
            return
        kind = kind_of(str(stated), kinds)
        if kind is not None:
            data["kind"] = kind
            return
        rest[KIND_IN_FILE] = flattened(stated)
        key = ("node" if kinds is NodeKind else "link", str(stated))
        first, count = self._strange.get(key, (place, 0))
        self._strange[key] = (first, count + 1)

    def take_own(
        self, place: str, known: Mapping[str, Any], rest: dict[str, Scalar], data: dict[str, Any], takes: Callable[[str, Any], str]
    ) -> None:
        """Put the fields that a record takes into `data`, and others, with a warning, into `rest`."""
        for name, value in known.items():
            refusal = "" if name in _STRICT else takes(name, value)
            if not refusal:
                data[name] = value
                continue
            rest[name] = flattened(value)
            self.warn(place, f"{refusal}; kept as an attribute", name)


def _usual(noun: str) -> str:
    return "factor" if noun == "node" else "influences"


@dataclass(slots=True)
class _Links:
    """The links of a file, made into rows once all weights are known."""

    whole: ForeignMap
    largest: float = 0.0
    signed: bool = False
    used: set[str] = field(default_factory=set)
    count: dict[tuple[str, str], int] = field(default_factory=dict)

    def made(self) -> list[Row]:
        whole = self.whole
        read = [(raw, *_recognised(raw.fields, _LINK_NAMES)) for raw in whole.links]
        weights = [weight for _, known, _ in read for name in ("strength", "weight") if (weight := _number(known.get(name))) is not None]
        self.largest = max(map(abs, weights), default=0.0)
        self.signed = whole.is_matrix or any(weight < 0 for weight in weights)
        self.used = {raw.identifier for raw in whole.links if raw.identifier}
        if self.largest > 1:
            message = f"weights reach {self.largest:g}, beyond 1: all are divided by {self.largest:g}"
            whole.warn(whole.name, message, "weight")
        rows: list[Row] = []
        given: set[str] = set()
        for raw, known, rest in read:
            mutual = _direction(raw, known) == "mutual"
            data = self._data(raw, known, rest)
            rows.append(self._row(raw, data, given))
            if mutual:
                back = {**data, "from": raw.end, "to": raw.start}
                rows.append(self._row(RawLink(raw.place, raw.end, raw.start, {}, None, ""), back, given))
        return rows

    def _row(self, raw: RawLink, data: dict[str, Any], given: set[str]) -> Row:
        place, identifier = raw.place, raw.identifier
        if identifier and identifier in given:
            self.whole.warn(place, f"the link id {identifier!r} stands twice; this one is numbered, its own kept as {ID_IN_FILE}", "id")
            data = {**data, "attributes": {**data.get("attributes", {}), ID_IN_FILE: identifier}}
            identifier = None
        if identifier:
            given.add(identifier)
            return Row(place=place, data={"id": identifier, **data}, file=self.whole.name, foreign=True)
        return NumberedRow(place=place, data={"id": self._new_id(raw.start, raw.end), **data}, file=self.whole.name, foreign=True)

    def _new_id(self, start: str, end: str) -> str:
        number = self.count.get((start, end), 0) + 1
        identifier = numbered(start, end, number)
        while identifier in self.used:
            number += 1
            identifier = numbered(start, end, number)
        self.count[start, end] = number
        self.used.add(identifier)
        return identifier

    def _data(self, raw: RawLink, known: dict[str, Any], rest: dict[str, Scalar]) -> dict[str, Any]:
        data: dict[str, Any] = {"from": raw.start, "to": raw.end}
        direction = _direction(raw, known)
        self.whole.take_kind(raw.place, known, rest, data, LinkKind)
        if direction == "undirected":
            if (kind := data.get("kind")) not in (None, LinkKind.ASSOCIATED_WITH):
                rest[KIND_IN_FILE] = str(kind)
            data["kind"] = LinkKind.ASSOCIATED_WITH
        self._take_weight(raw.place, known, rest, data)
        stated = known.pop("direction", None)
        if stated is not None and _pointing(stated) is None:
            rest["direction"] = flattened(stated)
        self.whole.take_own(raw.place, known, rest, data, _link_takes)
        if rest:
            data["attributes"] = rest
        return data

    def _take_weight(self, place: str, known: dict[str, Any], rest: dict[str, Scalar], data: dict[str, Any]) -> None:
        strength, weight = known.pop("strength", None), known.pop("weight", None)
        numbers = [number for number in (_number(strength), _number(weight)) if number is not None]
        if strength is not None and weight is not None:
            rest["weight"] = flattened(weight)
        stated = strength if strength is not None else weight
        if stated is not None:
            number = _number(stated)
            data["strength"] = stated if number is None else abs(number) / max(1.0, self.largest)
        explicit = known.pop("sign", None)
        weighed = self._weighed_sign(numbers)
        if explicit is not None:
            data["sign"] = explicit
            if weighed is not None and (sign := _sign(explicit)) is not None and sign is not weighed:
                self.whole.warn(place, f"is {sign}, but the weight {shown(stated)} says {weighed}; the sign wins", "sign")
        elif weighed is not None:
            data["sign"] = weighed

    def _weighed_sign(self, numbers: list[float]) -> Sign | None:
        if not numbers:
            return None
        if numbers[0] == 0:
            return Sign.NONE_FOUND
        if not self.signed:
            return None
        return Sign.MINUS if min(numbers) < 0 else Sign.PLUS


def numbered(start: str, end: str, number: int) -> str:
    """The id of a link that its file gives none: its ends, and a number from the second link of the same ends on."""
    return f"{start}.{end}" if number == 1 else f"{start}.{end}#{number}"


def _direction(raw: RawLink, known: Mapping[str, Any]) -> str:
    """What the file says of the way a link points: in a column of its own, or under `type`, as some tools do."""
    return _pointing(known.get("direction")) or raw.direction


def _pointing(stated: Any) -> str | None:
    return _DIRECTIONS.get(str(stated).strip().lower())


def _recognised(fields: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Scalar]]:
    """The fields that are known, by our names, and the rest by theirs. Empty values are absent; the first name in our table wins."""
    known: dict[str, Any] = {}
    ranks: dict[str, tuple[int, str]] = {}
    rest: dict[str, Scalar] = {}
    for header, value in fields.items():
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        ours, rank = _known_name(header, names is _LINK_NAMES)
        if ours == "kind" and names is _LINK_NAMES and str(value).strip().lower() in ("directed", "undirected", "mutual"):
            ours, rank = "direction", 99
        if ours is None:
            rest[header] = flattened(value)
        elif ours not in known:
            known[ours], ranks[ours] = value, (rank, header)
        elif rank < ranks[ours][0]:
            rest[ranks[ours][1]] = flattened(known[ours])
            known[ours], ranks[ours] = value, (rank, header)
        else:
            rest[header] = flattened(value)
    return known, rest


@lru_cache(maxsize=4096)
def _known_name(header: str, is_link: bool) -> tuple[str | None, int]:  # noqa: FBT001
    names = _LINK_NAMES if is_link else _NODE_NAMES
    plain = plain_name(header)
    return names.get(plain), list(names).index(plain) if plain in names else 0


@lru_cache(maxsize=4096)
def kind_of(word: str, kinds: type[StrEnum]) -> Any | None:
    """The kind of the vocabulary that a word in a file names, whatever its case; None for none."""
    plain = re.sub(r"[ -]+", "_", word.strip().lower())
    return next((kind for kind in kinds if kind.value == plain), None)


def tidy(label: Any) -> str:
    """A label for display: stray blanks and line breaks made one blank."""
    return " ".join(str(label).split())


def flattened(value: Any) -> Scalar:
    """A value of any file as one that attributes hold: lists joined with |, objects as JSON."""
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
        return "|".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None


def _sign(value: Any) -> Sign | None:
    try:
        return decode_sign(value)
    except Refused:
        return None


def _node_takes(name: str, value: Any) -> str:
    """Why a node's field does not take a value; empty where it does."""
    return _first({"id": "n", name: value}, node_from_json)


def _link_takes(name: str, value: Any) -> str:
    return _first({"id": "l", "from": "a", "to": "b", name: value}, link_from_json)


def _first(data: Mapping[str, Any], decode: Callable[[object, str, list[Problem]], Any]) -> str:
    problems: list[Problem] = []
    decode(data, "", problems)
    return problems[0].message if problems else ""


def yielding(parts: Sequence[MapRows], known: Iterable[str] = ()) -> list[MapRows]:
    """Several files as parts of one map. Nodes that are only implied yield to rows, or to `known` nodes, that describe them; a link id
    that was made from the link's ends takes the next number where another file has it too."""
    held = [replace(part, nodes=_kept(part.nodes), links=_kept(part.links)) for part in parts]
    described = {_id(row) for part in held for row in part.nodes if not isinstance(row, ImpliedRow)} | set(known)
    used = {_id(row) for part in held for row in part.links if not isinstance(row, NumberedRow)} if len(held) > 1 else set()
    made: list[MapRows] = []
    for part in held:
        nodes = [row for row in part.nodes if not isinstance(row, ImpliedRow) or not _seen(row.data["id"], described)]
        links = [_renumbered(row, used) for row in part.links] if len(held) > 1 else part.links
        made.append(replace(part, nodes=nodes, links=links))
    return made


def _kept(rows: Iterable[Row]) -> Iterable[Row]:
    """Rows that can be gone through twice."""
    return rows if isinstance(rows, Sized) else list(rows)


def _id(row: Row) -> Any:
    data: Any = row.data  # Of a broken file it may be anything.
    identifier = data.get("id") if isinstance(data, dict) else None
    return identifier if isinstance(identifier, str | int) else None


def _seen(identifier: str, seen: set[Any]) -> bool:
    if identifier in seen:
        return True
    seen.add(identifier)
    return False


def _renumbered(row: Row, used: set[Any]) -> Row:
    if not isinstance(row, NumberedRow):
        return row
    identifier, number = row.data["id"], 1
    while identifier in used:
        number += 1
        identifier = numbered(row.data["from"], row.data["to"], number)
    used.add(identifier)
    return row if identifier == row.data["id"] else replace(row, data={**row.data, "id": identifier})

"""The links of a file from elsewhere: which way they point, what their weights say, and the ids of those that have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from loaders.codec import shown
from loaders.foreign.fields import KIND_IN_FILE, LINK_NAMES, FileFields, flattened, link_takes, recognised
from loaders.foreign.yielding import NumberedRow, numbered
from schema.kinds import LinkKind, Sign
from schema.records import Scalar
from schema.rows import Row
from schema.values import Refused, decode_sign

ID_IN_FILE = "id_in_file"
_DIRECTIONS = {
    "directed": "directed", "true": "directed", "1": "directed", "undirected": "undirected", "false": "undirected", "0": "undirected",
    "mutual": "mutual", "both": "mutual", "bidirectional": "mutual",
}  # fmt: skip


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
class LinkRows:
    """The links of a file, made into rows once all weights are known.

    `largest` is the weight that all are divided by where it is beyond 1; `signed` says whether weights tell signs in this
    file; `used` are ids that are taken, `count` the last number given to links of the same ends.
    """

    file: FileFields
    links: Sequence[RawLink]
    is_matrix: bool
    largest: float = 0.0
    signed: bool = False
    used: set[str] = field(default_factory=set)
    count: dict[tuple[str, str], int] = field(default_factory=dict)

    def made(self) -> list[Row]:
        """A row a link, two for a mutual one, in the order of the file, ids unique. O(links)."""
        read = [(raw, *recognised(raw.fields, LINK_NAMES)) for raw in self.links]
        weights = [weight for _, known, _ in read for name in ("strength", "weight") if (weight := _number(known.get(name))) is not None]
        self.largest = max(map(abs, weights), default=0.0)
        self.signed = self.is_matrix or any(weight < 0 for weight in weights)
        self.used = {raw.identifier for raw in self.links if raw.identifier}
        if self.largest > 1:
            message = f"weights reach {self.largest:g}, beyond 1: all are divided by {self.largest:g}"
            self.file.warn(self.file.name, message, "weight")
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
            self.file.warn(place, f"the link id {identifier!r} stands twice; this one is numbered, its own kept as {ID_IN_FILE}", "id")
            data = {**data, "attributes": {**data.get("attributes", {}), ID_IN_FILE: identifier}}
            identifier = None
        if identifier:
            given.add(identifier)
            return Row(place=place, data={"id": identifier, **data}, file=self.file.name, foreign=True)
        return NumberedRow(place=place, data={"id": self._new_id(raw.start, raw.end), **data}, file=self.file.name, foreign=True)

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
        self.file.take_kind(raw.place, known, rest, data, LinkKind)
        if direction == "undirected":
            if (kind := data.get("kind")) not in (None, LinkKind.ASSOCIATED_WITH):
                rest[KIND_IN_FILE] = str(kind)
            data["kind"] = LinkKind.ASSOCIATED_WITH
        self._take_weight(raw.place, known, rest, data)
        stated = known.pop("direction", None)
        if stated is not None and _pointing(stated) is None:
            rest["direction"] = flattened(stated)
        self.file.take_own(raw.place, known, rest, data, link_takes)
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
                self.file.warn(place, f"is {sign}, but the weight {shown(stated)} says {weighed}; the sign wins", "sign")
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


def _direction(raw: RawLink, known: Mapping[str, Any]) -> str:
    """What the file says of the way a link points: in a column of its own, or under `type`, as some tools do."""
    return _pointing(known.get("direction")) or raw.direction


def _pointing(stated: Any) -> str | None:
    return _DIRECTIONS.get(str(stated).strip().lower())


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

"""Records as plain JSON objects and back: the one spelling of a record, for files, stores, history and GraphQL input.

Decoding collects every problem with its place and field, and never stops at the first. Field names are those of the
map JSON; `from` and `to` are a link's ends. How one value may be spelt stands in `schema.values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from enum import StrEnum
from operator import attrgetter
from typing import Any

from schema.errors import Problem
from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, PaidFor, Status, Use
from schema.records import Claim, Link, Money, Node, Observation, Settled, Source
from schema.values import (
    Refused,
    choice_of,
    decode_attributes,
    decode_confidence,
    decode_date,
    decode_delay,
    decode_flag,
    decode_identifier,
    decode_label,
    decode_months,
    decode_number,
    decode_pence,
    decode_sign,
    decode_strength,
    decode_text,
    decode_words,
    is_level,
)

Json = dict[str, Any]


class _Shape:
    """The fields of one record: their JSON names and how each is decoded."""

    def __init__(self, record: type[Any], decoders: Mapping[str, Callable[[object], Any]], renamed: Mapping[str, str]) -> None:
        self.record = record
        self.attribute_of = {renamed.get(item.name, item.name): item.name for item in fields(record)}
        self.decoder_of = {name: decoders.get(attribute, decode_text) for name, attribute in self.attribute_of.items()}
        default_of = {item.name: item.default_factory() if item.default_factory is not MISSING else item.default for item in fields(record)}
        self.pairs = [(renamed.get(name, name), default) for name, default in default_of.items()]
        self.values_of = attrgetter(*default_of)
        self.required = [name for name, default in self.pairs if default is MISSING]

    def decode(self, data: object, place: str, problems: list[Problem]) -> Any | None:
        """The record, or None with the problems added. Absent and null fields take their defaults."""
        if not isinstance(data, Mapping):
            problems.append(Problem(place=place, message=f"must be an object with the fields of a {self.record.__name__.lower()}"))
            return None
        before = len(problems)
        values: dict[str, Any] = {}
        for name, value in data.items():
            if value is None:
                continue
            attribute = self.attribute_of.get(name)
            if attribute is None:
                near = get_close_matches(str(name), list(self.attribute_of), n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                problems.append(Problem(place=place, field=str(name), message=f"no such field{hint}"))
                continue
            decoder = self.decoder_of[name]
            try:
                values[attribute] = decoder.collect(value, f"{place}.{name}", problems) if isinstance(decoder, _Many) else decoder(value)
            except Refused as refusal:
                problems.append(Problem(place=place, field=str(name), message=str(refusal)))
        for name in self.required:
            if self.attribute_of[name] not in values and not any(p.place == place and p.field == name for p in problems[before:]):
                problems.append(Problem(place=place, field=name, message="is required"))
        if len(problems) > before and any(problem.severity == "error" for problem in problems[before:]):
            return None
        return self.record(**values)

    def encode(self, record: Any) -> Json:
        """The JSON object of a record: fields at their default are left out; order is that of the record."""
        return {
            name: _plain(value)
            for (name, default), value in zip(self.pairs, self.values_of(record), strict=True)
            if value is not None and value is not default and value != default
        }


class _Many:
    """A list of records inside another, decoded with its own places."""

    def __init__(self, shape: Callable[[], _Shape], noun: str) -> None:
        self.shape, self.noun = shape, noun

    def __call__(self, _value: object) -> Any:
        raise Refused(f"must be a list of {self.noun}")

    def collect(self, value: object, place: str, problems: list[Problem]) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise Refused(f"must be a list of {self.noun}")
        made = (self.shape().decode(item, f"{place}[{number}]", problems) for number, item in enumerate(value))
        return tuple(item for item in made if item is not None)


def _nested(shape: Callable[[], _Shape]) -> Callable[[object], Any]:
    def decode(value: object) -> Any:
        inner: list[Problem] = []
        made = shape().decode(value, "", inner)
        if inner:
            raise Refused("; ".join(f"{problem.field}: {problem.message}" if problem.field else problem.message for problem in inner))
        return made

    return decode


_AS_THEY_ARE = frozenset({str, int, bool})


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    shape = _SHAPES.get(type(value))
    return value if shape is None else shape.encode(value)


_SOURCE = _Shape(Source, {"id": decode_identifier, "title": decode_label, "attributes": decode_attributes}, {})
_SETTLED = _Shape(Settled, {"sign": decode_sign}, {})
_MONEY = _Shape(
    Money,
    {
        "pence": decode_pence,
        "low_pence": decode_pence,
        "high_pence": decode_pence,
        "flow": choice_of(FlowKind),
        "paid_for": choice_of(PaidFor),
        "ring_fenced": decode_flag,
    },
    {},
)
_OBSERVATION = _Shape(Observation, {"value": decode_number, "mark": choice_of(Mark)}, {})
_CLAIM = _Shape(
    Claim,
    {
        "id": decode_identifier,
        "basis": choice_of(Basis),
        "mark": choice_of(Mark),
        "sign": decode_sign,
        "strength": decode_strength,
        "confidence": decode_confidence,
        "route": decode_words,
        "attributes": decode_attributes,
    },
    {},
)
_CLAIMS = _Many(lambda: _CLAIM, "claims")
_OBSERVATIONS = _Many(lambda: _OBSERVATION, "observations")
_NODE = _Shape(
    Node,
    {
        "id": decode_identifier,
        "kind": choice_of(NodeKind),
        "label": decode_label,
        "better": choice_of(Better),
        "valid_from": decode_date,
        "valid_to": decode_date,
        "status": choice_of(Status),
        "decision_cycle_months": decode_months,
        "changes_within_months": decode_months,
        "controllable": decode_flag,
        "important": decode_flag,
        "vulnerable": decode_flag,
        "aliases": decode_words,
        "claims": _CLAIMS,
        "observations": _OBSERVATIONS,
        "attributes": decode_attributes,
    },
    {},
)
_LINK = _Shape(
    Link,
    {
        "id": decode_identifier,
        "start": decode_identifier,
        "end": decode_identifier,
        "kind": choice_of(LinkKind),
        "sign": decode_sign,
        "strength": decode_strength,
        "confidence": decode_confidence,
        "delay_low": decode_months,
        "delay_high": decode_months,
        "valid_from": decode_date,
        "valid_to": decode_date,
        "status": choice_of(Status),
        "settled": _nested(lambda: _SETTLED),
        "available": choice_of(Use),
        "used": choice_of(Use),
        "answered": choice_of(Use),
        "changed_anything": choice_of(Use),
        "money": _nested(lambda: _MONEY),
        "claims": _CLAIMS,
        "attributes": decode_attributes,
    },
    {"start": "from", "end": "to"},
)
_SHAPES: dict[type[Any], _Shape] = {
    Source: _SOURCE,
    Settled: _SETTLED,
    Money: _MONEY,
    Observation: _OBSERVATION,
    Claim: _CLAIM,
    Node: _NODE,
    Link: _LINK,
}
NODE_FIELDS: tuple[str, ...] = tuple(_NODE.attribute_of)
LINK_FIELDS: tuple[str, ...] = tuple(_LINK.attribute_of)
CLAIM_FIELDS: tuple[str, ...] = tuple(_CLAIM.attribute_of)
SOURCE_FIELDS: tuple[str, ...] = tuple(_SOURCE.attribute_of)


def node_from_json(data: object, place: str, problems: list[Problem]) -> Node | None:
    """A node from its object; None with problems added where it cannot be one."""
    node: Node | None = _NODE.decode(data, place, problems)
    if node is None or node.label:
        return node
    return node_with_label(node, node.id)


def node_with_label(node: Node, label: str) -> Node:
    """The same node under another label."""
    values = {item.name: getattr(node, item.name) for item in fields(Node)}
    return Node(**{**values, "label": label})


def link_from_json(data: object, place: str, problems: list[Problem]) -> Link | None:
    """A link from its object. `delay` or `delay_months` may stand for the range of the delay; a word of strength says judged."""
    if not isinstance(data, Mapping) or not {"delay", "delay_months", "strength"} & data.keys():
        link: Link | None = _LINK.decode(data, place, problems)
        return link
    plain = dict(data)
    refused = False
    for name in ("delay", "delay_months"):
        value = plain.pop(name, None)
        if value is None or "delay_low" in plain:
            continue
        try:
            plain["delay_low"], plain["delay_high"] = decode_delay(value)
        except Refused as refusal:
            problems.append(Problem(place=place, field=name, message=str(refusal)))
            refused = True
    if is_level(plain.get("strength")):
        plain.setdefault("strength_basis", "judged")
    link = _LINK.decode(plain, place, problems)
    return None if refused else link


def source_from_json(data: object, place: str, problems: list[Problem]) -> Source | None:
    """A source from its object."""
    source: Source | None = _SOURCE.decode(data, place, problems)
    return source


def observation_from_json(data: object, place: str, problems: list[Problem]) -> Observation | None:
    """An observation from its object."""
    observation: Observation | None = _OBSERVATION.decode(data, place, problems)
    return observation


def to_json(record: Node | Link | Source | Claim | Money | Observation) -> Json:
    """The JSON object of any record."""
    return _SHAPES[type(record)].encode(record)

"""Records as plain JSON objects and back: the one spelling of a record, for files, stores, history and GraphQL input.

Decoding collects every problem with its place and field, and never stops at the first. Field names are those of the
map JSON; `from` and `to` are a link's ends. A word may stand for a judged strength or a confidence, and a number of
months, a range `[low, high]`, or `"3-9"` for a delay.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from schema.errors import Problem
from schema.kinds import (
    NUMBER_OF_CONFIDENCE,
    STRENGTH_OF_LEVEL,
    Basis,
    Better,
    FlowKind,
    LinkKind,
    Mark,
    NodeKind,
    PaidFor,
    Sign,
    Status,
    Use,
)
from schema.records import Claim, Link, Money, Node, Observation, Scalar, Settled, Source

Json = dict[str, Any]
E = TypeVar("E", bound=StrEnum)

MAX_LABEL = 10_000
MAX_TEXT = 100_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")
_DELAY_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|to|–)\s*(\d+(?:\.\d+)?)\s*(?:months?)?\s*$")
DELAY_WORDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"immediate": (0, 0), "days": (0, 0), "weeks": (1, 1), "months": (1, 6), "yearly": (12, 12)}
)
SIGN_WORDS: Mapping[str, Sign] = MappingProxyType(
    {
        **dict.fromkeys(("+", "1", "+1", "positive", "plus", "pos", "same", "s"), Sign.PLUS),
        **dict.fromkeys(("-", "-1", "negative", "minus", "neg", "opposite", "o", "−", "–"), Sign.MINUS),
        **dict.fromkeys(("?", "unknown", "unclear", "ambiguous"), Sign.UNKNOWN),
        **dict.fromkeys(("0", "none", "no effect"), Sign.NONE_FOUND),
    }
)


class Refused(ValueError):
    """A value that a field cannot take; the message says what it takes."""


def _text(value: object, limit: int = MAX_TEXT) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise Refused("must be text")
    text = value.isoformat() if isinstance(value, date) else str(value)
    if len(text) > limit:
        raise Refused(f"is longer than {limit:,} characters")
    if text.isascii() and text.isprintable():
        return text
    if _SURROGATE.search(text):
        raise Refused("holds half of a character (an unpaired surrogate)")
    if _CONTROL.search(text):
        raise Refused("holds control characters; remove them")
    return text


def _label(value: object) -> str:
    return _text(value, MAX_LABEL)


def _identifier(value: object) -> str:
    text = _text(value, MAX_LABEL)
    if not text.strip():
        raise Refused("must not be empty")
    return text


def _number(value: object) -> float:
    if isinstance(value, bool):
        raise Refused("must be a number")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Refused(f"must be a number, not {value!r}") from None
    if not math.isfinite(number):
        raise Refused("must be a finite number")
    return number


def _months(value: object) -> float:
    number = _number(value)
    if number < 0:
        raise Refused("must not be negative")
    return number


def _unit(value: object, words: Mapping[Any, float], noun: str) -> float:
    if isinstance(value, str) and (known := words.get(value.strip().lower())) is not None:
        return known
    try:
        number = _number(value)
    except Refused:
        raise Refused(f"must be a number from 0 to 1 or one of {', '.join(words)}, not {value!r}") from None
    if not 0 <= number <= 1:
        raise Refused(f"is a {noun} and must lie between 0 and 1, not {value!r}")
    return number


_LEVELS: Mapping[str, float] = MappingProxyType({str(level): number for level, number in STRENGTH_OF_LEVEL.items()})
_CONFIDENCES: Mapping[str, float] = MappingProxyType({str(word): number for word, number in NUMBER_OF_CONFIDENCE.items()})


def decode_strength(value: object) -> float:
    """A strength as a number or as weak, medium or strong."""
    return _unit(value, _LEVELS, "strength")


def decode_confidence(value: object) -> float:
    """A confidence as a number or as low, medium or high."""
    return _unit(value, _CONFIDENCES, "confidence")


def decode_sign(value: object) -> Sign:
    """A sign in any of its usual spellings."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}"
    sign = SIGN_WORDS.get(str(value).strip().lower())
    if sign is None:
        raise Refused(f"must be +, -, ? or 0, not {value!r}")
    return sign


def decode_date(value: object) -> str:
    """A date, perhaps partial: 2022, 2022-06 or 2022-06-15."""
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if not _PARTIAL_DATE.match(text):
        raise Refused(f"must be a date such as 2022-06-15, 2022-06 or 2022, not {value!r}")
    parts = [int(part) for part in text.split("-")]
    try:
        date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    except ValueError:
        raise Refused(f"is not a day in the calendar: {text}") from None
    return text


def decode_delay(value: object) -> tuple[float, float]:
    """A delay in months: a number, a range, or one of the words immediate, days, weeks, months, yearly."""
    if isinstance(value, list | tuple) and len(value) == 2:
        low, high = _months(value[0]), _months(value[1])
    elif isinstance(value, str) and value.strip().lower() in DELAY_WORDS:
        low, high = DELAY_WORDS[value.strip().lower()]
    elif isinstance(value, str) and (match := _DELAY_RANGE.match(value)):
        low, high = float(match[1]), float(match[2])
    else:
        low = high = _months(value)
    if low > high:
        raise Refused(f"runs from {low:g} to {high:g} months; the lower number comes first")
    return low, high


def _choice(members: type[E]) -> Callable[[object], E]:
    noun = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", members.__name__).lower()

    def decode(value: object) -> E:
        if value is True or value is False:
            value = "yes" if value else "no"
        word = str(value).strip()
        for spelling in (word, word.lower().replace(" ", "_").replace("-", "_")):
            try:
                return members(spelling)
            except ValueError:
                continue
        near = get_close_matches(word.lower(), [str(member) for member in members], n=3)
        hint = f"; near it: {', '.join(near)}" if near else f"; known: {', '.join(members)}"
        raise Refused(f"{word!r} is not a {noun} that the vocabulary knows{hint}")

    return decode


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise Refused(f"must be true or false, not {value!r}")


def _pence(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
        return int(value)
    raise Refused("must be a whole number of pence")


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("|") if part.strip())
    if isinstance(value, list | tuple):
        return tuple(_text(item) for item in value)
    raise Refused("must be a list of texts")


def _attributes(value: object) -> Mapping[str, Scalar]:
    if not isinstance(value, Mapping):
        raise Refused("must be an object of names and plain values")
    kept: dict[str, Scalar] = {}
    for key, item in value.items():
        name = _text(key, MAX_LABEL)
        if isinstance(item, bool | int):
            kept[name] = item
        elif isinstance(item, float):
            kept[name] = _number(item)
        elif isinstance(item, str):
            kept[name] = _text(item)
        else:
            raise Refused(f"{name!r} must be text, a number or true/false")
    return MappingProxyType(kept)


class _Shape:
    """The fields of one record: their JSON names and how each is decoded."""

    def __init__(self, record: type[Any], decoders: Mapping[str, Callable[[object], Any]], renamed: Mapping[str, str]) -> None:
        self.record = record
        self.attribute_of = {renamed.get(item.name, item.name): item.name for item in fields(record)}
        self.decoder_of = {name: decoders.get(attribute, _text) for name, attribute in self.attribute_of.items()}
        default_of = {item.name: item.default_factory() if item.default_factory is not MISSING else item.default for item in fields(record)}
        self.pairs = [(renamed.get(name, name), name, default) for name, default in default_of.items()]
        self.required = [name for name, _, default in self.pairs if default is MISSING]

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
        made: Json = {}
        for name, attribute, default in self.pairs:
            value = getattr(record, attribute)
            if value is None or value is default or (default is not MISSING and value == default):
                continue
            made[name] = _plain(value)
        return made


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


_SOURCE = _Shape(Source, {"id": _identifier, "title": _label, "attributes": _attributes}, {})
_SETTLED = _Shape(Settled, {"sign": decode_sign}, {})
_MONEY = _Shape(
    Money,
    {
        "pence": _pence,
        "low_pence": _pence,
        "high_pence": _pence,
        "flow": _choice(FlowKind),
        "paid_for": _choice(PaidFor),
        "ring_fenced": _flag,
    },
    {},
)
_OBSERVATION = _Shape(Observation, {"value": _number, "mark": _choice(Mark)}, {})
_CLAIM = _Shape(
    Claim,
    {
        "id": _identifier,
        "basis": _choice(Basis),
        "mark": _choice(Mark),
        "sign": decode_sign,
        "strength": decode_strength,
        "confidence": decode_confidence,
        "route": _words,
        "attributes": _attributes,
    },
    {},
)
_CLAIMS = _Many(lambda: _CLAIM, "claims")
_OBSERVATIONS = _Many(lambda: _OBSERVATION, "observations")
_NODE = _Shape(
    Node,
    {
        "id": _identifier,
        "kind": _choice(NodeKind),
        "label": _label,
        "better": _choice(Better),
        "valid_from": decode_date,
        "valid_to": decode_date,
        "status": _choice(Status),
        "decision_cycle_months": _months,
        "changes_within_months": _months,
        "controllable": _flag,
        "important": _flag,
        "vulnerable": _flag,
        "aliases": _words,
        "claims": _CLAIMS,
        "observations": _OBSERVATIONS,
        "attributes": _attributes,
    },
    {},
)
_LINK = _Shape(
    Link,
    {
        "id": _identifier,
        "start": _identifier,
        "end": _identifier,
        "kind": _choice(LinkKind),
        "sign": decode_sign,
        "strength": decode_strength,
        "confidence": decode_confidence,
        "delay_low": _months,
        "delay_high": _months,
        "valid_from": decode_date,
        "valid_to": decode_date,
        "status": _choice(Status),
        "settled": _nested(lambda: _SETTLED),
        "available": _choice(Use),
        "used": _choice(Use),
        "answered": _choice(Use),
        "changed_anything": _choice(Use),
        "money": _nested(lambda: _MONEY),
        "claims": _CLAIMS,
        "attributes": _attributes,
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
    strength = plain.get("strength")
    if isinstance(strength, str) and strength.strip().lower() in _LEVELS:
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

"""The fields that a file from elsewhere gives its nodes and links, under our names; what is not ours is kept under its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Any

from loaders.codec import shown
from loaders.plain_csv import plain_name
from schema.errors import Problem
from schema.kinds import LinkKind, NodeKind
from schema.records import Scalar
from schema.wire import link_from_json, node_from_json

KIND_IN_FILE = "kind_in_file"
NODE_NAMES = {
    "label": "label", "nx_name": "label", "name": "label", "kind": "kind", "type": "kind",
    **{name: name for name in (
        "text", "owner", "tier", "silo", "place", "better", "unit", "valid_from", "valid_to", "instrument",
        "decision_cycle_months", "changes_within_months", "controllable", "important", "vulnerable", "aliases",
    )},
}  # fmt: skip
LINK_NAMES = {
    "kind": "kind", "type": "kind", "sign": "sign", "polarity": "sign", "strength": "strength", "weight": "weight",
    "delay_months": "delay", "delay": "delay", "confidence": "confidence", "direction": "direction", "directed": "direction",
    **{name: name for name in (
        "text", "strength_basis", "delay_low", "delay_high", "valid_from", "valid_to", "carrying", "available", "used",
        "answered", "changed_anything", "purpose", "instrument", "period",
    )},
    "label": "text",
}  # fmt: skip
_STRICT = frozenset({"label", "sign", "strength", "delay", "confidence", "valid_from", "valid_to", "delay_low", "delay_high"})


@dataclass(slots=True)
class FileFields:
    """Takes the fields of one file and collects, in its order, what has to be said of them."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    _strange: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

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

    def tell_strange_kinds(self) -> None:
        """Say of each kind that the vocabulary lacks where it first stands and how often: once a kind, not once a row."""
        for (noun, kind), (place, count) in self._strange.items():
            number = f" ({count} times)" if count > 1 else ""
            message = f"{shown(kind)} is not a {noun} kind of the vocabulary{number}; read as {_usual(noun)}, kept as {KIND_IN_FILE}"
            self.warn(place, message, "kind")


def _usual(noun: str) -> str:
    return "factor" if noun == "node" else "influences"


def recognised(fields: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Scalar]]:
    """The fields that are known, by our names, and the rest by theirs. Empty values are absent; the first name in our table wins."""
    known: dict[str, Any] = {}
    ranks: dict[str, tuple[int, str]] = {}
    rest: dict[str, Scalar] = {}
    for header, value in fields.items():
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        ours, rank = _known_name(header, names is LINK_NAMES)
        if ours == "kind" and names is LINK_NAMES and str(value).strip().lower() in ("directed", "undirected", "mutual"):
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
    names = LINK_NAMES if is_link else NODE_NAMES
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


def node_takes(name: str, value: Any) -> str:
    """Why a node's field does not take a value; empty where it does."""
    return _first({"id": "n", name: value}, node_from_json)


def link_takes(name: str, value: Any) -> str:
    """Why a link's field does not take a value; empty where it does."""
    return _first({"id": "l", "from": "a", "to": "b", name: value}, link_from_json)


def _first(data: Mapping[str, Any], decode: Callable[[object, str, list[Problem]], Any]) -> str:
    problems: list[Problem] = []
    decode(data, "", problems)
    return problems[0].message if problems else ""

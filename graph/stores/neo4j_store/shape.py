"""Records as the properties of graph elements, and back. Names tell units; what Neo4j cannot hold as such is JSON text.

A property exists only where the record says something, so `strength IS NULL` means that nobody said. Property names come
from the records' fields, never from input: what a foreign file said beside them stands as JSON under `attributes`.
Everything starts from a record's JSON object (`schema.wire`), so that a packed link need not be made first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from graph.matching import words_of
from schema.errors import Problem
from schema.records import Link, Node, Source
from schema.wire import link_from_json, node_from_json, source_from_json, to_json

Properties = dict[str, Any]

_RENAMED: Mapping[str, str] = MappingProxyType({"delay_low": "delay_low_months", "delay_high": "delay_high_months"})
_FIELD_OF: Mapping[str, str] = MappingProxyType({shown: name for name, shown in _RENAMED.items()})
_INSIDE = ("money", "settled")
"""Records inside a link, whose fields become properties with their name before them: `money_pence`."""

_FLOATS = ("strength", "confidence", "decision_cycle_months", "changes_within_months", *_RENAMED.values())
_NESTED = frozenset({*_INSIDE, "attributes", "observations"})
_ELSEWHERE = ("kind", "from", "to", "claims")
"""What the graph says by its shape: kinds by type or label, ends by the relationship's, claims by nodes of their own."""

PLACE = "map_place"
"""The property that tells where a node, link or source stands in the map's order: smaller comes first."""

_ADDED = frozenset({"kind", "words", "weight", "link", "node", "position", PLACE})
"""Properties that no record has: worked out for those who read the graph, or telling where a claim belongs."""

LONGEST_WORD = 200
"""Words in the full-text index are cut at this many letters, as the index itself would cut longer ones unevenly."""


def flat(data: Mapping[str, Any]) -> Properties:
    """The properties of a record's JSON object: what it says and no more."""
    made = {name: value for name, value in data.items() if name not in _ELSEWHERE}
    for name, shown in _RENAMED.items():
        if name in made:
            made[shown] = made.pop(name)
    for name in _FLOATS:
        if name in made:
            made[name] = float(made[name])
    for outer in _INSIDE:
        if outer in made:
            made.update({f"{outer}_{name}": _storable(value) for name, value in made.pop(outer).items()})
    if "attributes" in made:
        made["attributes"] = json.dumps(made["attributes"], ensure_ascii=False)
    if "observations" in made:
        made["observations"] = [json.dumps(item, ensure_ascii=False) for item in made["observations"]]
    return made


class Plan(NamedTuple):
    """How the values of a plain JSON object with certain names become properties: (name, property, whether a float)."""

    fields: tuple[tuple[str, str, bool], ...]

    @classmethod
    def of(cls, names: tuple[str, ...]) -> Plan | None:
        """The plan for some names in their order; None where one of them holds more than a plain value."""
        if not _NESTED.isdisjoint(names):
            return None
        shown = ((name, _RENAMED.get(name, name)) for name in names if name not in _ELSEWHERE)
        return cls(tuple((name, property_name, property_name in _FLOATS) for name, property_name in shown))


def _storable(value: Any) -> Any:
    """More than a database's whole numbers hold is kept as text, digit by digit."""
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def added_to_node(node: Node) -> Properties:
    """What the graph says of a node beside its record: its kind, and the words that search looks for."""
    texts = (node.id, node.label, *node.aliases, node.text or "")
    words = dict.fromkeys(word[:LONGEST_WORD] for text in texts for word in words_of(text))
    return {"kind": str(node.kind), "words": " ".join(words)}


def node_properties(node: Node) -> Properties:
    """The properties of a node."""
    return {**flat(to_json(node)), **added_to_node(node)}


def link_properties(data: Mapping[str, Any], sign: int, strength: float) -> Properties:
    """The properties of a link, with the signed weight that its claims come to; none where its sign is not known."""
    weight = sign * strength
    return {**flat(data), "weight": weight} if weight else flat(data)


def source_properties(source: Source) -> Properties:
    """The properties of a cited source."""
    return flat(to_json(source))


def ordered_claim(claim: dict[str, Any], position: int) -> dict[str, Any]:
    """A claim's JSON object with its position among those on its link or node. The first says none."""
    return {**claim, "position": position} if position else claim


def claim_properties(claims: Sequence[dict[str, Any]], about: str, identifier: str) -> list[Properties]:
    """The properties of the claims on a `link` or `node`: whose they are, and in which order."""
    return [{**flat(ordered_claim(claim, position)), about: identifier} for position, claim in enumerate(claims)]


# ---- and back ----------------------------------------------------------------


def deep(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object of which `flat` made some properties, less what the graph says by its shape."""
    made: dict[str, Any] = {}
    for shown, value in properties.items():
        if shown in _ADDED:
            continue
        name = _FIELD_OF.get(shown, shown)
        outer = next((outer for outer in _INSIDE if name.startswith(f"{outer}_")), None)
        if outer is not None:
            made.setdefault(outer, {})[name.removeprefix(f"{outer}_")] = value
        elif name == "attributes":
            made[name] = json.loads(value)
        elif name == "observations":
            made[name] = [json.loads(item) for item in value]
        else:
            made[name] = value
    return made


def _claims(claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [deep(claim) for claim in sorted(claims, key=lambda claim: int(claim.get("position", 0)))]


def node_of(kind: str, properties: Mapping[str, Any], claims: Sequence[Mapping[str, Any]] = ()) -> Node:
    """The node of a graph node's properties and those of its claims."""
    problems: list[Problem] = []
    node = node_from_json({**deep(properties), "kind": kind, "claims": _claims(claims)}, "graph node", problems)
    if node is None:
        raise ValueError(f"a node in the graph does not decode: {problems[0]}")
    return node


def link_of(kind: str, ends: tuple[str, str], properties: Mapping[str, Any], claims: Sequence[Mapping[str, Any]] = ()) -> Link:
    """The link of a relationship's ends, properties and those of its claims."""
    problems: list[Problem] = []
    data = {**deep(properties), "kind": kind, "from": ends[0], "to": ends[1], "claims": _claims(claims)}
    link = link_from_json(data, "graph link", problems)
    if link is None:
        raise ValueError(f"a link in the graph does not decode: {problems[0]}")
    return link


def source_of(properties: Mapping[str, Any]) -> Source:
    """The cited source of a graph node's properties."""
    problems: list[Problem] = []
    source = source_from_json(deep(properties), "graph source", problems)
    if source is None:
        raise ValueError(f"a source in the graph does not decode: {problems[0]}")
    return source

"""The map JSON, the format of record: everything that a map holds, one record a line, claims inside their link or node.

`{"format": "caremap", "version": 1, "title": ..., "nodes": [...], "links": [...], "sources": [...]}`. A map from
elsewhere that our rules do not foresee also says `"foreign": true`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from loaders.codec import VERSION, decode_text, keeps_rules, only_problem, shown, title_in
from schema.errors import Problem
from schema.kinds import LinkKind
from schema.ontology import LINK_KIND_CODE
from schema.rows import MapRows, Row
from schema.system_map import SystemMap
from schema.wire import to_json

FORMAT = "caremap"
LISTS = ("nodes", "links", "sources")
_KNOWN = {"format", "version", "title", "foreign", "revision", *LISTS}


class _Repeating(dict[str, Any]):
    """An object in which a field stands twice; `field` is the first such."""

    field: str


@dataclass(frozen=True, slots=True)
class _NoNumber:
    """NaN or Infinity, which no field takes, so that each is refused at its place."""

    word: str

    def __repr__(self) -> str:
        return f"{self.word}, which is no number in JSON"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows made as they are read, so that a million of them are never there at once. May be read again."""

    items: list[Any]
    name: str
    key: str
    foreign: bool

    def __iter__(self) -> Iterator[Row]:
        for number, item in enumerate(self.items):
            yield Row(place=f"{self.name}, {self.key}[{number}]", data=item, file=self.name, foreign=self.foreign)

    def __len__(self) -> int:
        return len(self.items)


def decode(data: bytes, name: str) -> MapRows:
    """The rows of a map JSON. Places count from 0, as in JSON paths: `map.json, links[3]`."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        return MapRows(problems=(text,))
    repeated: list[_Repeating] = []
    try:
        whole = json.loads(text, object_pairs_hook=partial(_object, repeated), parse_constant=_NoNumber)
    except json.JSONDecodeError as error:
        return only_problem(f"{name}:{error.lineno}", f"is not JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        return only_problem(name, "nests too deep to be a map")
    except ValueError as error:
        return only_problem(name, f"holds a number that is none: {error}")
    return _rows(whole, name, has_repeated=bool(repeated))


def _object(repeated: list[_Repeating], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    repeating = _Repeating(made)
    repeating.field = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    repeated.append(repeating)
    return repeating


def _repeated(whole: dict[str, Any], name: str) -> list[Problem]:
    """A problem for every object in which a field stands twice, at the record that it is in."""
    problems = []
    waiting: list[tuple[str, Any]] = [(name, whole)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, _Repeating):
            problems.append(Problem(place=place, field=value.field, message="stands twice in one object; keep one"))
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in reversed(list(inner)):
            is_record = place == name and key in LISTS and isinstance(item, list)
            waiting += reversed([(f"{name}, {key}[{number}]", each) for number, each in enumerate(item)]) if is_record else [(place, item)]
    return problems


def _rows(whole: Any, name: str, *, has_repeated: bool) -> MapRows:
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        found = whole.get("format") if isinstance(whole, dict) else None
        saying = f"says format {shown(found)}" if found is not None else f'has no "format": "{FORMAT}"'
        return only_problem(name, f"is JSON, but not a caremap map: it {saying}", "format")
    version = whole.get("version")
    if version != VERSION or isinstance(version, bool):
        return only_problem(name, f"is a map of version {shown(version)}; this caremap reads version {VERSION}", "version")
    problems = [Problem(place=name, field=key, message="no such field of a map") for key in whole if key not in _KNOWN]
    if has_repeated:
        problems += _repeated(whole, name)
    lists: dict[str, Any] = {}
    for key in LISTS:
        items = whole.get(key)
        if items is not None and not isinstance(items, list):
            problems.append(Problem(place=name, field=key, message="must be a list"))
            items = None
        lists[key] = _Rows(items or [], name, key, whole.get("foreign") is True)
    title = title_in(whole.get("title"), name, problems)
    return MapRows(**lists, problems=problems, title=title)


def pieces(system_map: SystemMap) -> Iterator[bytes]:
    """The map as JSON, one record a line, in the map's order."""
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if system_map.title:
        head["title"] = system_map.title
    if not keeps_rules(system_map):
        head["foreign"] = True
    yield f"{_dumped(head)[:-1]},\n".encode()
    yield from _listed("nodes", (_with_kind(to_json(node), str(node.kind)) for node in system_map.nodes))
    yield b",\n"
    yield from _listed("links", _link_lines(system_map))
    yield b",\n"
    yield from _listed("sources", (_dumped(to_json(source)).encode() for source in system_map.sources))
    yield b"}\n"


def _with_kind(node: dict[str, Any], kind: str) -> bytes:
    return _dumped({"id": node["id"], "kind": kind, **node}).encode()


def _link_lines(system_map: SystemMap) -> Iterator[bytes]:
    table = system_map.links
    influences = LINK_KIND_CODE[LinkKind.INFLUENCES]
    for row, kind in enumerate(table.columns.kind.tolist()):
        payload = table.payload(row)
        yield b'{"kind":"influences",' + payload[1:] if kind == influences else payload


def _listed(key: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    yield f'"{key}":['.encode()
    before = b"\n"
    for line in lines:
        yield before + line
        before = b",\n"
    yield b"]" if before == b"\n" else b"\n]"


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _dumped(value: Any) -> str:
    return _COMPACT.encode(value)

"""GraphML as plain nodes and edges with their attributes and lines, hardened: no document types, no entities, no deep nests.

Also what yEd draws and says nowhere else: the labels in its shapes, and the arrows that give an edge its direction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.codec import shown
from schema.errors import Problem

MAX_DEPTH = 100
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_LATIN = {"iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252"}


@dataclass(slots=True)
class Key:
    """A declared attribute: its name, how its text becomes a value, and the value where none is given."""

    name: str
    sort: str
    drawing: bool
    side: str = "all"
    default: str = ""


@dataclass(slots=True)
class Element:
    """A node, edge or graph while it is read."""

    tag: str
    place: str
    given: Mapping[str, str]
    data: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)
    directed: bool = True


@dataclass(slots=True)
class Document:
    """What a GraphML file holds: its elements in order, the attributes of its graph, and what was odd."""

    nodes: list[Element] = field(default_factory=list)
    edges: list[Element] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    """Takes the parser's events and fills the document."""

    name: str
    parser: Any
    document: Document
    keys: dict[str, Key] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    directed: list[bool] = field(default_factory=list)
    defaults: list[Key] = field(default_factory=list)
    key: Key | None = None
    datum: str | None = None
    text: list[str] | None = None

    def place(self) -> str:
        return f"{self.name}:{self.parser.CurrentLineNumber}"

    def warn(self, message: str, name: str) -> None:
        self.document.problems.append(Problem(place=self.place(), field=name, message=message, severity="warning"))

    def begin(self, tag: str, given: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        self.open.append(local)
        if len(self.open) > MAX_DEPTH:
            raise Refused(self.place(), f"nests more than {MAX_DEPTH} deep")
        if len(self.open) == 1 and local != "graphml":
            raise Refused(self.place(), f"is XML, but not GraphML: it begins with <{local}>")
        if local == "key" and len(self.open) == 2:
            self._begin_key(given)
        elif local == "default" and self.key is not None:
            self.text = []
        elif local == "graph":
            self.directed.append(given.get("edgedefault", "directed") != "undirected")
            self.elements.append(Element("graph", self.place(), given))
        elif local in ("node", "edge"):
            self.elements.append(Element(local, self.place(), given))
        elif local == "data":
            self.datum, self.text = given.get("key", ""), []
        elif local in ("NodeLabel", "EdgeLabel") and self.datum is not None:
            self.text = []
        elif local == "Arrows" and self.elements and self.datum is not None:
            self.elements[-1].drawn["arrows"] = f"{given.get('source', 'none')} {given.get('target', 'none')}"
        elif local == "hyperedge":
            self.warn("a hyperedge joins more than two nodes and is left out", "hyperedge")

    def _begin_key(self, given: dict[str, str]) -> None:
        drawing = "yfiles.type" in given
        self.key = Key(given.get("attr.name", given.get("id", "")), given.get("attr.type", "string"), drawing, given.get("for", "all"))
        self.keys[given.get("id", "")] = self.key

    def letters(self, text: str) -> None:
        if self.text is not None and self.open[-1] in ("data", "default", "NodeLabel", "EdgeLabel"):
            self.text.append(text)

    def end(self, _tag: str) -> None:
        local = self.open.pop()
        if local == "default" and self.key is not None:
            self.key.default, self.text = "".join(self.text or ()), None
            if self.key.default and not self.key.drawing:
                self.defaults.append(self.key)
        elif local == "key":
            self.key = None
        elif local in ("NodeLabel", "EdgeLabel") and self.elements and self.text is not None:
            label = "".join(self.text).strip()
            if label:
                self.elements[-1].drawn.setdefault("label", label)
            self.text = None
        elif local == "data":
            self._end_data()
        elif local in ("node", "edge", "graph") and self.elements:
            self._end_element(self.elements.pop())

    def _end_data(self) -> None:
        text, datum = self.text, self.datum
        self.text = self.datum = None
        if text is None or datum is None or not self.elements or self.open[-1] not in ("node", "edge", "graph"):
            return
        key = self.keys.get(datum)
        if key is None:
            key = self.keys[datum] = Key(datum, "string", drawing=False)
            self.warn(f"the attribute {shown(datum)} is declared by no <key>; read as text", datum)
        if not key.drawing:
            self.elements[-1].data[key.name] = self._typed(key, "".join(text))

    def _typed(self, key: Key, text: str) -> Any:
        plain = text.strip()
        try:
            if key.sort in ("int", "long", "integer"):
                return int(plain) if plain else None
            if key.sort in ("float", "double", "real"):
                return float(plain) if plain else None
        except ValueError:
            self.warn(f"{shown(plain)} is not of the declared type {key.sort}; read as text", key.name)
            return text
        if key.sort == "boolean" and plain.lower() in ("true", "false", "1", "0"):
            return plain.lower() in ("true", "1")
        return text

    def _end_element(self, element: Element) -> None:
        for key in self.defaults:
            if key.side in ("all", element.tag) and key.name not in element.data:
                element.data[key.name] = self._typed(key, key.default)
        if element.tag == "graph":
            if len(self.directed) == 1:
                self.document.about.update(element.data)
            self.directed.pop()
        elif element.tag == "node":
            self.document.nodes.append(element)
        else:
            element.directed = _is_directed(element, self.directed)
            self.document.edges.append(element)


class Refused(Exception):
    """What keeps a file from being read on."""

    def __init__(self, place: str, message: str) -> None:
        self.problem = Problem(place=place, message=message)
        super().__init__(message)


def _is_directed(element: Element, graphs: Sequence[bool]) -> bool:
    said = element.given.get("directed")
    return graphs[-1] if said is None and graphs else str(said).lower() != "false"


def read_graphml(text: str, name: str) -> Document:
    """The document of a text; `name` stands in places. Raises Refused where it is no GraphML that is safe to read. O(text)."""
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    reader = _Reader(name=name, parser=parser, document=Document())
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler = reader.letters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refusing(reader)
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - its only argument.
    except expat.ExpatError as error:
        what = expat.errors.messages.get(error.code, str(error))
        raise Refused(f"{name}:{error.lineno}", f"is not XML: {what} (column {error.offset + 1})") from None
    return reader.document


def as_utf8(data: bytes) -> bytes:
    """XML names its own encoding: a file that declares Latin-1 is read as that."""
    found = _DECLARED.match(data)
    if found and found[1].decode().lower() in _LATIN:
        return data.decode("cp1252", errors="replace").encode()
    return data


def _refusing(reader: _Reader) -> Callable[..., None]:
    def refuse(*_given: Any) -> None:
        raise Refused(reader.place(), "holds a document type or an entity, which is not read; take the <!DOCTYPE ...> out")

    return refuse

"""GraphML: read as networkx, igraph, Gephi and yEd write it; written so that they can read it and we lose nothing.

Our own files carry each record whole, as JSON, in an attribute named `caremap`, beside plain attributes for other tools.
Where another tool has changed a plain attribute, the change wins over what the JSON says. Files with a document type or
entities are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from loaders.codec import VERSION, decode_text, keeps_rules, link_objects, shown
from loaders.foreign import ForeignMap
from loaders.foreign.fields import flattened
from loaders.plain_graphml import Document, Element, Refused, as_utf8, read_graphml
from schema.errors import Problem
from schema.kinds import LinkKind
from schema.records import Node
from schema.rows import MapRows, Row
from schema.system_map import SystemMap
from schema.wire import to_json

OURS = "caremap"
_COMPACT = json.JSONEncoder(separators=(",", ":"))
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NODE_SHOWN = (
    "kind",
    "text",
    "owner",
    "tier",
    "silo",
    "place",
    "better",
    "unit",
    "valid_from",
    "valid_to",
    "status",
    "proposal",
    "instrument",
)
_LINK_SHOWN = ("kind", "text", "valid_from", "valid_to", "status", "proposal", "carrying", "purpose", "instrument", "period")
_LINK_NUMBERS = ("strength", "confidence", "delay_months", "weight")


def decode(data: bytes, name: str) -> MapRows:
    """The rows of a GraphML file; places are the file and the line on which a node or edge begins."""
    text = decode_text(as_utf8(data), name)
    if isinstance(text, Problem):
        return MapRows(problems=(text,))
    try:
        document = read_graphml(text, name)
    except Refused as refused:
        return MapRows(problems=(refused.problem,))
    return _rows(document, ForeignMap(name=name, problems=document.problems))


def _rows(document: Document, whole: ForeignMap) -> MapRows:
    version = document.about.pop("caremap_version", None)
    if version is not None and str(version) != str(VERSION):
        problem = Problem(
            place=whole.name, field="version", message=f"is of version {shown(version)}; this caremap reads version {VERSION}"
        )
        return MapRows(problems=(problem,))
    is_foreign = document.about.get("caremap_foreign") is True
    own_nodes: list[Row] = []
    own_links: list[Row] = []
    id_of: dict[str, str] = {}
    for element in document.nodes:
        record = _record(element, whole)
        if record is None:
            _add_node(element, whole)
            continue
        id_of[element.given.get("id", "")] = record["id"]
        own_nodes.append(Row(place=element.place, data=_edited(record, element.data, _NODE_SHOWN), file=whole.name, foreign=is_foreign))
    for element in document.edges:
        stated = [element.given.get(side, "") for side in ("source", "target")]
        ends = [id_of.get(end, end) for end in stated]
        record = _record(element, whole)
        if record is None:
            _add_link(element, ends[0], ends[1], whole)
            continue
        for side, end, now in zip(("from", "to"), stated, ends, strict=True):
            if _clean(str(record.get(side))) != end:
                record[side] = now
        own_links.append(Row(place=element.place, data=_edited(record, element.data, _LINK_SHOWN), file=whole.name, foreign=is_foreign))
    sources = _sources(document, whole)
    title = document.about.get("caremap_title")
    whole.title = str(title) if title is not None else ""
    rows = whole.rows()
    return MapRows(
        nodes=[*own_nodes, *rows.nodes], links=[*own_links, *rows.links], sources=sources, problems=rows.problems, title=rows.title
    )


def _add_node(element: Element, whole: ForeignMap) -> None:
    identifier = element.given.get("id", "")
    fields = dict(element.data)
    if (label := element.drawn.get("label")) and not str(fields.get("label", "")).strip():
        fields["label"] = label
    whole.add_node(element.place, identifier, fields)


_ARROWS = {(False, True): "directed", (True, True): "mutual", (False, False): "undirected", (True, False): "reversed"}


def _add_link(element: Element, start: str, end: str, whole: ForeignMap) -> None:
    for side, identifier in (("source", start), ("target", end)):
        if not identifier:
            whole.problems.append(Problem(place=element.place, field=side, message="is missing; an edge needs both ends"))
    if not (start and end):
        return
    fields = dict(element.data)
    if (label := element.drawn.get("label")) and "label" not in fields:
        fields["label"] = label
    direction = "directed" if element.directed else "undirected"
    if direction == "directed" and (arrows := element.drawn.get("arrows")):
        source, _, target = arrows.partition(" ")
        direction = _ARROWS[source != "none", target != "none"]
    if direction == "reversed":
        start, end, direction = end, start, "directed"
    whole.add_link(element.place, start, end, fields, identifier=element.given.get("id") or None, direction=direction)


def _record(element: Element, whole: ForeignMap) -> dict[str, Any] | None:
    """The record that an element of ours carries, or None."""
    held = element.data.get(OURS)
    if held is None:
        return None
    try:
        record = json.loads(str(held))
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        whole.warn(element.place, f"{OURS} holds no record of ours; read as a file from elsewhere", OURS)
        return None
    del element.data[OURS]
    return record


def _sources(document: Document, whole: ForeignMap) -> list[Row]:
    held = document.about.get("caremap_sources")
    if held is None:
        return []
    try:
        items = json.loads(str(held))
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        whole.problems.append(Problem(place=whole.name, field="caremap_sources", message="is not a JSON list of sources"))
        return []
    return [Row(place=f"{whole.name}, sources[{number}]", data=item, file=whole.name) for number, item in enumerate(items)]


def _edited(record: dict[str, Any], data: Mapping[str, Any], shown_fields: Iterable[str]) -> dict[str, Any]:
    """The record, with what another tool has changed in the plain attributes, and what it has added."""
    counted = record.pop("shown", {})
    before: dict[str, Any] = {name: record.get(name) for name in ("label", "attributes", *shown_fields)}
    before |= counted if isinstance(counted, dict) else {}
    for name, value in data.items():
        if value is None or name in ("id", "name", "weight"):
            continue
        if name in before and name != "attributes":
            if not _same(before[name], value):
                record[name] = value
                if name == "delay_months":
                    record["delay_low"] = record["delay_high"] = value
                    del record[name]
        elif str(value).strip():
            record["attributes"] = {**(record.get("attributes") or {}), name: flattened(value)}
    return record


def _same(before: Any, now: Any) -> bool:
    if isinstance(before, int | float) and isinstance(now, int | float):
        return abs(before - now) <= 1e-9 * max(1.0, abs(before))
    return _clean("" if before is None else str(before)) == str(now)


def pieces(system_map: SystemMap) -> Iterator[bytes]:
    """The map as GraphML, some thousand elements a piece. Node and edge ids are ours; a label and its name are the same."""
    yield _head(system_map)
    yield from _batched(_node(node) for node in system_map.nodes)
    yield from _batched(_links(system_map))
    yield b"</graph>\n</graphml>\n"


def _batched(lines: Iterable[str]) -> Iterator[bytes]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == 2000:
            yield "".join(batch).encode()
            batch.clear()
    yield "".join(batch).encode()


def _head(system_map: SystemMap) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">\n',
    ]
    for side, names in (("node", ("label", "name", *_NODE_SHOWN, OURS)), ("edge", (*_LINK_SHOWN, "sign", *_LINK_NUMBERS, OURS))):
        for name in names:
            sort = "double" if name in _LINK_NUMBERS else "string"
            lines.append(f'<key id="{side}_{name}" for="{side}" attr.name="{name}" attr.type="{sort}"/>\n')
    lines.append('<key id="drawing" for="node" yfiles.type="nodegraphics"/>\n')
    about = {"version": ("int", str(VERSION))}
    if not keeps_rules(system_map):
        about["foreign"] = ("boolean", "true")
    if system_map.title:
        about["title"] = ("string", system_map.title)
    if system_map.sources:
        about["sources"] = ("string", json.dumps([to_json(source) for source in system_map.sources]))
    lines += [f'<key id="map_{name}" for="graph" attr.name="caremap_{name}" attr.type="{sort}"/>\n' for name, (sort, _) in about.items()]
    lines.append('<graph id="map" edgedefault="directed">\n')
    lines += [f"{_datum('map', name, text)}\n" for name, (_, text) in about.items()]
    return "".join(lines).encode()


def _node(node: Node) -> str:
    record = to_json(node)
    cells = {"label": node.label, "name": node.label, **{name: record.get(name) for name in _NODE_SHOWN}, "kind": str(node.kind)}
    record["kind"] = str(node.kind)
    cells[OURS] = _COMPACT.encode(record)
    drawing = f'<data key="drawing"><y:ShapeNode><y:NodeLabel>{_escaped(node.label)}</y:NodeLabel></y:ShapeNode></data>'
    return f"<node id={_quoted(node.id)}>{_data('node', cells)}{drawing}</node>\n"


def _links(system_map: SystemMap) -> Iterator[str]:
    columns = system_map.links.columns
    numbers = zip(columns.sign.tolist(), columns.strength.tolist(), columns.confidence.tolist(), strict=True)
    for record, (sign, strength, confidence) in zip(link_objects(system_map), numbers, strict=True):
        record.setdefault("kind", LinkKind.INFLUENCES.value)
        counted: dict[str, Any] = {
            "sign": _SIGNS[sign] if strength or sign else "0",
            "strength": _rounded(strength),
            "confidence": _rounded(confidence),
        }
        if "delay_low" in record and "delay_high" in record:
            counted["delay_months"] = _rounded((record["delay_low"] + record["delay_high"]) / 2)
        cells = {**{name: record.get(name) for name in _LINK_SHOWN}, **counted, "weight": _rounded(sign * strength or strength)}
        record["shown"] = counted
        cells[OURS] = _COMPACT.encode(record)
        ends = f"source={_quoted(record['from'])} target={_quoted(record['to'])}"
        yield f"<edge id={_quoted(record['id'])} {ends}>{_data('edge', cells)}</edge>\n"


_SIGNS = {1: "+", -1: "-", 0: "?"}


def _rounded(number: float) -> float:
    return float(f"{number:.12g}")


def _data(side: str, cells: Mapping[str, Any]) -> str:
    return "".join(_datum(side, name, str(value)) for name, value in cells.items() if value is not None and value != "")


def _datum(side: str, name: str, text: str) -> str:
    return f'<data key="{side}_{name}">{_escaped(text)}</data>'


def _clean(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NO_XML.sub("", text)


def _escaped(text: str) -> str:
    return escape(_clean(text), {"\r": "&#13;"})


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))

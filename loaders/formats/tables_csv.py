"""A map as CSV tables, in a folder or zipped: nodes, links, sources, claims and observations, nothing lost.

`caremap.csv` beside them says that the tables are ours; they are then read strictly. Without it, `nodes.csv` and `links.csv`
made by hand are read as any file from elsewhere is. For machines, so no cell is guarded.

In our tables an empty cell is an absent value. Lists are joined with `|`, or are a JSON list where an item holds one;
attributes are a JSON object; money and a settled sign have columns such as `money.pence`; text of nothing is `""`.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from loaders.codec import VERSION, decode_text, keeps_rules, link_objects, only_problem, shown
from loaders.foreign import ForeignMap
from loaders.hand_tables import read_edges, read_nodes
from loaders.plain_csv import Line, read_lines, written
from schema.errors import Problem
from schema.records import Money, Observation, Settled
from schema.rows import MapRows, Row
from schema.system_map import SystemMap
from schema.wire import CLAIM_FIELDS, LINK_FIELDS, NODE_FIELDS, SOURCE_FIELDS, to_json

MARKER = "caremap.csv"
MOST_BYTES = 4_000_000_000
"""The most that a zipped map may unpack to."""
MOST_RATIO = 1_000
"""The most that a file in a zip may grow: real tables grow five- to fiftyfold."""

_NESTED = {"money": tuple(item.name for item in fields(Money)), "settled": tuple(item.name for item in fields(Settled))}
_OBSERVATION_FIELDS = tuple(item.name for item in fields(Observation))
_OUTSIDE = ("claims", "observations")
_LISTS = ("aliases", "route")


def _columns(names: Iterable[str]) -> tuple[str, ...]:
    made: list[str] = []
    for name in names:
        made += [f"{name}.{inner}" for inner in _NESTED[name]] if name in _NESTED else [name] if name not in _OUTSIDE else []
    return tuple(made)


TABLES: Mapping[str, tuple[str, ...]] = {
    "nodes": _columns(NODE_FIELDS),
    "links": _columns(LINK_FIELDS),
    "sources": _columns(SOURCE_FIELDS),
    "claims": ("of", "of_id", *CLAIM_FIELDS),
    "observations": ("node", *_OBSERVATION_FIELDS),
}
"""The columns of each table, in order. A claim is `of` a node or a link, named by `of_id`."""


def decode(data: bytes, name: str) -> MapRows:
    """The rows of a zip of tables, or of one CSV of nodes. Places are the file in the zip and its line."""
    if not data.startswith(b"PK"):
        return _by_hand({"nodes": data}, {"nodes": name}, name)
    problems: list[Problem] = []
    tables = _members(data, name, problems)
    if problems:
        return MapRows(problems=problems)
    return decode_tables(tables, name)


def decode_tables(tables: Mapping[str, bytes], name: str) -> MapRows:
    """The rows of tables by their file names."""
    by_name = {key.lower().removesuffix(".csv"): data for key, data in tables.items() if key.lower().endswith(".csv")}
    places = {key.lower().removesuffix(".csv"): f"{name}/{key}" for key in tables}
    if MARKER.removesuffix(".csv") in by_name:
        return _Ours(tables=by_name, places=places, name=name).rows()
    if "links" not in by_name and "nodes" not in by_name:
        found = ", ".join(sorted(tables)) or "nothing"
        return only_problem(name, f"holds {found}, but neither nodes.csv nor links.csv")
    return _by_hand(by_name, places, name)


def _members(data: bytes, name: str, problems: list[Problem]) -> dict[str, bytes]:
    tables: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for item in archive.infolist():
                if item.is_dir() or not item.filename.lower().endswith(".csv") or item.filename.startswith("__MACOSX"):
                    continue
                total += item.file_size
                if total > MOST_BYTES or item.file_size > MOST_RATIO * max(item.compress_size, 1_000):
                    problems.append(Problem(place=f"{name}/{item.filename}", message="unpacks to more than a map can be; not read"))
                    break
                short = item.filename.rpartition("/")[2]
                if short in tables:
                    problems.append(Problem(place=f"{name}/{item.filename}", message="stands twice in the zip; keep one"))
                tables[short] = archive.read(item)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as error:
        problems.append(Problem(place=name, message=f"is not a zip that can be read: {error}"))
    return tables


def _lines(data: bytes, place: str, problems: list[Problem]) -> list[Line]:
    text = decode_text(data, place)
    if isinstance(text, Problem):
        problems.append(text)
        return []
    return read_lines(text, place, problems)


@dataclass(slots=True, kw_only=True)
class _Ours:
    """The reading of tables that are marked as ours."""

    tables: Mapping[str, bytes]
    places: Mapping[str, str]
    name: str
    foreign: bool = False
    title: str = ""
    problems: list[Problem] = field(default_factory=list)

    def rows(self) -> MapRows:
        if not self._read_marker():
            return MapRows(problems=self.problems)
        extra = self.tables.keys() - {*TABLES, "caremap"}
        self.problems += [Problem(place=self.places[key], message="is no table of ours; leave it out") for key in sorted(extra)]
        parts: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = {"claims": {}, "observations": {}}
        placed: dict[tuple[str, str, str], str] = {}
        for table, by_owner in parts.items():
            for place, record in self._records(table):
                of = str(record.pop("of", "node")) if table == "claims" else "node"
                key = (of, str(record.pop("of_id" if table == "claims" else "node", "")))
                by_owner.setdefault(key, []).append(record)
                placed.setdefault((table, *key), place)
        lists = {table: list(self._listed(table, parts)) for table in ("nodes", "links", "sources")}
        for table, by_owner in parts.items():
            for of, owner in by_owner:
                self.problems.append(Problem(place=placed[table, of, owner], message=f"belongs to the {of} {owner!r}, which has no row"))
        return MapRows(**lists, problems=self.problems, title=self.title)

    def _read_marker(self) -> bool:
        place = self.places["caremap"]
        lines = _lines(self.tables["caremap"], place, self.problems)
        if self.problems:
            return False
        stated = dict(zip(lines[0].cells, lines[1].cells, strict=False)) if len(lines) > 1 else {}
        if stated.get("version") != str(VERSION):
            message = f"names version {shown(stated.get('version'))}; this caremap reads version {VERSION}"
            self.problems.append(Problem(place=place, field="version", message=message))
            return False
        self.foreign = stated.get("foreign") == "true"
        self.title = _unescaped(stated.get("title", ""))
        return True

    def _records(self, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if table not in self.tables:
            return
        lines = _lines(self.tables[table], self.places[table], self.problems)
        if not lines:
            return
        header = lines[0].cells
        for cell in dict.fromkeys(header):
            if cell not in TABLES[table]:
                self.problems.append(Problem(place=f"{self.places[table]}:1", field=cell, message=f"no such column of {table}"))
            elif header.count(cell) > 1:
                self.problems.append(Problem(place=f"{self.places[table]}:1", field=cell, message="two columns have this name"))
        for line in lines[1:]:
            place = f"{self.places[table]}:{line.number}"
            if len(line.cells) != len(header):
                self.problems.append(Problem(place=place, message=f"has {len(line.cells)} cells under {len(header)} headers"))
                continue
            yield place, self._record(place, zip(header, line.cells, strict=True))

    def _record(self, place: str, cells: Iterable[tuple[str, str]]) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for name, cell in cells:
            if not cell:
                continue
            try:
                value = _value(name, cell)
            except (ValueError, RecursionError) as error:
                self.problems.append(Problem(place=place, field=name, message=f"is not JSON: {error}"))
                continue
            outer, dot, inner = name.partition(".")
            if dot and outer in _NESTED:
                record.setdefault(outer, {})[inner] = value
            else:
                record[name] = value
        return record

    def _listed(self, table: str, parts: Mapping[str, dict[tuple[str, str], list[dict[str, Any]]]]) -> Iterator[Row]:
        noun = table[:-1]
        for place, record in self._records(table):
            for part, by_owner in parts.items():
                owned = by_owner.pop((noun, record.get("id", "")), None)
                if owned is not None:
                    record[part] = owned
            yield Row(place=place, data=record, file=self.name, foreign=self.foreign)


def _value(name: str, cell: str) -> Any:
    if name == "attributes":
        return json.loads(cell)
    if name in _LISTS:
        return json.loads(cell) if cell.startswith("[") else cell.split("|")
    return _unescaped(cell)


def _unescaped(cell: str) -> str:
    return cell[2:] if len(cell) > 1 and not cell.strip('"') else cell


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if name in _LISTS:
        plain = all(item and item == item.strip() and "|" not in item for item in value) and not value[0].startswith("[")
        return "|".join(value) if plain else json.dumps(value, ensure_ascii=False)
    text = value if isinstance(value, str) else repr(value)
    return text if text.strip('"') else f'""{text}'


def _by_hand(tables: Mapping[str, bytes], places: Mapping[str, str], name: str) -> MapRows:
    whole = ForeignMap(name=name)
    nodes = _lines(tables["nodes"], places["nodes"], whole.problems) if "nodes" in tables else []
    links = _lines(tables["links"], places["links"], whole.problems) if "links" in tables else []
    name_of = read_nodes(nodes, places["nodes"], whole) if nodes else None
    if links:
        read_edges(links, places["links"], whole, name_of)
    return whole.rows()


def pieces(system_map: SystemMap) -> Iterator[bytes]:
    """The map as a zip of tables; the same map always gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables_of(system_map):
            stamp = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            stamp.compress_type = zipfile.ZIP_DEFLATED
            stamp.external_attr = 0o644 << 16
            with archive.open(stamp, "w", force_zip64=True) as member:
                for piece in table:
                    member.write(piece)
    yield buffer.getvalue()


def tables_of(system_map: SystemMap) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each table's file name and its bytes, piece by piece."""
    foreign = "" if keeps_rules(system_map) else "true"
    head = [["format", "version", "foreign", "title"], ["caremap", str(VERSION), foreign, _cell("title", system_map.title or None)]]
    yield MARKER, written(head)
    yield "nodes.csv", written(_table("nodes", (to_json(node) for node in system_map.nodes)))
    yield "links.csv", written(_table("links", link_objects(system_map)))
    yield "sources.csv", written(_table("sources", (to_json(source) for source in system_map.sources)))
    yield "claims.csv", written(_table("claims", _claims(system_map)))
    yield "observations.csv", written(_table("observations", _observations(system_map)))


def _table(table: str, records: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    columns = TABLES[table]
    yield list(columns)
    plain = all("." not in name for name in columns)
    split = [(name, *name.partition(".")[::2]) for name in columns]
    for record in records:
        if plain or not any(outer in record for outer in _NESTED):
            yield [_cell(name, record[name]) if name in record else "" for name in columns]
        else:
            yield [_cell(name, (record.get(outer) or {}).get(inner) if inner else record.get(outer)) for name, outer, inner in split]


def _claims(system_map: SystemMap) -> Iterator[dict[str, Any]]:
    for of, records in (("node", (to_json(node) for node in system_map.nodes if node.claims)), ("link", link_objects(system_map))):
        for record in records:
            for claim in record.get("claims", ()):
                yield {"of": of, "of_id": record["id"], **claim}


def _observations(system_map: SystemMap) -> Iterator[dict[str, Any]]:
    for node in system_map.nodes:
        for observation in node.observations:
            yield {"node": node.id, **to_json(observation)}

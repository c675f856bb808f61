"""What every file format shares: its entry in the table of formats, text from bytes, and how a file is named in a message.

A format is one module in `loaders.formats` with `decode(data, name)`, which gives rows and never raises for what stands in
a file, and `pieces(system_map)`, which gives the bytes of a file a piece at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from schema.errors import BadInput, Problem
from schema.kinds import NodeKind
from schema.ontology import LINK_KINDS, LINK_RULES, NODE_KIND_CODE, NODE_KINDS
from schema.rows import MapRows
from schema.system_map import SystemMap

VERSION = 1
"""The version of every file layout of ours; a file that names another is refused."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SIGNATURES = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row of the table of formats.

    `suffixes` begin with a dot; the first is the usual one; files that end in `also_reads` are read and never written.
    `loses` says what a file of this format does not hold, for formats that are not lossless. `module` is imported when the
    format is first used.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    module: str
    also_reads: tuple[str, ...] = ()
    lossless: bool = False
    writes: bool = True
    loses: str = ""

    def decode(self, data: bytes, name: str) -> MapRows:
        """The rows in the bytes of a file; `name` stands in the place of each. What is wrong is a problem, never an exception."""
        rows: MapRows = import_module(self.module).decode(data, name)
        return rows

    def pieces(self, system_map: SystemMap) -> Iterator[bytes]:
        """The bytes of a file, piece by piece; the same map always gives the same bytes."""
        if not self.writes:
            raise BadInput(f"{self.title} is read, not written; choose another format than {self.name}")
        made: Callable[[SystemMap], Iterator[bytes]] = import_module(self.module).pieces
        return made(system_map)

    def encode(self, system_map: SystemMap) -> bytes:
        """The bytes of a whole file."""
        return b"".join(self.pieces(system_map))


def only_problem(place: str, message: str, field: str | None = None) -> MapRows:
    """No rows, and the one problem that says why."""
    return MapRows(problems=(Problem(place=place, message=message, field=field),))


def decode_text(data: bytes, name: str) -> str | Problem:
    """The text of a file, or what keeps its bytes from being text. Only UTF-8 is text; a byte-order mark before it is left out."""
    if not data:
        return Problem(place=name, message="is empty; give a file with nodes and links")
    for signature, encoding in _SIGNATURES:
        if data.startswith(signature):
            return Problem(place=f"{name}, byte 0", message=f"is {encoding}, not UTF-8; save it as UTF-8")
    body = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    if not body.strip():
        return Problem(place=name, message="holds nothing but blanks; give a file with nodes and links")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error.start + len(data) - len(body), name)
    found = _CONTROL.search(text)
    if found is None:
        return text
    letter, line = ord(found[0]), text.count("\n", 0, found.start()) + 1
    place = f"{name}:{line}"
    byte = len(data) - len(body) + len(text[: found.start()].encode())
    if letter == 0:
        hint = "it looks like UTF-16 without its mark; save it as UTF-8" if text.count("\x00") * 3 > len(text) else "remove it"
        return Problem(place=place, message=f"holds a NUL at byte {byte:,}; {hint}")
    return Problem(place=place, message=f"holds the control character U+{letter:04X} at byte {byte:,}; remove it")


def _not_utf8(data: bytes, byte: int, name: str) -> Problem:
    line = data.count(b"\n", 0, byte) + 1
    shown = data[byte : byte + 1].decode("cp1252", errors="replace")
    message = (
        f"is not UTF-8: byte {byte:,} is 0x{data[byte]:02X}, which would be {shown!r} in Windows-1252 (Latin-1); "
        "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
    )
    return Problem(place=f"{name}:{line}", message=message)


def title_in(value: Any, name: str, problems: list[Problem]) -> str:
    """The title that a file states, or none, with a problem, where it is no text that every format can hold."""
    if value is None:
        return ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value)
        if _CONTROL.search(text) is None and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            return text
    problems.append(Problem(place=name, field="title", message="must be text without control characters"))
    return ""


def keeps_rules(system_map: SystemMap) -> bool:
    """Whether a map keeps the rules that files of ours are judged by: which kinds a link may join, what a name may stand for.

    A map that came from elsewhere need not; its file then says `foreign`, so that it is read back as leniently as it was.
    O(links) over columns.
    """
    kinds = {node.id: node.kind for node in system_map.nodes}
    for node in system_map.nodes:
        if node.tier is not None and kinds.get(node.tier, NodeKind.TIER) is not NodeKind.TIER:
            return False
        if node.proposal is not None and kinds.get(node.proposal) is not NodeKind.PROPOSAL:
            return False
        if any(stop not in kinds for claim in node.claims for stop in claim.route):
            return False
    return _ends_fit(system_map, kinds) and _links_name_known(system_map, kinds)


def _ends_fit(system_map: SystemMap, kinds: Mapping[str, NodeKind]) -> bool:
    table = system_map.links
    if not len(table):
        return True
    codes = np.array([NODE_KIND_CODE[kinds[end]] if end in kinds else -1 for end in table.ends], dtype=np.int64)
    columns = table.columns
    joined = (columns.kind.astype(np.int64) * 64 + codes[columns.start] + 1) * 64 + codes[columns.end] + 1
    for code in np.unique(joined).tolist():
        kind, start, end = code // 4096, code // 64 % 64 - 1, code % 64 - 1
        rule = LINK_RULES[LINK_KINDS[kind]]
        if start < 0 or end < 0 or NODE_KINDS[start] not in rule.starts or NODE_KINDS[end] not in rule.ends:
            return False
    return True


def _links_name_known(system_map: SystemMap, kinds: Mapping[str, NodeKind]) -> bool:
    table = system_map.links
    for row in range(len(table)):
        payload = table.payload(row)
        if not any(word in payload for word in (b'"carrying":', b'"proposal":', b'"route":')):
            continue
        link = table[row]
        if link.carrying is not None and kinds.get(link.carrying) is not NodeKind.SIGNAL:
            return False
        if link.proposal is not None and kinds.get(link.proposal) is not NodeKind.PROPOSAL:
            return False
        if any(stop not in kinds for claim in link.claims for stop in claim.route):
            return False
    return True


def link_objects(system_map: SystemMap) -> Iterator[dict[str, Any]]:
    """The JSON object of every link, in the map's order; from a large map without making a record of each."""
    table = system_map.links
    for row in range(len(table)):
        made: dict[str, Any] = json.loads(table.payload(row))
        yield made


def shown(value: Any, most: int = 60) -> str:
    """A value as a message quotes it: short, and on one line."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."

"""One CSV alone that lists links: from, to, and perhaps a weight or sign, with a header or, in two or three columns, without.

`source` and `target`, `start` and `end`, `cause` and `effect`, `from_labels` and `to_labels` do as well, in any case and
order. A column of row numbers without a name is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loaders.codec import decode_text, link_objects, only_problem
from loaders.foreign import ForeignMap
from loaders.hand_tables import read_edges
from loaders.plain_csv import read_lines, written
from schema.errors import Problem
from schema.kinds import LinkKind
from schema.rows import MapRows
from schema.system_map import SystemMap

COLUMNS = ("id", "from", "to", "kind", "sign", "strength", "confidence", "delay_months", "from_label", "to_label")


def decode(data: bytes, name: str) -> MapRows:
    """The rows of an edge list; places are the file and its line."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        return MapRows(problems=(text,))
    whole = ForeignMap(name=name)
    lines = read_lines(text, name, whole.problems)
    if not lines:
        return MapRows(problems=whole.problems) if whole.problems else only_problem(name, "holds no rows")
    read_edges(lines, name, whole)
    return whole.rows()


def pieces(system_map: SystemMap) -> Iterator[bytes]:
    """The links as an edge list, one a row, in the map's order; for machines, so nothing is guarded."""
    yield from written(_table(system_map))


def _table(system_map: SystemMap) -> Iterator[list[str]]:
    yield list(COLUMNS)
    label_of = {node.id: node.label for node in system_map.nodes}
    columns = system_map.links.columns
    numbers = zip(columns.sign.tolist(), columns.strength.tolist(), columns.confidence.tolist(), strict=True)
    for link, (sign, strength, confidence) in zip(link_objects(system_map), numbers, strict=True):
        start, end = link["from"], link["to"]
        yield [
            link["id"], start, end, link.get("kind", LinkKind.INFLUENCES.value), _sign(link, sign, strength),
            f"{strength:.12g}", f"{confidence:.12g}", _delay(link), label_of.get(start, start), label_of.get(end, end),
        ]  # fmt: skip


_SIGNS: Mapping[int, str] = {1: "+", -1: "-"}


def _sign(link: Mapping[str, Any], sign: int, strength: float) -> str:
    stated = "sign" in link or "settled" in link or any("sign" in claim for claim in link.get("claims", ()))
    if not stated:
        return ""
    return _SIGNS.get(sign) or ("0" if strength == 0 else "?")


def _delay(link: Mapping[str, Any]) -> str:
    low, high = link.get("delay_low"), link.get("delay_high")
    if low is None or high is None:
        return ""
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"

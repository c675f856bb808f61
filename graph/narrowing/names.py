"""Names as a whole map would find them: ids, unique labels, near names, silos."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graph.narrowing.part import Part
from graph.snapshot import OWNING, Snapshot
from graph.store import MapReader
from schema.errors import UnknownName, near_names
from schema.records import Node
from schema.system_map import SystemMap


def take_named(part: Part, names: Collection[str]) -> None:
    """Take the nodes for which names stand: ids, and for a name that is no id all nodes of that label, so that one which is
    not unique stays so."""
    part.add_nodes(names)
    labels = {_label(name) for name in names if name not in part.nodes}
    if labels:
        part.add_nodes([node.id for _, node in part.reader.outlines() if _label(node.label) in labels])


def _label(text: str) -> str:
    return text.strip().lower()


def names_in(reader: MapReader, text: str) -> tuple[str, ...]:
    """The names in a comma-separated text; see `Snapshot.names_in`."""
    wanted = {text, text.strip(), *text.split(","), *(part.strip() for part in text.split(","))}
    found = [node for _, node in reader.nodes(sorted(wanted))]
    if {text, text.strip()}.isdisjoint(node.id for node in found) and (text != text.strip() or "," in text):
        found += [node for _, node in reader.outlines() if _label(node.label) == _label(text)]
    return Snapshot(SystemMap.of({node.id: node for node in found}.values())).names_in(text)


def near_names_to(reader: MapReader, unknown: UnknownName) -> UnknownName:
    """The same complaint with the names that are near on the whole map. Looks through all of them."""
    if unknown.what == "link":
        return UnknownName(unknown.name, near_names(unknown.name, reader.link_ids()), what=unknown.what)
    return UnknownName(unknown.name, Snapshot(SystemMap.of(_outlines(reader))).near(unknown.name), what=unknown.what)


def _outlines(reader: MapReader) -> list[Node]:
    return [node for _, node in sorted(reader.outlines(), key=lambda found: found[0])]


def outlined(reader: MapReader) -> Snapshot:
    """An outline of every node and the links that say who owns it: enough for owners and silos. Looks through all nodes."""
    nodes = _outlines(reader)
    owning = sorted(reader.links_at([node.id for node in nodes], OWNING, out=True), key=lambda found: found[0])
    return Snapshot(SystemMap.of(nodes, (link for _, link in owning)))


def take_silos(part: Part, names: Sequence[str]) -> None:
    """Take a node of each silo that is named, so that none is taken for unknown; and of every silo, where one is unknown,
    as the complaint names them all."""
    if not names:
        return
    part.settle()
    if set(names) <= set(part.snapshot().nodes.silos):
        return
    outlines = outlined(part.reader)
    columns = outlines.nodes
    first_of = {columns.silos[code]: outlines.node(row).id for row, code in reversed(list(enumerate(columns.silo.tolist())))}
    missing = [name for name in names if name not in first_of and name not in columns.silos]
    part.add_nodes(first_of.values() if missing else [first_of[name] for name in names if name in first_of])

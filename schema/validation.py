"""From rows to a map: every problem at once, each with its place and field, and influence links of the same ends bundled.

A row is what a loader read: an object with the fields of `schema.wire` and the place it came from. Rows of a foreign
file are judged leniently, as the semantics allow: what the vocabulary does not foresee becomes a warning, never a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from schema.bundling import claim_counts, common_sign
from schema.collector import at_rest
from schema.errors import InvalidMap, Problem, not_on_the_map
from schema.kinds import LinkKind, NodeKind, Sign
from schema.merging import bundle_key, merged
from schema.ontology import LINK_RULES
from schema.records import ChangeSet, Claim, Link, Node, Source
from schema.rows import MapRows, Row, with_observations
from schema.screening import rows_to_check
from schema.system_map import LinkTable, SystemMap, end_day, first_day
from schema.wire import link_from_json, node_from_json, source_from_json

R = TypeVar("R", Node, Link, Source)

HINTS = 100
"""How many unknown ids get near ones named in one check: looking for them reads every id of the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking found. `system_map` is None where there are errors; `stored_links` counts links before bundling."""

    system_map: SystemMap | None
    problems: tuple[Problem, ...]
    stored_nodes: int
    stored_links: int

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the rows from being a map, in the order in which it was found; warnings left out."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


@dataclass(slots=True)
class _Reading:
    """The state of one check."""

    known: Mapping[str, NodeKind]
    known_sources: frozenset[str]
    problems: list[Problem]
    kinds: dict[str, NodeKind] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    refused: set[str] = field(default_factory=set)
    hints: int = 0

    def say(self, row: Row, field_name: str | None, message: str, *, lenient: bool = False) -> None:
        severity = "warning" if lenient and row.foreign else "error"
        self.problems.append(Problem(place=row.place, field=field_name, message=message, severity=severity))

    def warn(self, row: Row, field_name: str | None, message: str) -> None:
        self.problems.append(Problem(place=row.place, field=field_name, message=message, severity="warning"))

    def kind_of(self, identifier: str) -> NodeKind | None:
        return self.kinds.get(identifier) or (None if identifier in self.gone else self.known.get(identifier))

    def is_unknown(self, identifier: str) -> bool:
        """Whether nothing says what an id is; a node that is refused for its own problems is no problem of those who name it."""
        return self.kind_of(identifier) is None and identifier not in self.refused

    def unknown(self, identifier: str) -> str:
        self.hints += 1
        return not_on_the_map(identifier, chain(self.kinds, self.known) if self.hints <= HINTS else ())


def _decoded(rows: Iterable[Row], decode: Callable[[object, str, list[Problem]], R | None], reading: _Reading) -> Iterator[tuple[Row, R]]:
    """Decode rows, dropping those with problems and those that repeat an id. The same record in two files is one."""
    seen: dict[str, tuple[Row, R]] = {}
    for row in rows:
        record = decode(row.data, row.place, reading.problems)
        if record is None:
            if decode is node_from_json and isinstance(row.data, Mapping):
                reading.refused.add(str(row.data.get("id")))
            continue
        earlier = seen.get(record.id)
        if earlier is None:
            seen[record.id] = (row, record)
            yield row, record
        elif earlier[0].file == row.file or earlier[1] != record:
            reading.say(row, "id", f"{record.id!r} stands already at {earlier[0].place}; ids must be unique")


def check_rows(rows: MapRows, known: Mapping[str, NodeKind] | None = None, known_sources: Iterable[str] = ()) -> Checked:
    """Check rows and make the map. `known` gives nodes that are already on the map that the rows will join. O(rows)."""
    with at_rest():
        return _check(rows, _Reading(known=known or {}, known_sources=frozenset(known_sources), problems=list(rows.problems)))


def _check(rows: MapRows, reading: _Reading) -> Checked:
    sources = [source for _, source in _decoded(rows.sources, source_from_json, reading)]
    described = with_observations(rows.nodes, rows.observations, reading.problems, reading.known)
    nodes = list(_decoded(described, node_from_json, reading))
    reading.kinds = {node.id: node.kind for _, node in nodes}
    source_ids = reading.known_sources | {source.id for source in sources}
    for row, node in nodes:
        _check_node(row, node, reading, source_ids)
    stored_links = 0
    bundles: dict[object, tuple[Row, list[Link]]] = {}
    for row, link in _decoded(rows.links, link_from_json, reading):
        stored_links += 1
        _check_link(row, link, reading, source_ids)
        key = bundle_key(link)
        kept = bundles.get(key)
        if kept is None:
            bundles[key] = (row, [link])
        else:
            kept[1].append(link)
    problems = tuple(reading.problems)
    if any(problem.severity == "error" for problem in problems):
        return Checked(system_map=None, problems=problems, stored_nodes=len(nodes), stored_links=stored_links)
    whole = SystemMap(
        nodes=tuple(node for _, node in nodes),
        links=LinkTable.of(
            (merged(links) for _, links in bundles.values()),
            (node.id for _, node in nodes),
            {source.id: source for source in sources},
        ),
        sources=tuple(sources),
        title=rows.title,
    )
    return Checked(system_map=whole, problems=problems, stored_nodes=len(nodes), stored_links=stored_links)


def build_map(rows: MapRows) -> SystemMap:
    """The map of the rows. Raises InvalidMap with every problem where there is an error."""
    checked = check_rows(rows)
    if checked.system_map is None:
        raise InvalidMap(checked.problems)
    return checked.system_map


def check_change(change: ChangeSet, known: Mapping[str, NodeKind], known_sources: Iterable[str] = ()) -> tuple[Problem, ...]:
    """The problems of a change against the nodes that are on the map, before it is applied. O(change)."""
    reading = _Reading(known=known, known_sources=frozenset(known_sources), problems=[], gone=frozenset(change.remove_nodes))
    reading.kinds = {node.id: node.kind for node in change.put_nodes}
    source_ids = reading.known_sources | {source.id for source in change.put_sources}
    for node in change.put_nodes:
        _check_node(Row(place=f"node {node.id}", data={}), node, reading, source_ids)
    links = change.put_links
    if isinstance(links, LinkTable) and links.is_packed:
        links = [links[row] for row in rows_to_check(links, reading.kind_of)]
    for link in links:
        _check_link(Row(place=f"link {link.id}", data={}), link, reading, source_ids)
    return tuple(reading.problems)


def _check_dates(row: Row, record: Node | Link, reading: _Reading) -> None:
    if record.valid_from and record.valid_to and first_day(record.valid_from) >= end_day(record.valid_to):
        reading.say(row, "valid_to", f"ends {record.valid_to}, not after it begins ({record.valid_from})")
    if record.proposal and record.proposal not in reading.refused and reading.kind_of(record.proposal) is not NodeKind.PROPOSAL:
        reading.say(row, "proposal", f"{record.proposal!r} is not a proposal on the map", lenient=True)


def _check_claims(row: Row, claims: Sequence[Claim], reading: _Reading, source_ids: frozenset[str]) -> None:
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            reading.say(row, "claims", f"two claims with the id {claim.id!r}; number them")
        seen.add(claim.id)
        if claim.source is not None and claim.source not in source_ids:
            reading.warn(row, "claims", f"claim {claim.id!r} names the source {claim.source!r}, which is not described under sources")
        for stop in claim.route:
            if reading.is_unknown(stop):
                reading.say(row, "claims", f"claim {claim.id!r} names a route through {reading.unknown(stop)}", lenient=True)


def _check_node(row: Row, node: Node, reading: _Reading, source_ids: frozenset[str]) -> None:
    _check_dates(row, node, reading)
    _check_claims(row, node.claims, reading, source_ids)
    for name, value, wanted in (("owner", node.owner, None), ("tier", node.tier, NodeKind.TIER), ("place", node.place, None)):
        if value is None or row.foreign:
            continue
        kind = reading.kind_of(value)
        if reading.is_unknown(value):
            reading.warn(row, name, reading.unknown(value))
        elif wanted is not None and kind not in (None, wanted):
            reading.say(row, name, f"{value!r} is a {kind}, not a {wanted}")
    for observation in node.observations:
        if observation.source not in source_ids:
            reading.warn(row, "observations", f"the source {observation.source!r} is not described under sources")


def _check_link(row: Row, link: Link, reading: _Reading, source_ids: frozenset[str]) -> None:
    _check_dates(row, link, reading)
    if link.claims:
        _check_claims(row, link.claims, reading, source_ids)
    rule = LINK_RULES[link.kind]
    start, end = reading.kind_of(link.start), reading.kind_of(link.end)
    for name, identifier in (("from", link.start), ("to", link.end)):
        if reading.is_unknown(identifier):
            reading.say(row, name, reading.unknown(identifier))
    if start is not None and start not in rule.starts:
        reading.say(row, "from", _wrong_end(link.kind, "start at", link.start, start, rule.starts), lenient=True)
    if end is not None and end not in rule.ends:
        reading.say(row, "to", _wrong_end(link.kind, "end at", link.end, end, rule.ends), lenient=True)
    if link.sign is not None and rule.default_sign is None:
        reading.warn(row, "sign", f"a {link.kind} link has no sign; {link.sign} is kept and ignored")
    if link.delay_low is not None and link.delay_high is not None and link.delay_low > link.delay_high:
        reading.say(row, "delay_low", f"is {link.delay_low:g} months, more than delay_high ({link.delay_high:g})")
    if (link.delay_low is None) != (link.delay_high is None):
        reading.say(row, "delay_low", "delay_low and delay_high belong together; give both or neither")
    carrying = link.carrying if link.carrying not in reading.refused else None
    if carrying is not None and not row.foreign and reading.kind_of(carrying) is not NodeKind.SIGNAL:
        reading.say(row, "carrying", f"{link.carrying!r} is not a signal on the map")
    _check_sign(row, link, reading)


def _wrong_end(kind: LinkKind, verb: str, identifier: str, found: NodeKind, wanted: Iterable[NodeKind]) -> str:
    return f"a {kind} link cannot {verb} {identifier!r}, a {found}; it can {verb} {', '.join(sorted(wanted))}"


def _check_sign(row: Row, link: Link, reading: _Reading) -> None:
    if link.sign is None or link.settled is not None or not any(claim.sign for claim in link.claims):
        return
    counted = [claim for claim in link.claims if claim_counts(claim)] or list(link.claims)
    common, disputed = common_sign(link, counted)
    if common is not None and common is not link.sign and not (disputed and common is Sign.UNKNOWN):
        reading.say(row, "sign", f"is {link.sign}, but its claims say {common}; mend one, or settle it with a reason")

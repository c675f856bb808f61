"""mySociety's tables of UK local authorities: the councils past and present, their other names and their codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from loaders.public.reading import Cells, Found, day, is_broken, map_rows, several, table, tidy, warning
from schema.errors import Problem
from schema.kinds import Basis, LinkKind, Mark, NodeKind
from schema.records import Claim, Link, Node, Scalar, Source
from schema.rows import MapRows
from schema.system_map import SystemMap

SOURCE = Source(
    id="mysociety-councils",
    title="UK local authorities past and current",
    publisher="mySociety",
    url="https://github.com/mysociety/uk_local_authority_names_and_codes",
    licence="CC BY 4.0",
)
CARE_TYPES = frozenset({"County", "Unitary authority", "Metropolitan district", "London borough", "City corporation"})
"""The types of English council that owe care duties."""

_COLUMNS = ("local-authority-code", "official-name", "nice-name", "gss-code", "nation", "region", "local-authority-type-name", "county-la")
_REGISTERED = (date(2005, 5, 1), date(2005, 6, 30))
"""Days in this span are those on which councils were put into an earlier register, not those on which they began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCouncil:
    """A local authority as the table has it. `county` is the code of the county council over a district."""

    code: str
    name: str
    official_name: str
    gss_code: str | None
    began_on: date | None
    ended_on: date | None
    replaced_by: tuple[str, ...]
    nation: str
    region: str
    type: str
    county: str | None
    combined_authority: str | None
    also: tuple[str, ...]
    is_current: bool

    @property
    def has_care_duties(self) -> bool:
        """Whether it is one of England's present councils with adult social care duties."""
        return self.is_current and self.nation == "England" and self.type in CARE_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCode:
    """A name or code, and the code of the council that it stands for."""

    name: str
    code: str


def councils(data: bytes, name: str) -> Found[PublicCouncil]:
    """The councils of the current or the future table, with their faults: stray blanks, broken letters, missing codes, names cut
    at their commas, and days of registration in the place of days of beginning."""
    problems: list[Problem] = []
    rows = [_council(cells, problems) for cells in table(data, name, _COLUMNS, problems)]
    counts = Counter(row.code for row in rows)
    problems += [
        Problem(place=name, message=f"{code!r} stands {count} times", field=_COLUMNS[0]) for code, count in counts.items() if count > 1
    ]
    return Found(rows=tuple(rows), problems=tuple(problems))


def _council(cells: Cells, problems: list[Problem]) -> PublicCouncil:
    place = cells.place
    official, nice = (tidy(cells[field], place, field, problems) for field in ("official-name", "nice-name"))
    also = several(cells["alt-names"])
    for other in also:
        if is_broken(other):
            problems.append(warning(place, f"{other!r} holds letters that broke between two encodings", "alt-names"))
    pieces = [piece for whole in {official, nice, *_with_comma(official)} if "," in whole for piece in several(whole)]
    cut = [other for other in also if other in pieces or other.lower() in ("city of", "county of")]
    if cut:
        problems.append(warning(place, f"{', '.join(map(repr, cut))}: pieces of one name that was cut at its commas", "alt-names"))
    if not cells["gss-code"].strip():
        problems.append(warning(place, f"{official} has no code", "gss-code"))
    return PublicCouncil(
        code=cells["local-authority-code"].strip(),
        name=nice,
        official_name=official,
        gss_code=cells["gss-code"].strip() or None,
        began_on=_beginning(cells, official, problems),
        ended_on=day(cells["end-date"], place, "end-date", problems),
        replaced_by=several(cells["replaced-by"]),
        nation=cells["nation"].strip(),
        region=cells["region"].strip(),
        type=cells["local-authority-type-name"].strip(),
        county=cells["county-la"].strip() or None,
        combined_authority=cells["combined-authority"].strip() or None,
        also=tuple(other for other in also if other not in cut),
        is_current=cells["current-authority"].strip().lower() == "true",
    )


def _with_comma(official: str) -> tuple[str, ...]:
    return (official.removesuffix(" Council"),)


def _beginning(cells: Cells, official: str, problems: list[Problem]) -> date | None:
    found = day(cells["start-date"], cells.place, "start-date", problems)
    if found is not None and _REGISTERED[0] <= found <= _REGISTERED[1]:
        message = f"{official} did not begin on {found}: that day it was put into an earlier register"
        problems.append(warning(cells.place, message, "start-date"))
        return None
    return found


def districts(rows: Iterable[PublicCouncil]) -> Mapping[str, tuple[PublicCouncil, ...]]:
    """The present district councils of England by the code of their county council."""
    found: dict[str, tuple[PublicCouncil, ...]] = {}
    for row in rows:
        if row.is_current and row.county and row.nation == "England" and row.type == "Non-metropolitan district":
            found[row.county] = (*found.get(row.county, ()), row)
    return found


def announced(
    current: Sequence[PublicCouncil], future: Sequence[PublicCouncil], expected: Iterable[str], name: str
) -> Found[PublicCouncil]:
    """The councils of the future table that the current one lacks or has otherwise, and which of those expected are not in it."""
    now = {row.code: row for row in current}
    changed = tuple(row for row in future if now.get(row.code) != row)
    there = {known for row in future for known in (row.name, row.official_name)}
    missing = [warning(name, f"does not yet hold {wanted}", "nice-name") for wanted in expected if wanted not in there]
    return Found(rows=changed, problems=tuple(missing))


def names(data: bytes, name: str) -> Found[NamedCode]:
    """Other names of councils, with the names that stand for several and those with broken letters."""
    problems: list[Problem] = []
    rows = []
    codes: dict[str, dict[str, None]] = {}
    for cells in table(data, name, ("la-name", "local-authority-code"), problems):
        given = tidy(cells["la-name"], cells.place, "la-name", problems)
        code = cells["local-authority-code"].strip()
        rows.append(NamedCode(name=given, code=code))
        codes.setdefault(given.lower(), {})[code] = None
    problems += [
        warning(name, f"{given!r} stands for {' and '.join(several_codes)}; the name alone does not tell which", "la-name")
        for given, several_codes in codes.items()
        if len(several_codes) > 1
    ]
    return Found(rows=tuple(rows), problems=tuple(problems))


def codes(data: bytes, name: str) -> Found[NamedCode]:
    """Present and former codes of areas, with the rows that have none."""
    problems: list[Problem] = []
    rows = []
    for cells in table(data, name, ("gss-code", "local-authority-code"), problems):
        if not cells["gss-code"].strip():
            problems.append(
                Problem(place=cells.place, message=f"has no code for {cells['local-authority-code']}; left out", field="gss-code")
            )
            continue
        rows.append(NamedCode(name=cells["gss-code"].strip(), code=cells["local-authority-code"].strip()))
    return Found(rows=tuple(rows), problems=tuple(problems))


def councils_map(rows: Iterable[PublicCouncil]) -> SystemMap:
    """The councils as bodies, districts part of their county council's, later ones in the place of earlier ones."""
    known = {row.code: row for row in rows}
    pairs = [(row.code, LinkKind.PART_OF, row.county) for row in known.values() if row.county]
    pairs += [(later, LinkKind.REPLACES, row.code) for row in known.values() for later in row.replaced_by]
    claim = Claim(id="mysociety", basis=Basis.STATEMENT, source=SOURCE.id, mark=Mark.PUBLISHER)
    links = [
        Link(id=f"{start}.{kind}.{end}", start=f"council-{start}", end=f"council-{end}", kind=kind, claims=(claim,))
        for start, kind, end in dict.fromkeys(pairs)
        if start in known and end in known
    ]
    return SystemMap.of(map(_node, known.values()), links, (SOURCE,), title="Councils of the United Kingdom")


def _node(row: PublicCouncil) -> Node:
    facts: dict[str, Scalar] = {"type": row.type, "nation": row.nation, "region": row.region, "is_current": row.is_current}
    return Node(
        id=f"council-{row.code}",
        kind=NodeKind.BODY,
        label=row.official_name,
        silo="local-government",
        valid_from=row.began_on.isoformat() if row.began_on else None,
        valid_to=(row.ended_on + timedelta(days=1)).isoformat() if row.ended_on else None,
        aliases=(row.name,) if row.name != row.official_name else (),
        attributes=facts | ({"code": row.gss_code} if row.gss_code else {}),
    )


def decode(data: bytes, name: str) -> MapRows:
    """The rows of the map in a table of councils, with the file's faults."""
    found = councils(data, name)
    return map_rows(councils_map(found.rows), found, name)

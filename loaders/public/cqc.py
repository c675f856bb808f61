"""The Care Quality Commission's directory of registered care, as published, and an aggregate of it by region and service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from loaders.public.reading import Cells, Found, map_rows, several, table, tidy, warning
from schema.errors import Problem
from schema.kinds import Basis, LinkKind, Mark, NodeKind
from schema.records import Claim, Link, Node, Scalar, Source
from schema.rows import MapRows
from schema.system_map import SystemMap

REGIONS: Mapping[str, str] = {"East": "East of England", "Yorkshire & Humberside": "Yorkshire and The Humber"}
"""CQC's words for regions where others use another."""

ENGLISH_REGIONS = frozenset(
    {
        "East Midlands", "East of England", "London", "North East", "North West", "South East", "South West", "West Midlands",
        "Yorkshire and The Humber",
    }
)  # fmt: skip
SOURCE = Source(
    id="cqc-directory",
    title="CQC care directory",
    publisher="Care Quality Commission",
    url="https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
    licence="OGL v3",
    standpoint="official",
)
_AGGREGATE = ("Region", "Specialisms", "ServiceTypes", "Count")
_LOCATION_ID, _PROVIDER_ID = "CQC Location ID (for office use only)", "CQC Provider ID (for office use only)"
_DIRECTORY = ("Name", "Postcode", "Service types", "Specialisms/services", "Provider name", "Region", "Location URL", _PROVIDER_ID)
_EARLIER_NAMES = {
    _LOCATION_ID: ("CQC Location (for office use only", "CQC Location (for office use only)"),
    "Local authority": ("Local Authority",),
}
"""Columns that editions before 2018 spelt otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationCount:
    """How many locations of a region have just these specialisms and services. `region` is in the words of official statistics."""

    region: str
    specialisms: tuple[str, ...]
    services: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareLocation:
    """A registered location. `council` is the name that CQC gives it."""

    id: str
    provider_id: str
    name: str
    also: str | None
    provider: str
    postcode: str
    services: tuple[str, ...]
    specialisms: tuple[str, ...]
    council: str
    region: str
    checked_on: date | None
    url: str


def aggregate(data: bytes, name: str) -> Found[LocationCount]:
    """Counts of locations by region, specialisms and services. Told are places outside England, rows that do not count, and what the
    aggregate cannot show: the locations with a blank in one of the three fields, and that a location with two services counts in both."""
    problems: list[Problem] = []
    rows = []
    for cells in table(data, name, _AGGREGATE, problems):
        count = cells["Count"].strip()
        if not count.isdecimal():
            problems.append(Problem(place=cells.place, message=f"{count!r} is no count; left out", field="Count"))
            continue
        region = _region(cells["Region"], cells.place, problems)
        services, specialisms = several(cells["ServiceTypes"], "|"), several(cells["Specialisms"], "|")
        rows.append(LocationCount(region=region, specialisms=specialisms, services=services, count=int(count)))
    if rows:
        total = sum(row.count for row in rows)
        problems.append(
            warning(name, f"{total:,} locations; those with a blank region, specialism or service were dropped by those who counted")
        )
        twice = sum(row.count for row in rows if len(row.services) > 1)
        problems.append(warning(name, f"{twice:,} locations give several services and count under each; counts by service do not add up"))
    return Found(rows=tuple(rows), problems=tuple(problems))


def _region(text: str, place: str, problems: list[Problem]) -> str:
    plain = text.strip()
    region = REGIONS.get(plain, plain)
    if region not in ENGLISH_REGIONS:
        problems.append(warning(place, f"{plain or 'blank'!r} is no region of England", "Region"))
    return region


def locations_by_region(rows: Iterable[LocationCount], services: Iterable[str]) -> Counter[str]:
    """How many locations of each region give one of the services, each location once."""
    wanted = frozenset(services)
    found: Counter[str] = Counter()
    for row in rows:
        if not wanted.isdisjoint(row.services):
            found[row.region] += row.count
    return found


def directory(data: bytes, name: str) -> Found[CareLocation]:
    """The locations of the whole directory, under its lines of title. Told are blanks, locations given twice and days that are none."""
    problems: list[Problem] = []
    rows: dict[str, CareLocation] = {}
    for cells in table(data, name, _DIRECTORY, problems):
        made = _location(cells, problems)
        if not made.id or not made.provider_id:
            problems.append(Problem(place=cells.place, message="has no id of a location or a provider; left out", field=_LOCATION_ID))
        elif made.id in rows:
            problems.append(Problem(place=cells.place, message=f"{made.id} stands in the file already; left out", field=_LOCATION_ID))
        else:
            rows[made.id] = made
            blank = [field for field, value in (("Service types", made.services), ("Specialisms/services", made.specialisms)) if not value]
            blank += [] if made.council else ["Local authority"]
            problems += [warning(cells.place, f"{made.id} leaves it blank", field) for field in blank]
    return Found(rows=tuple(rows.values()), problems=tuple(problems))


def _location(cells: Cells, problems: list[Problem]) -> CareLocation:
    return CareLocation(
        id=_cell(cells, _LOCATION_ID),
        provider_id=_cell(cells, _PROVIDER_ID),
        name=tidy(cells["Name"], cells.place, "Name", problems),
        also=cells["Also known as"].strip() or None,
        provider=tidy(cells["Provider name"], cells.place, "Provider name", problems),
        postcode=" ".join(cells["Postcode"].split()),
        services=several(cells["Service types"], "|"),
        specialisms=several(cells["Specialisms/services"], "|"),
        council=_cell(cells, "Local authority"),
        region=_region(cells["Region"], cells.place, problems),
        checked_on=_checked_on(cells, problems),
        url=cells["Location URL"].strip(),
    )


def _cell(cells: Cells, column: str) -> str:
    names = (column, *_EARLIER_NAMES.get(column, ()))
    return next((cells[given].strip() for given in names if cells[given].strip()), "")


def _checked_on(cells: Cells, problems: list[Problem]) -> date | None:
    text = cells["Date of latest check"].partition(" - ")[0].strip()
    if not text:
        return None
    for form in ("%d/%b/%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    problems.append(warning(cells.place, f"{text!r} is no day such as 09/Jan/2018; left out", "Date of latest check"))
    return None


def directory_map(rows: Iterable[CareLocation]) -> SystemMap:
    """Providers and their locations as bodies, each location part of its provider. O(locations)."""
    claim = Claim(id="cqc", basis=Basis.STATEMENT, source=SOURCE.id, mark=Mark.PUBLISHER)
    nodes: dict[str, Node] = {}
    links = []
    for row in rows:
        provider, location = f"cqc-{row.provider_id}", f"cqc-{row.id}"
        nodes.setdefault(provider, Node(id=provider, kind=NodeKind.BODY, label=row.provider, silo="provision"))
        place = location if location != provider else f"{location}-location"
        given: dict[str, Scalar] = {
            "services": "; ".join(row.services),
            "council": row.council,
            "region": row.region,
            "postcode": row.postcode,
        }
        nodes[place] = Node(
            id=place, kind=NodeKind.BODY, label=row.name, silo="provision", aliases=(row.also,) if row.also else (), attributes=given
        )
        links.append(Link(id=f"{place}.part_of.{provider}", start=place, end=provider, kind=LinkKind.PART_OF, claims=(claim,)))
    return SystemMap.of(nodes.values(), links, (SOURCE,), title="Care providers and locations registered with CQC")


def decode(data: bytes, name: str) -> MapRows:
    """The rows of the map in a whole directory, with the file's faults."""
    found = directory(data, name)
    return map_rows(directory_map(found.rows), found, name)

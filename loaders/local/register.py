"""The councils with adult social care duties, their districts and their integrated care boards, as facts with their source.

The facts stand in `loaders/content/local` as tables. They are not part of the shipped map: a council stands on a map only
where somebody makes a local one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from schema.errors import BadInput, UnknownName, near_names
from schema.records import Source

BOARDS_BEGAN = date(2022, 7, 1)
COUNTED_ON = "2024-10-02"
"""The day of the directory in which care locations were counted."""

PROVIDERS_IN_ENGLAND = 18_000
"""About how many organisations give care, as `nuffield-budget-2024` has it."""

ANY_SERVICE = "any of these"
_FILLING = re.compile(
    r"\b(london borough of|royal borough of|metropolitan|borough|district|county|city|council|corporation|mbc|of|the|and|upon|on)\b"
)


class CouncilType(StrEnum):
    """What kind of council owes care duties."""

    COUNTY = "county"
    UNITARY = "unitary"
    METROPOLITAN = "metropolitan borough"
    LONDON = "London borough"
    CITY = "city corporation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """A council with care duties. `since` is given where it began in or after 2009; `boards_2022` are ODS codes, none where
    the look-up has no row for it."""

    code: str
    register_code: str
    name: str
    official_name: str
    type: CouncilType
    region: str
    since: str | None
    also: tuple[str, ...]
    boards_2022: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the council on a map."""
        return slug(self.official_name)

    @property
    def short_name(self) -> str:
        """The name of its place, as in `Bristol`."""
        if self.type is CouncilType.CITY:
            return self.name
        return self.name.removeprefix("City of ").removesuffix(" Council")

    @property
    def layer(self) -> str:
        """The name of its local map."""
        return slug(self.short_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district council within a county council's area; `council` is the county council's code."""

    code: str
    name: str
    official_name: str
    council: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """An integrated care board, by its ODS code. Validity is half-open; `then` are the codes of what took over, several for a split."""

    ods: str
    area_code: str
    name: str
    nhs_region: str
    valid_from: str
    valid_to: str | None
    then: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the board on a map."""
        return slug(self.name.removesuffix(" Integrated Care Board")) + "-icb"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardsOnADay:
    """The boards of a council on a day: those known, those that may also serve it, and a note where something is not known here."""

    known: tuple[Board, ...]
    possible: tuple[Board, ...]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All the facts. Look-ups raise UnknownName, with near names, for a council that is not there."""

    councils: tuple[Council, ...]
    districts: tuple[District, ...]
    boards: Mapping[str, Board]
    locations: Mapping[tuple[str, str], int]
    sources: Mapping[str, Source]

    def find(self, name: str) -> Council:
        """A council by any of its names or codes, whatever the case. Raises UnknownName, or BadInput for a district."""
        wanted = name.strip()
        for key in (wanted.lower(), _plain(wanted), _core(wanted)):
            if key in _by_name(self):
                return _by_name(self)[key]
        self._refuse_district(wanted)
        spelled = [*(council.layer for council in self.councils), *(slug(other) for council in self.councils for other in council.also)]
        near = [_by_name(self).get(found.replace("-", " ")) for found in near_names(slug(wanted) or wanted, spelled)]
        raise UnknownName(name, tuple(dict.fromkeys(council.layer for council in near if council)), what="council with care duties")

    def _refuse_district(self, wanted: str) -> None:
        for district in self.districts:
            if _core(wanted) in (_core(district.name), _core(district.official_name)) or wanted.lower() == district.code.lower():
                council = next(council for council in self.councils if council.code == district.council)
                raise BadInput(f"{district.official_name} has no care duties; its county has. Ask for {council.layer}.")

    def districts_of(self, council: Council) -> tuple[District, ...]:
        """The districts of a county council, by name; none elsewhere."""
        return tuple(sorted((each for each in self.districts if each.council == council.code), key=lambda each: each.name))

    def boards_on(self, council: Council, day: date | None) -> BoardsOnADay:
        """The boards of a council on a day (None: the latest). From a board that was split, which part it fell to is not known here."""
        if day is not None and day < BOARDS_BEGAN:
            return BoardsOnADay(known=(), possible=(), note="before integrated care boards; the groups before them are not listed here")
        if not council.boards_2022:
            return BoardsOnADay(known=(), possible=(), note="not known here: the look-up of 2022 has no row for this council")
        known: dict[str, None] = {}
        possible: dict[str, None] = {}
        for code in council.boards_2022:
            board = self.boards[code]
            if not board.valid_to or (day is not None and day < date.fromisoformat(board.valid_to)):
                known[code] = None
            else:
                (known if len(board.then) == 1 else possible).update(dict.fromkeys(board.then))
        left = [code for code in possible if code not in known]
        note = "not known here which: a board of 2022 was split" if left else None
        return BoardsOnADay(known=tuple(map(self.boards.__getitem__, known)), possible=tuple(map(self.boards.__getitem__, left)), note=note)

    def locations_in(self, region: str) -> Mapping[str, int]:
        """Care locations of a region by service, with all of them once under `ANY_SERVICE`; a location may give several services."""
        return {service: count for (place, service), count in self.locations.items() if place == region}

    @property
    def councils_per_region(self) -> Mapping[str, int]:
        """How many councils each region has."""
        regions = [council.region for council in self.councils]
        return {region: regions.count(region) for region in sorted(set(regions))}


def slug(text: str) -> str:
    """An id of a name: small letters and digits with dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("&", " and ").replace("'", "")).strip("-")


def _plain(text: str) -> str:
    return slug(text).replace("-", " ")


def _core(text: str) -> str:
    """A name without the words that say what kind of council it is; the whole name where nothing else is in it."""
    return " ".join(_FILLING.sub(" ", _plain(text)).split()) or _plain(text)


@lru_cache(maxsize=4)
def _names_of(councils: tuple[Council, ...]) -> dict[str, Council]:
    """Every way to name a council. A name that two would share, once cut to its core, names neither."""
    named: dict[str, Council] = {}
    for council in councils:
        for key in (council.code.lower(), council.register_code.lower(), council.id, council.layer):
            named[key] = council
    cores: dict[str, set[str]] = {}
    for council in councils:
        for name in (council.name, council.official_name, council.short_name, council.id, council.layer, *council.also):
            named.setdefault(_plain(name), council)
            cores.setdefault(_core(name), set()).add(council.code)
    by_code = {council.code: council for council in councils}
    for core, codes in cores.items():
        if len(codes) == 1:
            named.setdefault(core, by_code[next(iter(codes))])
    return named


def _by_name(register: Register) -> dict[str, Council]:
    return _names_of(register.councils)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("loaders") / "content" / "local" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


@lru_cache(maxsize=1)
def register() -> Register:
    """The register that comes with caremap. Read once in a process."""
    councils = tuple(
        Council(
            code=row["code"],
            register_code=row["register_code"],
            name=row["name"],
            official_name=row["official_name"],
            type=CouncilType(row["type"]),
            region=row["region"],
            since=row["since"] or None,
            also=_several(row["also"]),
            boards_2022=_several(row["boards_2022"]),
        )
        for row in _rows("councils.csv")
    )
    return Register(
        councils=councils,
        districts=tuple(District(**row) for row in _rows("districts.csv")),
        boards={board.ods: board for board in map(_board, _rows("boards.csv"))},
        locations={(row["region"], row["service"]): int(row["locations"]) for row in _rows("locations.csv")},
        sources={row["id"]: _source(row) for row in _rows("sources.csv")},
    )


def _board(row: Mapping[str, str]) -> Board:
    return Board(
        ods=row["code"],
        area_code=row["area_code"],
        name=row["name"],
        nhs_region=row["nhs_region"],
        valid_from=row["from"],
        valid_to=row["to"] or None,
        then=_several(row["then"]),
    )


def _source(row: Mapping[str, str]) -> Source:
    return Source(**{name: value for name, value in row.items() if value})  # type: ignore[arg-type]

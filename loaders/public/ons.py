"""Look-ups of the Office for National Statistics for integrated care boards, and tables made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from loaders.public.mysociety import PublicCouncil
from loaders.public.reading import Cells, Found, json_of, map_rows, said_once, table, tidy, warning
from schema.errors import Problem
from schema.kinds import Basis, LinkKind, Mark, NodeKind
from schema.records import Claim, Link, Node, Source
from schema.rows import MapRows
from schema.system_map import SystemMap

SOURCE = Source(
    id="ons-boards-2022",
    title="Sub-integrated care boards to boards and NHS regions in England, July 2022",
    publisher="Office for National Statistics",
    date="2022-07",
    url="https://geoportal.statistics.gov.uk",
    licence="OGL v3",
    standpoint="official",
)
BOARDS_BEGAN = date(2022, 7, 1)
_BOARD = ("ICB22CD", "ICB22CDH", "ICB22NM", "NHSER22CD", "NHSER22NM")
_COUNCIL = "Location.Local.Authority"
_LEFT_AND_RIGHT = {", City of": "City of ", ", County of": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubBoard:
    """A part of an integrated care board, as of July 2022."""

    code: str
    ods: str
    name: str
    board_code: str
    board_ods: str
    board: str
    nhs_region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilBoard:
    """A council, by the name that the look-up gives it, and a board in which care homes of it lie. `sub_board` where told."""

    council: str
    region: str
    board_code: str
    board_ods: str
    board: str
    nhs_region: str
    sub_board: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One board that took over from another, whole or in part."""

    predecessor: str
    predecessor_name: str
    successor: str
    successor_name: str
    on: date
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardsOfCouncil:
    """A present council with the boards of 2022 that the look-up gives it, by ODS code; none where it has no row."""

    gss_code: str
    name: str
    boards: tuple[str, ...]


def sub_boards(data: bytes, name: str) -> Found[SubBoard]:
    """The official look-up of July 2022 from parts of boards to boards and NHS regions."""
    problems: list[Problem] = []
    rows = [
        SubBoard(
            code=cells["LOC22CD"],
            ods=cells["LOC22CDH"],
            name=tidy(cells["LOC22NM"], cells.place, "LOC22NM", problems),
            board_code=cells["ICB22CD"],
            board_ods=cells["ICB22CDH"],
            board=tidy(cells["ICB22NM"], cells.place, "ICB22NM", problems),
            nhs_region=cells["NHSER22NM"].strip(),
        )
        for cells in table(data, name, ("LOC22CD", "LOC22CDH", "LOC22NM", *_BOARD), problems)
    ]
    return Found(rows=tuple(rows), problems=tuple(problems))


def council_boards(data: bytes, name: str) -> Found[CouncilBoard]:
    """The look-up from councils to boards, made from the addresses of care homes; with parts of boards in its longer form."""
    problems: list[Problem] = []
    rows = tuple(_council_board(cells, problems) for cells in table(data, name, (_COUNCIL, "Location.Region", *_BOARD), problems))
    if rows:
        problems.append(
            warning(name, "was made from where care homes lie: a council without one, or with a code changed in 2022, has no row")
        )
    return Found(rows=rows, problems=tuple(problems))


def _council_board(cells: Cells, problems: list[Problem]) -> CouncilBoard:
    return CouncilBoard(
        council=tidy(cells[_COUNCIL], cells.place, _COUNCIL, problems),
        region=cells["Location.Region"].strip(),
        board_code=cells["ICB22CD"],
        board_ods=cells["ICB22CDH"],
        board=tidy(cells["ICB22NM"], cells.place, "ICB22NM", problems),
        nhs_region=cells["NHSER22NM"].strip(),
        sub_board=cells["LOC22CDH"].strip() or None,
    )


def succession(data: bytes, name: str) -> Found[Succession]:
    """Which boards took over from which. Of a board that was split, the table does not say which council went where."""
    problems: list[Problem] = []
    columns = ("predecessor_ods", "predecessor_name", "successor_ods", "successor_name", "succession_date", "succession_type")
    rows = []
    for cells in table(data, name, columns, problems):
        try:
            on = date.fromisoformat(cells["succession_date"].strip())
        except ValueError:
            message = f"{cells['succession_date']!r} is no day such as 2026-04-01; left out"
            problems.append(Problem(place=cells.place, message=message, field="succession_date"))
            continue
        rows.append(
            Succession(
                predecessor=cells["predecessor_ods"].strip(),
                predecessor_name=tidy(cells["predecessor_name"], cells.place, "predecessor_name", problems),
                successor=cells["successor_ods"].strip(),
                successor_name=tidy(cells["successor_name"], cells.place, "successor_name", problems),
                on=on,
                kind=cells["succession_type"].strip(),
            )
        )
    heirs: dict[str, dict[str, None]] = {}
    for row in rows:
        heirs.setdefault(row.predecessor, {})[row.successor] = None
    problems += [
        warning(name, f"{board} was split among {', '.join(after)}; which council went where the table does not say")
        for board, after in heirs.items()
        if len(after) > 1
    ]
    return Found(rows=tuple(rows), problems=tuple(problems))


def names_by_code(data: bytes, name: str, known: Mapping[str, str] | None = None) -> Found[tuple[str, str]]:
    """Pairs of code and name from a JSON object. With `known` names by code, codes and names that differ from them are told."""
    problems: list[Problem] = []
    value = json_of(data, name, problems)
    if not isinstance(value, dict):
        if value is not None:
            problems.append(Problem(place=name, message="is no object of names by code"))
        return Found(rows=(), problems=tuple(problems))
    rows = tuple((str(code), tidy(str(text), f"{name}, {code}", "name", problems)) for code, text in value.items())
    codes_of: dict[str, list[str]] = {}
    for code, text in (known or {}).items():
        codes_of.setdefault(text, []).append(code)
    for code, text in rows:
        if known is not None and code not in known:
            was = ", ".join(codes_of.get(text, ())) or "none"
            problems.append(warning(f"{name}, {code}", f"{text} has this code here, which the other file does not know (there: {was})"))
        elif known is not None and known[code] != text:
            problems.append(warning(f"{name}, {code}", f"is {text!r} here and {known[code]!r} in the other file"))
    return Found(rows=rows, problems=said_once(problems))


def joined(look_up: Sequence[CouncilBoard], councils: Iterable[PublicCouncil], name: str) -> Found[BoardsOfCouncil]:
    """The present councils with care duties, each with its boards, joined by name. Told are councils without a row, councils in
    several boards, names spelt otherwise and names of councils that are no more. O(rows)."""
    present = [council for council in councils if council.has_care_duties]
    by_name = {key: council for council in present for key in (council.name.lower(), council.official_name.lower())}
    boards: dict[str, dict[str, None]] = {}
    problems: list[Problem] = []
    for given in dict.fromkeys(row.council for row in look_up):
        council, spelt = _found(given, by_name)
        if council is None:
            problems.append(
                Problem(place=name, message=f"{given!r} is no present council with care duties; its rows are left out", field=_COUNCIL)
            )
            continue
        if spelt:
            problems.append(warning(name, f"{given!r} is taken to be {council.official_name}", _COUNCIL))
        boards.setdefault(council.code, {}).update({row.board_ods: None for row in look_up if row.council == given})
    rows = tuple(
        BoardsOfCouncil(gss_code=council.gss_code or "", name=council.name, boards=tuple(boards.get(council.code, ())))
        for council in present
    )
    for row in rows:
        if not row.boards:
            problems.append(warning(name, f"has no row for {row.name}; its board is not known from this file", _COUNCIL))
        elif len(row.boards) > 1:
            problems.append(warning(name, f"{row.name} lies in {len(row.boards)} boards: {', '.join(row.boards)}", _COUNCIL))
    return Found(rows=rows, problems=tuple(problems))


def _found(given: str, by_name: Mapping[str, PublicCouncil]) -> tuple[PublicCouncil | None, bool]:
    """The council of a name, and whether the name had to be turned round or read in another spelling."""
    if given.lower() in by_name:
        return by_name[given.lower()], False
    for ending, front in _LEFT_AND_RIGHT.items():
        turned = given.removesuffix(ending)
        if turned != given:
            found = by_name.get(f"{front}{turned}".lower()) or by_name.get(turned.lower())
            return found, found is not None
    longer = by_name.get(f"{given} council".lower())
    return longer, longer is not None


def boards_map(rows: Iterable[SubBoard]) -> SystemMap:
    """The boards of July 2022 as bodies, and their parts as part of them."""
    claim = Claim(id="ons", basis=Basis.STATEMENT, source=SOURCE.id, mark=Mark.PUBLISHER)
    began = BOARDS_BEGAN.isoformat()
    nodes: dict[str, Node] = {}
    links: dict[str, Link] = {}
    for row in rows:
        for identifier, code, label in ((row.board_ods, row.board_code, row.board), (row.ods, row.code, row.name)):
            body = Node(
                id=f"nhs-{identifier}",
                kind=NodeKind.BODY,
                label=label,
                silo="nhs",
                valid_from=began,
                attributes={"code": code, "nhs_region": row.nhs_region},
            )
            nodes.setdefault(body.id, body)
        if row.ods != row.board_ods:
            start, end = f"nhs-{row.ods}", f"nhs-{row.board_ods}"
            identifier = f"{start}.{LinkKind.PART_OF}.{end}"
            links[identifier] = Link(id=identifier, start=start, end=end, kind=LinkKind.PART_OF, claims=(claim,))
    return SystemMap.of(nodes.values(), links.values(), (SOURCE,), title="Integrated care boards of July 2022")


def decode(data: bytes, name: str) -> MapRows:
    """The rows of the map in the official look-up, with the file's faults."""
    found = sub_boards(data, name)
    return map_rows(boards_map(found.rows), found, name)

"""The local map of one council: what is its own, and by which links it stands for the national map's generic bodies.

A local map restates nothing that the national map holds: it names it. A correction of the national map therefore reaches
every local one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType

from loaders.local.register import ANY_SERVICE, COUNTED_ON, Board, Council, CouncilType, District, Register, slug
from schema.errors import BadInput
from schema.kinds import Basis, LinkKind, Mark, NodeKind
from schema.records import Claim, Link, Node, Observation, Scalar, Source
from schema.system_map import SystemMap

GENERIC_COUNCIL, GENERIC_DISTRICT, GENERIC_BOARD = "local-authority", "district-council", "integrated-care-board"
GENERIC_OF_TYPE: Mapping[CouncilType, str] = MappingProxyType(
    {
        CouncilType.COUNTY: "county-council",
        CouncilType.UNITARY: "unitary-authority",
        CouncilType.METROPOLITAN: "metropolitan-borough",
        CouncilType.LONDON: "london-borough",
    }
)
ONE_OF: Mapping[str, Scalar] = MappingProxyType({"as": "one_of"})
"""What a `part_of` link says where its start is one of the bodies that its end stands for (see `graph.generic`)."""

_COUNCILS, _LOOK_UP, _HISTORY, _DIRECTORY = "mysociety-councils", "icb-look-up-2022", "icb-history", "cqc-directory-2024"
_COUNCIL_TIER, _HOUSING_TIER = "council-and-nhs", "housing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMap:
    """The records of a local map, none of which the national map holds, and the name of the layer they belong to."""

    layer: str
    title: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    sources: tuple[Source, ...]


@dataclass(slots=True, kw_only=True)
class _Making:
    """A local map in the making."""

    register: Register
    national: SystemMap
    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)

    def put(self, node: Node) -> None:
        """Add a node that the national map lacks."""
        if node.id not in self.national.row_of_node:
            self.nodes.setdefault(node.id, node)

    def join(self, start: str, kind: LinkKind, end: str, source: str | None = None, **more: object) -> None:
        """Add a link whose ends stand on either map, unless the national map has it."""
        identifier = f"{start}.{'one_of' if more.get('attributes') is ONE_OF else kind}.{end}"
        there = all(name in self.nodes or name in self.national.row_of_node for name in (start, end))
        if there and identifier not in self.national.row_of_link:
            claims = (_claim(source),) if source else ()
            self.links.setdefault(identifier, Link(id=identifier, start=start, end=end, kind=kind, claims=claims, **more))  # type: ignore[arg-type]

    def tier(self, name: str) -> str | None:
        """A lane of the national map, where it has it."""
        return name if name in self.national.row_of_node else None


def local_map(council: Council, register: Register, national: SystemMap) -> LocalMap:
    """The local map of a council over a national map. Raises BadInput where that one has no generic council to stand for."""
    if GENERIC_COUNCIL not in national.row_of_node:
        raise BadInput(
            f"This map has no {GENERIC_COUNCIL!r}, which {council.official_name} is one of; a local map stands over the map that comes"
            " with caremap. Ask without --store, or load `--map shipped` exported to a file."
        )
    making = _Making(register=register, national=national)
    _put_council(making, council)
    for district in register.districts_of(council):
        _put_district(making, council, district)
    _put_boards(making, council)
    _put_locations(making, council)
    _put_places_spoken_of(making, council)
    cited = dict.fromkeys(_cited(making))
    return LocalMap(
        layer=council.layer,
        title=f"{council.official_name} over {national.title or 'the national map'}",
        nodes=tuple(making.nodes.values()),
        links=tuple(making.links.values()),
        sources=tuple(register.sources[name] for name in cited if name not in national.source_of),
    )


def _claim(source: str) -> Claim:
    mark = Mark.DERIVED if source in (_LOOK_UP, _DIRECTORY) else Mark.SECONDARY
    return Claim(id=source, basis=Basis.STATEMENT, source=source, mark=mark)


def _area_id(name: str) -> str:
    return f"area-{slug(name)}"


def _put_council(making: _Making, council: Council) -> None:
    facts: dict[str, Scalar] = {"code": council.code, "council_type": str(council.type), "region": council.region}
    making.put(
        Node(
            id=council.id,
            kind=NodeKind.BODY,
            label=council.official_name,
            tier=making.tier(_COUNCIL_TIER),
            silo="local-government",
            valid_from=council.since,
            aliases=tuple(dict.fromkeys(other for other in (council.name, *council.also) if other != council.official_name)),
            attributes=facts,
        )
    )
    area, region = _area_id(council.short_name), _area_id(council.region)
    making.put(Node(id=region, kind=NodeKind.AREA, label=f"{council.region} (region)", aliases=(council.region,)))
    making.put(Node(id=area, kind=NodeKind.AREA, label=council.short_name, aliases=_place_names(council), attributes=facts))
    making.join(area, LinkKind.PART_OF, region, _COUNCILS)
    making.join(council.id, LinkKind.COVERS, area, _COUNCILS)
    making.join(council.id, LinkKind.SITS_IN, _COUNCIL_TIER)
    sort = GENERIC_OF_TYPE.get(council.type)
    if sort is not None:
        making.join(council.id, LinkKind.PART_OF, sort, _COUNCILS)
    making.join(council.id, LinkKind.PART_OF, GENERIC_COUNCIL, _COUNCILS, attributes=ONE_OF)


def _place_names(council: Council) -> tuple[str, ...]:
    """What a claim may call the council's place, besides its short name."""
    return tuple(dict.fromkeys(name for name in (council.name, council.official_name, *council.also) if name != council.short_name))


def _put_district(making: _Making, council: Council, district: District) -> None:
    identifier, area = slug(district.official_name), _area_id(f"{district.name} district")
    facts: dict[str, Scalar] = {"code": district.code}
    making.put(
        Node(
            id=identifier,
            kind=NodeKind.BODY,
            label=district.official_name,
            tier=making.tier(_HOUSING_TIER),
            silo="housing",
            attributes=facts,
        )
    )
    making.put(Node(id=area, kind=NodeKind.AREA, label=f"{district.name} (district)", aliases=(district.name,), attributes=facts))
    making.join(area, LinkKind.PART_OF, _area_id(council.short_name), _COUNCILS)
    making.join(identifier, LinkKind.COVERS, area, _COUNCILS)
    making.join(identifier, LinkKind.SITS_IN, _HOUSING_TIER)
    making.join(identifier, LinkKind.PART_OF, GENERIC_DISTRICT, _COUNCILS, attributes=ONE_OF)


def _put_boards(making: _Making, council: Council) -> None:
    """The boards since 2022, each with its dates, so that every day shows its own; a gap where one is not known here."""
    area = _area_id(council.short_name)
    if not council.boards_2022:
        _put_gap(making, council, None, "The look-up of 2022 has no row for this council.")
        return
    for code in council.boards_2022:
        board = making.register.boards[code]
        _put_board(making, board)
        making.join(board.id, LinkKind.COVERS, area, _LOOK_UP)
        heirs = [making.register.boards[heir] for heir in board.then]
        if len(heirs) == 1:
            _put_board(making, heirs[0])
            making.join(heirs[0].id, LinkKind.COVERS, area, _LOOK_UP)
            if not heirs[0].area_code:
                making.join(heirs[0].id, LinkKind.REPLACES, board.id, _HISTORY)
    today = making.register.boards_on(council, None)
    if today.possible:
        names = ", ".join(board.name for board in today.possible)
        _put_gap(making, council, today.possible[0], f"A board of 2022 was split on 1 April 2026; part of its area went to {names}.")


def _put_board(making: _Making, board: Board) -> None:
    making.put(
        Node(
            id=board.id,
            kind=NodeKind.BODY,
            label=board.name,
            tier=making.tier(_COUNCIL_TIER),
            silo="nhs",
            valid_from=board.valid_from,
            valid_to=board.valid_to,
            attributes={"ods": board.ods, **({"code": board.area_code} if board.area_code else {})},
        )
    )
    making.join(board.id, LinkKind.SITS_IN, _COUNCIL_TIER)
    making.join(board.id, LinkKind.PART_OF, GENERIC_BOARD, _LOOK_UP if board.area_code else _HISTORY, attributes=ONE_OF)


def _put_gap(making: _Making, council: Council, board: Board | None, why: str) -> None:
    gap = f"gap-boards-of-{council.layer}"
    making.put(
        Node(
            id=gap,
            kind=NodeKind.GAP,
            label=f"Which integrated care board serves {council.short_name}",
            valid_from=board.valid_from if board is not None else "2022-07-01",
            text=f"Not known here. {why}",
            claims=(_claim(_HISTORY if board is not None else _LOOK_UP),),
        )
    )
    making.join(gap, LinkKind.ASSOCIATED_WITH, _area_id(council.short_name))


def _put_locations(making: _Making, council: Council) -> None:
    """The counts of the region: of a single council they are not known here."""
    counts = making.register.locations_in(council.region)
    factor = f"care-locations-in-{slug(council.region)}"
    making.put(
        Node(
            id=factor,
            label=f"Care locations in {council.region}",
            unit="locations",
            text="Counted for the region; how many of them lie with one council, and how many providers run them, is not known here.",
            observations=tuple(
                Observation(
                    series=service.capitalize(),
                    period=COUNTED_ON,
                    value=count,
                    unit="locations",
                    source=_DIRECTORY,
                    mark=Mark.DERIVED,
                    note="Each location once." if service == ANY_SERVICE else None,
                )
                for service, count in counts.items()
            ),
        )
    )
    making.join(factor, LinkKind.ASSOCIATED_WITH, _area_id(council.region), _DIRECTORY)


def _put_places_spoken_of(making: _Making, council: Council) -> None:
    """The other places of the register of which the national map's claims were made, so that a claim about one of them can be
    told from a claim about this council."""
    spoken = {claim.where for thing in (*making.national.nodes, *making.national.links) for claim in thing.claims if claim.where}
    for other in making.register.councils:
        names = {other.short_name, *_place_names(other)}
        if other.code != council.code and not spoken.isdisjoint(names):
            area = _area_id(other.short_name)
            text = "Named since the national map holds claims about it, which are not about other places."
            making.put(Node(id=area, kind=NodeKind.AREA, label=other.short_name, aliases=_place_names(other), text=text))


def _cited(making: _Making) -> Iterator[str]:
    claims = chain.from_iterable(thing.claims for thing in chain[Node | Link](making.nodes.values(), making.links.values()))
    yield from (claim.source for claim in claims if claim.source)
    for node in making.nodes.values():
        yield from (observation.source for observation in node.observations)

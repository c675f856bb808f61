"""A synthetic map at any scale: the same scale and seed always give the same map, and everything on it says that it is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType

import numpy as np

from loaders.local.register import Register
from loaders.synth.places import Places, Rows, places, rivals
from loaders.synth.shape import Scale, Shape, shape_of
from loaders.synth.stamping import SOURCE_ID, Sort, StampedLinks
from schema.kinds import STRENGTH_OF_LEVEL, Better, LinkKind, NodeKind, Sign
from schema.records import Node, Scalar, Source
from schema.system_map import SystemMap

SYNTHETIC: Mapping[str, Scalar] = MappingProxyType({"synthetic": True})
"""The attribute of every node of a synthetic map."""

MOMENT = "syn-moment-of-interaction"
RIVALS = 3
_TIERS = ("syn-people", "syn-care", "syn-council-and-nhs", "syn-government")
_PEOPLE, _CARE, _COUNCIL, _GOVERNMENT = _TIERS
_DECISIONS = ("wage-floor", "visa-route", "council-grants", "employer-tax", "eligibility", "charging")
_AT_COUNCILS = ("fee-paid", "budget", "people-to-hire", "waits", "prevention", "moments")
_AT_PROVIDERS = ("viability", "vacancies")
_AT_LOCATIONS = ("staffing", "moment")
_LESS_IS_BETTER = frozenset({"vacancies", "waits"})
_DELAYS: tuple[tuple[float | None, float | None], ...] = ((0, 0), (1, 1), (1, 6), (12, 12), (None, None))

Ids = Sequence[str]


def synthetic_map(scale: Scale, seed: int, register: Register) -> SystemMap:
    """An invented map of a scale, drawn by a seed (NumPy's PCG64). O(links), which are streamed into columns."""
    shape = shape_of(scale, register)
    draw = np.random.Generator(np.random.PCG64(seed))
    where = places(shape, draw)
    nodes = tuple(_nodes(shape, where))
    links = StampedLinks(node.id for node in nodes)
    names = _Names(shape)
    _put_structure(links, names, where)
    _put_dealings(links, names, where)
    _put_factors(links, names, where)
    _put_influences(links, names, where, _Sorts(draw), draw)
    return SystemMap(
        nodes=nodes, links=links.done(), sources=(_source(scale, seed),), title=f"Synthetic map, {scale}, seed {seed}: invented"
    )


def _source(scale: Scale, seed: int) -> Source:
    return Source(
        id=SOURCE_ID,
        title=f"Synthetic map, {scale}, seed {seed}: nothing in it was observed",
        publisher="caremap",
        standpoint="invented",
        note="Councils, boards, providers and locations are as many as in England or a part of it; names and links are drawn at random.",
        attributes=SYNTHETIC,
    )


class _Names:
    """The ids of everything, in order."""

    def __init__(self, shape: Shape) -> None:
        self.regions = _numbered("syn-region", len(shape.regions), 2)
        self.councils = _numbered("syn-council", shape.councils, 3)
        self.areas = _numbered("syn-area", shape.councils, 3)
        self.boards = _numbered("syn-board", shape.boards, 2)
        self.providers = _numbered("syn-provider", shape.providers, 5)
        self.locations = _numbered("syn-location", shape.locations, 5)
        self.decisions = [f"syn-decision-{name}" for name in _DECISIONS]
        self.council_decisions = [f"{council}-sets-fees" for council in self.councils]


def _numbered(prefix: str, count: int, digits: int) -> list[str]:
    return [f"{prefix}-{number:0{digits}}" for number in range(1, count + 1)]


def _at(ids: Ids, rows: Rows) -> list[str]:
    return [ids[row] for row in rows.tolist()]


def _of(ids: Ids, factor: str) -> list[str]:
    return [f"{identifier}-{factor}" for identifier in ids]


# ---- nodes -------------------------------------------------------------------


def _nodes(shape: Shape, where: Places) -> Iterator[Node]:
    names = _Names(shape)
    for tier in _TIERS:
        yield Node(id=tier, kind=NodeKind.TIER, label=_label(tier), attributes=SYNTHETIC)
    yield _body("syn-department", _GOVERNMENT, "government")
    yield _body("syn-regulator", _GOVERNMENT, "regulation")
    yield Node(id="syn-people-who-draw-on-care", kind=NodeKind.PEOPLE, label=_label("syn-people-who-draw-on-care"), attributes=SYNTHETIC)
    yield Node(id=MOMENT, label=_label(MOMENT), tier=_PEOPLE, better=Better.MORE, attributes=SYNTHETIC)
    for decision in names.decisions:
        yield Node(id=decision, kind=NodeKind.DECISION, label=_label(decision), owner="syn-department", attributes=SYNTHETIC)
    for identifier, region in zip(names.regions, shape.regions, strict=True):
        yield Node(id=identifier, kind=NodeKind.AREA, label=f"Synthetic area as large as {region.name}", attributes=SYNTHETIC)
    for area in names.areas:
        yield Node(id=area, kind=NodeKind.AREA, label=_label(area), attributes=SYNTHETIC)
    for board in names.boards:
        yield _body(board, _COUNCIL, "nhs")
    for council, decision in zip(names.councils, names.council_decisions, strict=True):
        yield _body(council, _COUNCIL, "local-government")
        yield Node(id=decision, kind=NodeKind.DECISION, label=_label(decision), owner=council, tier=_COUNCIL, attributes=SYNTHETIC)
        yield from (_factor(council, name, _COUNCIL) for name in _AT_COUNCILS)
    for provider in names.providers:
        yield _body(provider, _CARE, "provision")
        yield from (_factor(provider, name, _CARE) for name in _AT_PROVIDERS)
    by_service: dict[str, dict[str, Scalar]] = {
        service: {"synthetic": True, "service": service} for service in sorted(set(where.location_service))
    }
    for location, service in zip(names.locations, where.location_service, strict=True):
        yield Node(
            id=location,
            kind=NodeKind.BODY,
            label=_label(location),
            tier=_CARE,
            silo="provision",
            attributes=MappingProxyType(by_service[service]),
        )
        yield from (_factor(location, name, _CARE) for name in _AT_LOCATIONS)


def _label(identifier: str) -> str:
    return f"Synthetic {identifier.removeprefix('syn-').replace('-', ' ')}"


def _body(identifier: str, tier: str, silo: str) -> Node:
    return Node(id=identifier, kind=NodeKind.BODY, label=_label(identifier), tier=tier, silo=silo, attributes=SYNTHETIC)


def _factor(place: str, name: str, tier: str) -> Node:
    better = Better.LESS if name in _LESS_IS_BETTER else Better.MORE
    identifier = f"{place}-{name}"
    return Node(id=identifier, label=_label(identifier), tier=tier, place=place, better=better, attributes=SYNTHETIC)


# ---- links -------------------------------------------------------------------


def _put_structure(links: StampedLinks, names: _Names, where: Places) -> None:
    links.add(LinkKind.PART_OF, names.locations, _at(names.providers, where.location_provider))
    links.add(LinkKind.COVERS, names.locations, _at(names.areas, where.location_council))
    links.add(LinkKind.COVERS, names.councils, names.areas)
    links.add(LinkKind.COVERS, _at(names.boards, where.council_board), names.areas)
    links.add(LinkKind.PART_OF, names.areas, _at(names.regions, where.council_region))
    links.add(LinkKind.MAKES, ["syn-department"] * len(names.decisions), names.decisions)
    links.add(LinkKind.MAKES, names.councils, names.council_decisions)
    links.add(LinkKind.REGULATES, ["syn-regulator"] * len(names.providers), names.providers)
    links.add(LinkKind.ASSESSES, ["syn-regulator"] * len(names.locations), names.locations)
    links.add(LinkKind.ACCOUNTABLE_TO, ["syn-regulator", *names.boards], ["syn-department"] * (1 + len(names.boards)))


def _put_dealings(links: StampedLinks, names: _Names, where: Places) -> None:
    """Contracts, and what goes with them: accounts and reports."""
    rows = np.repeat(np.arange(len(where.buyer)), where.contracts)
    buyers, sellers = _at(names.councils, where.buyer), _at(names.providers, where.seller)
    numbers = [f"contract-{number:05}" for number in range(1, len(rows) + 1)]
    links.add(LinkKind.COMMISSIONS, _at(buyers, rows), _at(sellers, rows), instruments=numbers)
    links.add(LinkKind.COMMISSIONS, _at(names.boards, where.provider_board), names.providers)
    links.add(LinkKind.ACCOUNTABLE_TO, sellers, buyers)
    links.add(LinkKind.INFORMS, sellers, buyers)


def _put_factors(links: StampedLinks, names: _Names, where: Places) -> None:
    """Where factors show, who sees them and to whom they matter."""
    for holders, factors in ((names.councils, _AT_COUNCILS), (names.providers, _AT_PROVIDERS), (names.locations, _AT_LOCATIONS)):
        for factor in factors:
            links.add(LinkKind.SHOWS_AT, _of(holders, factor), holders)
    links.add(LinkKind.OBSERVES, _at(names.providers, where.location_provider), _of(names.locations, "staffing"))
    links.add(LinkKind.OBSERVES, ["syn-regulator"] * len(names.locations), _of(names.locations, "moment"))
    moments = [*_of(names.locations, "moment"), MOMENT]
    links.add(LinkKind.MATTERS_TO, moments, ["syn-people-who-draw-on-care"] * len(moments))


class _Sorts:
    """Draws how strong, how soon and, where asked, in which direction links move their ends."""

    def __init__(self, draw: np.random.Generator) -> None:
        self._draw = draw
        self._sorts: dict[Sign, list[Sort]] = {
            sign: [(sign, strength, low, high) for strength, (low, high) in product(STRENGTH_OF_LEVEL.values(), _DELAYS)] for sign in Sign
        }

    def of(self, sign: Sign, count: int) -> list[Sort]:
        """So many sorts of one sign; one in fifty is of a direction that nobody knows."""
        known, unknown = self._sorts[sign], self._sorts[Sign.UNKNOWN]
        drawn = self._draw.integers(0, len(known), count).tolist()
        unsure = (self._draw.random(count) < 0.02).tolist()
        return [unknown[place] if doubt else known[place] for place, doubt in zip(drawn, unsure, strict=True)]


def _put_influences(links: StampedLinks, names: _Names, where: Places, sorts: _Sorts, draw: np.random.Generator) -> None:
    def move(starts: Ids, sign: Sign, ends: Ids) -> None:
        links.add(LinkKind.INFLUENCES, starts, ends, sorts.of(sign, len(starts)))

    plus, minus = Sign.PLUS, Sign.MINUS
    council: Callable[[str], list[str]] = lambda factor: _of(names.councils, factor)  # noqa: E731
    provider: Callable[[str], list[str]] = lambda factor: _of(names.providers, factor)  # noqa: E731
    location: Callable[[str], list[str]] = lambda factor: _of(names.locations, factor)  # noqa: E731
    _move_from_above(move, names)
    move(council("budget"), plus, council("fee-paid"))
    move(names.council_decisions, plus, council("fee-paid"))
    move(council("prevention"), minus, council("waits"))
    move(council("waits"), minus, council("budget"))
    move(council("moments"), plus, [MOMENT] * len(names.councils))
    move(_at(council("fee-paid"), where.buyer), plus, _at(provider("viability"), where.seller))
    hires = np.unique(where.location_provider * len(names.councils) + where.location_council)
    homes, hirers = hires % len(names.councils), hires // len(names.councils)
    move(_at(council("people-to-hire"), homes), minus, _at(provider("vacancies"), hirers))
    move(provider("viability"), minus, provider("vacancies"))
    for factor, sign in (("viability", plus), ("vacancies", minus)):
        move(_at(provider(factor), where.location_provider), sign, location("staffing"))
    move(location("staffing"), plus, location("moment"))
    move(location("moment"), minus, _at(provider("vacancies"), where.location_provider))
    move(location("staffing"), minus, _at(council("waits"), where.location_council))
    move(_at(council("waits"), where.location_council), minus, location("staffing"))
    move(location("moment"), plus, _at(council("moments"), where.location_council))
    starts, ends = rivals(where.location_council, RIVALS, draw)
    move(_at(location("staffing"), starts), minus, _at(location("staffing"), ends))


def _move_from_above(move: Callable[[Ids, Sign, Ids], None], names: _Names) -> None:
    """What the department decides, on every council's factors."""
    effects = (
        ("wage-floor", Sign.PLUS, "people-to-hire"),
        ("wage-floor", Sign.MINUS, "budget"),
        ("visa-route", Sign.MINUS, "people-to-hire"),
        ("council-grants", Sign.PLUS, "budget"),
        ("employer-tax", Sign.MINUS, "fee-paid"),
        ("eligibility", Sign.MINUS, "waits"),
        ("charging", Sign.PLUS, "budget"),
    )
    for decision, sign, factor in effects:
        move([f"syn-decision-{decision}"] * len(names.councils), sign, _of(names.councils, factor))

"""How large a synthetic map is: how many councils, boards, providers and locations, in which regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loaders.local.register import ANY_SERVICE, PROVIDERS_IN_ENGLAND, Register

LOCATIONS_IN_ENGLAND = 40_000
"""A round number of care locations, a third above what the aggregate of the directory holds, as that leaves some out."""

_REGION = "South East"


class Scale(StrEnum):
    """How much of the country."""

    NATIONAL = "national"
    REGION = "region"
    WORKSHOP = "workshop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionShape:
    """What one region holds. `services` are shares of kinds of care location, which add up to 1."""

    name: str
    councils: int
    providers: int
    locations: int
    services: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a synthetic map holds."""

    scale: Scale
    boards: int
    regions: tuple[RegionShape, ...]

    @property
    def councils(self) -> int:
        return sum(region.councils for region in self.regions)

    @property
    def providers(self) -> int:
        return sum(region.providers for region in self.regions)

    @property
    def locations(self) -> int:
        return sum(region.locations for region in self.regions)


def shape_of(scale: Scale, register: Register) -> Shape:
    """The shape at a scale: councils and boards as they are, providers and locations by each region's share of locations."""
    councils = register.councils_per_region
    weights = {region: register.locations_in(region)[ANY_SERVICE] for region in councils}
    providers = largest_remainder(PROVIDERS_IN_ENGLAND, weights)
    locations = largest_remainder(LOCATIONS_IN_ENGLAND, weights)
    boards = sum(board.valid_to is None for board in register.boards.values())
    whole = tuple(
        RegionShape(
            name=region, councils=count, providers=providers[region], locations=locations[region], services=_services(register, region)
        )
        for region, count in councils.items()
    )
    if scale is Scale.NATIONAL:
        return Shape(scale=scale, boards=boards, regions=whole)
    one = next(region for region in whole if region.name == _REGION)
    if scale is Scale.REGION:
        share = one.councils / sum(councils.values())
        return Shape(scale=scale, boards=max(1, round(boards * share)), regions=(one,))
    few = RegionShape(
        name=_REGION,
        councils=1,
        providers=one.providers // one.councils // 10,
        locations=one.locations // one.councils // 10,
        services=one.services,
    )
    return Shape(scale=scale, boards=1, regions=(few,))


def largest_remainder(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A whole number shared out by weights; what rounding down leaves goes to the largest remainders, ties by name."""
    whole = sum(weights.values())
    shares = {name: total * weight // whole for name, weight in weights.items()}
    left = total - sum(shares.values())
    for name in sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))[:left]:
        shares[name] += 1
    return shares


def _services(register: Register, region: str) -> dict[str, float]:
    counts = {service: count for service, count in register.locations_in(region).items() if service != ANY_SERVICE}
    whole = sum(counts.values())
    return {service: count / whole for service, count in counts.items()}

"""Who stands where in a synthetic map: which providers, locations and councils belong together, drawn by seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.synth.shape import Shape

Rows = NDArray[np.int64]
AT_HOME = 0.8
"""The share of locations that lie in the council where their provider is at home."""

MORE_COUNCILS = 1.2
"""How many councils, on average, buy from a provider besides those where it has a location."""

CONTRACTS = 0.3
"""How many contracts, on average, a council has with a provider beyond the first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Rows of councils, boards and providers, one entry for each thing named.

    `buyer` and `seller` are the council and the provider of each pair that deal with one another, once a pair; `contracts` says
    how many contracts each pair has.
    """

    council_region: Rows
    council_board: Rows
    provider_council: Rows
    provider_board: Rows
    location_provider: Rows
    location_council: Rows
    location_service: tuple[str, ...]
    buyer: Rows
    seller: Rows
    contracts: Rows


def places(shape: Shape, draw: np.random.Generator) -> Places:
    """Draw the places: most providers have one location, few have many; every provider has one at least. O(locations)."""
    council_region = np.repeat(np.arange(len(shape.regions)), [region.councils for region in shape.regions])
    council_board = np.minimum(np.arange(shape.councils) * shape.boards // shape.councils, shape.boards - 1)
    parts = [_region(shape, number, council_region, draw) for number in range(len(shape.regions))]
    firsts = np.cumsum([0, *(region.providers for region in shape.regions)])[:-1]
    provider_council = np.concatenate([home for home, _, _, _ in parts])
    location_provider = np.concatenate([provider + first for (_, provider, _, _), first in zip(parts, firsts, strict=True)])
    location_council = np.concatenate([council for _, _, council, _ in parts])
    buyer, seller = _pairs(provider_council, location_provider, location_council, council_region, draw)
    return Places(
        council_region=council_region,
        council_board=council_board,
        provider_council=provider_council,
        provider_board=council_board[provider_council],
        location_provider=location_provider,
        location_council=location_council,
        location_service=tuple(service for _, _, _, services in parts for service in services),
        buyer=buyer,
        seller=seller,
        contracts=1 + draw.poisson(CONTRACTS, len(buyer)),
    )


def _region(shape: Shape, number: int, council_region: Rows, draw: np.random.Generator) -> tuple[Rows, Rows, Rows, list[str]]:
    """The home of each provider of a region, and the provider, council and service of each of its locations."""
    region = shape.regions[number]
    councils = np.flatnonzero(council_region == number)
    share = draw.dirichlet(np.full(len(councils), 4.0))
    home = draw.choice(councils, region.providers, p=share)
    size = draw.pareto(1.5, region.providers) + 0.05
    more = draw.choice(region.providers, region.locations - region.providers, p=size / size.sum())
    provider = np.sort(np.concatenate([np.arange(region.providers), more]))
    away = draw.random(region.locations) >= AT_HOME
    council = np.where(away, draw.choice(councils, region.locations, p=share), home[provider])
    services = list(region.services)
    drawn = draw.choice(len(services), region.locations, p=np.array(list(region.services.values())))
    return home, provider, council, [services[place] for place in drawn.tolist()]


def _pairs(home: Rows, provider: Rows, council: Rows, council_region: Rows, draw: np.random.Generator) -> tuple[Rows, Rows]:
    """Each council that buys from a provider: where it is at home, where it has a location, and some others of its region."""
    more = np.repeat(np.arange(len(home)), draw.poisson(MORE_COUNCILS, len(home)))
    first = np.searchsorted(council_region, council_region[home[more]])
    count = np.searchsorted(council_region, council_region[home[more]], side="right") - first
    other = first + (draw.random(len(more)) * count).astype(np.int64)
    sellers = np.concatenate([np.arange(len(home)), provider, more])
    buyers = np.concatenate([home, council, other])
    keys = np.unique(sellers * len(council_region) + buyers)
    return keys % len(council_region), keys // len(council_region)


def rivals(council: Rows, each: int, draw: np.random.Generator) -> tuple[Rows, Rows]:
    """For each location so many others of its council, as pairs, none twice and none with itself."""
    order = draw.permutation(len(council))
    order = order[np.argsort(council[order], kind="stable")]
    first = np.searchsorted(council[order], council[order])
    count = np.searchsorted(council[order], council[order], side="right") - first
    place = np.arange(len(order)) - first
    starts, ends = [], []
    for step in range(1, each + 1):
        enough = count > step
        starts.append(order[enough])
        ends.append(order[(first + (place + step) % count)[enough]])
    return np.concatenate(starts), np.concatenate(ends)

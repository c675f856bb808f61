"""The strongest of some paths, in the order that answers use: to twelve digits, then fewer links, then the links' ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graph.kernels.every import PathSet
from graph.kernels.index import Longs
from graph.kernels.paths import to_twelve_digits

ROOM = 1e-10


def strongest_places(found: PathSet, rank: Longs, most: int, among: NDArray[np.int64] | None = None) -> list[int]:
    """The places of the `most` strongest paths of a set (or of some of its places), the strongest first. About linear in them."""
    places = np.arange(len(found)) if among is None else among
    strength = found.strength[places]
    if places.size > most:
        # Only those at or near the last place need to be compared one by one.
        least = float(np.partition(strength, places.size - most)[places.size - most])
        places = places[strength >= least * (1.0 - ROOM)]

    def key(place: int) -> tuple[float, int, list[int]]:
        return -to_twelve_digits(float(found.strength[place])), int(found.n_links[place]), rank[list(found.path(place))].tolist()

    return sorted(places.tolist(), key=key)[:most]

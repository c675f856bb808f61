"""Strengths as whole costs, and the ways on that carry them.

Costs are whole numbers, so that sums are exact and paths with the same strengths in another order cost the same: the
logarithm of the strength in fine units, and below it the number of links. The least cost is thereby the strongest and, among
equals, the one with the fewest links.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from graph.kernels.index import Floats, Longs
from graph.kernels.problem import FAINTEST

FINEST = 46
TIE_WIDTH = 3e-11

# What taking a link comes to: its row, the node it leads to, the need that is left there, its cost, strength and delay.
Step: TypeAlias = tuple[int, int, int, int, float, float]
# A step that a path may take next, after the least cost of the rest with it and its rank, by which choices are sorted.
# Plain tuples, because a search makes and takes apart thousands of them: named ones cost it half as much again.
Choice: TypeAlias = tuple[int, int, Step]


class Scale:
    """How strengths become whole costs: `fine` binary digits of log2(strength) above `links` digits that count links."""

    __slots__ = ("_mask", "_unit", "fine", "hair", "links", "longest", "near")

    def __init__(self, *, fine: int, longest: int, walk: int, near: float = 0.0) -> None:
        self.fine, self.longest = fine, longest
        self.links = walk.bit_length()
        self.near = near
        self._unit = 2.0**-fine
        self._mask = (1 << self.links) - 1
        self.hair = int(TIE_WIDTH * 2.0**fine) + 1

    def costs(self, strength: Floats) -> Longs:
        """Costs of links of these strengths, all above 0. Rounded down, so that a sum never exceeds the true cost."""
        return (self.wholes(strength) << self.links) + 1

    def wholes(self, strength: Floats) -> Longs:
        """The same without the digits that count links."""
        wholes: Longs = np.floor(np.log2(strength) * -(2.0**self.fine)).astype(np.int64)
        return wholes

    def whole(self, cost: int) -> int:
        """A cost without its count of links."""
        return cost >> self.links

    def links_at_least(self, cost: int) -> int:
        """The count of links in a cost."""
        return cost & self._mask

    def strength_at_most(self, cost: int) -> float:
        """The most that the product of strengths can be, rounding of the product included."""
        exponent = (cost >> self.links) * self._unit
        # Links of strength 1 round nothing, so that only the others count, and of those no more than the cost has room for.
        links = self.longest if self.near <= 0.0 else min(self.longest, exponent / self.near + 1.0)
        strength = 2.0**-exponent * (1.0 + (links + exponent + 4.0) * 4e-16) if exponent < 1070.0 else 0.0
        return strength if strength >= FAINTEST else 0.0


def to_twelve_digits(value: float) -> float:
    """The value that answers print and compare: twelve significant digits."""
    return float(f"{value:.12g}") if value >= FAINTEST else 0.0

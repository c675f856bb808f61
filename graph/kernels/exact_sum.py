"""Sums that do not depend on the order of their terms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from graph.kernels.index import Floats


class ExactSum:
    """A sum of doubles without rounding until it is asked for.

    Adding is by whole arrays: each number is a whole mantissa at an exponent, and mantissas of one exponent add as integers.
    """

    __slots__ = ("_by_exponent",)

    def __init__(self) -> None:
        self._by_exponent: dict[int, int] = {}

    def add(self, values: Floats) -> None:
        """Add numbers from 0 to 1, at most 2**26 at a time."""
        if not values.size:
            return
        fraction, exponent = np.frexp(values)
        whole = (fraction * 2.0**53).astype(np.int64)
        least = int(exponent.min())
        # Halves of 27 bits add up in doubles without rounding.
        high = np.bincount(exponent - least, weights=(whole >> 26).astype(np.float64))
        low = np.bincount(exponent - least, weights=(whole & ((1 << 26) - 1)).astype(np.float64))
        for place, (upper, lower) in enumerate(zip(high.tolist(), low.tolist(), strict=True)):
            added = (int(upper) << 26) + int(lower)
            self._by_exponent[least + place] = self._by_exponent.get(least + place, 0) + added

    def value(self) -> float:
        """The sum, rounded once to the nearest double."""
        total = sum((Fraction(whole) * Fraction(2) ** (place - 53) for place, whole in self._by_exponent.items()), Fraction(0))
        return float(total)

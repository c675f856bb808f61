"""What every answer shares: its JSON, its numbers, and the terms on which it was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

Json = dict[str, Any]


def tidy(value: float | None) -> float | None:
    """A number to 12 significant digits; None for what is not known (NaN)."""
    if value is None or math.isnan(value):
        return None
    return float(f"{value:.12g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms an answer was found: which map, which day, which bounds and filters, by what method."""

    revision: int
    as_of: date | None
    method: str
    max_links: int
    filters: tuple[str, ...] = ()

    def to_json(self) -> Json:
        return {
            "max_links": self.max_links,
            "revision": self.revision,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "filters": list(self.filters),
            "method": self.method,
        }

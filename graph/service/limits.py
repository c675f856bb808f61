"""What a question may cost: the bounds that hold on every store and at every door."""

from __future__ import annotations

from graph.scope import Filters
from schema.errors import BadInput
from schema.kinds import Sign

IMPACT_DRAWS_AT_MOST = 100_000
SILO_DRAWS_AT_MOST = 10_000
COMPARED_AT_MOST = 1_000
"""How many loops and gaps of each side a comparison lists."""


def bounded(filters: Filters | None) -> Filters:
    """The filters, or the usual ones where there are none. Raises BadInput for a bound that makes no sense."""
    filters = filters or Filters()
    for name, value, least in (("max-links", filters.max_links, 0), ("top", filters.top, 0), ("max-paths", filters.max_paths, 1)):
        if value < least:
            raise BadInput(f"--{name} {value}: must be at least {least}.")
    if not 0 <= filters.min_confidence <= 1:
        raise BadInput(f"--min-confidence {filters.min_confidence:g}: must lie between 0 and 1.")
    if filters.max_delay is not None and not filters.max_delay >= 0:
        raise BadInput(f"--max-delay {filters.max_delay:g}: must be a number of months, not negative.")
    if filters.sign is Sign.NONE_FOUND:
        raise BadInput("--sign 0: no path has this sign, as a link without effect is on none; ask for +, - or ?.")
    return filters

"""Which links of a large table need to be looked at one by one: those whose columns or bytes leave room for an error."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from schema.kinds import NodeKind
from schema.link_table import LinkTable
from schema.ontology import LINK_KIND_CODE, LINK_RULES, NODE_KIND_CODE

_TWO_SIGNS = re.compile(rb'"sign":"(.)"')
_NAMES_OF_OTHERS = (b'"proposal":', b'"route":', b'"carrying":')
"""What a packed link says where it names a node besides its ends."""


def rows_to_check(table: LinkTable, kind_of: Callable[[str], NodeKind | None]) -> list[int]:
    """The rows of a table whose links may have errors; every other link is known from its columns to have none.

    Reads columns and searches the packed links, which is ten times faster than making a record of each. O(links).
    """
    columns = table.columns
    found = map(kind_of, table.ends)
    kinds = np.array([-1 if kind is None else NODE_KIND_CODE[kind] for kind in found], dtype=np.int64)
    allowed = np.zeros((2, len(LINK_RULES), len(NODE_KIND_CODE) + 1), dtype=np.bool_)
    for link_kind, rule in LINK_RULES.items():
        for side, fits in enumerate((rule.starts, rule.ends)):
            allowed[side, LINK_KIND_CODE[link_kind], [NODE_KIND_CODE[node_kind] for node_kind in fits]] = True
    doubtful = ~allowed[0, columns.kind, kinds[columns.start]] | ~allowed[1, columns.kind, kinds[columns.end]]
    doubtful |= (columns.valid_from >= columns.valid_to) | (columns.delay_low > columns.delay_high)
    doubted = set(np.flatnonzero(doubtful).tolist())
    doubted.update(row for name in _NAMES_OF_OTHERS for row in table.rows_that_say(name))
    doubted.update(row for row, payload in enumerate(table.payloads()) if not _is_plain(payload))
    return sorted(doubted)


def _is_plain(payload: bytes) -> bool:
    """Whether a link has one claim at most, both delays or none, and no two signs. Runs on every link: what is rare comes last."""
    count = payload.count
    if count(b'"id":') > 2 or count(b'"delay_low":') != count(b'"delay_high":'):
        return False
    return count(b'"sign":') < 2 or len(set(_TWO_SIGNS.findall(payload))) < 2

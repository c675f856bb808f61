"""What a link comes to as a row of numbers, and as the JSON that large tables and stores keep."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from struct import Struct
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from schema.bundling import LinkFacts, bundle
from schema.days import end_day, first_day
from schema.kinds import Basis, LinkKind, Mark, Sign, Status
from schema.ontology import LINK_KIND_CODE, LINK_RULES
from schema.records import Claim, Link, Source
from schema.wire import link_from_json, to_json


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkColumns:
    """What questions need of every link, one row a link, in the table's order.

    `kind` codes into `schema.ontology.LINK_KINDS`; `start` and `end` are rows of the table's `ends`; `sign` is +1, -1 or
    0 for not known; `strength` and `confidence` lie in [0, 1]; delays are months, NaN unknown; validity is in day
    numbers, half-open; `evidence` and `assumed` are the bits and `ground`, `strength_basis` the codes of bundling.
    """

    kind: NDArray[np.int8]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    sign: NDArray[np.int8]
    strength: NDArray[np.float64]
    confidence: NDArray[np.float64]
    delay_low: NDArray[np.float64]
    delay_high: NDArray[np.float64]
    valid_from: NDArray[np.int32]
    valid_to: NDArray[np.int32]
    proposed: NDArray[np.int8]
    evidence: NDArray[np.int16]
    assumed: NDArray[np.int8]
    ground: NDArray[np.int8]
    strength_basis: NDArray[np.int8]
    origins: NDArray[np.int16]
    disputed: NDArray[np.int8]


COLUMN_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "kind": "b", "start": "i", "end": "i", "sign": "b", "strength": "d", "confidence": "d", "delay_low": "d",
        "delay_high": "d", "valid_from": "i", "valid_to": "i", "proposed": "b", "evidence": "h", "assumed": "b",
        "ground": "b", "strength_basis": "b", "origins": "h", "disputed": "b",
    }
)  # fmt: skip
"""The column names in order, with the `array` type code of each."""


NUMBERS = np.dtype([(name, f"<{'i4' if code == 'i' else 'i1' if code == 'b' else 'i2' if code == 'h' else 'f8'}")
                    for name, code in COLUMN_TYPES.items() if name not in ("start", "end")])  # fmt: skip
"""A link's row of columns without its ends, as stores keep it: one record of `NUMBERS.itemsize` bytes, packed."""

_NUMBERS_RECORD = Struct("<" + "".join(code for name, code in COLUMN_TYPES.items() if name not in ("start", "end")))


def default_sign(kind: LinkKind) -> Sign | None:
    """The sign of a link of this kind where nobody states one; None where a sign has no meaning."""
    sign = LINK_RULES[kind].default_sign
    return None if sign is None else Sign(sign)


def facts_of(link: Link, sources: Mapping[str, Source] | None = None) -> LinkFacts:
    """What a link comes to, with its kind's default sign."""
    return bundle(link, sources, default_sign=default_sign(link.kind))


def numbers_of(link: Link, sources: Mapping[str, Source] | None = None) -> tuple[float, ...]:
    """A link's row of columns without its ends: in the order of `COLUMN_TYPES` less `start` and `end`."""
    facts = facts_of(link, sources)
    return (
        LINK_KIND_CODE[link.kind], facts.sign, facts.strength, facts.confidence, facts.delay_low, facts.delay_high,
        first_day(link.valid_from), end_day(link.valid_to), int(link.status is Status.PROPOSED), facts.evidence, facts.assumed,
        int(facts.ground), int(facts.strength_basis), facts.origins, int(facts.disputed),
    )  # fmt: skip


def packed_numbers(numbers: Sequence[float]) -> bytes:
    """A link's row of columns, as `numbers_of` gives it, in the bytes of one `NUMBERS` record."""
    return _NUMBERS_RECORD.pack(*numbers)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def packed(link: Link) -> bytes:
    """The compact canonical JSON of a link: what large tables and stores keep."""
    return _COMPACT.encode(to_json(link)).encode()


def unpacked(payload: bytes | str) -> Link:
    """The link of a payload that `packed` made."""
    link = link_from_json(json.loads(payload), "kept link", [])
    if link is None:
        raise ValueError("a kept link does not decode")
    return link


# ---- whether kept numbers are those that this version works out -----------------


def _samples() -> Iterator[Link]:
    for kind in LinkKind:
        yield Link(id="a", start="b", end="c", kind=kind, valid_from="2020-02", valid_to="2021", status=Status.PROPOSED)
    for basis in Basis:
        for mark in (None, *Mark):
            first = Claim(id="1", basis=basis, mark=mark, source="s", sign=Sign.PLUS, strength=0.3, by="x")
            second = Claim(id="2", basis=Basis.OPINION, source="t", sign=Sign.MINUS, strength=0.8, confidence=0.4)
            yield Link(id="a", start="b", end="c", confidence=0.7, claims=(first,))
            yield Link(id="a", start="b", end="c", strength=0.6, delay_low=1, delay_high=4, claims=(first, second))


@cache
def numbers_mark() -> str:
    """A fingerprint of how numbers are worked out of links: another one means that kept numbers are out of date."""
    rows = repr([tuple(COLUMN_TYPES.items()), *(numbers_of(link) for link in _samples())])
    return hashlib.sha256(rows.encode()).hexdigest()[:16]

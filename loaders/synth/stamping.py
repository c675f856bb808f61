"""Many links of a few sorts, made as bytes: each sort is worked out once, and its links are stamped with their ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schema.kinds import Basis, LinkKind, Sign
from schema.records import Claim, Link
from schema.system_map import LinkTable, LinkTableBuilder, numbers_of, packed, packed_numbers

SOURCE_ID = "synthetic-map"
AT_ONCE = 20_000
_ID, _START, _END, _INSTRUMENT = "@id@", "@start@", "@end@", "@instrument@"

Sort = tuple[Sign | None, float | None, float | None, float | None]
"""Sign, strength, and the delay's range in months."""

NO_SORT: Sort = (None, None, None, None)


class Stamp:
    """One sort of link: the bytes of its JSON with holes for id, ends and instrument, and the bytes of its numbers."""

    __slots__ = ("_text", "numbers")

    def __init__(self, kind: LinkKind, sort: Sort, *, has_instrument: bool) -> None:
        sign, strength, low, high = sort
        claim = Claim(id="invented", basis=Basis.ASSUMPTION, source=SOURCE_ID, confidence=0.3)
        link = Link(
            id=_ID,
            start=_START,
            end=_END,
            kind=kind,
            sign=sign,
            strength=strength,
            delay_low=low,
            delay_high=high,
            instrument=_INSTRUMENT if has_instrument else None,
            claims=(claim,),
        )
        text = packed(link).decode().replace("{", "{{").replace("}", "}}")
        for place, hole in enumerate((_ID, _START, _END, _INSTRUMENT)):
            text = text.replace(hole, f"{{{place}}}")
        self._text = text
        self.numbers = packed_numbers(numbers_of(link))

    def payload(self, identifier: str, start: str, end: str, instrument: str = "") -> bytes:
        """The canonical JSON of one link. The texts must need no escape in JSON."""
        return self._text.format(identifier, start, end, instrument).encode()


class StampedLinks:
    """Collects stamped links into a table, streaming. Every id must be given once."""

    def __init__(self, ends: Iterable[str]) -> None:
        self._builder = LinkTableBuilder(ends)
        self._stamps: dict[tuple[LinkKind, Sort, bool], Stamp] = {}

    def add(
        self,
        kind: LinkKind,
        starts: Sequence[str],
        ends: Sequence[str],
        sorts: Sequence[Sort] | None = None,
        instruments: Sequence[str] | None = None,
    ) -> None:
        """Add links of one kind, row by row; `sorts` says how each moves its end, `instruments` tells apart links of the same ends."""
        for first in range(0, len(starts), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            self._add(kind, starts[rows], ends[rows], sorts[rows] if sorts else None, instruments[rows] if instruments else None)

    def _add(
        self,
        kind: LinkKind,
        starts: Sequence[str],
        ends: Sequence[str],
        sorts: Sequence[Sort] | None,
        instruments: Sequence[str] | None,
    ) -> None:
        joint = "." if kind is LinkKind.INFLUENCES else f".{kind}."
        ids = [f"{start}{joint}{end}" for start, end in zip(starts, ends, strict=True)]
        if instruments is not None:
            ids = [f"{identifier}.{instrument}" for identifier, instrument in zip(ids, instruments, strict=True)]
        stamps = [self._stamp(kind, sort, instruments is not None) for sort in sorts or [NO_SORT] * len(ids)]
        numbers = b"".join(stamp.numbers for stamp in stamps)
        payloads = [stamp.payload(*texts) for stamp, *texts in zip(stamps, ids, starts, ends, instruments or [""] * len(ids), strict=True)]
        self._builder.add_columns(ids, starts, ends, numbers, payloads)

    def _stamp(self, kind: LinkKind, sort: Sort, has_instrument: bool) -> Stamp:  # noqa: FBT001
        key = (kind, sort, has_instrument)
        if key not in self._stamps:
            self._stamps[key] = Stamp(kind, sort, has_instrument=has_instrument)
        return self._stamps[key]

    def done(self) -> LinkTable:
        """The table."""
        return self._builder.done()

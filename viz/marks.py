"""What a picture is made of: plain marks that say everything the page needs and know nothing of pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schema.kinds import LinkKind, NodeKind, Sign
from viz.layout import Place
from viz.palette import Colours, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A band across the picture. Lanes are numbered from the people's end, which is no rank."""

    id: str
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of details: what it is about, and what is recorded of it."""

    term: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """A source as a reader cites it. `url` is http or https, or None; `reported` says where it was really read."""

    title: str
    facts: tuple[str, ...] = ()
    url: str | None = None
    reported: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNote:
    """A claim in words. `source` counts into the figure's sources; `missing` names what is not recorded."""

    kind: str
    text: str
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    source: int | None = None
    opinion: bool = False


class Standing(StrEnum):
    """How a value stands in its chart: on the line, revised by a later edition, or beside the one on the line."""

    LINE = "line"
    REVISED = "revised"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of a series. `day` is its place in time as a day number, None where the chart leaves it out.

    `instead` is the number, in its series, of the value on the line for the same period. `source` counts into the figure's
    sources, None where they do not describe `cited`, the source's id. `value` is None where it is no finite number.
    """

    period: str
    value: float | None
    day: int | None
    standing: Standing = Standing.LINE
    instead: int | None = None
    edition: str = ""
    source: int | None = None
    cited: str = ""
    note: str = ""
    checked: bool = True
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values of one name and one unit, in order of time; those whose period names no time stand last."""

    name: str
    unit: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node as drawn. `lines` is its label as lettered; `first` and `last` are ISO days, half-open, None without end.

    `place` is where it stands when everything is shown, `opening` where it stands on the first view, None where that
    view leaves it out.
    """

    id: str
    kind: NodeKind
    label: str
    lines: tuple[str, ...]
    width: float
    height: float
    lane: int
    silo: str
    place: Place
    opening: Place | None
    proposed: bool
    first: str | None
    last: str | None
    better: str | None
    aliases: tuple[str, ...]
    text: str | None
    facts: tuple[Fact, ...]
    claims: tuple[ClaimNote, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A link as drawn, from box to box by number. `sign` is None where a sign has no meaning.

    `dotted` says that it rests on an assumption or that no effect was found; proposed lines are dashed. `sentence` is
    the link read aloud; `strength` and `confidence` are numbers for the pen and the filter, facts have the words.
    """

    id: str
    start: int
    end: int
    kind: LinkKind
    relation: Relation
    sign: Sign | None
    strength: float
    confidence: float | None
    dotted: bool
    proposed: bool
    disputed: bool
    first: str | None
    last: str | None
    sentence: str
    text: str | None
    facts: tuple[Fact, ...]
    claims: tuple[ClaimNote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMark:
    """A path of an answer: boxes and lines by number, in order, its sign, and what the answer says of it."""

    boxes: tuple[int, ...]
    lines: tuple[int, ...]
    sign: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A whole picture. `about` says what the first view shows; `shown` which relations; `change_days` when things change.

    `opening_lanes` and `whole_lanes` give the lane of each row of the two arrangements.
    """

    title: str
    about: str
    revision: int
    as_of: str | None
    proposals: bool
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    sources: tuple[SourceNote, ...]
    silos: Mapping[str, Colours]
    shown: frozenset[Relation]
    paths: tuple[PathMark, ...]
    focus: tuple[int, ...]
    change_days: tuple[str, ...]
    opening_lanes: tuple[int, ...]
    whole_lanes: tuple[int, ...]
    people_end_known: bool

    @property
    def opening(self) -> tuple[int, ...]:
        """The boxes of the first view, by number, in reading order."""
        return tuple(number for number, box in enumerate(self.boxes) if box.opening is not None)

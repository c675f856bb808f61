"""From a map to a picture as data: boxes, lines, lanes, legend and details, which can be tested without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from graph.results import ImpactPath
from graph.snapshot import Snapshot
from schema.bundling import Ground
from schema.kinds import LinkKind, NodeKind, Sign
from schema.system_map import ALWAYS_FROM, ALWAYS_TO, end_day, first_day
from viz.details import claim_notes, confidence_word, link_facts, node_facts, sentence, source_note
from viz.lanes import lanes_of
from viz.layout import Arrangement, Join, arranged
from viz.lettering import LINE_HEIGHT, text_width, wrapped
from viz.marks import Box, Figure, Lane, Line, PathMark
from viz.opening import Opening, opening_of
from viz.palette import LINK_LOOKS, NODE_LOOKS, SHOWN_FIRST, SIGN_LOOKS, silo_colours
from viz.series import series_of

_MEASURE = 150.0
_LEAST_BOX = 80.0
_SIDES = 26.0
_ENDS = 11.0
_HEAD = 15.0
_MOST_FOR_HEADS = 220.0
_SIGN_OF = {1: Sign.PLUS, -1: Sign.MINUS, 0: Sign.UNKNOWN}


def figure_of(
    snapshot: Snapshot,
    *,
    as_of: date | None,
    proposals: bool,
    focus: str | Sequence[str] | None = None,
    paths: Sequence[ImpactPath] = (),
    title: str = "",
) -> Figure:
    """The picture of a map, or of a part of it.

    `as_of` is the day that the first view shows (None: any day); what stands on other days is kept for the page's date.
    `focus` names items to open around, by id or label; `paths` are an answer's, listed beside the map and shown first.
    A map of more than about seventy items opens on a part, and the whole stays searchable. One of more than two thousand is
    kept in part only, around the focus or the paths. Raises UnknownName for a focus that is not on the map, BadQuestion
    for a map that is too large with nothing to draw around.
    """
    around = (focus,) if isinstance(focus, str) else tuple(focus or ())
    standing = snapshot.standing_links(as_of, proposals=proposals)
    opening = opening_of(snapshot, standing, around, paths)
    rows = _boxed(snapshot, opening)
    lanes, lane_of, people = lanes_of(snapshot, rows)
    drawing = _Drawing(snapshot, opening, rows, lanes, lane_of, people=people)
    boxes, links = drawing.boxes(), drawing.links()
    order = sorted(range(len(boxes)), key=lambda at: (boxes[at].lane, boxes[at].place.row, boxes[at].place.x))
    number = {old: new for new, old in enumerate(order)}
    row_number = {rows[old]: new for old, new in number.items()}
    lines = tuple(drawing.line(link, row_number) for link in links)
    line_of = {line.id: at for at, line in enumerate(lines)}
    marks = tuple(mark for path in paths if (mark := _path_mark(path, snapshot, row_number, line_of)))
    return Figure(
        title=title or snapshot.map.title or "System map",
        about=opening.about,
        revision=snapshot.revision,
        as_of=as_of.isoformat() if as_of else None,
        proposals=proposals,
        lanes=lanes,
        boxes=tuple(boxes[old] for old in order),
        lines=lines,
        sources=tuple(source_note(source) for source in drawing.sources),
        silos=silo_colours(snapshot.nodes.silos),
        shown=opening.relations,
        paths=marks,
        focus=tuple(row_number[row] for row in opening.focus if row in row_number),
        change_days=_change_days([*boxes, *lines]),
        opening_lanes=drawing.opening.lane_of_row,
        whole_lanes=drawing.whole.lane_of_row,
        people_end_known=people,
    )


def _boxed(snapshot: Snapshot, opening: Opening) -> list[int]:
    """The kept rows that become boxes: a tier does only where more than its lane shows it."""
    other = [row for row in range(snapshot.n_links) if snapshot.link(row).kind is not LinkKind.SITS_IN] if _has_tiers(snapshot) else []
    busy = {int(end) for row in other for end in (snapshot.start[row], snapshot.end[row])}
    return [row for row in opening.kept if row in busy or not snapshot.is_kind(row, NodeKind.TIER)]


def _has_tiers(snapshot: Snapshot) -> bool:
    return any(node.kind is NodeKind.TIER for node in snapshot.map.nodes)


class _Drawing:
    """What making the marks of one figure shares: which row is which box, where it stands, which source is which."""

    def __init__(
        self, snapshot: Snapshot, opening: Opening, rows: Sequence[int], lanes: Sequence[Lane], lane_of: Sequence[int], *, people: bool
    ) -> None:
        self.snapshot, self.rows, self.lanes, self.lane_of = snapshot, rows, lanes, lane_of
        self.at = {row: place for place, row in enumerate(rows)}
        arriving = _arriving(snapshot)
        self.lettered = [_lettered(snapshot, row, arriving[row]) for row in rows]
        self.shown = [at for at, row in enumerate(rows) if row in opening.shown]
        self.whole = self._arranged(range(len(rows)), people=people)
        self.opening = self._arranged(self.shown, people=people)
        kept = [snapshot.node(row).claims for row in rows] + [snapshot.link(row).claims for row in self.links()]
        cited = [claim.source for claims in kept for claim in claims]
        cited += [item.source for row in rows for item in snapshot.node(row).observations]
        used = dict.fromkeys(source for source in cited if source in snapshot.map.source_of)
        self.sources = [snapshot.map.source_of[name] for name in used if name]
        self.source_at: Mapping[str, int] = {source.id: at for at, source in enumerate(self.sources)}

    def links(self) -> list[int]:
        """The rows of the links between boxes, less those that a lane already shows."""
        start, end = self.snapshot.start, self.snapshot.end
        sits_in = set(self.snapshot.of_kind(LinkKind.SITS_IN).tolist())
        rows = range(self.snapshot.n_links)
        return [row for row in rows if int(start[row]) in self.at and int(end[row]) in self.at and row not in sits_in]

    def _arranged(self, members: Iterable[int], *, people: bool) -> Arrangement:
        chosen = list(members)
        number = {at: place for place, at in enumerate(chosen)}
        joins: list[Join] = []
        for row in self.links():
            start, end = self.at[int(self.snapshot.start[row])], self.at[int(self.snapshot.end[row])]
            if start in number and end in number and LINK_LOOKS[self.snapshot.link(row).kind].relation in SHOWN_FIRST:
                joins.append((number[start], number[end]))
        return arranged(
            [self.lane_of[at] for at in chosen],
            [self.lettered[at][1] for at in chosen],
            joins,
            causes_first=not people and not _has_tiers(self.snapshot),
        )

    def boxes(self) -> list[Box]:
        """A box for every kept row, in the rows' order."""
        opening = dict(zip(self.shown, self.opening.places, strict=True))
        made = []
        for at, row in enumerate(self.rows):
            node, (lines, width, height) = self.snapshot.node(row), self.lettered[at]
            made.append(
                Box(
                    id=node.id,
                    kind=node.kind,
                    label=node.label or node.id,
                    lines=lines,
                    width=width,
                    height=height,
                    lane=self.lane_of[at],
                    silo=self.snapshot.silo_of(row),
                    place=self.whole.places[at],
                    opening=opening.get(at),
                    proposed=node.status is not None,
                    first=_day(first_day(node.valid_from)),
                    last=_day(end_day(node.valid_to)),
                    better=str(node.better) if node.better else None,
                    aliases=node.aliases,
                    text=node.text,
                    facts=node_facts(self.snapshot, row, self.lanes[self.lane_of[at]].label),
                    claims=claim_notes(node.claims, self.source_at),
                    series=series_of(node.observations, self.source_at),
                )
            )
        return made

    def line(self, row: int, number: Mapping[int, int]) -> Line:
        """The line of a link."""
        snapshot, columns = self.snapshot, self.snapshot.links
        link = snapshot.link(row)
        start, end = int(snapshot.start[row]), int(snapshot.end[row])
        impact = bool(snapshot.carries_impact[row])
        nothing_found = impact and columns.sign[row] == 0 and columns.strength[row] == 0
        sign = (Sign.NONE_FOUND if nothing_found else _SIGN_OF[int(columns.sign[row])]) if impact else None
        return Line(
            id=link.id,
            start=number[start],
            end=number[end],
            kind=link.kind,
            relation=LINK_LOOKS[link.kind].relation,
            sign=sign,
            strength=float(columns.strength[row]) if impact else 0.5,
            confidence=float(columns.confidence[row]) if impact else None,
            dotted=impact and (Ground(int(columns.ground[row])) is Ground.ASSUMPTION or (sign is not None and SIGN_LOOKS[sign].dotted)),
            proposed=link.status is not None,
            disputed=bool(columns.disputed[row]),
            first=_day(first_day(link.valid_from)),
            last=_day(end_day(link.valid_to)),
            sentence=sentence(snapshot.node(start), link, snapshot.node(end), sign),
            text=link.text,
            facts=link_facts(snapshot, row),
            claims=claim_notes(link.claims, self.source_at),
        )


def _arriving(snapshot: Snapshot) -> list[int]:
    """How many effects arrive at each node: a box must be wide enough for their heads to stand side by side."""
    counts = [0] * snapshot.n_nodes
    for end in snapshot.end[snapshot.carries_impact]:
        counts[int(end)] += 1
    return counts


def _lettered(snapshot: Snapshot, row: int, arriving: int) -> tuple[tuple[str, ...], float, float]:
    node = snapshot.node(row)
    lines = wrapped(f"{NODE_LOOKS[node.kind].glyph}\u00a0{node.label or node.id}", _MEASURE)
    heads = min(_MOST_FOR_HEADS, arriving * _HEAD + _SIDES)
    width = max(_LEAST_BOX, heads, max(map(text_width, lines)) + _SIDES)
    return lines, float(round(width)), len(lines) * LINE_HEIGHT + _ENDS


def _day(number: int) -> str | None:
    return None if number in (ALWAYS_FROM, ALWAYS_TO) else date.fromordinal(number).isoformat()


def _change_days(marks: Iterable[Box | Line]) -> tuple[str, ...]:
    return tuple(sorted({day for mark in marks for day in (mark.first, mark.last) if day}))


def _path_mark(path: ImpactPath, snapshot: Snapshot, number: Mapping[int, int], line_of: Mapping[str, int]) -> PathMark | None:
    """The path as marks; None where the picture does not hold all of it."""
    boxes = [number.get(snapshot.row_of.get(node, -1)) for node in path.nodes]
    lines = [line_of.get(link) for link in path.links]
    if not boxes or None in boxes or None in lines:
        return None
    sign = SIGN_LOOKS[Sign(path.sign)]
    better = path.steps[-1].end_better if path.steps else None
    via = [step.start_label for step in path.steps if step.is_lead_in] or [path.steps[0].start_label] if path.steps else [""]
    decision = path.steps[0].end_label if path.steps and path.steps[0].is_lead_in else via[0]
    value = ""
    if better in ("more", "less") and path.sign in "+-":
        value = " (better)" if (path.sign == "+") == (better == "more") else " (worse)"
    end = path.steps[-1].end_label if path.steps else ""
    counted = f"{path.sourced} of {path.counted_steps} steps sourced, weakest confidence {confidence_word(path.confidence)}"
    return PathMark(
        boxes=tuple(at for at in boxes if at is not None),
        lines=tuple(at for at in lines if at is not None),
        sign=path.sign,
        title=f"{decision} {sign.verb} {end}{value}; {counted}",
        text=path.text,
    )

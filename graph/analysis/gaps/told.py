"""From findings to gaps that people read: the path that acts, the way back, who says what, and the loops that would close."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graph.analysis.gaps.findings import LADDER, NO_SENSOR, NOT_SENT, NOT_USED, TOO_LATE, WRONG_PLACE, Back, Finding
from graph.analysis.gaps.information import Information
from graph.analysis.gaps.said import voice
from graph.analysis.gaps.steps import Way
from graph.kernels.index import Floats
from graph.kernels.pairs import strongest_of_pairs
from graph.results import ClosingLoop, Gap, ImpactPath, ReturnPath, Voice
from graph.results.gaps import DISPUTED, NOT_RECORDED
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem
from graph.snapshot import Snapshot
from graph.telling import SIGN_OF_NUMBER, in_sentence, path_of
from schema.bundling import SIGN_NUMBER
from schema.kinds import NodeKind, Sign

WORDS = {
    NO_SENSOR: "nobody sees it",
    NOT_SENT: "seen, not passed on",
    NOT_USED: "heard, not acted on",
    TOO_LATE: "too late",
    WRONG_PLACE: "went elsewhere",
}
KIND_OF_SIGN = {1: "R", -1: "B", 0: "U"}
LOOPS_LISTED = 5
LOOPS_COUNTED = 10_000


class Teller:
    """Tells findings; keeps what several of one pair share."""

    def __init__(
        self,
        snapshot: Snapshot,
        selection: Selection,
        filters: Filters,
        information: Information,
        toward: Floats | None,
        stop: Stop | None,
    ) -> None:
        self.snapshot, self.selection, self.filters, self.information = snapshot, selection, filters, information
        self.toward, self.stop = toward, stop
        self._acts: dict[tuple[int, int], tuple[list[tuple[int, ...]], int, bool]] = {}

    def gap(self, finding: Finding) -> Gap:
        """The whole record of one gap."""
        snapshot, case = self.snapshot, finding.case
        decision, factor = snapshot.node(finding.decision), snapshot.node(finding.factor)
        paths, count, whole = self._paths(finding)
        acts = path_of(snapshot, self.selection, paths[0]) if paths else None
        said_by, disputed_by, because = (
            tuple(voice(snapshot, claim, decision) for claim in claims) for claims in (case.missing, case.there, case.because)
        )
        closing = self._closing(finding, paths)
        toward = float(self.toward[finding.factor]) if self.toward is not None else 0.0
        sights = self.information.seen_by(finding.factor)
        return Gap(
            decision=decision.id,
            decision_label=decision.label,
            factor=factor.id,
            factor_label=factor.label,
            kind=case.kind,
            words=WORDS[case.kind],
            score=None if math.isnan(finding.score) else finding.score,
            state=case.state,
            owner=snapshot.node(case.owner).id,
            observers=tuple(dict.fromkeys(snapshot.node(sight.start).id for sight in sights)),
            went_to=tuple(snapshot.node(row).id for row in case.went_to),
            said_by=said_by,
            disputed_by=disputed_by,
            because=because,
            acts_strength=finding.acts,
            moment_strength=toward if toward > 0 else None,
            used_strength=case.used,
            acts=acts,
            return_paths=tuple(self._return(back) for back in case.backs),
            would_close=closing,
            would_close_found=count,
            would_close_complete=whole,
            text=self._text(finding, acts, said_by, disputed_by, because, closing, count),
        )

    def look_up(self, findings: Sequence[Finding]) -> None:
        """Find the paths of the pairs that are to be told, in one search."""
        pairs = [(finding.decision, finding.factor) for finding in findings]
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self._acts]
        problem = path_problem(self.snapshot, self.selection, Ends(starts=(), goals=()), self.filters)
        most = min(self.filters.max_paths, LOOPS_COUNTED)
        every = strongest_of_pairs(problem, fresh, LOOPS_LISTED, max_paths=most, stop=self.stop)
        for pair, found in zip(fresh, every, strict=True):
            self._acts[pair] = (found.paths, found.count, found.complete)

    def _paths(self, finding: Finding) -> tuple[list[tuple[int, ...]], int, bool]:
        """The strongest paths from a decision to a factor, how many there are, and whether all were counted."""
        pair = (finding.decision, finding.factor)
        if pair not in self._acts:
            self.look_up([finding])
        return self._acts[pair]

    def _closing(self, finding: Finding, paths: Sequence[tuple[int, ...]]) -> tuple[ClosingLoop, ...]:
        """The loops that these paths would make with the missing link."""
        snapshot, selection = self.snapshot, self.selection
        closing, link, claimed = self._closing_sign(finding)
        every = [row for rows in paths for row in rows]
        ends, signs, strengths = (column[every].tolist() for column in (snapshot.end, selection.sign, selection.strength))
        delays, ids = snapshot.delay[every], snapshot.map.links.ids
        loops, upto = [], 0
        for rows in paths:
            here = slice(upto, upto + len(rows))
            upto += len(rows)
            delay = float(delays[here].sum())
            loops.append(
                ClosingLoop(
                    nodes=tuple([snapshot.node(node).id for node in (finding.decision, *ends[here])]),
                    links=tuple([ids[row] for row in rows]),
                    kind=KIND_OF_SIGN[math.prod(signs[here]) * closing],
                    gain=math.prod(strengths[here]),
                    delay_months=None if math.isnan(delay) else delay,
                    closing_sign=SIGN_OF_NUMBER[closing],
                    closing_link=link,
                    claimed_by=claimed,
                )
            )
        return tuple(loops)

    def _closing_sign(self, finding: Finding) -> tuple[int, str | None, tuple[str, ...]]:
        """The sign that somebody claims of the missing link, that link, and the claims; 0 where nobody does or they differ."""
        link = next((back.taken.id for back in finding.case.backs if back.taken is not None), None)
        claims = [(claim, item) for claim, item in self.information.inputs.route_claims(finding.decision, finding.factor) if claim.sign]
        if claims:
            signs = {claim.sign for claim, _ in claims}
            sign = SIGN_NUMBER[claims[0][0].sign or Sign.UNKNOWN] if len(signs) == 1 else 0
            return sign, link or claims[0][1].id, tuple(claim.id for claim, _ in claims)
        inputs = [back.taken for back in finding.case.backs if back.taken is not None]
        stated = {self.snapshot.link(item.row).sign for item in inputs} - {None}
        return (SIGN_NUMBER[next(iter(stated)) or Sign.UNKNOWN] if len(stated) == 1 else 0), link, ()

    def _return(self, back: Back) -> ReturnPath:
        snapshot, way = self.snapshot, back.way
        actors = [way.steps[0].start, *(step.end for step in way.steps[1:])]
        return ReturnPath(
            observer=snapshot.node(way.steps[0].start).id,
            owner=snapshot.node(back.owner).id,
            signal=way.signal,
            nodes=tuple(snapshot.node(actor).id for actor in actors),
            links=way.ids,
            taken_by=back.taken.id if back.taken is not None else None,
            kinds=tuple(kind for kind in LADDER if kind in back.flaws),
            delay_months=way.delay,
            delay_known=way.delay_known,
            limit_months=back.limit,
            strength=way.strength,
        )

    # ---- words ----------------------------------------------------------

    def _text(
        self,
        finding: Finding,
        acts: ImpactPath | None,
        said_by: Sequence[Voice],
        disputed_by: Sequence[Voice],
        because: Sequence[Voice],
        closing: Sequence[ClosingLoop],
        count: int,
    ) -> str:
        label = self._label
        way = f" (by way of {len(acts.links)} links)" if acts and len(acts.links) > 1 else ""
        opening = f"{label(finding.decision)} acts on {in_sentence(label(finding.factor))}{way}. {WORDS[finding.case.kind].capitalize()}"
        parts = [f"{opening}: {self._how(finding)}."]
        parts.append(_who(finding.case.state, said_by, disputed_by))
        if because:
            parts.append("Reasons given: " + "; ".join(f"{each.text or each.claim} ({_named(each)})" for each in because) + ".")
        if closing:
            kinds = {loop.kind for loop in closing}
            word = {"R": "reinforcing", "B": "balancing", "U": "of a kind that nobody has claimed"}
            shown = " or ".join(word[kind] for kind in ("B", "R", "U") if kind in kinds)
            parts.append(f"Were it used, {count} {'loop' if count == 1 else 'loops'} would close, {shown}.")
        return " ".join(part for part in parts if part)

    def _how(self, finding: Finding) -> str:
        owner = self._label(finding.case.owner)
        if finding.case.kind == NO_SENSOR:
            return "nobody is recorded as seeing how it stands"
        seen = self._seen(list(dict.fromkeys(step.start for step in self.information.seen_by(finding.factor))))
        if finding.case.kind == NOT_SENT:
            return f"{seen}, and nothing is passed on to {owner}"
        if finding.case.kind == WRONG_PLACE:
            elsewhere = _and(self._label(row) for row in finding.case.went_to)
            return f"{seen}, and {elsewhere} {'hears' if len(finding.case.went_to) == 1 else 'hear'} of it, {owner} does not"
        back = finding.case.backs[0]
        path = self._path(back.way)
        if finding.case.kind == TOO_LATE:
            least = "" if back.way.delay_known else "at least "
            return f"{path} after {least}{back.way.delay:g} months, where {back.limit:g} would do"
        return f"{path}; {self._where_unused(back, owner)}"

    def _path(self, way: Way) -> str:
        told = "".join(f", who tells {self._label(step.end)}" for step in way.steps[1:])
        return f"{self._seen([way.steps[0].start])}{told}"

    def _seen(self, observers: Sequence[int]) -> str:
        """Who sees it, with the verb that fits."""
        several = len(observers) > 1 or self.snapshot.is_kind(observers[0], NodeKind.PEOPLE)
        return f"{_and(self._label(row) for row in observers)} {'see' if several else 'sees'} it"

    def _where_unused(self, back: Back, owner: str) -> str:
        if back.way.unused:
            return f"{_and(dict.fromkeys(self._label(step.end) for step in back.way.unused))} does not use it"
        if back.taken is None or back.taken.said.is_missing:
            return f"{owner} does not take it into account in this decision"
        return "whether it is used is not recorded"

    def _label(self, row: int) -> str:
        return self.snapshot.node(row).label


def _who(state: str, said_by: Sequence[Voice], disputed_by: Sequence[Voice]) -> str:
    if state == NOT_RECORDED:
        return "Not recorded: nobody says that it is missing, nor that it is there."
    said = f"Said to be missing by {_and(_by_speaker(said_by))}." if said_by else "Missing as the map is drawn."
    if state == DISPUTED:
        return f"{said} Disputed by {_and(_by_speaker(disputed_by))}."
    return said


def _by_speaker(voices: Sequence[Voice]) -> list[str]:
    """Who speaks, each once, with the claims and when they were made."""
    claims: dict[tuple[str, str], list[str]] = {}
    for each in voices:
        claims.setdefault((each.by or "the editors", _when(each)), []).append(each.claim)
    return [f"{by} [{', '.join(ids)}{when}]" for (by, when), ids in claims.items()]


def _named(each: Voice) -> str:
    return _by_speaker([each])[0]


def _when(each: Voice) -> str:
    said = f", {each.said_on}" if each.said_on else ""
    return said + (", before this decision was taken" if each.early else "")


def _and(words: object) -> str:
    listed = [str(word) for word in words]  # type: ignore[attr-defined]
    return listed[0] if len(listed) == 1 else ", ".join(listed[:-1]) + " and " + listed[-1] if listed else ""

"""From rows to what people read: steps with owners and sources, hand-offs, threads, and a sentence for each path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from graph.results import ImpactPath, Step
from graph.selection import Selection
from graph.snapshot import Snapshot
from graph.threads import threads_on
from schema.bundling import (
    ASSUMED_CONFIDENCE_BIT,
    ASSUMED_DELAY_BIT,
    ASSUMED_SIGN_BIT,
    ASSUMED_STRENGTH_BIT,
    Ground,
    StrengthBasis,
)
from schema.kinds import Better, LinkKind
from schema.ontology import LINK_KIND_CODE
from schema.records import Source

SIGN_OF_NUMBER = {1: "+", -1: "-", 0: "?"}
STEPS_KEPT = 20_000
"""How many steps a snapshot keeps, which bounds what they take on a large map."""
LABELS_KEPT = 4_096
_MAKES = LINK_KIND_CODE[LinkKind.MAKES]
VERB_OF_SIGN = {"+": "raises", "-": "lowers", "?": "moves (which way is not known)"}
_ASSUMED = (
    (ASSUMED_SIGN_BIT, "sign"),
    (ASSUMED_STRENGTH_BIT, "strength"),
    (ASSUMED_CONFIDENCE_BIT, "confidence"),
    (ASSUMED_DELAY_BIT, "delay"),
)


def assumed_fields(bits: int) -> tuple[str, ...]:
    """What of a link was assumed, in words."""
    return tuple(word for bit, word in _ASSUMED if bits & bit)


def worth(effect: str, better: Better | None) -> str:
    """Whether an effect on a factor is better or worse, as far as it is ours to say; empty where it is not."""
    if effect not in ("+", "-") or better in (None, Better.NOT_OURS):
        return ""
    return "better" if (effect == "+") == (better is Better.MORE) else "worse"


def steps_of(snapshot: Snapshot, selection: Selection, rows: Sequence[int]) -> tuple[Step, ...]:
    """The steps of a path given as link rows."""
    return next(_steps_of_each(snapshot, selection, [rows]))


def _steps_of_each(snapshot: Snapshot, selection: Selection, paths: Sequence[Sequence[int]]) -> Iterator[tuple[Step, ...]]:
    # A step is the same on every path that comes to it with the same effect, so that each is made once.
    kept: dict[tuple[int, int, int, float], Step] = snapshot.keep("steps", dict)
    every = [row for rows in paths for row in rows]
    lead_in = (snapshot.links.kind[every] == _MAKES).tolist()
    walk = iter(zip(every, lead_in, selection.sign[every].tolist(), selection.strength[every].tolist(), strict=True))
    for rows in paths:
        steps, effect = [], 1
        for row, leads, sign, strength in islice(walk, len(rows)):
            effect *= 1 if leads else sign
            key = (row, sign, effect, strength)
            step = kept.get(key)
            if step is None:
                if len(kept) >= STEPS_KEPT:
                    kept.clear()
                step = kept[key] = _step(snapshot, row, sign, effect, strength, leads=leads)
            steps.append(step)
        yield tuple(steps)


def _step(snapshot: Snapshot, row: int, sign: int, effect: int, strength: float, *, leads: bool) -> Step:
    """One link on a path. `leads` says that it leads from a body to what it decides, which moves nothing yet."""
    columns = snapshot.links
    link, start, end = snapshot.link(row), snapshot.node(int(snapshot.start[row])), snapshot.node(int(snapshot.end[row]))
    owner = snapshot.owner_of(int(snapshot.start[row]))
    return Step(
        link=link.id,
        kind=str(link.kind),
        start=start.id,
        start_label=start.label,
        end=end.id,
        end_label=end.label,
        sign=None if leads else SIGN_OF_NUMBER[sign],
        effect=SIGN_OF_NUMBER[effect],
        strength=1.0 if leads else strength,
        strength_basis=StrengthBasis(int(columns.strength_basis[row])).name.lower(),
        confidence=1.0 if leads else float(columns.confidence[row]),
        delay_low=0.0 if leads else _known(columns.delay_low[row]),
        delay_high=0.0 if leads else _known(columns.delay_high[row]),
        ground=Ground(int(columns.ground[row])).name.lower(),
        disputed=bool(columns.disputed[row]),
        assumed=() if leads else assumed_fields(int(columns.assumed[row])),
        owner=owner,
        owner_name=None if owner is None else snapshot.name_of(owner),
        end_better=end.better,
        text=link.text,
        claims=link.claims,
        sources=_unique(snapshot.map.source_of.get(claim.source or "") for claim in link.claims),
    )


def _unique(sources: Iterable[Source | None]) -> tuple[Source, ...]:
    return tuple({source.id: source for source in sources if source is not None}.values())


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def hand_offs(snapshot: Snapshot, nodes: Sequence[int]) -> tuple[str, ...]:
    """The owners along a path in order, repeats collapsed, absent ones skipped."""
    return _owners_in_turn(map(snapshot.owner_of, nodes))


def _owners_in_turn(along: Iterable[str | None]) -> tuple[str, ...]:
    owners: list[str] = []
    last = None
    for owner in along:
        if owner is not None and owner != last:
            owners.append(owner)
            last = owner
    return tuple(owners)


def nodes_of(snapshot: Snapshot, rows: Sequence[int]) -> tuple[int, ...]:
    """The node rows of a path given as link rows."""
    if not rows:
        return ()
    return (int(snapshot.start[rows[0]]), *snapshot.end[list(rows)].tolist())


def path_of(snapshot: Snapshot, selection: Selection, rows: Sequence[int]) -> ImpactPath:
    """A path as a record, with its sentence."""
    return paths_of(snapshot, selection, [rows])[0]


def paths_of(snapshot: Snapshot, selection: Selection, paths: Sequence[Sequence[int]]) -> list[ImpactPath]:
    """Several paths as records."""
    return [_path(snapshot, steps) for steps in _steps_of_each(snapshot, selection, paths)]


def _path(snapshot: Snapshot, steps: tuple[Step, ...]) -> ImpactPath:
    inner = [step for step in steps if step.sign is not None]
    nodes = (steps[0].start, *[step.end for step in steps]) if steps else ()
    trip, ground = round_trip(inner), _Ground.of(inner)
    bases = {step.strength_basis for step in inner}
    strength = 1.0
    for step in inner:
        strength *= step.strength
    threads = threads_on(snapshot, nodes, inner)
    owners = _owners_in_turn([*[step.owner for step in steps], snapshot.owner_of(snapshot.row_of[nodes[-1]])]) if steps else ()
    return ImpactPath(
        nodes=nodes,
        links=tuple([step.link for step in steps]),
        sign=steps[-1].effect if steps else "+",
        strength=strength,
        strength_basis=next((basis for basis in ("assumed", "judged", "given") if basis in bases), "definition"),
        delay_months=trip.middle,
        delay_low=trip.low,
        delay_high=trip.high,
        confidence=min([step.confidence for step in inner], default=1.0),
        hand_offs=owners,
        hand_off_names=tuple([snapshot.name_of(owner) for owner in owners]),
        sourced=ground.sourced,
        definitions=ground.definitions,
        assumptions=ground.assumptions,
        unstated=ground.unstated,
        threads=threads,
        text=_sentence(snapshot, steps, inner, trip, _footing(inner, ground, threads)),
        steps=steps,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """How long some steps take together, in months: what is known of the least; the most and the middle, None where unknown."""

    low: float
    high: float | None

    @property
    def middle(self) -> float | None:
        return None if self.high is None else (self.low + self.high) / 2


def round_trip(steps: Sequence[Step]) -> Trip:
    """The sum of the steps' delays."""
    known = [(step.delay_low, step.delay_high) for step in steps if step.delay_low is not None and step.delay_high is not None]
    high = math.fsum([delay[1] for delay in known]) if len(known) == len(steps) else None
    return Trip(low=math.fsum([delay[0] for delay in known]), high=high)


def months(low: float, high: float | None) -> str:
    """A delay in words: `at once`, `6 months`, `9-49 months`, `at least 9 months`."""
    if high is None:
        return f"at least {low:g} months" if low else "after an unknown time"
    if high == 0:
        return "at once"
    return f"{low:g} months" if low == high else f"{low:g}-{high:g} months"


def bits(disagreement: float) -> str:
    """How far claims differ, in words: 1 bit is two that say two things."""
    return "1 bit" if round(disagreement, 2) == 1 else f"{disagreement:.2g} bits"


def confidence_word(value: float) -> str:
    """A confidence in words."""
    return "high" if value >= 0.75 else "medium" if value >= 0.45 else "low"


@lru_cache(maxsize=LABELS_KEPT)
def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: its first letter small, unless the label looks like a name."""
    names = any(letter.isupper() for letter in label[1:])
    return label if names else label[:1].lower() + label[1:]


def _sentence(snapshot: Snapshot, steps: Sequence[Step], inner: Sequence[Step], trip: Trip, stands: str) -> str:
    """One sentence: who acts, what moves which way, how soon, on what it stands. `inner` are the steps after the lead-in."""
    if not steps:
        return ""
    if not inner:
        return f"{steps[0].start_label} makes the decision {in_sentence(steps[0].end_label)}; no effect lies between the two."
    first = inner[0]
    opening = f"{steps[0].start_label}: {first.start_label}" if steps[0].is_lead_in else first.start_label
    parts, acted, begins = [], first.owner, steps[0].start
    for step in inner:
        said, owner = _moves(step.effect, step.end_label, step.end_better), step.owner
        parts.append(f"{said} [by {snapshot.name_of(owner)}]" if owner and owner not in (acted, begins) else said)
        acted = owner
    return f"{opening} {', which '.join(parts)}; {months(trip.low, trip.high)}. {stands}"


@lru_cache(maxsize=LABELS_KEPT)
def _moves(effect: str, label: str, better: Better | None) -> str:
    """What is done to a factor, in words."""
    value = worth(effect, better)
    return f"{VERB_OF_SIGN[effect]} {in_sentence(label)}" + (f" ({value})" if value else "")


def footing(inner: Sequence[Step], threads: Sequence[str] = ()) -> str:
    """On what some steps stand, in a sentence: how many are sourced, defined or assumed, and how sure the weakest is."""
    return _footing(inner, _Ground.of(inner), threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """How many steps stand on what; `unstated` are those that no source has been named or checked for."""

    sourced: int
    definitions: int
    assumptions: int
    unstated: int

    @classmethod
    def of(cls, steps: Sequence[Step]) -> _Ground:
        grounds = [step.ground for step in steps]
        sourced, definitions, assumptions = map(grounds.count, ("sourced", "definition", "assumption"))
        rest = len(grounds) - sourced - definitions - assumptions
        return cls(sourced=sourced, definitions=definitions, assumptions=assumptions, unstated=rest)


def _footing(inner: Sequence[Step], ground: _Ground, threads: Sequence[str]) -> str:
    if not inner:
        return ""
    rest = ((ground.definitions, "by definition"), (ground.assumptions, "assumed"), (ground.unstated, "without a source"))
    also = "".join([f", {count} {word}" for count, word in rest if count])
    weakest = min([step.confidence for step in inner])
    disputed = [step.disputed for step in inner].count(True)
    said = f"{ground.sourced} of {len(inner)} steps sourced{also}; weakest confidence {confidence_word(weakest)}"
    if disputed:
        said += f"; {disputed} disputed"
        if by := max(step.disagreement for step in inner if step.disputed):
            said += f" ({'disagreement' if disputed == 1 else 'disagreement up to'} {bits(by)})"
    return said + (f"; threads: {', '.join(threads)}." if threads else ".")

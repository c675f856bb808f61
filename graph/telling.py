"""From rows to what people read: steps with owners and sources, hand-offs, threads, and a sentence for each path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graph.results import ImpactPath, Step
from graph.selection import Selection
from graph.snapshot import Snapshot
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
from schema.records import Claim, Node, Source
from schema.system_map import first_day

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
    # A step is the same on every path that comes to it with the same effect, so that each is made once.
    kept: dict[tuple[int, int, int, float], Step] = snapshot.keep("steps", dict)
    steps, effect = [], 1
    wanted = list(rows)
    lead_in = (snapshot.links.kind[wanted] == _MAKES).tolist()
    for row, leads, sign, strength in zip(
        wanted, lead_in, selection.sign[wanted].tolist(), selection.strength[wanted].tolist(), strict=True
    ):
        effect *= 1 if leads else sign
        key = (row, sign, effect, strength)
        step = kept.get(key)
        if step is None:
            if len(kept) >= STEPS_KEPT:
                kept.clear()
            step = kept[key] = _step(snapshot, row, sign, effect, strength, leads=leads)
        steps.append(step)
    return tuple(steps)


def _step(snapshot: Snapshot, row: int, sign: int, effect: int, strength: float, *, leads: bool) -> Step:
    """One link on a path. `leads` says that it leads from a body to what it decides, which moves nothing yet."""
    columns = snapshot.links
    link, start, end = snapshot.link(row), snapshot.node(int(snapshot.start[row])), snapshot.node(int(snapshot.end[row]))
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
        owner=snapshot.owner_of(int(snapshot.start[row])),
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
    owners: list[str] = []
    for row in nodes:
        owner = snapshot.owner_of(row)
        if owner is not None and (not owners or owners[-1] != owner):
            owners.append(owner)
    return tuple(owners)


def nodes_of(snapshot: Snapshot, rows: Sequence[int]) -> tuple[int, ...]:
    """The node rows of a path given as link rows."""
    if not rows:
        return ()
    return (int(snapshot.start[rows[0]]), *snapshot.end[list(rows)].tolist())


def path_of(snapshot: Snapshot, selection: Selection, rows: Sequence[int]) -> ImpactPath:
    """A path as a record, with its sentence."""
    steps = steps_of(snapshot, selection, rows)
    inner = [step for step in steps if not step.is_lead_in]
    node_rows = nodes_of(snapshot, rows)
    known = [(step.delay_low, step.delay_high) for step in inner if step.delay_low is not None and step.delay_high is not None]
    low, all_known = math.fsum(delay[0] for delay in known), len(known) == len(inner)
    high = math.fsum(delay[1] for delay in known) if all_known else None
    grounds = [step.ground for step in inner]
    bases = {step.strength_basis for step in inner}
    strength = 1.0
    for step in inner:
        strength *= step.strength
    threads = threads_on(snapshot, [snapshot.node(row) for row in node_rows], inner)
    sign = steps[-1].effect if steps else "+"
    return ImpactPath(
        nodes=(steps[0].start, *(step.end for step in steps)) if steps else (),
        links=tuple(step.link for step in steps),
        sign=sign,
        strength=strength,
        strength_basis=next((basis for basis in ("assumed", "judged", "given") if basis in bases), "definition"),
        delay_months=(low + high) / 2 if high is not None else None,
        delay_low=low,
        delay_high=high,
        confidence=min((step.confidence for step in inner), default=1.0),
        hand_offs=hand_offs(snapshot, node_rows),
        sourced=grounds.count("sourced"),
        definitions=grounds.count("definition"),
        assumptions=grounds.count("assumption"),
        unstated=len(grounds) - grounds.count("sourced") - grounds.count("definition") - grounds.count("assumption"),
        threads=threads,
        text=_sentence(snapshot, steps, inner, low, high, threads),
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
    high = math.fsum(delay[1] for delay in known) if len(known) == len(steps) else None
    return Trip(low=math.fsum(delay[0] for delay in known), high=high)


def months(low: float, high: float | None) -> str:
    """A delay in words: `at once`, `6 months`, `9-49 months`, `at least 9 months`."""
    if high is None:
        return f"at least {low:g} months" if low else "after an unknown time"
    if high == 0:
        return "at once"
    return f"{low:g} months" if low == high else f"{low:g}-{high:g} months"


def confidence_word(value: float) -> str:
    """A confidence in words."""
    return "high" if value >= 0.75 else "medium" if value >= 0.45 else "low"


@lru_cache(maxsize=LABELS_KEPT)
def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: its first letter small, unless the label looks like a name."""
    names = any(letter.isupper() for letter in label[1:])
    return label if names else label[:1].lower() + label[1:]


def _sentence(
    snapshot: Snapshot, steps: Sequence[Step], inner: Sequence[Step], low: float, high: float | None, threads: Sequence[str]
) -> str:
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
    return f"{opening} {', which '.join(parts)}; {months(low, high)}. {footing(inner, threads)}"


@lru_cache(maxsize=LABELS_KEPT)
def _moves(effect: str, label: str, better: Better | None) -> str:
    """What is done to a factor, in words."""
    value = worth(effect, better)
    return f"{VERB_OF_SIGN[effect]} {in_sentence(label)}" + (f" ({value})" if value else "")


def footing(inner: Sequence[Step], threads: Sequence[str] = ()) -> str:
    """On what some steps stand, in a sentence: how many are sourced, defined or assumed, and how sure the weakest is."""
    grounds = [step.ground for step in inner]
    sourced = grounds.count("sourced")
    rest = [
        (grounds.count("definition"), "by definition"),
        (grounds.count("assumption"), "assumed"),
        (grounds.count("unstated") + grounds.count("unverified"), "without a source"),
    ]
    also = "".join(f", {count} {word}" for count, word in rest if count)
    weakest = min([step.confidence for step in inner])
    disputed = [step.disputed for step in inner].count(True)
    said = f"{sourced} of {len(inner)} steps sourced{also}; weakest confidence {confidence_word(weakest)}"
    if disputed:
        said += f"; {disputed} disputed"
    return said + (f"; threads: {', '.join(threads)}." if threads else ".")


def threads_on(snapshot: Snapshot, nodes: Sequence[Node], inner: Sequence[Step]) -> tuple[str, ...]:
    """Who states the whole path: sources common to all its steps, and whole-route claims made after its decisions."""
    common = {claim.source for claim in inner[0].claims if claim.source} if inner else set()
    for step in inner[1:]:
        if not common:
            break
        common &= {claim.source for claim in step.claims if claim.source}
    said = [claim.id for claim, early in route_claims(snapshot, nodes) if not early]
    return (*sorted(common), *said)


def route_claims(snapshot: Snapshot, nodes: Sequence[Node]) -> list[tuple[Claim, bool]]:
    """The claims about whole routes that fit a path, each with whether it was said before a decision on the path was taken."""
    claims: Sequence[Claim] = snapshot.keep(
        "route claims", lambda: [claim for node in snapshot.map.nodes for claim in node.claims if claim.route]
    )
    if not claims:
        return []
    ids = [node.id for node in nodes]
    fitting = []
    for claim in claims:
        if claim.route[-1] != ids[-1] or not _in_order(claim.route, ids):
            continue
        taken = max((first_day(node.valid_from) for node in nodes if node.kind == "decision"), default=0)
        fitting.append((claim, bool(claim.said_on) and first_day(claim.said_on) < taken))
    return fitting


def _in_order(route: Sequence[str], ids: Sequence[str]) -> bool:
    walk = iter(ids)
    return all(stop in walk for stop in route)

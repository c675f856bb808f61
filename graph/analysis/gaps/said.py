"""What is said of whether something happens, by whom, and why."""

from __future__ import annotations

from dataclasses import dataclass

from graph.results import Voice
from graph.snapshot import Snapshot
from schema.kinds import Use
from schema.records import Claim, Link, Node
from schema.system_map import end_day, first_day

_OPEN = (Use.YES, Use.SOMETIMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Whether something happens, as far as is recorded, with the claims that say it does not and those that say it does.

    What the link states as a whole decides; where it states nothing, the claims do, and one that says no outweighs the rest.
    """

    value: Use
    missing: tuple[Claim, ...] = ()
    there: tuple[Claim, ...] = ()

    @property
    def is_missing(self) -> bool:
        return self.value is Use.NO

    @property
    def is_recorded(self) -> bool:
        return self.value is not Use.UNKNOWN

    @classmethod
    def of(cls, link: Link, field: str, otherwise: Use) -> Said:
        """What a link says of `available` or `used`; `otherwise` where neither it nor a claim says anything."""
        by_value = [(claim, _use(claim.attributes.get(field))) for claim in link.claims]
        missing = tuple(claim for claim, use in by_value if use is Use.NO)
        there = tuple(claim for claim, use in by_value if use in _OPEN)
        value: Use | None = getattr(link, field)
        if value is None:
            said = [use for _, use in by_value if use is not None]
            value = next((use for use in (Use.NO, Use.SOMETIMES, Use.YES, Use.UNKNOWN) if use in said), otherwise)
        if value is Use.NO and not missing:
            missing = tuple(claim for claim in link.claims if claim not in there and not is_reason(claim))
        return cls(value=value, missing=missing, there=there)


def _use(word: object) -> Use | None:
    if isinstance(word, bool):
        return Use.YES if word else Use.NO
    return Use(word) if isinstance(word, str) and word in {str(use) for use in Use} else None


def is_reason(claim: Claim) -> bool:
    """Whether a claim says why something is so."""
    return _use(claim.attributes.get("because")) is Use.YES


def voice(snapshot: Snapshot, claim: Claim, decision: Node | None = None) -> Voice:
    """Who makes a claim, as far as is recorded, and whether before a decision was taken."""
    source = snapshot.map.source_of.get(claim.source or "")
    by = claim.by or (source.author or source.publisher or source.title if source else None)
    early = decision is not None and bool(claim.said_on) and end_day(claim.said_on) <= first_day(decision.valid_from)
    return Voice(
        claim=claim.id, by=by, source=claim.source, standpoint=claim.standpoint, said_on=claim.said_on, text=claim.text, early=early
    )

"""Nodes, links and claims in words: what stands in the details beside the picture and in the table.

What is not recorded says so; an opinion is called one; a source that was read elsewhere says where.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from graph.snapshot import Snapshot
from schema.bundling import Ground, StrengthBasis, disagreement
from schema.kinds import NUMBER_OF_CONFIDENCE, STRENGTH_OF_LEVEL, Basis, Better, LinkKind, Mark, NodeKind, Sign, Use
from schema.records import Claim, Link, Money, Node, Source
from viz.marks import ClaimNote, Fact, SourceNote
from viz.palette import LINK_LOOKS, SIGN_LOOKS

NOT_RECORDED = "not recorded"

BASIS_WORDS: Mapping[Basis, str] = {
    Basis.FIGURE: "Figure",
    Basis.STUDY: "Study",
    Basis.STATEMENT: "Official statement",
    Basis.MECHANISM: "Mechanism that a source states",
    Basis.OPINION: "Opinion",
    Basis.ROOM: "The room's view",
    Basis.DEFINITION: "By definition (no evidence needed, none given)",
    Basis.ASSUMPTION: "Our assumption (no source)",
    Basis.UNSTATED: "Stated without a reason",
}
MARK_WORDS: Mapping[Mark, str] = {
    Mark.PUBLISHER: "checked at the publisher",
    Mark.SECONDARY: "read in another source, not checked at the publisher",
    Mark.DERIVED: "worked out from published figures",
    Mark.UNVERIFIED: "not checked; counts for nothing in an answer",
}
BETTER_WORDS: Mapping[Better, str] = {
    Better.MORE: "More of it is better",
    Better.LESS: "More of it is worse",
    Better.NOT_OURS: "Whether more of it is better is not ours to say",
}
_GROUND_WORDS: Mapping[Ground, str] = {
    Ground.SOURCED: "a source",
    Ground.DEFINITION: "a definition",
    Ground.ASSUMPTION: "an assumption of the editors",
    Ground.UNSTATED: "nothing that the map records",
    Ground.UNVERIFIED: "claims that nobody has checked",
}
_STRENGTH_BASIS_WORDS: Mapping[StrengthBasis, str] = {
    StrengthBasis.GIVEN: "as given",
    StrengthBasis.JUDGED: "judged, not measured",
    StrengthBasis.DEFINITION: "by definition",
    StrengthBasis.ASSUMED: "assumed, as nobody states it",
}


def level_word(strength: float) -> str:
    """The word nearest to a strength."""
    if strength >= 1:
        return "full"
    return str(min(STRENGTH_OF_LEVEL, key=lambda level: abs(STRENGTH_OF_LEVEL[level] - strength)))


def confidence_word(confidence: float) -> str:
    """The word nearest to a confidence."""
    return str(min(NUMBER_OF_CONFIDENCE, key=lambda word: abs(NUMBER_OF_CONFIDENCE[word] - confidence)))


def delay_words(low: float, high: float) -> str:
    """A delay in words; NaN is not recorded."""
    if math.isnan(low) or math.isnan(high):
        return NOT_RECORDED
    if high == 0:
        return "at once"
    return f"{low:g} months" if low == high else f"{low:g} to {high:g} months"


def source_note(source: Source) -> SourceNote:
    """A source as it is cited: original publisher, edition and date, and where it was really read."""
    facts = [
        source.author or "",
        source.publisher or f"publisher {NOT_RECORDED}",
        f"edition {source.edition}" if source.edition else "",
        source.date or f"date {NOT_RECORDED}",
        f"standpoint: {source.standpoint}" if source.standpoint else "",
        source.note or "",
    ]
    url = source.url if source.url and source.url.lower().startswith(("https://", "http://")) else None
    reported = f"as reported by {source.reported_by}, not checked at the source" if source.reported_by else None
    return SourceNote(title=source.title or source.id, facts=tuple(fact for fact in facts if fact), url=url, reported=reported)


def claim_notes(claims: Sequence[Claim], source_at: Mapping[str, int]) -> tuple[ClaimNote, ...]:
    """The claims in words, in their order."""
    return tuple(_claim_note(claim, source_at) for claim in claims)


def _claim_note(claim: Claim, source_at: Mapping[str, int]) -> ClaimNote:
    own = claim.basis in (Basis.ASSUMPTION, Basis.DEFINITION)
    facts = [
        f"says that it {SIGN_LOOKS[claim.sign].verb}" if claim.sign else "",
        f"strength {level_word(claim.strength)}" if claim.strength is not None else "",
        f"confidence {confidence_word(claim.confidence)}" if claim.confidence is not None else "",
        MARK_WORDS[claim.mark] if claim.mark else "",
        f"said by {claim.by}" if claim.by else "",
        f"standpoint: {claim.standpoint}" if claim.standpoint else "",
        f"said {claim.said_on}" if claim.said_on else "",
        f"at {claim.place} in the source" if claim.place else "",
        f"holds for {', '.join(part for part in (claim.where, claim.period) if part)}" if claim.where or claim.period else "",
        "about the whole route" if claim.route else "",
    ]
    missing = (
        []
        if own
        else [
            word
            for word, value in (
                ("source", claim.source),
                ("who said it", claim.by or claim.source),
                ("how it was checked", claim.mark),
                ("place", claim.where),
                ("period", claim.period or claim.said_on),
            )
            if not value
        ]
    )
    return ClaimNote(
        kind=BASIS_WORDS[claim.basis],
        text=claim.text or "",
        facts=tuple(fact for fact in facts if fact),
        missing=tuple(missing),
        source=source_at.get(claim.source or ""),
        opinion=claim.basis in (Basis.OPINION, Basis.ROOM),
    )


def node_facts(snapshot: Snapshot, row: int, lane: str) -> tuple[Fact, ...]:
    """What is recorded of a node beside its text and claims."""
    node = snapshot.node(row)
    owner = snapshot.owner_of(row)
    silo = snapshot.silo_of(row)
    facts = [("Stands in", lane), ("Silo", NOT_RECORDED if silo == "unassigned" else "NHS" if silo == "nhs" else silo.replace("-", " "))]
    ownerless = node.kind in (NodeKind.BODY, NodeKind.ROLE, NodeKind.PEOPLE) or (node.kind is NodeKind.FACTOR and owner is None)
    if not ownerless:
        # A factor has a place where it shows; only some have an owner as well.
        facts.append(("Owner", _label(snapshot, owner)))
    if node.kind is NodeKind.FACTOR:
        facts.append(("Value", BETTER_WORDS[node.better] if node.better else f"whether more of it is better is {NOT_RECORDED}"))
        facts.append(("Shows at", _label(snapshot, node.place)))
    facts += _when(node.valid_from, node.valid_to)
    facts += [
        ("Status", "proposed, not in force" if node.status else ""),
        ("Part of the proposal", _label(snapshot, node.proposal) if node.proposal else ""),
        ("Unit", node.unit or ""),
        ("Done by way of", node.instrument or ""),
        ("Decided again every", f"{node.decision_cycle_months:g} months" if node.decision_cycle_months is not None else ""),
        ("Changes within", f"{node.changes_within_months:g} months" if node.changes_within_months is not None else ""),
        ("Also called", ", ".join(node.aliases)),
    ]
    return _facts(facts)


def link_facts(snapshot: Snapshot, row: int) -> tuple[Fact, ...]:
    """What is recorded of a link beside its text and claims."""
    link, columns = snapshot.link(row), snapshot.links
    facts: list[tuple[str, str]] = []
    if snapshot.carries_impact[row]:
        basis = StrengthBasis(int(columns.strength_basis[row]))
        facts += [
            ("Strength", f"{level_word(float(columns.strength[row]))} ({_STRENGTH_BASIS_WORDS[basis]})"),
            ("Confidence", confidence_word(float(columns.confidence[row]))),
            ("Takes", delay_words(float(columns.delay_low[row]), float(columns.delay_high[row]))),
            ("Stands on", _GROUND_WORDS[Ground(int(columns.ground[row]))]),
            ("Sources disagree", _disagreeing(disagreement(link.claims), disputed=bool(columns.disputed[row]))),
        ]
    if link.settled:
        facts.append(("Sign settled", f"{SIGN_LOOKS[link.settled.sign].verb}, by {link.settled.by}: {link.settled.reason}"))
    facts += _information(snapshot, link)
    facts += _when(link.valid_from, link.valid_to)
    facts += [
        ("Status", "proposed, not in force" if link.status else ""),
        ("Part of the proposal", _label(snapshot, link.proposal) if link.proposal else ""),
        ("Money", money_words(link.money) if link.money else ""),
        ("For", link.purpose or ""),
        ("Done by way of", link.instrument or ""),
        ("Period", link.period or ""),
    ]
    return _facts(facts)


def _disagreeing(by: float, *, disputed: bool) -> str:
    """Whether the claims on a link differ, on what and how far; nothing where they do not."""
    if not by:
        return "yes" if disputed else ""
    what = "yes" if disputed else "on how much, not on the direction"
    return f"{what}, by {by:.2g} {'bit' if round(by, 2) == 1 else 'bits'} (0 is none)"


def _information(snapshot: Snapshot, link: Link) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    if link.kind is LinkKind.INFORMS:
        facts.append(("Carrying", _label(snapshot, link.carrying)))
    if link.kind in (LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT, LinkKind.OBSERVES):
        facts += [("Available", use_words(link.available)), ("Used", use_words(link.used))]
    if link.kind is LinkKind.CONSULTS:
        facts += [("Answered", use_words(link.answered)), ("Changed anything", use_words(link.changed_anything))]
    return facts


def use_words(use: Use | None) -> str:
    """Whether something happens; absent is not recorded, which is not no."""
    if use is None:
        return NOT_RECORDED
    return "not known" if use is Use.UNKNOWN else str(use)


def money_words(money: Money) -> str:
    """A sum of money as people read it, with year and status."""
    exact = "" if money.precision == "exact" else f"{money.precision} "
    fenced = ", ring-fenced" if money.ring_fenced else ""
    return f"{exact}£{money.pence / 100:,.2f}".replace(".00", "") + f" in {money.year} ({money.status}, {money.price_basis}{fenced})"


def sentence(start: Node, link: Link, end: Node, sign: Sign | None) -> str:
    """A link read aloud: for an effect by its sign, and whether that is better or worse."""
    if sign is None or LINK_LOOKS[link.kind].relation != "Effects":
        return f"{start.label} {LINK_LOOKS[link.kind].reads} {end.label}"
    value = worth(sign, end.better)
    return f"{start.label} {SIGN_LOOKS[sign].verb} {end.label}" + (f" ({value})" if value else "")


def worth(sign: Sign, better: Better | None) -> str:
    """Whether moving this way is better or worse; empty where it is not ours to say."""
    if sign not in (Sign.PLUS, Sign.MINUS) or better in (None, Better.NOT_OURS):
        return ""
    return "better" if (sign is Sign.PLUS) == (better is Better.MORE) else "worse"


def _when(start: str | None, end: str | None) -> list[tuple[str, str]]:
    if not start and not end:
        return []
    return [("In force", " ".join(part for part in (f"from {start}" if start else "", f"until {end}" if end else "") if part))]


def _label(snapshot: Snapshot, identifier: str | None) -> str:
    if not identifier:
        return NOT_RECORDED
    row = snapshot.row_of.get(identifier)
    return identifier if row is None else snapshot.node(row).label


def _facts(pairs: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(term=term, text=text) for term, text in pairs if text)

"""What the claims in a link come to: one sign, strength, confidence, delay, and the ground it stands on.

Everything that counts a link, on whatever store, counts it by these facts. The rules are those of the semantics, section
1: the common sign, or ? while sources disagree and nobody has decided; strength and confidence averaged over all claims at
once, one per origin, never pairwise; a sign of 0 enters with strength 0; opinion never raises confidence; an unverified
(M) claim changes nothing unless it is all there is, and then the link does not count by default.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from schema.kinds import (
    ASSUMED_CONFIDENCE,
    ASSUMED_STRENGTH,
    DEFINITION_CONFIDENCE,
    DEFINITION_STRENGTH,
    Basis,
    Mark,
    Sign,
)
from schema.records import Claim, Link, Source

SIGN_NUMBER: Mapping[Sign, int] = MappingProxyType({Sign.PLUS: 1, Sign.MINUS: -1, Sign.UNKNOWN: 0, Sign.NONE_FOUND: 0})

ASSUMED_SIGN_BIT, ASSUMED_STRENGTH_BIT, ASSUMED_CONFIDENCE_BIT, ASSUMED_DELAY_BIT = 1, 2, 4, 8

EVIDENCE_BIT: Mapping[str, int] = MappingProxyType(
    {word: 1 << place for place, word in enumerate([*(str(mark) for mark in Mark), *(str(basis) for basis in Basis)])}
)
"""One bit for each mark and each kind of claim; a link that states no claim at all is `unstated`."""

EVIDENCE_BY_DEFAULT = sum(bit for word, bit in EVIDENCE_BIT.items() if word != Mark.UNVERIFIED)


class Ground(IntEnum):
    """What a step stands on, the best of its claims."""

    SOURCED = 0
    DEFINITION = 1
    ASSUMPTION = 2
    UNSTATED = 3
    UNVERIFIED = 4


class StrengthBasis(IntEnum):
    """Where the number of a strength comes from."""

    GIVEN = 0
    JUDGED = 1
    DEFINITION = 2
    ASSUMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What a link comes to. `sign` is +1, -1 or 0 (not known); `delay_low`, `delay_high` in months, NaN unknown."""

    sign: int
    strength: float
    confidence: float
    delay_low: float
    delay_high: float
    evidence: int
    assumed: int
    ground: Ground
    strength_basis: StrengthBasis
    origins: int
    disputed: bool


def evidence_mask(words: Iterable[str]) -> int:
    """The mask for `--evidence`: marks (V, V2, D, M) and kinds of claim. Raises KeyError with the unknown word."""
    return sum({EVIDENCE_BIT[word] for word in words})


def claim_counts(claim: Claim) -> bool:
    """Whether a claim takes part in the averages: not unverified, and an opinion only where somebody holds it."""
    if claim.mark is Mark.UNVERIFIED:
        return False
    return claim.basis is not Basis.OPINION or bool(claim.by or claim.source)


def _evidence(claims: Sequence[Claim]) -> int:
    if not claims:
        return EVIDENCE_BIT[Basis.UNSTATED]
    bits = 0
    for claim in claims:
        if claim.mark is Mark.UNVERIFIED:
            bits |= EVIDENCE_BIT[Mark.UNVERIFIED]
        elif claim_counts(claim):
            bits |= EVIDENCE_BIT[claim.basis]
            if claim.mark is not None:
                bits |= EVIDENCE_BIT[claim.mark]
    return bits


def _ground(claims: Sequence[Claim]) -> Ground:
    if not claims:
        return Ground.UNSTATED
    counted = [claim for claim in claims if claim_counts(claim)]
    bases = {claim.basis for claim in counted}
    if bases - {Basis.DEFINITION, Basis.ASSUMPTION, Basis.UNSTATED}:
        return Ground.SOURCED
    if Basis.DEFINITION in bases:
        return Ground.DEFINITION
    if Basis.ASSUMPTION in bases:
        return Ground.ASSUMPTION
    return Ground.UNSTATED if bases else Ground.UNVERIFIED


def origin_of(claim: Claim, sources: Mapping[str, Source] | None = None) -> str:
    """What a claim counts once under: its release, else its source, else itself."""
    if claim.source is None:
        return f"claim {claim.id}"
    source = sources.get(claim.source) if sources else None
    return (source.origin if source and source.origin else claim.source) or claim.id


def _by_origin(values: Iterable[tuple[str, float]]) -> list[float]:
    sums: dict[str, list[float]] = {}
    for origin, value in values:
        sums.setdefault(origin, []).append(value)
    return [math.fsum(group) / len(group) for group in sums.values()]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def common_sign(link: Link, counted: Sequence[Claim]) -> tuple[Sign | None, bool]:
    """The sign that the claims share, and whether it is disputed. None where neither claims nor link state one."""
    if link.settled is not None:
        said = {claim.sign for claim in counted if claim.sign not in (None, Sign.UNKNOWN)}
        return link.settled.sign, len(said) > 1
    stated = [claim for claim in counted if claim.sign is not None]
    if not stated:
        return link.sign, False
    pointing = [claim for claim in stated if claim.sign is not Sign.NONE_FOUND]
    if not pointing:
        return Sign.NONE_FOUND, False
    signs = {claim.sign for claim in pointing}
    looked_in_vain = len(pointing) < len(stated)
    if len(signs) == 1:
        return pointing[0].sign, looked_in_vain
    weighty = {claim.sign for claim in pointing if claim.basis not in (Basis.OPINION, Basis.ROOM, Basis.ASSUMPTION)}
    if len(weighty) == 1:
        return next(iter(weighty)), True
    return Sign.UNKNOWN, True


def bundle(link: Link, sources: Mapping[str, Source] | None = None, *, default_sign: Sign | None = Sign.UNKNOWN) -> LinkFacts:
    """Work out what a link comes to. O(claims). `sources` makes copies of one release count once.

    A link that states no claim (a file from elsewhere) and no delay counts as immediate, which is noted as assumed; with
    claims, a delay that nobody gives stays unknown.
    """
    claims = link.claims
    counted = [claim for claim in claims if claim_counts(claim)] or list(claims)
    sign, disputed = common_sign(link, counted)
    assumed = 0
    if sign is None:
        sign, assumed = default_sign, ASSUMED_SIGN_BIT
    strength, basis = _strength(link, counted, sources)
    confidence, known = _confidence(link, counted, sources)
    if basis is StrengthBasis.ASSUMED:
        assumed |= ASSUMED_STRENGTH_BIT
    if not known:
        assumed |= ASSUMED_CONFIDENCE_BIT
    ground = _ground(claims)
    low, high = link.delay_low, link.delay_high
    if low is None or high is None:
        low = high = 0.0 if ground is Ground.UNSTATED else math.nan
        assumed |= ASSUMED_DELAY_BIT if ground is Ground.UNSTATED else 0
    return LinkFacts(
        sign=SIGN_NUMBER[sign] if sign is not None else 0,
        strength=0.0 if sign is Sign.NONE_FOUND else strength,
        confidence=confidence,
        delay_low=low,
        delay_high=high,
        evidence=_evidence(claims),
        assumed=assumed,
        ground=ground,
        strength_basis=basis,
        origins=len({origin_of(claim, sources) for claim in counted if claim.source is not None}),
        disputed=disputed,
    )


def _strength(link: Link, counted: Sequence[Claim], sources: Mapping[str, Source] | None) -> tuple[float, StrengthBasis]:
    if counted and all(claim.basis is Basis.DEFINITION for claim in counted):
        return DEFINITION_STRENGTH, StrengthBasis.DEFINITION
    own = link.strength
    basis = StrengthBasis.JUDGED if link.strength_basis == "judged" else StrengthBasis.GIVEN
    values: list[tuple[str, float]] = []
    for claim in counted:
        value = 0.0 if claim.sign is Sign.NONE_FOUND else (claim.strength if claim.strength is not None else own)
        if value is not None:
            values.append((origin_of(claim, sources), value))
    if values and (own is not None or any(claim.strength is not None for claim in counted)):
        return _mean(_by_origin(values)), basis
    if own is not None:
        return own, basis
    if values:
        silent = [(origin_of(claim, sources), ASSUMED_STRENGTH) for claim in counted if claim.sign is not Sign.NONE_FOUND]
        return _mean(_by_origin([*values, *silent])), StrengthBasis.ASSUMED
    return ASSUMED_STRENGTH, StrengthBasis.ASSUMED


def _confidence(link: Link, counted: Sequence[Claim], sources: Mapping[str, Source] | None) -> tuple[float, bool]:
    if counted and all(claim.basis is Basis.DEFINITION for claim in counted):
        return DEFINITION_CONFIDENCE, True
    own = link.confidence
    given = [(claim, claim.confidence if claim.confidence is not None else own) for claim in counted]
    values = [(origin_of(claim, sources), value) for claim, value in given if value is not None]
    if not values:
        return (own, True) if own is not None else (ASSUMED_CONFIDENCE, False)
    mean = _mean(_by_origin(values))
    firm = [(origin_of(claim, sources), value) for claim, value in given if value is not None and claim.basis is not Basis.OPINION]
    return (min(mean, _mean(_by_origin(firm))) if firm else mean), True


def disagreement(claims: Sequence[Claim]) -> float:
    """Shannon entropy, in bits, of the claims' signs and levels: 0 where all say the same."""
    if len(claims) < 2:
        return 0.0
    said = Counter((claim.sign, claim.strength) for claim in claims if claim_counts(claim) and claim.sign is not None)
    total = sum(said.values())
    if total == 0:
        return 0.0
    return abs(math.fsum(-(count / total) * math.log2(count / total) for count in said.values()))

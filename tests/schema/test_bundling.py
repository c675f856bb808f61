"""What the claims in a link come to."""

from __future__ import annotations

import math

import pytest

from schema.bundling import EVIDENCE_BY_DEFAULT, Ground, StrengthBasis, bundle, disagreement, evidence_mask
from schema.kinds import Basis, Mark, Sign
from schema.records import Claim, Link, Settled, Source


def a_claim(identifier: str = "c", **fields) -> Claim:
    return Claim(id=identifier, **{"basis": Basis.STUDY, "source": f"source of {identifier}", **fields})


def a_link(*claims: Claim, **fields) -> Link:
    return Link(id="l", start="a", end="b", claims=claims, **fields)


def test_a_link_that_says_nothing_is_assumed_medium_and_at_once_and_counts_as_assumed() -> None:
    facts = bundle(a_link())
    assert (facts.sign, facts.strength, facts.confidence, facts.delay_low) == (0, 0.5, 0.6, 0.0)
    assert facts.assumed == 1 + 2 + 4 + 8
    assert facts.ground is Ground.UNSTATED


def test_a_sourced_link_without_a_delay_has_an_unknown_one() -> None:
    assert math.isnan(bundle(a_link(a_claim(sign=Sign.PLUS))).delay_low)


def test_strength_and_confidence_are_means_over_origins_taken_at_once() -> None:
    claims = [
        a_claim("1", strength=0.9, confidence=0.9),
        a_claim("2", strength=0.3, confidence=0.3),
        a_claim("3", strength=0.3, confidence=0.3),
    ]
    facts = bundle(a_link(*claims, sign=Sign.PLUS))
    assert facts.strength == pytest.approx(0.5)
    assert facts.confidence == pytest.approx(0.5)


def test_copies_of_one_release_count_once() -> None:
    sources = {name: Source(id=name, title=name, origin="release") for name in ("x", "y")}
    claims = [a_claim("1", source="x", strength=0.2), a_claim("2", source="y", strength=0.2), a_claim("3", source="z", strength=0.8)]
    facts = bundle(a_link(*claims, sign=Sign.PLUS), sources)
    assert facts.strength == pytest.approx(0.5)
    assert facts.origins == 2


def test_signs_that_differ_are_unknown_until_somebody_decides() -> None:
    claims = (a_claim("1", sign=Sign.PLUS), a_claim("2", sign=Sign.MINUS))
    assert (bundle(a_link(*claims)).sign, bundle(a_link(*claims)).disputed) == (0, True)
    settled = bundle(a_link(*claims, settled=Settled(sign=Sign.MINUS, reason="newer", by="editor")))
    assert (settled.sign, settled.disputed) == (-1, True)


def test_one_stray_opinion_against_studies_does_not_turn_the_sign() -> None:
    claims = (a_claim("1", sign=Sign.PLUS), a_claim("2", sign=Sign.MINUS, basis=Basis.OPINION, by="somebody"))
    facts = bundle(a_link(*claims))
    assert (facts.sign, facts.disputed) == (1, True)


def test_a_zero_claim_lowers_the_strength_and_leaves_the_sign() -> None:
    facts = bundle(a_link(a_claim("1", sign=Sign.PLUS), a_claim("2", sign=Sign.NONE_FOUND), strength=0.6))
    assert (facts.sign, facts.strength, facts.disputed) == (1, pytest.approx(0.3), True)


def test_only_zero_claims_make_a_link_of_no_strength() -> None:
    assert bundle(a_link(a_claim(sign=Sign.NONE_FOUND), strength=0.6)).strength == 0


def test_opinion_never_raises_confidence() -> None:
    facts = bundle(a_link(a_claim("1", confidence=0.3), a_claim("2", confidence=0.9, basis=Basis.OPINION), sign=Sign.PLUS))
    assert facts.confidence == pytest.approx(0.3)


def test_by_definition_has_strength_one_and_is_no_evidence() -> None:
    facts = bundle(a_link(Claim(id="d", basis=Basis.DEFINITION), sign=Sign.PLUS, strength=0.5))
    assert (facts.strength, facts.confidence, facts.ground, facts.origins) == (1.0, 1.0, Ground.DEFINITION, 0)
    assert facts.strength_basis is StrengthBasis.DEFINITION


def test_an_unverified_claim_changes_nothing_and_alone_does_not_count() -> None:
    checked, unverified = a_claim("1", sign=Sign.PLUS, strength=0.5), a_claim("2", sign=Sign.MINUS, strength=0.9, mark=Mark.UNVERIFIED)
    both = bundle(a_link(checked, unverified))
    assert (both.sign, both.strength, both.disputed) == (1, 0.5, False)
    alone = bundle(a_link(unverified))
    assert alone.evidence & EVIDENCE_BY_DEFAULT == 0
    assert alone.evidence & evidence_mask(["M"])


def test_an_opinion_that_nobody_holds_does_not_count() -> None:
    assert bundle(a_link(Claim(id="o", basis=Basis.OPINION, sign=Sign.PLUS))).evidence == 0


def test_disagreement_is_the_entropy_of_what_is_said() -> None:
    assert disagreement([a_claim("1", sign=Sign.PLUS), a_claim("2", sign=Sign.PLUS)]) == 0
    assert disagreement([a_claim("1", sign=Sign.PLUS), a_claim("2", sign=Sign.MINUS)]) == pytest.approx(1)

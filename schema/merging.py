"""Links that say the same thing of the same ends, made one: which those are, and what the one link says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schema.kinds import Basis
from schema.ontology import LINK_RULES
from schema.records import Claim, Link


def bundle_key(link: Link) -> object:
    """Links with equal keys are one link: influence of the same ends, validity and standing; others only by their id."""
    if LINK_RULES[link.kind].bundles:
        return (link.kind, link.start, link.end, link.valid_from, link.valid_to, link.status, link.proposal)
    return link.id


def own_claims(link: Link) -> tuple[Claim, ...]:
    """What a link says, as claims that can stand beside another link's: its claims filled from it, or itself as one."""
    if not link.claims:
        unstated = Claim(
            id=link.id, basis=Basis.UNSTATED, sign=link.sign, strength=link.strength, confidence=link.confidence, text=link.text
        )
        return (unstated,)
    return tuple(
        replace(
            claim,
            sign=claim.sign or link.sign,
            strength=claim.strength if claim.strength is not None else link.strength,
            confidence=claim.confidence if claim.confidence is not None else link.confidence,
        )
        for claim in link.claims
    )


def merged(links: Sequence[Link]) -> Link:
    """One link of several that say the same thing of the same ends: the claims of all, the range of their delays.

    The link keeps the smallest id, so that the order of a file changes nothing. Claims of one id are told apart by
    their link's.
    """
    return links[0] if len(links) == 1 else joined(sorted(links, key=lambda link: link.id))


def joined(ordered: Sequence[Link]) -> Link:
    """The first link with what the others say added. What it says already, word for word, is not said twice, so that
    joining the same link again changes nothing."""
    claims: dict[str, Claim] = {}
    for link in ordered:
        for claim in own_claims(link):
            apart = replace(claim, id=f"{link.id}/{claim.id}")
            if claims.get(claim.id) != claim and claims.get(apart.id) != apart:
                unique = claim if claim.id not in claims else apart
                claims[unique.id] = unique
    texts: list[str] = []
    for link in ordered:
        if link.text and not any(link.text == text or f"; {link.text};" in f"; {text};" for text in texts):
            texts.append(link.text)
    lows = [link.delay_low for link in ordered if link.delay_low is not None]
    highs = [link.delay_high for link in ordered if link.delay_high is not None]
    first = ordered[0]
    attributes = {name: value for link in reversed(ordered) for name, value in link.attributes.items()}
    return replace(
        first,
        sign=None,
        strength=None,
        strength_basis=next((link.strength_basis for link in ordered if link.strength_basis), None),
        confidence=None,
        text="; ".join(texts) or None,
        delay_low=min(lows) if lows else None,
        delay_high=max(highs) if highs else None,
        settled=next((link.settled for link in ordered if link.settled), None),
        claims=tuple(claims.values()),
        attributes=attributes,
    )

"""Links that say the same thing of the same ends are one link, whatever the order, and nothing is said twice."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schema.kinds import Basis, LinkKind, Sign, Status
from schema.merging import bundle_key, joined, merged, own_claims
from schema.records import Claim, Link

CLAIMS = st.builds(
    Claim,
    id=st.sampled_from("12"),
    basis=st.sampled_from([Basis.STATEMENT, Basis.OPINION]),
    sign=st.sampled_from([None, Sign.PLUS, Sign.MINUS]),
    strength=st.sampled_from([None, 0.25, 0.5]),
)
LINKS = st.builds(
    Link,
    id=st.sampled_from("abc"),
    start=st.just("x"),
    end=st.just("y"),
    sign=st.sampled_from([None, Sign.PLUS]),
    strength=st.sampled_from([None, 0.75]),
    delay_low=st.sampled_from([None, 1.0, 3.0]),
    text=st.sampled_from([None, "one", "another"]),
    claims=st.lists(CLAIMS, max_size=2, unique_by=lambda claim: claim.id).map(tuple),
).map(lambda link: replace(link, delay_high=link.delay_low))
SEVERAL = st.lists(LINKS, min_size=2, max_size=3, unique_by=lambda link: link.id)


def said(link: Link) -> set[tuple[object, ...]]:
    return {(claim.basis, claim.sign, claim.strength, claim.confidence, claim.text) for claim in own_claims(link)}


@given(SEVERAL, st.randoms())
def test_the_order_of_the_links_changes_nothing(links: list[Link], chance) -> None:
    shuffled = list(links)
    chance.shuffle(shuffled)
    assert merged(shuffled) == merged(links)


@given(SEVERAL)
def test_the_one_link_says_what_each_said_within_the_range_of_their_delays(links: list[Link]) -> None:
    one = merged(links)
    delays = [link.delay_low for link in links if link.delay_low is not None]
    assert one.id == min(link.id for link in links)
    assert said(one) == set().union(*map(said, links))
    assert (one.delay_low, one.delay_high) == ((min(delays), max(delays)) if delays else (None, None))


@given(SEVERAL)
def test_joining_a_link_again_changes_nothing(links: list[Link]) -> None:
    once = joined(links)
    for again in links[1:]:
        assert joined([once, again]) == once


@given(LINKS)
def test_a_link_alone_stays_as_it_is(link: Link) -> None:
    assert merged([link]) is link


def test_only_influence_of_the_same_ends_time_and_standing_is_one_link() -> None:
    link = Link(id="a", start="x", end="y")
    assert bundle_key(link) == bundle_key(replace(link, id="b", sign=Sign.MINUS))
    for other in ({"end": "z"}, {"valid_from": "2025"}, {"status": Status.PROPOSED}, {"kind": LinkKind.CONSTRAINS}):
        assert bundle_key(link) != bundle_key(replace(link, id="b", **other))
    funds = replace(link, kind=LinkKind.FUNDS)
    assert bundle_key(funds) != bundle_key(replace(funds, id="b"))

"""What is written is read back: every lossless format, over maps with every field filled."""

from dataclasses import MISSING, fields

import pytest
from hypothesis import HealthCheck, given, settings

from loaders.codec import Format, keeps_rules
from loaders.formats import FORMATS
from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, PaidFor, Sign, Status, Use
from schema.records import Claim, Link, Money, Node, Observation, Settled, Source
from schema.system_map import SystemMap
from schema.validation import build_map, check_rows
from tests.strategies import system_maps

LOSSLESS = [known for known in FORMATS if known.lossless]
every_lossless = pytest.mark.parametrize("known", LOSSLESS, ids=lambda known: known.name)
every_format = pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
thorough = settings(
    max_examples=settings.default.max_examples // 4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

ATTRIBUTES = {"text": "012", "number": 3, "share": 0.1, "truth": True}
CLAIM = Claim(
    id="C1", basis=Basis.STUDY, source="white-paper", place="p. 3", mark=Mark.PUBLISHER, sign=Sign.PLUS, strength=0.3, confidence=0.9,
    text="It says so.", by="Somebody", standpoint="provider", said_on="2024-10", where="Kent", period="2023-24",
    route=("hours", "a|b"), attributes=ATTRIBUTES,
)  # fmt: skip
MONEY = Money(
    pence=2_940_000_000_001, year="2024-25", status="outturn", flow=FlowKind.FINAL_SPEND, price_basis="real", geography="Kent",
    precision="about", low_pence=1, high_pence=2, overlap="with the grant", ring_fenced=True, paid_for=PaidFor.HOURS,
)  # fmt: skip
SOURCE = Source(
    id="white-paper", title="A paper", publisher="DHSC", date="2021-12-01", url="https://example.org/a?b=1&c=2", edition="2nd",
    author="A. N.", standpoint="government", reported_by="the press", origin="release", licence="OGL", note="seen", attributes=ATTRIBUTES,
)  # fmt: skip
NODE = Node(
    id="hours", kind=NodeKind.DECISION, label="Hours", text="Of care", owner="a|b", tier="council", silo="care", place="a|b",
    better=Better.MORE, unit="hours", valid_from="2020", valid_to="2024-03", status=Status.PROPOSED, proposal="plan",
    instrument="Act", decision_cycle_months=12.0, changes_within_months=0.5, controllable=True, important=False, vulnerable=True,
    aliases=("time", "x|y"), claims=(CLAIM,), attributes=ATTRIBUTES,
    observations=(
        Observation(period="2024", value=0.1, unit="h", source="white-paper", series="s", edition="2", revision_of="1",
                    mark=Mark.DERIVED, note="n"),
    ),
)  # fmt: skip
LINK = Link(
    id="l1", start="hours", end="a|b", kind=LinkKind.CONSTRAINS, text="It limits.", sign=Sign.MINUS, strength=0.25, strength_basis="judged",
    confidence=0.6, delay_low=3.0, delay_high=9.5, valid_from="2020-01-31", valid_to="2030", status=Status.PROPOSED, proposal="plan",
    settled=Settled(sign=Sign.MINUS, reason="see notes", by="editors"), carrying="notice", available=Use.YES, used=Use.SOMETIMES,
    answered=Use.NO, changed_anything=Use.UNKNOWN, money=MONEY, purpose="care", instrument="grant", period="2024-25", claims=(CLAIM,),
    attributes=ATTRIBUTES,
)  # fmt: skip
FULL = SystemMap.of(
    (
        NODE,
        Node(id="a|b", kind=NodeKind.BODY, label="A body"),
        Node(id="council", kind=NodeKind.TIER, label="Council"),
        Node(id="plan", kind=NodeKind.PROPOSAL, label="Plan"),
        Node(id="viability", kind=NodeKind.FACTOR, label="Viability"),
        Node(id="notice", kind=NodeKind.SIGNAL, label="What is noticed"),
    ),
    (
        LINK,
        Link(id="l0", start="hours", end="viability", sign=Sign.MINUS, strength=0.5),
        Link(id="l2", start="hours", end="plan", kind=LinkKind.ASSOCIATED_WITH),
    ),
    (SOURCE,),
    "A title",
)


@pytest.mark.parametrize("record", [CLAIM, MONEY, SOURCE, NODE, NODE.observations[0], LINK], ids=lambda record: type(record).__name__)
def test_the_full_map_fills_every_field(record: object) -> None:
    for item in fields(record):  # type: ignore[arg-type]
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        assert getattr(record, item.name) != default, item.name


@every_lossless
def test_a_map_with_every_field_filled_comes_back_whole(known: Format) -> None:
    back = build_map(known.decode(known.encode(FULL), "file"))
    assert back == FULL
    assert back.title == FULL.title
    assert back.digest() == FULL.digest()


@given(system_map=system_maps(most_nodes=5, most_links=4))
@thorough
def test_every_map_comes_back_whole_from_every_lossless_format(system_map: SystemMap) -> None:
    for known in LOSSLESS:
        checked = check_rows(known.decode(known.encode(system_map), "file"))
        assert not checked.errors, known.name
        assert checked.system_map == system_map, known.name


@given(system_map=system_maps(most_nodes=3, most_links=3, keeps_rules=False))
@thorough
def test_a_map_that_our_rules_do_not_foresee_comes_back_whole(system_map: SystemMap) -> None:
    for known in LOSSLESS:
        rows = known.decode(known.encode(system_map), "file")
        assert all(row.foreign is not keeps_rules(system_map) for row in rows.nodes), known.name
        assert check_rows(rows).system_map == system_map, known.name


@given(system_map=system_maps(most_nodes=3, most_links=3))
@settings(thorough, max_examples=10)
def test_the_same_map_gives_the_same_bytes(system_map: SystemMap) -> None:
    again = SystemMap.of(system_map.nodes, tuple(system_map.links), system_map.sources, system_map.title)
    for known in FORMATS:
        assert known.encode(system_map) == known.encode(again), known.name


@every_format
def test_reading_what_was_written_and_writing_it_again_settles(known: Format) -> None:
    once = build_map(known.decode(known.encode(FULL), "file"))
    twice = build_map(known.decode(known.encode(once), "file"))
    assert twice == once
    assert known.encode(twice) == known.encode(build_map(known.decode(known.encode(twice), "file")))


@every_format
def test_a_format_that_loses_something_says_what(known: Format) -> None:
    assert bool(known.loses) is not known.lossless
    assert known.suffixes
    assert all(suffix.startswith(".") for suffix in known.suffixes)
    empty = known.encode(SystemMap.of(()))
    assert not [problem for problem in known.decode(empty, "file").problems if known.lossless]

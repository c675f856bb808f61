"""What is recorded is said in plain words, and what is not recorded is said to be."""

from graph.snapshot import Snapshot
from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, Sign, Use
from schema.records import Claim, Link, Money, Node, Source
from schema.system_map import SystemMap
from tests.viz.example import SOURCES
from viz import details


def fact(snapshot: Snapshot, row: int, term: str) -> str:
    return next(item.text for item in details.link_facts(snapshot, row) if item.term == term)


def test_every_basis_and_mark_and_worth_has_words() -> None:
    assert set(details.BASIS_WORDS) == set(Basis)
    assert set(details.MARK_WORDS) == set(Mark)
    assert set(details.BETTER_WORDS) == set(Better)


def test_an_opinion_is_called_one_and_says_whose_it_is() -> None:
    claim = Claim(id="c", basis=Basis.OPINION, source="memoir", by="a provider", standpoint="provider", text="We felt it.")
    (note,) = details.claim_notes([claim], {"memoir": 4})
    assert note.opinion
    assert note.kind == "Opinion"
    assert note.source == 4
    assert "said by a provider" in note.facts
    assert note.missing == ("how it was checked", "place", "period")


def test_an_assumption_is_ours_and_lacks_nothing() -> None:
    (note,) = details.claim_notes([Claim(id="c", basis=Basis.ASSUMPTION)], {})
    assert note.kind == "Our assumption (no source)"
    assert note.missing == ()


def test_a_claim_read_elsewhere_says_that_it_was_not_checked() -> None:
    (note,) = details.claim_notes([Claim(id="c", source="hansard", mark=Mark.SECONDARY, sign=Sign.MINUS)], {"hansard": 0})
    assert "read in another source, not checked at the publisher" in note.facts
    assert "says that it lowers" in note.facts
    assert details.source_note(SOURCES[1]).reported == "as reported by a newspaper, not checked at the source"


def test_only_web_addresses_become_links() -> None:
    assert [details.source_note(source).url for source in SOURCES] == ["https://example.org/report", None, None]
    assert details.source_note(Source(id="s", title="S", url="data:text/html,hello")).url is None


def test_a_source_without_publisher_or_date_says_so() -> None:
    assert details.source_note(Source(id="s", title="S")).facts == ("publisher not recorded", "date not recorded")


def test_use_that_nobody_recorded_is_not_called_unused() -> None:
    assert details.use_words(None) == "not recorded"
    assert details.use_words(Use.NO) == "no"
    assert details.use_words(Use.UNKNOWN) == "not known"


def test_delays_in_words() -> None:
    nan = float("nan")
    assert [details.delay_words(*pair) for pair in ((0, 0), (3, 3), (1, 6), (nan, nan))] == [
        "at once",
        "3 months",
        "1 to 6 months",
        "not recorded",
    ]


def test_strength_says_that_it_is_judged_and_delay_that_it_is_not_recorded() -> None:
    link = Link(
        id="l", start="a", end="b", strength=0.75, strength_basis="judged", claims=(Claim(id="c", source="report", sign=Sign.PLUS),)
    )
    snapshot = Snapshot(SystemMap.of([Node(id="a", label="A"), Node(id="b", label="B")], [link], SOURCES))
    assert fact(snapshot, 0, "Strength") == "strong (judged, not measured)"
    assert fact(snapshot, 0, "Takes") == "not recorded"
    assert fact(snapshot, 0, "Stands on") == "a source"


def test_claims_that_differ_say_on_what_and_how_far() -> None:
    def said(*claims: tuple[Sign, float]) -> list[str]:
        made = tuple(Claim(id=str(number), basis=Basis.STUDY, sign=sign, strength=level) for number, (sign, level) in enumerate(claims))
        link = Link(id="l", start="a", end="b", claims=made)
        snapshot = Snapshot(SystemMap.of([Node(id="a", label="A"), Node(id="b", label="B")], [link], SOURCES))
        return [item.text for item in details.link_facts(snapshot, 0) if item.term == "Sources disagree"]

    assert said((Sign.PLUS, 0.5), (Sign.PLUS, 0.5)) == []
    assert said((Sign.PLUS, 0.5), (Sign.MINUS, 0.5)) == ["yes, by 1 bit (0 is none)"]
    assert said((Sign.PLUS, 0.5), (Sign.PLUS, 0.5), (Sign.PLUS, 0.75)) == ["on how much, not on the direction, by 0.92 bits (0 is none)"]


def test_a_signal_says_what_it_carries_and_whether_it_is_used() -> None:
    nodes = [
        Node(id="w", kind=NodeKind.ROLE, label="Worker"),
        Node(id="p", kind=NodeKind.BODY, label="Provider"),
        Node(id="s", kind=NodeKind.SIGNAL, label="What is noticed"),
    ]
    snapshot = Snapshot(SystemMap.of(nodes, [Link(id="l", start="w", end="p", kind=LinkKind.INFORMS, carrying="s", used=Use.NO)]))
    assert fact(snapshot, 0, "Carrying") == "What is noticed"
    assert fact(snapshot, 0, "Available") == "not recorded"
    assert fact(snapshot, 0, "Used") == "no"


def test_money_keeps_its_pennies_year_and_status() -> None:
    money = Money(pence=254_06, year="2024-25", status="outturn", flow=FlowKind.TRANSFER, ring_fenced=True, precision="about")
    assert details.money_words(money) == "about £254.06 in 2024-25 (outturn, cash, ring-fenced)"
    assert details.money_words(Money(pence=940_000_000_00, year="2025-26", status="plan")) == "£940,000,000 in 2025-26 (plan, cash)"


def test_value_is_said_only_where_it_is_ours_to_say() -> None:
    assert details.worth(Sign.PLUS, Better.LESS) == "worse"
    assert details.worth(Sign.MINUS, Better.LESS) == "better"
    assert details.worth(Sign.PLUS, Better.NOT_OURS) == ""
    assert details.worth(Sign.UNKNOWN, Better.MORE) == ""

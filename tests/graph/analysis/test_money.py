"""Money against plain sums and plain elimination, and on ledgers made by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.results import MoneyAnswer
from graph.scope import Filters
from graph.service import MapService
from graph.store import FixedMap
from schema.errors import BadInput, BadQuestion, UnknownName
from schema.kinds import Better, FlowKind, LinkKind, NodeKind, PaidFor, Sign
from schema.records import Link, Money, Node
from schema.system_map import SystemMap

T, OWN, FINAL = FlowKind.TRANSFER, FlowKind.OWN_REVENUE, FlowKind.FINAL_SPEND
NAMES = "abcde"


def pay(start: str, end: str, pence: int, flow: FlowKind = T, year: str = "2024-25", purpose: str | None = None, **more: object) -> Link:
    attributes = {"control": True} if more.pop("control", False) else {}
    money = Money(pence=pence, year=year, status="outturn", flow=flow, **more)  # type: ignore[arg-type]
    identifier = f"{start}>{end}:{flow}:{year}:{purpose}:{pence}:{money.ring_fenced}"
    return Link(id=identifier, start=start, end=end, kind=LinkKind.FUNDS, money=money, purpose=purpose, attributes=attributes)


def a_ledger(*links: Link) -> SystemMap:
    names = dict.fromkeys([name for link in links for name in (link.start, link.end)])
    return SystemMap.of(
        [Node(id=name, kind=NodeKind.BODY, label=name.upper()) for name in names], {link.id: link for link in links}.values()
    )


def ask(system_map: SystemMap, body: str | None = None, **wish: object) -> MoneyAnswer:
    return MapService(FixedMap(system_map, "x")).money(body, Filters(), **wish)


@st.composite
def ledgers(draw: st.DrawFn, *, fenced: bool = True) -> SystemMap:
    links = []
    for number in range(draw(st.integers(1, 12))):
        start, end = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        flow = draw(st.sampled_from([T, T, T, OWN, FINAL]))
        ring_fenced = fenced and draw(st.booleans())
        purpose = draw(st.sampled_from(["p", "q"])) if ring_fenced else draw(st.sampled_from([None, "p"])) if fenced else None
        link = pay(start, end, draw(st.integers(1, 50)), flow, purpose=purpose, ring_fenced=ring_fenced)
        links.append(Link(id=f"l{number:02}", start=start, end=end, kind=LinkKind.FUNDS, money=link.money, purpose=purpose))
    return SystemMap.of([Node(id=name, kind=NodeKind.BODY, label=name) for name in NAMES], links)


def flows(system_map: SystemMap) -> list[tuple[str, str, int, FlowKind]]:
    return [(link.start, link.end, link.money.pence, link.money.flow) for link in system_map.links if link.money]


@given(ledgers())
def test_a_ledger_is_in_and_own_revenue_less_out_and_final_spend(system_map) -> None:
    for entry in ask(system_map).ledger:
        mine = flows(system_map)
        entering = sum(pence for _, end, pence, kind in mine if end == entry.body and kind is T)
        own = sum(pence for _, end, pence, kind in mine if end == entry.body and kind is OWN)
        leaving = sum(pence for start, _, pence, kind in mine if start == entry.body and kind is T)
        spent = sum(pence for start, _, pence, kind in mine if start == entry.body and kind is FINAL)
        assert (entry.transfers_in, entry.own_revenue, entry.transfers_out, entry.final_spend) == (entering, own, leaving, spent)
        assert entry.remainder == entering + own - leaving - spent
        assert entry.within_rounding == (entry.remainder == 0)


def plain_ends(system_map: SystemMap, body: str, amount: int) -> dict[tuple[str, str, str | None], Fraction]:
    """Pooled money followed by dense elimination: x = s + Q'x, the whole matrix at once."""
    mine = flows(system_map)
    names = list(NAMES)
    shares: dict[str, dict[str, Fraction]] = {}
    ends: dict[str, dict[tuple[str, str, str | None], Fraction]] = {}
    for name in names:
        came = sum(pence for _, end, pence, kind in mine if end == name and kind is not FINAL)
        gone = sum(pence for start, _, pence, kind in mine if start == name and kind is not OWN)
        whole = max(came, gone) or 1
        shares[name], ends[name] = {}, {}
        for start, end, pence, kind in mine:
            if start == name and kind is T:
                shares[name][end] = shares[name].get(end, Fraction(0)) + Fraction(pence, whole)
            if start == name and kind is FINAL:
                key = ("final_spend", name, end)
                ends[name][key] = ends[name].get(key, Fraction(0)) + Fraction(pence, whole)
        rest = 1 - sum(shares[name].values()) - sum(ends[name].values())
        if rest:
            ends[name]["remainder", name, None] = rest
    size = len(names)
    table = [
        [Fraction(int(row == column)) - shares[names[column]].get(names[row], Fraction(0)) for column in range(size)] for row in range(size)
    ]
    right = [Fraction(amount if name == body else 0) for name in names]
    for pivot in range(size):
        best = next(row for row in range(pivot, size) if table[row][pivot])
        table[pivot], table[best], right[pivot], right[best] = table[best], table[pivot], right[best], right[pivot]
        for row in range(size):
            if row != pivot and table[row][pivot]:
                factor = table[row][pivot] / table[pivot][pivot]
                table[row] = [value - factor * other for value, other in zip(table[row], table[pivot], strict=True)]
                right[row] -= factor * right[pivot]
    found: dict[tuple[str, str, str | None], Fraction] = {}
    for number, name in enumerate(names):
        for key, share in ends[name].items():
            value = share * right[number] / table[number][number]
            if value:
                found[key] = value
    return found


@settings(max_examples=150)
@given(ledgers(fenced=False), st.integers(1, 10_000))
def test_pooled_money_followed_is_the_solution_of_the_equations(system_map, amount) -> None:
    found = ask(system_map, follow=("a", amount)).followed if any("a" in each[:2] for each in flows(system_map)) else None
    if found is None or any(end.kind == "circulation" for end in found.ends):
        return
    try:
        expected = plain_ends(system_map, "a", amount)
    except StopIteration:
        return  # A circulation elsewhere makes the whole matrix singular; ours only looks at what the money can reach.
    assert {(end.kind, end.body, end.to): end.exact for end in found.ends} == expected


@settings(max_examples=150)
@given(ledgers(), st.integers(1, 10_000), st.sampled_from(["forward", "back"]))
def test_a_followed_sum_ends_in_parts_that_add_up_exactly_and_in_pence(system_map, amount, direction) -> None:
    if not any("a" in each[:2] for each in flows(system_map)):
        return
    found = ask(system_map, follow=("a", amount), direction=direction).followed
    assert found is not None
    assert sum(end.exact for end in found.ends) == amount
    assert sum(end.pence for end in found.ends) == amount
    assert all(abs(end.pence - end.exact) < 1 for end in found.ends)
    again = ask(SystemMap.of(system_map.nodes, tuple(reversed(system_map.links))), follow=("a", amount), direction=direction).followed
    assert again is not None
    assert again.ends == found.ends


def test_a_pooled_budget_that_is_recharged_is_followed_round_and_round() -> None:
    whole = a_ledger(pay("a", "b", 100), pay("b", "a", 50), pay("b", "c", 50, FINAL), pay("x", "a", 50, OWN))
    found = ask(whole, follow=("a", 1000)).followed
    assert found is not None
    assert [(end.kind, end.to, end.pence) for end in found.ends] == [("final_spend", "c", 1000)]
    assert {passage.body: passage.pence for passage in found.passes} == {"a": 2000, "b": 2000}


def test_a_closed_circulation_is_reported_and_not_solved() -> None:
    found = ask(a_ledger(pay("a", "b", 10), pay("b", "a", 10)), follow=("a", 700)).followed
    assert found is not None
    assert found.circulations == (("a", "b"),)
    assert [(end.kind, end.pence) for end in found.ends] == [("circulation", 700)]
    assert "going round" in found.text


def test_ring_fenced_money_moves_along_its_purpose_and_the_rest_is_held() -> None:
    whole = a_ledger(
        pay("a", "b", 60, purpose="homes", ring_fenced=True),
        pay("a", "b", 40),
        pay("b", "c", 20, FINAL, purpose="homes"),
        pay("b", "d", 70, FINAL),
    )
    found = ask(whole, follow=("a", 100)).followed
    assert found is not None
    ends = {(end.kind, end.to, end.purpose): end.exact for end in found.ends}
    assert ends[("held", None, "homes")] == 40
    assert "held at B for homes, beyond what is known to leave for that purpose" in found.text
    assert ends[("final_spend", "c", None)] == 20 + Fraction(40 * 20, 100)
    assert ends[("final_spend", "d", None)] == Fraction(40 * 70, 100)
    assert ends[("remainder", None, None)] == Fraction(40 * 10, 100)


def test_followed_back_a_sum_is_traced_to_who_raised_it() -> None:
    whole = a_ledger(pay("tax", "a", 30, OWN), pay("t", "a", 60), pay("a", "c", 100, FINAL))
    found = ask(whole, follow=("a", 100), direction="back").followed
    assert found is not None
    assert {(end.kind, end.body, end.to): end.pence for end in found.ends} == {
        ("own_revenue", "a", "tax"): 30,
        ("origin", "t", None): 60,
        ("remainder", "a", None): 10,
    }


def test_what_a_body_binds_beyond_what_it_got_for_it_comes_from_its_pool() -> None:
    whole = a_ledger(pay("t", "m", 30, purpose="p", ring_fenced=True), pay("u", "m", 70), pay("m", "a", 60, purpose="p", ring_fenced=True))
    found = ask(whole, follow=("a", 60), direction="back").followed
    assert found is not None
    assert {end.body: end.exact for end in found.ends} == {"t": 30 + 30 * Fraction(30, 100), "u": 30 * Fraction(70, 100)}


def test_a_remainder_inside_the_bounds_of_the_figures_is_within_rounding() -> None:
    rounded = {"precision": "rounded", "low_pence": 95, "high_pence": 105}
    near = ask(a_ledger(pay("t", "a", 100, **rounded), pay("a", "c", 103, FINAL)), "a").ledger[0]
    assert (near.remainder, near.low, near.high, near.within_rounding) == (-3, -8, 2, True)
    far = ask(a_ledger(pay("t", "a", 100, **rounded), pay("a", "c", 110, FINAL)), "a").ledger[0]
    assert not far.within_rounding
    assert "unexplained" in ask(a_ledger(pay("t", "a", 100), pay("a", "c", 103, FINAL)), "a").text


def test_a_pound_is_counted_once_at_final_spend_or_once_at_the_source() -> None:
    total = ask(a_ledger(pay("t", "m", 80), pay("m", "a", 80), pay("x", "a", 20, OWN), pay("a", "c", 100, FINAL))).totals[0]
    assert (total.final_spend, total.at_source, total.all_flows) == (100, 100, 280)
    assert total.coverage == 1
    unknown = ask(a_ledger(pay("a", "c", 100, FINAL))).totals[0]
    assert unknown.coverage == 0
    half = ask(a_ledger(pay("t", "a", 50), pay("a", "c", 100, FINAL))).totals[0]
    assert half.coverage == Fraction(1, 2)


def test_what_no_source_says_is_not_measured_and_never_nothing() -> None:
    answer = ask(a_ledger(pay("a", "c", 60, FINAL, paid_for=PaidFor.HOURS), pay("a", "c", 40, FINAL)))
    assert answer.totals[0].rewards["final_spend"] == {"hours": 60, "not measured": 40}
    assert answer.totals[0].control_share is None
    assert "control and reporting: not measured" in answer.text
    assert ask(a_ledger(pay("a", "c", 60, FINAL), pay("a", "i", 40, FINAL, control=True))).totals[0].control_share == Fraction(2, 5)


def test_years_stand_apart() -> None:
    whole = a_ledger(pay("t", "a", 10, year="2023-24"), pay("t", "a", 20, year="2024-25"))
    assert [(entry.body, entry.year) for entry in ask(whole).ledger] == [
        ("t", "2023-24"), ("a", "2023-24"), ("t", "2024-25"), ("a", "2024-25"),
    ]  # fmt: skip
    assert [entry.transfers_in for entry in ask(whole, "a", year="2023-24").ledger] == [10]
    found = ask(whole, follow=("t", 5), year="2023-24").followed
    assert found is not None
    assert found.year == "2023-24"


def test_who_pays_and_who_gains_is_told_silo_by_silo_with_what_comes_back() -> None:
    nodes = [
        Node(id="council", kind=NodeKind.BODY, label="Council", silo="council"),
        Node(id="trust", kind=NodeKind.BODY, label="Trust", silo="nhs"),
        Node(id="adapt", kind=NodeKind.DECISION, label="Adapt homes", owner="council"),
        Node(id="stays", label="Stays", better=Better.LESS, silo="nhs"),
        Node(id="cost", label="Cost", better=Better.LESS, silo="council"),
    ]
    links = [
        Link(id="1", start="adapt", end="stays", sign=Sign.MINUS, strength=0.5, delay_low=1, delay_high=1),
        Link(id="2", start="adapt", end="cost", sign=Sign.PLUS, strength=0.5),
        pay("council", "trust", 5),
        Link(id="4", start="trust", end="council", kind=LinkKind.INFORMS),
    ]
    gains = {(gain.pays, gain.gains): gain for gain in ask(SystemMap.of(nodes, links), gains=True).gains or ()}
    across = gains["council", "nhs"]
    assert (across.better, across.worse, across.money_back, across.information_back) == (1, 0, False, True)
    assert across.best is not None
    assert across.best.nodes == ("adapt", "stays")
    assert (gains["council", "council"].better, gains["council", "council"].worse) == (0, 1)


@pytest.mark.parametrize(
    ("wish", "error", "words"),
    [
        ({"year": "1900-01"}, BadQuestion, "2024-25"),
        ({"follow": ("a", 0)}, BadInput, "above"),
        ({"follow": ("zz", 1)}, UnknownName, "zz"),
        ({"direction": "sideways"}, BadInput, "forward"),
        ({"body": "zz"}, UnknownName, "zz"),
        ({"follow": ("poor", 1)}, BadQuestion, "sums stand at"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_what_can(wish, error, words) -> None:
    whole = a_ledger(pay("t", "a", 10), Link(id="i", start="poor", end="a", kind=LinkKind.FUNDS))
    with pytest.raises(error, match=words):
        ask(whole, **wish)
    assert ask(whole).unmeasured == 1

"""Duties, rules, proposals, history, money and series: nothing unchecked is shipped, and what is shipped says what it must."""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from schema.kinds import FlowKind, LinkKind, Mark, NodeKind, Status
from schema.records import Link, Money, Node
from schema.system_map import end_day, first_day
from tests.content.walking import all_claims, content

POUNDS = re.compile(r"£([0-9][0-9,]*(?:\.[0-9]+)?)\s?(bn|m)?")
SCALE = {"bn": 10**9, "m": 10**6, "": 1}


def _table(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "domain" / "tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _links(kind: LinkKind) -> list[Link]:
    return [link for link in content().links if link.kind is kind]


def _nodes(kind: NodeKind) -> list[Node]:
    return [node for node in content().nodes if node.kind is kind]


def _stands(record: Node | Link, day: str) -> bool:
    return first_day(record.valid_from) <= first_day(day) < end_day(record.valid_to)


def _claimed() -> set[str]:
    return {claim.id for _, claim in all_claims()}


# ---- duties and rules


def test_every_law_that_was_read_is_on_the_map_and_no_other(shared: Path) -> None:
    rows = _table(shared, "statutes")
    unread = {row["id"] for row in rows if not re.search(r"\bV2?\b", row["mark and address"])}
    assert unread
    assert {row["id"] for row in rows} - unread <= _claimed()
    assert not unread & _claimed()


def test_every_duty_has_a_holder() -> None:
    held = {link.end for link in _links(LinkKind.HOLDS_DUTY)}
    assert [node.id for node in _nodes(NodeKind.DUTY) if node.id not in held | {"co-operate-on-care"}] == []


def test_every_section_of_the_care_act_is_a_part_of_it() -> None:
    parts = {link.start for link in _links(LinkKind.PART_OF) if link.end == "care-act-2014"}
    assert {node.id for node in _nodes(NodeKind.RULE) if node.id.startswith("care-act-s")} == parts


def test_a_council_is_limited_by_a_duty_without_means() -> None:
    limits = {link.start: {claim.id for claim in link.claims} for link in _links(LinkKind.CONSTRAINS) if link.end == "local-authority"}
    assert {"S24", "S29"} <= limits["care-duties-of-councils"]
    assert "S29" in limits["council-tax-referendum-limit"]


# ---- proposals


@pytest.mark.parametrize("proposal", [node.id for node in _nodes(NodeKind.PROPOSAL) if node.id != "use-care-workers-feedback"])
def test_a_proposal_says_what_it_needs_who_objects_and_what_it_leaves_open(proposal: str) -> None:
    node = content().node(proposal)
    assert node.text
    assert node.claims
    assert {"powers_needed", "money_needed", "objections", "left_unanswered"} <= set(node.attributes)


@pytest.mark.parametrize("proposal", [node.id for node in _nodes(NodeKind.PROPOSAL)])
def test_a_proposal_has_somebody_who_proposes_it_and_an_aim(proposal: str) -> None:
    assert any(link.end == proposal for link in _links(LinkKind.PROPOSES))
    aims = [link for link in _links(LinkKind.AIMS_AT) if link.start == proposal]
    # No aim of the Bill for care was read, and none is made up for it.
    assert bool(aims) is (proposal != "health-bill-2026")
    assert all(link.sign and link.claims for link in aims)


def test_a_proposals_effects_are_drawn_as_proposed_and_belong_to_it() -> None:
    proposals = {node.id for node in _nodes(NodeKind.PROPOSAL)}
    effects = [link for link in _links(LinkKind.INFLUENCES) if link.start in proposals]
    assert len(effects) > 20
    assert all(link.status is Status.PROPOSED and link.proposal == link.start for link in effects)


def test_what_a_proposal_would_add_is_not_there_today() -> None:
    for link in _links(LinkKind.WOULD_ADD):
        node = content().node(link.end)
        assert (node.status, node.proposal) == (Status.PROPOSED, link.start), link.id


def test_the_board_has_its_five_functions() -> None:
    tasks = {link.end for link in _links(LinkKind.CARRIES_OUT) if link.start == "scib"}
    said = {claim.id for task in tasks for claim in content().node(task).claims}
    assert len(tasks) == 5
    assert {"S64", "S65", "S66", "S67", "S68"} <= said


def test_nothing_that_is_proposed_stands_without_its_proposal() -> None:
    proposed = [record for record in (*content().nodes, *content().links) if record.status is Status.PROPOSED]
    assert [record.id for record in proposed if record.proposal is None and "announce-closing" not in record.id] == []


# ---- history


def test_what_time_has_overtaken_is_marked_with_what_took_its_place(shared: Path) -> None:
    replaced: dict[str, set[str]] = {}
    for _, claim in all_claims():
        if (later := claim.attributes.get("superseded_by")) is not None:
            replaced.setdefault(str(later), set()).add(claim.id)
    for row in _table(shared, "superseded"):
        name = f"superseded-{row['no']}"
        if row["mark"] == "M":
            assert name not in _claimed() | set(replaced)
            continue
        assert name in _claimed(), row["document statement"]
        stated = set(re.findall(r"\b[TS][0-9]{2}\b", row["document statement"].split(":")[0]))
        assert replaced.get(name, set()) & stated or row["no"] == "8", row["document statement"]


def test_the_second_documents_world_is_there_as_of_2022() -> None:
    links, day = content(), "2022-06-01"
    then = {node.id for node in content().nodes if _stands(node, day)}
    assert {"dluhc", "clinical-commissioning-group", "improved-better-care-fund", "open-care-worker-route-2022"} <= then
    assert not {"integrated-care-board", "council-better-care-grant", "assess-councils-2023"} & then
    assert not {"mhclg", "discharge-fund", "independent-care-commission", "fair-work-agency"} & then
    assert not _stands(links.link("cqc.assesses.local-authority"), day)
    now = {node.id for node in content().nodes if _stands(node, "2026-11-22")}
    assert not {"dluhc", "clinical-commissioning-group", "improved-better-care-fund", "social-care-grant", "local-eligibility-bands"} & now
    assert {"integrated-care-board", "council-better-care-grant", "mhclg"} <= now
    assert _stands(links.link("cqc.assesses.local-authority"), "2023-04-01")


def test_a_statement_that_time_has_overtaken_is_marked_wherever_it_stands() -> None:
    still_true = {("cqc.regulates.care-provider", "S09")}
    overtaken = {claim.id for _, claim in all_claims() if "superseded_by" in claim.attributes}
    bare = {(place, claim.id) for place, claim in all_claims() if claim.id in overtaken and "superseded_by" not in claim.attributes}
    assert {"S28", "S31", "S38"} <= overtaken
    assert bare == still_true


def test_a_grant_that_ended_names_its_successor() -> None:
    successors = {(link.end, link.start) for link in _links(LinkKind.REPLACES)}
    assert ("improved-better-care-fund", "council-better-care-grant") in successors
    assert ("discharge-fund", "council-better-care-grant") in successors
    assert ("dluhc", "mhclg") in successors


# ---- consultation


def test_a_consultation_says_whether_it_was_answered_and_changed_anything() -> None:
    asked = _links(LinkKind.CONSULTS)
    assert all(link.answered and link.changed_anything and link.claims for link in asked)
    closed = next(link for link in asked if link.start == "kent-county-council")
    assert (closed.end, closed.answered, closed.changed_anything) == ("care-provider", "no", "no")
    assert {claim.id for claim in closed.claims} == {"T12", "T16"}


def test_no_consultation_joins_providers_to_the_home_office() -> None:
    joined = {(link.start, link.end) for kind in (LinkKind.CONSULTS, LinkKind.INFORMS) for link in _links(kind)}
    assert ("home-office", "care-provider") not in joined
    assert ("care-provider", "home-office") not in joined


# ---- money


def _flows() -> list[tuple[Link, Money]]:
    return [(link, link.money) for link in _links(LinkKind.FUNDS) if link.money is not None]


def test_every_sum_has_a_source_a_year_and_a_mark_that_was_checked() -> None:
    checked = {Mark.PUBLISHER, Mark.SECONDARY, Mark.DERIVED}
    wrong = []
    for link, money in _flows():
        told = link.instrument and link.period == money.year and money.status and money.geography and money.price_basis
        if not told or not link.claims or not all(claim.source and claim.mark in checked for claim in link.claims):
            wrong.append(link.id)
    assert len(_flows()) > 50
    assert wrong == []


def test_a_sum_lies_between_its_bounds() -> None:
    for link, money in _flows():
        assert (money.low_pence is None) == (money.high_pence is None), link.id
        if money.low_pence is not None and money.high_pence is not None:
            assert money.low_pence <= money.pence <= money.high_pence, link.id


def test_a_sum_that_was_read_is_the_one_in_its_row_to_the_penny(shared: Path) -> None:
    rows = {row["id"]: row["amount"] for row in _table(shared, "funding_flows")}
    wrong = []
    for link, money in _flows():
        claim = link.claims[0]
        if claim.mark is Mark.DERIVED:
            continue
        named = POUNDS.findall(rows[claim.id])
        pence = {int(Decimal(number.replace(",", "")) * SCALE[scale] * 100) for number, scale in named}
        if money.pence not in pence:
            wrong.append((link.id, claim.id, money.pence))
    assert wrong == []


def test_a_sum_of_our_own_arithmetic_says_so_and_how() -> None:
    derived = [link for link, _ in _flows() if link.claims[0].mark is Mark.DERIVED]
    assert derived
    assert [link.id for link in derived if not link.claims[0].text] == []


def test_rows_that_nobody_has_read_at_a_source_are_not_shipped(shared: Path) -> None:
    unread = {row["id"] for row in _table(shared, "funding_flows") if row["mark"].startswith("M")}
    assert unread == {"F15d", "F16d", "F18b", "F18c"}
    assert not unread & _claimed()


def test_what_reaches_councils_for_care_in_2024_25_is_what_they_spend() -> None:
    incoming = outgoing = 0
    for link, money in _flows():
        if money.year == "2024-25":
            incoming += money.pence if link.end == "local-authority" else 0
            outgoing += money.pence if link.start == "local-authority" else 0
    assert outgoing == incoming == 3_440_000_000_000


@pytest.mark.parametrize("year", ["2023-24", "2024-25", "2025-26"])
def test_the_treasurys_grants_are_the_sum_of_those_paid_on(year: str) -> None:
    paid_on = Counter[str]()
    for link, money in _flows():
        if money.year == year and link.end in ("mhclg", "local-authority"):
            paid_on[link.start] += money.pence
    dfg = sum(m.pence for link, m in _flows() if m.year == year and link.start == "dhsc" and link.end == "mhclg")
    assert paid_on["hm-treasury"] == paid_on["mhclg"]
    assert paid_on["dhsc"] == dfg > 0


def test_taxes_and_charges_are_raised_and_care_is_paid_for_at_last() -> None:
    kinds = {money.flow for _, money in _flows()}
    assert kinds == {FlowKind.TRANSFER, FlowKind.OWN_REVENUE, FlowKind.FINAL_SPEND}
    paid_for = {str(money.paid_for) for _, money in _flows() if money.paid_for}
    paid_for |= {str(link.attributes["paid_for"]) for link in _links(LinkKind.FUNDS) if "paid_for" in link.attributes}
    assert paid_for == {"hours", "places", "outcomes", "block", "grant", "own_money"}


# ---- series


def _values(factor: str, series: str) -> dict[tuple[str, str | None], float]:
    return {(item.period, item.edition): item.value for item in content().node(factor).observations if item.series == series}


@pytest.mark.parametrize(
    "factor",
    ["care-vacancies", "staff-retention", "overseas-recruits", "care-worker-visas-granted", "national-living-wage", "fee-gap",
     "people-with-council-care", "care-locations", "people-asking-for-support", "council-care-spend"],
)  # fmt: skip
def test_a_factor_that_people_look_up_has_a_series(factor: str) -> None:
    assert content().node(factor).observations


def test_no_value_is_shipped_that_was_not_checked() -> None:
    seen = [(node.id, item) for node in content().nodes for item in node.observations]
    assert len(seen) > 130
    assert [(place, item.series) for place, item in seen if item.mark not in (Mark.PUBLISHER, Mark.SECONDARY, Mark.DERIVED)] == []


def test_a_value_of_our_own_arithmetic_tells_the_recipe() -> None:
    counted = {"cqc-directory-2024"}
    seen = [(node.id, item) for node in content().nodes for item in node.observations if item.mark is Mark.DERIVED]
    assert [(place, item.series) for place, item in seen if not item.note and item.source not in counted] == []


def test_sources_that_differ_stand_side_by_side() -> None:
    rate = _values("care-vacancies", "Vacancy rate")
    assert (rate["2021/22", "2023"], rate["2021/22", "2025"]) == (10.6, 10.5)
    posts = _values("care-vacancies", "Vacant posts")
    assert (posts["2021/22", "2023"], posts["2021/22", "2025"]) == (164_000, 152_000)
    recruits = _values("overseas-recruits", "Recruits into direct care, independent sector")
    assert (recruits["2022/23", "2023"], recruits["2022/23", "2024"]) == (70_000, 80_000)
    spending = content().node("council-care-spend").observations
    net = {item.series: item.value for item in spending if item.series.startswith("Net current") and item.period == "2024-25"}
    assert sorted(net.values()) == [24.7, 25.2]


def test_a_revision_names_an_edition_that_is_there() -> None:
    for node in content().nodes:
        editions = {(item.series, item.period, item.edition) for item in node.observations}
        for item in node.observations:
            if item.revision_of is not None:
                assert (item.series, item.period, item.revision_of) in editions, (node.id, item)


@pytest.mark.parametrize(
    ("factor", "series", "column"),
    [
        ("care-vacancies", "Vacancy rate", "vacancy rate"),
        ("care-vacancies", "Vacant posts", "vacant posts a day"),
        (
            "overseas-recruits",
            "Recruits into direct care, independent sector",
            "international recruits into direct care, independent sector",
        ),
    ],
)
def test_the_workforce_series_are_those_of_the_table(shared: Path, factor: str, series: str, column: str) -> None:
    for row in _table(shared, "workforce"):
        stated = _numbers(row[column])
        shipped = {value for (period, _), value in _values(factor, series).items() if period == row["year"]}
        assert shipped <= stated, row["year"]
        assert bool(shipped) is bool(stated), row["year"]


def test_the_visa_series_are_those_of_the_table(shared: Path) -> None:
    stated = {
        number
        for row in _table(shared, "visa_counts")
        for number in _numbers(row["visas to care workers (main applicants)"].replace("in year to Dec 2023", ""))
    }
    series = content().node("care-worker-visas-granted").observations
    assert {item.value for item in series if not item.series.startswith("All")} == stated


def _numbers(text: str) -> set[float]:
    return {float(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,]*(?:\.[0-9]+)?", text)}

"""The shipped content keeps the rules of the vocabulary and the promises of the house."""

import re

from schema.bundling import Ground
from schema.kinds import Basis, LinkKind, Mark, NodeKind, Sign
from schema.records import Node
from schema.system_map import end_day, facts_of, first_day
from tests.content.walking import CORE_FILES, all_claims, content, core_influences, file_of, ground

NO_SOURCE_NEEDED = {Basis.DEFINITION, Basis.ASSUMPTION}
NUMERIC_LABEL = re.compile(
    r"\b(hours|cost|fees?|spending|spend|pay|money|share|visits|visas|contracts|yield|income|recruits|closures|vacancies|admissions"
    r"|days|budget)\b",
    re.IGNORECASE,
)
QUALITIES_DESPITE_THE_WORD = {"fee-uncertainty", "certainty-money-reaches-care", "workability-of-rules"}
TIERS = {"people-and-their-lives", "care-and-support", "housing", "council-and-nhs", "government"}
SILOS = {
    "migration", "finance", "employment", "local-government", "nhs", "housing", "benefits-and-work", "provision", "regulation", "people",
    "workforce", "voice", "health-and-care",
}  # fmt: skip
VERBS = {
    "allow", "announce", "assess", "ban", "close", "cut", "end", "even", "fund", "hold", "let", "limit", "merge", "open", "raise",
    "recruit", "redesign", "require", "revoke", "set", "settle", "start", "tighten", "top", "write",
}  # fmt: skip


def test_the_content_has_no_problem_of_any_severity() -> None:
    assert len(content().nodes) > 150
    assert len(content().links) > 300


def test_every_claim_but_definitions_and_assumptions_names_a_source_that_is_described() -> None:
    described = content().source_of
    wrong = [
        (place, claim.id)
        for place, claim in all_claims()
        if claim.basis not in NO_SOURCE_NEEDED and (claim.source is None or claim.source not in described)
    ]
    assert wrong == []


def test_every_claim_says_something_in_words() -> None:
    assert [(place, claim.id) for place, claim in all_claims() if not claim.text and file_of()[place] in CORE_FILES] == []


def test_every_source_has_a_title_and_a_publisher() -> None:
    assert [source.id for source in content().sources if not (source.title and source.publisher)] == []


def test_a_claim_read_only_in_a_report_says_who_reported_it() -> None:
    sources = content().source_of
    wrong = [
        (place, claim.id)
        for place, claim in all_claims()
        if file_of()[place] in CORE_FILES and claim.mark is Mark.SECONDARY and claim.source and not sources[claim.source].reported_by
    ]
    assert wrong == []


def test_an_opinion_names_who_holds_it_or_where_it_stands() -> None:
    assert [(place, claim.id) for place, claim in all_claims() if claim.basis is Basis.OPINION and not (claim.by or claim.source)] == []


def test_every_factor_says_where_it_stands_and_which_way_is_better() -> None:
    wrong = [
        node.id
        for node in content().nodes
        if node.kind is NodeKind.FACTOR
        and file_of()[node.id] in CORE_FILES
        and not (node.tier in TIERS and node.silo in SILOS and node.better and node.place and node.aliases)
    ]
    assert wrong == []


def test_every_silo_is_one_of_the_plain_words() -> None:
    assert {node.silo for node in content().nodes if node.silo and file_of()[node.id] in CORE_FILES} <= SILOS


def test_every_factor_shows_at_the_place_it_names() -> None:
    shown = {(link.start, link.end) for link in content().links if link.kind is LinkKind.SHOWS_AT}
    wrong = [n.id for n in content().nodes if n.kind is NodeKind.FACTOR and file_of()[n.id] in CORE_FILES and (n.id, n.place) not in shown]
    assert wrong == []


def test_a_factor_that_is_a_number_has_a_unit() -> None:
    wrong = [
        node.id
        for node in content().nodes
        if node.kind is NodeKind.FACTOR and not node.unit and (node.observations or _names_a_number(node))
    ]
    assert wrong == []


def _names_a_number(node: Node) -> bool:
    core = file_of()[node.id] in CORE_FILES and node.id not in QUALITIES_DESPITE_THE_WORD
    return core and NUMERIC_LABEL.search(node.label) is not None


def test_only_a_factor_that_is_a_bodys_own_act_has_an_owner() -> None:
    owned = {node.id for node in content().nodes if node.kind is NodeKind.FACTOR and node.owner and file_of()[node.id] in CORE_FILES}
    assert owned == {"contracts-handed-back", "fee-paid"}


def test_each_decision_is_made_by_its_owner_or_a_body_that_it_replaced() -> None:
    makers: dict[str, list[str]] = {}
    before: dict[str, set[str]] = {}
    for link in content().links:
        if link.kind is LinkKind.MAKES:
            makers.setdefault(link.end, []).append(link.start)
        if link.kind is LinkKind.REPLACES:
            before.setdefault(link.start, set()).add(link.end)
    decisions = [n for n in content().nodes if n.kind is NodeKind.DECISION and file_of()[n.id] in CORE_FILES]
    assert decisions
    for node in decisions:
        made_by = makers.get(node.id, [])
        assert node.owner in made_by, node.id
        assert set(made_by) - {node.owner} <= before.get(str(node.owner), set()), node.id


def test_a_decisions_label_begins_with_a_verb() -> None:
    labels = [n.label for n in content().nodes if n.kind is NodeKind.DECISION and file_of()[n.id] in CORE_FILES]
    assert [label for label in labels if label.split()[0].lower() not in VERBS] == []


def test_labels_are_short_enough_for_their_boxes() -> None:
    assert [n.label for n in content().nodes if len(n.label) > 36 and file_of()[n.id] in CORE_FILES] == []


def test_the_stated_sign_of_a_link_is_what_its_claims_come_to() -> None:
    number = {Sign.PLUS: 1, Sign.MINUS: -1, Sign.UNKNOWN: 0, Sign.NONE_FOUND: 0}
    assert [link.id for link in core_influences() if link.sign is None or facts_of(link).sign != number[link.sign]] == []


def test_every_influence_has_claims_a_delay_and_a_judged_strength_or_none_by_definition() -> None:
    wrong = []
    for link in core_influences():
        judged = link.strength is not None or ground(link) is Ground.DEFINITION or link.sign is Sign.NONE_FOUND
        if not link.claims or link.delay_low is None or not judged:
            wrong.append(link.id)
    assert wrong == []


def test_an_assumed_link_has_low_confidence() -> None:
    assert [link.id for link in core_influences() if ground(link) is Ground.ASSUMPTION and facts_of(link).confidence > 0.3] == []


def test_what_was_not_checked_is_never_the_ground_of_a_link() -> None:
    for link in core_influences():
        assert ground(link) is not Ground.UNVERIFIED, f"{link.id} rests on unverified claims alone"
        checked = [claim for claim in link.claims if claim.mark is not Mark.UNVERIFIED]
        assert checked, link.id
    unverified = {claim.id for _, claim in all_claims() if claim.mark is Mark.UNVERIFIED}
    assert "C57" in unverified


def test_a_rule_that_was_looked_for_and_not_found_carries_nothing() -> None:
    for identifier in ("national-living-wage.care-home-closures", "council-care-spend.hospital-use"):
        assert facts_of(content().link(identifier)).strength == 0


def test_no_claim_on_a_decision_was_made_before_the_decision_was_announced() -> None:
    decisions = {node.id: node for node in content().nodes if node.kind is NodeKind.DECISION}
    wrong = []
    for link in core_influences():
        decision = decisions.get(link.start)
        if decision is None:
            continue
        taken = decision.attributes.get("announced_on") or decision.valid_from
        wrong += [(link.id, claim.id) for claim in link.claims if claim.said_on and end_day(claim.said_on) <= first_day(str(taken or ""))]
    assert wrong == []


def test_the_charge_of_2022_against_the_home_office_is_a_thread_and_never_a_link() -> None:
    thread = next(claim for claim in content().node("provider-viability").claims if claim.id == "S38")
    assert thread.route == ("home-office", "overseas-recruits", "provider-viability")
    assert [link.id for link in core_influences() if any(claim.id == "S38" for claim in link.claims)] == []


def test_each_body_that_the_documents_blame_has_its_side() -> None:
    blamed = {link.end for link in content().links if link.kind is LinkKind.CRITICISES}
    named = {"home-office", "dhsc", "hm-treasury", "cqc", "local-authority", "kent-county-council"}
    named |= {"care-manager", "contract-officer", "commissioner"}
    sides = (NodeKind.BODY, NodeKind.ROLE)
    for node in content().nodes:
        if node.kind in sides and node.id in blamed | named:
            answered = any(claim.id == "its-side" for claim in node.claims)
            assert answered or "no reply in our sources" in (node.text or "").lower(), f"{node.id} is blamed and has no side"

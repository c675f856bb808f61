"""What GraphQL answers: the same as the service, in the records' own words."""

import pytest

from graph.scope import MOMENT, Filters, Scope
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_RULES, NODE_RULES

IMPACT = """
query($from: [String!]!, $to: [String!]!, $filters: Filters) {
  impactPaths(from: $from, to: $to, filters: $filters) {
    from to found complete exactTop net determinacy standing thinBecause text revision method sourcedShare reason
    decisions {decision balance {found net}} assumed {what count} pinches {id paths}
    balance {raising lowering unclear supporting opposing undetermined}
    terms {asOf maxLinks filters}
    paths {nodes links sign strength delayMonths delayLow delayHigh confidence handOffs sourcedSteps assumedSteps text
      steps {link kind startLabel endLabel sign effect ground isLeadIn owner endBetter
        claims {id basis mark source {id}} sources {id title}}}
  }
}"""


def test_impact_is_what_the_service_answers(ask, service):
    said = ask(IMPACT, **{"from": ["ministry"], "to": [MOMENT], "filters": {"asOf": "2026-01-01"}})["data"]["impactPaths"]
    from datetime import date

    known = service.impact(["ministry"], [MOMENT], Filters(as_of=date(2026, 1, 1))).to_json()
    assert said["found"] == known["found"] == 4
    assert [path["links"] for path in said["paths"]] == [path["links"] for path in known["paths"]]
    assert [path["text"] for path in said["paths"]] == [path["text"] for path in known["paths"]]
    assert [path["strength"] for path in said["paths"]] == pytest.approx([path["strength"] for path in known["paths"]])
    assert said["from"] == known["from"]
    assert said["to"] == known["to"]
    for ours, theirs in (("complete", "complete"), ("standing", "standing"), ("net", "net"), ("text", "text"), ("method", "method")):
        assert said[ours] == known[theirs]
    assert said["terms"] == {"asOf": "2026-01-01", "maxLinks": 8, "filters": []}
    assert [item["decision"] for item in said["decisions"]] == ["close-route", "raise-floor"]


def test_a_step_names_its_owner_its_claims_and_their_sources(ask):
    said = ask(IMPACT, **{"from": "close-route", "to": "vacancies", "filters": {"asOf": "any"}})["data"]["impactPaths"]
    first, second = said["paths"][0]["steps"]
    assert (first["sign"], first["effect"], first["owner"], first["ground"]) == ("MINUS", "MINUS", "ministry", "sourced")
    assert first["claims"] == [{"id": "c1", "basis": "FIGURE", "mark": "PUBLISHER", "source": {"id": "report"}}]
    assert [source["id"] for source in first["sources"]] == ["report"]
    assert (second["ground"], second["effect"], second["endBetter"]) == ("assumption", "PLUS", "LESS")
    assert said["paths"][0]["assumedSteps"] == 1


def test_a_lead_in_has_no_sign(ask):
    steps = ask(IMPACT, **{"from": "ministry", "to": "recruits"})["data"]["impactPaths"]["paths"][0]["steps"]
    assert (steps[0]["isLeadIn"], steps[0]["sign"], steps[0]["kind"]) == (True, None, "MAKES")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 2),
        ({"asOf": "2025-01-01"}, 0),
        ({"asOf": "any"}, 2),
        ({"sign": "MINUS"}, 2),
        ({"without": ["recruits-moment-of-interaction"]}, 1),
        ({"avoid": ["vacancies"]}, 1),
        ({"require": ["vacancies"]}, 1),
        ({"maxLinks": 2}, 1),
        ({"minConfidence": 0.95}, 0),
        ({"kinds": ["FUNDS"]}, 0),
        ({"evidence": ["V", "assumption", "mechanism", "figure"]}, 1),
    ],
)
def test_filters_narrow_the_question(ask, filters, found):
    answer = ask(IMPACT, **{"from": "close-route", "to": MOMENT, "filters": filters})
    assert "errors" not in answer
    assert answer["data"]["impactPaths"]["found"] == found


def test_another_weight_holds_for_one_question(ask):
    query = {"from": "recruits", "to": "vacancies", "filters": {"assume": [{"link": "recruits-vacancies", "weight": 0.25}]}}
    path = ask(IMPACT, **query)["data"]["impactPaths"]["paths"][0]
    assert (path["sign"], path["strength"]) == ("PLUS", 0.25)


def test_litmus_judges_every_decision_that_stands(ask, service):
    query = "{litmus {footing verdicts {decision verdict standing said text weakestLink balance {net} supportingPath {text}} terms {asOf}}}"
    said = ask(query)["data"]["litmus"]
    from api.asking import today

    known = service.litmus(filters=Filters(as_of=today()), scope=Scope(revision=0)).to_json()
    assert [item["decision"] for item in said["verdicts"]] == [item["decision"] for item in known["verdicts"]]
    assert [item["verdict"] for item in said["verdicts"]] == [item["verdict"] for item in known["verdicts"]]
    assert said["footing"] == known["footing"]
    assert said["terms"]["asOf"] == today().isoformat()


def test_pages_of_nodes_go_through_every_node_once_in_the_order_of_ids(ask):
    seen, after = [], None
    while True:
        page = ask(
            'query($a: String) {nodes(first: 2, after: $a, asOf: "any") {totalCount pageInfo {hasNextPage endCursor} edges {node {id}}}}',
            a=after,
        )
        page = page["data"]["nodes"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == sorted(seen)
    assert len(seen) == page["totalCount"] == len(set(seen)) == 9


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ("kind: DECISION", ["close-route", "raise-floor", "reopen-route"]),
        ('kind: DECISION, asOf: "2024-12-31"', ["raise-floor", "reopen-route"]),
        ('tier: "government"', ["ministry"]),
        ('tier: "Government"', ["ministry"]),
        ('silo: "migration"', ["close-route", "ministry", "raise-floor"]),
        ("first: 0", []),
    ],
)
def test_nodes_can_be_narrowed(ask, arguments, ids):
    assert [edge["node"]["id"] for edge in ask(f"{{nodes({arguments}) {{edges {{node {{id}}}}}}}}")["data"]["nodes"]["edges"]] == ids


def test_links_lead_from_node_to_node(ask):
    edges = "edges {node {id sign strength ground from {id} to {label}}}"
    query = '{node(id: "recruits") {owner silo links(direction: %s) {totalCount ' + edges + "}}}"
    out, into = ask(query % "OUT")["data"]["node"]["links"], ask(query % "IN")["data"]["node"]["links"]
    assert [edge["node"]["to"]["label"] for edge in out["edges"]] == ["The moment of interaction", "Care vacancies"]
    assert [edge["node"]["from"]["id"] for edge in into["edges"]] == ["close-route", "raise-floor"]
    assert ask(query % "BOTH")["data"]["node"]["links"]["totalCount"] == 4
    assert {edge["node"]["sign"] for edge in into["edges"]} == {"MINUS"}


def test_links_can_be_narrowed(ask):
    answer = ask('{links(kind: [MAKES], asOf: "2025-01-01") {edges {node {id sign}}}}')
    assert answer["data"]["links"]["edges"] == [{"node": {"id": "ministry-makes-raise", "sign": None}}]


def test_what_is_not_there_is_null_and_no_error(ask):
    assert ask('{node(id: "nowhere") {id} link(id: "nowhere") {id}}') == {"data": {"node": None, "link": None}}


@pytest.mark.parametrize("text", ["posts", "CARE vac", "Tom & Jerry"])
def test_search_finds_by_label_other_names_and_text(ask, text):
    assert len(ask("query($t: String!) {search(text: $t) {id label}}", t=text)["data"]["search"]) == 1


@pytest.mark.parametrize("text", ["", " ", '"', "*", "NOT", "a OR", "é\u0000", "x" * 900, "'; DROP TABLE nodes; --", "%"])
def test_any_text_can_be_looked_for(ask, text):
    assert "errors" not in ask("query($t: String!) {search(text: $t) {id}}", t=text)


def test_a_search_for_nothing_and_of_nothing_gives_nothing(ask):
    assert ask('{search(text: "care", first: 0) {id}}') == {"data": {"search": []}}


def test_sources_are_paged(ask):
    said = ask("{sources(first: 1) {totalCount pageInfo {hasNextPage} edges {node {id title url}}}}")["data"]["sources"]
    assert said["totalCount"] == 2
    assert said["pageInfo"]["hasNextPage"] is True
    assert said["edges"][0]["node"]["id"] == "blog"


def test_a_file_has_no_history_and_says_so(ask):
    answer = ask("{history {revision}}")
    assert answer["data"] == {"history": None}
    assert "store" in answer["errors"][0]["message"]


def test_the_vocabulary_is_the_tables(ask):
    said = ask(
        "{vocabulary {nodeKinds {kind means example} linkKinds {kind means reads example starts ends carries defaultSign} evidence}}"
    )
    kinds = said["data"]["vocabulary"]
    assert [item["kind"] for item in kinds["nodeKinds"]] == [kind.name for kind in NodeKind]
    assert [item["means"] for item in kinds["nodeKinds"]] == [NODE_RULES[kind].means for kind in NodeKind]
    assert [item["kind"] for item in kinds["linkKinds"]] == [kind.name for kind in LinkKind]
    assert [item["reads"] for item in kinds["linkKinds"]] == [LINK_RULES[kind].reads for kind in LinkKind]


def test_the_map_says_how_much_stands_on_it(ask):
    said = ask("{map {revision title silos counts {nodes links sources nodesByKind {kind count} linksByKind {kind count}}}}")["data"]["map"]
    assert (said["revision"], said["title"]) == (0, "A small map")
    assert (said["counts"]["nodes"], said["counts"]["links"], said["counts"]["sources"]) == (9, 7, 2)
    assert sum(item["count"] for item in said["counts"]["nodesByKind"]) == 9
    assert {"kind": "MAKES", "count": 2} in said["counts"]["linksByKind"]

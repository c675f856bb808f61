"""What GraphQL answers to comparisons: the same as the service."""

from datetime import date

from graph.scope import Filters, Side

COMPARE = """
query($a: Side!, $b: Side!, $from: [String!], $to: [String!]) {
  compare(a: $a, b: $b, from: $from, to: $to) {
    a {name revision asOf proposals nodes links} b {name asOf} complete silent text
    nodes {added removed changed {id attribute from to evidence}} links {added removed}
    verdicts {decision label before after flips netBefore netAfter} flips {decision}
    loopsFound loopsOpened {nodes before after text} gapsFound gapsClosed {decision factor before after}
    routes {foundBefore foundAfter handOffsBefore handOffsAfter added removed}
    pounds {payer payee year beforePence afterPence differencePence}
    terms {method}
  }
}"""


def test_compare_is_what_the_service_answers(ask, service):
    wish = {"a": {"asOf": "2025-01-01"}, "b": {"asOf": "2026-01-01"}, "from": ["ministry"], "to": ["vacancies"]}
    said = ask(COMPARE, **wish)["data"]["compare"]
    sides = (Side(name=day.isoformat(), is_dated=True, as_of=day) for day in (date(2025, 1, 1), date(2026, 1, 1)))
    known = service.compare(*sides, Filters(), sources=["ministry"], targets=["vacancies"]).to_json()
    assert said["nodes"]["added"] == known["nodes"]["added"] == ["close-route"]
    assert said["links"]["added"] == known["links"]["added"]
    assert [each["decision"] for each in said["verdicts"]] == [each["decision"] for each in known["consequences"]["verdicts"]]
    assert said["routes"]["foundAfter"] == known["consequences"]["hand_offs"]["found_to"]
    assert said["text"] == known["text"]


def test_a_side_names_a_revision_or_a_branch_and_not_both(ask):
    said = ask(COMPARE, a={"revision": 1, "branch": "main"}, b={})
    assert "one of them" in said["errors"][0]["message"]

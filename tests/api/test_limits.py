"""How much one document may ask for. Each is refused in a tenth of a second, whatever it would have cost."""

import time

import pytest
from graphql import parse
from hypothesis import given, settings
from hypothesis import strategies as st

from api.graphql.errors import LimitExceeded
from api.graphql.limits import DocumentMeter
from api.graphql.sdl import built_schema
from api.settings import Settings

PAGE = "nodes(first: 100) {edges {node {links(first: 100) {edges {node {to {links(first: 100) {totalCount}}}}}}}}"


def doubling(levels: int) -> str:
    """Each fragment spreads the next one twice."""
    fragments = "".join(f"fragment f{n} on Query {{...f{n + 1} ...f{n + 1}}} " for n in range(levels))
    return f"{{...f0}} {fragments} fragment f{levels} on Query {{__typename}}"


REFUSED = {
    "characters": "{__typename}" + " " * 100_001,
    "tokens": "{" + "__typename " * 2_001 + "}",
    "comments": "{__typename}" + "#\n" * 201,
    "aliases": "{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}",
    "aliases in a fragment": "{...f} fragment f on Query {" + " ".join(f"a{n}: __typename" for n in range(31)) + "}",
    "directives": "{__typename " + "@skip(if: false) " * 51 + "}",
    "unknown directives": "{__typename " + "@no " * 51 + "}",
    "operations": " ".join(f"query q{n} {{__typename}}" for n in range(11)),
    "root fields": "{" + "map {revision} " * 51 + "}",
    "root fields in a fragment": "{" + "...f " * 6 + "} fragment f on Query {" + "map {revision} " * 10 + "}",
    "depth": '{node(id: "a") ' + "{links {edges {node {to " * 4 + "{id}" + "}}}}" * 4 + "}",
    "depth in fragments": '{node(id: "a") {...a}} fragment a on Node {links {edges {node {to {...b}}}}} '
    "fragment b on Node {links {edges {node {to {...c}}}}} fragment c on Node {links {edges {node {to {id}}}}}",
    "cost": "{" + PAGE + "}",
    "cost by variables": "query($n: Int!) {" + PAGE.replace("100", "$n") + "}",
    "cost in fragments": "{...a} fragment a on Query {" + PAGE + "}",
    "cost in aliases": "{" + " ".join(f"a{n}: nodes(first: 100) {{edges {{node {{id label kind tier}}}}}}" for n in range(20)) + "}",
    "cost in inputs": '{impactPaths(from: "a", to: "b", filters: {top: 100}) {paths {steps {claims {id by source {id title url date}}}}}}',
    "doubling fragments": doubling(40),
    "nesting": "{" * 3_000,
    "nested values": "{nodes(first: " + "[" * 900 + "]" * 900 + ") {totalCount}}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_too_much_is_refused_at_once(client, name):
    began = time.perf_counter()
    response = client.post("/graphql", json={"query": REFUSED[name], "variables": {"n": 100} if "$n" in REFUSED[name] else None})
    took = time.perf_counter() - began
    assert response.status_code == 200
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes == {"LIMIT_EXCEEDED"} if not name.startswith("nest") else codes <= {"LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED"}
    assert "recursion" not in response.text
    assert took < 0.5


def test_fragments_in_a_circle_are_named_as_such(ask):
    said = ask("{...a} fragment a on Query {...b} fragment b on Query {...a}")["errors"]
    assert {error["extensions"]["code"] for error in said} == {"GRAPHQL_VALIDATION_FAILED"}


def test_a_long_chain_of_fragments_is_answered_or_refused(ask):
    chain = "{...f0} " + "".join(f"fragment f{n} on Query {{...f{n + 1}}} " for n in range(240)) + "fragment f240 on Query {__typename}"
    answer = ask(chain)
    assert answer.get("data") == {"__typename": "Query"} or answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_what_the_pages_ask_is_within_the_limits(client):
    page = client.get("/ask/impact?from=ministry&to=moment-of-interaction&top=10")
    assert page.status_code == 200
    from html import unescape

    query = unescape(page.text.split("<code>")[1].split("</code>")[0])
    answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer
    assert answer["data"]["impactPaths"]["found"] == 4


def test_the_introspection_that_graphiql_sends_is_within_the_limits(ask):
    from graphql import get_introspection_query

    answer = ask(get_introspection_query(input_value_deprecation=True, specified_by_url=True, directive_is_repeatable=True))
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


def test_two_hops_of_small_pages_are_answered(ask):
    answer = ask('{node(id: "recruits") {links(first: 10) {edges {node {to {links(first: 10) {edges {node {to {id}}}}}}}}}}')
    assert "errors" not in answer


@pytest.mark.parametrize(
    "argument", ["first: 101", "first: -1", "first: 1000000", 'after: "nonsense"', 'after: "Zm9v"', 'after: "é"', 'after: ""']
)
def test_a_page_out_of_bounds_or_from_nowhere_is_bad_input(ask, argument):
    answer = ask(f"{{nodes({argument}) {{totalCount}}}}")
    assert answer["data"] == {"nodes": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


def test_a_page_that_is_no_number_of_graphql_is_refused(ask):
    answer = ask("{nodes(first: 99999999999) {totalCount}}")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def cost_of(query: str, **variables: int) -> int:
    """The cost that the meter finds: the least limit that lets the document pass."""
    meter = DocumentMeter(built_schema()._schema, parse(query), variables, Settings(cost=1, depth=20))
    with pytest.raises(LimitExceeded) as refused:
        meter.check()
    return int(str(refused.value).split("asks for ")[1].split(" ")[0].replace(",", ""))


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{nodes {edges {node {id}}}}", 1 + 20 * 3),
        ("{nodes(first: 7) {edges {node {id}}}}", 1 + 7 * 3),
        ("{nodes(first: 7) {totalCount edges {node {id kind}}}}", 1 + 7 * 5),
        ("{nodes(first: 100000) {edges {node {id}}}}", 1 + 100 * 3),
        ("query($n: Int = 3) {nodes(first: $n) {edges {node {id}}}}", 1 + 3 * 3),
        ('{impactPaths(from: "a", to: "b", filters: {top: 2}) {paths {text}}}', 1 + 2 * 2),
        ('{impactPaths(from: "a", to: "b", filters: {top: 2}) {paths {steps {link}}}}', 1 + 2 * (1 + 1 + 4)),
    ],
)
def test_the_cost_is_every_field_times_the_items_that_it_may_have(query, cost):
    assert cost_of(query) == cost


@settings(max_examples=30)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_pages_in_pages_multiply(sizes):
    query, cost = "id", 1
    for size in reversed(sizes):
        query, cost = f"id links(first: {size}) {{edges {{node {{to {{{query}}}}}}}}}", 1 + 1 + size * (3 + cost)
    assert cost_of(f'{{node(id: "a") {{{query}}}}}') == 1 + cost

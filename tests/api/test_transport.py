"""What comes over the wire: who may ask, in which form, and that nothing that is sent breaks the service."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JSON = {"content-type": "application/json"}
PATHS = (
    "/",
    "/healthz",
    "/ask/impact",
    "/ask/litmus",
    "/export/map.json",
    "/graphql?query={__typename}",
    "/static/pages/pages.css",
    "/nix",
)

KEYS = st.sampled_from(["query", "variables", "operationName", "extensions", "a"])
FIELDS = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda part: st.lists(part) | st.dictionaries(KEYS, part))


def post(client, body, **headers):
    return client.post("/graphql", content=body, headers=JSON | headers)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8765", "[::1]:1", "LOCALHOST:80"])
def test_this_machine_is_answered_under_its_own_names(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "localhost:80:80", "a b", "[::2]"]
)
def test_any_other_host_is_refused_everywhere(client, path, host):
    assert client.get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_every_response_says_what_a_browser_may_do_with_it(client, path):
    headers = client.get(path, headers={"origin": "http://evil.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert not [name for name in headers if name.startswith("access-control")]


def test_a_body_of_more_than_a_mebibyte_is_refused(client):
    assert post(client, b'{"query":"' + b" " * 1024 * 1024 + b'"}').status_code == 413


def test_a_body_that_says_nothing_of_its_size_is_counted_while_it_is_read(client):
    assert post(client, iter([b" " * 65536] * 40)).status_code == 413


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql", "", "application/jsonp"],
)
def test_only_json_is_read(client, kind):
    response = client.post("/graphql", content=b'{"query":"{__typename}"}', headers={"content-type": kind})
    assert response.status_code == 415


def test_another_encoding_than_utf_8_is_refused(client):
    response = post(client, '{"query":"{__typename}"}'.encode("utf-16"), **{"content-type": "application/json; charset=utf-16"})
    assert response.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"[1,2]",
        b'[{"query":"{__typename}"}]',
        b'"{__typename}"',
        b"1",
        b"true",
        b"null",
        b"{}",
        b'{"query":null}',
        b'{"query":1}',
        b'{"query":""}',
        b'{"query":["{__typename}"]}',
        b'{"query":"{__typename}","variables":[]}',
        b'{"query":"{__typename}","variables":"{}"}',
        b'{"query":"{__typename}","variables":NaN}',
        b'{"query":"{__typename}","variables":{"a":Infinity}}',
        b'{"query":"{__typename}","variables":{"a":1e999}}',
        b'{"query":"{__typename}","variables":{"a":' + b"9" * 5000 + b"}}",
        b'{"query":"{__typename}","extensions":1}',
        b'{"query":"{__typename}","operationName":1}',
        b'{"query":"{__typename}","operationName":"\\ud800"}',
        b'{"query":"{__typename} #\\udfff"}',
        b'{"query":"{__typename}","variables":{"\\ud800":1}}',
        b'{"query":"\xff"}',
        b'{"query":"\xc0\xaf"}',
        b'\xef\xbb\xbf{"query":"{__typename}"}',
        '{"query":"{__typename}"}'.encode("utf-16"),
        b'{"query":"{__typename}","variables":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"query":"{__typename}","variables":{"a":' + b"[" * 200 + b"]" * 200 + b"}}",
        b'{"query":"{__typename}","extensions":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    ],
)
def test_a_body_that_is_not_one_operation_in_strict_json_is_a_bad_request(client, body):
    response = post(client, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "recursion" not in response.text
    assert "codec" not in response.text


@pytest.mark.parametrize(
    "query",
    [
        "query={__typename}&variables=[[",
        "query={__typename}&variables=" + "[" * 5000,
        "query={__typename}&extensions=3",
        "query={__typename}&variables=%FF",
        "query=%C0%AF",
        "query=",
        "variables={}",
        "&".join(f"a{number}=1" for number in range(500)),
    ],
)
def test_a_bad_address_is_a_bad_request(client, query):
    assert client.get(f"/graphql?{query}").status_code == 400


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | FIELDS.map(lambda value: json.dumps(value).encode()))
def test_no_body_whatever_breaks_the_service(client, body):
    assert post(client, body).status_code in (200, 400)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/", "/ask/impact", "/ask/litmus", "/export/map.json", "/graphql"]),
    query=st.text(alphabet="abcfromtaskdecisions_=&%+,;0123456789FAC8é<", max_size=40),
)
def test_no_address_whatever_breaks_the_service(client, path, query):
    assert client.get(f"{path}?{query}").status_code < 500


def test_get_answers_queries(client):
    assert client.get("/graphql", params={"query": "{__typename}"}).json() == {"data": {"__typename": "Query"}}


def test_get_reads_variables(client):
    asked = {"query": "query($id: ID!) {node(id: $id) {label}}", "variables": '{"id":"ministry"}', "operationName": ""}
    assert client.get("/graphql", params=asked).json() == {"data": {"node": {"label": "Ministry"}}}


@pytest.mark.parametrize("query", ["mutation {__typename}", "subscription {__typename}"])
@pytest.mark.parametrize("by", ["get", "post"])
def test_nothing_but_a_query_is_run(client, query, by):
    response = client.get("/graphql", params={"query": query}) if by == "get" else post(client, json.dumps({"query": query}))
    assert response.status_code == 405
    assert "data" not in response.json()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed(client, method):
    response = client.request(method, "/graphql")
    assert response.status_code == 405
    assert "POST" in response.headers["allow"]


GRAPHQL = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.2, application/json", "application/json"),
        (f"{GRAPHQL};q=zero", "application/json"),
    ],
)
def test_the_answer_comes_in_the_type_that_the_client_prefers(client, accept, kind):
    response = post(client, b'{"query":"{__typename}"}', **({"accept": accept} if accept else {}))
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) {nodes(first: $n) {totalCount}}", {"n": "many"}, "BAD_USER_INPUT"),
        ("query($n: Int!) {nodes(first: $n) {totalCount}}", {}, "BAD_USER_INPUT"),
    ],
)
def test_what_is_not_executed_has_no_data_and_says_so_in_the_newer_type(client, query, variables, code):
    body = json.dumps({"query": query, "variables": variables})
    newer, older = post(client, body, accept=GRAPHQL), post(client, body, accept="application/json")
    assert (newer.status_code, older.status_code) == (400, 200)
    for response in (newer, older):
        assert "data" not in response.json()
        assert {error["extensions"]["code"] for error in response.json()["errors"]} == {code}


def test_an_error_in_one_field_leaves_the_others_and_the_status(client):
    body = json.dumps({"query": '{map {revision} impactPaths(from: "nowhere", to: "vacancies") {found}}'})
    response = post(client, body, accept=GRAPHQL)
    assert response.status_code == 200
    assert response.json()["data"] == {"map": {"revision": 0}, "impactPaths": None}
    assert response.json()["errors"][0]["path"] == ["impactPaths"]


def test_an_operation_that_is_not_there_is_a_bad_request(client):
    body = json.dumps({"query": "query a {__typename} query b {__typename}", "operationName": "c"})
    assert post(client, body).status_code == 400

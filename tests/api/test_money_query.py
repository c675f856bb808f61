"""What GraphQL answers about money: the same as the service, in exact pence."""

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.scope import Filters
from graph.service import MapService
from graph.store import FixedMap
from schema.kinds import FlowKind, LinkKind, NodeKind
from schema.records import Link, Money, Node
from schema.system_map import SystemMap

MONEY = """
query($body: String, $follow: Follow) {
  money(body: $body, follow: $follow, gains: true, filters: {asOf: "any"}) {
    ledger {body year transfersIn ownRevenue transfersOut finalSpend remainder received ringFencedIn withinRounding isOrigin coverage flows}
    totals {year finalSpend atSource coverage controlShare rewards {flow paidFor pence}} gains {pays gains}
    followed {pence direction circulations text ends {kind body to purpose pence exact} passes {body pence}} text
  }
}"""
HUGE = 294_000_000_000_000


@pytest.fixture
def service():
    flows = [("t", "a", HUGE + 1, FlowKind.TRANSFER), ("a", "c", HUGE, FlowKind.FINAL_SPEND)]
    links = [
        Link(
            id=f"{start}{end}",
            start=start,
            end=end,
            kind=LinkKind.FUNDS,
            money=Money(pence=pence, year="2024-25", status="outturn", flow=flow),
        )
        for start, end, pence, flow in flows
    ]
    return MapService(FixedMap(SystemMap.of([Node(id=name, kind=NodeKind.BODY, label=name) for name in "tac"], links), "x"))


@pytest.fixture
def say(service):
    with TestClient(create_app(service, Settings()), base_url="http://localhost") as client:
        yield lambda **variables: client.post("/graphql", json={"query": MONEY, "variables": variables}).json()


def test_sums_beyond_what_a_graphql_number_holds_come_exact(say, service):
    said = say(body="a", follow={"body": "t", "pence": "100"})["data"]["money"]
    assert (said["ledger"][0]["transfersIn"], said["ledger"][0]["remainder"]) == (str(HUGE + 1), "1")
    assert sum(int(end["pence"]) for end in said["followed"]["ends"]) == 100
    assert said["totals"][0]["rewards"][-1] == {"flow": "final_spend", "paidFor": "not measured", "pence": str(HUGE)}
    assert said["text"] == service.money("a", Filters(), follow=("t", 100), gains=True).text


def test_what_is_no_sum_is_refused(say):
    assert "whole number of pence" in say(follow={"body": "t", "pence": "1.5"})["errors"][0]["message"]

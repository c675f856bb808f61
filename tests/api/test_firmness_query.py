"""What GraphQL says of how firmly an impact stands: the same as the service."""

from graph.scope import Filters

FIRMNESS = """
query($draws: Int!) {
  impactPaths(from: "close-route", to: "moment-of-interaction", draws: $draws, seed: 3, filters: {asOf: "any"}) {
    robustSign {draws seed raises lowers complete} turning {link startLabel part ifReversed ifAbsent ifKnown ground settle}
    knownAndSaid {known {found net} said {found net} byBasis {word count} byStandpoint {word count}}
  }
}"""


def test_robust_sign_turning_links_and_the_split_are_what_the_service_answers(ask, service):
    said = ask(FIRMNESS, draws=40)["data"]["impactPaths"]
    known = service.impact(["close-route"], ["moment-of-interaction"], Filters(), draws=40, seed=3).to_json()
    assert said["robustSign"] == {key: known["robust_sign"][key] for key in said["robustSign"]}
    assert [each["link"] for each in said["turning"]] == [each["link"] for each in known["turning_links"]]
    assert said["knownAndSaid"]["said"] == {key: known["known_and_said"]["said"][key] for key in ("found", "net")}
    assert {each["word"]: each["count"] for each in said["knownAndSaid"]["byBasis"]} == known["known_and_said"]["by_basis"]


def test_more_draws_than_a_request_may_ask_for_are_refused(ask):
    assert "draws" in ask(FIRMNESS, draws=100_000)["errors"][0]["message"]

"""What GraphQL answers to what-if questions: the same as the service."""

import pytest

from graph.scope import Filters, Scenario

WHAT_IF = """
query($scenario: Scenario, $filters: Filters) {
  whatIf(scenario: $scenario, filters: $filters) {
    rule transfer steepness epsilon run {state period steps} baselineRun {state} drivers changedLinks movedCount complete warnings text
    moved {id label tier silo difference worth} tiers {name raised lowered most difference} silos {name}
    uncertainty {runs settled seed complete bands {id rise fall low high}}
    states {id baseline scenario difference months} terms {method asOf}
  }
}"""


def test_what_if_is_what_the_service_answers(ask, service):
    scenario = {"held": [{"node": "recruits", "value": 0.5}], "months": 3, "draws": 20, "seed": 4}
    said = ask(WHAT_IF, scenario=scenario, filters={"asOf": "any"})["data"]["whatIf"]
    known = service.whatif(Scenario(held={"recruits": 0.5}, months=3, draws=20, seed=4), Filters()).to_json()
    assert (said["run"]["state"], said["steepness"]) == ("fixed", pytest.approx(known["lambda"]))
    assert {state["id"]: state["scenario"] for state in said["states"]} == known["scenario"]
    assert [(each["id"], each["difference"]) for each in said["moved"]] == [
        (each["id"], pytest.approx(each["difference"])) for each in known["ranked"]
    ]
    assert {band["id"]: band["rise"] for band in said["uncertainty"]["bands"]} == {
        name: band["rise"] for name, band in known["uncertainty"]["bands"].items()
    }
    assert {state["id"]: state["months"] for state in said["states"] if state["months"]} == known["months"]
    assert said["text"] == known["text"]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [({"draws": 5000}, "draws"), ({"held": [{"node": "nobody", "value": 1}]}, "nobody"), ({"rule": "boole"}, "kosko")],
)
def test_a_scenario_that_cannot_be_followed_says_why(ask, scenario, words):
    assert words in ask(WHAT_IF, scenario=scenario)["errors"][0]["message"]

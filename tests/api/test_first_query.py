"""What GraphQL answers to the questions that people ask first: the same as the service."""

import pytest

from graph.scope import Filters

FIRST = """
query($name: String!, $node: String, $filters: Filters) {
  firstQuestion(name: $name, node: $node, filters: $filters) {
    question about items {id label text facts {name word number ids}} found counts {name count} notes complete reason text terms {method}
  }
}"""


@pytest.mark.parametrize(("name", "node"), [("sight", None), ("see-first", "close-route"), ("life", None), ("duties", None)])
def test_a_named_question_is_what_the_service_answers(ask, service, name, node):
    said = ask(FIRST, name=name, node=node, filters={"asOf": "any"})["data"]["firstQuestion"]
    known = service.first(name, node, Filters()).to_json()
    assert (said["question"], said["text"], said["found"], said["about"]) == (name, known["text"], known["found"], known["about"])
    assert {each["name"]: each["count"] for each in said["counts"]} == known["counts"]
    for item, expected in zip(said["items"], known["items"], strict=True):
        facts = {each["name"]: each["ids"] or each["word"] or each["number"] for each in item["facts"]}
        assert facts == {
            key: value or (None if value == [] else value) for key, value in expected.items() if key not in ("id", "label", "text")
        }


def test_a_question_that_does_not_exist_is_refused_with_those_that_do(ask):
    assert "see-first" in str(ask(FIRST, name="nothing", filters={})["errors"])

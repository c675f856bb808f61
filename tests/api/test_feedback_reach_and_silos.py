"""Loops, gaps, reach and silos over GraphQL: the same as the service, in the records' own words."""

from __future__ import annotations

from datetime import date

from graph.scope import Filters

DAY = date(2026, 1, 1)
ON_DAY = 'filters: {asOf: "2026-01-01"}'


def test_loops_are_what_the_service_answers(ask, service) -> None:
    query = "{loops(%s, independent: true) {found complete exactTop reinforcing loops {links kind gain weakestLink sourcedSteps text"
    said = ask(query % ON_DAY + " steps {link}} components {main found} independent {links} reason text terms {maxLinks}}}")["data"][
        "loops"
    ]
    known = service.loops(filters=Filters(as_of=DAY), independent=True)
    assert (said["found"], said["complete"], said["text"], said["reason"]) == (known.found, True, known.text, known.reason)
    assert [loop["links"] for loop in said["loops"]] == [list(loop.links) for loop in known.loops]
    assert said["terms"]["maxLinks"] == 8


def test_a_loop_through_an_unknown_node_is_an_error_with_near_ids(ask) -> None:
    answer = ask('{loops(through: "recruit") {found}}')
    assert answer["data"] == {"loops": None}
    assert "recruits" in answer["errors"][0]["message"]


def test_gaps_are_what_the_service_answers(ask, service) -> None:
    query = """{gaps(filters: {asOf: "2026-01-01", top: 5}, unrecorded: true) {
      found pairs closed notRecorded complete reading text byKind {what count} withoutOwner
      gaps {decision factor kind words score state saidBy {claim by} returnPaths {kinds links}
        wouldClose {kind links closingSign} acts {text} text}
      unrecorded {decision factor kind} cover {closed bound links {kind from to closes text}}
      consultationGaps {decision silo} askedAndUnchanged {link}}}"""
    said = ask(query)["data"]["gaps"]
    known = service.gaps(filters=Filters(as_of=DAY, top=5), unrecorded=True)
    assert known.found > 0
    assert (said["found"], said["pairs"], said["text"]) == (known.found, known.pairs, known.text)
    assert [(gap["decision"], gap["factor"], gap["kind"]) for gap in said["gaps"]] == [
        (gap.decision, gap.factor, gap.kind) for gap in known.gaps
    ]
    assert {item["what"]: item["count"] for item in said["byKind"]} == known.by_kind
    assert [link["from"] for link in said["cover"]["links"]] == [link.start for link in known.cover.links]


def test_reach_goes_down_and_up(ask, service) -> None:
    query = "{reach(node: %s, direction: %s, %s) {reached total share complete text bySilo {id reached share}"
    query += " items {id sign worth balance {net} bestPath {links}}}}"
    for node, direction in (("close-route", "down"), ("moment-of-interaction", "up")):
        said = ask(query % (f'"{node}"', f'"{direction}"', ON_DAY))["data"]["reach"]
        known = service.reach(node, Filters(as_of=DAY), direction=direction)
        assert known.reached > 0
        assert [item["id"] for item in said["items"]] == [item.id for item in known.items]
        assert [item["bestPath"]["links"] for item in said["items"]] == [list(item.best.links) for item in known.items]
        assert (said["reached"], said["total"], said["text"]) == (known.reached, known.total, known.text)


def test_silos_are_what_the_service_answers(ask, service) -> None:
    query = """{silos(filters: {asOf: "2026-01-01"}, draws: 5, seed: 2) {silos {id exposure reach} matrix counts crossings links
      roles {what count} brokers {id liaison} betweenness {id share} handOffs {from to links} modularity {draws seed gap} exposure text}}"""
    said = ask(query)["data"]["silos"]
    known = service.silos(Filters(as_of=DAY), draws=5, seed=2)
    assert [silo["id"] for silo in said["silos"]] == [silo.id for silo in known.silos]
    assert said["counts"] == [list(row) for row in known.counts]
    assert (said["crossings"], said["links"], said["text"]) == (known.crossings, known.links, known.text)


def test_more_draws_than_there_is_time_for_are_refused(ask) -> None:
    answer = ask("{silos(draws: 1000000) {links}}")
    assert "10000" in answer["errors"][0]["message"]

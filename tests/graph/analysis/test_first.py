"""The questions that people ask first, on maps drawn for each, and against plain walks where there is a search."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.first.see_first import lag_between, period_end
from graph.results.first import FirstAnswer, FirstItem
from graph.scope import Filters
from graph.service import MapService
from graph.store import FixedMap
from schema.errors import BadQuestion
from schema.kinds import Basis, Better, FlowKind, LinkKind, NodeKind, PaidFor, Sign, Use
from schema.records import Claim, Link, Money, Node, Observation, Source
from schema.system_map import SystemMap
from tests.builders import a_link, a_map, a_node
from tests.graph.analysis.small_maps import every_path, maps

MOMENT = "moment-of-interaction"
KINDS = {"body": "body", "other": "body", "worker": "role", "d": "decision"}


def ask(system_map: SystemMap, name: str, node: str | None = None, moment: str | None = None, **filters: object) -> FirstAnswer:
    return MapService(FixedMap(system_map, "x")).first(name, node, Filters(**filters), moment=moment)


def item(answer: FirstAnswer, name: str) -> FirstItem:
    return next(each for each in answer.items if each.id == name)


def test_a_name_that_is_no_question_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadQuestion, match="works, sight, duties, pays-for, see-first, future, life"):
        ask(a_map("a +> b"), "nothing")


# ---- sight --------------------------------------------------------------

CITED = Claim(id="c", basis=Basis.STATEMENT)


def with_links(system_map: SystemMap, *links: Link) -> SystemMap:
    return SystemMap.of(system_map.nodes, [*system_map.links, *links], system_map.sources)


def sighted(used: Use | None) -> FirstItem:
    base = a_map("body -makes-> d", "d +> f 0.5", "worker -observes-> f", kinds=KINDS)
    answer = ask(with_links(base, a_link("worker -informs-> body", used=used, claims=(CITED,))), "sight")
    return item(answer, "body")


@pytest.mark.parametrize(
    ("used", "fact"),
    [(Use.YES, "seen"), (Use.SOMETIMES, "seen"), (Use.NO, "not_seen"), (Use.UNKNOWN, "not_recorded"), (None, "not_recorded")],
)
def test_a_signal_is_seen_not_seen_or_not_recorded_by_its_use(used: Use | None, fact: str) -> None:
    found = sighted(used)
    assert found.facts[fact] == ("f",)
    assert sum(len(found.facts[name]) for name in ("seen", "not_seen", "not_recorded")) == found.facts["reached"] == 1


def test_what_claims_say_of_use_counts_where_the_link_says_nothing() -> None:
    said = Claim(id="no", basis=Basis.OPINION, attributes={"used": "no"})
    base = a_map("body -makes-> d", "d +> f 0.5", "worker -observes-> f", kinds=KINDS)
    answer = ask(with_links(base, a_link("worker -informs-> body", claims=(said,))), "sight")
    assert item(answer, "body").facts["not_seen"] == ("f",)


def test_not_drawn_is_missing_only_where_nobody_is_cited() -> None:
    plain = a_map("body -makes-> d", "d +> f 0.5", "other -observes-> g", kinds=KINDS)
    assert item(ask(plain, "sight"), "body").facts["not_seen"] == ("f",)
    cited = with_links(plain, a_link("body -observes-> g", claims=(CITED,)))
    assert item(ask(cited, "sight"), "body").facts["not_recorded"] == ("f",)


def test_an_input_that_a_decision_takes_is_seen_and_another_signal_passes_nothing_on() -> None:
    base = a_map("body -makes-> d", "d +> f 0.5", kinds=KINDS)
    assert item(ask(with_links(base, a_link("d -takes_as_input-> f")), "sight"), "body").facts["seen"] == ("f",)
    chain = a_map("body -makes-> d", "d +> f 0.5", "worker -observes-> f", "other:body", kinds=KINDS)
    steps = (
        a_link("worker -informs-> other", used=Use.YES, carrying="one", claims=(CITED,)),
        a_link("other -informs-> body", used=Use.YES, carrying="two"),
    )
    assert item(ask(with_links(chain, *steps), "sight"), "body").facts["not_recorded"] == ("f",)


USES = st.sampled_from([Use.YES, Use.NO, None])
ACTORS = ("p", "q", "r")


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.sampled_from(ACTORS), st.sampled_from(ACTORS), USES, st.sampled_from([None, "s", "t"])), max_size=7),
    st.lists(st.tuples(st.sampled_from(ACTORS), st.sampled_from([Use.YES, Use.NO, None])), max_size=3),
)
def test_the_best_way_back_is_that_of_a_plain_walk_over_all_ways(tellings, sights) -> None:
    tellings = [each for each in tellings if each[0] != each[1]]
    nodes = [a_node(f"{name}:body") for name in ACTORS] + [a_node("d:decision"), a_node("f")]
    links = [a_link("p -makes-> d"), a_link("d +> f 0.5")]
    links += [
        a_link(f"{one} -informs-> {other}", f"t{number}", used=used, carrying=signal)
        for number, (one, other, used, signal) in enumerate(tellings)
    ]
    links += [a_link(f"{one} -observes-> f", f"o{number}", available=use) for number, (one, use) in enumerate(sights)]
    worth_of = {Use.YES: 0, None: 1, Use.NO: 2}
    ways = []
    for seer, use in sights:
        seen = 2 if use is Use.NO else 0
        if seer == "p":
            ways.append(seen)
        for size in range(1, len(ACTORS)):
            for between in permutations([actor for actor in ACTORS if actor not in (seer, "p")], size - 1):
                stops = (seer, *between, "p")
                if seer == "p":
                    continue
                for signal in (None, "s", "t"):
                    levels = [
                        min(
                            (worth_of[used] for a, b, used, carried in tellings if (a, b) == step and carried in (None, signal)),
                            default=9,
                        )
                        for step in pairwise(stops)
                    ]
                    ways.append(max(seen, *levels))
    best = min(ways, default=9)
    facts = item(ask(SystemMap.of(nodes, links), "sight", "p"), "p").facts
    assert facts[{0: "seen", 1: "not_recorded"}.get(best, "not_seen")] == ("f",)


def test_sight_is_asked_about_bodies_and_takes_no_path_filters() -> None:
    base = a_map("body -makes-> d", "d +> f 0.5", kinds=KINDS)
    with pytest.raises(BadQuestion, match="body or role"):
        ask(base, "sight", "f")
    with pytest.raises(BadQuestion, match="--sign"):
        ask(base, "sight", sign=Sign.PLUS)
    stopped = MapService(FixedMap(base, "x")).first("sight", None, Filters(), stop=lambda: True)
    assert not stopped.complete


# ---- duties -------------------------------------------------------------


def test_a_duty_without_money_or_lever_is_named_with_what_limits_it() -> None:
    kinds = {"holder": "body", "payer": "body", "rich": "body", "duty": "duty", "cap": "rule", "people": "people", "act": "decision"}
    system_map = a_map(
        "holder -holds_duty-> duty",
        "rich -holds_duty-> duty",
        "duty -aims_at-> f",
        "f +> goal 0.5",
        "cap -constrains-> holder",
        "payer -funds-> rich",
        "rich -makes-> act",
        "act +> f 0.5",
        "goal -matters_to-> people",
        "other -holds_duty-> far",
        "far -aims_at-> elsewhere",
        kinds=kinds | {"other": "body", "far": "duty"},
    )
    answer = ask(system_map, "duties", "goal")
    poor, rich = answer.items
    assert (poor.facts["holder"], poor.facts["money"], poor.facts["lever"]) == ("holder", "not drawn", "not drawn")
    assert poor.facts["limited_by"] == ("cap",)
    assert (rich.facts["holder"], rich.facts["payers"], rich.facts["levers"]) == ("rich", ("payer",), ("act",))
    assert answer.counts == {"without_money": 1, "without_lever": 1, "can_change": 1, "feel": 1}
    assert "Who can change it: rich." in answer.text
    assert "Who pays them, what they do and those at whom it shows: payer." in answer.text
    assert "Who feels it: people." in answer.text


def test_duties_without_a_moment_say_what_to_name() -> None:
    with pytest.raises(BadQuestion, match="--on"):
        ask(a_map("a +> b"), "duties")
    assert ask(a_map("a +> b"), "duties", "b").reason == "No duty with a holder bears on b as far as is drawn."


# ---- life ---------------------------------------------------------------


def lived(begin: str | None, end: str | None, low: float | None, by: str | None = None, as_of: date | None = None) -> FirstAnswer:
    nodes = [
        Node(id="old", kind=NodeKind.DECISION, label="Old", valid_from=begin, valid_to=end),
        Node(id="new", kind=NodeKind.DECISION, label="New", valid_from=by),
        a_node(MOMENT),
    ]
    links = [a_link(f"old +> {MOMENT} 0.5", delay_low=low, delay_high=low)]
    links += [a_link("new -replaces-> old")] if by else []
    return ask(SystemMap.of(nodes, links), "life", as_of=as_of)


@pytest.mark.parametrize(
    ("begin", "end", "low", "verdict"),
    [
        ("2020-01-01", "2020-07-01", 12.0, "too short"),
        ("2020-01-01", "2022-01-01", 12.0, "long enough"),
        ("2020-01-01", "2022-01-01", None, "not known"),
        (None, "2022-01-01", 12.0, "not known"),
    ],
)
def test_a_life_is_held_against_the_least_delay(begin: str | None, end: str, low: float | None, verdict: str) -> None:
    answer = lived(begin, end, low)
    assert item(answer, "old").facts["verdict"] == verdict
    assert answer.counts[verdict.replace(" ", "_")] == 1


def test_what_replaces_a_decision_ends_it_and_what_still_stands_is_not_judged() -> None:
    answer = lived("2020-01-01", None, 12.0, by="2020-03-01")
    assert item(answer, "old").facts["replaced_by"] == ("new",)
    assert item(answer, "old").facts["verdict"] == "too short"
    assert lived("2020-01-01", "2020-07-01", 12.0, as_of=date(2020, 6, 1)).found == 0
    assert lived("2020-01-01", None, 12.0).reason == "No decision on the map has ended by this day."


def test_without_a_route_to_the_moment_the_strongest_outcome_counts_and_without_any_there_is_no_route() -> None:
    old, idle = (Node(id=name, kind=NodeKind.DECISION, label=name, valid_from="2020", valid_to="2020-02") for name in ("old", "idle"))
    links = [a_link("old +> near 0.5", delay_low=6, delay_high=6), a_link("old +> weak 0.2", delay_low=0, delay_high=0)]
    answer = ask(SystemMap.of([old, idle, a_node("near"), a_node("weak"), a_node(MOMENT)], links), "life")
    assert (item(answer, "old").facts["outcome"], item(answer, "old").facts["verdict"]) == ("near", "too short")
    assert item(answer, "idle").facts["verdict"] == "no route"


@settings(max_examples=50)
@given(maps(most_nodes=5, most_links=10))
def test_a_life_is_judged_by_the_strongest_of_all_paths(system_map) -> None:
    nodes = [
        replace(node, kind=NodeKind.DECISION, valid_from="2020", valid_to="2020") if node.id == "a" else node for node in system_map.nodes
    ]
    answer = ask(SystemMap.of(nodes, system_map.links, system_map.sources), "life", moment="b")
    paths = list(every_path(system_map, {"a"}, {"b"}, 8))
    best = max((path.strength for path in paths), default=None)
    facts = answer.items[0].facts
    if best is None:
        assert facts["outcome"] != "b"
    else:
        chosen = next(path for path in paths if path.links == facts["path"])
        assert chosen.strength == pytest.approx(best)


# ---- see first ----------------------------------------------------------


def test_each_step_of_the_strongest_path_has_its_indicator_publisher_and_lag() -> None:
    seen = replace(
        a_node("f"),
        observations=(
            Observation(period="2023/24", value=1, unit="x", source="s", series="Rate"),
            Observation(period="2022/23", value=2, unit="x", source="s", series="Rate"),
        ),
    )
    nodes = [a_node("d:decision"), seen, a_node("other"), a_node(MOMENT), a_node("body:body")]
    links = [
        a_link("d +> f 0.5", delay_low=1, delay_high=3),
        a_link(f"f +> {MOMENT} 0.5", delay_low=2, delay_high=2),
        a_link(f"d +> {MOMENT} 0.1"),
        a_link("body -observes-> f", delay_low=1, delay_high=2),
    ]
    answer = ask(SystemMap.of(nodes, links, [Source(id="s", title="S", publisher="Office", date="2024-07-01")]), "see-first", "d")
    first, last = answer.items
    assert (first.id, first.facts["series"], first.facts["publishers"], first.facts["latest"]) == ("f", ("Rate",), ("Office",), "2023/24")
    assert first.facts["lag_low"] == pytest.approx(91 / (365.25 / 12))
    assert first.facts["observers"] == ("body",)
    assert (last.id, last.facts["months_low"], last.facts["months_high"], last.facts["series"]) == (MOMENT, 3, 5, ())
    assert answer.counts == {"steps": 2, "with_indicator": 1}
    with pytest.raises(BadQuestion, match="--node"):
        ask(SystemMap.of(nodes, links), "see-first")


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("2023/24", date(2024, 4, 1)),
        ("2024-25", date(2025, 4, 1)),
        ("2023-Q4", date(2024, 1, 1)),
        ("2023-05", date(2023, 6, 1)),
        ("2023", date(2024, 1, 1)),
        ("2022-07 to 2024-12", date(2025, 1, 1)),
        ("to 2025-03", date(2025, 4, 1)),
        ("2011-12", None),
        ("spring", None),
        ("2023/29", None),
    ],
)
def test_the_end_of_a_period_is_read_or_left_unknown(period: str, end: date | None) -> None:
    assert period_end(period) == (None if end is None else end.toordinal())


def test_a_lag_is_unknown_without_a_date_or_where_it_was_told_ahead() -> None:
    assert lag_between("2023", None) is None
    assert lag_between("2023", "2022-05-01") is None
    low, high = lag_between("2023", "2024") or (None, None)
    assert (low, high) == (0.0, pytest.approx(366 / (365.25 / 12)))


# ---- works --------------------------------------------------------------


def test_practices_used_signals_and_workarounds_that_raise_the_moment_come_with_their_claims() -> None:
    nodes = [a_node(each) for each in ("good:process", "bad:process", "mixed:process", "team:body", "seer:role", MOMENT)]
    nodes += [replace(a_node("bend"), aliases=("Workarounds",)), replace(a_node("plain"), label="Plain")]
    study = Claim(id="study", basis=Basis.STUDY, source="s", sign=Sign.PLUS)
    links = [
        a_link(f"good +> {MOMENT} 0.5", claims=(study,)),
        a_link(f"bad -> {MOMENT} 0.5"),
        a_link(f"mixed +> {MOMENT} 0.5"),
        a_link("mixed +> plain 1"),
        a_link(f"plain -> {MOMENT} 0.4"),
        a_link(f"bend +> {MOMENT} 0.25"),
        a_link("team -carries_out-> good"),
        a_link("seer -informs-> team", used=Use.YES),
        a_link("team -informs-> seer", used=Use.YES),
        a_link("good -takes_as_input-> plain", used=Use.NO),
    ]
    answer = ask(SystemMap.of(nodes, links, [Source(id="s", title="S")]), "works")
    assert [(each.id, each.facts["what"]) for each in answer.items] == [
        ("good", "practice"),
        ("seer>team:informs", "used signal"),
        ("bend", "workaround"),
    ]
    assert answer.items[0].facts["claims"] == ("study",)
    assert answer.items[0].facts["sources"] == ("s",)
    assert answer.items[1].facts["used_by"] == ("good",)
    assert answer.counts == {"practice": 1, "used_signal": 1, "workaround": 1}


# ---- future -------------------------------------------------------------


def test_a_link_that_lapses_turns_a_verdict_on_its_day() -> None:
    nodes = [a_node("d:decision"), a_node(MOMENT), replace(a_node("later"), valid_from="2031")]
    links = [a_link(f"d +> {MOMENT} 0.5", "good", valid_to="2030-06"), a_link("d +> f 1")]
    links.append(a_link(f"f -> {MOMENT} 0.1"))
    answer = ask(SystemMap.of([*nodes, a_node("f")], links), "future", as_of=date(2029, 1, 1))
    assert [each.id for each in answer.items] == ["2030-07-01", "2031-01-01"]
    assert answer.items[0].facts["links_lapse"] == ("good",)
    assert answer.items[0].facts["flips"] == ("d: KEEP to STOP",)
    assert answer.items[1].facts["nodes_begin"] == ("later",)
    assert answer.items[1].facts["flips"] == ()
    assert answer.counts == {"days": 2, "verdicts_that_turn": 1}
    with pytest.raises(BadQuestion, match="as-of"):
        ask(SystemMap.of([*nodes, a_node("f")], links), "future")
    with pytest.raises(BadQuestion, match="verdict"):
        ask(SystemMap.of([*nodes, a_node("f")], links), "future", "f", as_of=date(2029, 1, 1))


@settings(max_examples=80)
@given(maps(), st.lists(st.sampled_from([None, "2030", "2031", "2032"]), min_size=14, max_size=14), st.sets(st.sampled_from("acd")))
def test_the_verdicts_that_turn_are_those_of_the_litmus_test_day_by_day(system_map, ends, decisions) -> None:
    nodes = [replace(each, kind=NodeKind.DECISION) if each.id in decisions else each for each in system_map.nodes]
    links = [replace(link, valid_to=end) for link, end in zip(system_map.links, ends, strict=False)]
    dated = SystemMap.of(nodes, links, system_map.sources)
    service = MapService(FixedMap(dated, "x"))
    answer = service.first("future", None, Filters(as_of=date(2029, 1, 1)), moment="b")
    days = [date(2029, 1, 1), *(date.fromisoformat(each.id) for each in answer.items)]
    assert set(days[1:]) == {date(int(link.valid_to) + 1, 1, 1) for link in links if link.valid_to}
    verdicts = [{each.decision: each.verdict for each in service.litmus((), Filters(as_of=day), moment="b").verdicts} for day in days]
    expected = [
        tuple(f"{name}: {old[name]} to {new[name]}" for name in sorted(old) if old[name] != new[name]) for old, new in pairwise(verdicts)
    ]
    assert [each.facts["flips"] for each in answer.items] == expected


# ---- what the pound rewards ---------------------------------------------


def test_money_is_added_up_by_what_it_is_paid_for_and_the_rest_is_not_measured() -> None:
    def flow(name: str, pence: int, paid: PaidFor | None, kind: FlowKind = FlowKind.TRANSFER) -> Link:
        money = Money(pence=pence, year="2024-25", status="outturn", paid_for=paid, flow=kind)
        return Link(id=name, start="a", end="b", kind=LinkKind.FUNDS, money=money)

    nodes = [a_node("a:body"), a_node("b:body"), a_node("c:body"), replace(a_node("x"), better=Better.MORE)]
    links = [
        flow("one", 100, PaidFor.HOURS),
        flow("two", 200, PaidFor.HOURS),
        flow("three", 700, None),
        flow("four", 5, None, FlowKind.FINAL_SPEND),
        a_link("c -funds-> a"),
    ]
    answer = ask(SystemMap.of(nodes, links), "pays-for")
    assert [(each.facts["flow"], each.facts["paid_for"], each.facts["pence"], each.facts["share"]) for each in answer.items] == [
        ("transfer", "not measured", 700, 0.7),
        ("transfer", "hours", 300, 0.3),
        ("final_spend", "not measured", 5, 1.0),
    ]
    assert answer.counts == {"flows": 4, "measured": 2, "without_sum": 1}
    assert ask(SystemMap.of(nodes, links), "pays-for", "c").reason == "No flow of money with a sum stands here."


# ---- what must not matter -----------------------------------------------


@pytest.mark.parametrize(("name", "node"), [("works", None), ("sight", None), ("duties", None), ("life", None), ("see-first", "act")])
def test_the_order_of_links_and_a_part_that_nothing_reaches_change_no_answer(name: str, node: str | None) -> None:
    base = a_map(
        "body -makes-> act",
        "act +> f 0.5",
        f"f +> {MOMENT} 0.5",
        "worker -observes-> f",
        "worker -informs-> body",
        "body -holds_duty-> duty",
        "duty -aims_at-> f",
        "work +> f 0.5",
        kinds={"body": "body", "act": "decision", "worker": "role", "duty": "duty", "work": "process"},
    )
    nodes = [replace(each, valid_from="2020", valid_to="2021") if each.id == "act" else each for each in base.nodes]
    plain = ask(SystemMap.of(nodes, base.links), name, node).to_json()
    assert plain["items"]
    more = [*reversed(nodes), a_node("far"), a_node("further")]
    turned = ask(SystemMap.of(more, [a_link("far +> further 0.5"), *reversed(list(base.links))]), name, node).to_json()
    assert turned == plain


def test_sentences_call_nodes_by_their_names() -> None:
    base = a_map("body -makes-> d", "d +> f 0.5", "worker -observes-> f", kinds=KINDS)
    named = SystemMap.of([replace(node, label=f"The {node.id}") for node in base.nodes], base.links)
    unused = with_links(named, a_link("worker -informs-> body", used=Use.NO, claims=(CITED,)))
    said = item(ask(unused, "sight"), "body")
    assert said.facts["not_seen"] == ("f",)
    assert "none of 1 (The f)" in said.text
    ended = SystemMap.of([replace(node, valid_to="2030-01-01") if node.id == "d" else node for node in named.nodes], named.links)
    assert "The d lapses" in ask(ended, "future", moment="f", as_of=date(2026, 1, 1)).text

"""What if, against a plain loop over links, against published answers, and on what must not change it."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.whatif import draws, whatif
from graph.results.whatif import WhatIfAnswer
from graph.scope import Filters, Scenario
from graph.snapshot import Snapshot
from loaders.files import load_map
from schema.errors import BadInput, BadQuestion, UnknownName
from schema.kinds import Basis, LinkKind, NodeKind, Sign, Status
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap
from tests.builders import a_link, a_map
from tests.graph.analysis.small_maps import average, built, maps, sign_of


def ask(system_map: SystemMap, filters: Filters | None = None, **wish: object) -> WhatIfAnswer:
    return whatif(Snapshot(system_map), Scenario(**wish), filters or Filters())


def weights_of(system_map: SystemMap) -> list[tuple[str, str, float]]:
    return [(link.start, link.end, sign_of(link) * average(link, "strength", 0.5)) for link in system_map.links]


def plain(system_map: SystemMap, rule: str, transfer, steepness: float, held: dict[str, float], steps: int) -> list[dict[str, float]]:
    """Every state from the start on, by one look at each link."""
    names = [node.id for node in system_map.nodes]
    weights = weights_of(system_map)
    fed = {end for _, end, _ in weights}
    state = {name: held.get(name, 0.0) for name in names}
    states = [state]
    for _ in range(steps):
        following = {}
        for name in names:
            seen = {key: 2 * value - 1 if rule == "rescaled" else value for key, value in state.items()}
            total = math.fsum(weight * seen[start] for start, end, weight in weights if end == name)
            total += seen[name] if rule in ("modified", "rescaled") else 0.0
            following[name] = state[name] if name in held or name not in fed else transfer(steepness * total)
        state = following
        states.append(state)
    return states


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@given(maps(), st.sampled_from([1.0, 0.5, -1.0]))
def test_the_default_is_where_a_plain_loop_comes_to_rest(system_map, value) -> None:
    answer = ask(system_map, held={"a": value})
    norm = np.linalg.norm(_matrix(system_map), 2)
    assert answer.steepness == pytest.approx(0.9 / norm if norm > 1e-12 else 1.0)
    assert answer.run.state == "fixed"
    last = plain(system_map, "tanh", math.tanh, answer.steepness, {"a": value}, 600)[-1]
    assert answer.by_id(answer.scenario) == pytest.approx(last, abs=2e-8)
    assert set(answer.by_id(answer.baseline).values()) == {0.0}


def _matrix(system_map: SystemMap) -> np.ndarray:
    row = {node.id: number for number, node in enumerate(system_map.nodes)}
    matrix = np.zeros((len(row), len(row)))
    for start, end, weight in weights_of(system_map):
        matrix[row[start], row[end]] += weight
    return matrix


@given(maps(), st.sampled_from(["kosko", "modified", "rescaled"]), st.integers(1, 6))
def test_each_update_of_the_literature_is_that_of_the_plain_loop(system_map, rule, steps) -> None:
    answer = ask(system_map, rule=rule, held={"a": 1.0}, trace=steps)
    expected = plain(system_map, rule, sigmoid, 1.0, {"a": 1.0}, steps)
    for ours, theirs in zip(answer.trace, expected, strict=True):
        assert answer.by_id(ours) == pytest.approx(theirs, abs=1e-9)


@given(maps(), st.sampled_from(["kosko", "modified"]))
def test_steps_that_end_or_recur_are_told_apart_exactly(system_map, rule) -> None:
    def step(x: float) -> float:
        return float(x >= 0.5 - 1e-12)

    answer = ask(system_map, rule=rule, transfer="step", held={"a": 1.0})
    states = [tuple(state.values()) for state in plain(system_map, rule, step, 1.0, {"a": 1.0}, 200)]
    entered = next(number for number, state in enumerate(states) if state in states[number + 1 :])
    period = states.index(states[entered], entered + 1) - entered
    assert (answer.run.state, answer.run.steps) == ("fixed" if period == 1 else "cycle", entered)
    assert answer.run.period == (None if period == 1 else period)
    assert [tuple(state) for state in answer.cycle] == (states[entered : entered + period] if period > 1 else [])


def test_a_balancing_pair_of_switches_goes_round_in_four() -> None:
    whole = a_map("on +> a 1", "a +> b 1", "b -> a 1")
    answer = ask(whole, rule="kosko", transfer="step", held={"on": 1.0})
    assert (answer.run.state, answer.run.period) == ("cycle", 4)
    assert answer.by_id(answer.scenario) == {"on": 1.0, "a": 0.5, "b": 0.5}


def test_a_slow_spiral_is_no_cycle() -> None:
    """A state that turns and shrinks a little each round comes to rest in the end."""
    whole = a_map("on +> a 0.5", "a +> b 1", "b -> a 1")
    answer = ask(whole, rule="kosko", transfer="tanh", held={"on": 0.1}, steepness=0.99)
    assert answer.norm is answer.to_json()["spectral_norm"] is None
    assert answer.run.state == "fixed"
    assert answer.run.steps > 50


@pytest.mark.parametrize(
    ("rule", "published"),
    [
        ("kosko", (0.54808878, 0.60037701, 0.58148033, 0.62087879, 0.62792664, 0.66535198, 0.76176508, 0.84167900)),
        ("modified", (0.72580818, 0.79072454, 0.76939105, 0.81239039, 0.81932430, 0.83985876, 0.90997580, 0.95578674)),
        ("rescaled", (0.5,) * 8),
    ],
)
def test_the_published_states_of_the_eight_concept_map_come_out(shared, rule, published) -> None:
    answer = ask(_sample(shared, "fcm_r_fcm8_weights.csv"), rule=rule, transfer="sigmoid", steepness=1.0)
    assert list(answer.by_id(answer.scenario)) == [f"C{number}" for number in range(1, 9)]
    assert answer.scenario == pytest.approx(published, abs=1e-7 if rule == "rescaled" else 6e-9)
    assert answer.run.state == "fixed"
    assert set(answer.difference) == {0.0}


def _sample(shared, name: str) -> SystemMap:
    file = shared / "samples" / name
    if not file.exists():
        pytest.skip(f"needs the sample {name}")
    return load_map(file)


def test_south_africa_settles_after_two_updates_with_the_published_concepts_on(shared) -> None:
    whole = _sample(shared, "fcm_kosko_south_africa_edges.csv")
    answer = ask(whole, rule="kosko", transfer="step", held={"Foreign investment": 1.0})
    on = {whole.node(name).label for name, value in answer.by_id(answer.scenario).items() if value == 1}
    assert (answer.run.state, answer.run.steps, set(answer.scenario)) == ("fixed", 2, {0.0, 1.0})
    assert on == {
        "Foreign investment",
        "Mining",
        "Black employment",
        "Strong government",
        "White racist radicalism",
        "National Party constituency",
    }


def test_the_clot_dissolves_in_the_published_order(shared) -> None:
    whole = _sample(shared, "fcm_taber_clot_edges.csv")
    start = dict.fromkeys(("ADP", "inju", "HCF", "A2", "K"), 1.0)
    answer = ask(whole, rule="kosko", transfer="step", start=start, trace=5)
    order = ["HCP", "stas", "ADP", "inju", "HCF", "cox", "aspi", "war", "A2", "clop", "K", "PAgg"]
    states = ["".join(f"{answer.by_id(state)[name]:.0f}" for name in order) for state in answer.trace]
    assert states == ["001110001010", "000010000001", "010000000000", "000100000000", "000010000000", "000000000000"]
    assert (answer.run.state, answer.run.steps) == ("fixed", 5)


def test_nothing_set_is_the_baseline_alone() -> None:
    answer = ask(a_map("a +> b 0.5"))
    assert (answer.run.state, answer.moved, list(answer.difference)) == ("fixed", (), [0.0, 0.0])
    assert "baseline alone" in answer.text
    assert answer.steepness == pytest.approx(1.8)
    assert ask(SystemMap.of([Node(id="a")])).steepness == 1.0


def test_changed_links_want_something_held_or_a_driver() -> None:
    whole = a_map("d +> a 0.5", "a +> b 0.5", "a +> c 0.25")
    cut = Filters(without=("a>b",))
    with pytest.raises(BadQuestion, match=r"a>b.*--driver"):
        ask(whole, cut)
    answer = ask(whole, cut, drivers=("d",))
    differing = {each.id: each.difference for each in answer.moved}
    assert set(differing) == {"b"}
    assert differing["b"] < 0
    assert answer.by_id(answer.baseline)["d"] == answer.by_id(answer.scenario)["d"] == 1.0
    assert answer.changed_links == ("a>b",)
    stronger = ask(whole, Filters(assume={"a>b": 0.9}), drivers=("d",))
    assert [each.id for each in stronger.moved if each.difference > 0] == ["b"]
    assert stronger.steepness * stronger.norm == pytest.approx(0.9)


@given(maps(), st.sampled_from([0.0, 0.9, -0.9]))
def test_lambda_keeps_both_runs_below_the_bound(system_map, weight) -> None:
    if not system_map.links:
        return
    first = system_map.links[0].id
    answer = ask(system_map, Filters(assume={first: weight}), drivers=("a",))
    whole = _matrix(system_map)
    assert answer.steepness * np.linalg.norm(whole, 2) < 1 or not whole.any()
    assert (answer.run.state, answer.baseline_run.state) == ("fixed", "fixed")


def proposal_map() -> SystemMap:
    return built(
        [
            Node(id="p", kind=NodeKind.PROPOSAL, label="P"),
            Node(id="q", kind=NodeKind.PROPOSAL, label="Q"),
            Node(id="x", label="X"),
            Node(id="y", label="Y"),
        ],
        [
            Link(id="px", start="p", end="x", sign=Sign.PLUS, strength=0.5, status=Status.PROPOSED),
            Link(id="qy", start="q", end="y", sign=Sign.MINUS, strength=0.5, status=Status.PROPOSED),
            Link(id="xy", start="x", end="y", sign=Sign.PLUS, strength=0.5),
        ],
    )


def test_a_proposal_that_is_switched_on_is_held_at_one_and_one_that_is_named_stands_alone() -> None:
    both = ask(proposal_map(), Filters(proposals=True))
    assert both.held == {"p": 1.0, "q": 1.0}
    assert both.by_id(both.baseline) == dict.fromkeys("pqxy", 0.0)
    one = ask(proposal_map(), Filters(proposals=True), held={"p": 1.0})
    assert one.held == {"p": 1.0}
    assert {each.id: each.difference > 0 for each in one.moved} == {"x": True, "y": True}
    assert ask(proposal_map()).moved_count == 0


@pytest.mark.parametrize(
    ("wish", "error", "words"),
    [
        ({"held": {"nobody": 1.0}}, UnknownName, "nobody"),
        ({"held": {"a": 2.0}}, BadInput, "between -1 and 1"),
        ({"held": {"a": -0.5}, "rule": "kosko"}, BadInput, "between 0 and 1"),
        ({"rule": "boole"}, BadInput, "rescaled"),
        ({"transfer": "ramp"}, BadInput, "sigmoid"),
        ({"rule": "tanh", "transfer": "step"}, BadQuestion, "kosko"),
        ({"rule": "rescaled", "transfer": "step"}, BadQuestion, "sigmoid"),
        ({"epsilon": 0.0}, BadInput, "above 0"),
        ({"steepness": -1.0}, BadInput, "above 0"),
        ({"draws": -1}, BadInput, "--draws"),
        ({"held": {"body": 1.0}}, BadQuestion, "hold one of owned"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(wish, error, words) -> None:
    nodes = [Node(id="a", label="a"), Node(id="body", kind=NodeKind.BODY, label="Body"), Node(id="owned", label="Owned", owner="body")]
    with pytest.raises(error, match=words):
        ask(built(nodes, []), **wish)


@given(maps(), st.randoms(use_true_random=False))
def test_shuffled_relabelled_and_added_to_the_answer_stays(system_map, lot: random.Random) -> None:
    before = ask(system_map, held={"a": 1.0}, draws=20, seed=7)
    links = list(system_map.links)
    lot.shuffle(links)
    shuffled = ask(SystemMap.of(system_map.nodes, links, system_map.sources), held={"a": 1.0}, draws=20, seed=7)
    assert shuffled.scenario == pytest.approx(before.scenario, abs=1e-12)
    assert _bands(shuffled) == _bands(before)
    # An unreachable part may stiffen lambda, and with lambda given changes nothing.
    more = SystemMap.of([*system_map.nodes, Node(id="y"), Node(id="z")], [*links, a_link("y +> z 1")], system_map.sources)
    wish = {"held": {"a": 1.0}, "draws": 20, "seed": 7, "steepness": before.steepness}
    assert ask(more, **wish).scenario[:-2] == pytest.approx(before.scenario, abs=1e-12)
    assert _bands(ask(more, **wish)) == _bands(before)
    other = {node.id: f"n{number}" for number, node in enumerate(system_map.nodes)}
    renamed = SystemMap.of(
        [replace(node, id=other[node.id]) for node in system_map.nodes],
        [replace(link, start=other[link.start], end=other[link.end]) for link in system_map.links],
        system_map.sources,
    )
    assert ask(renamed, held={other["a"]: 1.0}).scenario == pytest.approx(before.scenario, abs=1e-12)


def _bands(answer: WhatIfAnswer) -> dict[str, tuple[float, ...]]:
    assert answer.draws is not None
    return {band.id: tuple(round(number, 8) for number in (band.rise, band.fall, band.low, band.high)) for band in answer.draws.bands}


@given(maps())
def test_turning_every_sign_of_what_is_held_turns_the_answer(system_map) -> None:
    up, down = ask(system_map, held={"a": 1.0}), ask(system_map, held={"a": -1.0})
    assert up.scenario == pytest.approx(-down.scenario, abs=1e-12)


@settings(max_examples=30)
@given(maps(), st.integers(0, 5))
def test_each_draw_is_a_run_of_its_own(system_map, seed) -> None:
    """The draws, made again by hand from the stated generator and followed one by one."""
    answer = ask(system_map, held={"a": 1.0}, draws=6, seed=seed)
    assert answer.draws is not None
    reached = grown = {"a"}
    while grown:
        grown = {link.end for link in system_map.links if link.start in reached} - reached
        reached = reached | grown
    links = sorted((link for link in system_map.links if link.start in reached), key=lambda link: link.id)
    unknown = [link.id for link in links if sign_of(link) == 0]
    row = {node.id: number for number, node in enumerate(system_map.nodes)}
    ends = []
    for lot in np.random.Generator(np.random.PCG64(seed)).random((6, len(links) + len(unknown))):
        drawn = np.zeros((len(row), len(row)))
        for place, link in enumerate(links):
            confidence = average(link, "confidence", 0.6)
            spread = 0.2 if confidence >= 0.75 else 0.4 if confidence >= 0.45 else 0.6
            size = min(1.0, max(0.0, average(link, "strength", 0.5) * (1 + spread * (2 * lot[place] - 1))))
            sign = sign_of(link) or (-1 if lot[len(links) + unknown.index(link.id)] < 0.5 else 1)
            drawn[row[link.start], row[link.end]] += sign * size
        states = [np.eye(len(row))[row["a"]]]
        for _ in range(3_000):
            states.append(np.tanh(answer.steepness * (states[-1] @ drawn)))
            states[-1][row["a"]] = 1.0
            if np.abs(states[-1] - states[-2]).max() <= 1e-9:
                ends.append(states[-1])
                break
    assert answer.draws.settled == len(ends)
    for band in answer.draws.bands:
        values = [end[row[band.id]] for end in ends]
        assert band.rise == pytest.approx(np.mean([value > 1e-9 for value in values]))
        assert band.fall == pytest.approx(np.mean([value < -1e-9 for value in values]))
        assert (band.low, band.high) == pytest.approx(tuple(np.quantile(values, (0.05, 0.95))), abs=1e-7)


def test_an_unknown_sign_counts_nothing_but_is_drawn_both_ways() -> None:
    answer = ask(a_map("a ?> b 0.5"), held={"a": 1.0}, draws=400)
    assert answer.by_id(answer.scenario)["b"] == 0
    assert any("unknown sign" in said for said in answer.warnings)
    assert answer.draws is not None
    band = answer.draws.bands[0]
    assert 0.4 < band.rise < 0.6
    assert band.rise + band.fall == 1
    assert band.low < 0 < band.high


def test_a_link_acts_after_its_delay_and_the_course_ends_where_the_scenario_rests() -> None:
    links = [
        a_link("a +> b 0.5", delay_low=0, delay_high=0),
        a_link("b +> c 0.5", delay_low=2, delay_high=3),
        a_link("c +> d 0.5", delay_low=1, delay_high=1),
    ]
    whole = SystemMap.of([Node(id=name, label=name) for name in "abcd"], links)
    answer = ask(whole, held={"a": 1.0}, months=6)
    course = answer.by_month()
    assert course is not None
    first = {name: next(month for month, value in enumerate(values) if value) for name, values in course.items()}
    assert first == {"a": 0, "b": 0, "c": 3, "d": 4}
    assert [values[-1] for values in course.values()] == pytest.approx(list(answer.difference))
    assert all(len(values) == 7 for values in course.values())


@given(maps())
def test_a_long_course_comes_to_the_steady_state(system_map) -> None:
    answer = ask(system_map, held={"a": 1.0}, months=600)
    assert answer.months is not None
    assert answer.months[-1] == pytest.approx(answer.difference, abs=1e-6)


def test_an_unknown_delay_is_said_and_not_taken_for_none() -> None:
    claim = Claim(id="c", basis=Basis.STUDY, source="s1", sign=Sign.PLUS)
    whole = built([Node(id="a", label="A"), Node(id="b", label="B")], [Link(id="i", start="a", end="b", strength=0.5, claims=(claim,))])
    answer = ask(whole, held={"a": 1.0}, months=2)
    course = answer.by_month()
    assert course is not None
    assert course["b"][0] == 0
    assert any("unknown delay" in said for said in answer.warnings)


def test_a_stopped_question_says_that_it_is_not_complete() -> None:
    answer = whatif(Snapshot(a_map("a +> b 0.5")), Scenario(held={"a": 1.0}), Filters(), stop=lambda: True)
    assert (answer.complete, answer.run.state) == (False, "unsettled")


def test_text_of_judged_strengths_shows_no_decimals_and_never_a_percentage() -> None:
    judged = built(
        [Node(id="a", label="A"), Node(id="b", label="B")],
        [Link(id="i", start="a", end="b", sign=Sign.PLUS, strength=0.5, strength_basis="judged")],
    )
    text = ask(judged, held={"a": 1.0}).text
    assert "by 0." not in text
    assert "%" not in text
    assert "by 0." in ask(a_map("a +> b 0.5"), held={"a": 1.0}).text


def test_only_links_that_carry_impact_count_and_kinds_add_up() -> None:
    whole = SystemMap.of(
        [Node(id="a", label="a", kind=NodeKind.DECISION), Node(id="b", label="b")],
        [a_link("a +> b 0.25"), a_link("a -aims_at-> b"), a_link("a +> b 0.5", "second", valid_from="2020")],
    )
    assert ask(whole).norm == pytest.approx(0.75)
    assert LinkKind.AIMS_AT in {link.kind for link in whole.links}


def test_draws_that_are_stopped_count_in_whole_lots_and_say_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "DRAWN_AT_ONCE", 50)
    system_map = a_map("a +> b", "b -> c", "c +> b")
    snapshot = Snapshot(system_map)
    begun: list[int] = []
    drawn_weights = draws.drawn_weights

    def counted(*arguments: object) -> object:
        begun.append(1)
        return drawn_weights(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(draws, "drawn_weights", counted)
    # Two runs a lot: the third lot is begun and cut short.
    cut = whatif(snapshot, Scenario(held={"a": 1.0}, draws=1_000, seed=3), Filters(), stop=lambda: len(begun) > 4)
    assert cut.draws is not None
    assert (cut.draws.runs, cut.draws.complete, cut.complete) == (100, False, False)
    whole = whatif(snapshot, Scenario(held={"a": 1.0}, draws=100, seed=3), Filters())
    assert whole.draws is not None
    assert whole.draws.bands == cut.draws.bands

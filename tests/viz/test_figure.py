"""A figure says everything that its map says, opens on what can be read, and refuses what cannot."""

from datetime import date

import pytest

from graph.results import ImpactPath, Step
from graph.snapshot import Snapshot
from schema.errors import BadQuestion, UnknownName
from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.builders import a_map
from tests.viz.example import TIERS, example_map
from viz.figure import figure_of
from viz.marks import Figure
from viz.opening import MOST_BOXES, NEAREST, READABLE
from viz.palette import Relation

TODAY = date(2026, 1, 1)


def drawn(system_map: SystemMap, **more: object) -> Figure:
    return figure_of(Snapshot(system_map, revision=7), **{"as_of": TODAY, "proposals": False, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def figure() -> Figure:
    return drawn(example_map())


def a_ring(count: int) -> SystemMap:
    return a_map(*(f"n{at} +> n{(at + 1) % count} 0.5" for at in range(count)))


def a_path(*steps: str) -> ImpactPath:
    """A path as an answer gives it, from steps such as `a - b`."""
    parts = [step.split() for step in steps]
    made = tuple(
        Step(
            link=f"{start}>{end}", kind="influences", start=start, start_label=start, end=end, end_label=end, sign=sign, effect=sign,
            strength=0.5, strength_basis="given", confidence=0.6, delay_low=0, delay_high=0, ground="sourced", disputed=False, assumed=(),
            owner=None, end_better=None, text=None,
        )
        for start, sign, end in parts
    )  # fmt: skip
    return ImpactPath(
        nodes=(made[0].start, *(step.end for step in made)), links=tuple(step.link for step in made), sign=made[-1].effect,
        strength=0.25, strength_basis="given", delay_months=0, delay_low=0, delay_high=0, confidence=0.6, hand_offs=(), sourced=len(made),
        definitions=0, assumptions=0, unstated=0, threads=(), text="In words.", steps=made,
    )  # fmt: skip


def test_every_node_but_the_tiers_becomes_a_box(figure: Figure) -> None:
    assert {box.id for box in figure.boxes} == {node.id for node in example_map().nodes} - {tier for tier, _ in TIERS}


def test_every_link_becomes_a_line_unless_its_lane_says_it(figure: Figure) -> None:
    said_by_lane = {link.id for link in example_map().links if link.kind is LinkKind.SITS_IN}
    assert {line.id for line in figure.lines} == set(example_map().links.ids) - said_by_lane


def test_lanes_start_with_the_people(figure: Figure) -> None:
    assert [lane.label for lane in figure.lanes] == [label for _, label in TIERS]
    assert figure.people_end_known


def test_lanes_start_with_the_people_even_where_the_map_lists_them_last() -> None:
    whole = example_map()
    tiers = [node for node in whole.nodes if node.kind is NodeKind.TIER][::-1]
    turned = SystemMap.of([*tiers, *(node for node in whole.nodes if node.kind is not NodeKind.TIER)], whole.links, whole.sources)
    assert [lane.label for lane in drawn(turned).lanes] == [label for _, label in TIERS]


def test_what_has_no_tier_stands_where_its_owner_stands() -> None:
    nodes = [
        Node(id="t", kind=NodeKind.TIER, label="T"),
        Node(id="b", kind=NodeKind.BODY, label="B", tier="t"),
        Node(id="d", kind=NodeKind.DECISION, label="D"),
    ]
    made = drawn(SystemMap.of(nodes, [Link(id="m", start="b", end="d", kind=LinkKind.MAKES)]))
    assert {box.id: made.lanes[box.lane].label for box in made.boxes} == {"b": "T", "d": "T"}


def test_a_map_without_tiers_gets_lanes_by_how_far_along_a_node_is() -> None:
    made = drawn(a_map("a +> b 0.5", "b -> c".replace("->", "+>"), "a +> c 0.5"))
    assert [lane.label for lane in made.lanes] == ["Where it starts", "Step 2", "Where it ends up"]
    assert [box.id for box in made.boxes] == ["a", "b", "c"]


def test_signs_dots_and_dashes_follow_the_claims(figure: Figure) -> None:
    by_id = {line.id: line for line in figure.lines}
    assert by_id["close-route.visas-granted"].sign is Sign.MINUS
    assert by_id["provider-viability.care-pay"].sign is Sign.NONE_FOUND
    assert by_id["provider-viability.care-pay"].dotted
    assert by_id["provider-income.provider-viability"].dotted
    assert not by_id["care-pay.staff-retention"].dotted
    assert by_id["board.dignity"].proposed
    assert by_id["home-office.makes.close-route"].sign is None


def test_a_link_reads_aloud_with_what_is_better_or_worse(figure: Figure) -> None:
    said = {line.id: line.sentence for line in figure.lines}
    assert said["overseas-recruits.care-vacancies"] == "Overseas recruits lowers Care vacancies (better)"
    assert said["home-office.makes.close-route"] == "Home Office makes Close the overseas route"


def test_the_first_view_leaves_out_what_carries_no_impact_and_what_does_not_stand(figure: Figure) -> None:
    shown = {figure.boxes[number].id for number in figure.opening}
    assert "home-office" in shown
    assert "person" not in shown
    assert "board" not in shown
    assert figure.shown == {Relation.EFFECTS, Relation.DECIDERS}
    assert "close-route" in shown
    earlier = drawn(example_map(), as_of=date(2025, 1, 1))
    assert "close-route" not in {earlier.boxes[number].id for number in earlier.opening}


def test_proposals_are_shown_where_asked_for() -> None:
    made = drawn(example_map(), proposals=True)
    assert "board" in {made.boxes[number].id for number in made.opening}


def test_days_on_which_things_change_are_listed(figure: Figure) -> None:
    assert figure.change_days == ("2022-07-01", "2025-07-22", "2028-07-22")


def test_a_small_map_opens_whole_and_a_larger_one_on_a_part() -> None:
    assert len(drawn(a_ring(READABLE)).opening) == READABLE
    larger = drawn(a_ring(READABLE + 1))
    assert len(larger.opening) == NEAREST
    assert len(larger.boxes) == READABLE + 1


def test_a_focus_opens_on_what_is_nearest_to_it() -> None:
    made = drawn(a_ring(300), focus="n150")
    shown = {int(made.boxes[number].id[1:]) for number in made.opening}
    assert shown <= set(range(150 - NEAREST // 2, 150 + NEAREST // 2 + 1))
    assert [made.boxes[number].id for number in made.focus] == ["n150"]
    assert made.about == "What is nearest to n150"


def test_an_unknown_focus_is_refused_with_near_names() -> None:
    with pytest.raises(UnknownName, match="home-office"):
        drawn(example_map(), focus="home-ofice")


def test_a_map_too_large_to_draw_says_what_to_do() -> None:
    with pytest.raises(BadQuestion, match=r"2,001 items.*Name an item to draw around"):
        drawn(a_ring(MOST_BOXES + 1))


def test_a_map_too_large_to_draw_is_drawn_around_a_focus() -> None:
    made = drawn(a_ring(MOST_BOXES + 1), focus="n5")
    assert len(made.boxes) == MOST_BOXES // 4
    assert len(made.opening) == NEAREST


def test_a_focus_that_only_organises_opens_with_all_relations() -> None:
    made = drawn(example_map(), focus="person")
    assert made.shown == frozenset(Relation)
    assert {made.boxes[number].id for number in made.opening} >= {"person", "moment"}


def test_paths_open_the_map_on_what_they_pass() -> None:
    path = a_path("n1 + n2", "n2 + n3")
    made = drawn(a_ring(200), paths=[path])
    assert {made.boxes[number].id for number in made.opening} == {"n1", "n2", "n3"}
    mark = made.paths[0]
    assert [made.boxes[at].id for at in mark.boxes] == ["n1", "n2", "n3"]
    assert [made.lines[at].id for at in mark.lines] == ["n1>n2", "n2>n3"]
    assert mark.title == "n1 raises n3; 2 of 2 steps sourced, weakest confidence medium"


def test_a_figure_is_the_same_twice() -> None:
    assert drawn(example_map()) == drawn(example_map())


def test_an_empty_map_makes_an_empty_figure() -> None:
    made = drawn(SystemMap())
    assert (made.boxes, made.lines, made.opening) == ((), (), ())


def test_the_figures_sources_are_those_that_its_claims_cite(figure: Figure) -> None:
    assert {source.title for source in figure.sources} == {"State of the workforce", "A written answer", "A provider's account"}

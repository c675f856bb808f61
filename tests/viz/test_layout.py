"""Boxes never overlap, lanes keep together, and the same map is laid out the same way twice."""

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from viz.layout import GAP, Join, arranged, in_row, layers


@st.composite
def drawings(draw: st.DrawFn) -> tuple[list[int], list[float], list[Join]]:
    count = draw(st.integers(1, 40))
    box = st.integers(0, count - 1)
    lanes = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    widths = draw(st.lists(st.floats(84, 180), min_size=count, max_size=count))
    return lanes, widths, draw(st.lists(st.tuples(box, box), max_size=80))


@given(drawings(), st.booleans())
def test_no_two_boxes_overlap(drawing: tuple[list[int], list[float], list[Join]], causes_first: bool) -> None:
    lanes, widths, joins = drawing
    made = arranged(lanes, widths, joins, causes_first=causes_first)
    rows: dict[int, list[tuple[float, float]]] = {}
    for box, place in enumerate(made.places):
        rows.setdefault(place.row, []).append((place.x, widths[box]))
    for row in rows.values():
        for (left, one), (right, other) in pairwise(sorted(row)):
            assert right - left >= (one + other) / 2 + GAP - 1e-6


@given(drawings())
def test_every_row_belongs_to_one_lane_and_lanes_stand_in_order(drawing: tuple[list[int], list[float], list[Join]]) -> None:
    lanes, widths, joins = drawing
    made = arranged(lanes, widths, joins, causes_first=False)
    assert all(made.lane_of_row[place.row] == lanes[box] for box, place in enumerate(made.places))
    assert list(made.lane_of_row) == sorted(made.lane_of_row)
    assert {place.row for place in made.places} == set(range(len(made.lane_of_row)))


@given(drawings())
def test_boxes_stay_within_the_width(drawing: tuple[list[int], list[float], list[Join]]) -> None:
    lanes, widths, joins = drawing
    made = arranged(lanes, widths, joins, causes_first=True)
    assert all(place.x - widths[box] / 2 >= -1e-6 for box, place in enumerate(made.places))
    assert all(place.x + widths[box] / 2 <= made.width + 1e-6 for box, place in enumerate(made.places))


@given(drawings())
def test_a_layout_is_the_same_twice(drawing: tuple[list[int], list[float], list[Join]]) -> None:
    assert arranged(*drawing, causes_first=True) == arranged(*drawing, causes_first=True)


@given(
    st.integers(1, 12).flatmap(lambda count: st.tuples(st.just(count), st.lists(st.tuples(*[st.integers(0, count - 1)] * 2), max_size=30)))
)
def test_without_loops_every_join_leads_to_a_later_layer(case: tuple[int, list[Join]]) -> None:
    count, joins = case
    forward = [(min(join), max(join)) for join in joins if join[0] != join[1]]
    layer = layers(count, forward)
    assert all(layer[start] < layer[end] for start, end in forward)
    for node in range(count):
        before = [layer[start] + 1 for start, end in forward if end == node]
        assert layer[node] == max(before, default=0)


def test_a_loop_is_opened_at_one_join_only() -> None:
    assert sorted(layers(5, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)])) == [0, 1, 2, 3, 4]


def test_causes_and_effects_of_a_lane_stand_in_different_rows() -> None:
    joins = [(0, box) for box in range(1, 9)]
    made = arranged([0] * 9, [120.0] * 9, joins, causes_first=False)
    assert made.places[0].row == max(place.row for place in made.places)
    turned = arranged([0] * 9, [120.0] * 9, joins, causes_first=True)
    assert turned.places[0].row == 0


def test_ordering_takes_the_crossings_out_of_a_ladder() -> None:
    lanes = [0] * 5 + [1] * 5
    joins = [(at, 9 - at) for at in range(5)]
    made = arranged(lanes, [100.0] * 10, joins, causes_first=True)
    crossings = sum(
        (made.places[a].x - made.places[c].x) * (made.places[b].x - made.places[d].x) < 0 for (a, b), (c, d) in product(joins, joins)
    )
    assert crossings == 0


@given(st.lists(st.tuples(st.floats(-500, 1500), st.floats(10, 120)), min_size=1, max_size=6))
def test_a_row_is_as_near_to_what_is_wanted_as_order_and_room_allow(items: list[tuple[float, float]]) -> None:
    wanted, widths = [want for want, _ in items], [width for _, width in items]
    placed = in_row(wanted, widths, 1000)
    least = [(one + other) / 2 + GAP for one, other in pairwise(widths)]
    assert all(right - left >= gap - 1e-6 for (left, right), gap in zip(pairwise(placed), least, strict=True))
    cost = sum((want - x) ** 2 for want, x in zip(wanted, placed, strict=True))
    for at, shift in product(range(len(items)), (-3.0, 3.0)):
        moved = [x + shift if place == at else x for place, x in enumerate(placed)]
        inside = moved[at] - widths[at] / 2 >= 0 and moved[at] + widths[at] / 2 <= 1000
        if inside and all(right - left >= gap for (left, right), gap in zip(pairwise(moved), least, strict=True)):
            assert sum((want - x) ** 2 for want, x in zip(wanted, moved, strict=True)) >= cost - 1e-6


def test_two_thousand_boxes_are_laid_out_in_reasonable_time() -> None:
    count = 2000
    joins = [(at, (at * 7 + 13) % count) for at in range(count)] + [(at, (at * 31 + 5) % count) for at in range(count)]
    made = arranged([at % 5 for at in range(count)], [120.0] * count, joins, causes_first=False)
    assert len(made.places) == count

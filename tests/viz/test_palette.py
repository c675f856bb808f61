"""Every kind has a look, and every look can be read by everybody."""

from itertools import combinations

import pytest

from schema.kinds import LinkKind, NodeKind, Sign
from viz import palette
from viz.palette import Colours, contrast, silo_colours

MANY = [f"silo-{number}" for number in range(12)]
# What each kind of colour blindness makes of red, green and blue (Viénot and others 1999, linear light).
DEFICIENCIES = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def test_every_kind_of_node_has_a_row() -> None:
    assert set(palette.NODE_LOOKS) == set(NodeKind)


def test_every_kind_of_link_has_a_row() -> None:
    assert set(palette.LINK_LOOKS) == set(LinkKind)


def test_every_sign_has_a_row() -> None:
    assert set(palette.SIGN_LOOKS) == set(Sign)


def test_no_two_kinds_of_node_share_glyph_and_outline() -> None:
    looks = {(look.glyph, look.outline) for look in palette.NODE_LOOKS.values()}
    assert len(looks) == len(NodeKind)
    assert len({look.glyph for look in palette.NODE_LOOKS.values()}) == len(NodeKind)


def test_no_two_signs_share_a_head_or_a_mark() -> None:
    assert len({look.head for look in palette.SIGN_LOOKS.values()}) == len(Sign)
    assert len({look.mark for look in palette.SIGN_LOOKS.values()}) == len(Sign)


@pytest.mark.parametrize("colours", [*silo_colours(MANY).values(), palette.NEUTRAL])
def test_text_on_every_box_has_enough_contrast(colours: Colours) -> None:
    assert contrast(palette.INK, colours.fill) >= 4.5
    assert contrast(colours.border, colours.fill) >= 4.5
    assert min(contrast(colours.border, ground) for ground in (palette.PAPER, palette.BAND)) >= 4.5


def test_lines_and_marks_have_enough_contrast_on_both_grounds() -> None:
    colours = {look.colour for look in (*palette.LINK_LOOKS.values(), *palette.SIGN_LOOKS.values())}
    assert all(contrast(colour, ground) >= 4.5 for colour in colours for ground in (palette.PAPER, palette.BAND))


def seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return tuple(sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in matrix)


@pytest.mark.parametrize("matrix", DEFICIENCIES.values(), ids=DEFICIENCIES)
def test_raising_and_lowering_stay_apart_for_colour_blind_readers(matrix: tuple[tuple[float, ...], ...]) -> None:
    plus, minus = (seen(palette.SIGN_LOOKS[sign].colour, matrix) for sign in (Sign.PLUS, Sign.MINUS))
    assert max(abs(one - other) for one, other in zip(plus, minus, strict=True)) > 0.15


@pytest.mark.parametrize("matrix", DEFICIENCIES.values(), ids=DEFICIENCIES)
def test_no_two_of_the_twelve_silo_borders_look_the_same_to_colour_blind_readers(matrix: tuple[tuple[float, ...], ...]) -> None:
    borders = [(colours.border, colours.fill) for colours in silo_colours(MANY).values()]
    for one, other in combinations(borders, 2):
        apart = sum(abs(a - b) for side in (0, 1) for a, b in zip(seen(one[side], matrix), seen(other[side], matrix), strict=True))
        assert apart > 0.05, (one, other)


def test_people_are_never_drawn_in_a_silos_colour() -> None:
    assert palette.NODE_LOOKS[NodeKind.PEOPLE].neutral
    assert silo_colours(["people", "nhs"])["people"] == palette.NEUTRAL


def test_the_same_silos_get_the_same_colours_in_any_order() -> None:
    assert silo_colours(MANY) == silo_colours(reversed(MANY))


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

"""Labels fit their boxes."""

from hypothesis import given
from hypothesis import strategies as st

from viz.lettering import MOST_LINES, SIZE, text_width, wrapped


def test_known_widths_of_the_typeface() -> None:
    thousandths = 722 + 556 + 833 + 556 + 278 + 778 + 278 + 278 + 222 + 500 + 556
    assert text_width("Home Office") == thousandths * SIZE / 1000
    assert text_width("iiii") < text_width("WWWW") / 3


@given(st.text(max_size=200), st.floats(60, 300))
def test_no_line_is_wider_than_the_measure(label: str, width: float) -> None:
    lines = wrapped(label, width)
    assert all(text_width(line) <= width + 1e-9 for line in lines)
    assert 1 <= len(lines) <= MOST_LINES


@given(st.lists(st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=12), max_size=8))
def test_nothing_is_lost_from_a_label_that_fits(words: list[str]) -> None:
    lines = wrapped(" ".join(words), 400)
    if not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == "".join(words)


def test_lines_are_about_equally_long() -> None:
    lines = wrapped("People who draw on care and support in England", 148)
    widths = [text_width(line) for line in lines]
    assert max(widths) - min(widths) < 60


def test_a_label_too_long_for_its_box_ends_in_an_ellipsis() -> None:
    lines = wrapped("word " * 100, 100)
    assert len(lines) == MOST_LINES
    assert lines[-1].endswith("…")

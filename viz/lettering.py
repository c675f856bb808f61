"""How wide words are, without a browser: the widths of Helvetica, Arial and Liberation Sans, which are the same."""

from __future__ import annotations

from unicodedata import east_asian_width

FONT = 'Arial, "Liberation Sans", Helvetica, sans-serif'
SIZE = 17.0
LINE_HEIGHT = 19.5
MOST_LINES = 4

_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
"""Thousandths of the letter's size, from the space to the tilde."""


def _letter(letter: str) -> int:
    place = ord(letter) - 32
    if 0 <= place < len(_WIDTHS):
        return _WIDTHS[place]
    return 1000 if east_asian_width(letter) in "WF" else 620


def text_width(text: str) -> float:
    """How wide a text stands, in the unit of `SIZE`. Letters beyond ASCII count as broad ones."""
    return sum(map(_letter, text)) * SIZE / 1000


def wrapped(text: str, width: float) -> tuple[str, ...]:
    """A label in lines no wider than `width` and of about equal length; a word longer than that is broken.

    At most `MOST_LINES` lines: what is more ends in an ellipsis, and the whole stands in the details.
    """
    words = [piece for word in text.split() for piece in _pieces(word, width)]
    if not words:
        return ("",)
    lines = _filled(words, width)
    if len(lines) > 1:
        # A narrower measure with as many lines balances them: no lonely last word.
        low, high = width / 2, width
        for _ in range(6):
            middle = (low + high) / 2
            trial = _filled(words, middle)
            fits = len(trial) <= len(lines) and all(text_width(line) <= width for line in trial)
            low, high = (low, middle) if fits else (middle, high)
        lines = _filled(words, high)
    if len(lines) > MOST_LINES:
        last = lines[MOST_LINES - 1]
        while last and text_width(f"{last}…") > width:
            last = last[:-1].rstrip()
        lines = [*lines[: MOST_LINES - 1], f"{last}…"]
    return tuple(lines)


def _pieces(word: str, width: float) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and text_width(piece + letter) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def _filled(words: list[str], width: float) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines

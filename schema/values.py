"""The values of fields in any of their usual spellings: texts, numbers, dates, delays, signs and words of the vocabulary.

A word may stand for a judged strength or a confidence, and a number of months, a range `[low, high]`, or `"3-9"` for a
delay. Each function here takes what a file or a caller gave and returns the value, or raises `Refused`, which says what
the field takes; the thing and the place are told by whoever decodes the record (`schema.wire`). Each is O(its text).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from schema.kinds import NUMBER_OF_CONFIDENCE, STRENGTH_OF_LEVEL, Sign
from schema.records import Scalar

E = TypeVar("E", bound=StrEnum)

MAX_LABEL = 10_000
MAX_TEXT = 100_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")
_DELAY_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|to|–)\s*(\d+(?:\.\d+)?)\s*(?:months?)?\s*$")
_DELAY_WORDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"immediate": (0, 0), "days": (0, 0), "weeks": (1, 1), "months": (1, 6), "yearly": (12, 12)}
)
_SIGN_WORDS: Mapping[str, Sign] = MappingProxyType(
    {
        **dict.fromkeys(("+", "1", "+1", "positive", "plus", "pos", "same", "s"), Sign.PLUS),
        **dict.fromkeys(("-", "-1", "negative", "minus", "neg", "opposite", "o", "−", "–"), Sign.MINUS),
        **dict.fromkeys(("?", "unknown", "unclear", "ambiguous"), Sign.UNKNOWN),
        **dict.fromkeys(("0", "none", "no effect"), Sign.NONE_FOUND),
    }
)


class Refused(ValueError):
    """A value that a field cannot take; the message says what it takes."""


def decode_text(value: object, limit: int = MAX_TEXT) -> str:
    """A text of up to `limit` characters, without control characters; a number or a date is text as well."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise Refused("must be text")
    text = value.isoformat() if isinstance(value, date) else str(value)
    if len(text) > limit:
        raise Refused(f"is longer than {limit:,} characters")
    if text.isascii() and text.isprintable():
        return text
    if _SURROGATE.search(text):
        raise Refused("holds half of a character (an unpaired surrogate)")
    if _CONTROL.search(text):
        raise Refused("holds control characters; remove them")
    return text


def decode_label(value: object) -> str:
    """A text that is short enough to be shown as a name."""
    return decode_text(value, MAX_LABEL)


def decode_identifier(value: object) -> str:
    """A text that names a record: short, and not blank."""
    text = decode_text(value, MAX_LABEL)
    if not text.strip():
        raise Refused("must not be empty")
    return text


def decode_number(value: object) -> float:
    """A finite number, perhaps spelt out as text; true and false are none."""
    if isinstance(value, bool):
        raise Refused("must be a number")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Refused(f"must be a number, not {value!r}") from None
    if not math.isfinite(number):
        raise Refused("must be a finite number")
    return number


def decode_months(value: object) -> float:
    """A number of months, not negative."""
    number = decode_number(value)
    if number < 0:
        raise Refused("must not be negative")
    return number


def _unit(value: object, words: Mapping[Any, float], noun: str) -> float:
    if isinstance(value, str) and (known := words.get(value.strip().lower())) is not None:
        return known
    try:
        number = decode_number(value)
    except Refused:
        raise Refused(f"must be a number from 0 to 1 or one of {', '.join(words)}, not {value!r}") from None
    if not 0 <= number <= 1:
        raise Refused(f"is a {noun} and must lie between 0 and 1, not {value!r}")
    return number


_LEVELS: Mapping[str, float] = MappingProxyType({str(level): number for level, number in STRENGTH_OF_LEVEL.items()})
_CONFIDENCES: Mapping[str, float] = MappingProxyType({str(word): number for word, number in NUMBER_OF_CONFIDENCE.items()})


def decode_strength(value: object) -> float:
    """A strength as a number or as weak, medium or strong."""
    return _unit(value, _LEVELS, "strength")


def is_level(value: object) -> bool:
    """Whether a strength is given as a word, which says that it was judged and not measured."""
    return isinstance(value, str) and value.strip().lower() in _LEVELS


def decode_confidence(value: object) -> float:
    """A confidence as a number or as low, medium or high."""
    return _unit(value, _CONFIDENCES, "confidence")


def decode_sign(value: object) -> Sign:
    """A sign in any of its usual spellings."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}"
    sign = _SIGN_WORDS.get(str(value).strip().lower())
    if sign is None:
        raise Refused(f"must be +, -, ? or 0, not {value!r}")
    return sign


def decode_date(value: object) -> str:
    """A date, perhaps partial: 2022, 2022-06 or 2022-06-15."""
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if not _PARTIAL_DATE.match(text):
        raise Refused(f"must be a date such as 2022-06-15, 2022-06 or 2022, not {value!r}")
    parts = [int(part) for part in text.split("-")]
    try:
        date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    except ValueError:
        raise Refused(f"is not a day in the calendar: {text}") from None
    return text


def decode_delay(value: object) -> tuple[float, float]:
    """A delay in months: a number, a range, or one of the words immediate, days, weeks, months, yearly."""
    if isinstance(value, list | tuple) and len(value) == 2:
        low, high = decode_months(value[0]), decode_months(value[1])
    elif isinstance(value, str) and value.strip().lower() in _DELAY_WORDS:
        low, high = _DELAY_WORDS[value.strip().lower()]
    elif isinstance(value, str) and (match := _DELAY_RANGE.match(value)):
        low, high = float(match[1]), float(match[2])
    else:
        low = high = decode_months(value)
    if low > high:
        raise Refused(f"runs from {low:g} to {high:g} months; the lower number comes first")
    return low, high


def choice_of(members: type[E]) -> Callable[[object], E]:
    """How a member of a closed set is decoded: by its value, whatever the case, with blanks or hyphens for underscores."""
    noun = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", members.__name__).lower()

    def decode(value: object) -> E:
        if value is True or value is False:
            value = "yes" if value else "no"
        word = str(value).strip()
        for spelling in (word, word.lower().replace(" ", "_").replace("-", "_")):
            try:
                return members(spelling)
            except ValueError:
                continue
        near = get_close_matches(word.lower(), [str(member) for member in members], n=3)
        hint = f"; near it: {', '.join(near)}" if near else f"; known: {', '.join(members)}"
        raise Refused(f"{word!r} is not a {noun} that the vocabulary knows{hint}")

    return decode


def decode_flag(value: object) -> bool:
    """True or false, or the words yes, no, 1 and 0."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise Refused(f"must be true or false, not {value!r}")


def decode_pence(value: object) -> int:
    """A whole number of pence; a number with a point is refused, since a penny has no parts."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
        return int(value)
    raise Refused("must be a whole number of pence")


def decode_words(value: object) -> tuple[str, ...]:
    """A list of texts, or one text with | between them, in order."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("|") if part.strip())
    if isinstance(value, list | tuple):
        return tuple(decode_text(item) for item in value)
    raise Refused("must be a list of texts")


def decode_attributes(value: object) -> Mapping[str, Scalar]:
    """Names with plain values: text, finite numbers, true and false."""
    if not isinstance(value, Mapping):
        raise Refused("must be an object of names and plain values")
    kept: dict[str, Scalar] = {}
    for key, item in value.items():
        name = decode_text(key, MAX_LABEL)
        if isinstance(item, bool | int):
            kept[name] = item
        elif isinstance(item, float):
            kept[name] = decode_number(item)
        elif isinstance(item, str):
            kept[name] = decode_text(item)
        else:
            raise Refused(f"{name!r} must be text, a number or true/false")
    return MappingProxyType(kept)

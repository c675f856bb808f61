"""Reading what a client sent, strictly: nothing is guessed, and whatever is wrong is a BadInput that says what.

Python's own readers accept NaN, half characters and bytes that are no UTF-8, and fail in ways of their own on very long numbers
and deep nesting; each of these would otherwise reach the questions or end as an internal error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from schema.errors import BadInput

MAX_NESTING = 64
"""How deep JSON may nest. Deeper than any question needs, and shallow enough for every reader behind."""

MAX_PARAMETERS = 100


def json_value(text: str, what: str) -> Any:
    """The value of a JSON text. Raises BadInput for anything that strict JSON in UTF-8 does not hold."""
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except BadInput:
        raise
    except RecursionError:
        raise BadInput(f"{what} nests too deeply; at most {MAX_NESTING} levels are read.") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise BadInput(f"{what} holds a number of too many digits.") from None
    # Half characters can only come from escapes, and nothing nests deeper than it has brackets: most requests need no look.
    if "\\u" in text or text.count("[") + text.count("{") > MAX_NESTING:
        _check_values(value, what)
    return value


def _no_constant(word: str) -> NoReturn:
    raise BadInput(f"{word} is not JSON; numbers must be finite.")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BadInput("The JSON holds a number that is too large.")
    return number


def _check_values(value: Any, what: str) -> None:
    """Refuse deep nesting and half characters, level by level and without recursion. O(values)."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_NESTING:
            raise BadInput(f"{what} nests too deeply; at most {MAX_NESTING} levels are read.")
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                check_text(item, what)
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
        level = below


def check_text(text: str, what: str) -> None:
    """Refuse text with half of a character, which cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput(f"{what} holds half of a character (an unpaired surrogate).") from None


def json_object(body: bytes) -> dict[str, Any]:
    """The object in a body. Raises BadInput unless it is strict UTF-8, strict JSON and an object."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"The body is not UTF-8 at byte {error.start}.") from None
    value = json_value(text, "The body")
    if not isinstance(value, dict):
        raise BadInput("The body must be a JSON object.")
    return value


def query_parameters(query_string: bytes) -> Mapping[str, str]:
    """The parameters of an address, the last of each name. Raises BadInput where they are not UTF-8 or too many."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeError:
        raise BadInput("The address is not UTF-8; write it percent-encoded.") from None
    except ValueError:
        raise BadInput(f"The address has too many parameters; at most {MAX_PARAMETERS} are read.") from None
    return dict(pairs)

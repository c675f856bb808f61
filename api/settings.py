"""What can be set from outside: where to listen, how much one request may ask for, and how much of a map may be held.

Every limit of a request has a default and none can be switched off. A setting `name` is read from the environment as `CAREMAP_NAME`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from schema.errors import BadInput

PREFIX = "CAREMAP_"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""The only names under which a browser on this machine may reach the service: any other Host may be a rebound address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process. Times are seconds, sizes bytes or characters; `port` 0 takes any free one.

    `hosts` are the Host names that are answered; `workers` is how many questions run side by side. `question_seconds` is the
    time after which a question gives what it has found so far, `execution_seconds` the time after which a request is refused.
    `cost` counts the fields of an answer.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    hosts: tuple[str, ...] = LOCAL_HOSTS
    workers: int = 4
    question_seconds: float = 1.5
    execution_seconds: float = 10.0
    body_bytes: int = 1024 * 1024
    answer_bytes: int = 10_000_000
    document_characters: int = 100_000
    tokens: int = 2_000
    comments: int = 200
    aliases: int = 30
    depth: int = 12
    directives: int = 50
    root_fields: int = 50
    operations: int = 10
    cost: int = 10_000
    page_most: int = 100
    """The most items of one page, and the most names, paths and words that one argument may ask for."""
    held_links: int | None = None
    """How many links of a map the process may hold, for each question that is under way; None: any number. A larger map in Neo4j
    is answered from the part that a question looks at."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], **overrides: Any) -> Settings:
        """The defaults, then what the environment says, then `overrides` that are not None.

        Raises BadInput with the key, the value and what is wanted.
        """
        read: dict[str, Any] = {}
        for field in fields(cls):
            key = PREFIX + field.name.upper()
            if key in environ:
                read[field.name] = _read(key, environ[key], field.name)
        return replace(cls(), **read).with_overrides(**overrides)

    @classmethod
    def held_links_from(cls, environ: Mapping[str, str]) -> int | None:
        """The one setting that commands beside `serve` heed. Raises BadInput as `from_environ` does."""
        key = PREFIX + "HELD_LINKS"
        return cls.from_environ({key: environ[key]} if key in environ else {}).held_links

    def with_overrides(self, **overrides: Any) -> Settings:
        """These settings with those overrides that are not None. Raises BadInput for a name that is no setting or a value out of range."""
        known = {field.name for field in fields(self)}
        for name, value in overrides.items():
            if name not in known:
                raise BadInput(f"{name}: no such setting. The settings are {', '.join(sorted(known))}.")
            if value is not None:
                _check(name, value, name)
        return replace(self, **{name: value for name, value in overrides.items() if value is not None})


def _whole(text: str) -> int:
    return int(text.replace("_", ""))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


_READ: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "int": (_whole, "a whole number"),
    "int | None": (_whole, "a whole number"),
    "float": (float, "a number"),
    "str": (str, "text"),
    "tuple[str, ...]": (_words, "words with commas between them"),
}
_LEAST = {"port": 0}
_MOST = {"port": 65_535, "workers": 64, "page_most": 1_000}


def _read(key: str, text: str, name: str) -> Any:
    convert, wanted = _READ[str(Settings.__dataclass_fields__[name].type)]
    try:
        value = convert(text.strip())
    except ValueError:
        raise BadInput(f"{key}={text!r}: wants {wanted}.") from None
    _check(name, value, f"{key}={text!r}")
    return value


def _check(name: str, value: Any, shown: str) -> None:
    kind = str(Settings.__dataclass_fields__[name].type)
    if kind == "tuple[str, ...]" and not value:
        raise BadInput(f"{shown}: wants at least one word.")
    if kind not in ("int", "int | None", "float"):
        return
    least, most = _LEAST.get(name, 0.001 if kind == "float" else 1), _MOST.get(name)
    if not least <= value <= (most or float("inf")):
        bounds = f"from {least} to {most}" if most else f"of at least {least}"
        raise BadInput(f"{shown}: wants {_READ[kind][1]} {bounds}.")

"""YAML as plain values with their lines, hardened: what an editor types is what is read.

Only `true`, `false`, `null` and numbers in their usual spelling are not text: `no`, `on`, `012`, `1:30`, `1.10` and dates
stay as typed. Repeated keys, tags, second documents, aliases of themselves and bombs of aliases are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from schema.errors import Problem

MAX_DEPTH = 50
"""How deep lists and objects may nest; content nests six deep."""

MAX_COPIED = 100_000
"""How many values aliases may repeat in one file, counted as if written out."""

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,299})(\.[0-9]+)?(e[-+]?[0-9]{1,3})?\Z")


def plain_value(text: str) -> Any:
    """What an unquoted word stands for: a number only where writing the number gives the same word back."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.match(text):
        return text
    number: int | float = float(text) if "." in text or "e" in text else int(text)
    return number if repr(number) == text else text


class Lined(dict[str, Any]):
    """An object, with the line on which it begins, counted from 1."""

    __slots__ = ("line",)
    line: int


class Unreadable(Exception):
    """The text is not YAML that can be read on; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(slots=True)
class _Reader:
    """The state of one reading: events of the parser in, values out."""

    events: Iterator[Any]
    name: str
    problems: list[Problem]
    anchors: dict[str, tuple[Any, int] | None] = field(default_factory=dict)
    made: int = 0
    copied: int = 0

    def stop(self, event: Any, message: str) -> Unreadable:
        return Unreadable(Problem(place=f"{self.name}:{event.start_mark.line + 1}", message=message))

    def say(self, event: Any, message: str, key: str | None = None) -> None:
        self.problems.append(Problem(place=f"{self.name}:{event.start_mark.line + 1}", message=message, field=key))

    def value(self, event: Any, depth: int) -> Any:
        sort = type(event).__name__
        if sort == "AliasEvent":
            return self._alias(event)
        self._check_tag(event)
        self.made += 1
        before, anchor = self.made, event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
        if sort == "ScalarEvent":
            made: Any = plain_value(event.value) if event.style in (None, "") and not event.tag else event.value
        elif depth >= MAX_DEPTH:
            raise self.stop(event, f"nests more than {MAX_DEPTH} deep; content is flat lists of objects")
        elif sort == "MappingStartEvent":
            made = self._object(event, depth + 1)
        else:
            made = self._list(depth + 1)
        if anchor is not None:
            self.anchors[anchor] = (made, self.made - before + 1)
        return made

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise self.stop(event, f"*{event.anchor} names no anchor before it")
        kept = self.anchors[event.anchor]
        if kept is None:
            raise self.stop(event, f"*{event.anchor} stands inside what it names, a cycle; write the value out")
        self.copied += kept[1]
        self.made += kept[1]
        if self.copied > MAX_COPIED:
            raise self.stop(event, f"aliases repeat more than {MAX_COPIED:,} values; write them out or split the file")
        return kept[0]

    def _check_tag(self, event: Any) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self.stop(event, f"the tag {event.tag} is not read; leave it out")

    def _object(self, start: Any, depth: int) -> Lined:
        made = Lined()
        made.line = start.start_mark.line + 1
        for event in self.events:
            if type(event).__name__ == "MappingEndEvent":
                return made
            if type(event).__name__ != "ScalarEvent":
                raise self.stop(event, "a key must be a word; put quotes around text that begins with [, {, * or &")
            key = event.value
            value = self.value(next(self.events), depth)
            if key in made:
                self.say(event, f"stands twice in the object that begins on line {made.line}; keep one", key)
            else:
                made[key] = value
        raise self.stop(start, "ends in the middle of an object")

    def _list(self, depth: int) -> list[Any]:
        made: list[Any] = []
        for event in self.events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            made.append(self.value(event, depth))
        return made


def read_yaml(text: str, name: str, problems: list[Problem]) -> Any:
    """The value of a YAML text; objects know their lines. Raises Unreadable where reading cannot go on. O(text)."""
    import yaml

    loader = yaml.CSafeLoader(text)
    try:
        return _document(_events(loader), name, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise Unreadable(Problem(place=place, message=f"is not YAML: {error.problem or error.context}{_hint(text, mark)}")) from None
    except yaml.YAMLError as error:
        raise Unreadable(Problem(place=name, message=f"is not YAML: {str(error).splitlines()[0]}")) from None
    finally:
        loader.dispose()


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()


def _document(events: Iterator[Any], name: str, problems: list[Problem]) -> Any:
    reader = _Reader(events=events, name=name, problems=problems)
    whole: Any = None
    documents = 0
    for event in events:
        sort = type(event).__name__
        if sort == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise reader.stop(event, "a second document begins; keep one a file")
        elif sort not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
            whole = reader.value(event, 0)
    return whole


def _hint(text: str, mark: Any) -> str:
    lines = text.split("\n")
    here = lines[mark.line] if mark and mark.line < len(lines) else ""
    if re.search(r":\s+-\s*(#.*)?([,}].*)?$", here):
        return "; put quotes around a minus that stands alone: '-'"
    if "\t" in here:
        return "; indent with blanks, not tabs"
    if ": " in here.partition(": ")[2]:
        return "; put quotes around text that holds a colon and a blank"
    return ""

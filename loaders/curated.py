"""The content that is shipped with the package, kept as YAML by topic."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from loaders.formats import yaml_content
from schema.rows import MapRows
from schema.system_map import SystemMap
from schema.validation import build_map

TITLE = "Adult social care in England"
_SUFFIXES = (".yaml", ".yml")


def _shipped_files() -> Iterator[tuple[str, bytes]]:
    """The shipped files by name within the content, in order."""
    yield from sorted(_walk(files("loaders") / "content", ""))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        return
    for item in folder.iterdir():
        name = f"{prefix}{item.name}"
        if item.is_dir():
            yield from _walk(item, f"{name}/")
        elif name.endswith(_SUFFIXES):
            yield name, item.read_bytes()


def shipped_rows() -> MapRows:
    """The rows of the shipped content; places read `bodies.yaml:21`."""
    rows = MapRows.together([yaml_content.decode(data, name) for name, data in _shipped_files()])
    return MapRows(
        nodes=list(rows.nodes),
        links=list(rows.links),
        sources=list(rows.sources),
        observations=list(rows.observations),
        problems=rows.problems,
        title=TITLE,
    )


@lru_cache(maxsize=1)
def shipped_content() -> SystemMap:
    """The shipped content, checked. Read once in a process. Raises InvalidMap."""
    return build_map(shipped_rows())


def shipped_digest() -> str:
    """A fingerprint of the shipped files: a store that holds another knows that its content is older or newer."""
    whole = hashlib.sha256()
    for name, data in _shipped_files():
        whole.update(f"{name}\n{len(data)}\n".encode())
        whole.update(data)
    return whole.hexdigest()

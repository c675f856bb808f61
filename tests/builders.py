"""Small maps that read like what they mean: `a_map("dhsc -funds-> council", "pay +> vacancies 0.5")`."""

import re

from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import ChangeSet, Link, Node
from schema.system_map import SystemMap

_ARROW = re.compile(r"^\s*(?P<start>\S+)\s+(?:-(?P<kind>[a-z_]+)->|(?P<sign>[+\-?0])>)\s+(?P<end>\S+)(?:\s+(?P<strength>[\d.]+))?\s*$")


def a_link(said: str, identifier: str | None = None, /, **more: object) -> Link:
    """A link from `start +> end 0.5` (signs + - ? 0) or `start -funds-> end`; its id says the same unless one is given."""
    found = _ARROW.match(said)
    if found is None:
        raise ValueError(f"{said!r} is not a link; write 'a +> b 0.5' or 'a -funds-> b'")
    kind = LinkKind(found["kind"]) if found["kind"] else LinkKind.INFLUENCES
    fields: dict[str, object] = {"strength": float(found["strength"]) if found["strength"] else None, **more}
    return Link(
        id=identifier or f"{found['start']}>{found['end']}" + (f":{found['kind']}" if found["kind"] else ""),
        start=found["start"],
        end=found["end"],
        kind=kind,
        sign=Sign(found["sign"]) if found["sign"] else None,
        **fields,  # type: ignore[arg-type]
    )


def a_node(said: str, /, **more: object) -> Node:
    """A node from `id` (a factor) or `id:kind`, labelled by its id."""
    identifier, _, kind = said.partition(":")
    return Node(id=identifier, kind=NodeKind(kind or "factor"), **{"label": identifier, **more})  # type: ignore[arg-type]


def a_map(*texts: str, kinds: dict[str, str] | None = None) -> SystemMap:
    """A map of links, and of nodes named alone (`lonely` or `dhsc:body`), in the order of mention; other ends are factors."""
    kinds = kinds or {}
    nodes: dict[str, Node] = {}
    links = []
    for text in texts:
        if " " not in text.strip():
            node = a_node(text.strip())
            nodes[node.id] = node
            continue
        links.append(a_link(text))
        for end in (links[-1].start, links[-1].end):
            nodes.setdefault(end, a_node(f"{end}:{kinds.get(end, 'factor')}"))
    return SystemMap.of(nodes.values(), links)


def a_change(*texts: str, why: str = "a test", **more: object) -> ChangeSet:
    """The change that puts what `a_map` makes of the texts."""
    made = a_map(*texts)
    return ChangeSet(**{"by": "tester", "why": why, "put_nodes": made.nodes, "put_links": tuple(made.links), **more})  # type: ignore[arg-type]

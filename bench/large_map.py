"""A map as large as a nation's, in columns, drawn from a stated seed."""

from __future__ import annotations

import json
import random
from typing import Any

from schema.kinds import Basis, Sign
from schema.records import Claim, Link, Node, Source
from schema.system_map import LinkTable, LinkTableBuilder, numbers_of

SOURCES = 20


def large_map(n_nodes: int, n_links: int, *, claims: bool = True) -> tuple[tuple[Node, ...], LinkTable, tuple[Source, ...]]:
    """A map with hubs, as system maps have, every link with a claim from one of some sources, or with a sign of its own."""
    rng = random.Random(7)
    nodes = tuple(Node(id=f"factor-{row}", label=f"Factor number {row}") for row in range(n_nodes))
    sources = tuple(Source(id=f"source-{row}", title=f"Source {row}") for row in range(SOURCES)) if claims else ()
    builder = LinkTableBuilder(node.id for node in nodes)
    shapes = [(sign, strength) for sign in (Sign.PLUS, Sign.MINUS) for strength in (0.25, 0.5, 0.75)]
    numbers = {shape: numbers_of(_sample(*shape, claims=claims)) for shape in shapes}
    taken: set[tuple[int, int]] = set()
    for row in range(n_links):
        sign, strength = shapes[rng.randrange(len(shapes))]
        start, end = int(n_nodes * rng.random() ** 2), rng.randrange(n_nodes)
        while (start, end) in taken:
            start, end = int(n_nodes * rng.random() ** 2), rng.randrange(n_nodes)
        taken.add((start, end))
        said: dict[str, Any] = {"sign": sign, "strength": strength, "confidence": 0.6}
        claim = {"id": "1", "source": f"source-{row % SOURCES}", "place": f"page {row % 300}", "mark": "V", **said}
        data = {
            "id": f"link-{row}", "from": f"factor-{start}", "to": f"factor-{end}", "kind": "influences", "delay_low": 1, "delay_high": 6,
            **({"claims": [claim]} if claims else said),
        }  # fmt: skip
        payload = json.dumps(data, separators=(",", ":")).encode()
        builder.add_kept(str(data["id"]), str(data["from"]), str(data["to"]), numbers[sign, strength], payload)
    return nodes, builder.done(), sources


def _sample(sign: Sign, strength: float, *, claims: bool) -> Link:
    if not claims:
        return Link(id="l", start="a", end="b", delay_low=1, delay_high=6, sign=sign, strength=strength, confidence=0.6)
    claim = Claim(id="1", basis=Basis.FIGURE, source="s", sign=sign, strength=strength, confidence=0.6)
    return Link(id="l", start="a", end="b", delay_low=1, delay_high=6, claims=(claim,))

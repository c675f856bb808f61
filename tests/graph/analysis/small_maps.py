"""Small random maps, and the plainest way to answer a question about them: look at every path."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from schema.kinds import Basis, LinkKind, NodeKind, Sign
from schema.records import Claim, Link, Node
from schema.rows import MapRows, Row
from schema.system_map import SystemMap
from schema.validation import build_map
from schema.wire import to_json

NAMES = "abcdefg"
SIGNS = st.sampled_from([Sign.PLUS, Sign.MINUS, Sign.UNKNOWN])
STRENGTHS = st.sampled_from([0.25, 0.5, 0.75, 0.3, 1.0])
CONFIDENCES = st.sampled_from([0.3, 0.6, 0.9])
DELAYS = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 3.0, 12.0]))


@st.composite
def maps(draw: st.DrawFn, *, most_nodes: int = 6, most_links: int = 14) -> SystemMap:
    """A map of factors with influence links among them: parallel, looped, disputed and silent ones included."""
    names = NAMES[: draw(st.integers(2, most_nodes))]
    nodes = [Node(id=name, label=f"Factor {name}", silo=draw(st.sampled_from(["north", "south"]))) for name in names]
    links = []
    for number in range(draw(st.integers(0, most_links))):
        delay = draw(DELAYS)
        claims = tuple(
            Claim(id=f"c{number}.{place}", basis=Basis.STUDY, source=draw(st.sampled_from(["s1", "s2"])), sign=draw(SIGNS))
            for place in range(draw(st.integers(0, 2)))
        )
        links.append(
            Link(
                id=f"l{number:02}",
                start=draw(st.sampled_from(names)),
                end=draw(st.sampled_from(names)),
                sign=None if claims else draw(SIGNS),
                strength=draw(STRENGTHS),
                confidence=draw(CONFIDENCES),
                delay_low=delay,
                delay_high=delay,
                claims=claims,
            )
        )
    return built(nodes, links)


def built(nodes: list[Node], links: list[Link]) -> SystemMap:
    """The map that these records make when they are read from a file."""
    return build_map(
        MapRows(
            nodes=[Row(place=f"node {node.id}", data=to_json(node)) for node in nodes],
            links=[Row(place=f"link {link.id}", data=to_json(link)) for link in links],
            sources=[Row(place=name, data={"id": name, "title": name}) for name in ("s1", "s2")],
        )
    )


@dataclass(frozen=True)
class Plain:
    """A path as the plain search sees it."""

    links: tuple[str, ...]
    nodes: tuple[str, ...]
    sign: int
    strength: float
    delay: float
    confidence: float


def sign_of(link: Link) -> int:
    """The sign of a bundle, straight from the semantics: the claims' common sign, ? where they differ or are silent."""
    said = {claim.sign or link.sign for claim in link.claims} or {link.sign}
    return {frozenset({Sign.PLUS}): 1, frozenset({Sign.MINUS}): -1}.get(frozenset(said), 0)


def average(link: Link, name: str, otherwise: float) -> float:
    """The mean over origins of what the claims say, each filled from its link."""
    own = getattr(link, name)
    groups: dict[str, list[float]] = {}
    for claim in link.claims:
        value = getattr(claim, name)
        groups.setdefault(claim.source or claim.id, []).append(own if value is None else value)
    if not groups or any(value is None for group in groups.values() for value in group):
        return otherwise if own is None else own
    means = [math.fsum(group) / len(group) for group in groups.values()]
    return math.fsum(means) / len(means)


def delay_of(link: Link) -> float:
    """The middle of the delay; at once where a link without a source does not say; NaN where it is unknown."""
    if link.delay_low is None or link.delay_high is None:
        return math.nan if any(claim.basis is not Basis.UNSTATED for claim in link.claims) else 0.0
    return (link.delay_low + link.delay_high) / 2


def every_path(system_map: SystemMap, starts: set[str], goals: set[str], most: int) -> Iterator[Plain]:
    """Every simple path, by walking on with a copy of what was visited."""
    links = [link for link in system_map.links if link.kind is LinkKind.INFLUENCES]

    def walk(nodes: tuple[str, ...], taken: tuple[Link, ...]) -> Iterator[tuple[tuple[str, ...], tuple[Link, ...]]]:
        if taken and nodes[-1] in goals:
            yield nodes, taken
            return
        if most and len(taken) == most:
            return
        for link in links:
            if link.start == nodes[-1] and link.end not in nodes and link.end not in starts:
                yield from walk((*nodes, link.end), (*taken, link))

    for start in sorted(starts - goals):
        for nodes, taken in walk((start,), ()):
            if set(nodes[:-1]) & goals:
                continue
            sign = math.prod(sign_of(link) for link in taken)
            yield Plain(
                links=tuple(link.id for link in taken),
                nodes=nodes,
                sign=sign,
                strength=math.prod(average(link, "strength", 0.5) for link in taken),
                delay=math.fsum(delay_of(link) for link in taken),
                confidence=min(average(link, "confidence", 0.6) for link in taken),
            )


def ranked(paths: Iterator[Plain]) -> list[Plain]:
    """Strongest first to 12 significant digits; ties by fewer links, then by link ids."""
    return sorted(paths, key=lambda path: (-float(f"{path.strength:.12g}"), len(path.links), path.links))


def decision(identifier: str, **fields: object) -> Node:
    """A decision, for maps written by hand."""
    return Node(id=identifier, kind=NodeKind.DECISION, label=identifier, **fields)  # type: ignore[arg-type]

"""The map as a whole: its revision and counts, its history, and the vocabulary that it is written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence

import strawberry

from api.graphql.context import Asked
from api.graphql.fields import field
from api.graphql.types.kinds import Carries, LinkKind, NodeKind, Sign
from graph.narrowing import Part, silos_of
from graph.snapshot import Snapshot
from graph.store import HistoryEntry as Entry
from schema import kinds, link_rules, node_rules, ontology
from schema.bundling import EVIDENCE_BIT


@strawberry.type
class NodeKindCount:
    kind: NodeKind
    count: int


@strawberry.type
class LinkKindCount:
    kind: LinkKind
    count: int


@strawberry.type(description="How much stands on the map.")
class Counts:
    nodes: int
    links: int
    sources: int
    nodes_by_kind: list[NodeKindCount]
    links_by_kind: list[LinkKindCount]


@strawberry.type(name="Map", description="The map at its newest revision.")
class MapInfo:
    revision: int
    title: str
    counts: Counts
    named: strawberry.Private[Sequence[str] | None]

    @field(shown_as=list[str])
    def silos(self, info: Asked) -> list[str] | Awaitable[list[str]]:
        return info.context.take(silos_of) if self.named is None else list(self.named)


def _counted(nodes: Mapping[NodeKind, int], links: Mapping[LinkKind, int], sources: int) -> Counts:
    return Counts(
        nodes=sum(nodes.values()),
        links=sum(links.values()),
        sources=sources,
        nodes_by_kind=[NodeKindCount(kind=kind, count=nodes[kind]) for kind in ontology.NODE_KINDS if nodes.get(kind)],
        links_by_kind=[LinkKindCount(kind=kind, count=links[kind]) for kind in ontology.LINK_KIND_CODE if links.get(kind)],
    )


def about(snapshot: Snapshot) -> MapInfo:
    """The map's revision and counts. O(nodes + links), in columns."""
    of_links = Counter(snapshot.links.kind.tolist())
    counts = _counted(
        Counter(node.kind for node in snapshot.map.nodes),
        {kind: of_links[code] for kind, code in ontology.LINK_KIND_CODE.items()},
        len(snapshot.map.sources),
    )
    return MapInfo(revision=snapshot.revision, title=snapshot.map.title, counts=counts, named=sorted(snapshot.nodes.silos))


def about_part(part: Part) -> MapInfo:
    """The same of a map that is not held: its store counts. The silos are looked for where somebody asks for them."""
    counts = part.reader.counts()
    return MapInfo(
        revision=part.revision, title=part.title, counts=_counted(counts.nodes, counts.links, counts.sources), named=None
    )  # fmt: skip


@strawberry.type(description="One applied change: by whom, when and why, and how much it touched.")
class HistoryEntry:
    revision: int
    by: str
    why: str
    branch: str
    layer: str
    put_nodes: int
    put_links: int
    put_sources: int
    removed: int

    @field(description="By the clock of the machine that keeps the map, in UTC.")
    def when(self, parent: strawberry.Parent[Entry]) -> str:
        return parent.when.isoformat()


@strawberry.type(description="What a kind of node means.")
class NodeRule:
    kind: NodeKind
    means: str
    example: str = strawberry.field(description="A sentence that reads aloud.")


@strawberry.type(description="What a kind of link means and what it may join.")
class LinkRule:
    kind: LinkKind
    means: str
    reads: str = strawberry.field(description="The verb between the two labels.")
    example: str = strawberry.field(description="A sentence that reads aloud.")
    carries: Carries
    units: str

    @field(description="The kinds of node that it may start from.")
    def starts(self, parent: strawberry.Parent[link_rules.LinkRule]) -> list[NodeKind]:
        return [kind for kind in ontology.NODE_KINDS if kind in parent.starts]

    @field(description="The kinds of node that it may end at.")
    def ends(self, parent: strawberry.Parent[link_rules.LinkRule]) -> list[NodeKind]:
        return [kind for kind in ontology.NODE_KINDS if kind in parent.ends]

    @field(description="The sign where nobody states one; null where a sign has no meaning.")
    def default_sign(self, parent: strawberry.Parent[link_rules.LinkRule]) -> Sign | None:
        return None if parent.default_sign is None else kinds.Sign(parent.default_sign)


@strawberry.type(description="The words that a map is written in.")
class Vocabulary:
    @field(shown_as=list[NodeRule])
    def node_kinds(self) -> list[node_rules.NodeRule]:
        return list(ontology.NODE_RULES.values())

    @field(shown_as=list[LinkRule])
    def link_kinds(self) -> list[link_rules.LinkRule]:
        return list(ontology.LINK_RULES.values())

    @field(description="The words that the filter `evidence` takes: marks and kinds of claim.")
    def evidence(self) -> list[str]:
        return list(EVIDENCE_BIT)

"""A part of a map in the making: records gathered from a reader, and all that they need to mean what they mean on the map."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from graph.scope import Scope
from graph.snapshot import OWNING, Snapshot
from graph.store import MapReader, Placed
from schema.errors import BadQuestion
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap


class Part:
    """Some nodes and links of a map with their places. Holds at most `most` links, and twice as many nodes, which is as many
    ends as they can have; more raises BadQuestion."""

    def __init__(self, reader: MapReader, most: int, *, revision: int = 0, title: str = "") -> None:
        self.reader, self.most, self.most_nodes = reader, most, 2 * most
        self.nodes: dict[str, Placed[Node]] = {}
        self.links: dict[str, Placed[Link]] = {}
        self.revision, self.title = revision, title
        self._seen: tuple[tuple[int, int], Snapshot] | None = None
        self._absent: set[str] = set()
        self._owned: set[str] = set()
        self._named: set[str] = set()
        self._named_by_links: set[str] = set()

    # ---- gathering ------------------------------------------------------

    def add_nodes(self, identifiers: Iterable[str]) -> None:
        """Take the nodes with these ids, where they are on the map."""
        missing = set(identifiers) - self.nodes.keys() - self._absent
        if missing:
            self.put_nodes(self.reader.nodes(sorted(missing)))
        self._absent |= missing - self.nodes.keys()

    def put_nodes(self, found: Iterable[Placed[Node]]) -> None:
        """Take nodes that are at hand."""
        for place, node in found:
            self.nodes[node.id] = (place, node)
            self._check()

    def add_links(self, found: Iterable[Placed[Link]]) -> None:
        """Take links, with the nodes at both of their ends."""
        ends: set[str] = set()
        for place, link in found:
            self.links[link.id] = (place, link)
            ends.update((link.start, link.end))
            self._check()
        self.add_nodes(ends)

    def _check(self) -> None:
        if len(self.links) <= self.most and len(self.nodes) <= self.most_nodes:
            return
        what = f"{self.most:,} links" if len(self.links) > self.most else f"{self.most_nodes:,} nodes"
        raise BadQuestion(
            f"The part of the map that this question looks at has more than {what}, which is all that this process may hold"
            " (CAREMAP_HELD_LINKS, --held-links). Ask for shorter paths with --max-links, or let it hold more."
        )

    def call_links(self, identifiers: Collection[str]) -> None:
        """Take the links with these ids, where they are on the map."""
        missing = [identifier for identifier in dict.fromkeys(identifiers) if identifier not in self.links]
        if missing:
            self.add_links(self.reader.links_called(missing))

    def nodes_called(self, identifiers: Sequence[str]) -> list[Node]:
        """The nodes with these ids that are on the map, taken, in the order of the ids."""
        self.add_nodes(identifiers)
        return [self.nodes[identifier][1] for identifier in identifiers if identifier in self.nodes]

    def links_called(self, identifiers: Sequence[str]) -> list[Link]:
        """The links with these ids that are on the map, taken, in the order of the ids."""
        self.call_links(identifiers)
        return [self.links[identifier][1] for identifier in identifiers if identifier in self.links]

    # ---- what records need ----------------------------------------------

    def settle(self) -> None:
        """Take what the records so far rest on, until nothing is missing: who owns each node, and every node that one names.

        Owners, silos, tiers and hand-offs are then those of the whole map.
        """
        while True:
            before = len(self.nodes)
            fresh = self.nodes.keys() - self._owned
            self._owned |= fresh
            if fresh:
                self.add_links(self.reader.links_at(sorted(fresh), OWNING, out=False))
            self.add_nodes(self._names())
            if len(self.nodes) == before:
                return

    def _names(self) -> set[str]:
        """The ids that nodes and links not looked at before name, and words that may be ids."""
        found: set[str | None] = set()
        for identifier in self.nodes.keys() - self._named:
            node = self.nodes[identifier][1]
            found.update((node.owner, node.tier, node.place, node.proposal, node.silo))
        for identifier in self.links.keys() - self._named_by_links:
            link = self.links[identifier][1]
            found.update((link.carrying, link.proposal))
            found.update(stop for claim in link.claims for stop in claim.route)
        self._named |= self.nodes.keys()
        self._named_by_links |= self.links.keys()
        return {name for name in found if name}

    def _claims(self) -> Iterator[Claim]:
        yield from (claim for _, node in self.nodes.values() for claim in node.claims)
        yield from (claim for _, link in self.links.values() for claim in link.claims)

    def snapshot(self) -> Snapshot:
        """The part as a map of its own, settled, in the order of the whole map."""
        self.settle()
        size = len(self.nodes), len(self.links)
        if self._seen is None or self._seen[0] != size:
            self._seen = size, self._made()
        return self._seen[1]

    def _made(self) -> Snapshot:
        cited = {claim.source for claim in self._claims()}
        cited |= {observation.source for _, node in self.nodes.values() for observation in node.observations}
        sources = self.reader.sources(sorted(source for source in cited if source))
        made = SystemMap.of(
            (node for _, node in sorted(self.nodes.values(), key=lambda found: found[0])),
            (link for _, link in sorted(self.links.values(), key=lambda found: found[0])),
            (source for _, source in sorted(sources, key=lambda found: found[0])),
            self.title,
        )
        return Snapshot(made, revision=self.revision, scope=Scope(revision=self.revision))

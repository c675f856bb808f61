"""What lies between two sets of nodes, found breadth-first from both with whole frontiers, always the smaller of the two."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from graph.store import MapReader, Placed
from schema.kinds import LinkKind
from schema.records import Link

Distances = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Walks of at most `max_links` links (0: any number) of some kinds from starts to goals.

    `starts` gives the links that were taken before each start. No walk enters a node of `shut`, or leaves a goal.
    """

    starts: Mapping[str, int]
    goals: frozenset[str]
    kinds: frozenset[LinkKind]
    max_links: int
    shut: frozenset[str] = frozenset()

    @property
    def most(self) -> float:
        return self.max_links or math.inf


class Way:
    """Every node on a walk that is wished for, with the fewest links from a start and to a goal.

    The two searches meet: together they go no deeper than the walks are long. Then each is completed within what the other
    has seen, so that neither looks where no walk can lead. O(links at the nodes seen), one call for each step.
    """

    def __init__(self, reader: MapReader, wish: Wish) -> None:
        self._reader, self._wish = reader, wish
        self.ahead: Distances = {node: away for node, away in wish.starts.items() if away <= wish.most}
        self.back: Distances = dict.fromkeys(wish.goals, 0)
        front, rear, depth, height = self._at(self.ahead, 0), set(wish.goals), 0, 0
        while front and rear and depth + height < wish.most:
            if len(front) <= len(rear):
                depth += 1
                front = self._onward(front, depth)
            else:
                height += 1
                rear = self._backward(rear, height)
        while front and depth < wish.most:
            depth += 1
            front = self._onward(front, depth, self.back)
        while rear and height < wish.most:
            height += 1
            rear = self._backward(rear, height, self.ahead)
        self.inside = {node for node, away in self.ahead.items() if self._leads(node, away, self.back)}

    @staticmethod
    def _at(distances: Distances, depth: int) -> set[str]:
        return {node for node, away in distances.items() if away == depth}

    def _onward(self, front: set[str], depth: int, within: Distances | None = None) -> set[str]:
        """The nodes that are `depth` links from a start; those alone that a walk to a goal can visit, where `within` tells."""
        found = self._reader.beside(sorted(front - self._wish.goals), self._wish.kinds, out=True) - self._wish.shut
        fresh = self._fresh(found, self.ahead, depth, within)
        # A decision that a body makes is one link away from the start, and waits for its turn.
        return fresh | self._at(self.ahead, depth) if depth == 1 else fresh

    def _backward(self, rear: set[str], height: int, within: Distances | None = None) -> set[str]:
        """The same from the goals, against the links."""
        found = self._reader.beside(sorted(rear - self._wish.shut), self._wish.kinds, out=False) - self._wish.goals
        return self._fresh(found, self.back, height, within)

    def _fresh(self, found: set[str], known: Distances, depth: int, within: Distances | None) -> set[str]:
        fresh = found - known.keys()
        if within is not None:
            fresh = {node for node in fresh if self._leads(node, depth, within)}
        known.update(dict.fromkeys(fresh, depth))
        return fresh

    def _leads(self, node: str, away: int, within: Distances) -> bool:
        return node in within and away + within[node] <= self._wish.most

    def links(self) -> Iterator[Placed[Link]]:
        """Every link on a walk that is wished for."""
        wish, ahead, back = self._wish, self.ahead, self.back
        for place, link in self._reader.links_at(sorted(self.inside - wish.goals), wish.kinds, out=True, among=self.inside):
            if link.end not in wish.shut and link.start != link.end and ahead[link.start] + 1 + back[link.end] <= wish.most:
                yield place, link


def cone(reader: MapReader, start: str, kinds: Collection[LinkKind], max_links: int, *, out: bool, most: int) -> set[str]:
    """The nodes within so many links (0: any number) of one, along the links or against them; stops beyond `most` nodes."""
    return around(reader, [start], kinds, max_links or math.inf, (out,), most)


def around(
    reader: MapReader, starts: Collection[str], kinds: Collection[LinkKind], hops: float, directions: Collection[bool], most: int
) -> set[str]:
    """The nodes within some links of others in the directions given (True: along the links); stops beyond `most` nodes."""
    seen, front, depth = set(starts), set(starts), 0
    while front and depth < hops and len(seen) <= most:
        depth += 1
        front = {node for out in directions for node in reader.beside(sorted(front), kinds, out=out)} - seen
        seen |= front
    return seen

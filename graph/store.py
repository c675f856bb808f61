"""What every store promises. One contract test (tests/graph/stores/contract.py) holds each of them to it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

from graph.scope import LinkWish, NodeWish, Scope
from graph.snapshot import Snapshot
from schema.errors import BadInput, Conflict
from schema.kinds import LinkKind, NodeKind
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet, Link, Node, Source
from schema.system_map import SystemMap

R = TypeVar("R", Node, Link, Source)
Placed: TypeAlias = tuple[int, R]
"""A record and its place in the map's order: of two records of a sort, the one with the smaller place comes first."""
LinksAt: TypeAlias = tuple[int, list[Placed[Link]]]
"""How many links there are at a node, and a page of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One applied change: its revision, by whom, when and why, and how much it touched."""

    revision: int
    by: str
    when: datetime
    why: str
    branch: str
    layer: str
    put_nodes: int
    put_links: int
    put_sources: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSize:
    """How much stands on a map."""

    nodes: int
    links: int


@runtime_checkable
class MapSource(Protocol):
    """Anything that a question can be asked of: it has a newest revision and gives snapshots."""

    @property
    def url(self) -> str:
        """Where the map comes from, without any secret."""
        ...

    def head(self, branch: str = MAIN_BRANCH) -> int:
        """The newest revision of a branch; 0 where nothing was ever kept. Cheap: asked before every question."""
        ...

    def snapshot(self, scope: Scope) -> Snapshot:
        """The whole map in a scope. Raises BadInput for a revision or branch that never was."""
        ...

    def close(self) -> None:
        """Let go of files and connections. Safe to call twice."""
        ...


@runtime_checkable
class Store(MapSource, Protocol):
    """A map that is kept: changed by whole change sets, with its history.

    Laws: a change set is applied whole or not at all; at another revision than it expects it raises Conflict, naming
    what changed, and nothing is kept; every applied change takes the store's next revision number, whatever its branch;
    what was confirmed survives a kill; a reader never sees half a change; the map at any past revision can be had;
    applying the same change twice leaves the map as applying it once. A change of a layer meets the map of the base
    and that layer; a scope lays its layers over one another, the last on top, and leaves out links whose ends it lacks.
    """

    def apply(self, change: ChangeSet) -> int:
        """Apply a change and return the branch's revision after it. A change that alters nothing keeps the revision.

        Raises InvalidMap with every problem, Conflict where `base_revision` is not the newest, BadInput for an unknown
        branch or an improper name of a layer, StoreUnavailable where the store cannot be written.
        """
        ...

    def history(self, branch: str = MAIN_BRANCH, *, most: int = 50, before: int | None = None) -> Sequence[HistoryEntry]:
        """The latest changes, newest first, with those from before the branch began; with `before`, smaller revisions."""
        ...

    def change(self, revision: int) -> ChangeSet:
        """The change that made a revision, as it was applied. Raises BadInput where there is none."""
        ...

    def changes_since(self, revision: int, branch: str = MAIN_BRANCH) -> Sequence[ChangeSet]:
        """The changes of a branch after a revision, oldest first, for `graph.changes.caught_up`."""
        ...

    def inverse(self, revision: int, *, by: str, why: str) -> ChangeSet:
        """The change that undoes the one that made a revision. Raises BadInput where there is none."""
        ...

    def branches(self) -> Mapping[str, int]:
        """The newest revision of each branch, by name, in the order of making."""
        ...

    def create_branch(self, name: str, from_revision: int | None = None) -> None:
        """Begin a branch at a revision (None: main's newest). It costs nothing: what is not changed is shared.

        Raises BadInput for a name that is taken or improper (see `proper_name`) and for a revision that never was.
        """
        ...

    def layers(self) -> Sequence[str]:
        """The layers in which something was ever kept, the base first."""
        ...

    def size(self) -> MapSize:
        """How much the newest map of branch main has in its base. Counted without reading the map."""
        ...

    def search(self, text: str, *, most: int = 20, branch: str = MAIN_BRANCH, layers: Sequence[str] = (BASE_LAYER,)) -> Sequence[str]:
        """Ids of nodes that hold every word, the last one perhaps only begun; best first, as `graph.matching.match_rank` ranks them.

        Any text is safe; text without a word gives none.
        """
        ...

    def note(self, name: str) -> str | None:
        """A short remark that the store keeps beside the map, such as which shipped content it was filled with."""
        ...

    def keep_note(self, name: str, value: str) -> None:
        """Keep such a remark."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCounts:
    """How much stands on a map, kind by kind; a kind of which there is nothing may be absent."""

    nodes: Mapping[NodeKind, int]
    links: Mapping[LinkKind, int]
    sources: int


class MapReader(Protocol):
    """Looks at the newest map of branch main, base layer, record by record, without holding it.

    Each call is answered from what stands at that moment. Nothing comes in any order; what is not on the map is left out.
    Whoever needs several calls to agree compares the store's head before and after them.
    """

    def nodes(self, identifiers: Collection[str]) -> Iterator[Placed[Node]]:
        """The nodes with these ids."""
        ...

    def links_at(
        self, nodes: Collection[str], kinds: Collection[LinkKind], *, out: bool, among: Collection[str] | None = None
    ) -> Iterator[Placed[Link]]:
        """The links of some kinds that start (`out`) or end at these nodes and have their other end `among` those (None: anywhere)."""
        ...

    def links_called(self, identifiers: Collection[str]) -> Iterator[Placed[Link]]:
        """The links with these ids. May look through all links."""
        ...

    def sources(self, identifiers: Collection[str]) -> Iterator[Placed[Source]]:
        """The sources with these ids."""
        ...

    def beside(self, nodes: Collection[str], kinds: Collection[LinkKind], *, out: bool) -> set[str]:
        """The ids of the nodes that are one link of these kinds away, along the links (`out`) or against them."""
        ...

    def node_ids(
        self, kinds: Collection[NodeKind] | None = None, *, held_by: Collection[str] | None = None, is_valued: bool = False
    ) -> Iterator[str]:
        """The ids of the nodes of some kinds (None: all); with `held_by`, of those whose owner or place is named so; with
        `is_valued`, of those of which the map says whether more of them is better."""
        ...

    def saying(self, words: Sequence[str]) -> Iterator[str]:
        """The ids of nodes that may hold all these words, the last one perhaps only begun: those that do, and perhaps others."""
        ...

    def outlines(self) -> Iterator[Placed[Node]]:
        """Every node with nothing but its id, kind, label, owner and silo."""
        ...

    def link_ids(self) -> Iterator[str]:
        """The id of every link."""
        ...

    # Pages: records whose ids come after one (None: from the first), at most so many, in the ascending order of their ids.

    def page_of_nodes(self, wish: NodeWish, after: str | None, most: int) -> list[Placed[Node]]:
        """A page of the nodes that are wished for. `tier` must be an id; a wish for a silo is not heeded."""
        ...

    def ids_of_nodes(self, wish: NodeWish) -> list[str]:
        """The ids of all nodes that are wished for, in no order. `tier` must be an id; a wish for a silo is not heeded."""
        ...

    def page_of_links(self, wish: LinkWish, after: str | None, most: int) -> list[Placed[Link]]:
        """A page of the links that are wished for. May look through all links of the kinds."""
        ...

    def number_of_links(self, wish: LinkWish) -> int:
        """How many links are wished for. May look through all links of the kinds."""
        ...

    def pages_at(self, nodes: Collection[str], wish: LinkWish, after: str | None, most: int) -> Mapping[str, LinksAt]:
        """For each of some nodes that are on the map: a page of the links at it that are wished for, and how many there are."""
        ...

    def page_of_sources(self, after: str | None, most: int) -> list[Placed[Source]]:
        """A page of the sources."""
        ...

    def counts(self) -> MapCounts:
        """How much stands on the map."""
        ...

    def route_claims(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """The claims about whole routes that nodes have: each one's id, its node's id and its route."""
        ...

    def claims_that_name_a_place(self) -> Iterator[tuple[str | None, str | None, str]]:
        """What claims hold for places: the id of the link or node that each is about (the other is None), and the place."""
        ...


@runtime_checkable
class ReadableStore(Store, Protocol):
    """A store whose map can be looked at without being held."""

    def reader(self) -> MapReader:
        """A reader of the newest map of branch main, base layer."""
        ...


LONGEST_NAME = 200
"""How many characters the name of a branch or layer may have."""
_NOT_IN_NAMES = ("Cc", "Cs", "Zl", "Zp")

NAMED_IN_CONFLICT = 1_000
"""A conflict names so many ids at most."""


def conflict(branch: str, *, expected: int, found: int, touched: Iterable[str]) -> Conflict:
    """What every store says to a change made at another revision of a branch than its newest; `touched` since, in order."""
    changed = list(dict.fromkeys(touched))[:NAMED_IN_CONFLICT]
    since = ", ".join(changed[:10]) + (f" and {len(changed) - 10} more" if len(changed) > 10 else "")
    if expected >= found:
        since = "nothing: that revision is not there yet"
    return Conflict(
        f"The change was made at revision {expected} of branch {branch!r}, which is at {found} now. Changed since: {since}."
        " Read the map again, look at what changed, and make the change anew.",
        expected=expected,
        found=found,
        changed=changed,
    )


def proper_name(name: str, what: str) -> str:
    """The name of a branch or layer, judged as every store judges it.

    Raises BadInput for one that is blank, longer than `LONGEST_NAME` characters, or that holds what no line of text holds.
    """
    if not name.strip():
        raise BadInput(f"A {what} needs a name.")
    if len(name) > LONGEST_NAME:
        raise BadInput(f"The name of a {what} has at most {LONGEST_NAME} characters, and {name[:40]!r}... has {len(name):,}; shorten it.")
    strange = next((letter for letter in name if unicodedata.category(letter) in _NOT_IN_NAMES), None)
    if strange is not None:
        raise BadInput(
            f"The name of a {what} holds no control characters, line breaks or half characters, and {name!r} holds"
            f" U+{ord(strange):04X}; take it out."
        )
    return name


class FixedMap:
    """A map that is only asked, never kept: a file, or the shipped content itself."""

    def __init__(self, system_map: SystemMap, url: str) -> None:
        self._snapshot = Snapshot(system_map)
        self._url = url

    @property
    def url(self) -> str:
        return self._url

    def head(self, branch: str = MAIN_BRANCH) -> int:
        return 0

    def snapshot(self, scope: Scope) -> Snapshot:
        if scope.revision not in (None, 0) or scope.branch != MAIN_BRANCH:
            raise BadInput(f"{self._url} is a file: it has one revision and one branch. Ask without them.")
        if any(layer != BASE_LAYER for layer in scope.layers):
            raise BadInput(f"{self._url} is a file and has no layers. Load it into a store, and ask that with --layer.")
        return self._snapshot

    def close(self) -> None:
        return None

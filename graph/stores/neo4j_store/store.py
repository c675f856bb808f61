"""The contract of `graph.store` on a Neo4j server or cluster."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from graph.changes import inverse as inverse_of
from graph.matching import best_matches, words_of
from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.store import HistoryEntry, MapSize, conflict, proper_name
from graph.stores.neo4j_store import loads, reading
from graph.stores.neo4j_store.address import Credentials, Place
from graph.stores.neo4j_store.connection import Connection, rows
from graph.stores.neo4j_store.edits import edit_graph
from graph.stores.neo4j_store.generations import marks
from graph.stores.neo4j_store.journal import ids_of, pages_of
from graph.stores.neo4j_store.layout import BRANCH, MAP_NODE, NOTE, PAGE, REVISION, SHAPE, prepare
from graph.stores.neo4j_store.lines import (
    Ask,
    State,
    changes,
    layers_kept,
    layers_met,
    revision_called,
    revisions,
    state_of,
)
from graph.stores.neo4j_store.listing import ListingReader
from graph.stores.neo4j_store.maps import Maps
from graph.stores.neo4j_store.net import Net, met, numbered, weight
from graph.stores.neo4j_store.revising import locked, made_before, record
from schema.errors import BadInput, Conflict, StoreError
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet, Node
from schema.system_map import SystemMap

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

IN_ONE_TRANSACTION = 50_000
"""A change of more records than this, claims counted, is staged beside the graph and shown in one switch."""

EDIT_SECONDS = 30.0


class _TooLarge(Exception):
    """A change that one transaction should not carry; never shown."""


class Neo4jStore:
    """A map kept in one Neo4j database, 5.26 or newer. May be called from any thread; several processes may share one database.

    The newest map is kept in memory and caught up by what changed since. Raises StoreUnavailable where the server cannot
    be reached or refuses, StoreForeign where somebody else's data or another layout is in the database.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._place = Place.of(url)
        self._maps = Maps()
        self._connection = Connection(self._place, credentials)
        try:
            if prepare(self._connection) != SHAPE:
                self.remake_graph()
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def open(cls, url: str, *, environ: Mapping[str, str]) -> Neo4jStore:
        """The store at an address, with the name and password that the environment holds (see `Credentials`)."""
        return cls(url, Credentials.from_environ(environ))

    @property
    def url(self) -> str:
        """Where the map is kept; it never holds a name or password."""
        return self._place.url

    def close(self) -> None:
        """Let go of every connection. Safe to call twice."""
        self._connection.close()

    def __enter__(self) -> Neo4jStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def is_there(self) -> bool:
        """Whether the server answers now, for those who ask how we are."""
        return self._connection.is_there()

    # ---- reading --------------------------------------------------------

    def head(self, branch: str = MAIN_BRANCH) -> int:
        """The newest revision of a branch. One small look-up."""
        found = self._connection.ask(f"MATCH (b:{BRANCH} {{name: $name}}) RETURN b.head", name=branch)
        return int(found[0][0]) if found else state_of(self._connection.ask).branch(branch).head

    def snapshot(self, scope: Scope) -> Snapshot:
        """The whole map in a scope: the one in memory, caught up, where there is one."""
        ask = self._connection.ask_at_length
        line = state_of(ask).line(scope.branch, scope.revision)
        layers = tuple(dict.fromkeys(scope.layers))
        if layers != (BASE_LAYER,):
            kept = layers_kept(ask)
            for name in layers:
                if name not in kept:
                    raise BadInput(
                        f"No layer {name!r} in this store; there is {', '.join(kept)}. A layer begins with the first change that names it."
                    )
        return self._maps.seen(ask, line, layers)

    def search(self, text: str, *, most: int = 20, branch: str = MAIN_BRANCH, layers: Sequence[str] = (BASE_LAYER,)) -> Sequence[str]:
        """Ids of nodes that hold every word, best first (see `graph.matching.match_rank`)."""
        words = words_of(text)
        if not words or most < 1:
            return []
        indexed = branch == MAIN_BRANCH and tuple(layers) == (BASE_LAYER,)
        snapshot = self.snapshot(Scope(branch=branch, layers=tuple(layers)))
        candidates = self._candidates(words, snapshot) if indexed else snapshot.map.nodes
        return [node.id for node in best_matches(text, candidates, most)]

    def _candidates(self, words: Sequence[str], snapshot: Snapshot) -> Sequence[Node]:
        """The nodes that the full-text index offers; every node while a load has the index away."""
        try:
            found = reading.offered(self._connection.ask, words)
        except StoreError as fault:
            if fault.is_retryable():
                raise
            return snapshot.map.nodes
        row_of = snapshot.map.row_of_node
        return [snapshot.map.nodes[row_of[identifier]] for identifier in found if identifier in row_of]

    def map_in_graph(self) -> SystemMap:
        """The map as the graph itself shows it, ordered by id: what people see in Neo4j, to be held against the journal."""
        return reading.map_in_graph(self._connection.ask_at_length)

    def reader(self) -> ListingReader:
        """Looks at the newest map of branch main, base layer, through the graph, which shows just that."""
        return ListingReader(self._connection.ask_at_length)

    def size(self) -> MapSize:
        """How much the newest map of branch main has in its base: numbers that the database keeps at hand."""
        nodes = self._connection.ask(f"MATCH (n:{MAP_NODE}) RETURN count(n)")[0][0]
        return MapSize(nodes=nodes, links=self._connection.ask(f"MATCH (:{MAP_NODE})-[r]->() RETURN count(r)")[0][0])

    def branches(self) -> Mapping[str, int]:
        """The newest revision of each branch, by name."""
        return {name: branch.head for name, branch in state_of(self._connection.ask).branches.items()}

    def layers(self) -> Sequence[str]:
        """The layers in which something was ever kept, the base first."""
        return layers_kept(self._connection.ask)

    # ---- history --------------------------------------------------------

    def history(self, branch: str = MAIN_BRANCH, *, most: int = 50, before: int | None = None) -> Sequence[HistoryEntry]:
        """The latest changes, newest first."""
        ask = self._connection.ask
        return [revision.entry() for revision in revisions(ask, state_of(ask).line(branch), before=before, latest=most)]

    def change(self, revision: int) -> ChangeSet:
        """The change that made a revision, as it was applied: with links bundled, and without what stood already."""
        ask = self._connection.ask_at_length
        return changes(ask, [revision_called(ask, revision)])[0]

    def changes_since(self, revision: int, branch: str = MAIN_BRANCH) -> Sequence[ChangeSet]:
        """The changes of a branch after a revision, oldest first."""
        ask = self._connection.ask_at_length
        return changes(ask, revisions(ask, state_of(ask).line(branch), since=revision))

    def inverse(self, revision: int, *, by: str, why: str) -> ChangeSet:
        """The change that undoes the one that made a revision."""
        ask = self._connection.ask_at_length
        change = changes(ask, [revision_called(ask, revision)])[0]
        line = state_of(ask).line(change.branch, revision)
        earlier = replace(line, head=revision - 1, parts=tuple((name, min(upto, revision - 1)) for name, upto in line.parts))
        return inverse_of(change, self._maps.seen(ask, earlier, layers_met(change.layer)).map, by=by, why=why)

    # ---- writing --------------------------------------------------------

    def apply(self, change: ChangeSet) -> int:
        """Apply a change and return the branch's revision after it. Small ones in one transaction, large ones staged."""
        proper_name(change.layer, "layer")
        token = str(uuid.uuid4())
        ask = self._connection.ask_at_length
        state = state_of(ask)
        line = state.line(change.branch)
        if change.base_revision is not None and change.base_revision != line.head:
            raise self._conflict(ask, state, change)
        if change.is_empty:
            return line.head
        before = self._maps.seen(ask, line, layers_met(change.layer)).map
        if weight(change) > IN_ONE_TRANSACTION:
            if not len(before.links):
                return self._loaded(change, token)
            # A load that repeats what stands is small after all: only what it alters counts.
            net = met(change, before).change
            if weight(net) > IN_ONE_TRANSACTION:
                return self._loaded(change, token)
            loads.tidy(self._connection, token)
            change = net
        try:
            return self._connection.writing(partial(self._edit, change, token), seconds=EDIT_SECONDS)
        except _TooLarge:
            return self._loaded(change, token)

    def _edit(self, change: ChangeSet, token: str, transaction: ManagedTransaction) -> int:
        """Write a small change, everything in one transaction that holds the store's lock from its first statement on."""
        ask = partial(rows, transaction)
        state = locked(ask, token)
        if (done := made_before(ask, token)) is not None:
            return done
        before, net = self._met(ask, state, change)
        if net.is_nothing:
            return state.branch(change.branch).head
        if weight(net.whole) > IN_ONE_TRANSACTION:
            raise _TooLarge
        links = numbered(net, before)
        for page in pages_of(net.whole, links):
            ask(
                f"CREATE (p:{PAGE} {{token: $token, number: $number, holds: $holds, content: $content}})",
                token=token,
                number=page.number,
                holds=page.holds,
                content=page.content,
            )
        if loads.is_shown(change):
            edit_graph(ask, net, before, links, marks(state.generation)[0], state.revision + 1)
        return record(ask, state, net, token)

    def _met(self, ask: Ask, state: State, change: ChangeSet) -> tuple[SystemMap, Net]:
        """The map that a change meets, and what the change alters on it."""
        if change.base_revision is not None and change.base_revision != state.branch(change.branch).head:
            raise self._conflict(ask, state, change)
        before = self._maps.seen(ask, state.line(change.branch), layers_met(change.layer)).map
        return before, met(change, before)

    def _loaded(self, change: ChangeSet, token: str) -> int:
        return loads.load(self._connection, token, lambda ask, state: self._met(ask, state, change))

    def remake_graph(self) -> None:
        """Make the graph anew from the journal, in one switch: after its shape changed, or where somebody altered it by hand."""
        loads.remake(
            self._connection,
            str(uuid.uuid4()),
            lambda ask, state: self._maps.seen(ask, state.line(MAIN_BRANCH), (BASE_LAYER,)).map,
        )

    def _conflict(self, ask: Ask, state: State, change: ChangeSet) -> Conflict:
        branch, expected = state.branch(change.branch), change.base_revision or 0
        later = changes(ask, revisions(ask, state.line(change.branch), since=expected)) if expected < branch.head else []
        touched = (identifier for one in later for identifier in ids_of(one))
        return conflict(branch.name, expected=expected, found=branch.head, touched=touched)

    def create_branch(self, name: str, from_revision: int | None = None) -> None:
        """Begin a branch at a revision (None: main's newest)."""
        proper_name(name, "branch")
        token = str(uuid.uuid4())

        def work(transaction: ManagedTransaction) -> None:
            ask = partial(rows, transaction)
            state = locked(ask, token)
            if name in state.branches:
                if ask(f"MATCH (b:{BRANCH} {{name: $name, token: $token}}) RETURN 1", name=name, token=token):
                    return
                raise BadInput(f"Branch {name!r} is there already, at revision {state.branches[name].head}; choose another name.")
            begins = state.branch(MAIN_BRANCH).head if from_revision is None else from_revision
            parent = MAIN_BRANCH
            if begins:
                found = ask(f"MATCH (r:{REVISION} {{number: $number}}) RETURN r.branch", number=begins)
                if not found:
                    raise BadInput(f"No branch can begin at revision {from_revision}: no change made it. See the history.")
                parent = found[0][0]
            ask(
                f"MERGE (b:{BRANCH} {{name: $name}}) SET b.parent = $parent, b.begins = $begins, b.head = $begins, b.place = $place,"
                " b.token = $token",
                name=name,
                parent=parent,
                begins=begins,
                place=len(state.branches),
                token=token,
            )

        self._connection.writing(work)

    def note(self, name: str) -> str | None:
        """A short remark that the store keeps beside the map."""
        found = self._connection.ask(f"MATCH (n:{NOTE} {{name: $name}}) RETURN n.value", name=name)
        return str(found[0][0]) if found else None

    def keep_note(self, name: str, value: str) -> None:
        """Keep such a remark."""
        self._connection.write(f"MERGE (n:{NOTE} {{name: $name}}) SET n.value = $value", name=name, value=value)

"""The contract of `graph.store` on a Neo4j server or cluster."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from graph.changes import checked, cites, turned_origins
from graph.changes import inverse as inverse_of
from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.store import HistoryEntry, match_rank, words_of
from graph.stores.neo4j_store import generations, reading
from graph.stores.neo4j_store.connection import LOAD_SECONDS, Connection, Credentials, Place, rows
from graph.stores.neo4j_store.edits import edit_graph
from graph.stores.neo4j_store.journal import ids_of, numbers_mark, pages_of
from graph.stores.neo4j_store.layout import (
    BRANCH,
    NOTE,
    PAGE,
    REVISION,
    SHAPE,
    STORE,
    WORDS_INDEX,
    drop_late_indexes,
    make_indexes,
    prepare,
)
from graph.stores.neo4j_store.lines import (
    Ask,
    Line,
    State,
    changes,
    layers_kept,
    layers_met,
    newest_of,
    revision_called,
    revisions,
    state_of,
)
from graph.stores.neo4j_store.replay import Net, layered, net_of, replayed, size_of
from graph.stores.neo4j_store.shape import LONGEST_WORD
from schema.errors import BadInput, Conflict, StoreError
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet, Link, Node
from schema.system_map import LinkTable, SystemMap

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

IN_ONE_TRANSACTION = 50_000
"""A change of more records than this, claims counted, is staged beside the graph and shown in one switch."""

EDIT_SECONDS = 30.0
NAMED_IN_CONFLICT = 1_000
MAPS_KEPT = 4
CANDIDATES = 2_000
TRIES = 5


class _TooLarge(Exception):
    """A change that one transaction should not carry; never shown."""


class Neo4jStore:
    """A map kept in one Neo4j database, 5.26 or newer. May be called from any thread; several processes may share one database.

    The newest map is kept in memory and caught up by what changed since. Raises StoreUnavailable where the server cannot
    be reached or refuses, StoreForeign where somebody else's data or another layout is in the database.
    """

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._place = Place.of(url)
        self._maps: OrderedDict[tuple[str, tuple[str, ...]], Snapshot] = OrderedDict()
        self._lock = threading.RLock()
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
        return self._seen(ask, line, layers)

    def _seen(self, ask: Ask, line: Line, layers: tuple[str, ...]) -> Snapshot:
        with self._lock:
            kept = self._maps.get((line.branch, layers))
            if kept is not None and kept.revision == line.head:
                self._maps.move_to_end((line.branch, layers))
                return kept
            newest = newest_of(ask, line)
            if kept is not None and kept.revision == newest:
                return kept
            if layers == (BASE_LAYER,):
                since = kept.revision if kept is not None and kept.revision < newest else 0
                found = revisions(ask, line, since=since, layers=layers)
                system_map = replayed(kept.map if kept is not None and since else SystemMap(), changes(ask, found))
            else:
                wanted = [BASE_LAYER, *(layer for layer in layers if layer != BASE_LAYER)]
                system_map = layered(changes(ask, revisions(ask, line, layers=wanted)), layers)
            scope = Scope(branch=line.branch, layers=layers, revision=newest)
            snapshot = Snapshot(system_map, revision=newest, scope=scope)
            if kept is None or kept.revision < newest:
                self._maps[line.branch, layers] = snapshot
                self._maps.move_to_end((line.branch, layers))
                while len(self._maps) > MAPS_KEPT:
                    self._maps.popitem(last=False)
            return snapshot

    def search(self, text: str, *, most: int = 20, branch: str = MAIN_BRANCH, layers: Sequence[str] = (BASE_LAYER,)) -> Sequence[str]:
        """Ids of nodes that hold every word, best first (see `graph.store.match_rank`)."""
        words = words_of(text)
        if not words or most < 1:
            return []
        indexed = branch == MAIN_BRANCH and tuple(layers) == (BASE_LAYER,)
        snapshot = self.snapshot(Scope(branch=branch, layers=tuple(layers)))
        candidates = self._candidates(words, snapshot) if indexed else snapshot.map.nodes
        ranked = [rank for node in candidates if (rank := match_rank(words, node)) is not None]
        return [identifier for _, _, identifier in sorted(ranked)[:most]]

    def _candidates(self, words: Sequence[str], snapshot: Snapshot) -> Sequence[Node]:
        """The nodes that the full-text index offers; every node while a load has the index away."""
        # Words hold letters and digits only, in lower case: nothing that a person types is read as an operator.
        cut = [word[:LONGEST_WORD] for word in words]
        query = " ".join([*(f"+{word}" for word in cut[:-1]), f"+{cut[-1]}*"])
        try:
            found = self._connection.ask(
                f"CALL db.index.fulltext.queryNodes('{WORDS_INDEX}', $words, {{limit: $most}}) YIELD node RETURN node.id",
                words=query,
                most=CANDIDATES,
            )
        except StoreError as fault:
            if fault.is_retryable():
                raise
            return snapshot.map.nodes
        row_of = snapshot.map.row_of_node
        return [snapshot.map.nodes[row_of[identifier]] for (identifier,) in found if identifier in row_of]

    def map_in_graph(self) -> SystemMap:
        """The map as the graph itself shows it, ordered by id: what people see in Neo4j, to be held against the journal."""
        return reading.map_in_graph(self._connection.ask_at_length)

    def corridor(self, starts: Sequence[str], ends: Sequence[str], *, max_links: int) -> Snapshot:
        """The part of the newest map that paths between two sets of nodes can touch, read without holding the rest."""
        revision = self.head()
        while True:
            part = reading.corridor(self._connection.ask_at_length, starts, ends, max_links)
            if (after := self.head()) == revision:
                return Snapshot(part, revision=revision)
            revision = after

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
        return inverse_of(change, self._seen(ask, earlier, layers_met(change.layer)).map, by=by, why=why)

    # ---- writing --------------------------------------------------------

    def apply(self, change: ChangeSet) -> int:
        """Apply a change and return the branch's revision after it. Small ones in one transaction, large ones staged."""
        token = str(uuid.uuid4())
        ask = self._connection.ask_at_length
        state = state_of(ask)
        line = state.line(change.branch)
        if change.base_revision is not None and change.base_revision != line.head:
            raise self._conflict(ask, state, change)
        if change.is_empty:
            return line.head
        before = self._seen(ask, line, layers_met(change.layer)).map
        if _weight(change) > IN_ONE_TRANSACTION:
            if not len(before.links):
                return self._load(change, token)
            # A load that repeats what stands is small after all: only what it alters counts.
            net = net_of(checked(change, before), before)
            if _weight(net) > IN_ONE_TRANSACTION:
                return self._load(change, token)
            change = net
        try:
            return self._connection.writing(partial(self._edit, change, token), seconds=EDIT_SECONDS)
        except _TooLarge:
            return self._load(change, token)

    def _edit(self, change: ChangeSet, token: str, transaction: ManagedTransaction) -> int:
        """Write a small change, everything in one transaction that holds the store's lock from its first statement on."""
        ask = partial(rows, transaction)
        state = self._locked(ask, token)
        if (done := self._done(ask, token)) is not None:
            return done
        before, net = self._met(ask, state, change)
        if net.is_nothing:
            return state.branch(change.branch).head
        if _weight(net.whole) > IN_ONE_TRANSACTION:
            raise _TooLarge
        links = _numbered(net, before)
        for page in pages_of(net.whole, links):
            ask(
                f"CREATE (p:{PAGE} {{token: $token, number: $number, holds: $holds, content: $content}})",
                token=token,
                number=page.number,
                holds=page.holds,
                content=page.content,
            )
        if _is_shown(change):
            edit_graph(ask, net, before, links, generations.marks(state.generation)[0])
        return _record(ask, state, net, token)

    def _met(self, ask: Ask, state: State, change: ChangeSet) -> tuple[SystemMap, Net]:
        """The map that a change meets, and what the change alters on it."""
        if change.base_revision is not None and change.base_revision != state.branch(change.branch).head:
            raise self._conflict(ask, state, change)
        before = self._seen(ask, state.line(change.branch), layers_met(change.layer)).map
        ready = net_of(checked(change, before), before)
        return before, Net(change=ready, turned=tuple(_turned(ready, before)))

    def _locked(self, ask: Ask, token: str) -> State:
        """Where the store stands, with every other writer kept waiting until this transaction ends."""
        ask(f"MATCH (s:{STORE} {{key: 'caremap'}}) SET s.writer = $token", token=token)
        return state_of(ask)

    def _done(self, ask: Ask, token: str) -> int | None:
        """The revision that this very write made, where it was run before and its answer was lost."""
        found = ask(f"MATCH (r:{REVISION} {{token: $token}}) RETURN r.number", token=token)
        return int(found[0][0]) if found else None

    def _load(self, change: ChangeSet, token: str) -> int:
        """Write a large change: stage it, then show it in one switch, at the revision that it was staged on."""
        lease = generations.Lease(self._connection, token)
        lease.take()
        try:
            for attempt in range(TRIES):
                revision = self._stage_and_switch(change, f"{token}-{attempt}", lease)
                if revision is not None:
                    return revision
            raise StoreError(f"{self.url} kept changing while a large change was prepared, {TRIES} times; try again when others are done.")
        finally:
            lease.give_back()

    def _stage_and_switch(self, change: ChangeSet, token: str, lease: generations.Lease) -> int | None:
        """One try: the new revision, or None where the store moved on in between."""
        ask = self._connection.ask_at_length
        state = state_of(ask)
        before, net = self._met(ask, state, change)
        if net.is_nothing:
            return state.branch(change.branch).head
        links = _numbered(net, before)
        generations.clear_pages(self._connection)
        generations.stage_pages(self._connection, pages_of(net.whole, links), token, lease)
        after = replayed(before, [replace(net.whole, put_links=links)])
        if not _is_shown(change):
            return self._switch(state, net, token, lease, None)
        return self._staged_graph(after, state, lease, lambda staged: self._switch(state, net, token, lease, staged))

    def _staged_graph(
        self, system_map: SystemMap, state: State, lease: generations.Lease, switch: Callable[[generations.Staged], int | None]
    ) -> int | None:
        """Stage a map's graph, run the switch that shows it, and clear the generation that nobody sees any more."""
        old, new = generations.marks(state.generation)
        generations.clear(self._connection, new, lease)
        staged = generations.stage(self._connection, system_map, new, lease)
        many = staged.claims > generations.MANY_CLAIMS
        if many:
            drop_late_indexes(self._connection)
        try:
            revision = switch(staged)
        finally:
            if many:
                make_indexes(self._connection)
        if revision is not None:
            generations.clear(self._connection, old, lease)
        return revision

    def _switch(self, state: State, net: Net, token: str, lease: generations.Lease, staged: generations.Staged | None) -> int | None:
        def work(transaction: ManagedTransaction) -> int | None:
            ask = partial(rows, transaction)
            now = self._locked(ask, token)
            if (done := self._done(ask, token)) is not None:
                return done
            if now != state or not lease.is_held(ask):
                return None
            if staged is None:
                return _record(ask, state, net, token)
            old, new = generations.marks(state.generation)
            generations.show(ask, staged, new, old)
            ask(f"MATCH (s:{STORE} {{key: 'caremap'}}) SET s.generation = $generation", generation=state.generation + 1)
            return _record(ask, state, net, token)

        return self._connection.writing(work, seconds=LOAD_SECONDS)

    def remake_graph(self) -> None:
        """Make the graph anew from the journal, in one switch: after its shape changed, or where somebody altered it by hand."""
        token = str(uuid.uuid4())
        lease = generations.Lease(self._connection, token)
        lease.take()
        try:
            for _ in range(TRIES):
                ask = self._connection.ask_at_length
                state = state_of(ask)
                system_map = self._seen(ask, state.line(MAIN_BRANCH), (BASE_LAYER,)).map
                if self._staged_graph(system_map, state, lease, partial(self._reshape, state, lease)) is not None:
                    return
            raise StoreError(f"{self.url} kept changing while its graph was made anew; try again when others are done.")
        finally:
            lease.give_back()

    def _reshape(self, state: State, lease: generations.Lease, staged: generations.Staged) -> int | None:
        def work(transaction: ManagedTransaction) -> int | None:
            ask = partial(rows, transaction)
            now = self._locked(ask, lease.token)
            if now.generation == state.generation + 1 and now.revision == state.revision:
                return now.revision
            if now != state or not lease.is_held(ask):
                return None
            old, new = generations.marks(state.generation)
            generations.show(ask, staged, new, old)
            ask(
                f"MATCH (s:{STORE} {{key: 'caremap'}}) SET s.generation = $generation, s.shape = $shape",
                generation=state.generation + 1,
                shape=SHAPE,
            )
            return state.revision

        return self._connection.writing(work, seconds=LOAD_SECONDS)

    def _conflict(self, ask: Ask, state: State, change: ChangeSet) -> Conflict:
        branch, expected = state.branch(change.branch), change.base_revision or 0
        since, changed = "nothing: that revision is not there yet", list[str]()
        if expected < branch.head:
            later = changes(ask, revisions(ask, state.line(change.branch), since=expected))
            changed = list(dict.fromkeys(identifier for one in later for identifier in ids_of(one)))[:NAMED_IN_CONFLICT]
            since = ", ".join(changed[:10]) + (f" and {len(changed) - 10} more" if len(changed) > 10 else "")
        return Conflict(
            f"The change was made at revision {expected} of branch {branch.name!r}, which is at {branch.head} now. Changed since: {since}."
            " Read the map again, look at what changed, and make the change anew.",
            expected=expected,
            found=branch.head,
            changed=changed,
        )

    def create_branch(self, name: str, from_revision: int | None = None) -> None:
        """Begin a branch at a revision (None: main's newest)."""
        if not name.strip():
            raise BadInput("A branch needs a name.")
        token = str(uuid.uuid4())

        def work(transaction: ManagedTransaction) -> None:
            ask = partial(rows, transaction)
            state = self._locked(ask, token)
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


def _is_shown(change: ChangeSet) -> bool:
    """Whether the graph that people see holds what this change is about."""
    return change.branch == MAIN_BRANCH and change.layer == BASE_LAYER


def _weight(change: ChangeSet) -> int:
    """How many elements of the graph a change touches, or about as many: packed links are taken to have a claim each."""
    links = change.put_links
    claims = len(links) if isinstance(links, LinkTable) and links.is_packed else sum(len(link.claims) for link in links)
    return size_of(change) + claims + sum(len(node.claims) for node in change.put_nodes)


def _turned(change: ChangeSet, before: SystemMap) -> list[Link]:
    """The links that the change leaves alone, but that count otherwise as a source they cite belongs to another release."""
    found = {row for source in turned_origins(change, before.source_of.get) for row in before.links.rows_that_say(cites(source))}
    put = change.put_links.ids if isinstance(change.put_links, LinkTable) else [link.id for link in change.put_links]
    touched = {*put, *change.remove_links} if found else set()
    return [before.links[row] for row in sorted(found) if before.links.ids[row] not in touched]


def _numbered(net: Net, before: SystemMap) -> LinkTable:
    """The links that a change puts, their numbers worked out with the sources as they are after it."""
    links = net.whole.put_links
    sources = {**before.source_of, **{source.id: source for source in net.change.put_sources}}
    for identifier in net.change.remove_sources:
        sources.pop(identifier, None)
    if isinstance(links, LinkTable) and links.is_packed and not any(source.origin for source in sources.values()):
        return links
    return LinkTable.of(links, (), sources)


def _record(ask: Ask, state: State, net: Net, token: str) -> int:
    """Write down the revision of a change whose pages are there, and move its branch on."""
    change, number = net.change, state.revision + 1
    ask(
        f"MATCH (s:{STORE} {{key: 'caremap'}}) MATCH (b:{BRANCH} {{name: $said.branch}})"
        f" MERGE (r:{REVISION} {{number: $said.number}}) SET r = $said SET s.revision = $said.number, b.head = $said.number",
        said={
            "number": number,
            "branch": change.branch,
            "layer": change.layer,
            "by": change.by,
            "when": change.when.isoformat(),
            "why": change.why,
            "put_nodes": len(change.put_nodes),
            "put_links": len(change.put_links),
            "put_sources": len(change.put_sources),
            "removed": net.removed,
            "token": token,
            "numbers": numbers_mark(),
        },
    )
    return number

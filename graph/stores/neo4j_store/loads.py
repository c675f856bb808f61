"""A large change: the graph written anew beside the one that people see, and shown in one switch.

Nothing that is staged can be seen before the switch, so a load may die at any point and be repeated. Its journal is
written side by side with its graph; one transaction at the end shows both.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from graph.stores.neo4j_store import generations, staging
from graph.stores.neo4j_store.connection import LOAD_SECONDS, Connection, rows
from graph.stores.neo4j_store.generations import marks
from graph.stores.neo4j_store.journal import pages_of
from graph.stores.neo4j_store.layout import SHAPE, STORE, await_indexes, drop_late_indexes, make_indexes
from graph.stores.neo4j_store.lease import Lease
from graph.stores.neo4j_store.lines import Ask, State, state_of
from graph.stores.neo4j_store.net import Net, numbered
from graph.stores.neo4j_store.replay import replayed
from graph.stores.neo4j_store.revising import locked, made_before, record
from graph.stores.neo4j_store.staging import Staged
from schema.errors import StoreError, StoreUnavailable
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet
from schema.system_map import SystemMap

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

MANY_ELEMENTS = 20_000
"""From so many nodes and claims on, indexes are left out during the switch and made after it."""

TRIES = 5

Meet: TypeAlias = Callable[[Ask, State], tuple[SystemMap, Net]]
"""The map that a change meets where the store stands now, and what it alters there."""


def is_shown(change: ChangeSet) -> bool:
    """Whether the graph that people see holds what this change is about."""
    return change.branch == MAIN_BRANCH and change.layer == BASE_LAYER


def load(connection: Connection, token: str, meet: Meet) -> int:
    """Write a large change: stage it, then show it in one switch, at the revision that it was staged on."""
    with Lease(connection, token) as lease:
        try:
            return _tried(connection, lease, token, meet)
        except Exception:
            with suppress(StoreError):
                _sweep(connection, lease)
            raise


def _tried(connection: Connection, lease: Lease, token: str, meet: Meet) -> int:
    for attempt in range(TRIES):
        revision = _loaded(connection, lease, f"{token}-{attempt}", meet)
        if revision is not None:
            return revision
    raise StoreError(
        f"The branch in {connection.place.url} was edited each of the {TRIES} times that this large change was ready; nothing of it was"
        " kept. Try again when others are done."
    )


def _sweep(connection: Connection, lease: Lease) -> None:
    """Clear what a load that failed has staged, as long as nobody else may be staging."""
    if connection.writing(lambda transaction: lease.is_held(partial(rows, transaction))):
        staging.clear(connection, marks(state_of(connection.ask_at_length).generation)[1], lease)
        staging.clear_pages(connection)


def tidy(connection: Connection, token: str) -> None:
    """Clear what a load that died after its switch left of the generation before. Nothing where nothing is left."""
    ask = connection.ask_at_length
    if not ask(f"MATCH (n:{marks(state_of(ask).generation)[1]}) RETURN 1 LIMIT 1"):
        return
    # Where it belongs to a load that is under way, that one clears it.
    with suppress(StoreUnavailable), Lease(connection, token) as lease:
        staging.clear(connection, marks(state_of(ask).generation)[1], lease)


def remake(connection: Connection, token: str, map_at: Callable[[Ask, State], SystemMap]) -> None:
    """Make the graph anew from the map that the journal tells, in one switch."""
    with Lease(connection, token) as lease:
        for _ in range(TRIES):
            ask = connection.ask_at_length
            state = state_of(ask)
            if _shown(connection, lease, state, map_at(ask, state), partial(_remade, state, lease)) is not None:
                return
    raise StoreError(f"{connection.place.url} kept changing while its graph was made anew; try again when others are done.")


def _loaded(connection: Connection, lease: Lease, token: str, meet: Meet) -> int | None:
    """One try: the new revision, or None where the store moved on in between."""
    ask = connection.ask_at_length
    state = state_of(ask)
    before, net = meet(ask, state)
    if net.is_nothing:
        return state.branch(net.change.branch).head
    links = numbered(net, before)
    staging.clear_pages(connection)
    with ThreadPoolExecutor(1) as beside:
        journal = beside.submit(staging.stage_pages, connection, pages_of(net.whole, links), token, lease)
        written = partial(_written, state, net, token, lease)
        if not is_shown(net.change):
            journal.result()
            return connection.writing(partial(written, None), seconds=LOAD_SECONDS)
        after = replayed(before, [replace(net.whole, put_links=links)])
        return _shown(connection, lease, state, after, written, journal.result)


def _shown(
    connection: Connection,
    lease: Lease,
    state: State,
    system_map: SystemMap,
    switch: Callable[[Staged, ManagedTransaction], int | None],
    ready: Callable[[], object] | None = None,
) -> int | None:
    """Stage a map's graph, run the switch that shows it once all is ready, and clear the generation that nobody sees any more."""
    old, new = marks(state.generation)
    staging.clear(connection, new, lease)
    staged = staging.stage(connection, system_map, new, lease)
    if ready is not None:
        ready()
    many = staged.elements > MANY_ELEMENTS
    if many:
        drop_late_indexes(connection)
    try:
        revision = connection.writing(partial(switch, staged), seconds=LOAD_SECONDS)
    finally:
        if many:
            make_indexes(connection, wait=False)
    if revision is not None:
        staging.clear(connection, old, lease)
    if many:
        # The server fills them meanwhile. What looks for the claims of many links would take for ever without them; but
        # where the server goes away now, the load has held all the same.
        with suppress(StoreError):
            await_indexes(connection)
    return revision


# ---- the two switches, each in one transaction that may be run again ---------------


def _written(state: State, net: Net, token: str, lease: Lease, staged: Staged | None, transaction: ManagedTransaction) -> int | None:
    """Show what was staged (None: nothing, the graph does not hold this branch or layer) and write the revision down."""
    ask = partial(rows, transaction)
    now = locked(ask, token)
    if (done := made_before(ask, token)) is not None:
        return done
    if not _stands(now, state, net.change.branch) or not lease.is_held(ask):
        return None
    if staged is not None:
        generations.show(ask, staged, *reversed(marks(state.generation)))
        ask(f"MATCH (s:{STORE} {{key: 'caremap'}}) SET s.generation = $generation", generation=state.generation + 1)
    return record(ask, now, net, token)


def _stands(now: State, then: State, branch: str) -> bool:
    """Whether what a load was staged on is still there: the graph that is shown, and the branch it read. Others may move on."""
    return now.generation == then.generation and now.branch(branch) == then.branch(branch)


def _remade(state: State, lease: Lease, staged: Staged, transaction: ManagedTransaction) -> int | None:
    ask = partial(rows, transaction)
    now = locked(ask, lease.token)
    if now.generation == state.generation + 1 and now.revision == state.revision:
        return now.revision
    if not _stands(now, state, MAIN_BRANCH) or not lease.is_held(ask):
        return None
    generations.show(ask, staged, *reversed(marks(state.generation)))
    ask(
        f"MATCH (s:{STORE} {{key: 'caremap'}}) SET s.generation = $generation, s.shape = $shape",
        generation=state.generation + 1,
        shape=SHAPE,
    )
    return state.revision

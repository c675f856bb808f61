"""What stands in a database of ours: labels, relationship types, constraints and indexes, all derived from the vocabulary.

Two things stand side by side. The *graph* is what people see in Neo4j: the newest map of branch `main`, layer `base`, one
label a node kind beside `MapNode`, one relationship type a link kind, claims and cited sources as nodes. The *journal* is
what caremap reads: each applied change in a few packed pages under its revision, never altered. Both are written in one
transaction, so they never tell different things; the graph can always be made anew from the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from graph.stores.neo4j_store.connection import Connection
from graph.stores.neo4j_store.failures import AlreadyMade, StoreRefused
from schema.errors import StoreForeign
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KINDS, NODE_KINDS
from schema.records import MAIN_BRANCH

LAYOUT = 1
"""The layout of the journal. An older or newer one is refused with what to do."""

SHAPE = 2
"""The shape of the graph. Where the database has another, the graph is made anew from the journal."""


def _label(kind: NodeKind) -> str:
    return "".join(word.capitalize() for word in kind.value.split("_"))


NODE_LABEL: Mapping[NodeKind, str] = MappingProxyType({kind: _label(kind) for kind in NODE_KINDS})
LINK_TYPE: Mapping[LinkKind, str] = MappingProxyType({kind: kind.value.upper() for kind in LINK_KINDS})
"""The only labels and relationship types that a statement ever names for a kind; text from outside never becomes one."""

MAP_NODE, CLAIM, CITED_SOURCE = "MapNode", "Claim", "CitedSource"
ABOUT, SAID_IN = "ABOUT", "SAID_IN"

GENERATION = ("CaremapEven", "CaremapOdd")
"""Every element of the graph carries the mark of its generation; while a load is staged, that is all it carries."""

STORE, BRANCH, REVISION, PAGE, NOTE, LOAD = "CaremapStore", "CaremapBranch", "CaremapRevision", "CaremapPage", "CaremapNote", "CaremapLoad"

WORDS_INDEX = "caremap_words"
ABOUT_LINK_INDEX, ABOUT_NODE_INDEX = "caremap_claim_link", "caremap_claim_node"

_CONSTRAINTS = tuple(
    f"CREATE CONSTRAINT caremap_{label.lower()}_{key} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
    for label, key in (
        (MAP_NODE, "id"), (CITED_SOURCE, "id"), (STORE, "key"), (BRANCH, "name"), (REVISION, "number"), (REVISION, "token"),
        (NOTE, "name"), (LOAD, "key"),
    )
)  # fmt: skip

LATE_INDEXES: Mapping[str, str] = MappingProxyType(
    {
        ABOUT_LINK_INDEX: f"CREATE INDEX {ABOUT_LINK_INDEX} IF NOT EXISTS FOR (n:{CLAIM}) ON (n.link)",
        ABOUT_NODE_INDEX: f"CREATE INDEX {ABOUT_NODE_INDEX} IF NOT EXISTS FOR (n:{CLAIM}) ON (n.node)",
        WORDS_INDEX: f"CREATE FULLTEXT INDEX {WORDS_INDEX} IF NOT EXISTS FOR (n:{MAP_NODE}) ON EACH [n.words]"
        " OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}",
    }
)
"""Indexes that a large load leaves out and makes at its end, which is several times as fast."""

_INDEXES = (
    f"CREATE INDEX caremap_page_token IF NOT EXISTS FOR (n:{PAGE}) ON (n.token)",
    f"CREATE INDEX caremap_revision_branch IF NOT EXISTS FOR (n:{REVISION}) ON (n.branch, n.number)",
    *LATE_INDEXES.values(),
)


_NO_LONGER = "caremap_map_node_label"
"""An index of earlier databases that nobody asks, and that refuses a label of more than 8 kB."""


def prepare(connection: Connection) -> int:
    """Look whose the database is, make what is missing in one of ours, and return the shape of its graph.

    Raises StoreForeign where somebody else's data is in it, or another layout of ours. Nothing of anybody's is deleted.
    """
    name = connection.place.url
    connection.meet()
    found = _ours(connection)
    if not found and connection.ask("MATCH (n) RETURN 1 LIMIT 1"):
        # It may be what another caremap, opening the same empty database, wrote since the first look: a second one decides.
        found = _ours(connection)
        if not found:
            raise StoreForeign(
                f"{name} already holds somebody else's data, and caremap shares no database: nothing was touched. Name an empty one,"
                " with ?database= where the server has several."
            )
    if found:
        _check_layout(name, found[0][0])
    make_indexes(connection)
    if not found:
        found = connection.write(
            f"MERGE (s:{STORE} {{key: 'caremap'}})"
            " ON CREATE SET s.layout = $layout, s.shape = $shape, s.revision = 0, s.generation = 0"
            f" MERGE (b:{BRANCH} {{name: $main}}) ON CREATE SET b.place = 0, b.begins = 0, b.head = 0"
            " RETURN s.layout, s.shape",
            layout=LAYOUT,
            shape=SHAPE,
            main=MAIN_BRANCH,
        )
    _check_layout(name, found[0][0])
    return int(str(found[0][1]))


def _ours(connection: Connection) -> list[list[object]]:
    return connection.ask(f"MATCH (s:{STORE} {{key: 'caremap'}}) RETURN s.layout, s.shape")


def _check_layout(name: str, layout: object) -> None:
    if layout == LAYOUT:
        return
    if isinstance(layout, int) and layout > LAYOUT:
        raise StoreForeign(
            f"{name} was written by a newer caremap (layout {layout}; this one knows {LAYOUT}). Update caremap, or name another database."
        )
    raise StoreForeign(
        f"{name} has an older layout of caremap ({layout}; this one writes {LAYOUT}) and was left as it is. Copy it with the"
        " caremap that wrote it into a file, then from there to an empty database: caremap copy FROM_URL sqlite:///map.sqlite"
    )


def make_indexes(connection: Connection, *, wait: bool = True) -> None:
    """Make every constraint and index that is missing, and wait until each can be used unless told not to."""
    known = {row[0] for row in connection.ask("SHOW INDEXES YIELD name RETURN name")}
    if _NO_LONGER in known:
        # A server that is only read needs no more room for labels.
        with suppress(StoreRefused):
            connection.write_at_length(f"DROP INDEX {_NO_LONGER} IF EXISTS")
    missing = [statement for statement in (*_CONSTRAINTS, *_INDEXES) if statement.split(" IF NOT")[0].split()[-1] not in known]
    for statement in missing:
        # Where several open an empty database at once, IF NOT EXISTS alone does not keep them apart.
        with suppress(AlreadyMade):
            connection.write_at_length(statement)
    if missing and wait:
        await_indexes(connection)


def await_indexes(connection: Connection) -> None:
    """Wait until every index can be used."""
    connection.ask_at_length("CALL db.awaitIndexes(120)")


def drop_late_indexes(connection: Connection) -> None:
    """Leave out what `make_indexes` makes again."""
    for name in LATE_INDEXES:
        connection.write(f"DROP INDEX {name} IF EXISTS")

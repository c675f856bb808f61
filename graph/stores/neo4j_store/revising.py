"""How a transaction makes a revision: it locks the store, looks whether it ran before, and writes the revision down last."""

from __future__ import annotations

from graph.stores.neo4j_store.layout import BRANCH, REVISION, STORE
from graph.stores.neo4j_store.lines import Ask, State, state_of
from graph.stores.neo4j_store.net import Net
from schema.system_map import numbers_mark


def locked(ask: Ask, token: str) -> State:
    """Where the store stands, with every other writer kept waiting until this transaction ends."""
    ask(f"MATCH (s:{STORE} {{key: 'caremap'}}) SET s.writer = $token", token=token)
    return state_of(ask)


def made_before(ask: Ask, token: str) -> int | None:
    """The revision that this very write made, where it was run before and its answer was lost."""
    found = ask(f"MATCH (r:{REVISION} {{token: $token}}) RETURN r.number", token=token)
    return int(found[0][0]) if found else None


def record(ask: Ask, state: State, net: Net, token: str) -> int:
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

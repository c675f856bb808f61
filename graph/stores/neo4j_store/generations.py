"""The switch from one generation of the graph to the next, in one transaction.

Staged elements carry nothing but the mark of their generation, so every ordinary label shows one whole generation, the
old or the new. A load that dies leaves marked elements that nobody sees; the next large change clears them away.
"""

from __future__ import annotations

from graph.stores.neo4j_store.layout import CITED_SOURCE, CLAIM, GENERATION, MAP_NODE, NODE_LABEL
from graph.stores.neo4j_store.lines import Ask
from graph.stores.neo4j_store.staging import Staged
from schema.errors import StoreUnavailable


def show(ask: Ask, staged: Staged, new: str, old: str) -> None:
    """Take the ordinary labels from the old generation and give them to the new one, inside the caller's transaction.

    Raises StoreUnavailable where other elements are marked than were staged: then the load met another and is void.
    """
    if ask(f"MATCH (n:{new}) RETURN count(n)")[0][0] != staged.elements:
        raise StoreUnavailable("Something else wrote where this load was staged; nothing of it was kept. Repeat it.")
    for code, kind in enumerate(NODE_LABEL):
        label = NODE_LABEL[kind]
        ask(f"MATCH (n:{label}:{old}) REMOVE n:{MAP_NODE}:{label}")
        if code in staged.nodes:
            ask(f"UNWIND $elements AS x MATCH (n) WHERE elementId(n) = x SET n:{MAP_NODE}:{label}", elements=staged.nodes[code])
    for label in (CITED_SOURCE, CLAIM):
        ask(f"MATCH (n:{label}:{old}) REMOVE n:{label}")
    if staged.sources:
        ask(f"UNWIND $elements AS x MATCH (n) WHERE elementId(n) = x SET n:{CITED_SOURCE}", elements=staged.sources)
    if staged.claims:
        ask(f"MATCH (n:{new}) WHERE NOT n:{MAP_NODE} AND NOT n:{CITED_SOURCE} SET n:{CLAIM}")


def marks(generation: int) -> tuple[str, str]:
    """The mark of a generation and that of the one before and after it."""
    return GENERATION[generation % 2], GENERATION[(generation + 1) % 2]

"""The store that teams share: a Neo4j server or cluster, 5.26 or newer, at `neo4j://`, `bolt://` and their secured forms."""

from graph.stores.neo4j_store.address import SCHEMES, Credentials
from graph.stores.neo4j_store.store import Neo4jStore

__all__ = ["SCHEMES", "Credentials", "Neo4jStore"]

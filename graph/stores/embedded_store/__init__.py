"""The store that needs no server: one SQLite file, or none at all (`sqlite://` keeps the map in memory)."""

from graph.stores.embedded_store.store import EmbeddedStore

__all__ = ["EmbeddedStore"]

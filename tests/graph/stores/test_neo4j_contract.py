"""The laws of every store, held by Neo4j: by the release with long-term support, and by the newest where it can run."""

from collections.abc import Iterator

import pytest

from graph.store import Store
from graph.stores.neo4j_store import Credentials, Neo4jStore
from tests.graph.stores.contract import StoreContract
from tests.neo4j_server.fixtures import Reached

pytestmark = pytest.mark.neo4j


def opened(server: Reached) -> Neo4jStore:
    return Neo4jStore(server.url, Credentials.from_environ(server.environ))


class TestNeo4jStore(StoreContract):
    """On 5.26."""

    @pytest.fixture
    def server(self, neo4j_server: Reached) -> Reached:
        return neo4j_server

    @pytest.fixture
    def store(self, server: Reached) -> Iterator[Store]:
        server.wipe()
        store = opened(server)
        self._server, self._opened = server, [store]
        yield store
        for one in self._opened:
            one.close()

    def again(self, store: Store) -> Store:
        self._opened.append(opened(self._server))
        return self._opened[-1]


class TestNewestNeo4jStore(TestNeo4jStore):
    """On the newest release."""

    @pytest.fixture
    def server(self, newest_neo4j_server: Reached) -> Reached:
        return newest_neo4j_server

"""A Neo4j server for tests and for trying things out: resolved with Maven, run by Java, on a free port of this machine."""

from tests.neo4j_server.server import PASSWORD, CannotServe, Release, Server, newest_release, release

__all__ = ["PASSWORD", "CannotServe", "Release", "Server", "newest_release", "release"]

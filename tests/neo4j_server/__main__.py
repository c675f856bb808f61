"""`python -m tests.neo4j_server`: the tests' server for a developer, its data kept between runs. Ctrl+C stops it."""

from __future__ import annotations

import argparse
import signal
import sys

from tests.neo4j_server.server import KEPT, PASSWORD, CannotServe, Server, newest_release, release


def main() -> int:
    """Start the server, say how to use it, and stay until interrupted."""
    parser = argparse.ArgumentParser(prog="make neo4j", description=__doc__)
    parser.add_argument("--newest", action="store_true", help="the newest release instead of the one with long-term support")
    parser.add_argument("--port", type=int, help="a port of your choice; without it any free one")
    parser.add_argument("--heap", default="2g", help="memory for the server (2g)")
    asked = parser.parse_args()
    try:
        which = newest_release() if asked.newest else release()
        server = Server(KEPT / f"data-{which.version}", which, heap=asked.heap, for_speed=True)
        server.port = asked.port or server.port
        with server:
            sys.stdout.write(
                f"Neo4j {which.version} answers at {server.url}\n\n"
                f"  export NEO4J_USERNAME=neo4j NEO4J_PASSWORD={PASSWORD}\n  caremap serve --store {server.url}\n\nCtrl+C stops it.\n"
            )
            sys.stdout.flush()
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            signal.pause()
    except CannotServe as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

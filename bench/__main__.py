"""`make bench`: every benchmark that needs no server, one table each. `ARGS=--quick` leaves the large maps out."""

from __future__ import annotations

import sys

from bench import paths_bench, questions_bench, settling_bench


def main(arguments: list[str]) -> None:
    """Time the questions, then the store (in a process of its own, so that its memory is its own)."""
    paths_bench.main(arguments)
    print()
    questions_bench.main(arguments)
    print()
    settling_bench.main(arguments)
    if "--quick" not in arguments:
        import subprocess

        print()
        subprocess.run([sys.executable, "-m", "bench.store_bench"], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])

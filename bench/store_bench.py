"""How quick the embedded store is on a synthetic map: load, open, edit, catch up, search.

    python -m bench.store_bench [--nodes 100000] [--links 1000000] [--file FILE]

The map has one claim a link. Times are wall clock; memory is the growth of the resident set while the map is opened. The warm
start is timed in a process of its own, as it is what a process meets that comes after another.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from graph.changes import applied
from graph.scope import Scope
from graph.snapshot import Snapshot
from graph.stores.embedded_store import EmbeddedStore
from graph.stores.embedded_store.kept_columns import SUFFIX
from schema.kinds import Basis, Mark, NodeKind, Sign
from schema.records import ChangeSet, Claim, Link, Node, Source
from schema.system_map import LinkTable

T = TypeVar("T")


def nodes_of(count: int) -> tuple[Node, ...]:
    return tuple(
        Node(id=f"factor-{row}", kind=NodeKind.FACTOR, label=f"Factor {row}", text="What is measured, briefly.", silo=f"silo-{row % 40}")
        for row in range(count)
    )


def links_of(nodes: int, count: int) -> Iterator[Link]:
    draw = np.random.Generator(np.random.PCG64(1))
    starts, ends = draw.integers(nodes, size=count).tolist(), draw.integers(nodes, size=count).tolist()
    strengths = draw.integers(1, 99, size=count).tolist()
    for row in range(count):
        claim = Claim(
            id="1", basis=Basis.STUDY, mark=Mark.PUBLISHER, source=f"source-{row % 500}", sign=Sign.PLUS if row % 3 else Sign.MINUS,
            strength=strengths[row] / 100, confidence=0.6, text="What the study says of it, in a few words.",
        )  # fmt: skip
        yield Link(id=f"link-{row}", start=f"factor-{starts[row]}", end=f"factor-{ends[row]}", delay_low=1, delay_high=6, claims=(claim,))


def timed(what: str, work: Callable[[], T], per: int = 0) -> T:
    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    rate = f"   {per / took:,.0f} a second" if per else ""
    shown = f"{took:8.2f} s " if took >= 1 else f"{took * 1000:8.2f} ms"
    print(f"{what:52s} {shown}{rate}", flush=True)
    return answer


def resident_mb(line: str = "VmRSS") -> float:
    """How much memory the process holds, or with VmHWM the most that it ever did."""
    found = re.search(rf"^{line}:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--nodes", type=int, default=100_000)
    ask.add_argument("--links", type=int, default=1_000_000)
    ask.add_argument("--file", type=Path, help="keep the store here, and open it where it is there already")
    ask.add_argument("--warm", action="store_true", help="only read the map of the store in FILE, from its columns where they are kept")
    given = ask.parse_args()
    if given.warm:
        read_once(given.file, "read the whole map, warm")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = given.file or Path(folder, "bench.db")
        if not file.exists():
            load(file, given.nodes, given.links)
        questions(file)


def load(file: Path, nodes: int, links: int) -> None:
    put = nodes_of(nodes)
    sources = tuple(Source(id=f"source-{row}", title=f"Source {row}") for row in range(500))
    table = timed("make the link table", lambda: LinkTable.of(links_of(nodes, links), (node.id for node in put)), links)
    store = EmbeddedStore(f"sqlite:///{file.absolute()}")
    change = ChangeSet(by="bench", why="load", put_nodes=put, put_links=table, put_sources=sources)
    timed("apply the whole map as one change set", lambda: store.apply(change), links)
    timed("apply it again (nothing changes)", lambda: store.apply(change), links)
    store.close()
    print(f"{'file':52s} {file.stat().st_size / 1e6:8.0f} MB")


def read_once(file: Path, what: str) -> tuple[EmbeddedStore, Snapshot]:
    store = timed("open the file", lambda: EmbeddedStore(f"sqlite:///{file.absolute()}"))
    before = resident_mb()
    snapshot = timed(what, lambda: store.snapshot(Scope()))
    growth, highest = resident_mb() - before, resident_mb("VmHWM")
    print(f"{'resident growth; highest of the process so far':52s} {growth:8.0f} MB  {highest:.0f} MB", flush=True)
    return store, snapshot


def read_in_another_process(file: Path) -> None:
    subprocess.run([sys.executable, "-m", "bench.store_bench", "--file", str(file), "--warm"], check=True)


def questions(file: Path) -> None:
    columns = Path(f"{file}{SUFFIX}")
    columns.unlink(missing_ok=True)
    store, snapshot = read_once(file, "read the whole map, and keep its columns")
    print(f"{'file of columns':52s} {columns.stat().st_size / 1e6 if columns.exists() else 0:8.0f} MB", flush=True)
    read_in_another_process(file)
    timed("head", store.head)
    link = snapshot.map.links[len(snapshot.map.links) // 2]
    for number in range(2):
        edit = ChangeSet(by="bench", why="edit", put_links=(replace(link, text=f"Seen at {time.time_ns()} {number}."),))
        revision = timed("apply a change of one link", lambda edit=edit: store.apply(edit))  # type: ignore[misc]
        change = timed("read that change", lambda at=revision: store.changes_since(at - 1)[-1])  # type: ignore[misc]
        after = timed("catch the map in memory up with it", lambda it=change: applied(it, snapshot.map))  # type: ignore[misc]
        timed("work out its inverse", lambda at=revision: store.inverse(at, by="bench", why="undo"))  # type: ignore[misc]
    new = Link(id=f"new-{time.time_ns()}", start=link.start, end=link.end, valid_from="2031")
    timed("catch up with a new link", lambda: applied(ChangeSet(by="bench", why="edit", put_links=(new,)), after))
    timed("catch up with a link removed", lambda: applied(ChangeSet(by="bench", why="edit", remove_links=(link.id,)), after))
    timed("search for two words", lambda: store.search("factor 77"))
    timed("index the map anew", lambda: known(snapshot))
    timed("know the same of the map after the change", lambda: known(snapshot.followed_by(after, revision=revision, scope=Scope())))
    store.close()
    print("after these changes:", flush=True)
    read_in_another_process(file)


def known(snapshot: Snapshot) -> Snapshot:
    """The snapshot, with what most questions ask of it worked out."""
    for name in ("index", "rank", "nodes"):
        getattr(snapshot, name)
    return snapshot


if __name__ == "__main__":
    main()

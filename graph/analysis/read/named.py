"""The workshop questions about nodes that are named, and about each two of them."""

from __future__ import annotations

import numpy as np

from graph.analysis.read.asked import Asked
from graph.kernels.loops import LoopProblem, all_loops
from graph.kernels.paths import reach, strongest
from graph.results import ImpactPath
from graph.results.read import Near, NodeReading, PairReading, Reading
from graph.selection import Ends, path_problem
from graph.telling import path_of

BUFFERED, BUFFETED, NEITHER = "buffered", "buffeted", "neither"
BUFFETED_FROM = 3
"""A node is buffeted by no fewer links than this."""
AGREEING = 0.8
"""From this share on, pushes one way less those the other way, links push the same way."""
LOOPS_COUNTED = 100_000
"""How many loops through one node are counted at most."""


def about(asked: Asked, row: int, reading: Reading) -> NodeReading:
    """What one node changes, what drives it, the loops through it, and whether it is buffered or buffeted."""
    loops = all_loops(
        LoopProblem(
            index=asked.snapshot.index,
            strength=asked.selection.strength,
            sign=asked.selection.sign,
            delay=asked.snapshot.delay,
            rank=asked.snapshot.rank,
            usable=asked.counted,
            max_links=asked.filters.max_links,
            through=row,
        ),
        max_loops=min(asked.filters.max_paths, LOOPS_COUNTED),
        stop=asked.stop,
    )
    entering = np.flatnonzero(asked.counted & (asked.snapshot.end == row))
    up, down = (float(asked.selection.strength[entering][asked.selection.sign[entering] == sign].sum()) for sign in (1, -1))
    damping, swelling = (float(loops.gain[loops.sign == sign].sum()) for sign in (-1, 1))
    return NodeReading(
        reading=reading,
        downstream=_near(asked, row, inwards=False),
        upstream=_near(asked, row, inwards=True),
        pushed_up=up,
        pushed_down=down,
        damping=damping,
        swelling=swelling,
        loops=len(loops),
        complete=loops.complete,
        word=_buffered_or_buffeted(entering.size, up, down, damping, swelling),
    )


def _near(asked: Asked, row: int, *, inwards: bool) -> tuple[Near, ...]:
    """What lies up or down the links within the bound, nearest first, ties by id."""
    away = reach(asked.snapshot.index, asked.counted, [row], max_links=asked.filters.max_links, direction="in" if inwards else "out")
    found = [Near(id=asked.snapshot.node(other).id, links=int(away[other])) for other in np.flatnonzero(away > 0).tolist()]
    return tuple(sorted(found, key=lambda near: (near.links, near.id)))


def about_both(asked: Asked, one: int, other: int) -> PairReading:
    """The paths between two nodes, each way, and what lies upstream of both."""

    def paths(start: int, goal: int) -> tuple[ImpactPath, ...]:
        problem = path_problem(asked.snapshot, asked.selection, Ends(starts=(start,), goals=(goal,)), asked.filters)
        found = strongest(problem, asked.filters.top, stop=asked.stop)
        return tuple(path_of(asked.snapshot, asked.selection, rows) for rows in found.paths)

    above = [{near.id for near in _near(asked, row, inwards=True)} for row in (one, other)]
    both = sorted((above[0] & above[1]) - {asked.snapshot.node(row).id for row in (one, other)})
    return PairReading(
        one=asked.snapshot.node(one).id,
        other=asked.snapshot.node(other).id,
        forth=paths(one, other),
        back=paths(other, one),
        upstream_of_both=tuple(both),
    )


def _buffered_or_buffeted(inputs: int, up: float, down: float, damping: float, swelling: float) -> str:
    """Buffered: the loops through it damp more than they swell. Buffeted: several things push it, and not one way."""
    if damping > swelling:
        return BUFFERED
    whole = up + down
    if inputs >= BUFFETED_FROM and whole > 0 and abs(up - down) / whole < AGREEING:
        return BUFFETED
    return NEITHER

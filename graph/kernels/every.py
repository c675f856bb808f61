"""Every simple path within the bounds, by expanding whole blocks of beginnings at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.bounds import Stopped
from graph.kernels.exact_sum import ExactSum
from graph.kernels.index import Floats, Ints, Longs
from graph.kernels.problem import FAINTEST, Ground, PathProblem, Stop
from graph.kernels.ways import Block, Ways, few_paths, whole_blocks

MAX_PATHS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSet:
    """Paths as columns: path i is `rows[offsets[i]:offsets[i + 1]]`, with its strength, sign, delay (NaN unknown) and length.

    The order depends on the rows of the links only, and is otherwise not meant. `complete` says that there are no others.
    """

    offsets: Longs
    rows: Ints
    strength: Floats
    sign: NDArray[np.int8]
    delay: Floats
    n_links: NDArray[np.int32]
    complete: bool

    def __len__(self) -> int:
        return int(self.strength.size)

    def first(self, count: int) -> PathSet:
        """The first paths alone, not complete."""
        upto = self.offsets[: count + 1]
        return PathSet(
            offsets=upto,
            rows=self.rows[: int(upto[-1])],
            strength=self.strength[:count],
            sign=self.sign[:count],
            delay=self.delay[:count],
            n_links=self.n_links[:count],
            complete=False,
        )

    def path(self, place: int) -> tuple[int, ...]:
        """The link rows of one path."""
        return tuple(self.rows[self.offsets[place] : self.offsets[place + 1]].tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of strength by sign over the paths found; lower bounds where `complete` is False.

    The sums are exact and rounded once, as `math.fsum` does, so the order of the paths leaves no trace.
    """

    found: int
    complete: bool
    supporting: float
    opposing: float
    undetermined: float


def all_paths(problem: PathProblem, *, max_paths: int = MAX_PATHS, stop: Stop | None = None) -> PathSet:
    """Every simple path that the problem admits, at most `max_paths` of them.

    `complete` is False where there are more, or where `stop` said True. Which ones a capped answer holds follows the order
    of the link rows, so it is the same on every run.
    """
    parts: list[PathSet] = []
    found, complete = 0, True
    try:
        for part in parts_of_all(problem, stop):
            room = max_paths - found
            if len(part) > room:
                complete = False
                parts.append(part.first(room))
                break
            found += len(part)
            parts.append(part)
    except Stopped:
        complete = False
    return _joined(parts, complete=complete)


def totals(problem: PathProblem, *, max_paths: int = MAX_PATHS, stop: Stop | None = None) -> Totals:
    """What `all_paths` would add up to, without keeping the paths."""
    sums = {1: ExactSum(), -1: ExactSum(), 0: ExactSum()}
    found, complete = 0, True
    try:
        for part in parts_of_all(problem, stop):
            room = max_paths - found
            complete = len(part) <= room
            counted = part if complete else part.first(room)
            found += len(counted)
            for sign, total in sums.items():
                total.add(counted.strength[counted.sign == sign])
            if not complete:
                break
    except Stopped:
        complete = False
    return Totals(found=found, complete=complete, supporting=sums[1].value(), opposing=sums[-1].value(), undetermined=sums[0].value())


def parts_of_all(problem: PathProblem, stop: Stop | None) -> Iterator[PathSet]:
    """Every path that the problem admits, in parts; none is held longer than its turn.

    Raises Stopped when `stop` says True.
    """
    ground = Ground(problem)
    if ground.hopeless:
        return
    ways = Ways(ground)
    begin = ground.sources[ways.hops[ground.sources] <= problem.link_bound]
    if not begin.size:
        return
    if ways.dense:
        few = few_paths(ground, ways, begin.tolist())
        if few is not None:
            yield _set_of(*few)
            return
    for block in whole_blocks(ground, ways, begin, stop):
        kept = _admitted(problem, block)
        if kept.any():
            yield _as_set(block if kept.all() else block.part(kept))


def _admitted(problem: PathProblem, block: Block) -> NDArray[np.bool_]:
    kept = np.ones(len(block), dtype=np.bool_)
    for node in problem.required:
        kept &= (block.nodes == node).any(axis=0)
    if problem.sign_wanted is not None:
        kept &= block.sign == problem.sign_wanted
    return kept


def _as_set(block: Block) -> PathSet:
    links, count = block.rows.shape
    return PathSet(
        offsets=np.arange(count + 1, dtype=np.int64) * links,
        rows=block.rows.T.ravel(),
        strength=np.where(block.strength >= FAINTEST, block.strength, 0.0),
        sign=block.sign,
        delay=block.delay,
        n_links=np.full(count, links, dtype=np.int32),
        complete=True,
    )


def _set_of(lengths: list[int], rows: list[int], strength: list[float], sign: list[int], delay: list[float]) -> PathSet:
    n_links = np.array(lengths, dtype=np.int32)
    return PathSet(
        offsets=_offsets(n_links),
        rows=np.array(rows, dtype=np.int32),
        strength=np.array(strength, dtype=np.float64),
        sign=np.array(sign, dtype=np.int8),
        delay=np.array(delay, dtype=np.float64),
        n_links=n_links,
        complete=True,
    )


def _joined(parts: list[PathSet], *, complete: bool) -> PathSet:
    if len(parts) == 1 and parts[0].complete == complete:
        return parts[0]
    n_links = np.concatenate([np.empty(0, dtype=np.int32), *(part.n_links for part in parts)])
    return PathSet(
        offsets=_offsets(n_links),
        rows=np.concatenate([np.empty(0, dtype=np.int32), *(part.rows for part in parts)]),
        strength=np.concatenate([np.empty(0), *(part.strength for part in parts)]),
        sign=np.concatenate([np.empty(0, dtype=np.int8), *(part.sign for part in parts)]),
        delay=np.concatenate([np.empty(0), *(part.delay for part in parts)]),
        n_links=n_links,
        complete=complete,
    )


def _offsets(n_links: NDArray[np.int32]) -> Longs:
    offsets = np.zeros(n_links.size + 1, dtype=np.int64)
    np.cumsum(n_links, out=offsets[1:])
    return offsets

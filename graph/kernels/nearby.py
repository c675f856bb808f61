"""Bounds for paths of any length on a large map, found only where a strong path can pass."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator

from graph.kernels.bounds import Stopped
from graph.kernels.choices import Late
from graph.kernels.neighbours import Neighbours
from graph.kernels.problem import Ground, Stop
from graph.kernels.scale import FINEST, Choice, Scale

POLL_EVERY = 512
# How much more than the strongest path a path may cost, as a share of that, before the bounds have to be widened; and by how
# much more they are widened then, growing each time. Small steps, as what is settled grows steeply with the cost and stays
# settled, while searching anew costs little.
FIRST_WIDTH = 0.1
NEXT_WIDTH = 0.05
GROWTH = 1.25
# How many nodes a search settles in its first turn; in each further one twice as many.
FIRST_TURN = 256
# More than any cost.
NEVER = 1 << 200


class NearbyChoices:
    """Choices whose bounds are exact up to the cost `limit`; see `Choices`.

    A search from both ends meets in the middle (Pohl 1971). They then go on by turns, the one
    from the targets towards the sources only, guided by how far from them a node is at least: it never looks where no path
    within the limit can be.
    """

    left_over: tuple[int, ...] = ()
    late: Late | None = None

    def __init__(self, ground: Ground, stop: Stop | None) -> None:
        problem = ground.problem
        self._ground, self._problem, self._stop = ground, problem, stop
        weak = float(problem.strength.max(where=problem.strength < 1.0, initial=0.0))
        near = -math.log2(weak) if weak > 0.0 else 0.0
        self.scale = Scale(fine=FINEST, longest=problem.link_bound, walk=problem.link_bound, near=near)
        self._out, self._into = Neighbours(ground, self.scale, inwards=False), Neighbours(ground, self.scale, inwards=True)
        self.targets = set(ground.targets.tolist())
        self.known: dict[tuple[int, int, int], list[Choice]] = {}
        self._pops = 0
        # Cost from a source for the nodes settled from there, what is to do next, and the least cost of every other node.
        self._ahead: dict[int, int] = {}
        self._ahead_heap: list[tuple[int, int]] = [(0, node) for node in ground.sources.tolist()]
        self._ahead_met: dict[int, int] = {}
        self._ahead_beyond = 0
        # Cost to a target, for the nodes settled from there; and the others met, by the least cost of a path through them.
        self._back: dict[int, int] = {}
        self._waiting: list[tuple[int, int, int]] = []
        self._later: list[tuple[int, int, int]] = []
        self.limit: int | None = None
        best = self._meet()
        if best is not None:
            self._width = int(best * NEXT_WIDTH) + 1
            self._settle(best + int(best * FIRST_WIDTH) + 1)

    def begin(self) -> Iterator[tuple[int, int, int, int]]:
        """See `Choices`."""
        for node in self._ground.sources.tolist():
            bound = self._back.get(node)
            if bound is not None:
                yield bound, node, 0, self._problem.link_bound

    def look(self, node: int, need: int, left: int) -> list[Choice]:
        """See `Choices`."""
        index, problem, back = self._ground.index, self._problem, self._back
        rows = index.out_rows[index.out_at[node] : index.out_at[node + 1]]
        rows = rows[self._ground.allowed(rows)]
        columns = (rows, index.end[rows], problem.rank[rows], problem.strength[rows])
        each = zip(self._out.costs(rows), *(column.tolist() for column in columns), strict=True)
        found = [(cost + back[end], rank, (row, end, 0, cost, strength, 0.0)) for cost, row, end, rank, strength in each if end in back]
        found.sort()
        return found

    def widen(self, reached: int | None) -> bool:
        """See `Choices`."""
        if self.limit is None or reached is None:
            return False
        self.known.clear()
        self._settle(max(self.limit + self._width, reached))
        self._width = int(self._width * GROWTH) + 1
        return True

    # ---- the two searches -------------------------------------------------

    def _meet(self) -> int | None:
        """Search from both ends until they have met: the least cost of a path, None where there is none."""
        heap: list[tuple[int, int]] = [(0, node) for node in self.targets]
        ahead, back = dict.fromkeys(self._ground.sources.tolist(), 0), dict.fromkeys(self.targets, 0)
        best: int | None = None
        while self._ahead_heap and heap and (best is None or self._ahead_heap[0][0] + heap[0][0] < best):
            # The side with less in hand goes on: where few ways leave an end, a long look from there costs little (Pohl 1971).
            if len(self._ahead_heap) <= len(heap):
                best = self._step(self._ahead_heap, self._ahead, ahead, self._out, back, best)
            else:
                best = self._step(heap, self._back, back, self._into, ahead, best)
        self._ahead_met = ahead
        self._later = [(0, cost, node) for cost, node in heap if node not in self._back]
        return best

    def _step(
        self,
        heap: list[tuple[int, int]],
        settled: dict[int, int],
        met: dict[int, int],
        links: Neighbours,
        opposite: dict[int, int],
        best: int | None,
    ) -> int | None:
        """Settle the next node of one search; the least cost of a path that is known then."""
        self._poll()
        cost, node = heapq.heappop(heap)
        if node in settled:
            return best
        settled[node] = cost
        near = links.known.get(node)
        for more, far in links.fetch(node, heap) if near is None else near:
            total = cost + more
            if total < met.get(far, total + 1):
                met[far] = total
                heapq.heappush(heap, (total, far))
                if far in opposite and (best is None or total + opposite[far] < best):
                    best = total + opposite[far]
        return best

    def _settle(self, limit: int) -> None:
        """Settle every node that a path within the limit can visit, the two searches taking turns with ever more nodes each."""
        turn = FIRST_TURN
        while True:
            self._go_ahead(turn, limit)
            self._wait_again(limit)
            left = turn
            while self._waiting and left > 0:
                left -= 1
                self._settle_one(limit)
            if not self._waiting:
                break
            self._later.extend(self._waiting)
            turn *= 2
        self.limit = limit if self._later else None

    def _wait_again(self, limit: int) -> None:
        """Let those wait that a path within the limit may visit, as far as is known by now.

        What is known of a node only grows, so whoever was too far for this limit before still is.
        """
        ahead, beyond, back = self._ahead, self._ahead_beyond, self._back
        near = [(cost + ahead.get(node, beyond), cost, node) for least, cost, node in self._later if least <= limit and node not in back]
        self._later = [entry for entry in self._later if entry[0] > limit]
        self._later += [entry for entry in near if limit < entry[0] < NEVER]
        self._waiting = [entry for entry in near if entry[0] <= limit]
        heapq.heapify(self._waiting)

    def _go_ahead(self, turn: int, limit: int) -> None:
        """Settle up to so many nodes more from the sources."""
        heap, nothing = self._ahead_heap, dict[int, int]()
        enough = len(self._ahead) + turn
        while heap and heap[0][0] <= limit and len(self._ahead) < enough:
            self._step(heap, self._ahead, self._ahead_met, self._out, nothing, None)
        # Where the search from the sources ran dry, no path leads over any other node.
        self._ahead_beyond = heap[0][0] if heap else NEVER

    def _settle_one(self, limit: int) -> None:
        self._poll()
        _, cost, node = heapq.heappop(self._waiting)
        back, ahead, beyond = self._back, self._ahead, self._ahead_beyond
        if node in back:
            return
        back[node] = cost
        near = self._into.known.get(node)
        for more, start in self._into.fetch(node, self._waiting) if near is None else near:
            if start not in back:
                total = cost + more
                least = total + ahead.get(start, beyond)
                if least <= limit:
                    heapq.heappush(self._waiting, (least, total, start))
                elif least < NEVER:
                    self._later.append((least, total, start))

    def _poll(self) -> None:
        self._pops += 1
        if self._stop is not None and self._pops % POLL_EVERY == 1 and self._stop():
            raise Stopped

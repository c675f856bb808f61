"""The ways on from a node, best first, each with the least cost that a path through it can have.

Costs are whole numbers, so that sums are exact and paths with the same strengths in another order cost the same: the
logarithm of the strength in fine units, and below it the number of links. The least cost is thereby the strongest and, among
equals, the one with the fewest links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.bounds import UNREACHED, Table
from graph.kernels.index import Longs
from graph.kernels.problem import FAINTEST, Ground, Needs

FINEST = 46
TIE_WIDTH = 3e-11


class Choice(NamedTuple):
    """A link that a path may take next: sorted by the least cost of the rest with it, then by rank."""

    bound: int
    rank: int
    row: int
    node: int
    need: int
    cost: int
    delay: float
    arrives: bool


# Whether a choice cannot arrive in time, given the delay before it and the links left.
Late: TypeAlias = Callable[[Choice, float, int], bool]


# Takes half the time of `Choice(...)`, and choices are made by the hundred.
_as_choice = tuple.__new__


class Scale:
    """How strengths become whole costs: `fine` binary digits of log2(strength) above `links` digits that count links."""

    __slots__ = ("_mask", "_unit", "fine", "hair", "links", "longest", "near")

    def __init__(self, *, fine: int, longest: int, walk: int, near: float = 0.0) -> None:
        self.fine, self.longest = fine, longest
        self.links = walk.bit_length()
        self.near = near
        self._unit = 2.0**-fine
        self._mask = (1 << self.links) - 1
        self.hair = int(TIE_WIDTH * 2.0**fine) + 1

    def costs(self, strength: NDArray[np.float64]) -> Longs:
        """Costs of links of these strengths, all above 0. Rounded down, so that a sum never exceeds the true cost."""
        whole: Longs = np.floor(np.log2(strength) * -(2.0**self.fine)).astype(np.int64)
        return (whole << self.links) + 1

    def whole(self, cost: int) -> int:
        """A cost without its count of links."""
        return cost >> self.links

    def links_at_least(self, cost: int) -> int:
        """The count of links in a cost."""
        return cost & self._mask

    def strength_at_most(self, cost: int) -> float:
        """The most that the product of strengths can be, rounding of the product included."""
        exponent = (cost >> self.links) * self._unit
        # Links of strength 1 round nothing, so that only the others count, and of those no more than the cost has room for.
        links = self.longest if self.near <= 0.0 else min(self.longest, exponent / self.near + 1.0)
        strength = 2.0**-exponent * (1.0 + (links + exponent + 4.0) * 4e-16) if exponent < 1070.0 else 0.0
        return strength if strength >= FAINTEST else 0.0


class Choices(Protocol):
    """What a search asks of the bounds."""

    left_over: tuple[int, ...]
    late: Late | None
    limit: int | None
    scale: Scale

    def begin(self) -> Iterator[tuple[int, int, int, int]]:
        """Least cost, node, need and links left of every source with a way to a target."""
        ...

    def of(self, node: int, need: int, left: int) -> list[Choice]:
        """The choices at a node with so much needed and so many links left."""
        ...

    def widen(self, reached: int | None) -> bool:
        """Make the bounds good beyond `reached`; False where they are good everywhere or nothing was reached."""
        ...


class LayeredChoices:
    """Choices from tables with a layer for each number of links left, or with one where length is not bounded."""

    limit: int | None = None

    def __init__(self, ground: Ground, needs: Needs, scale: Scale, layers: list[Table], lateness: list[Table] | None) -> None:
        self.ground, self.needs, self.scale = ground, needs, scale
        self.left_over = needs.left_over
        self.late: Late | None = self._late if lateness is not None else None
        self._layers, self._lateness = layers, lateness
        self._top = len(layers) - 1
        self._n = ground.index.n_nodes
        self._found: dict[int, list[Choice]] = {}

    def begin(self) -> Iterator[tuple[int, int, int, int]]:
        """See `Choices`."""
        left = self.ground.problem.link_bound
        layer = self._layers[min(left, self._top)]
        for node in self.ground.sources.tolist():
            need = self.needs.at_start(node)
            bound = int(layer[need * self._n + node])
            if bound < UNREACHED:
                yield bound, node, need, left

    def of(self, node: int, need: int, left: int) -> list[Choice]:
        """See `Choices`."""
        # The last layer stands for all above it: nothing changes any more there.
        height = min(left, self._top + 1)
        key = (height * self.needs.count + need) * self._n + node
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._look(node, need, height) if height > 0 else []
        return found

    def widen(self, reached: int | None) -> bool:
        """The tables are good everywhere."""
        return False

    def _look(self, node: int, need: int, height: int) -> list[Choice]:
        index, problem, needs = self.ground.index, self.ground.problem, self.needs
        rows = index.out_rows[index.out_at[node] : index.out_at[node + 1]]
        rows = rows[self.ground.allowed(rows)]
        if not rows.size:
            return []
        ends = index.end[rows]
        places = needs.places_after(need, problem.sign[rows], ends, self._n)
        rest = self._layers[height - 1][places]
        good = rest < UNREACHED
        rows, ends, places, rest = rows[good], ends[good], places[good], rest[good]
        cost = self.scale.costs(problem.strength[rows])
        columns = (
            (cost + rest).tolist(),
            problem.rank[rows].tolist(),
            rows.tolist(),
            ends.tolist(),
            (places // self._n).tolist(),
            cost.tolist(),
            problem.delay[rows].tolist() if self.late else [0.0] * rows.size,
            self.ground.is_target[ends].tolist(),
        )
        return sorted(map(Choice, *columns))

    def _late(self, choice: Choice, delay: float, left: int) -> bool:
        assert self._lateness is not None
        assert self.ground.problem.max_delay is not None
        layer = self._lateness[min(left - 1, len(self._lateness) - 1)]
        return delay + choice.delay + float(layer[choice.need * self._n + choice.node]) > self.ground.problem.max_delay + 1e-9


class ListedChoices(LayeredChoices):
    """The same for a small map, where reading Python lists beats calling NumPy for a handful of links."""

    def __init__(self, ground: Ground, needs: Needs, scale: Scale, layers: list[Table], lateness: list[Table] | None, cost: Longs) -> None:
        super().__init__(ground, needs, scale, layers, lateness)
        index = ground.index
        self._at, self._end, self._row = index.as_list("out_at"), index.as_list("out_end"), index.as_list("out_rows")
        self._cost: list[int] = cost.tolist()
        self._rank: list[int] = ground.problem.rank[index.out_rows].tolist()
        # With nothing needed and no delay asked about, signs and delays are not looked at.
        self._plain = needs.count == 1 and lateness is None
        self._sign: list[int] = [] if self._plain else ground.problem.sign[index.out_rows].tolist()
        self._delay: list[float] = [] if self._plain else ground.problem.delay[index.out_rows].tolist()
        self._targets = set(ground.targets.tolist())
        self._listed: list[list[int] | None] = [None] * len(layers)

    def _look(self, node: int, need: int, height: int) -> list[Choice]:
        layer = self._listed[height - 1]
        if layer is None:
            layer = self._listed[height - 1] = self._layers[height - 1].tolist()
        first, upto, targets = self._at[node], self._at[node + 1], self._targets
        links = zip(self._cost[first:upto], self._end[first:upto], self._rank[first:upto], self._row[first:upto], strict=True)
        if self._plain:
            found = [
                _as_choice(Choice, (cost + layer[end], rank, row, end, 0, cost, 0.0, end in targets))
                for cost, end, rank, row in links
                if cost + layer[end] < UNREACHED
            ]
        else:
            found = []
            for (cost, end, rank, row), sign, delay in zip(links, self._sign[first:upto], self._delay[first:upto], strict=True):
                after = self.needs.after(need, sign, end)
                bound = cost + layer[after * self._n + end] if after >= 0 else UNREACHED
                if bound < UNREACHED:
                    found.append(_as_choice(Choice, (bound, rank, row, end, after, cost, delay, end in targets)))
        if len(found) > 1:
            found.sort()
        return found

"""The ways on from a node, best first, each with the least cost that a path through it can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

from graph.kernels.bounds import UNREACHED, Table
from graph.kernels.problem import Ground, Needs
from graph.kernels.scale import Choice, Scale, Step
from graph.kernels.terrain import Toll

# Whether a step cannot arrive in time, given the delay before it and the links left.
Late: TypeAlias = Callable[[Step, float, int], bool]


class Choices(Protocol):
    """What a search asks of the bounds."""

    left_over: tuple[int, ...]
    late: Late | None
    limit: int | None
    scale: Scale
    targets: set[int]
    # The choices that were looked up, by node, need and links left.
    known: dict[tuple[int, int, int], list[Choice]]

    def begin(self) -> Iterator[tuple[int, int, int, int]]:
        """Least cost, node, need and links left of every source with a way to a target."""
        ...

    def look(self, node: int, need: int, left: int) -> list[Choice]:
        """Look up the choices at a node with so much needed and so many links left, sorted; callers keep them in `known`."""
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
        self.targets = set(ground.targets.tolist())
        self.late: Late | None = self._late if lateness is not None else None
        self._layers, self._lateness = layers, lateness
        # The last layer stands for all above it: nothing changes any more there.
        self._highest = len(layers)
        self._n = ground.index.n_nodes
        self.known: dict[tuple[int, int, int], list[Choice]] = {}

    def begin(self) -> Iterator[tuple[int, int, int, int]]:
        """See `Choices`."""
        left = self.ground.problem.link_bound
        layer = self._layers[min(left, self._highest - 1)]
        for node in self.ground.sources.tolist():
            need = self.needs.at_start(node)
            bound = int(layer[need * self._n + node])
            if bound < UNREACHED:
                yield bound, node, need, left

    def widen(self, reached: int | None) -> bool:
        """The tables are good everywhere."""
        return False

    def look(self, node: int, need: int, left: int) -> list[Choice]:
        """See `Choices`."""
        if left <= 0:
            return []
        index, problem, needs = self.ground.index, self.ground.problem, self.needs
        rows = index.out_rows[index.out_at[node] : index.out_at[node + 1]]
        rows = rows[self.ground.allowed(rows)]
        if not rows.size:
            return []
        places = needs.places_after(need, problem.sign[rows], index.end[rows], self._n)
        rest = self._layers[min(left, self._highest) - 1][places]
        good = rest < UNREACHED
        rows, places, rest = rows[good], places[good], rest[good]
        strength = problem.strength[rows]
        cost = self.scale.costs(strength)
        steps = zip(
            rows.tolist(),
            (places % self._n).tolist(),
            (places // self._n).tolist(),
            cost.tolist(),
            strength.tolist(),
            problem.delay[rows].tolist() if self.late else [0.0] * rows.size,
            strict=True,
        )
        return sorted(zip((cost + rest).tolist(), problem.rank[rows].tolist(), steps, strict=True))

    def _late(self, step: Step, delay: float, left: int) -> bool:
        assert self._lateness is not None
        assert self.ground.problem.max_delay is not None
        _, node, need, _, _, more = step
        layer = self._lateness[min(left - 1, len(self._lateness) - 1)]
        return delay + more + float(layer[need * self._n + node]) > self.ground.problem.max_delay + 1e-9


class ListedChoices(LayeredChoices):
    """The same for a small map, where reading Python lists beats calling NumPy for a handful of links."""

    def __init__(self, ground: Ground, needs: Needs, scale: Scale, layers: list[Table], lateness: list[Table] | None, toll: Toll) -> None:
        super().__init__(ground, needs, scale, layers, lateness)
        self._toll = toll
        # With nothing needed and no delay asked about, signs and delays are not looked at.
        self._plain = needs.count == 1 and lateness is None
        self._sign: list[int] = [] if self._plain else ground.problem.sign.tolist()
        self._delay: list[float] = [] if self._plain else ground.problem.delay.tolist()
        # The rests as lists, by the number of links left.
        self._rests: dict[int, list[int]] = {}

    def look(self, node: int, need: int, left: int) -> list[Choice]:
        """See `Choices`."""
        rest = self._rests.get(left)
        if rest is None:
            if left <= 0:
                return []
            rest = self._rests[left] = self._listed(self._layers[min(left, self._highest) - 1])
        ways = self._toll.ways[node] or self._toll.ways_from(node)
        if self._plain:
            found = [(cost + rest[end], rank, step) for cost, end, rank, step in ways]
        else:
            found = []
            for cost, end, rank, (row, _, _, _, strength, _) in ways:
                after = self.needs.after(need, self._sign[row], end)
                if after >= 0:
                    found.append((cost + rest[after * self._n + end], rank, (row, end, after, cost, strength, self._delay[row])))
        found.sort()
        while found and found[-1][0] >= UNREACHED:
            found.pop()
        return found

    def _listed(self, layer: Table) -> list[int]:
        """The layer as a list in which no way leads to a source."""
        listed: list[int] = layer.tolist()
        for node in self.ground.problem.sources.tolist():
            for place in range(node, len(listed) - 1, self._n):
                listed[place] = UNREACHED
        return listed

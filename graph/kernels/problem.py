"""What is asked of a path: the ends, the links that may be used, and the bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Floats, Ints, LinkIndex, Longs, Marks

Stop: TypeAlias = Callable[[], bool]

# Below this a product of strengths is beyond what a double can hold with twelve digits, and counts as 0.
FAINTEST = 1e-300
# Each required node doubles the states that the bounds distinguish; further ones are tested on whole paths only.
REQUIRED_IN_BOUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PathProblem:
    """Simple paths from any of `sources` to any of `targets`; columns have one element a link.

    strength  in [0, 1]; a link of strength 0 is on no path
    sign      +1, -1, or 0 for unknown
    delay     months, NaN where unknown
    rank      order of the link's id among all ids, to decide ties
    usable    whether the filters let the link through
    blocked   nodes that no path may visit, ends included; None for none
    max_links at most so many links; 0 for no bound
    required  nodes that every path visits, as an end or on the way
    max_delay the delays of a path sum to at most this; a path with an unknown delay does not qualify
    sign_wanted product of the signs that is asked for; any unknown sign makes a product 0; None for all

    No inner node of a path is in either set, and a node in both sets is the end of none.
    """

    index: LinkIndex
    strength: Floats
    sign: NDArray[np.int8]
    delay: Floats
    rank: Longs
    usable: Marks
    sources: Ints
    targets: Ints
    blocked: Marks | None = None
    max_links: int = 8
    required: tuple[int, ...] = ()
    max_delay: float | None = None
    sign_wanted: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where a column is not one element a link (or a node, for `blocked`)."""
        one_a_link = self.index.start.shape
        for name in ("strength", "sign", "delay", "rank", "usable"):
            if getattr(self, name).shape != one_a_link:
                raise ValueError(f"Column {name!r} must hold {self.index.n_links} elements, one a link.")
        if self.blocked is not None and self.blocked.shape != (self.index.n_nodes,):
            raise ValueError(f"Column 'blocked' must hold {self.index.n_nodes} elements, one a node.")

    @property
    def link_bound(self) -> int:
        """The most links that a simple path can have here."""
        longest = max(self.index.n_nodes - 1, 0)
        return min(self.max_links, longest) if self.max_links > 0 else longest

    def sign_of(self, rows: Sequence[int]) -> int:
        """Product of the links' signs; 0 where any is unknown."""
        product = 1
        for row in rows:
            product *= int(self.sign[row])
        return product

    def strength_of(self, rows: Sequence[int]) -> float:
        """Product of the links' strengths, taken in path order."""
        product = 1.0
        for strength in self.strength[list(rows)].tolist():
            product *= strength
        return product if product >= FAINTEST else 0.0

    def delay_of(self, rows: Sequence[int]) -> float:
        """Sum of the links' delays in months, taken in path order; NaN where any is unknown."""
        total = 0.0
        for row in rows:
            total += float(self.delay[row])
        return total


class Ground:
    """The part of a problem that depends on nodes: which a link may enter, which it may leave, where paths begin and end.

    Closing the sources to entry and the targets to exit is all it takes for paths to have no inner node in either set,
    and for a node in both to be the end of none.
    """

    __slots__ = ("index", "is_target", "no_entry", "no_exit", "problem", "sources", "targets")

    def __init__(self, problem: PathProblem) -> None:
        n = problem.index.n_nodes
        self.problem = problem
        self.index = problem.index
        self.no_entry: Marks = np.zeros(n, dtype=np.bool_)
        self.no_entry[problem.sources] = True
        self.no_exit: Marks = np.zeros(n, dtype=np.bool_)
        self.no_exit[problem.targets] = True
        begin = self.no_entry & ~self.no_exit
        self.is_target: Marks = self.no_exit & ~self.no_entry
        if problem.blocked is not None:
            begin &= ~problem.blocked
            self.is_target &= ~problem.blocked
            self.no_entry |= problem.blocked
            self.no_exit |= problem.blocked
        self.sources: Longs = np.flatnonzero(begin)
        self.targets: Longs = np.flatnonzero(self.is_target)

    @property
    def hopeless(self) -> bool:
        """Whether it is plain from the ends alone that there is no path."""
        return not (self.sources.size and self.targets.size and self.index.n_links)

    def allowed(self, rows: Ints) -> Marks:
        """Whether each of these links can be on a path at all."""
        problem = self.problem
        start, end = self.index.start.take(rows), self.index.end.take(rows)
        ok: Marks = problem.usable.take(rows) & (problem.strength.take(rows) > 0.0)
        ok &= start != end
        ok &= ~self.no_exit.take(start)
        ok &= ~self.no_entry.take(end)
        if problem.max_delay is not None:
            ok &= ~np.isnan(problem.delay[rows])
        return ok


class Needs:
    """What the rest of a path still has to bring: a product of signs and required nodes, as one small number.

    Need 0 is "nothing more". With a sign wanted there are two needs for it ("positive" and "negative" to come, or
    "anything" and "an unknown sign" to come), and each required node doubles the number.
    """

    __slots__ = ("_bit", "_first", "_full", "_node_bits", "_signs", "count", "left_over")

    def __init__(self, problem: PathProblem) -> None:
        # Indexed by need and then by sign, where sign -1 is the last element; -1 says that the link cannot be used.
        tables = {None: ((0, 0, 0),), 0: ((0, 0, 0), (0, 1, 1))}
        self._signs = tables.get(problem.sign_wanted, ((-1, 0, 1), (-1, 1, 0)))
        self._first = 0 if problem.sign_wanted in (None, 1) else 1
        required = sorted(set(problem.required))
        in_bounds, self.left_over = required[:REQUIRED_IN_BOUNDS], tuple(required[REQUIRED_IN_BOUNDS:])
        self._bit = {node: 1 << place for place, node in enumerate(in_bounds)}
        self._full = (1 << len(in_bounds)) - 1
        self.count = len(self._signs) << len(in_bounds)
        self._node_bits: Longs | None = None
        if self._bit:
            self._node_bits = np.zeros(problem.index.n_nodes, dtype=np.int64)
            for node, bit in self._bit.items():
                self._node_bits[node] = bit

    def at_start(self, node: int) -> int:
        """The need of a path that begins at this node."""
        return self._first + len(self._signs) * (self._full & ~self._bit.get(node, 0))

    def after(self, need: int, sign: int, node: int) -> int:
        """The need that is left after a link of this sign into this node; -1 where the link spoils the path."""
        nodes, product = divmod(need, len(self._signs))
        product = self._signs[product][sign]
        return -1 if product < 0 else product + len(self._signs) * (nodes & ~self._bit.get(node, 0))

    def places_after(self, need: int, signs: NDArray[np.int8], nodes: Ints | Longs, n_nodes: int) -> Ints | Longs:
        """`need * n_nodes + node` after each link, the place in a table of bounds; the table's last place where spoilt."""
        if self.count == 1:
            return nodes
        open_nodes, product = divmod(need, len(self._signs))
        left = np.array(self._signs[product], dtype=np.int64)[signs]
        still = np.full(nodes.size, open_nodes, dtype=np.int64)
        if self._node_bits is not None:
            still &= ~self._node_bits[nodes]
        return np.where(left < 0, self.count * n_nodes, (left + len(self._signs) * still) * n_nodes + nodes)

"""The K strongest simple paths, exactly: a best-first search guided by exact bounds on the rest of a path.

A *family* is a beginning of a path together with the choices left at its last node. The search keeps families in the order
of the best that they could hold, opens the first, and so finds paths strongest first. Where the best that the bounds promise
would visit a node twice, the family's true best is looked up by an A* that avoids its nodes (Lawler 1972, Yen 1971, with the
bounds of Hart, Nilsson and Raphael 1968), so a trap costs one look-up and never an endless search.
"""

from __future__ import annotations

import heapq
import math
from bisect import insort
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from graph.kernels.bounds import Stopped
from graph.kernels.choices import Choice, Choices
from graph.kernels.choosing import choices_for
from graph.kernels.problem import FAINTEST, Ground, PathProblem, Stop

# Ranks beyond so many links no longer order families; they still decide between whole paths.
RANKS_KEPT = 64
POLL_EVERY = 64
# How often a family may be misled before its true best is looked up. Bounds are seldom wrong twice on an ordinary map, and a
# look-up costs as much as many families; but without it a region that leads nowhere would be searched for ever.
PATIENCE = 2

# A beginning: the beginning it extends, the link row, the node it ends in.
Beginning: TypeAlias = tuple[Any, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopPaths:
    """Paths as tuples of link rows: strength descending to twelve digits, then fewer links, then the links' ranks.

    `strengths` are the full products in the same order. `left_out_at_most` bounds the strength of every path that is not
    listed, 0.0 where none is left out; it holds whether or not the search was stopped. `exact` is False only when it was.
    """

    paths: list[tuple[int, ...]]
    strengths: list[float]
    exact: bool
    left_out_at_most: float


class _Family(NamedTuple):
    """Paths that begin with `beginning` and go on with one of the choices at `node` from place `first` on.

    A named tuple because a search makes thousands: it costs a quarter of a frozen dataclass.
    """

    beginning: Beginning
    ranks: tuple[int, ...]
    node: int
    need: int
    left: int
    cost: int
    delay: float
    first: int = 0
    # How often the bounds have promised a path that was none, here or in the families that this one comes from.
    misled: int = 0
    # The rest of the family's best path, where it is known; empty where the beginning is a whole path.
    rest: tuple[Choice, ...] | None = None


# Takes half the time of `_Family(...)`, and families are made by the hundred.
_as_family = tuple.__new__


def strongest(problem: PathProblem, k: int, *, stop: Stop | None = None) -> TopPaths:
    """The `k` strongest simple paths of `problem`, or as many as there are.

    Ties: equal strength to twelve significant digits, then fewer links, then the tuple of link ranks; every path tied with
    the k-th has been weighed. `stop` is polled now and then; once it says True the paths found so far come back with
    `exact` False. Polynomial a path where no sign, delay or required node is asked for; with those, finding a simple path
    is NP-hard and the search may visit many beginnings.
    """
    ground = Ground(problem)
    if k <= 0 or ground.hopeless:
        return TopPaths(paths=[], strengths=[], exact=True, left_out_at_most=0.0 if ground.hopeless else 1.0)
    try:
        choices = choices_for(ground, stop)
    except Stopped:
        return TopPaths(paths=[], strengths=[], exact=False, left_out_at_most=1.0)
    search = _Search(problem, choices, k, stop)
    search.run()
    try:
        while not search.stopped and choices.widen(search.reached):
            search = _Search(problem, choices, k, stop)
            search.run()
    except Stopped:
        search.stopped = True
    return search.answer()


class _Search:
    """One run over one set of bounds."""

    def __init__(self, problem: PathProblem, choices: Choices, k: int, stop: Stop | None) -> None:
        self.problem, self.choices, self.scale, self.k, self.stop = problem, choices, choices.scale, k, stop
        self.heap: list[tuple[int, tuple[int, ...], int, _Family]] = []
        self.made = 0
        # (-strength to twelve digits, links, ranks, rows, strength), best first.
        self.best: list[tuple[float, int, tuple[int, ...], tuple[int, ...], float]] = []
        self.dropped = 0.0
        self.stopped = False
        self.reached: int | None = None
        self.polls = 0
        # The least cost that a path which was not weighed can have; None where all were.
        self.ahead: int | None = 0
        # Where length is not bounded, how many links are left is no part of a state.
        self.step = 1 if problem.link_bound < problem.index.n_nodes - 1 else 0
        self.clean: set[tuple[int, int, int]] = set()
        self.close_ties = False

    def run(self) -> None:
        """Open families until no family left can hold one of the best k."""
        for bound, node, need, left in self.choices.begin():
            self._push(bound, _Family((None, -1, node), (), node, need, left, 0, 0.0))
        limit = self.choices.limit
        while True:
            self.ahead = self.heap[0][0] if self.heap else None
            if limit is not None and (self.ahead is None or self.ahead > limit):
                # Nothing is known about costs above the limit, but that paths may begin there.
                self.ahead = limit + 1
            if self.ahead is None or self._poll() or (len(self.best) == self.k and self._beaten(self.ahead)):
                return
            if limit is not None and self.ahead > limit:
                self.reached = self.ahead
                return
            bound, ranks, _, family = self.heap[0]
            heapq.heappop(self.heap)
            if len(self.best) == self.k and self._only_later_ties(bound, ranks, family):
                continue
            if family.rest is not None:
                self._take(family, bound)
            else:
                self._follow(family, bound)

    def answer(self) -> TopPaths:
        """What the run found."""
        ahead = self.scale.strength_at_most(self.ahead) if self.ahead is not None else 0.0
        return TopPaths(
            paths=[entry[3] for entry in self.best],
            strengths=[entry[4] for entry in self.best],
            exact=not self.stopped,
            left_out_at_most=min(1.0, max(ahead, self.dropped)),
        )

    # ---- opening a family -------------------------------------------------

    def _follow(self, family: _Family, bound: int) -> None:
        """Go down the best choice at every node as far as the bound holds, and leave the other choices behind as families."""
        of, late = self.choices.of, self.choices.late
        beginning, ranks, node, need, left, cost, delay, first, misled, _ = family
        arrived = False
        visited = _nodes_of(beginning)
        others: list[tuple[int, int, _Family]] = []
        while True:
            choices = of(node, need, left)
            place = first
            while place < len(choices) and (choices[place].node in visited or (late and late(choices[place], delay, left))):
                place += 1
            if place == len(choices):
                break
            choice = choices[place]
            if cost + choice.bound > bound:
                here = _Family(beginning, ranks, node, need, left, cost, delay, place)
                if misled < PATIENCE:
                    others.append((cost + choice.bound, choice.rank, here))
                else:
                    self._resolve(here, choices, bound, visited)
                break
            if place + 1 < len(choices):
                other = choices[place + 1]
                sibling = _as_family(_Family, (beginning, ranks, node, need, left, cost, delay, place + 1, 0, None))
                others.append((max(bound, cost + other.bound), other.rank, sibling))
            beginning = (beginning, choice.row, choice.node)
            if len(ranks) < RANKS_KEPT:
                ranks = (*ranks, choice.rank)
            node, need, left, cost, delay, first = choice.node, choice.need, left - self.step, cost + choice.cost, delay + choice.delay, 0
            if choice.arrives:
                self._arrive(beginning)
                arrived = True
                break
            visited.add(node)
        # What was left behind on a way that came to nothing counts as misled too; else such ways could multiply without end.
        misled = 0 if arrived else misled + 1
        for least, rank, other_family in others:
            self._push(least, other_family._replace(misled=misled) if misled else other_family, rank)

    def _resolve(self, family: _Family, choices: list[Choice], bound: int, visited: set[int]) -> None:
        """Put the family back under the cost of the best walk that avoids its beginning, or drop it where there is none."""
        found = self._best_rest(family, choices, visited)
        if found is None:
            return
        cost, rest = found
        nodes = {choice.node for choice in rest}
        simple = len(nodes) == len(rest)
        if simple and self._in_time(family.delay, rest):
            ranks = tuple(choice.rank for choice in rest)
            self._push(max(bound, cost), family._replace(rest=rest), *ranks)
            return
        # The walk itself is no answer (it serves a sign or a required node by going round), so each choice is tried apart.
        self._split(family, max(bound, cost), visited, None)

    def _best_rest(self, family: _Family, choices: list[Choice], visited: set[int]) -> tuple[int, tuple[Choice, ...]] | None:
        """The cheapest walk from the family's end to a target that avoids `visited`, by A*; None where there is none."""
        of, tick = self.choices.of, 0
        heap: list[tuple[int, tuple[int, ...], int, int, int, Any]] = []
        for choice in choices[family.first :]:
            if choice.node not in visited:
                tick += 1
                entry = (
                    family.cost + choice.bound,
                    (choice.rank,),
                    tick,
                    family.cost + choice.cost,
                    family.left - self.step,
                    (None, choice),
                )
                heapq.heappush(heap, entry)
        done: set[tuple[int, int, int]] = set()
        while heap:
            total, ranks, _, cost, left, trail = heapq.heappop(heap)
            last: Choice = trail[1]
            if last.arrives:
                return total, _unrolled(trail)
            state = (last.node, last.need, left)
            if state in done or self._poll():
                continue
            done.add(state)
            for choice in of(last.node, last.need, left):
                if choice.node not in visited:
                    tick += 1
                    longer = (*ranks, choice.rank) if len(ranks) < RANKS_KEPT else ranks
                    heapq.heappush(heap, (cost + choice.bound, longer, tick, cost + choice.cost, left - self.step, (trail, choice)))
        return None

    def _take(self, family: _Family, bound: int) -> None:
        """List the family's best path and leave every way off it behind as a family."""
        assert family.rest is not None
        visited = _nodes_of(family.beginning)
        for choice in family.rest:
            self._split(family, bound, visited, choice)
            family = _stepped(family, choice, family.left - self.step)
            visited.add(choice.node)
        self._arrive(family.beginning)

    def _split(self, family: _Family, bound: int, visited: set[int], but: Choice | None) -> None:
        """One family for each choice of this one, except `but`."""
        for choice in self.choices.of(family.node, family.need, family.left)[family.first :]:
            if (but is not None and choice.row == but.row) or choice.node in visited:
                continue
            after = _stepped(family, choice, family.left - self.step)
            self._push(max(bound, family.cost + choice.bound), after._replace(rest=()) if choice.arrives else after)

    def _arrive(self, beginning: Beginning) -> None:
        """Weigh a whole path."""
        rows = _rows_of(beginning)
        problem = self.problem
        if self.choices.left_over and not _nodes_of(beginning).issuperset(self.choices.left_over):
            return
        if problem.max_delay is not None and problem.delay_of(rows) > problem.max_delay:
            return
        strength = problem.strength_of(rows)
        entry = (-to_twelve_digits(strength), len(rows), tuple(problem.rank[list(rows)].tolist()), rows, strength)
        insort(self.best, entry)
        if len(self.best) > self.k:
            self.dropped = max(self.dropped, self.best.pop()[4])

    # ---- knowing when to stop ---------------------------------------------

    def _beaten(self, bound: int) -> bool:
        """Whether no family from here on can hold a path as strong as the k-th."""
        worst = -self.best[-1][0]
        return to_twelve_digits(self.scale.strength_at_most(bound)) < worst

    def _only_later_ties(self, bound: int, ranks: tuple[int, ...], family: _Family) -> bool:
        """Whether the family can at most tie with the k-th, and then with more links or later ones."""
        worst, links, worst_ranks = self.best[-1][:3]
        if to_twelve_digits(self.scale.strength_at_most(bound)) > -worst:
            return False
        if (self.scale.links_at_least(bound), ranks) <= (links, worst_ranks[:RANKS_KEPT]):
            return False
        if not self._no_close_ties(bound, family):
            return False
        self.dropped = max(self.dropped, -worst)
        return True

    def _no_close_ties(self, bound: int, family: _Family) -> bool:
        """Whether every path of the family that ties with its best has the very same cost in the bounds.

        Paths may tie to twelve digits and yet differ in cost by a hair; such a path could have fewer links than the bound
        says, so families that may hold one are opened rather than passed over.
        """
        if self.close_ties or family.rest is not None:
            return False
        hair, of = self.scale.hair, self.choices.of
        pending = [(family.node, family.need, family.left, family.first)]
        at_end = of(family.node, family.need, family.left)
        if not at_end or self.scale.whole(family.cost + at_end[family.first].bound) != self.scale.whole(bound):
            return False
        while pending:
            node, need, left, first = pending.pop()
            state = (node, need, left)
            if state in self.clean:
                continue
            if first == 0:
                self.clean.add(state)
            choices = of(*state)
            if not choices:
                continue
            least = self.scale.whole(choices[first].bound)
            for choice in choices[first:]:
                more = self.scale.whole(choice.bound) - least
                if more > hair:
                    break
                if more > 0:
                    self.close_ties = True
                    return False
                if not choice.arrives:
                    pending.append((choice.node, choice.need, left - self.step, 0))
        return True

    # ---- small change -----------------------------------------------------

    def _push(self, bound: int, family: _Family, *ranks: int) -> None:
        self.made += 1
        order = family.ranks + ranks
        if len(order) > RANKS_KEPT:
            order = order[:RANKS_KEPT]
        heapq.heappush(self.heap, (bound, order, self.made, family))

    def _in_time(self, delay: float, rest: tuple[Choice, ...]) -> bool:
        most = self.problem.max_delay
        # The exact test is on the whole path, in its own order of addition; this one only spares families.
        return most is None or delay + math.fsum(choice.delay for choice in rest) <= most + 1e-9

    def _poll(self) -> bool:
        self.polls += 1
        if self.stop is not None and self.polls % POLL_EVERY == 1 and self.stop():
            self.stopped = True
        return self.stopped


def to_twelve_digits(value: float) -> float:
    """The value that answers print and compare: twelve significant digits."""
    return float(f"{value:.12g}") if value >= FAINTEST else 0.0


def _stepped(family: _Family, choice: Choice, left: int) -> _Family:
    beginning = (family.beginning, choice.row, choice.node)
    ranks = (*family.ranks, choice.rank)[:RANKS_KEPT]
    cost, delay = family.cost + choice.cost, family.delay + choice.delay
    return _Family(beginning, ranks, choice.node, choice.need, left, cost, delay, 0, family.misled)


def _nodes_of(beginning: Beginning | None) -> set[int]:
    nodes = set()
    while beginning is not None:
        beginning, _, node = beginning
        nodes.add(node)
    return nodes


def _rows_of(beginning: Beginning) -> tuple[int, ...]:
    rows = []
    while beginning[0] is not None:
        rows.append(beginning[1])
        beginning = beginning[0]
    rows.reverse()
    return tuple(rows)


def _unrolled(trail: Any) -> tuple[Choice, ...]:
    rest = []
    while trail is not None:
        rest.append(trail[1])
        trail = trail[0]
    return tuple(reversed(rest))

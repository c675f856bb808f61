"""A best-first search for the strongest simple paths, guided by exact bounds on the rest of a path.

A *family* is a beginning of a path together with the choices left at its last node. The search keeps families in the order
of the best that they could hold, opens the first, and so finds paths strongest first. Where the best that the bounds promise
would visit a node twice, the family's true best is looked up by an A* that avoids its nodes (Lawler 1972, Yen 1971, with the
bounds of Hart, Nilsson and Raphael 1968), so a trap costs one look-up and never an endless search.
"""

from __future__ import annotations

import math
from bisect import insort
from heapq import heappop, heappush
from typing import Any

from graph.kernels.choices import Choices
from graph.kernels.families import Beginning, Entry, Family, Litter, nodes_of, rows_of, unrolled
from graph.kernels.problem import FAINTEST, PathProblem, Stop
from graph.kernels.scale import Choice, to_twelve_digits

# Ranks beyond so many links no longer order families; they still decide between whole paths.
RANKS_KEPT = 64
POLL_EVERY = 64
# How often a family may be misled before its true best is looked up. Bounds are seldom wrong twice on an ordinary map, and a
# look-up costs as much as many families; but without it a region that leads nowhere would be searched for ever.
PATIENCE = 2


class Search:
    """One run over one set of bounds. `best` holds (-strength to twelve digits, links, ranks, rows, strength), best first."""

    def __init__(self, problem: PathProblem, choices: Choices, k: int, stop: Stop | None) -> None:
        self.problem, self.choices, self.scale, self.k, self.stop = problem, choices, choices.scale, k, stop
        self.heap: list[Entry] = []
        self.made = 0
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
            self._push(bound, ((None, -1, node), (), node, need, left, 0, 1.0, 0.0, 0), None, Litter(0))
        self._open()
        # Families and their litters hold each other; taken apart, they need not wait for the collector of such rings.
        for *_, litter in self.heap:
            litter.waiting.clear()

    def _open(self) -> None:
        heap, limit = self.heap, self.choices.limit
        while True:
            ahead = heap[0][0] if heap else None
            if limit is not None and (ahead is None or ahead > limit):
                # Nothing is known about costs above the limit, but that paths may begin there.
                ahead = limit + 1
            self.ahead = ahead
            full = len(self.best) == self.k
            if ahead is None or self._poll() or (full and self._beaten(ahead)):
                return
            if limit is not None and ahead > limit:
                self.reached = ahead
                return
            bound, ranks, _, family, rest, litter = heappop(heap)
            if litter.waiting:
                heappush(heap, litter.waiting.pop())
            if full and self._only_later_ties(bound, ranks, family, rest):
                continue
            if rest is not None:
                self._take(family, bound, rest, litter)
            else:
                self._follow(family, bound, litter.misled)

    def left_out_at_most(self) -> float:
        """The most strength that a path can have which is not among the best."""
        ahead = self.scale.strength_at_most(self.ahead) if self.ahead is not None else 0.0
        return min(1.0, max(ahead, self.dropped))

    # ---- opening a family -------------------------------------------------

    def _follow(self, family: Family, bound: int, misled: int) -> None:
        """Go down the best choice at every node as far as the bound holds, and leave the other choices behind as families."""
        known, look, late, targets, down = self.choices.known, self.choices.look, self.choices.late, self.choices.targets, self.step
        beginning, ranks, node, need, left, cost, strength, delay, first = family
        visited, made = nodes_of(beginning), self.made
        # What was left behind on a way that came to nothing counts as misled too; else such ways could multiply without end.
        litter = Litter(misled + 1)
        waiting = litter.waiting
        while True:
            state = (node, need, left)
            choices = known.get(state)
            if choices is None:
                choices = known[state] = look(node, need, left)
            place, count = first, len(choices)
            while place < count and ((step := choices[place][2])[1] in visited or (late and late(step, delay, left))):
                place += 1
            if place == count:
                break
            least, rank, (row, onto, after, more, factor, wait) = choices[place]
            if cost + least > bound:
                here = (beginning, ranks, node, need, left, cost, strength, delay, place)
                if misled < PATIENCE:
                    made += 1
                    waiting.append((cost + least, (*ranks, rank)[:RANKS_KEPT], made, here, None, litter))
                else:
                    self.made = made
                    self._resolve(here, choices, bound, visited)
                    made = self.made
                break
            place += 1
            if place < count:
                least, other, _ = choices[place]
                least += cost
                least = least if least > bound else bound  # noqa: FURB136 - A call takes a tenth of the time of a step.
                made += 1
                here = (beginning, ranks, node, need, left, cost, strength, delay, place)
                waiting.append((least, (*ranks, other)[:RANKS_KEPT], made, here, None, litter))
            beginning = (beginning, row, onto)
            ranks = (*ranks, rank)[:RANKS_KEPT]
            node, need, left, first = onto, after, left - down, 0
            cost += more
            strength *= factor
            delay += wait
            if onto in targets:
                self._arrive(beginning, ranks, strength, delay)
                litter.misled = 0
                break
            visited.add(onto)
        self.made = made
        if waiting:
            waiting.sort(reverse=True)
            heappush(self.heap, waiting.pop())

    def _resolve(self, family: Family, choices: list[Choice], bound: int, visited: set[int]) -> None:
        """Put the family back under the cost of the best walk that avoids its beginning, or drop it where there is none."""
        found = self._best_rest(family, choices, visited)
        if found is None:
            return
        cost, rest = found
        simple = len({step[1] for _, _, step in rest}) == len(rest)
        if simple and self._in_time(family[7], rest):
            self._push(max(bound, cost), family, rest, Litter(0))
            return
        # The walk itself is no answer (it serves a sign or a required node by going round), so each choice is tried apart.
        self._split(family, max(bound, cost), visited, None, Litter(0))

    def _best_rest(self, family: Family, choices: list[Choice], visited: set[int]) -> tuple[int, tuple[Choice, ...]] | None:
        """The cheapest walk from the family's end to a target that avoids `visited`, by A*; None where there is none."""
        targets, tick = self.choices.targets, 0
        heap: list[tuple[int, tuple[int, ...], int, int, int, Any]] = []
        done: set[tuple[int, int, int]] = set()
        left, cost, first = family[4], family[5], family[8]
        ranks: tuple[int, ...] = ()
        trail: Any = None
        ways = choices[first:]
        while True:
            for choice in ways:
                least, rank, step = choice
                if step[1] not in visited:
                    tick += 1
                    heappush(heap, (cost + least, (*ranks, rank)[:RANKS_KEPT], tick, cost + step[3], left - self.step, (trail, choice)))
            while heap:
                total, ranks, _, cost, left, trail = heappop(heap)
                node, need = trail[1][2][1:3]
                if node in targets:
                    return total, unrolled(trail)
                if (node, need, left) not in done and not self._poll():
                    done.add((node, need, left))
                    ways = self._of(node, need, left)
                    break
            else:
                return None

    def _take(self, family: Family, bound: int, rest: tuple[Choice, ...], litter: Litter) -> None:
        """List the family's best path and leave every way off it behind as a family."""
        visited = nodes_of(family[0])
        for choice in rest:
            self._split(family, bound, visited, choice, litter)
            family = self._stepped(family, choice)
            visited.add(family[2])
        beginning, ranks, _, _, _, _, strength, delay, _ = family
        self._arrive(beginning, ranks, strength, delay)

    def _split(self, family: Family, bound: int, visited: set[int], but: Choice | None, litter: Litter) -> None:
        """One family for each choice of this one, except `but`."""
        _, _, node, need, left, cost, _, _, first = family
        for choice in self._of(node, need, left)[first:]:
            row, onto = choice[2][:2]
            if (but is None or row != but[2][0]) and onto not in visited:
                rest = () if onto in self.choices.targets else None
                self._push(max(bound, cost + choice[0]), self._stepped(family, choice), rest, Litter(litter.misled))

    def _arrive(self, beginning: Beginning, ranks: tuple[int, ...], strength: float, delay: float) -> None:
        """Weigh a whole path."""
        rows = rows_of(beginning)
        problem = self.problem
        if self.choices.left_over and not nodes_of(beginning).issuperset(self.choices.left_over):
            return
        if problem.max_delay is not None and not delay <= problem.max_delay:
            return
        if strength < FAINTEST:
            strength = 0.0
        if len(rows) > RANKS_KEPT:
            ranks = tuple(problem.rank[list(rows)].tolist())
        insort(self.best, (-to_twelve_digits(strength), len(rows), ranks, rows, strength))
        if len(self.best) > self.k:
            self.dropped = max(self.dropped, self.best.pop()[4])

    # ---- knowing when to stop ---------------------------------------------

    def _beaten(self, bound: int) -> bool:
        """Whether no family from here on can hold a path as strong as the k-th."""
        worst = -self.best[-1][0]
        return to_twelve_digits(self.scale.strength_at_most(bound)) < worst

    def _only_later_ties(self, bound: int, ranks: tuple[int, ...], family: Family, rest: tuple[Choice, ...] | None) -> bool:
        """Whether the family can at most tie with the k-th, and then with more links or later ones."""
        worst, links, worst_ranks = self.best[-1][:3]
        if to_twelve_digits(self.scale.strength_at_most(bound)) > -worst:
            return False
        if (self.scale.links_at_least(bound), ranks) <= (links, worst_ranks[:RANKS_KEPT]):
            return False
        if rest is not None or not self._no_close_ties(bound, family):
            return False
        self.dropped = max(self.dropped, -worst)
        return True

    def _no_close_ties(self, bound: int, family: Family) -> bool:
        """Whether every path of the family that ties with its best has the very same cost in the bounds.

        Paths may tie to twelve digits and yet differ in cost by a hair; such a path could have fewer links than the bound
        says, so families that may hold one are opened rather than passed over.
        """
        _, _, node, need, left, cost, _, _, first = family
        at_end = self._of(node, need, left)
        hair, targets, whole = self.scale.hair, self.choices.targets, self.scale.whole
        if self.close_ties or not at_end or whole(cost + at_end[first][0]) != whole(bound):
            return False
        pending = [(node, need, left, first)]
        while pending:
            node, need, left, first = pending.pop()
            state = (node, need, left)
            if state in self.clean:
                continue
            if first == 0:
                self.clean.add(state)
            choices = self._of(*state)
            if not choices:
                continue
            least = whole(choices[first][0])
            for best, _, (_, onto, after, *_) in choices[first:]:
                more = whole(best) - least
                if more > hair:
                    break
                if more > 0:
                    self.close_ties = True
                    return False
                if onto not in targets:
                    pending.append((onto, after, left - self.step, 0))
        return True

    # ---- small change -----------------------------------------------------

    def _of(self, node: int, need: int, left: int) -> list[Choice]:
        """The choices at a node, looked up once."""
        state = (node, need, left)
        found = self.choices.known.get(state)
        if found is None:
            found = self.choices.known[state] = self.choices.look(node, need, left)
        return found

    def _push(self, bound: int, family: Family, rest: tuple[Choice, ...] | None, litter: Litter) -> None:
        self.made += 1
        order = family[1] if rest is None else (*family[1], *(rank for _, rank, _ in rest))
        heappush(self.heap, (bound, order[:RANKS_KEPT], self.made, family, rest, litter))

    def _stepped(self, family: Family, choice: Choice) -> Family:
        beginning, ranks, _, _, left, cost, strength, delay, _ = family
        _, rank, (row, node, need, more, factor, wait) = choice
        ranks = (*ranks, rank)[:RANKS_KEPT]
        return (beginning, row, node), ranks, node, need, left - self.step, cost + more, strength * factor, delay + wait, 0

    def _in_time(self, delay: float, rest: tuple[Choice, ...]) -> bool:
        most = self.problem.max_delay
        # The exact test is on the whole path, in its own order of addition; this one only spares families.
        return most is None or delay + math.fsum(step[5] for _, _, step in rest) <= most + 1e-9

    def _poll(self) -> bool:
        self.polls += 1
        if self.stop is not None and self.polls % POLL_EVERY == 1 and self.stop():
            self.stopped = True
        return self.stopped

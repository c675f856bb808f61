"""The many pairs of which nobody sees the factor, kept in columns: on a plain map that is nearly all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Floats, Longs

STATES = ("not_recorded", "said_missing", "disputed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """The factors that one decision moves and nobody sees, with the score of each (NaN unknown), what the strongest path is
    worth, and the state, as a place in `STATES`.
    """

    decision: int
    owner: int
    factors: Longs
    scores: Floats
    acts: Floats
    states: NDArray[np.int8]


@dataclass
class UnseenPairs:
    """All of them, decision by decision; complete before it is asked."""

    parts: list[Unseen] = field(default_factory=list)

    def first(self, most: int, rank: Longs, *, recorded: bool) -> list[tuple[Unseen, int]]:
        """The first `most` of those in a recorded state, or in none, each by its decision's part and its place there.

        By score to twelve digits, unknown ones last, ties by the ranks of decision and factor.
        """
        which = [np.flatnonzero((part.states > 0) == recorded) for part in self.parts]
        part_of = np.repeat(np.arange(len(which)), [places.size for places in which])
        if not part_of.size:
            return []
        places = np.concatenate(which)
        score = np.concatenate([part.scores[mine] for part, mine in zip(self.parts, which, strict=True)])
        near = near_first(score, most)
        part_of, places, score = part_of[near], places[near], score[near]
        factor = np.array([self.parts[part].factors[place] for part, place in zip(part_of.tolist(), places.tolist(), strict=True)])
        decision = np.array([part.decision for part in self.parts])[part_of]
        unknown = np.isnan(score)
        order = np.lexsort((rank[factor], rank[decision], -twelve_digits(np.where(unknown, 0.0, score)), unknown))[:most]
        return [(self.parts[part], place) for part, place in zip(part_of[order].tolist(), places[order].tolist(), strict=True)]

    def count(self, state: int) -> int:
        """How many are in a state."""
        return sum(int((part.states == state).sum()) for part in self.parts)

    @property
    def headline(self) -> int:
        """How many are said to be missing, disputed or not."""
        return sum(int((part.states > 0).sum()) for part in self.parts)

    def by_owner(self, n_nodes: int) -> dict[int, tuple[Floats, Longs]]:
        """For each owner and factor, the scores of its decisions added up, and how many they are. Only of what is said."""
        sums: dict[int, tuple[Floats, Longs]] = {}
        for part in self.parts:
            score, count = sums.setdefault(part.owner, (np.zeros(n_nodes), np.zeros(n_nodes, dtype=np.int64)))
            said = part.states > 0
            # A decision has each factor once, so plain indexing adds every pair.
            score[part.factors[said]] += np.where(np.isnan(part.scores[said]), 0.0, part.scores[said])
            count[part.factors[said]] += 1
        return sums

    def pairs_of(self, owner: int, factor: int) -> list[tuple[int, float]]:
        """The decisions of an owner that move a factor, with the scores, where it is said that nobody sees it."""
        found = []
        for part in self._of_owner.get(owner, ()):
            # Factors are in ascending order.
            place = int(np.searchsorted(part.factors, factor))
            if place < part.factors.size and part.factors[place] == factor and part.states[place] > 0:
                found.append((part.decision, float(part.scores[place])))
        return found

    @cached_property
    def _of_owner(self) -> Mapping[int, Sequence[Unseen]]:
        parts: dict[int, list[Unseen]] = {}
        for part in self.parts:
            parts.setdefault(part.owner, []).append(part)
        return parts


def heaviest(unseen: UnseenPairs, n_nodes: int, most: int, rank: Longs) -> list[tuple[int, int]]:
    """The owners and factors, of which seeing would close most unseen pairs: by score, then number, then ids (`rank`)."""
    found = []
    for owner, (score, count) in unseen.by_owner(n_nodes).items():
        factors = np.flatnonzero(count)
        digits = twelve_digits(score[factors])
        for place in np.lexsort((rank[factors], -count[factors], -digits))[:most].tolist():
            factor = int(factors[place])
            found.append((-float(digits[place]), -int(count[factor]), int(rank[owner]), int(rank[factor]), owner, factor))
    return [(owner, factor) for *_, owner, factor in sorted(found)[:most]]


def near_first(scores: Floats, most: int) -> Longs:
    """The places of the `most` highest scores, of what is as high to twelve digits, and of unknown ones where they are needed."""
    known = np.flatnonzero(~np.isnan(scores))
    if known.size < most:
        return np.arange(scores.size)
    least = float(np.partition(scores[known], known.size - most)[known.size - most]) if most else np.inf
    return known[scores[known] >= least * (1.0 - 1e-10)]


def twelve_digits(values: Floats) -> Floats:
    """Numbers to 12 significant digits."""
    unique, back = np.unique(values, return_inverse=True)
    rounded: Floats = np.array([float(f"{value:.12g}") for value in unique.tolist()], dtype=np.float64)[back]
    return rounded

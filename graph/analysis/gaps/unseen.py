"""The many pairs of which nobody sees the factor, kept in columns: on a plain map that is nearly all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

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

    def first(self, most: int, rank: Longs, *, recorded: bool) -> list[int]:
        """Places of the first `most` by score to twelve digits, unknown ones last, ties by the factor's rank."""
        places = np.flatnonzero((self.states > 0) == recorded)
        if not places.size:
            return []
        unknown = np.isnan(self.scores[places])
        digits = twelve_digits(np.where(unknown, 0.0, self.scores[places]))
        order = np.lexsort((rank[self.factors[places]], -digits, unknown))
        return [int(place) for place in places[order[:most]]]


@dataclass(slots=True)
class UnseenPairs:
    """All of them, decision by decision."""

    parts: list[Unseen] = field(default_factory=list)

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
        for part in self.parts:
            if part.owner == owner:
                places = np.flatnonzero((part.factors == factor) & (part.states > 0))
                found += [(part.decision, float(part.scores[place])) for place in places.tolist()]
        return found


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


def twelve_digits(values: Floats) -> Floats:
    """Numbers to 12 significant digits."""
    unique, back = np.unique(values, return_inverse=True)
    rounded: Floats = np.array([float(f"{value:.12g}") for value in unique.tolist()], dtype=np.float64)[back]
    return rounded

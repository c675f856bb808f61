"""The many pairs of which nobody sees the factor: on a plain map that is nearly all of them."""

from __future__ import annotations

import numpy as np

from graph.analysis.gaps.findings import Pairs, near_first, twelve_digits
from graph.kernels.index import Floats, Longs


def heaviest(unseen: Pairs, n_nodes: int, most: int, rank: Longs) -> list[tuple[int, int]]:
    """The owners and factors, of which seeing would close most unseen pairs: by score, then number, then ids (`rank`)."""
    if not len(unseen):
        return []
    codes, back, count = np.unique(unseen.owner * n_nodes + unseen.factor, return_inverse=True, return_counts=True)
    # Added up in the order of the pairs.
    score: Floats = np.bincount(back, weights=unseen.worth).astype(np.float64)
    near = near_first(score, most)
    score, count = score[near], count[near]
    owner, factor = np.divmod(codes[near], n_nodes)
    order = np.lexsort((rank[factor], rank[owner], -count, -twelve_digits(score)))[:most]
    return list(zip(owner[order].tolist(), factor[order].tolist(), strict=True))


def closed_by_seeing(unseen: Pairs, n_nodes: int, seeing: set[tuple[int, int]]) -> Pairs:
    """The pairs that would close if these owners saw these factors."""
    wanted = np.array([owner * n_nodes + factor for owner, factor in seeing], dtype=np.int64)
    return unseen.part(np.isin(unseen.owner * n_nodes + unseen.factor, wanted))

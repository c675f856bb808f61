"""Reading the map: drivers and receivers, what hangs together, the person at the top, and the named workshop questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from graph.analysis.read.asked import Asked
from graph.analysis.read.layers import layers_of
from graph.analysis.read.named import about, about_both
from graph.analysis.read.roles import DRIVER, ISOLATED, ORDINARY, RECEIVER, Readings
from graph.analysis.read.text import text_of
from graph.kernels.centrality import Betweenness
from graph.results import Terms
from graph.results.read import ReadAnswer
from graph.scope import Filters
from graph.selection import Stop
from graph.snapshot import Snapshot

__all__ = ["read"]

CAUTION = "Centrality is a weak guide to what causes what: prefer influence on a named outcome, which stands beside it."


def read(snapshot: Snapshot, names: Sequence[str], moment: str | None, filters: Filters, *, stop: Stop | None = None) -> ReadAnswer:
    """How to read the map; for each named node the workshop questions about it, for each two of them those about both.

    Counts links that carry impact, those of a node to itself apart. Betweenness is over paths of fewest links; influence is the
    strongest path of at most `filters.max_links` to the moment. Layers count the fewest links to the moment, and for each
    decision the fewest hand-offs between owners on any way there. Raises UnknownName for a name that is not on the map.
    """
    asked = Asked.of(snapshot, moment, filters, stop)
    named = [snapshot.find(name) for name in names]
    every = Readings(asked)
    between, groups = every.between, every.groups
    readings = every.listed()
    nodes = tuple(about(asked, row, every.of(row)) for row in named)
    answer = ReadAnswer(
        readings=readings,
        listed=filters.top,
        roles={role: sum(reading.role == role for reading in readings) for role in (DRIVER, RECEIVER, ORDINARY, ISOLATED)},
        communities=every.members(),
        modularity=None if groups is None else groups.modularity,
        betweenness_exact=between.exact,
        betweenness_starts=between.starts,
        layers=layers_of(asked),
        nodes=nodes,
        pairs=tuple(about_both(asked, one, other) for one, other in combinations(named, 2)),
        complete=all(node.complete for node in nodes) and not (stop is not None and stop()),
        caution=CAUTION,
        text="",
        terms=_terms(asked, between),
    )
    return replace(answer, text=text_of(snapshot, answer))


def _terms(asked: Asked, between: Betweenness) -> Terms:
    counted = "" if between.exact else f", estimated from {between.starts} starts"
    to_moment = "" if asked.moment is None else "; influence is the strongest path to the moment"
    return Terms(
        revision=asked.snapshot.revision,
        as_of=asked.filters.as_of,
        method=(
            f"links that carry impact; betweenness over paths of fewest links{counted}; "
            f"communities by greedy directed modularity{to_moment}"
        ),
        max_links=asked.filters.max_links,
        filters=asked.filters.described(),
    )

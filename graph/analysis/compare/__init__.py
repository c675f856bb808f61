"""Comparing two maps: what differs, matched by stable id and never by label, and what follows. Said as B minus A."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graph.analysis.compare.consequences import gaps_changed, loops_changed, pounds_changed, routes_changed, verdicts_changed
from graph.analysis.compare.differences import link_changes, node_changes
from graph.analysis.compare.seen import Seen
from graph.analysis.compare.text import text_of
from graph.results import Terms
from graph.results.compare import Changes, CompareAnswer, Compared
from graph.selection import Stop

__all__ = ["Seen", "compare"]


def compare(a: Seen, b: Seen, *, silent: Sequence[str] = (), stop: Stop | None = None) -> CompareAnswer:
    """What stands on B and not on A, what stood on A only, what changed, and the consequences that the answers show.

    Counts what stands on each side's day under its filters. O(nodes + links); links are read only where their bytes
    differ. Differences of the answers are exact where these are complete.
    """
    nodes_a, nodes_b = a.standing_nodes(), b.standing_nodes()
    links_a, links_b = a.standing_links(), b.standing_links()
    answer = CompareAnswer(
        a=_compared(a, len(nodes_a), len(links_a)),
        b=_compared(b, len(nodes_b), len(links_b)),
        nodes=Changes(
            added=tuple(name for name in nodes_b if name not in nodes_a),
            removed=tuple(name for name in nodes_a if name not in nodes_b),
            changed=tuple(node_changes(a, b, nodes_a, nodes_b)),
        ),
        links=Changes(
            added=tuple(name for name in links_b if name not in links_a),
            removed=tuple(name for name in links_a if name not in links_b),
            changed=tuple(link_changes(a, b, links_a, links_b)),
        ),
        verdicts=verdicts_changed(a.litmus, b.litmus),
        loops_found=(a.loops.found, b.loops.found) if a.loops and b.loops else None,
        **loops_changed(a, b),
        gaps_found=(a.gaps.found, b.gaps.found) if a.gaps and b.gaps else None,
        **gaps_changed(a.gaps, b.gaps),
        routes=routes_changed(a.impact, b.impact),
        pounds=pounds_changed(a, b, links_a, links_b),
        complete=_complete(a, b) and not (stop is not None and stop()),
        silent=tuple(silent),
        text="",
        terms=_terms(b),
    )
    return replace(answer, text=text_of(answer))


def _compared(side: Seen, nodes: int, links: int) -> Compared:
    filters = side.filters
    as_of = filters.as_of.isoformat() if filters.as_of else None
    return Compared(name=side.name, revision=side.snapshot.revision, as_of=as_of, proposals=filters.proposals, nodes=nodes, links=links)


def _complete(a: Seen, b: Seen) -> bool:
    listed = all(side.loops is None or (side.loops.complete and side.loops.found <= len(side.loops.loops)) for side in (a, b))
    listed &= all(side.gaps is None or (side.gaps.complete and side.gaps.found <= len(side.gaps.gaps)) for side in (a, b))
    counted = all(side.impact is None or side.impact.balance.complete for side in (a, b))
    judged = all(side.litmus is None or all(verdict.balance.complete for verdict in side.litmus.verdicts) for side in (a, b))
    return listed and counted and judged


def _terms(b: Seen) -> Terms:
    return Terms(
        revision=b.snapshot.revision,
        as_of=b.filters.as_of,
        method="B minus A, matched by id; consequences from the same questions asked of both sides",
        max_links=b.filters.max_links,
        filters=b.filters.described(),
    )

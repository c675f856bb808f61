"""Whom a decision reaches and nobody is recorded as having asked, and who was asked without effect."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.analysis.gaps.said import Said, voice
from graph.generic import generic_levels
from graph.kernels.index import Floats, Longs
from graph.results import ConsultationGap, Unanswered
from graph.selection import Selection
from graph.snapshot import Snapshot
from schema.kinds import LinkKind, Use
from schema.records import Link

_JOINING = (LinkKind.CONSULTS, LinkKind.INFORMS, LinkKind.OBSERVES)


def consultation_gaps(
    snapshot: Snapshot, selection: Selection, decisions: Sequence[tuple[int, Sequence[int]]], acts: Floats, factors: NDArray[np.int64]
) -> list[ConsultationGap]:
    """The silos that each decision reaches and that nothing joins to its owner, decision by decision.

    `acts` has a row for each decision. A silo is joined where a consultation or an information link, not said to be missing,
    runs either way between the owner and anything in that silo.
    """
    silo = snapshot.nodes.silo
    ordered = factors[np.argsort(silo[factors], kind="stable")]
    if not ordered.size:
        return []
    codes, first = np.unique(silo[ordered], return_index=True)
    reached = acts[:, ordered]
    counts, strongest = np.add.reduceat(reached > 0, first, axis=1, dtype=np.int64), np.maximum.reduceat(reached, first, axis=1)
    joined, place_of = _joined(snapshot, selection), {code: place for place, code in enumerate(codes.tolist())}
    for place, (decision, owners) in enumerate(decisions):
        own = {0, int(silo[decision]), *(int(silo[owner]) for owner in owners)}
        heard = set().union(*(joined.get(owner, set()) for owner in owners))
        counts[place, [place_of[code] for code in own | heard if code in place_of]] = 0
    lines, columns = np.nonzero(counts)
    return [
        ConsultationGap(
            decision=snapshot.node(decisions[line][0]).id,
            owner=snapshot.node(decisions[line][1][0]).id,
            silo=snapshot.nodes.silos[code],
            factors=count,
            strength=strength,
        )
        for line, code, count, strength in zip(
            lines.tolist(), codes[columns].tolist(), counts[lines, columns].tolist(), strongest[lines, columns].tolist(), strict=True
        )
    ]


def consultation_order(gap: ConsultationGap) -> tuple[float, int, str, str]:
    """By the strongest path into the silo to twelve digits, then by the factors reached, then by ids."""
    return -float(f"{gap.strength:.12g}"), -gap.factors, gap.decision, gap.silo


def _joined(snapshot: Snapshot, selection: Selection) -> Mapping[int, set[int]]:
    """For every node the silos that a consultation or information link joins to it."""
    joined: dict[int, set[int]] = {}
    silo = snapshot.nodes.silo
    rows = _available(snapshot)
    rows = rows[selection.standing_links[rows]]
    starts, ends = snapshot.start[rows], snapshot.end[rows]
    for near, far in ((starts, ends), (ends, starts)):
        for node, code in zip(near.tolist(), silo[far].tolist(), strict=True):
            joined.setdefault(node, set()).add(code)
    return joined


def _available(snapshot: Snapshot) -> Longs:
    """The rows of the links that join and are not said to be missing, which hangs on nothing that is asked."""

    def found() -> Longs:
        rows = snapshot.of_kind(*_JOINING).tolist()
        there = [row for row in rows if not Said.of(snapshot.link(row), "available", Use.YES).is_missing]
        return np.array(there, dtype=np.int64)

    return snapshot.keep("links that join silos", found)


def asked_and_unchanged(snapshot: Snapshot, selection: Selection, askers: Collection[int] | None) -> list[Unanswered]:
    """The consultations that are said to have changed nothing, in the order of their ids; only those by `askers`, if given.

    A body that is one of an asker is an asker too.
    """
    links = []
    for row in snapshot.of_kind(LinkKind.CONSULTS).tolist():
        if selection.standing_links[row] and (askers is None or _asks(snapshot, selection, int(snapshot.start[row]), askers)):
            links.append(snapshot.link(row))
    unchanged = [link for link in links if Said.of(link, "changed_anything", Use.UNKNOWN).is_missing]
    return [_told(snapshot, link) for link in sorted(unchanged, key=lambda link: link.id)]


def _asks(snapshot: Snapshot, selection: Selection, body: int, askers: Collection[int]) -> bool:
    return body in askers or any(above in askers for level in generic_levels(snapshot, body, selection.standing_links) for above in level)


def _told(snapshot: Snapshot, link: Link) -> Unanswered:
    asked_by, asked = snapshot.map.node(link.start), snapshot.map.node(link.end)
    answered = {Use.NO: "had no answer and ", Use.YES: "had an answer and ", Use.SOMETIMES: "had an answer now and then and "}
    about = f" ({link.instrument})" if link.instrument else ""
    said = f"{asked.label} was asked by {asked_by.label}{about}, {answered.get(link.answered or Use.UNKNOWN, '')}nothing changed."
    return Unanswered(
        link=link.id,
        asked_by=asked_by.id,
        asked=asked.id,
        answered=link.answered,
        changed_anything=link.changed_anything,
        said_by=tuple(voice(snapshot, claim) for claim in link.claims),
        text=f"{said} {link.text}" if link.text else said,
    )

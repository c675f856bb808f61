"""Whom a decision reaches and nobody is recorded as having asked, and who was asked without effect."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.analysis.gaps.said import Said, voice
from graph.generic import generic_levels
from graph.kernels.index import Floats
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
    joined = _joined(snapshot, selection)
    silo = snapshot.nodes.silo
    found = []
    for place, (decision, owners) in enumerate(decisions):
        reached = factors[acts[place, factors] > 0]
        own = {0, int(silo[decision]), *(int(silo[owner]) for owner in owners)}
        heard = set().union(*(joined.get(owner, set()) for owner in owners))
        for code in sorted(set(silo[reached].tolist()) - own - heard):
            there = reached[silo[reached] == code]
            found.append(
                ConsultationGap(
                    decision=snapshot.node(decision).id,
                    owner=snapshot.node(owners[0]).id,
                    silo=snapshot.nodes.silos[code],
                    factors=int(there.size),
                    strength=float(acts[place, there].max()),
                )
            )
    return found


def consultation_order(gap: ConsultationGap) -> tuple[float, int, str, str]:
    """By the strongest path into the silo to twelve digits, then by the factors reached, then by ids."""
    return -float(f"{gap.strength:.12g}"), -gap.factors, gap.decision, gap.silo


def _joined(snapshot: Snapshot, selection: Selection) -> Mapping[int, set[int]]:
    """For every node the silos that a consultation or information link joins to it."""
    joined: dict[int, set[int]] = {}
    silo = snapshot.nodes.silo
    for row in snapshot.of_kind(*_JOINING).tolist():
        if not selection.standing_links[row] or Said.of(snapshot.link(row), "available", Use.YES).is_missing:
            continue
        start, end = int(snapshot.start[row]), int(snapshot.end[row])
        joined.setdefault(start, set()).add(int(silo[end]))
        joined.setdefault(end, set()).add(int(silo[start]))
    return joined


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

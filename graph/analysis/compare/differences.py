"""What differs between two maps: the attributes of what stands on both, and what their links come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from graph.analysis.compare.seen import Seen
from graph.results.compare import Change
from graph.snapshot import Snapshot
from graph.telling import SIGN_OF_NUMBER
from schema.records import Claim, Link, Node
from schema.wire import to_json

WORKED_OUT = ("sign", "strength", "confidence", "delay_low", "delay_high")
"""What a link comes to over all its claims, as columns of a snapshot."""


def node_changes(a: Seen, b: Seen, nodes_a: Mapping[str, int], nodes_b: Mapping[str, int]) -> Iterable[Change]:
    """What changed of the nodes on both sides, in the order of B, attributes by name. O(nodes)."""
    if a.snapshot is b.snapshot:
        return
    for name, row in nodes_b.items():
        if name in nodes_a:
            before, after = a.snapshot.node(nodes_a[name]), b.snapshot.node(row)
            if before != after:
                yield from _attribute_changes(name, before, after)


def link_changes(a: Seen, b: Seen, links_a: Mapping[str, int], links_b: Mapping[str, int]) -> Iterable[Change]:
    """What changed of the links on both sides, in the order of B. O(links); a link is read only where its bytes differ."""
    if a.snapshot is b.snapshot:
        return
    table_a, table_b = a.snapshot.map.links, b.snapshot.map.links
    for name, row in links_b.items():
        if name not in links_a:
            continue
        if table_a.payload(links_a[name]) != table_b.payload(row):
            yield from _attribute_changes(name, table_a[links_a[name]], table_b[row])
            yield from _worked_out_changes(name, a.snapshot, links_a[name], b.snapshot, row)


def _attribute_changes(name: str, before: Node | Link, after: Node | Link) -> Iterable[Change]:
    """The attributes that differ, claims one by one, each with the evidence that B gives."""
    old, new = to_json(before), to_json(after)
    evidence = _evidence(after.claims)
    for attribute in sorted({*old, *new} - {"claims", "id"}):
        if old.get(attribute) != new.get(attribute):
            yield Change(id=name, attribute=attribute, before=old.get(attribute), after=new.get(attribute), evidence=evidence)
    claims_a, claims_b = ({claim.id: claim for claim in record.claims} for record in (before, after))
    for claim in sorted({*claims_a, *claims_b}):
        was, now = claims_a.get(claim), claims_b.get(claim)
        if was != now:
            yield Change(
                id=name,
                attribute=f"claim {claim}",
                before=to_json(was) if was else None,
                after=to_json(now) if now else None,
                evidence=_evidence([now] if now else []),
            )


def _worked_out_changes(name: str, a: Snapshot, row_a: int, b: Snapshot, row_b: int) -> Iterable[Change]:
    """What a link comes to over all its claims, where that differs beyond what it states itself."""
    evidence = _evidence(b.link(row_b).claims)
    for attribute in WORKED_OUT:
        was, now = (_number(getattr(side.links, attribute)[row]) for side, row in ((a, row_a), (b, row_b)))
        if attribute == "sign":
            was, now = (SIGN_OF_NUMBER[int(value or 0)] for value in (was, now))
        if was != now:
            yield Change(id=name, attribute=f"{attribute} over all claims", before=was, after=now, evidence=evidence)


def _number(value: Any) -> Any:
    number = float(value)
    return None if np.isnan(number) else float(f"{number:.12g}")


def _evidence(claims: Iterable[Claim]) -> tuple[str, ...]:
    """What is cited: sources, else who says it, else on what ground."""
    return tuple(dict.fromkeys(claim.source or claim.by or str(claim.basis) for claim in claims))

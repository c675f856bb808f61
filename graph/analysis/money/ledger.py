"""Ledgers by body and year, and what a year's public money comes to when each pound is counted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from graph.analysis.money.flows import Flow
from graph.results.money import NOT_MEASURED, Entry, YearTotal
from graph.snapshot import Snapshot
from schema.kinds import FlowKind


@dataclass(slots=True, kw_only=True)
class _Sums:
    """A ledger in the making. `least` and `most` bound the remainder."""

    entering: int = 0
    own: int = 0
    leaving: int = 0
    spent: int = 0
    received: int = 0
    least: int = 0
    most: int = 0
    fenced_in: int = 0
    fenced_out: int = 0
    flows: dict[str, None] = field(default_factory=dict)
    precisions: dict[str, None] = field(default_factory=dict)
    overlaps: dict[str, None] = field(default_factory=dict)

    def note(self, flow: Flow) -> None:
        self.flows[flow.link] = None
        self.precisions[flow.money.precision] = None
        if flow.money.overlap:
            self.overlaps[flow.money.overlap] = None


def entries(snapshot: Snapshot, flows: Iterable[Flow]) -> tuple[Entry, ...]:
    """One entry for each body and year with a flow, in the order of the years and of the map.

    Own revenue belongs to who raises it (the payee); who pays a tax or a charge has no ledger for it. O(flows).
    """
    books: dict[tuple[str, int], _Sums] = {}
    for flow in flows:
        _book(books, flow)
    return tuple(
        Entry(
            body=snapshot.node(row).id,
            year=year,
            transfers_in=sums.entering,
            own_revenue=sums.own,
            transfers_out=sums.leaving,
            final_spend=sums.spent,
            received=sums.received,
            low=sums.least,
            high=sums.most,
            ring_fenced_in=sums.fenced_in,
            ring_fenced_out=sums.fenced_out,
            flows=tuple(sums.flows),
            precisions=tuple(sums.precisions),
            overlaps=tuple(sums.overlaps),
        )
        for (year, row), sums in sorted(books.items(), key=lambda item: item[0])
    )


def _book(books: dict[tuple[str, int], _Sums], flow: Flow) -> None:
    year, fenced = flow.money.year, flow.pence if flow.money.ring_fenced else 0
    payee = books.setdefault((year, flow.payee), _Sums())
    payee.note(flow)
    if flow.is_flow(FlowKind.FINAL_SPEND):
        payee.received += flow.pence
    else:
        payee.least += flow.low
        payee.most += flow.high
    if flow.is_flow(FlowKind.OWN_REVENUE):
        payee.own += flow.pence
        return
    payer = books.setdefault((year, flow.payer), _Sums())
    payer.note(flow)
    payer.least -= flow.high
    payer.most -= flow.low
    payer.fenced_out += fenced
    if flow.is_flow(FlowKind.FINAL_SPEND):
        payer.spent += flow.pence
    else:
        payer.leaving += flow.pence
        payee.entering += flow.pence
        payee.fenced_in += fenced


def year_total(year: str, flows: Sequence[Flow], ledger: Sequence[Entry], coverage: Fraction | None) -> YearTotal:
    """What a year's money comes to, each pound counted once."""
    spent = [flow for flow in flows if flow.is_flow(FlowKind.FINAL_SPEND)]
    control = [flow.pence for flow in flows if flow.is_control]
    return YearTotal(
        year=year,
        final_spend=sum(flow.pence for flow in spent),
        at_source=sum(entry.own_revenue + (entry.transfers_out + entry.final_spend if entry.is_origin else 0) for entry in ledger),
        all_flows=sum(flow.pence for flow in flows),
        ring_fenced=sum(flow.pence for flow in flows if flow.money.ring_fenced),
        coverage=coverage,
        control=sum(control) if control else None,
        rewards={kind: _rewards([flow for flow in flows if flow.is_flow(kind)]) for kind in FlowKind},
        price_bases=tuple(sorted({flow.money.price_basis for flow in flows})),
        places=tuple(sorted({flow.money.geography for flow in flows})),
    )


def _rewards(flows: Sequence[Flow]) -> dict[str, int]:
    """Pence by what they are paid for; what no source says is not measured, never nothing."""
    sums: dict[str, int] = {}
    for flow in flows:
        word = str(flow.money.paid_for) if flow.money.paid_for else NOT_MEASURED
        sums[word] = sums.get(word, 0) + flow.pence
    return dict(sorted(sums.items()))

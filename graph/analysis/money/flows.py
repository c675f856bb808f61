"""The flows of money that count, each as a row of exact pence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.selection import Selection
from graph.snapshot import Snapshot
from schema.kinds import FlowKind, LinkKind
from schema.records import Money

CONTROL_PURPOSES = frozenset({"control", "reporting", "inspection", "audit", "monitoring"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow: who pays whom how much in which year. `purpose` is that of a ring-fence; one without a name has its own."""

    link: str
    payer: int
    payee: int
    money: Money
    purpose: str | None
    is_control: bool

    @property
    def pence(self) -> int:
        return self.money.pence

    @property
    def low(self) -> int:
        return self.money.pence if self.money.low_pence is None else self.money.low_pence

    @property
    def high(self) -> int:
        return self.money.pence if self.money.high_pence is None else self.money.high_pence

    @property
    def fence(self) -> str | None:
        """The purpose that the money is bound to by this flow; None where it is pooled with all else."""
        return (self.purpose or f"ring-fence of {self.link}") if self.money.ring_fenced else None

    def is_flow(self, kind: FlowKind) -> bool:
        return self.money.flow is kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """The flows with a sum, how many have none, and how many fell out because something no longer stands."""

    flows: tuple[Flow, ...]
    without_sum: int
    not_standing: int

    def of_year(self, year: str) -> tuple[Flow, ...]:
        return tuple(flow for flow in self.flows if flow.money.year == year)

    @property
    def years(self) -> Sequence[str]:
        return sorted({flow.money.year for flow in self.flows})


def flows_of(snapshot: Snapshot, selection: Selection) -> Flows:
    """The flows that stand, in the map's order. O(links)."""
    found, without, gone = [], 0, 0
    for row in snapshot.of_kind(LinkKind.FUNDS).tolist():
        link = snapshot.link(row)
        if not selection.standing_links[row]:
            gone += link.money is not None
        elif link.money is None:
            without += 1
        else:
            found.append(
                Flow(
                    link=link.id,
                    payer=int(snapshot.start[row]),
                    payee=int(snapshot.end[row]),
                    money=link.money,
                    purpose=link.purpose,
                    is_control=link.attributes.get("control") is True or (link.purpose or "") in CONTROL_PURPOSES,
                )
            )
    return Flows(flows=tuple(found), without_sum=without, not_standing=int(gone))

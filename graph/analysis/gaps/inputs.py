"""What decisions take into account, and what is said of the whole way that it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph.analysis.gaps.steps import Input, Passing, Way
from graph.snapshot import Snapshot
from schema.kinds import NodeKind, Use
from schema.records import Claim

_ORDER = {Use.YES: 0, Use.SOMETIMES: 1, Use.UNKNOWN: 2, Use.NO: 3}
"""What is said of two inputs, the one that counts first."""


class Inputs:
    """What each decision takes into account or is said not to, by the decision's row; `tellings` are by who tells, `signals` all named."""

    def __init__(
        self,
        snapshot: Snapshot,
        items: Mapping[int, Sequence[Input]],
        tellings: Mapping[int, Sequence[Passing]],
        signals: Sequence[str],
    ) -> None:
        self.snapshot, self.items = snapshot, items
        self._tellings, self._signals = tellings, signals
        self._by_taken: dict[int, Mapping[int, Input]] = {}
        self._unnamed_inputs: dict[tuple[int, int], Input | None] = {}

    def input_for(self, decision: int, factor: int, way: Way) -> Input | None:
        """What the decision takes into account that brings it this way: the signal or the factor itself; None where nothing.

        A way that names no signal may bring any that nobody is recorded as passing on, or that its observer passes on.
        """
        by_taken = self._by_taken.get(decision)
        if by_taken is None:
            by_taken = self._by_taken[decision] = self._first_inputs(decision)
        if not by_taken:
            return None
        direct = by_taken.get(factor)
        if way.signal is None:
            brought = self._unnamed_input(decision, way.steps[0].start, by_taken)
        else:
            brought = by_taken.get(self.snapshot.row_of.get(way.signal, -1))
        if direct is None or brought is None:
            return direct or brought
        return min(direct, brought, key=_order)

    def _first_inputs(self, decision: int) -> Mapping[int, Input]:
        """For each thing that a decision takes into account the input that counts."""
        found: dict[int, Input] = {}
        for item in sorted(self.items.get(decision, ()), key=_order):
            found.setdefault(item.taken, item)
        return found

    def _unnamed_input(self, decision: int, observer: int, by_taken: Mapping[int, Input]) -> Input | None:
        """The signal that a decision takes into account and that may be what somebody passes on without a name."""
        key = decision, observer
        if key not in self._unnamed_inputs:
            row_of = self.snapshot.row_of
            sent = {step.signal for step in self._tellings.get(observer, ())}
            others = {row_of[signal] for signal in self._signals if signal not in sent and signal in row_of}
            signals = (item for row, item in by_taken.items() if row not in others and self.snapshot.is_kind(row, NodeKind.SIGNAL))
            self._unnamed_inputs[key] = min(signals, key=_order, default=None)
        return self._unnamed_inputs[key]

    def route_claims(self, decision: int, factor: int) -> Iterator[tuple[Claim, Input]]:
        """Claims about the whole way from a factor back to a decision, on what the decision takes into account."""
        ends = (self.snapshot.node(factor).id, self.snapshot.node(decision).id)
        for item in self.items.get(decision, ()):
            for claim in self.snapshot.link(item.row).claims:
                if claim.route and (claim.route[0], claim.route[-1]) == ends:
                    yield claim, item

    def pairs_with_route_claims(self) -> set[tuple[int, int]]:
        """The pairs of a decision and a factor of which somebody says that the way back is missing."""
        row_of, pairs = self.snapshot.row_of, set()
        for decision, items in self.items.items():
            for item in items:
                for claim in self.snapshot.link(item.row).claims:
                    if claim.route and claim.route[-1] == self.snapshot.node(decision).id and claim.route[0] in row_of:
                        pairs.add((decision, row_of[claim.route[0]]))
        return pairs


def _order(item: Input) -> tuple[int, str]:
    return _ORDER[item.said.value], item.id

"""The two runs of a scenario: which links count, where each begins, and what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.kernels.index import Floats
from graph.kernels.settling import Rule, Transfer
from graph.scope import Filters, Scenario
from graph.selection import Selection, select, why_not_standing
from graph.snapshot import Snapshot
from schema.errors import BadInput, BadQuestion
from schema.kinds import NodeKind
from schema.ontology import END_KINDS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One run: which links count with which weight, where it starts, and what is held."""

    selection: Selection
    weight: Floats
    counted: NDArray[np.bool_]
    start: Floats
    held: NDArray[np.bool_]


class Sides:
    """The baseline and the scenario. `held` and `drivers` give node rows their values; `changed` are the rows of links that differ.

    Raises UnknownName for a name that is not on the map, BadInput for a value that the transfer function cannot have, BadQuestion
    for what does not stand or is no point on the way, and where links change and nothing is held.
    """

    def __init__(self, snapshot: Snapshot, scenario: Scenario, filters: Filters, rule: Rule, transfer: Transfer) -> None:
        self.snapshot, self.filters, self.rule, self.transfer = snapshot, filters, rule, transfer
        plain = replace(filters, proposals=False, without=(), assume={})
        after = select(snapshot, filters)
        before = after if plain == filters else select(snapshot, plain)
        self.drivers = {snapshot.find(name): 1.0 for name in scenario.drivers}
        named = {snapshot.find(name): value for name, value in scenario.held.items()}
        start = {snapshot.find(name): value for name, value in scenario.start.items()}
        self.held = {**self.drivers, **self._switched_on(before, after, named), **named}
        self._check_places({**start, **self.held}, after)
        self.after = self._side(after, {**start, **self.held}, self.held)
        self.before = self._side(before, {**start, **self.drivers}, self.drivers)
        differ = (self.before.weight != self.after.weight) | (self.before.counted != self.after.counted)
        self.changed = np.flatnonzero(differ)
        # Where the scenario changes nothing the baseline is the scenario, and is not worked out twice.
        self.is_baseline_alone = not self.changed.size and self.held == self.drivers
        if self.changed.size and not self.held and not start and rule == "tanh":
            self._refuse_rest()

    def _switched_on(self, before: Selection, after: Selection, named: Mapping[int, float]) -> dict[int, float]:
        """Proposals and proposed decisions that the scenario switches on: all of them, or those that it names itself."""
        if not self.filters.proposals:
            return {}
        fresh = np.flatnonzero(after.usable & ~before.usable)
        movers = np.unique(self.snapshot.start[fresh]).tolist()
        proposals = [row for row in movers if self.snapshot.is_kind(row, NodeKind.PROPOSAL, NodeKind.DECISION)]
        mine = [row for row in proposals if row in named]
        return {} if mine else dict.fromkeys(proposals, 1.0)

    def _side(self, selection: Selection, start: Mapping[int, float], held: Mapping[int, float]) -> Side:
        counted = selection.open_links(self.snapshot)
        weight = np.where(counted, selection.strength * selection.sign, 0.0)
        fixed = np.ones(self.snapshot.n_nodes, dtype=np.bool_)
        fixed[self.snapshot.end[counted]] = False
        values = np.zeros(self.snapshot.n_nodes)
        for row, value in start.items():
            values[row] = value
        fixed[list(held)] = True
        return Side(selection=selection, weight=weight, counted=counted, start=values, held=fixed)

    def _check_places(self, values: Mapping[int, float], selection: Selection) -> None:
        least = -1.0 if self.transfer == "tanh" else 0.0
        for row, value in values.items():
            node = self.snapshot.node(row)
            if not least <= value <= 1.0:
                raise BadInput(f"{node.id}={value:g}: with {self.transfer} a value lies between {least:g} and 1.")
            if not selection.standing[row]:
                raise BadQuestion(why_not_standing(self.snapshot, node.id) + ".")
            if node.kind in END_KINDS and not self._has_links(row, selection):
                raise BadQuestion(
                    f"{node.id} is a {node.kind}, an end and no point on the way: hold {self._offers(row, selection)} instead."
                )

    def _has_links(self, row: int, selection: Selection) -> bool:
        at = self.snapshot.index
        rows = (*at.out_rows[at.out_at[row] : at.out_at[row + 1]], *at.in_rows[at.in_at[row] : at.in_at[row + 1]])
        return any(selection.usable[link] for link in rows)

    def _offers(self, row: int, selection: Selection) -> str:
        identifier = self.snapshot.node(row).id
        kinds = (NodeKind.DECISION, NodeKind.FACTOR)
        owned = [
            node.id
            for other, node in enumerate(self.snapshot.map.nodes)
            if node.kind in kinds and selection.standing[other] and identifier in (self.snapshot.owner_of(other), node.place)
        ]
        return "one of " + ", ".join(owned[:5]) if owned else "a decision or a factor"

    def _refuse_rest(self) -> None:
        names = ", ".join(self.snapshot.map.links.ids[int(row)] for row in self.changed[:3])
        raise BadQuestion(
            f"Links change ({names}{', ...' if self.changed.size > 3 else ''}) and nothing is held, so that both runs are at rest: "
            "name what drives them with --driver ID, or hold something with --set ID=VALUE."
        )

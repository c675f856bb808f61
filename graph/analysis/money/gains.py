"""Who pays and who gains: the silo whose doings cost money against the silo where an outcome shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from graph.kernels.fan import fan_out
from graph.results.money import Gain
from graph.results.paths import ImpactPath
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem
from graph.snapshot import UNASSIGNED, Snapshot
from graph.telling import path_of, worth
from schema.kinds import Better, LinkKind, NodeKind
from schema.ontology import JUDGED_KINDS

PATHS_EACH = 50_000
_BACK = (LinkKind.INFORMS, LinkKind.CONSULTS)


def who_gains(snapshot: Snapshot, selection: Selection, filters: Filters, stop: Stop | None) -> tuple[tuple[Gain, ...], bool]:
    """A cell for each two silos between which a spending silo's doings reach an outcome, and whether all paths were seen.

    A silo spends where a body in it pays somebody. Its doings are its bodies' decisions, rules and processes, and its factors
    that are sums of money. An outcome gains where the strongest path makes it better, loses where it makes it worse.
    """
    outcomes = np.array(
        [
            row
            for row, node in enumerate(snapshot.map.nodes)
            if node.kind is NodeKind.FACTOR and node.better in (Better.MORE, Better.LESS) and selection.standing[row]
        ],
        dtype=np.int32,
    )
    payers = _spending_silos(snapshot, selection)
    cells: dict[tuple[str, str], _Cell] = {}
    complete = True
    for row in _doings(snapshot, selection):
        silo = snapshot.silo_of(row)
        if silo not in payers or silo == UNASSIGNED:
            continue
        if stop is not None and stop():
            return _told(snapshot, selection, cells), False
        problem = path_problem(snapshot, selection, Ends(starts=(row,), goals=()), filters)
        fan = fan_out(problem, outcomes[outcomes != row], max_paths=min(filters.max_paths, PATHS_EACH), stop=stop)
        complete &= fan.found.complete
        reached = outcomes[outcomes != row]
        for end, places in fan.by_end():
            best = fan.strongest_of(places, snapshot.rank)
            outcome = int(reached[end])
            if float(fan.found.strength[best]) > 0:
                cell = cells.setdefault((silo, snapshot.silo_of(outcome)), _Cell())
                cell.add(outcome, int(fan.found.sign[best]), float(fan.found.strength[best]), fan.rows_of(best), snapshot)
    return _told(snapshot, selection, cells), complete


class _Cell:
    """Two silos: the pairs counted, and the strongest path of each worth."""

    def __init__(self) -> None:
        self.counts = {"better": 0, "worse": 0, "": 0}
        self.strongest: dict[str, tuple[float, tuple[str, ...], tuple[int, ...]]] = {}

    def add(self, outcome: int, sign: int, strength: float, rows: tuple[int, ...], snapshot: Snapshot) -> None:
        value = worth({1: "+", -1: "-"}.get(sign, "?"), snapshot.node(outcome).better)
        self.counts[value] += 1
        ids = tuple(snapshot.map.links.ids[row] for row in rows)
        known = self.strongest.get(value)
        if known is None or (-strength, len(rows), ids) < (-known[0], len(known[2]), known[1]):
            self.strongest[value] = (strength, ids, rows)


def _spending_silos(snapshot: Snapshot, selection: Selection) -> set[str]:
    rows = snapshot.of_kind(LinkKind.FUNDS)
    return {snapshot.silo_of(int(snapshot.start[row])) for row in rows.tolist() if selection.standing_links[row]}


def _doings(snapshot: Snapshot, selection: Selection) -> Iterable[int]:
    """What silos do that costs or moves money, in the map's order."""
    for row, node in enumerate(snapshot.map.nodes):
        if selection.standing[row] and (node.kind in JUDGED_KINDS or (node.kind is NodeKind.FACTOR and "£" in (node.unit or ""))):
            yield row


def _told(snapshot: Snapshot, selection: Selection, cells: dict[tuple[str, str], _Cell]) -> tuple[Gain, ...]:
    money = _joined(snapshot, selection, (LinkKind.FUNDS,))
    information = _joined(snapshot, selection, _BACK)

    def path(cell: _Cell, value: str) -> ImpactPath | None:
        found = cell.strongest.get(value)
        return path_of(snapshot, selection, found[2]) if found else None

    return tuple(
        Gain(
            pays=pays,
            gains=gains,
            better=cell.counts["better"],
            worse=cell.counts["worse"],
            unclear=cell.counts[""],
            best=path(cell, "better"),
            worst=path(cell, "worse"),
            money_back=(gains, pays) in money,
            information_back=(gains, pays) in information,
        )
        for (pays, gains), cell in sorted(cells.items())
    )


def _joined(snapshot: Snapshot, selection: Selection, kinds: Sequence[LinkKind]) -> set[tuple[str, str]]:
    """The pairs of silos between which such a link stands, from the one to the other."""
    rows = [row for row in snapshot.of_kind(*kinds).tolist() if selection.standing_links[row]]
    return {(snapshot.silo_of(int(snapshot.start[row])), snapshot.silo_of(int(snapshot.end[row]))) for row in rows}

"""Who pays and who gains: the silo whose doings cost money against the silo where an outcome shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from graph.kernels.fan import Fan, strongest_of_each
from graph.results.money import Gain
from graph.results.paths import ImpactPath
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem
from graph.snapshot import UNASSIGNED, Snapshot
from graph.telling import SIGN_OF_NUMBER, path_of, worth
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
    cells: dict[tuple[str, str], _Cell] = {}
    complete = True
    doings = list(_doings(snapshot, selection, _spending_silos(snapshot, selection)))
    problem = path_problem(snapshot, selection, Ends(starts=(), goals=()), filters)
    most = min(filters.max_paths, PATHS_EACH)
    gains = [snapshot.silo_of(row) for row in outcomes.tolist()]
    worths = [{sign: worth(word, snapshot.node(row).better) for sign, word in SIGN_OF_NUMBER.items()} for row in outcomes.tolist()]
    for row, strongest, fan in strongest_of_each(problem, doings, outcomes, max_paths=most, stop=stop):
        complete &= fan.complete
        pays, places = snapshot.silo_of(row), list(strongest.values())
        columns = (column[places].tolist() for column in (fan.sign, fan.strength, fan.n_links))
        for end, place, sign, strength, n_links in zip(strongest, places, *columns, strict=True):
            if strength > 0:
                cell = cells.get((pays, gains[end]))
                if cell is None:
                    cell = cells[pays, gains[end]] = _Cell()
                cell.add(worths[end][sign], (-strength, n_links), fan, place)
    return _told(snapshot, selection, cells), complete and not (stop is not None and stop())


class _Cell:
    """Two silos: the pairs counted, and the strongest paths of each worth, tied ones together."""

    def __init__(self) -> None:
        self.counts = {"better": 0, "worse": 0, "": 0}
        self._strongest: dict[str, tuple[tuple[float, int], list[tuple[Fan, int]]]] = {}

    def add(self, value: str, order: tuple[float, int], fan: Fan, place: int) -> None:
        """Count a pair. `order` is its strongest path's strength, turned round, and number of links."""
        self.counts[value] += 1
        known = self._strongest.get(value)
        if known is None or order < known[0]:
            self._strongest[value] = order, [(fan, place)]
        elif order == known[0]:
            known[1].append((fan, place))

    def strongest(self, value: str, snapshot: Snapshot) -> tuple[int, ...] | None:
        """The rows of the strongest path of a worth, ties by the ids of its links; None where there is none."""
        if value not in self._strongest:
            return None
        by_fan: dict[int, tuple[Fan, list[int]]] = {}
        for fan, place in self._strongest[value][1]:
            by_fan.setdefault(id(fan), (fan, []))[1].append(place)
        tied = [rows for fan, places in by_fan.values() for rows in fan.rows_of(places)]
        return min(tied, key=lambda rows: [snapshot.map.links.ids[row] for row in rows])


def _spending_silos(snapshot: Snapshot, selection: Selection) -> set[str]:
    rows = snapshot.of_kind(LinkKind.FUNDS)
    return {snapshot.silo_of(int(snapshot.start[row])) for row in rows.tolist() if selection.standing_links[row]}


def _doings(snapshot: Snapshot, selection: Selection, payers: Collection[str]) -> Iterable[int]:
    """What silos that spend do that costs or moves money, in the map's order."""
    for row, node in enumerate(snapshot.map.nodes):
        costs = node.kind in JUDGED_KINDS or (node.kind is NodeKind.FACTOR and "£" in (node.unit or ""))
        if costs and selection.standing[row] and snapshot.silo_of(row) in payers and snapshot.silo_of(row) != UNASSIGNED:
            yield row


def _told(snapshot: Snapshot, selection: Selection, cells: dict[tuple[str, str], _Cell]) -> tuple[Gain, ...]:
    money = _joined(snapshot, selection, (LinkKind.FUNDS,))
    information = _joined(snapshot, selection, _BACK)

    def path(cell: _Cell, value: str) -> ImpactPath | None:
        rows = cell.strongest(value, snapshot)
        return path_of(snapshot, selection, rows) if rows else None

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

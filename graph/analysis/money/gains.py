"""Who pays and who gains: the silo whose doings cost money against the silo where an outcome shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from graph.kernels.fan import Fan, Rows, strongest_of_each
from graph.kernels.index import Longs
from graph.results.money import Gain
from graph.scope import Filters
from graph.selection import Ends, Selection, Stop, path_problem
from graph.snapshot import UNASSIGNED, Snapshot
from graph.telling import SIGN_OF_NUMBER, paths_of, worth
from schema.kinds import Better, LinkKind, NodeKind
from schema.ontology import JUDGED_KINDS

PATHS_EACH = 50_000
WORTHS = ("better", "worse", "")
"""What an effect on an outcome is worth; nothing where it is not ours to say."""
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
    complete = True
    doings = list(_doings(snapshot, selection, _spending_silos(snapshot, selection)))
    problem = path_problem(snapshot, selection, Ends(starts=(), goals=()), filters)
    silo, worths = snapshot.nodes.silo, _worths(snapshot, outcomes.tolist())
    parts: list[_Pairs] = []
    for best in strongest_of_each(problem, doings, outcomes, max_paths=min(filters.max_paths, PATHS_EACH), stop=stop):
        complete &= best.fan.complete
        counted = best.fan.strength[best.places] > 0
        starts, ends, places = best.starts[counted], best.ends[counted], best.places[counted]
        cell = silo[starts].astype(np.int64) * len(snapshot.nodes.silos) + silo[outcomes[ends]]
        parts.append(_Pairs(code=cell * len(WORTHS) + worths[ends, best.fan.sign[places] + 1], place=places, fan=best.fan))
    return _told(snapshot, selection, parts), complete and not (stop is not None and stop())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Pairs of a doing and an outcome by their code, which stands for two silos and a worth, with the strongest path of each."""

    code: Longs
    place: Longs
    fan: Fan


def _worths(snapshot: Snapshot, outcomes: Sequence[int]) -> Longs:
    """For each outcome, and each sign from -1 up, whether that is better or worse, as a place in `WORTHS`."""
    words = [SIGN_OF_NUMBER[sign] for sign in (-1, 0, 1)]
    found = [[WORTHS.index(worth(word, snapshot.node(row).better)) for word in words] for row in outcomes]
    return np.array(found, dtype=np.int64).reshape(-1, len(words))


def _strongest(snapshot: Snapshot, parts: Sequence[_Pairs]) -> dict[int, Rows]:
    """For each code the rows of its strongest path: the strongest, then the shortest, then by the ids of its links."""
    code, strength, n_links, part_of, place = (
        np.concatenate([np.empty(0), *columns]).astype(kind)
        for columns, kind in (
            ([part.code for part in parts], np.int64),
            ([part.fan.strength[part.place] for part in parts], np.float64),
            ([part.fan.n_links[part.place] for part in parts], np.int64),
            ([np.full(part.code.size, number) for number, part in enumerate(parts)], np.int64),
            ([part.place for part in parts], np.int64),
        )
    )
    order = np.lexsort((n_links, -strength, code))
    order = order[code[order] % len(WORTHS) != WORTHS.index("")]
    codes, first = np.unique(code[order], return_index=True)
    best = order[first].repeat(np.diff(first, append=order.size))
    tied = order[(strength[order] == strength[best]) & (n_links[order] == n_links[best])]
    found: dict[int, list[Rows]] = {each: [] for each in codes.tolist()}
    for number, part in enumerate(parts):
        mine = tied[part_of[tied] == number]
        for each, rows in zip(code[mine].tolist(), part.fan.rows_of(place[mine].tolist()), strict=True):
            found[each].append(rows)
    rank = snapshot.rank
    return {each: rows[0] if len(rows) == 1 else min(rows, key=lambda path: rank[list(path)].tolist()) for each, rows in found.items()}


def _spending_silos(snapshot: Snapshot, selection: Selection) -> set[str]:
    rows = snapshot.of_kind(LinkKind.FUNDS)
    return {snapshot.silo_of(int(snapshot.start[row])) for row in rows.tolist() if selection.standing_links[row]}


def _doings(snapshot: Snapshot, selection: Selection, payers: Collection[str]) -> Iterable[int]:
    """What silos that spend do that costs or moves money, in the map's order."""
    for row, node in enumerate(snapshot.map.nodes):
        costs = node.kind in JUDGED_KINDS or (node.kind is NodeKind.FACTOR and "£" in (node.unit or ""))
        if costs and selection.standing[row] and snapshot.silo_of(row) in payers and snapshot.silo_of(row) != UNASSIGNED:
            yield row


def _told(snapshot: Snapshot, selection: Selection, parts: Sequence[_Pairs]) -> tuple[Gain, ...]:
    money = _joined(snapshot, selection, (LinkKind.FUNDS,))
    information = _joined(snapshot, selection, _BACK)
    strongest = _strongest(snapshot, parts)
    paths = dict(zip(strongest, paths_of(snapshot, selection, list(strongest.values())), strict=True))
    counts = Counter(code for part in parts for code in part.code.tolist())
    silos, better, worse, unclear = snapshot.nodes.silos, *range(len(WORTHS))
    cells = {code // len(WORTHS) for code in counts}
    named = sorted((silos[cell // len(silos)], silos[cell % len(silos)], cell * len(WORTHS)) for cell in cells)
    return tuple(
        Gain(
            pays=pays,
            gains=gains,
            better=counts[cell + better],
            worse=counts[cell + worse],
            unclear=counts[cell + unclear],
            best=paths.get(cell + better),
            worst=paths.get(cell + worse),
            money_back=(gains, pays) in money,
            information_back=(gains, pays) in information,
        )
        for pays, gains, cell in named
    )


def _joined(snapshot: Snapshot, selection: Selection, kinds: Sequence[LinkKind]) -> set[tuple[str, str]]:
    """The pairs of silos between which such a link stands, from the one to the other."""
    rows = [row for row in snapshot.of_kind(*kinds).tolist() if selection.standing_links[row]]
    return {(snapshot.silo_of(int(snapshot.start[row])), snapshot.silo_of(int(snapshot.end[row]))) for row in rows}

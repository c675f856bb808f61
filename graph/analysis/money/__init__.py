"""Money: ledgers that balance or say what is missing, a pound followed through cycles, and who pays against who gains. Exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from graph.analysis.money.flows import Flow, Flows, flows_of
from graph.analysis.money.following import BACK, FORWARD, followed, traced_share
from graph.analysis.money.gains import who_gains
from graph.analysis.money.ledger import entries, year_total
from graph.results import Terms
from graph.results.money import NOT_MEASURED, Entry, FollowedPound, Gain, MoneyAnswer, YearTotal, shown
from graph.scope import Filters
from graph.selection import Stop, select
from graph.snapshot import Snapshot
from schema.errors import BadInput, BadQuestion

LISTED_IN_TEXT = 8
CAUTION = (
    "A sum is only what a source states for its year; sums of different price bases, places or standing are not added without saying so."
)


def money(
    snapshot: Snapshot,
    body: str | None,
    year: str | None,
    filters: Filters,
    *,
    follow: tuple[str, int] | None = None,
    direction: str = FORWARD,
    gains: bool = False,
    stop: Stop | None = None,
) -> MoneyAnswer:
    """Ledgers by body and year; `follow` is a body and a sum in pence to follow through one year; `gains` asks who pays and who gains.

    Without a year, the ledgers are of all years, and a sum is followed in the year with most flows. Raises UnknownName for a name
    that is not on the map, BadQuestion for a year without flows. O(flows), apart from cycles, which are solved as equations.
    """
    if direction not in (FORWARD, BACK):
        raise BadInput(f"--direction {direction}: must be {FORWARD} or {BACK}.")
    selection = select(snapshot, filters)
    found = flows_of(snapshot, selection)
    row = None if body is None else snapshot.find(body)
    if year is not None and year not in found.years:
        raise BadQuestion(f"--year {year}: no sum is on the map for it; there are {', '.join(found.years) or 'none'}.")
    counted = found.flows if year is None else found.of_year(year)
    ledger = entries(snapshot, counted)
    matrix, complete = who_gains(snapshot, selection, filters, stop) if gains else (None, True)
    name = None if row is None else snapshot.node(row).id
    answer = MoneyAnswer(
        body=name,
        year=year,
        ledger=tuple(entry for entry in ledger if name is None or entry.body == name),
        totals=_totals(snapshot, counted, ledger),
        followed=None if follow is None else _follow(snapshot, found, follow, year, direction),
        gains=matrix,
        unmeasured=found.without_sum,
        complete=complete,
        warnings=_warnings(found, counted),
        reason=_reason(found, ledger, name),
        text="",
        terms=Terms(
            revision=snapshot.revision,
            as_of=filters.as_of,
            method="exact pence; a balance is in + own revenue - out - final spend; shares in fractions, rounded once by largest remainder",
            max_links=filters.max_links,
            filters=filters.described(),
        ),
    )
    return replace(answer, text=_text(snapshot, answer))


def _follow(snapshot: Snapshot, found: Flows, wish: tuple[str, int], year: str | None, direction: str) -> FollowedPound:
    name, pence = wish
    row = snapshot.find(name)
    if pence <= 0:
        raise BadInput(f"--follow {name}: follow a sum above £0.")
    mine = Counter(flow.money.year for flow in found.flows if row in (flow.payer, flow.payee))
    chosen = year or max(mine, key=lambda each: (mine[each], each), default=None)
    if chosen is None:
        raise BadQuestion(f"No sum on the map goes to or from {snapshot.node(row).id}; {_bodies_with_money(snapshot, found)}.")
    return followed(snapshot, found.of_year(chosen), row, pence, chosen, direction)


def _bodies_with_money(snapshot: Snapshot, found: Flows) -> str:
    rows = Counter(row for flow in found.flows for row in (flow.payer, flow.payee))
    names = [snapshot.node(row).id for row, _ in rows.most_common(5)]
    return f"sums stand at {', '.join(names)}" if names else "this map holds no sums"


def _totals(snapshot: Snapshot, flows: Sequence[Flow], ledger: Sequence[Entry]) -> tuple[YearTotal, ...]:
    totals = []
    for year in sorted({flow.money.year for flow in flows}):
        mine = [flow for flow in flows if flow.money.year == year]
        totals.append(year_total(year, mine, [entry for entry in ledger if entry.year == year], traced_share(snapshot, mine)))
    return tuple(totals)


def _warnings(found: Flows, counted: Sequence[Flow]) -> tuple[str, ...]:
    said = []
    if found.not_standing:
        said.append(f"{found.not_standing} sums between things that do not stand on this day are left out; --as-of any brings them in.")
    for word, values in (
        ("price bases", {flow.money.price_basis for flow in counted}),
        ("places", {flow.money.geography for flow in counted}),
    ):
        if len(values) > 1:
            said.append(f"The sums have different {word}: {', '.join(sorted(values))}.")
    return tuple(said)


def _reason(found: Flows, ledger: Sequence[Entry], name: str | None) -> str | None:
    if not found.flows:
        return "No flow of money on this map carries a sum."
    if name is not None and not any(entry.body == name for entry in ledger):
        return f"No sum goes to or from {name} in this question."
    return None


# ---- what is said -------------------------------------------------------


def _text(snapshot: Snapshot, answer: MoneyAnswer) -> str:
    """The ledgers, the totals and what was followed, as paragraphs."""
    lines = [answer.reason] if answer.reason else []
    for entry in answer.ledger[:LISTED_IN_TEXT] if answer.body else ():
        lines.append(_on_entry(snapshot, entry))
    overview = answer.body is None and answer.followed is None and answer.gains is None
    lines += [_on_total(total) for total in answer.totals] if overview else []
    if answer.followed:
        lines.append(answer.followed.text)
    if answer.gains is not None:
        lines += _on_gains(answer.gains)
    lines += answer.warnings
    lines.append(f"{CAUTION} Map revision {answer.terms.revision}.")
    return "\n".join(lines)


def _on_entry(snapshot: Snapshot, entry: Entry) -> str:
    parts = [
        (entry.transfers_in, "came in"),
        (entry.own_revenue, "was raised"),
        (entry.transfers_out, "was passed on"),
        (entry.final_spend, "was spent at last"),
        (entry.received, "was spent with it"),
    ]
    said = ", ".join(f"{shown(pence)} {word}" for pence, word in parts if pence)
    return f"{snapshot.map.node(entry.body).label}, {entry.year}: {said or 'nothing'}; {_on_remainder(entry)}."


def _on_remainder(entry: Entry) -> str:
    if entry.is_origin:
        return "where it has it from is not on the ledger"
    if entry.received and not (entry.transfers_in or entry.own_revenue or entry.transfers_out or entry.final_spend):
        return "what it does with it is not on the ledger"
    if not entry.remainder:
        return "nothing is left unexplained"
    said = f"{shown(abs(entry.remainder))} {'more came than went' if entry.remainder > 0 else 'more went than came'}, unexplained"
    return f"{said}, within rounding" if entry.within_rounding else said


def _on_total(total: YearTotal) -> str:
    said = (
        f"{total.year}: {shown(total.final_spend)} counted at final spend"
        if total.final_spend
        else f"{total.year}: no final spend recorded"
    )
    said += f"; {shown(total.at_source)} counted at the source"
    if total.coverage is not None:
        said += f"; the source of {float(total.coverage):.0%} of what is spent is on the ledger"
    rewards = total.rewards["final_spend"]
    if rewards:
        said += "; paid for: " + ", ".join(f"{word.replace('_', ' ')} {shown(pence)}" for word, pence in rewards.items())
    control = f"{float(total.control_share):.1%} of it" if total.control_share is not None else NOT_MEASURED
    return f"{said}; control and reporting: {control}."


def _on_gains(gains: Sequence[Gain]) -> list[str]:
    apart = [gain for gain in gains if gain.pays != gain.gains and gain.better]
    ranked = sorted(apart, key=lambda gain: (-gain.better, gain.pays, gain.gains))[:LISTED_IN_TEXT]
    return [
        f"{gain.pays} pays, {gain.gains} gains: {gain.better} outcomes better, {gain.worse} worse; {_back_said(gain)}." for gain in ranked
    ]


def _back_said(gain: Gain) -> str:
    """Whether anything comes back; what is not recorded is not said to be missing."""
    money, information = ("yes" if back else "not recorded" for back in (gain.money_back, gain.information_back))
    return f"money back {money}, information back {information}"

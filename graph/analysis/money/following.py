"""Following a pound: forward to where it is spent, held or lost from sight; back to where it was raised. In exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from graph.analysis.money.flows import Flow
from graph.kernels.pounds import Followed, follow, rounded
from graph.results.money import FollowedPound, Passage, PoundEnd, shown
from graph.snapshot import Snapshot
from schema.kinds import FlowKind

FORWARD, BACK = "forward", "back"
FINAL, HELD, REMAINDER, CIRCULATION, OWN, ORIGIN = "final_spend", "held", "remainder", "circulation", "own_revenue", "origin"
LISTED_IN_TEXT = 6

Pot = tuple[int, str | None]
"""Money at a body: pooled (None) or bound to a purpose."""


@dataclass(slots=True, kw_only=True)
class _Web:
    """Pots and the shares in which each passes money on: to other pots, and to ends, which pass nothing on."""

    numbers: dict[object, int] = field(default_factory=dict)
    pots: list[Pot | PoundEnd] = field(default_factory=list)
    onward: list[dict[int, Fraction]] = field(default_factory=list)

    def number(self, key: object, what: Pot | PoundEnd) -> int:
        if key not in self.numbers:
            self.numbers[key] = len(self.pots)
            self.pots.append(what)
            self.onward.append({})
        return self.numbers[key]

    def pot(self, pot: Pot) -> int:
        return self.number(pot, pot)

    def end(self, kind: str, body: str, to: str | None = None, purpose: str | None = None) -> int:
        end = PoundEnd(kind=kind, body=body, to=to, purpose=purpose, pence=0, exact=Fraction(0))
        return self.number((kind, body, to, purpose), end)

    def share(self, start: int, end: int, share: Fraction) -> None:
        if share:
            self.onward[start][end] = self.onward[start].get(end, Fraction(0)) + share


ShareOut: TypeAlias = Callable[[Snapshot, _Web, Pot, Sequence[Flow], Sequence[Flow]], list[Pot]]
"""Shares out one pot, given the flows that leave and enter its body; returns the pots to go on with."""


def followed(snapshot: Snapshot, flows: Sequence[Flow], body: int, pence: int, year: str, direction: str) -> FollowedPound:
    """Follow a pooled sum through one year's flows, cycles included. The ends are rounded once, together, and add up to the sum.

    Forward, a pot passes on in proportion: a flow over all transfers out, final spend and positive remainder. Ring-fenced money
    moves only along flows of its purpose, by the same rule among those; what is left of it is held. Back, by what came in.
    """
    web = _grown(snapshot, flows, body, _pass_on if direction == FORWARD else _trace_back)
    begin = web.pot((body, None))
    found = follow(web.onward, {begin: Fraction(pence)})
    ends = _ends(snapshot, web, found)
    whole = rounded([end.exact for end in ends])
    answer = FollowedPound(
        body=snapshot.node(body).id,
        year=year,
        pence=pence,
        direction=direction,
        ends=tuple(replace(end, pence=amount) for end, amount in zip(ends, whole, strict=True)),
        passes=_passes(snapshot, web, found),
        circulations=tuple(_bodies(snapshot, web, states) for states, amount in found.circulations if amount and _is_ring(web, states)),
        text="",
    )
    return _told(snapshot, answer)


def _grown(snapshot: Snapshot, flows: Sequence[Flow], body: int, share_out: ShareOut) -> _Web:
    """The web of pots that pooled money at a body can come to (`_pass_on`), or can have come from (`_trace_back`)."""
    web = _Web()
    leaving: dict[int, list[Flow]] = {}
    entering: dict[int, list[Flow]] = {}
    for flow in flows:
        entering.setdefault(flow.payee, []).append(flow)
        if not flow.is_flow(FlowKind.OWN_REVENUE):
            leaving.setdefault(flow.payer, []).append(flow)
    waiting: list[Pot] = [(body, None)]
    done: set[Pot] = set()
    while waiting:
        pot = waiting.pop()
        if pot not in done:
            done.add(pot)
            waiting += share_out(snapshot, web, pot, leaving.get(pot[0], []), entering.get(pot[0], []))
    return web


def _pass_on(snapshot: Snapshot, web: _Web, pot: Pot, leaving: Sequence[Flow], entering: Sequence[Flow]) -> list[Pot]:
    """Share out one pot; returns the pots that get something."""
    body, purpose = pot
    here, name = web.pot(pot), snapshot.node(body).id
    mine = leaving if purpose is None else [flow for flow in leaving if _purpose(flow) == purpose]
    mine = [flow for flow in mine if flow.pence > 0]
    came = sum(flow.pence for flow in entering if not flow.is_flow(FlowKind.FINAL_SPEND) and purpose in (None, flow.fence))
    gone = sum(flow.pence for flow in mine)
    whole = max(came, gone)
    rest = HELD if purpose is not None else REMAINDER
    if whole == 0:
        web.share(here, web.end(rest, name, purpose=purpose), Fraction(1))
        return []
    others: list[Pot] = []
    for flow in mine:
        if flow.is_flow(FlowKind.FINAL_SPEND):
            target = web.end(FINAL, name, to=snapshot.node(flow.payee).id, purpose=flow.fence)
        else:
            others.append((flow.payee, flow.fence))
            target = web.pot(others[-1])
        web.share(here, target, Fraction(flow.pence, whole))
    web.share(here, web.end(rest, name, purpose=purpose), Fraction(whole - gone, whole))
    return others


def _trace_back(snapshot: Snapshot, web: _Web, pot: Pot, leaving: Sequence[Flow], entering: Sequence[Flow]) -> list[Pot]:
    """Share out where one pot's money came from; returns the pots it came from.

    What a body binds to a purpose beyond what it got for it, it took from its pool; what leaves a pool beyond what came in has no
    source on the ledger. A body into which nothing is known to flow is where the ledger begins.
    """
    body, purpose = pot
    here, name = web.pot(pot), snapshot.node(body).id
    mine = [flow for flow in entering if flow.pence > 0 and purpose in (None, _purpose(flow))]
    if purpose is None and not any(not flow.is_flow(FlowKind.FINAL_SPEND) for flow in mine):
        # Whoever is only spent with lives on that spending.
        mine = [flow for flow in mine if flow.is_flow(FlowKind.FINAL_SPEND)]
    else:
        mine = [flow for flow in mine if not flow.is_flow(FlowKind.FINAL_SPEND)]
    if not mine and purpose is None:
        web.share(here, web.end(ORIGIN, name), Fraction(1))
        return []
    gone = sum(flow.pence for flow in leaving if purpose in (None, flow.fence))
    came = sum(flow.pence for flow in mine)
    whole = max(came, gone)
    others: list[Pot] = []
    for flow in mine:
        if flow.is_flow(FlowKind.OWN_REVENUE):
            target = web.end(OWN, name, to=snapshot.node(flow.payer).id)
        else:
            others.append((flow.payer, flow.fence))
            target = web.pot(others[-1])
        web.share(here, target, Fraction(flow.pence, whole))
    short = Fraction(whole - came, whole)
    if short and purpose is not None:
        others.append((body, None))
        web.share(here, web.pot(others[-1]), short)
    elif short:
        web.share(here, web.end(REMAINDER, name), short)
    return others


def _purpose(flow: Flow) -> str | None:
    """What a flow is for, ring-fenced or not: money bound to a purpose may move along it."""
    return flow.purpose or flow.fence


def _ends(snapshot: Snapshot, web: _Web, found: Followed) -> list[PoundEnd]:
    """The ends with what comes to them exactly, largest first, ties in order of their names."""
    ends = []
    for number, end in enumerate(web.pots):
        if isinstance(end, PoundEnd) and found.through.get(number):
            ends.append(replace(end, exact=found.through[number]))
    for states, amount in found.circulations:
        if amount and _is_ring(web, states):
            name = ", ".join(_bodies(snapshot, web, states))
            ends.append(PoundEnd(kind=CIRCULATION, body=name, to=None, purpose=None, pence=0, exact=amount))
    return sorted(ends, key=lambda end: (-end.exact, end.kind, end.body, end.to or "", end.purpose or ""))


def _is_ring(web: _Web, states: Sequence[int]) -> bool:
    return any(not isinstance(web.pots[state], PoundEnd) for state in states)


def _bodies(snapshot: Snapshot, web: _Web, states: Sequence[int]) -> tuple[str, ...]:
    rows = {pot[0] for pot in (web.pots[state] for state in states) if not isinstance(pot, PoundEnd)}
    return tuple(snapshot.node(row).id for row in sorted(rows))


def _passes(snapshot: Snapshot, web: _Web, found: Followed) -> tuple[Passage, ...]:
    passages = [
        Passage(body=snapshot.node(pot[0]).id, purpose=pot[1], pence=round(found.through[number]), exact=found.through[number])
        for number, pot in enumerate(web.pots)
        if not isinstance(pot, PoundEnd) and found.through.get(number)
    ]
    return tuple(sorted(passages, key=lambda each: (-each.exact, each.body, each.purpose or "")))


def traced_share(snapshot: Snapshot, flows: Sequence[Flow]) -> Fraction | None:
    """The share of a year's final spend whose source is known: followed back, it was raised by somebody or given by another body.

    What a body spends with no word of where it has it from is not known. None where nothing is spent.
    """
    spent: dict[int, int] = {}
    for flow in flows:
        if flow.is_flow(FlowKind.FINAL_SPEND):
            spent[flow.payer] = spent.get(flow.payer, 0) + flow.pence
    whole = sum(spent.values())
    if not whole:
        return None
    known = Fraction(0)
    for body, pence in sorted(spent.items()):
        web = _grown(snapshot, flows, body, _trace_back)
        found = follow(web.onward, {web.pot((body, None)): Fraction(pence)})
        for number, end in enumerate(web.pots):
            if isinstance(end, PoundEnd) and (end.kind == OWN or (end.kind == ORIGIN and end.body != snapshot.node(body).id)):
                known += found.through.get(number, Fraction(0))
    return known / whole


_WORDS = {
    FINAL: "spent by {body} at {to}",
    HELD: "held at {body} for {purpose}, beyond what is known to leave for that purpose",
    REMAINDER: "unexplained at {body}",
    CIRCULATION: "going round among {body}, which pass all of it on to each other",
    OWN: "raised by {body} from {to}",
    ORIGIN: "from {body}, where the ledger begins",
}


def _told(snapshot: Snapshot, answer: FollowedPound) -> FollowedPound:
    def name(identifier: str | None) -> str:
        """The label of a body; a circulation names several, and an end that goes nowhere none."""
        parts = (identifier or "").split(", ")
        return ", ".join(snapshot.map.node(part).label if part in snapshot.row_of else part for part in parts)

    label = name(answer.body)
    way = "Of" if answer.direction == FORWARD else "Behind"
    ends = [
        f"{shown(end.pence)} {_WORDS[end.kind].format(body=name(end.body), to=name(end.to), purpose=end.purpose)}"
        for end in answer.ends[:LISTED_IN_TEXT]
    ]
    rest = len(answer.ends) - len(ends)
    more = f"; and {rest} smaller parts" if rest > 0 else ""
    text = f"{way} {shown(answer.pence)} of pooled money at {label} in {answer.year}: {'; '.join(ends)}{more}."
    text += " Pooled money is followed in proportion, ring-fenced money along flows of its purpose."
    return replace(answer, text=text)

"""Duty, money, lever, effect: who must see to an outcome, who pays, who can change it, who feels it."""

from __future__ import annotations

from graph.analysis.first.asked import Asked
from graph.results.first import FirstAnswer, FirstItem
from schema.kinds import LinkKind, NodeKind
from schema.ontology import JUDGED_KINDS, LINK_RULES

DRAWN, NOT_DRAWN = "drawn", "not drawn"
METHOD = (
    "duties that aim at the outcome or at what leads to it; their holders' money (a flow to them), levers (a decision, rule, process or"
    " fund of theirs with a path to it) and what limits them, as far as they are drawn"
)
_MOVERS = (*sorted(JUDGED_KINDS & LINK_RULES[LinkKind.INFLUENCES].starts), NodeKind.FUNDING)


def duties(asked: Asked) -> FirstAnswer:
    """One item for each duty and holder, those that lack most first, then by ids. What is not drawn is not said not to be."""
    goal = asked.node if asked.node is not None else asked.the_moment()
    snapshot = asked.snapshot
    toward = asked.strengths([goal], inwards=True)[0]
    levers: dict[int, list[int]] = {}
    for row in asked.nodes(*_MOVERS):
        if toward[row] > 0 and row != goal:
            for owner in asked.owners.get(row, ()):
                levers.setdefault(owner, []).append(row)
    aims = _aims(asked, toward.tolist())
    payers, limits = _ends_to_starts(asked, LinkKind.FUNDS), _ends_to_starts(asked, LinkKind.CONSTRAINS)
    feels = _feels(asked, goal)
    items = []
    for link in asked.standing(LinkKind.HOLDS_DUTY):
        holder, duty = int(snapshot.start[link]), int(snapshot.end[link])
        if duty in aims:
            limiting = {row for limited in (holder, duty, *levers.get(holder, ())) for row in limits.get(limited, ())} - {duty}
            items.append(_item(asked, duty, holder, aims[duty], payers.get(holder, set()), levers.get(holder, []), limiting))
    items.sort(key=lambda item: (-[item.facts["money"], item.facts["lever"]].count(NOT_DRAWN), item.id, str(item.facts["holder"])))
    without_holder = sorted({asked.id(duty) for duty in aims} - {item.id for item in items})
    movers = [row for rows in levers.values() for row in rows]
    paying = asked.ids({row for paid in (*levers, *feels, *movers) for row in payers.get(paid, ())})
    label = snapshot.node(goal).label
    notes = [
        f"Who can change it: {_named(asked, asked.ids(levers))}.",
        f"Who pays them, what they do and those at whom it shows: {_named(asked, paying)}.",
        f"Who feels it: {_named(asked, asked.ids(feels))}.",
    ]
    if without_holder:
        notes.append(f"Duties with no holder drawn: {asked.said(without_holder)}.")
    bearing = len({item.id for item in items})
    lacking = {name: sum(item.facts[name] == NOT_DRAWN for item in items) for name in ("money", "lever")}
    return asked.answer(
        items,
        opening=f"{label}: {bearing} {'duty bears' if bearing == 1 else 'duties bear'} on it. In {lacking['money']} of {len(items)} cases"
        f" no money for the holder is drawn, in {lacking['lever']} no lever.",
        method=METHOD,
        about=goal,
        counts={"without_money": lacking["money"], "without_lever": lacking["lever"], "can_change": len(levers), "feel": len(feels)},
        notes=notes,
        complete=not asked.stopped,
        none=f"No duty with a holder bears on {label} as far as is drawn.",
    )


def _named(asked: Asked, ids: tuple[str, ...]) -> str:
    return asked.said(ids) if ids else "nobody drawn"


def _aims(asked: Asked, toward: list[float]) -> dict[int, list[int]]:
    """The duties that aim at what reaches the outcome, with what they aim at."""
    aims: dict[int, list[int]] = {}
    for link in asked.standing(LinkKind.AIMS_AT):
        start, end = int(asked.snapshot.start[link]), int(asked.snapshot.end[link])
        if asked.snapshot.is_kind(start, NodeKind.DUTY) and toward[end] > 0:
            aims.setdefault(start, []).append(end)
    return aims


def _ends_to_starts(asked: Asked, kind: LinkKind) -> dict[int, set[int]]:
    """Where the links of a kind that reach each node begin; a node's links to itself are kept, as own revenue is money too."""
    found: dict[int, set[int]] = {}
    for link in asked.standing(kind):
        found.setdefault(int(asked.snapshot.end[link]), set()).add(int(asked.snapshot.start[link]))
    return found


def _feels(asked: Asked, goal: int) -> dict[int, None]:
    return {
        int(asked.snapshot.end[link]): None
        for link in asked.standing(LinkKind.MATTERS_TO, LinkKind.SHOWS_AT)
        if asked.snapshot.start[link] == goal and not asked.snapshot.is_kind(int(asked.snapshot.end[link]), NodeKind.TIER)
    }


def _item(asked: Asked, duty: int, holder: int, aims: list[int], payers: set[int], levers: list[int], limiting: set[int]) -> FirstItem:
    node, held = asked.snapshot.node(duty), asked.snapshot.node(holder)
    money, lever = (DRAWN if found else NOT_DRAWN for found in (payers, levers))
    limited = f"; limited by {asked.said(asked.ids(limiting))}" if limiting else ""
    return FirstItem(
        id=node.id,
        label=node.label,
        facts={
            "holder": held.id,
            "aims_at": asked.ids(aims),
            "money": money,
            "payers": asked.ids(payers),
            "lever": lever,
            "levers": asked.ids(levers),
            "limited_by": asked.ids(limiting),
        },
        text=f"{held.label} holds the duty: {node.label}; money {money}, lever {lever}{limited}.",
    )

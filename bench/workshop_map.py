"""A map as large as a workshop draws one: 300 nodes, 1,200 links, drawn from a stated seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, PaidFor, Sign, Status, Use
from schema.records import Claim, Link, Money, Node, Source
from schema.system_map import SystemMap

SEED = 20260101
MOMENT = "moment-of-interaction"
NODES, LINKS = 300, 1_200
_SILOS = ("people", "care", "council", "nhs", "housing", "employment", "migration", "treasury")
_COUNTS = {NodeKind.BODY: 24, NodeKind.ROLE: 8, NodeKind.PEOPLE: 2, NodeKind.SIGNAL: 8, NodeKind.DUTY: 6, NodeKind.RULE: 6}
_MOVERS = {NodeKind.DECISION: 40, NodeKind.PROCESS: 10, NodeKind.PROPOSAL: 4}
_KINDS = {
    LinkKind.MAKES: 40, LinkKind.HOLDS_DUTY: 6, LinkKind.AIMS_AT: 16, LinkKind.CONSTRAINS: 12, LinkKind.FUNDS: 50, LinkKind.CONSULTS: 20,
    LinkKind.OBSERVES: 50, LinkKind.INFORMS: 50, LinkKind.TAKES_AS_INPUT: 20, LinkKind.SHOWS_AT: 20, LinkKind.MATTERS_TO: 10,
    LinkKind.REPLACES: 6,
}  # fmt: skip


def workshop_map(*, all_kinds: bool, seed: int = SEED) -> SystemMap:
    """A random map with an owner for every decision. With `all_kinds` a quarter of its links are makings, money and information;
    without, all 1,200 are influence, which is the densest that such a map can be."""
    draw = np.random.Generator(np.random.PCG64(seed))
    nodes = list(_nodes(draw, _COUNTS if all_kinds else {NodeKind.BODY: 8}))
    rows: dict[NodeKind, list[str]] = {}
    for node in nodes:
        rows.setdefault(node.kind, []).append(node.id)
    others = list(_others(draw, rows)) if all_kinds else []
    links = [*others, *_influences(draw, rows, LINKS - len(others))]
    return SystemMap.of(nodes, links, [Source(id=f"source-{row}", title=f"Source {row}") for row in range(20)], "A drawn workshop map")


def _nodes(draw: np.random.Generator, counts: dict[NodeKind, int]) -> Iterator[Node]:
    for kind, count in counts.items():
        for row in range(count):
            silo = _SILOS[row % len(_SILOS)] if kind is NodeKind.BODY else None
            owner = f"body-{row % counts[NodeKind.BODY]}" if kind in (NodeKind.RULE, NodeKind.ROLE) else None
            yield Node(id=f"{kind}-{row}", kind=kind, label=f"A {kind} numbered {row}", silo=silo, owner=owner)
    for kind, count in _MOVERS.items():
        for row in range(count):
            begins, ends = int(draw.integers(2005, 2024)), int(draw.integers(2027, 2032))
            yield Node(
                id=f"{kind}-{row}",
                kind=kind,
                label=f"A {kind} numbered {row}",
                owner=f"body-{row % counts[NodeKind.BODY]}",
                status=Status.PROPOSED if kind is NodeKind.PROPOSAL else None,
                valid_from=f"{begins}-04-01" if kind is NodeKind.DECISION else None,
                valid_to=f"{ends}-04-01" if kind is NodeKind.DECISION and row % 4 == 0 else None,
            )
    yield Node(id=MOMENT, label="The moment of interaction", silo="people", better=Better.MORE)
    for row in range(NODES - 1 - sum(counts.values()) - sum(_MOVERS.values())):
        yield Node(
            id=f"factor-{row}",
            label=f"Workaround {row}" if row % 20 == 0 else f"Factor {row}",
            silo=_SILOS[row % len(_SILOS)],
            better=(Better.MORE, Better.LESS, Better.NOT_OURS, None)[row % 4],
            unit="£ a week" if row % 30 == 0 else None,
            attributes={"workaround": True} if row % 20 == 0 else {},
        )


def _pick(draw: np.random.Generator, ids: Sequence[str]) -> str:
    return ids[int(draw.integers(len(ids)))]


def _influences(draw: np.random.Generator, rows: dict[NodeKind, list[str]], count: int) -> Iterator[Link]:
    factors = rows[NodeKind.FACTOR]
    starts = [*factors, *(name for kind in _MOVERS for name in rows[kind]), *rows.get(NodeKind.RULE, ())]
    taken: set[tuple[str, str]] = set()
    while len(taken) < count:
        # Whatever decides, moves something; the rest is drawn at will.
        start = starts[len(factors) + len(taken)] if len(taken) < len(starts) - len(factors) else _pick(draw, starts)
        pair = start, _pick(draw, factors)
        if pair[0] == pair[1] or pair in taken:
            continue
        taken.add(pair)
        low = float(draw.integers(0, 12))
        claim = Claim(
            id=f"claim-{len(taken)}", basis=Basis.STUDY, mark=Mark.PUBLISHER, source=f"source-{int(draw.integers(20))}",
            sign=(Sign.PLUS, Sign.MINUS, Sign.UNKNOWN)[int(draw.choice(3, p=(0.6, 0.35, 0.05)))],
            strength=(0.25, 0.5, 0.75)[int(draw.integers(3))], confidence=(0.3, 0.6, 0.9)[int(draw.integers(3))],
        )  # fmt: skip
        yield Link(
            id=f"influence-{len(taken)}",
            start=pair[0],
            end=pair[1],
            delay_low=low,
            delay_high=low + 3,
            valid_to="2028-04-01" if len(taken) % 25 == 0 else None,
            claims=(claim,),
        )


def _others(draw: np.random.Generator, rows: dict[NodeKind, list[str]]) -> Iterator[Link]:
    """Everything but influence: who makes what, who pays, sees, tells and asks whom."""
    uses = (Use.YES, Use.SOMETIMES, Use.NO, None)
    for kind, count in _KINDS.items():
        starts, ends = _ends(kind, rows)
        for row in range(count):
            start, end = starts[row % len(starts)], _pick(draw, ends)
            if kind in (LinkKind.MAKES, LinkKind.HOLDS_DUTY):
                start, end = starts[row % len(starts)], ends[row % len(ends)]
            informs = kind in (LinkKind.OBSERVES, LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT)
            said = Claim(id=f"{kind}-claim-{row}", basis=Basis.OPINION, source=f"source-{row % 20}", by="Somebody")
            yield Link(
                id=f"{kind}-{row}",
                kind=kind,
                start=start,
                end=end,
                available=uses[int(draw.integers(4))] if kind is LinkKind.INFORMS else None,
                used=uses[int(draw.integers(4))] if informs else None,
                changed_anything=uses[row % 4] if kind is LinkKind.CONSULTS else None,
                carrying=_pick(draw, rows[NodeKind.SIGNAL]) if kind is LinkKind.INFORMS and row % 2 else None,
                money=_money(draw, row) if kind is LinkKind.FUNDS else None,
                claims=(said,) if row % 3 == 0 else (),
            )


def _ends(kind: LinkKind, rows: dict[NodeKind, list[str]]) -> tuple[Sequence[str], Sequence[str]]:
    bodies, factors, decisions = rows[NodeKind.BODY], rows[NodeKind.FACTOR], rows[NodeKind.DECISION]
    actors = [*bodies, *rows[NodeKind.ROLE]]
    return {
        LinkKind.MAKES: (bodies, decisions),
        LinkKind.HOLDS_DUTY: (bodies, rows[NodeKind.DUTY]),
        LinkKind.AIMS_AT: ([*rows[NodeKind.DUTY], *decisions], factors),
        LinkKind.CONSTRAINS: (rows[NodeKind.RULE], bodies),
        LinkKind.FUNDS: (bodies, bodies),
        LinkKind.CONSULTS: (bodies, actors),
        LinkKind.OBSERVES: (actors, factors),
        LinkKind.INFORMS: (actors, actors),
        LinkKind.TAKES_AS_INPUT: (decisions, [*rows[NodeKind.SIGNAL], *factors]),
        LinkKind.SHOWS_AT: (factors, bodies),
        LinkKind.MATTERS_TO: ([MOMENT, *factors], rows[NodeKind.PEOPLE]),
        LinkKind.REPLACES: (decisions, decisions),
    }[kind]


def _money(draw: np.random.Generator, row: int) -> Money:
    flows = (FlowKind.TRANSFER, FlowKind.FINAL_SPEND, FlowKind.TRANSFER, FlowKind.OWN_REVENUE)
    return Money(
        pence=int(draw.integers(1, 10_000)) * 1_000_00,
        year=("2023/24", "2024/25")[row % 2],
        status="outturn",
        flow=flows[row % 4],
        ring_fenced=row % 5 == 0,
        paid_for=(*PaidFor, None)[row % 7],
    )

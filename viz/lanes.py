"""Which lanes a map has and in which one each node stands.

The lanes are the map's tiers, turned so that the lane with the people comes first. A node without a tier stands where
what it belongs to stands. A map without tiers gets lanes by how far along its links a node is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from graph.snapshot import Snapshot
from schema.kinds import LinkKind, NodeKind
from schema.records import Node
from viz.layout import layers
from viz.marks import Lane

ELSEWHERE = Lane(id="", label="Elsewhere", text="Things that the map gives no tier.")
MOST_LAYERS = 7
_PLACING = (LinkKind.SITS_IN, LinkKind.SHOWS_AT, LinkKind.PART_OF)
_OWNING = (LinkKind.MAKES, LinkKind.CARRIES_OUT, LinkKind.HOLDS_DUTY, LinkKind.PROPOSES)


def lanes_of(snapshot: Snapshot, rows: Sequence[int]) -> tuple[tuple[Lane, ...], list[int], bool]:
    """The lanes that some rows of the map need, the lane of each of these rows, and whether the first is the people's.

    O(nodes + links).
    """
    tiers = [node for node in snapshot.map.nodes if node.kind is NodeKind.TIER]
    if not tiers:
        return _by_layer(snapshot, rows)
    tier_of = _tiers_by_row(snapshot, {tier.id for tier in tiers})
    people = Counter(tier_of[row] for row, node in enumerate(snapshot.map.nodes) if node.kind is NodeKind.PEOPLE and tier_of[row])
    order = [tier.id for tier in tiers]
    if people and order.index(people.most_common(1)[0][0] or "") * 2 > len(order) - 1:
        order.reverse()
    wanted = [tier_of[row] or "" for row in rows]
    kept = [identifier for identifier in [*order, ""] if identifier in set(wanted)]
    label_of = {tier.id: Lane(id=tier.id, label=tier.label, text=tier.text or "") for tier in tiers} | {"": ELSEWHERE}
    return tuple(label_of[identifier] for identifier in kept), [kept.index(identifier) for identifier in wanted], bool(people)


def _tiers_by_row(snapshot: Snapshot, tiers: set[str]) -> list[str | None]:
    nodes = snapshot.map.nodes
    tier_of: list[str | None] = [_own_tier(node, tiers) for node in nodes]
    by_link = _ends_of_links(snapshot, _PLACING)
    by_owner = _starts_of_links(snapshot, _OWNING)
    touching = _starts_of_links(snapshot, tuple(LinkKind))
    reached = _ends_of_links(snapshot, tuple(LinkKind))

    def place(row: int) -> str | None:
        node = nodes[row]
        named = [snapshot.row_of[name] for name in (node.place, node.owner) if name is not None and name in snapshot.row_of]
        for others in (by_link[row], named, by_owner[row]):
            for other in others:
                if tier_of[other]:
                    return tier_of[other]
        return None

    def neighbours(row: int) -> str | None:
        found = Counter(tier for other in [*touching[row], *reached[row]] if (tier := tier_of[other]))
        return min(found, key=lambda tier: (-found[tier], tier)) if found else None

    for rule in (place, place, neighbours, neighbours):
        _settle(tier_of, rule)
    return tier_of


def _settle(tier_of: list[str | None], rule: Callable[[int], str | None]) -> None:
    """Apply a rule to every row without a tier, all at once, so that the order of the rows does not matter."""
    found = {row: rule(row) for row, tier in enumerate(tier_of) if tier is None}
    for row, tier in found.items():
        tier_of[row] = tier


def _own_tier(node: Node, tiers: set[str]) -> str | None:
    if node.kind is NodeKind.TIER:
        return node.id
    return node.tier if node.tier in tiers else None


def _ends_of_links(snapshot: Snapshot, kinds: tuple[LinkKind, ...]) -> list[list[int]]:
    ends: list[list[int]] = [[] for _ in range(snapshot.n_nodes)]
    for row in snapshot.of_kind(*kinds):
        ends[int(snapshot.start[row])].append(int(snapshot.end[row]))
    return ends


def _starts_of_links(snapshot: Snapshot, kinds: tuple[LinkKind, ...]) -> list[list[int]]:
    starts: list[list[int]] = [[] for _ in range(snapshot.n_nodes)]
    for row in snapshot.of_kind(*kinds):
        starts[int(snapshot.end[row])].append(int(snapshot.start[row]))
    return starts


def _by_layer(snapshot: Snapshot, rows: Sequence[int]) -> tuple[tuple[Lane, ...], list[int], bool]:
    number = {row: at for at, row in enumerate(rows)}
    ends = ((int(start), int(end)) for start, end in zip(snapshot.start, snapshot.end, strict=True))
    layer = layers(len(rows), [(number[start], number[end]) for start, end in ends if start in number and end in number])
    deepest = max(layer, default=0)
    if deepest >= MOST_LAYERS:
        # Neighbouring layers share a lane, so that a long map stays readable.
        layer = [at * MOST_LAYERS // (deepest + 1) for at in layer]
    used = sorted(set(layer))
    names = {at: f"Step {place + 1}" for place, at in enumerate(used)}
    if len(used) > 1:
        names[used[0]], names[used[-1]] = "Where it starts", "Where it ends up"
    elif used:
        names[used[0]] = "All items"
    lanes = tuple(Lane(id=f"layer-{at}", label=names[at]) for at in used)
    return lanes, [used.index(at) for at in layer], False

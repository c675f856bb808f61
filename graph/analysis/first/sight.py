"""Sight: of the outcomes that an owner's decisions reach, how many does it hear of in a way that counts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.analysis.first.asked import Asked
from graph.results.first import FirstAnswer, FirstItem
from schema.errors import BadQuestion
from schema.kinds import LinkKind, NodeKind, Use
from schema.ontology import END_KINDS
from schema.records import Link

USED, NOT_RECORDED, NOT_USED = range(3)
CELLS_AT_ONCE = 1 << 22
"""Decisions times nodes or links that are looked at together, which bounds the memory of a question on a large map."""
NAMED_IN_TEXT = 5
METHOD = (
    "outcomes that a path from the owner's decisions and rules leads to, and for each the best way of one signal back: who sees it,"
    " who tells whom, and whether each step is used; or that a decision or process of the owner takes it into account"
)


def sight(asked: Asked) -> FirstAnswer:
    """For each owner of decisions and rules, or the one named: what it reaches, and of what it receives a used signal.

    An outcome is a factor of which the map says whether more is better. It is *not seen* where every way back has a step that is
    said not to be there or not to be used, and *not recorded* where nobody says; where nobody is cited on any information link,
    what is not drawn is missing. Raises BadQuestion for what can own no decision.
    """
    if asked.node is not None and not asked.snapshot.is_kind(asked.node, *END_KINDS):
        raise BadQuestion(f"{asked.id(asked.node)} takes no decision: ask about a body or role, or about all.")
    owned: dict[int, list[int]] = {}
    for row in asked.nodes(NodeKind.DECISION, NodeKind.RULE):
        for owner in asked.owners.get(row, ()):
            owned.setdefault(owner, []).append(row)
    wanted = [asked.node] if asked.node is not None else sorted(owned, key=asked.id)
    senses = _Senses(asked)
    factors = np.flatnonzero(asked.is_outcome & ~asked.selection.blocked)
    reached_by = _reached(asked, {owner: owned.get(owner, []) for owner in wanted}, factors)
    items, sums = [], [0, 0, 0]
    for owner in wanted:
        if asked.stopped:
            break
        reached = reached_by[owner]
        levels = senses.levels(owner, reached)
        item = _item(asked, owner, reached, levels)
        if reached:
            items.append(item)
        for level in levels:
            sums[level] += 1
    items.sort(key=lambda item: (-len(item.facts["not_seen"]), -int(item.facts["reached"]), item.id))  # type: ignore[arg-type]
    who = asked.snapshot.node(asked.node).label if asked.node is not None else f"{len(items)} owners of decisions"
    return asked.answer(
        items,
        opening=f"{who}: of {sum(sums)} times that decisions reach an outcome, in {sums[USED]} a used signal comes back, in"
        f" {sums[NOT_USED]} none does, and of {sums[NOT_RECORDED]} nobody records it. Not recorded is not missing.",
        method=METHOD,
        about=asked.node,
        counts={"seen": sums[USED], "not_seen": sums[NOT_USED], "not_recorded": sums[NOT_RECORDED]},
        complete=not asked.stopped,
        none="No decision or rule with an owner reaches an outcome here.",
    )


def _reached(asked: Asked, owned: Mapping[int, Sequence[int]], factors: NDArray[np.int64]) -> dict[int, list[int]]:
    """For each owner the factors that some of its decisions reach, in the map's order."""
    found = {owner: np.zeros(factors.size, dtype=np.bool_) for owner in owned}
    pairs = [(owner, decision) for owner, decisions in owned.items() for decision in decisions]
    batch = max(1, CELLS_AT_ONCE // max(asked.snapshot.n_nodes, asked.snapshot.n_links, 1))
    for first in range(0, len(pairs), batch):
        if asked.stopped:
            break
        part = pairs[first : first + batch]
        reaches = asked.strengths([decision for _, decision in part])[:, factors] > 0
        for (owner, _), marks in zip(part, reaches, strict=True):
            found[owner] |= marks
    return {owner: factors[marks].tolist() for owner, marks in found.items()}


def _item(asked: Asked, owner: int, reached: Sequence[int], levels: Sequence[int]) -> FirstItem:
    seen, unrecorded, unseen = (
        asked.ids([row for row, found in zip(reached, levels, strict=True) if found == level]) for level in (USED, NOT_RECORDED, NOT_USED)
    )
    node = asked.snapshot.node(owner)
    more = f" and {len(unseen) - NAMED_IN_TEXT} more" if len(unseen) > NAMED_IN_TEXT else ""
    named = f" ({asked.said(unseen[:NAMED_IN_TEXT])}{more})" if unseen else ""
    outcomes = "outcome" if len(reached) == 1 else "outcomes"
    return FirstItem(
        id=node.id,
        label=node.label,
        facts={"reached": len(reached), "seen": seen, "not_seen": unseen, "not_recorded": unrecorded},
        text=f"{node.label} reaches {len(reached)} {outcomes}; a used signal comes back of {len(seen)}, none of {len(unseen)}{named},"
        f" and {len(unrecorded)} {'is' if len(unrecorded) == 1 else 'are'} not recorded.",
    )


class _Senses:
    """The information links that stand, each with how well it is used."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.sights: dict[int, list[tuple[int, int]]] = {}
        self.tellings: dict[int, list[tuple[int, str | None, int]]] = {}
        self.inputs: dict[int, list[tuple[int, int]]] = {}
        snapshot, is_cited = asked.snapshot, False
        for row in asked.standing(LinkKind.OBSERVES, LinkKind.INFORMS, LinkKind.TAKES_AS_INPUT):
            link, start, end = snapshot.link(row), int(snapshot.start[row]), int(snapshot.end[row])
            is_cited |= bool(link.claims)
            if link.kind is LinkKind.INFORMS:
                self.tellings.setdefault(end, []).append((start, link.carrying, level_of(link)))
            elif link.kind is LinkKind.OBSERVES:
                self.sights.setdefault(end, []).append((start, level_of(link)))
            else:
                self.inputs.setdefault(end, []).append((start, level_of(link)))
        self.undrawn = NOT_RECORDED if is_cited else NOT_USED
        self.signals = {signal for tellings in self.tellings.values() for _, signal, _ in tellings} | {None}

    def levels(self, owner: int, factors: Sequence[int]) -> list[int]:
        """How well each factor comes back to an owner."""
        hears = self._hears(owner)
        found = []
        for factor in factors:
            if factor not in self.sights and factor not in self.inputs:
                found.append(self.undrawn)
                continue
            ways = [max(level, hears[actor]) for actor, level in self.sights.get(factor, ()) if actor in hears]
            ways += [level for user, level in self.inputs.get(factor, ()) if owner in self.asked.owners.get(user, ())]
            found.append(min(ways, default=self.undrawn))
        return found

    def _hears(self, owner: int) -> dict[int, int]:
        """Whom an owner hears at all, with the level of the best way; a way carries one signal from end to end."""
        heard: dict[int, int] = {owner: USED}
        for most in (USED, NOT_RECORDED, NOT_USED):
            for signal in self.signals:
                done, waiting = {owner}, [owner]
                while waiting:
                    for actor, carried, level in self.tellings.get(waiting.pop(), ()):
                        if level <= most and carried in (None, signal) and actor not in done:
                            done.add(actor)
                            waiting.append(actor)
                            heard.setdefault(actor, most)
        return heard


def level_of(link: Link) -> int:
    """Whether an information link is there and used, as far as somebody says. Seeing a thing is use enough."""
    told = link.kind is LinkKind.INFORMS
    said = (_said(link, "available", Use.YES), _said(link, "used", Use.UNKNOWN if told else Use.YES))
    return NOT_USED if Use.NO in said else NOT_RECORDED if Use.UNKNOWN in said else USED


def _said(link: Link, field: str, otherwise: Use) -> Use:
    """What the link states as a whole; where it states nothing, its claims, of which one that says no outweighs the rest."""
    stated: Use | None = getattr(link, field)
    if stated is not None:
        return stated
    words = {"yes" if word is True else "no" if word is False else word for word in (claim.attributes.get(field) for claim in link.claims)}
    return next((use for use in (Use.NO, Use.SOMETIMES, Use.YES, Use.UNKNOWN) if str(use) in words), otherwise)

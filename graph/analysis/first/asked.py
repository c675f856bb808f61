"""What the questions that people ask first share: what was asked, and how what was found is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.kernels.best import best_strengths
from graph.kernels.index import Floats
from graph.results import LitmusAnswer, Terms
from graph.results.first import FirstAnswer, FirstItem
from graph.scope import Filters
from graph.selection import Selection, Stop, select
from graph.snapshot import Snapshot
from schema.errors import BadQuestion
from schema.kinds import LinkKind, NodeKind
from schema.ontology import NODE_KIND_CODE

Judge = Callable[[Sequence[str], Filters], LitmusAnswer]
"""The litmus test of some decisions (all that stand where none is named) under some filters."""
LISTED_IN_TEXT = 6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: the map, what counts, the node it is about and the moment, as rows; None where there is none."""

    name: str
    snapshot: Snapshot
    filters: Filters
    node: int | None
    moment: int | None
    judge: Judge
    stop: Stop | None

    @cached_property
    def selection(self) -> Selection:
        return select(self.snapshot, self.filters)

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """The links that a path may take."""
        return self.selection.open_links(self.snapshot)

    @property
    def stopped(self) -> bool:
        return self.stop is not None and self.stop()

    def the_moment(self) -> int:
        """The row of the moment. Raises BadQuestion where the map has none and none was named."""
        if self.moment is None:
            raise BadQuestion(
                f"The question {self.name} is judged by a moment of interaction, which this map lacks; name a factor with --on."
            )
        return self.moment

    def strengths(self, rows: Sequence[int], *, inwards: bool = False) -> Floats:
        """How strong the strongest path is between each of the rows and every node; 0 for none. Raises BadQuestion for filters
        that pick out whole paths, which strengths alone cannot honour."""
        if self.filters.sign is not None or self.filters.max_delay is not None or self.filters.require:
            raise BadQuestion(f"The question {self.name} takes no --sign, --max-delay or --require, which pick out single paths.")
        starts = np.array(rows, dtype=np.int32)
        best = best_strengths(
            self.snapshot.index,
            self.selection.strength,
            self.usable,
            starts,
            max_links=self.filters.max_links,
            inwards=inwards,
            stop=self.stop,
        )
        best[self.selection.blocked[starts]] = 0.0
        best[:, self.selection.blocked] = 0.0
        return best

    def standing(self, *kinds: LinkKind) -> list[int]:
        """The rows of the links of some kinds that stand, in order."""
        return [row for row in self.snapshot.of_kind(*kinds).tolist() if self.selection.standing_links[row]]

    def nodes(self, *kinds: NodeKind) -> list[int]:
        """The rows of the nodes of some kinds that stand and are not avoided, in order."""
        codes = [NODE_KIND_CODE[kind] for kind in kinds]
        return np.flatnonzero(np.isin(self.snapshot.nodes.kind, codes) & ~self.selection.blocked).tolist()

    @cached_property
    def is_outcome(self) -> NDArray[np.bool_]:
        """The factors of which somebody says whether more is better; all factors on a map where nobody does."""
        factors = self.snapshot.nodes.kind == NODE_KIND_CODE[NodeKind.FACTOR]
        valued = factors & np.array([node.better is not None for node in self.snapshot.map.nodes], dtype=np.bool_)
        outcomes: NDArray[np.bool_] = valued if valued.any() else factors
        return outcomes

    @cached_property
    def owners(self) -> Mapping[int, list[int]]:
        """Who owns each thing: its owner on the map first, then all that are drawn as making it or carrying it out, in order."""
        owners: dict[int, dict[int, None]] = {}
        for row, owner in enumerate(self.snapshot.nodes.owner.tolist()):
            if owner >= 0 and self.selection.standing[owner]:
                owners.setdefault(row, {})[owner] = None
        for link in self.standing(LinkKind.MAKES, LinkKind.CARRIES_OUT):
            owners.setdefault(int(self.snapshot.end[link]), {})[int(self.snapshot.start[link])] = None
        return {row: list(found) for row, found in owners.items()}

    def id(self, row: int) -> str:
        return self.snapshot.node(row).id

    def ids(self, rows: Sequence[int] | set[int] | Mapping[int, object]) -> tuple[str, ...]:
        """Ids of nodes, in the order of ids."""
        return tuple(sorted({self.id(row) for row in rows}))

    def said(self, ids: Iterable[str]) -> str:
        """Nodes by their names, as sentences call them, in the order given."""
        return ", ".join(self.snapshot.map.node(identifier).label for identifier in ids)

    def answer(
        self,
        items: Sequence[FirstItem],
        *,
        found: int | None = None,
        opening: str,
        method: str,
        about: int | None = None,
        counts: Mapping[str, int] | None = None,
        notes: Sequence[str] = (),
        complete: bool = True,
        none: str = "",
    ) -> FirstAnswer:
        """The answer of these items, the first `filters.top` listed; `none` is the reason where there are none.

        `found` counts them where only those that are listed were made.
        """
        count = len(items) if found is None else found
        reason = None if count else none
        listed = tuple(items[: self.filters.top])
        lines = [opening if count else none, *(f"  {place}. {item.text}" for place, item in enumerate(listed[:LISTED_IN_TEXT], 1))]
        if not complete:
            lines.append("There was no time to look at all of it; this is what was found.")
        revision = self.snapshot.revision
        return FirstAnswer(
            question=self.name,
            about=None if about is None else self.id(about),
            items=listed,
            found=count,
            counts=dict(counts or {}),
            notes=tuple(notes),
            complete=complete,
            reason=reason,
            text="\n".join([*lines, *notes, f"Map revision {revision}."]),
            terms=Terms(
                revision=revision,
                as_of=self.filters.as_of,
                method=method,
                max_links=self.filters.max_links,
                filters=self.filters.described(),
            ),
        )

"""Branches, and what a scope sees of them: the line of branches behind a revision, each up to some revision of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graph.stores.neo4j_store.journal import Page, Revision, change_of
from graph.stores.neo4j_store.layout import BRANCH, PAGE, REVISION, STORE
from schema.errors import BadInput, near_names
from schema.records import BASE_LAYER, ChangeSet


class Ask(Protocol):
    """Something that answers a statement with its rows: a connection, or a transaction that is under way."""

    def __call__(self, cypher: str, /, **parameters: Any) -> list[list[Any]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch as kept: it begins at a revision of its parent and has a newest revision of its own line."""

    name: str
    parent: str | None
    begins: int
    head: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the store stands: its newest revision, the generation that its graph shows, its branches in the order of making."""

    revision: int
    generation: int
    branches: Mapping[str, Branch]

    def branch(self, name: str) -> Branch:
        """A branch by its name. Raises BadInput with the names there are."""
        if name in self.branches:
            return self.branches[name]
        near = near_names(name, self.branches) or tuple(self.branches)[:10]
        raise BadInput(f"No branch {name!r} in this store; there is {', '.join(near)}. Make it with create_branch, or name one of these.")

    def line(self, name: str, revision: int | None = None) -> Line:
        """The line of a branch up to a revision (None: now). Raises BadInput for one that it never had."""
        branch = self.branch(name)
        upto = branch.head if revision is None else revision
        if not 0 <= upto <= branch.head:
            raise BadInput(f"Branch {name!r} has no revision {revision}; its newest is {branch.head}.")
        parts: list[tuple[str, int]] = []
        at: Branch | None = branch
        bound = upto
        while at is not None:
            if bound > at.begins or at.parent is None:
                parts.append((at.name, bound))
            bound = min(bound, at.begins)
            at = self.branches[at.parent] if at.parent is not None else None
        return Line(branch=name, head=upto, parts=tuple(parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A branch and those it came from, each up to a revision, the branch itself first."""

    branch: str
    head: int
    parts: tuple[tuple[str, int], ...]


_STATE = (
    f"MATCH (s:{STORE} {{key: 'caremap'}}) MATCH (b:{BRANCH}) WITH s, b ORDER BY b.place"
    " RETURN s.revision, s.generation, collect([b.name, b.parent, b.begins, b.head])"
)
_REVISIONS = (
    f"UNWIND $parts AS part MATCH (r:{REVISION}) WHERE r.branch = part[0] AND r.number > $since AND r.number <= part[1]"
    " AND r.number < $before AND ($layers IS NULL OR r.layer IN $layers)"
)
PAGES_AT_ONCE = 8


def state_of(ask: Ask) -> State:
    """Where the store stands now, seen in one statement."""
    revision, generation, found = ask(_STATE)[0]
    branches = {name: Branch(name=name, parent=parent, begins=begins, head=head) for name, parent, begins, head in found}
    return State(revision=revision, generation=generation, branches=branches)


def revisions(
    ask: Ask, line: Line, *, since: int = 0, before: int | None = None, layers: Sequence[str] | None = None, latest: int | None = None
) -> list[Revision]:
    """The revisions of a line, oldest first; with `latest`, that many of the newest, newest first."""
    order = "ORDER BY r.number" if latest is None else "ORDER BY r.number DESC LIMIT $latest"
    found = ask(
        f"{_REVISIONS} RETURN properties(r) {order}",
        parts=[list(part) for part in line.parts],
        since=since,
        before=2**62 if before is None else before,
        layers=None if layers is None else list(layers),
        latest=latest,
    )
    return [Revision.of(row[0]) for row in found]


def newest_of(ask: Ask, line: Line) -> int:
    """The newest revision of a line; 0 where it has none."""
    found = ask(
        f"{_REVISIONS} RETURN max(r.number)", parts=[list(part) for part in line.parts], since=0, before=2**62, layers=None
    )  # fmt: skip
    return int(found[0][0] or 0)


def layers_kept(ask: Ask) -> list[str]:
    """The layers in which something was ever kept, the base first, then by their first change."""
    found = [row[0] for row in ask(f"MATCH (r:{REVISION}) WITH r.layer AS layer, min(r.number) AS first RETURN layer ORDER BY first")]
    return [BASE_LAYER, *(layer for layer in found if layer != BASE_LAYER)]


def layers_met(layer: str) -> tuple[str, ...]:
    """The layers that a change of one layer meets: its own above the base."""
    return (BASE_LAYER,) if layer == BASE_LAYER else (BASE_LAYER, layer)


def changes(ask: Ask, found: Sequence[Revision]) -> list[ChangeSet]:
    """The changes of some revisions, in the order given. Fetches pages a few at a time; many small ones in one go."""
    counts = {
        row[0]: row[1] for row in _in_lots(ask, f"UNWIND $lot AS token MATCH (p:{PAGE} {{token: token}}) RETURN token, count(p)", found)
    }
    fetched: dict[str, list[Page]] = {}
    small = [revision for revision in found if counts.get(revision.token, 0) <= 1]
    for row in _in_lots(ask, f"UNWIND $lot AS token MATCH (p:{PAGE} {{token: token}}) RETURN token, p.number, p.holds, p.content", small):
        fetched.setdefault(row[0], []).append(Page(number=row[1], holds=row[2], content=row[3]))
    made = []
    for revision in found:
        pages = fetched.get(revision.token)
        if pages is None:
            pages = _pages_one_by_one(ask, revision.token, counts.get(revision.token, 0))
        made.append(change_of(revision, sorted(pages, key=lambda page: page.number)))
    return made


def _in_lots(ask: Ask, cypher: str, found: Sequence[Revision], size: int = 500) -> list[list[Any]]:
    tokens = [revision.token for revision in found]
    return [row for first in range(0, len(tokens), size) for row in ask(cypher, lot=tokens[first : first + size])]


def _pages_one_by_one(ask: Ask, token: str, count: int) -> list[Page]:
    found: list[Page] = []
    for first in range(0, count, PAGES_AT_ONCE):
        rows = ask(
            f"MATCH (p:{PAGE} {{token: $token}}) WHERE p.number >= $first AND p.number < $stop RETURN p.number, p.holds, p.content",
            token=token,
            first=first,
            stop=first + PAGES_AT_ONCE,
        )
        found += [Page(number=row[0], holds=row[1], content=row[2]) for row in rows]
    return found


def revision_called(ask: Ask, number: int) -> Revision:
    """A revision by its number. Raises BadInput where there is none."""
    found = ask(f"MATCH (r:{REVISION} {{number: $number}}) RETURN properties(r)", number=number)
    if not found:
        newest = state_of(ask).revision
        raise BadInput(f"No change made revision {number}; the store's changes are numbered from 1 to {newest}.")
    return Revision.of(found[0][0])

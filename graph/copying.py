"""Copying a store with its whole history into another of any kind, and making sure that nothing was lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from graph.scope import Scope
from graph.store import HistoryEntry, Store
from schema.errors import BadInput, StoreError
from schema.records import BASE_LAYER, MAIN_BRANCH

ENTRIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a copy is: revisions applied of all there are, and what is being done."""

    done: int
    total: int
    doing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One map that was compared on both sides: a branch with a layer over its base, its counts and its digest."""

    branch: str
    layer: str
    revision: int
    nodes: int
    links: int
    sources: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy came to: how many revisions there are now, how many of them were there before, and every map compared."""

    revisions: int
    resumed_at: int
    parts: tuple[Part, ...]
    notes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beginning:
    name: str
    begins: int


def copy_store(origin: Store, target: Store, *, progress: Callable[[Progress], None] | None = None, notes: Sequence[str] = ()) -> Copied:
    """Copy every revision, branch and layer of one store into another, which is empty or holds the beginning of the same.

    A copy that was interrupted goes on where it stopped. `notes` names the remarks to take along. Raises BadInput where
    the target holds something else, and StoreError where the two differ at the end. O(history), one revision at a time.
    """
    tell = progress or (lambda _: None)
    entries = {entry.revision: entry for name in origin.branches() for entry in _history(origin, name)}
    total = max(entries, default=0)
    beginnings = [_beginning(origin, name) for name in origin.branches() if name != MAIN_BRANCH]
    there = _common(entries, target, [beginning.name for beginning in beginnings])
    made = len(target.branches()) - 1
    for revision in range(there + 1, total + 1):
        made = _begin_branches(target, beginnings, made, revision - 1)
        tell(Progress(done=revision - 1, total=total, doing=f"revision {revision}: {entries[revision].why[:60]}"))
        change = origin.change(revision)
        landed = target.apply(replace(change, base_revision=target.head(change.branch)))
        if landed != revision:
            raise StoreError(
                f"Revision {revision} of {origin.url} became {landed} in {target.url}; somebody else writes there. Use an empty one."
            )
    _begin_branches(target, beginnings, made, total)
    kept = {name: value for name in notes if (value := origin.note(name)) is not None}
    for name, value in kept.items():
        target.keep_note(name, value)
    tell(Progress(done=total, total=total, doing="comparing both"))
    parts = tuple(_compared(origin, target))
    return Copied(revisions=total, resumed_at=there, parts=parts, notes=len(kept))


def _history(store: Store, branch: str) -> Iterator[HistoryEntry]:
    before: int | None = None
    while entries := store.history(branch, most=ENTRIES_AT_ONCE, before=before):
        yield from entries
        before = entries[-1].revision


def _beginning(store: Store, name: str) -> _Beginning:
    """Where a branch begins: at the newest change in its history that another branch made."""
    return _Beginning(name=name, begins=next((entry.revision for entry in _history(store, name) if entry.branch != name), 0))


def _common(entries: dict[int, HistoryEntry], target: Store, branches: Sequence[str]) -> int:
    """How many revisions the target holds already. Raises BadInput where they are not the first ones of the same history."""
    there = {entry.revision: entry for name in target.branches() for entry in _history(target, name)}
    others = [name for name in target.branches() if name != MAIN_BRANCH and name not in branches]
    strange = next((revision for revision, entry in sorted(there.items()) if entries.get(revision) != entry), None)
    if strange is not None or others:
        what = f"its revision {strange} is another" if strange is not None else f"it has a branch {others[0]!r} of its own"
        raise BadInput(f"{target.url} is not empty and holds no beginning of this history ({what}); copy into an empty store.")
    return max(there, default=0)


def _begin_branches(target: Store, beginnings: Sequence[_Beginning], made: int, applied: int) -> int:
    """Make the branches that can begin by now, in the order in which they were made. Returns how many are there."""
    while made < len(beginnings) and beginnings[made].begins <= applied:
        target.create_branch(beginnings[made].name, beginnings[made].begins)
        made += 1
    return made


def _compared(origin: Store, target: Store) -> Iterator[Part]:
    if dict(origin.branches()) != dict(target.branches()) or list(origin.layers()) != list(target.layers()):
        raise StoreError(f"{target.url} has other branches or layers than {origin.url} after the copy; use an empty store.")
    for branch in origin.branches():
        for layer in origin.layers():
            layers = (BASE_LAYER,) if layer == BASE_LAYER else (BASE_LAYER, layer)
            mine, theirs = (_part(store, Scope(branch=branch, layers=layers), layer) for store in (origin, target))
            if mine != theirs:
                raise StoreError(
                    f"Branch {branch!r}, layer {layer!r} differs after the copy: {mine} against {theirs}. The copy is not to be used."
                )
            yield mine


def _part(store: Store, scope: Scope, layer: str) -> Part:
    snapshot = store.snapshot(scope)
    return Part(
        branch=scope.branch,
        layer=layer,
        revision=snapshot.revision,
        nodes=snapshot.n_nodes,
        links=snapshot.n_links,
        sources=len(snapshot.map.sources),
        digest=snapshot.map.digest(),
    )

"""How a map changes: in its store, at a revision, by whom and why; and how a change is taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from graph.changes import difference, overtaken
from graph.holding import title_note
from graph.scope import Scope
from graph.service.one_map import OneMap
from graph.store import HistoryEntry, Store
from schema.errors import BadInput, Conflict
from schema.records import BASE_LAYER, MAIN_BRANCH, ChangeSet
from schema.system_map import SystemMap


class Changing(OneMap):
    """A map that can change where a store keeps it."""

    @property
    def store(self) -> Store:
        """The store behind the map. Raises BadInput where the map is only a file."""
        if not isinstance(self._source, Store):
            raise BadInput(f"{self.url} is a file that is only asked. Load it into a store to change it or to see its history.")
        return self._source

    def branches(self) -> tuple[str, ...]:
        """The names of the branches; empty where the map is only a file."""
        return tuple(self._source.branches()) if isinstance(self._source, Store) else ()

    def met_by(self, layer: str) -> Scope:
        """The scope that a change of a layer meets: the base, and over it the layer where it has begun."""
        if layer == BASE_LAYER or layer not in self.store.layers():
            return Scope()
        return Scope(layers=(BASE_LAYER, layer))

    def apply(self, change: ChangeSet) -> int:
        """Apply a change; returns the new revision. A change meets the whole map, which must not be larger than may be held."""
        self._holding.must_hold("A change meets the whole map")
        return self.store.apply(change)

    def load(self, system_map: SystemMap, *, by: str, why: str, replace: bool = False, layer: str = BASE_LAYER) -> int:
        """Add a map to what is kept, or change it, by id; with `replace`, remove what it lacks. Returns the revision.

        In another layer than the base only what the base does not say alike is kept; such a layer is never loaded with
        `replace`, which would hide the base.
        """
        if layer != BASE_LAYER and replace:
            raise BadInput(f"Layer {layer!r} lies over the base, and --replace would hide all that the files lack. Load without it.")
        now = self.snapshot(self.met_by(layer))
        change = difference(now.map, system_map, by=by, why=why, remove=replace)
        revision = self.store.apply(dataclasses.replace(change, layer=layer))
        if system_map.title and (replace or self.store.note(title_note(layer)) is None):
            self.store.keep_note(title_note(layer), system_map.title)
            self._holding.forget()
        return revision

    def history(self, *, branch: str = MAIN_BRANCH, most: int = 50, before: int | None = None) -> Sequence[HistoryEntry]:
        """The latest changes, newest first."""
        return self.store.history(branch, most=most, before=before)

    def undo(self, revision: int | None = None, *, by: str, why: str = "") -> int:
        """Take back the change that made a revision (the newest where none is named); returns the new revision.

        Raises Conflict where later changes altered the same things, which would be lost with it.
        """
        store = self.store
        self._holding.must_hold("An undo meets the whole map")
        target = revision if revision is not None else store.head()
        if target == 0:
            raise BadInput("There is nothing to undo: the store holds no change yet.")
        undo = store.inverse(target, by=by, why=why or f"undo of revision {target}")
        if store.head(undo.branch) > target:
            layers = (BASE_LAYER,) if undo.layer == BASE_LAYER else (BASE_LAYER, undo.layer)
            now = self.snapshot(Scope(branch=undo.branch, layers=layers))
            if lost := overtaken(store.change(target), undo, now.map):
                named = ", ".join(lost[:10]) + (f" and {len(lost) - 10} more" if len(lost) > 10 else "")
                raise Conflict(
                    f"Revision {target} cannot be taken back alone: later changes altered {named}. Take those back first, newest first.",
                    expected=target,
                    found=now.revision,
                    changed=lost,
                )
        return store.apply(undo)

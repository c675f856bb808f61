"""Change as a value: check it, apply it, undo it, tell two maps apart by it. Pure functions over maps.

What a change meets is asked through `Before`, so that a store can check a change of one link by looking up what it
touches, where the whole map is not in memory.
"""

from graph.changes.applying import applied, caught_up, cites, turned_origins
from graph.changes.before import Before, LinkEnds, WholeMap
from graph.changes.checking import checked
from graph.changes.undoing import difference, inverse, overtaken

__all__ = [
    "Before",
    "LinkEnds",
    "WholeMap",
    "applied",
    "caught_up",
    "checked",
    "cites",
    "difference",
    "inverse",
    "overtaken",
    "turned_origins",
]

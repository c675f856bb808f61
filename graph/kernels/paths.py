"""The door to everything about paths between two sets of nodes."""

from __future__ import annotations

from graph.kernels.every import MAX_PATHS, PathSet, Totals, all_paths, totals
from graph.kernels.flow import MinCut, OnTheWay, min_cut, on_some_path
from graph.kernels.index import LinkIndex
from graph.kernels.problem import PathProblem, Stop
from graph.kernels.reach import reach
from graph.kernels.scale import to_twelve_digits
from graph.kernels.strongest import TopPaths, strongest

__all__ = [
    "MAX_PATHS",
    "LinkIndex",
    "MinCut",
    "OnTheWay",
    "PathProblem",
    "PathSet",
    "Stop",
    "TopPaths",
    "Totals",
    "all_paths",
    "min_cut",
    "on_some_path",
    "reach",
    "strongest",
    "to_twelve_digits",
    "totals",
]

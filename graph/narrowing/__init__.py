"""Parts of a map that is too large to be held, each enough for one question to have the answer of the whole map.

A database narrows and never concludes: it is asked for records and for what lies one link away, and what a name stands for,
which link counts and what follows is worked out by the same code as on a whole map. Whatever a part holds beyond what it
must is on the map as well, so that more of it never changes an answer.
"""

from graph.narrowing.glimpse import Glimpse, MapMoved
from graph.narrowing.listing import Listed, links_listed, links_listed_at, nodes_listed, number_of_nodes, silos_of, sources_listed
from graph.narrowing.names import names_in, near_names_to
from graph.narrowing.part import Part
from graph.narrowing.questions import for_corridor, for_impact, for_litmus, for_neighbourhood, for_reach

__all__ = [
    "Glimpse",
    "Listed",
    "MapMoved",
    "Part",
    "for_corridor",
    "for_impact",
    "for_litmus",
    "for_neighbourhood",
    "for_reach",
    "links_listed",
    "links_listed_at",
    "names_in",
    "near_names_to",
    "nodes_listed",
    "number_of_nodes",
    "silos_of",
    "sources_listed",
]

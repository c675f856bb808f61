"""Random GraphQL documents that ask for single records, their pages and what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from api.graphql.paging import cursor_of
from schema.kinds import LinkKind, NodeKind
from schema.system_map import SystemMap
from tests.graph.asked_twice import SILOS, names

CLAIMS = "claims { id sign where source { id title origin } }"
NODE = f"id kind label owner silo tier place validFrom status aliases {CLAIMS} attributes {{ name value }}"
FACTS = "sign strength strengthBasis confidence ground disputed"
LINK = f"id kind validFrom delayMonths {FACTS} {CLAIMS} from {{ id owner silo }} to {{ id label owner silo }}"
PAGE = "totalCount pageInfo { hasNextPage endCursor }"
MAP = "map { revision title silos counts { nodes links sources nodesByKind { kind count } linksByKind { kind count } } }"


def written(**arguments: Any) -> str:
    """Arguments as GraphQL writes them; None is left out, and kinds are names."""
    said = [f"{name}: {_value(name, value)}" for name, value in arguments.items() if value is not None]
    return f"({', '.join(said)})" if said else ""


def _value(name: str, value: Any) -> str:
    return f"[{', '.join(kind.name for kind in value)}]" if name == "kind" else value if name == "direction" else json.dumps(value)


def seldom(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 2).flatmap(lambda drawn: strategy if drawn == 0 else st.none())


def page(draw: st.DrawFn, ids: Sequence[str]) -> dict[str, Any]:
    """How much of what, and from where on: an id of the map, or one before, between or after them."""
    after = draw(seldom(st.sampled_from([*ids, "", "A", "l05", "zzz", "\U0001f600"])))
    return {"first": draw(st.sampled_from([0, 1, 2, 3, 7])), "after": None if after is None else cursor_of(after)}


days = st.sampled_from([None, "any", "any", "2019-12-31", "2020-01-01", "2026-06-01", "2020-02-30"])
link_kinds = seldom(st.lists(st.sampled_from([LinkKind.INFLUENCES, LinkKind.MAKES, LinkKind.FUNDS, LinkKind.OBSERVES]), max_size=2))
node_kinds = seldom(st.lists(st.sampled_from([NodeKind.FACTOR, NodeKind.BODY, NodeKind.DECISION, NodeKind.TIER]), max_size=2))
directions = st.sampled_from([None, "OUT", "IN", "BOTH"])


@st.composite
def documents(draw: st.DrawFn, system_map: SystemMap) -> str:
    """A document of up to four questions, each about a few records."""
    nodes, links, sources = [node.id for node in system_map.nodes], list(system_map.links.ids), [each.id for each in system_map.sources]

    def links_at(inner: str) -> str:
        how = written(**page(draw, links), direction=draw(directions), kind=draw(link_kinds), asOf=draw(days))
        return f"links{how} {{ {PAGE} edges {{ cursor node {{ {inner} }} }} }}"

    def a_question() -> str:
        match draw(st.sampled_from(["nodes", "nodes", "links", "sources", "node", "link", "search", "map"])):
            case "nodes":
                tier = draw(seldom(names(system_map)))
                silo = draw(seldom(st.sampled_from([*SILOS, "west", "aside-2", "unassigned", "nowhere"])))
                how = written(**page(draw, nodes), kind=draw(node_kinds), tier=tier, silo=silo, asOf=draw(days))
                hanging = links_at(f"{LINK} to {{ {links_at('id from { id }')} }}")
                return f"nodes{how} {{ {PAGE} edges {{ cursor node {{ {NODE} {hanging} }} }} }}"
            case "links":
                how = written(**page(draw, links), kind=draw(link_kinds), asOf=draw(days))
                return f"links{how} {{ {PAGE} edges {{ cursor node {{ {LINK} from {{ {links_at('id')} }} }} }} }}"
            case "sources":
                return f"sources{written(**page(draw, sources))} {{ {PAGE} edges {{ cursor node {{ id title origin }} }} }}"
            case "node":
                return f"node{written(id=draw(st.sampled_from([*nodes, 'zz', ''])))} {{ {NODE} {links_at(LINK)} }}"
            case "link":
                return f"link{written(id=draw(st.sampled_from([*links, 'zz', ''])))} {{ {LINK} }}"
            case "search":
                words = draw(st.sampled_from(["label", "label 1", "lab", "a", "", "2 la", "nothing"]))
                return f"search{written(text=words, first=draw(st.sampled_from([0, 2, 20])))} {{ {NODE} {links_at('id')} }}"
            case _:
                return MAP

    asked = [a_question() for _ in range(draw(st.integers(1, 3)))]
    return "{ " + " ".join(f"q{number}: {question}" for number, question in enumerate(asked)) + " }"

"""A snapshot handed to networkx: the same nodes, links and numbers, and algorithms that run on it."""

import json
import math

import networkx as nx

from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.ontology import IMPACT_KINDS
from schema.wire import to_json
from tests.builders import a_map


def test_everything_that_records_say_is_on_the_networkx_map() -> None:
    system_map = shipped_content()
    snapshot = Snapshot(system_map, revision=7)
    made = snapshot.to_networkx()
    assert (made.number_of_nodes(), made.number_of_edges(), made.graph["revision"]) == (snapshot.n_nodes, snapshot.n_links, 7)
    assert {"id": system_map.nodes[0].id, **made.nodes[system_map.nodes[0].id]} == to_json(system_map.nodes[0])
    columns = system_map.links.columns
    for row, link in enumerate(system_map.links):
        said = made.edges[link.start, link.end, link.id]
        assert said.get("claims", []) == [to_json(claim) for claim in link.claims]
        if link.kind in IMPACT_KINDS:
            numbers = columns.sign[row], columns.strength[row], columns.confidence[row]
            assert (said["sign"], said["strength"], said["confidence"]) == numbers
            assert said.get("delay", None) == (None if math.isnan(snapshot.delay[row]) else snapshot.delay[row])
    json.dumps(nx.node_link_data(made, edges="edges"))


def test_parallel_links_stay_apart_and_algorithms_run() -> None:
    system_map = a_map("a +> b", "b -> c", "c +> a")
    made = Snapshot(system_map).to_networkx()
    assert sorted(map(sorted, nx.simple_cycles(made))) == [["a", "b", "c"]]
    assert nx.descendants(made, "a") == {"b", "c"}

"""How a large map is dealt out to the statements that write it, which needs no server."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from graph.stores.neo4j_store import staging_links
from graph.stores.neo4j_store.columns import grouped
from schema.kinds import Basis, Sign
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap


def _a_map(seed: int) -> SystemMap:
    draw = random.Random(seed)
    nodes = [Node(id=f"n{row}", label=f"N {row}") for row in range(draw.randrange(2, 60))]
    links = []
    for row in range(draw.randrange(1, 400)):
        claims = tuple(
            Claim(id=str(number), basis=Basis.FIGURE, sign=draw.choice([Sign.PLUS, Sign.MINUS]), strength=draw.choice([None, 0.5]))
            for number in range(draw.choice([0, 0, 1, 1, 3]))
        )
        # Few starts, as hubs have: they are where statements would wait for each other.
        start, end = nodes[int(len(nodes) * draw.random() ** 3)], draw.choice(nodes)
        links.append(Link(id=f"l{row}", start=start.id, end=end.id, claims=claims, delay_low=draw.choice([None, 1.0])))
    return SystemMap.of(nodes, links, ())


@pytest.mark.parametrize("seed", range(30))
def test_every_link_and_claim_is_written_once_and_lanes_of_a_turn_meet_at_no_node(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging_links, "LINKS_AT_ONCE", 7)
    system_map = _a_map(seed)
    written: list[int] = []
    said: list[tuple[str, int]] = []
    nodes_of: dict[tuple[int, int], set[int]] = {}
    turns: list[int] = []
    for batch in staging_links._link_batches(system_map):
        turns.append(batch.turn)
        for group in batch.links:
            begins, ends, weights, rows = group.beside
            nodes_of.setdefault((batch.turn, batch.lane), set()).update([*begins, *ends])
            written += rows
            for place, row in enumerate(rows):
                link = system_map.links[row]
                assert (system_map.nodes[begins[place]].id, system_map.nodes[ends[place]].id) == (link.start, link.end)
                assert group.properties["id"][place] == link.id
                assert group.key[1] == (weights[place] != 0.0)
                assert group.properties.get("delay_low_months", [None] * len(rows))[place] == link.delay_low
        for group in batch.claims:
            positions = group.properties.get("position", [0] * group.n_rows)
            said += zip(group.beside[0], positions, strict=True)
    assert turns == sorted(turns)
    assert sorted(written) == list(range(len(system_map.links)))
    assert sorted(said) == sorted((link.id, position) for link in system_map.links for position in range(len(link.claims)))
    for turn in set(turns):
        lanes = [nodes for (at, _), nodes in nodes_of.items() if at == turn]
        assert all(one.isdisjoint(other) for one, other in combinations(lanes, 2))


def test_objects_that_become_other_properties_when_flat_are_told_apart() -> None:
    objects = [
        {"id": "a", "money": {"pence": 5}},
        {"id": "b", "money": {"pence": 2**70, "year": "2024-25"}},
        {"id": "c", "attributes": {"x": [1]}},
        {"id": "d", "delay_low": 1},
        {"id": "e", "money": {"pence": 7}},
    ]
    found = {
        group.properties["id"][place]: {name: column[place] for name, column in group.properties.items()}
        | {"beside": group.beside[0][place]}
        for group in grouped(objects, [("k",)] * 5, range(5))
        for place in range(group.n_rows)
    }
    assert found == {
        "a": {"id": "a", "money_pence": 5, "beside": 0},
        "b": {"id": "b", "money_pence": str(2**70), "money_year": "2024-25", "beside": 1},
        "c": {"id": "c", "attributes": '{"x": [1]}', "beside": 2},
        "d": {"id": "d", "delay_low_months": 1.0, "beside": 3},
        "e": {"id": "e", "money_pence": 7, "beside": 4},
    }

"""Steps that a snapshot keeps are those that it would make anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph import telling
from graph.scope import Filters
from graph.selection import select
from graph.service import MapService
from graph.snapshot import Snapshot
from graph.store import FixedMap
from graph.telling import steps_of
from schema.kinds import Basis, Sign
from schema.records import Claim
from schema.system_map import SystemMap
from tests.builders import a_link, a_map, a_node
from tests.graph.analysis.small_maps import maps


@settings(max_examples=60, deadline=None)
@given(maps(), st.data())
def test_a_kept_step_says_what_a_new_one_says(system_map: SystemMap, data: st.DataObject) -> None:
    kept = Snapshot(system_map)
    rows = st.lists(st.integers(0, max(kept.n_links - 1, 0)), max_size=4 if kept.n_links else 0)
    weights = st.dictionaries(st.sampled_from(list(system_map.links.ids) or [""]), st.sampled_from([-0.4, 0.0, 0.9]), max_size=2)
    for _ in range(4):
        filters = Filters(assume=data.draw(weights) if kept.n_links else {})
        path, fresh = data.draw(rows), Snapshot(system_map)
        assert steps_of(kept, select(kept, filters), path) == steps_of(fresh, select(fresh, filters), path)


def _said_by(*signs: Sign) -> tuple[Claim, ...]:
    return tuple(Claim(id=str(number), basis=Basis.STUDY, sign=sign, strength=0.5) for number, sign in enumerate(signs))


def test_a_path_says_how_far_the_claims_on_it_differ() -> None:
    plus, minus = Sign.PLUS, Sign.MINUS
    alike = a_link("a +> b", claims=_said_by(plus, plus))
    split = a_link("b +> c", claims=_said_by(plus, plus, plus, minus))
    levels = a_link("c +> d", claims=(*_said_by(plus), Claim(id="x", basis=Basis.STUDY, sign=plus, strength=0.75)))
    whole = SystemMap.of([a_node(name) for name in "abcd"], [alike, split, levels])
    [path] = MapService(FixedMap(whole, "small")).impact(["a"], ["d"]).paths
    assert [round(step.disagreement, 3) for step in path.steps] == [0, 0.811, 1]
    assert path.to_json()["disagreement"] == 1
    assert "1 disputed (disagreement 0.81 bits)" in path.text
    [calm] = MapService(FixedMap(SystemMap.of(whole.nodes, [alike]), "small")).impact(["a"], ["b"]).paths
    assert "disagreement" not in calm.text
    assert calm.to_json()["disagreement"] == 0


def test_a_snapshot_keeps_no_more_steps_than_it_may(monkeypatch) -> None:
    monkeypatch.setattr(telling, "STEPS_KEPT", 2)
    snapshot = Snapshot(a_map("a +> b", "b +> c", "c -> d", "d +> e"))
    steps = steps_of(snapshot, select(snapshot, Filters()), range(snapshot.n_links))
    assert [step.effect for step in steps] == ["+", "+", "-", "-"]
    assert len(snapshot.keep("steps", dict)) <= 2

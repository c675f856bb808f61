"""The paths and loops that docs/content-joins.md writes down, and the answers worked out by hand, come out of the engine."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest

from graph.scope import Filters
from graph.service import MapService
from graph.store import FixedMap
from tests.content.test_paths_and_loops import _chain, _table
from tests.content.walking import content

TODAY = date(2026, 11, 22)


@lru_cache(maxsize=1)
def service() -> MapService:
    return MapService(FixedMap(content(), "shipped"))


@pytest.mark.parametrize("row", _table("Paths"), ids=lambda row: f"{row[0]} {row[1][:30]}")
def test_the_engine_finds_the_path(row) -> None:
    chain = _chain(row[2])
    filters = Filters(as_of=None, proposals=True, require=tuple(chain[1:-1]), max_links=len(chain) - 1)
    answer = service().impact([chain[0]], [chain[-1]], filters)
    assert tuple(chain) in {path.nodes for path in answer.paths}


@pytest.mark.parametrize("row", _table("Loops"), ids=lambda row: row[0])
def test_the_engine_finds_the_loop(row) -> None:
    name, kind, cell, _ = row
    chain = _chain(cell)[:-1]
    filters = Filters(as_of=None, proposals="proposed" in name, max_links=len(chain), top=100_000)
    found = service().loops(chain[0], filters)
    turns = {tuple(chain[place:] + chain[:place]) for place in range(len(chain))}
    assert [loop.kind for loop in found.loops if tuple(loop.nodes) in turns] == [kind]


def test_no_answer_about_the_home_office_is_called_firm_and_each_says_what_it_rests_on() -> None:
    for goal in ("provider-viability", "moment-of-interaction"):
        answer = service().impact(["home-office"], [goal], Filters(as_of=TODAY))
        assert answer.standing == "too thin"
        assert answer.to_json()["net"] is None
        assert 0 < (answer.sourced_share or 0) < 1
        assert "clear" not in answer.text.lower()
        assert "firm" not in answer.text.lower().replace("confirm", "")


def test_the_verdicts_are_those_worked_out_by_hand() -> None:
    verdicts = {each.decision: each for each in service().litmus((), Filters(as_of=TODAY)).verdicts}
    closing, floor, revoking = (
        verdicts[name] for name in ("close-overseas-route-2025", "raise-visa-salary-floor-2025", "revoke-sponsor-licences")
    )
    assert closing.said == "points to worse, too thin to call"
    assert any("stated aim" in reason for reason in closing.thin_because)
    assert floor.said == "we see both, too thin to call"
    assert "STOP" not in revoking.text
    assert "open-care-worker-route-2022" not in verdicts
    opening = service().litmus(["open-care-worker-route-2022"], Filters(as_of=date(2022, 6, 1))).verdicts[0]
    assert (opening.verdict, opening.standing) == ("KEEP", "too thin")

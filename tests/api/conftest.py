"""A small map with everything that a door can show, and the doors on it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.service import MapService
from graph.store import FixedMap
from schema.kinds import Basis, Better, LinkKind, Mark, NodeKind, Sign, Status
from schema.records import ChangeSet, Claim, Link, Node, Source
from schema.system_map import SystemMap
from schema.validation import check_change

SCRIPT = "<script>alert('x')</script>"


def _influence(start: str, end: str, sign: Sign, *claims: Claim, **more: Any) -> Link:
    return Link(id=f"{start}-{end}", start=start, end=end, sign=sign, strength=0.5, delay_low=1, delay_high=3, claims=claims, **more)


def small_map() -> SystemMap:
    """Two decisions of a ministry, three ways to the moment of interaction, claims, sources, dates, and a label that tries to run."""
    nodes = [
        Node(id="government", kind=NodeKind.TIER, label="Government"),
        Node(id="ministry", kind=NodeKind.BODY, label="Ministry", tier="government", silo="migration"),
        Node(id="close-route", kind=NodeKind.DECISION, label="Close the route", valid_from="2025-07-22"),
        Node(id="raise-floor", kind=NodeKind.DECISION, label="Raise the floor", valid_from="2024-04-04"),
        Node(id="reopen-route", kind=NodeKind.DECISION, label="Reopen the route", status=Status.PROPOSED),
        Node(id="recruits", label="Overseas recruits", better=Better.NOT_OURS),
        Node(id="vacancies", label="Care vacancies", better=Better.LESS, aliases=("posts unfilled",)),
        Node(id="moment-of-interaction", label="The moment of interaction", better=Better.MORE),
        Node(id="odd", label=SCRIPT, text="Tom & Jerry"),
    ]
    figure = Claim(id="c1", source="report", mark=Mark.PUBLISHER, sign=Sign.MINUS, confidence=0.9, text=f"Fell by half {SCRIPT}")
    guess = Claim(id="c2", basis=Basis.ASSUMPTION, text="Posts stay empty.")
    links = [
        Link(id="ministry-makes-close", kind=LinkKind.MAKES, start="ministry", end="close-route"),
        Link(id="ministry-makes-raise", kind=LinkKind.MAKES, start="ministry", end="raise-floor"),
        _influence("close-route", "recruits", Sign.MINUS, figure),
        _influence("raise-floor", "recruits", Sign.MINUS),
        _influence("recruits", "vacancies", Sign.MINUS, guess),
        _influence("vacancies", "moment-of-interaction", Sign.MINUS, Claim(id="c3", source="blog", basis=Basis.MECHANISM)),
        _influence("recruits", "moment-of-interaction", Sign.PLUS),
    ]
    sources = [
        Source(id="report", title=f"Report {SCRIPT}", publisher="An office", date="2025", url="https://example.org/report"),
        Source(id="blog", title="A blog", url="javascript:alert(1)"),
    ]
    whole = ChangeSet(by="test", why="", put_nodes=nodes, put_links=links, put_sources=sources)
    assert not [str(problem) for problem in check_change(whole, {}) if problem.severity == "error"]
    return SystemMap.of(nodes, links, sources, title="A small map")


@pytest.fixture(scope="session")
def service() -> MapService:
    return MapService(FixedMap(small_map(), "small"))


@pytest.fixture(scope="session")
def client(service: MapService) -> Iterator[TestClient]:
    """The application, asked as a browser on this machine asks. Anything that escapes a handler is raised here."""
    with TestClient(create_app(service, Settings()), base_url="http://localhost") as asked:
        yield asked


@pytest.fixture
def ask(client: TestClient):
    """Ask GraphQL; gives the JSON of the answer, which always has status 200."""

    def asked(query: str, **variables: Any) -> dict[str, Any]:
        response = client.post("/graphql", json={"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        return response.json()

    return asked


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log of the doors."""
    caplog.set_level(logging.INFO, "caremap.api")
    return caplog

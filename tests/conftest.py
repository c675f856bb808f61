"""What every test shares: where the checkout is, the material beside it, and one way to draw examples."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.neo4j_server.fixtures import frail_server, neo4j_server, newest_neo4j_server  # noqa: F401  # Fixtures for every room.

CHECKOUT = Path(__file__).resolve().parent.parent

# Examples are drawn the same way on every run and machine, and no test fails because a machine was busy.
# HYPOTHESIS_PROFILE=explore draws afresh, and more of them.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of one server in one process, so that side by side they still start it once."""
    for item in items:
        for server in ("neo4j", "browser"):
            if item.get_closest_marker(server):
                item.add_marker(pytest.mark.xdist_group(server))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds the five rooms."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material that stands beside the checkout, or wherever CAREMAP_SHARED says; a test that needs it is skipped where it is absent."""
    place = Path(os.environ.get("CAREMAP_SHARED", CHECKOUT.parent / "shared"))
    if not place.is_dir():
        pytest.skip(f"needs the shared material, which is not at {place}")
    return place

"""Who states a whole path, and not only its steps."""

from __future__ import annotations

from collections.abc import Sequence

from graph.results import Step
from graph.snapshot import Snapshot
from schema.records import Claim
from schema.system_map import first_day


def threads_on(snapshot: Snapshot, nodes: Sequence[str], inner: Sequence[Step]) -> tuple[str, ...]:
    """Who states the whole path: sources common to all its steps, and whole-route claims made after its decisions. Node ids."""
    common = {claim.source for claim in inner[0].claims if claim.source} if inner else set()
    for step in inner[1:]:
        if not common:
            break
        common &= {claim.source for claim in step.claims if claim.source}
    said = [claim.id for claim, early in route_claims(snapshot, nodes) if not early]
    return (*sorted(common), *said)


def route_claims(snapshot: Snapshot, nodes: Sequence[str]) -> list[tuple[Claim, bool]]:
    """The claims about whole routes that fit a path, each with whether it was said before a decision on the path was taken."""
    fitting = []
    for claim in claims_about_routes(snapshot):
        if not nodes or claim.route[-1] != nodes[-1] or not _in_order(claim.route, nodes):
            continue
        on_path = [snapshot.map.node(name) for name in nodes]
        taken = max((first_day(node.valid_from) for node in on_path if node.kind == "decision"), default=0)
        fitting.append((claim, bool(claim.said_on) and first_day(claim.said_on) < taken))
    return fitting


def claims_about_routes(snapshot: Snapshot) -> Sequence[Claim]:
    """All claims of nodes about whole routes, in the map's order; looked for once."""
    return snapshot.keep(
        "route claims", lambda: [claim for node in snapshot.nodes_that_say('"route":') for claim in node.claims if claim.route]
    )


def _in_order(route: Sequence[str], ids: Sequence[str]) -> bool:
    walk = iter(ids)
    return all(stop in walk for stop in route)

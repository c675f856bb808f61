"""The shipped content as plain dictionaries, and a walk over it that shares no code with the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise

from loaders.curated import shipped_rows
from schema.bundling import Ground
from schema.kinds import LinkKind, Sign, Status
from schema.records import Claim, Link, Node
from schema.rows import Row
from schema.system_map import SystemMap, end_day, facts_of, first_day
from schema.validation import check_rows

CORE_FILES = frozenset(
    f"{name}.yaml"
    for name in (
        "tiers", "bodies", "home-office", "workforce", "money-and-fees", "hospital", "housing", "carers-and-benefits", "commissioning",
        "feedback",
    )
)  # fmt: skip
SIGN = {Sign.PLUS: 1, Sign.MINUS: -1}


@lru_cache(maxsize=1)
def content() -> SystemMap:
    """The shipped content; a problem of any severity is an error here."""
    checked = check_rows(shipped_rows())
    assert checked.problems == (), "\n".join(str(problem) for problem in checked.problems[:20])
    assert checked.system_map is not None
    return checked.system_map


@lru_cache(maxsize=1)
def file_of() -> Mapping[str, str]:
    """The file of each node and link, by id."""
    rows = shipped_rows()
    found: dict[str, str] = {}
    for row in (*rows.nodes, *rows.links):
        found[str(row.data["id"])] = _file(row)
    return found


def _file(row: Row) -> str:
    return row.place.rpartition(":")[0]


def core_influences() -> list[Link]:
    """The influence links of the files that this package of tests is about."""
    return [link for link in content().links if link.kind is LinkKind.INFLUENCES and file_of()[link.id] in CORE_FILES]


def all_claims() -> Iterator[tuple[str, Claim]]:
    """Every claim on the map, with the id of what it stands on."""
    for node in content().nodes:
        yield from ((node.id, claim) for claim in node.claims)
    for link in content().links:
        yield from ((link.id, claim) for claim in link.claims)


@dataclass(frozen=True, kw_only=True)
class World:
    """What stands on a day (None: at any time), with or without proposals."""

    day: date | None = None
    proposals: bool = False

    def stands(self, record: Node | Link) -> bool:
        """Whether a record holds here."""
        if record.status is Status.PROPOSED and not self.proposals:
            return False
        return self.day is None or first_day(record.valid_from) <= self.day.toordinal() < end_day(record.valid_to)

    @cached_property
    def links(self) -> list[Link]:
        """The links that hold, both ends with them."""
        nodes = {node.id for node in content().nodes if self.stands(node)}
        return [link for link in content().links if self.stands(link) and link.start in nodes and link.end in nodes]

    @cached_property
    def influence(self) -> Mapping[str, Mapping[str, Link]]:
        """Influence links that act, by start and end. A link that was looked for and not found does not act."""
        found: dict[str, dict[str, Link]] = {}
        for link in self.links:
            if link.kind is LinkKind.INFLUENCES and facts_of(link).strength > 0:
                found.setdefault(link.start, {})[link.end] = link
        return found

    def made_by(self, body: str) -> list[str]:
        """The decisions of a body that hold."""
        return [link.end for link in self.links if link.kind is LinkKind.MAKES and link.start == body]

    def sign(self, start: str, end: str) -> int:
        """The sign of one step: +1, -1 or 0 for not known."""
        return facts_of(self.influence[start][end]).sign

    def signed_routes(self, body: str, end: str, most_links: int) -> list[tuple[int, list[str]]]:
        """Every simple route from a body's decisions to a factor, `makes` counted as a link, with its sign."""
        found: list[tuple[int, list[str]]] = []

        def walk(here: str, route: list[str], sign: int) -> None:
            if here == end:
                found.append((sign, route))
                return
            if len(route) - 1 == most_links:
                return
            for after in self.influence.get(here, {}):
                if after not in route:
                    walk(after, [*route, after], sign * self.sign(here, after))

        for decision in self.made_by(body):
            walk(decision, [body, decision], 1)
        return found

    def product(self, nodes: Sequence[str]) -> int:
        """The product of the signs along a chain of nodes. Raises KeyError where a step is missing."""
        product = 1
        for start, end in pairwise(nodes):
            product *= self.sign(start, end)
        return product

    def claims_along(self, nodes: Sequence[str]) -> set[str]:
        """The ids of the claims on the steps of a chain; a first step from a body may be `makes`."""
        found: set[str] = set()
        for number, (start, end) in enumerate(pairwise(nodes)):
            if number == 0 and end in self.made_by(start):
                continue
            found |= {claim.id for claim in self.influence[start][end].claims}
        return found


def ground(link: Link) -> Ground:
    """The best ground that a link stands on."""
    return facts_of(link).ground

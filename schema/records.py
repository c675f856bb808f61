"""The records that a map is made of. Each is immutable; units stand in the names; ids are kept verbatim.

Dates of validity are half-open: a thing stands from `valid_from` on and no longer on `valid_to`. Dates may be partial
(`2022`, `2022-06`): a partial start means its first day, a partial end means that it stands until that period is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, PaidFor, Sign, Status, Use

Scalar = str | int | float | bool
NOTHING: Mapping[str, Scalar] = MappingProxyType({})

MAIN_BRANCH = "main"
BASE_LAYER = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a claim was read. `origin` names the release that copies share, so that copies count once."""

    id: str
    title: str
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    edition: str | None = None
    author: str | None = None
    standpoint: str | None = None
    reported_by: str | None = None
    origin: str | None = None
    licence: str | None = None
    note: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody said, or what the editors hold, about a node, a link or a whole route.

    `strength` and `confidence` are numbers in [0, 1]; None means that the claim does not say. `said_on` is when it was
    said and filters nothing. `place` is where in the source it stands; `where` and `period` are what it holds for.
    `route` makes it a thread: a claim about everything between its nodes, in that order, and never about a short cut.
    """

    id: str
    basis: Basis = Basis.FIGURE
    source: str | None = None
    place: str | None = None
    mark: Mark | None = None
    sign: Sign | None = None
    strength: float | None = None
    confidence: float | None = None
    text: str | None = None
    by: str | None = None
    standpoint: str | None = None
    said_on: str | None = None
    where: str | None = None
    period: str | None = None
    route: tuple[str, ...] = ()
    attributes: Mapping[str, Scalar] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An editor's decision on a disputed sign, with the reason."""

    sign: Sign
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An exact sum in pence, with what one must know to use it. `low_pence` and `high_pence` bound an imprecise one."""

    pence: int
    year: str
    status: str
    flow: FlowKind = FlowKind.TRANSFER
    price_basis: str = "cash"
    geography: str = "England"
    precision: str = "exact"
    low_pence: int | None = None
    high_pence: int | None = None
    overlap: str | None = None
    ring_fenced: bool = False
    paid_for: PaidFor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One value of a series on a factor: what was measured, for when, in which edition."""

    period: str
    value: float
    unit: str
    source: str
    series: str = ""
    edition: str | None = None
    revision_of: str | None = None
    mark: Mark | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A thing on the map. `owner` is a body's id, `tier` a tier's id, `silo` a word; absent means not given.

    `place` is the body where a factor shows. `better` says whether more of a factor is better. `proposal` is the id of
    the proposal that a proposed thing belongs to. `attributes` keeps what a foreign file said and we have no field for.
    """

    id: str
    kind: NodeKind = NodeKind.FACTOR
    label: str = ""
    text: str | None = None
    owner: str | None = None
    tier: str | None = None
    silo: str | None = None
    place: str | None = None
    better: Better | None = None
    unit: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    status: Status | None = None
    proposal: str | None = None
    instrument: str | None = None
    decision_cycle_months: float | None = None
    changes_within_months: float | None = None
    controllable: bool | None = None
    important: bool | None = None
    vulnerable: bool | None = None
    aliases: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    observations: tuple[Observation, ...] = ()
    attributes: Mapping[str, Scalar] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What one node does to, for or with another; a bundle of claims.

    `sign`, `strength` and `confidence` are what the editors or the file state for the link as a whole; what the claims
    make of them is worked out once, in `schema.bundling`. `delay_low` and `delay_high` are months; None is unknown,
    which is not 0. `carrying`, `available` and `used` belong to information; `money` and `purpose` to funding;
    `answered` and `changed_anything` to consultation; `instrument` and `period` tell apart links of the same ends.
    """

    id: str
    start: str
    end: str
    kind: LinkKind = LinkKind.INFLUENCES
    text: str | None = None
    sign: Sign | None = None
    strength: float | None = None
    strength_basis: str | None = None
    confidence: float | None = None
    delay_low: float | None = None
    delay_high: float | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    status: Status | None = None
    proposal: str | None = None
    settled: Settled | None = None
    carrying: str | None = None
    available: Use | None = None
    used: Use | None = None
    answered: Use | None = None
    changed_anything: Use | None = None
    money: Money | None = None
    purpose: str | None = None
    instrument: str | None = None
    period: str | None = None
    claims: tuple[Claim, ...] = ()
    attributes: Mapping[str, Scalar] = field(default_factory=lambda: NOTHING)

    @property
    def delay_months(self) -> float | None:
        """The middle of the delay's range, in months; None where it is unknown."""
        if self.delay_low is None or self.delay_high is None:
            return None
        return (self.delay_low + self.delay_high) / 2


def now_utc() -> datetime:
    """The time by the machine's clock, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change as a value: what to put (add, or change by id) and what to remove, by whom, when and why.

    It is applied whole or not at all, at `base_revision` (None: whatever the revision is). Links may name nodes that
    only the map holds. `when` is for people; order is the store's.
    """

    by: str
    why: str
    when: datetime = field(default_factory=now_utc)
    base_revision: int | None = None
    branch: str = MAIN_BRANCH
    layer: str = BASE_LAYER
    put_nodes: Sequence[Node] = ()
    put_links: Sequence[Link] = ()
    put_sources: Sequence[Source] = ()
    remove_nodes: tuple[str, ...] = ()
    remove_links: tuple[str, ...] = ()
    remove_sources: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (
            len(self.put_nodes)
            or len(self.put_links)
            or len(self.put_sources)
            or self.remove_nodes
            or self.remove_links
            or self.remove_sources
        )

"""A map at one revision, indexed: integer rows, columns and adjacency, built once and read by every question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.kernels.id_order import IdOrder
from graph.kernels.index import LinkIndex
from graph.scope import Scope
from schema.errors import BadInput, UnknownName, near_names
from schema.kinds import LinkKind, NodeKind
from schema.node_columns import NodeSayings, NodeTable
from schema.ontology import IMPACT_KINDS, LINK_KIND_CODE, NODE_KIND_CODE
from schema.records import Link, Node
from schema.system_map import LinkColumns, SystemMap
from schema.wire import to_json

if TYPE_CHECKING:
    import networkx as nx

UNASSIGNED = "unassigned"
OWNING = (LinkKind.MAKES, LinkKind.CARRIES_OUT, LinkKind.HOLDS_DUTY)
"""The kinds of link that say who owns what names no owner, the first that there is."""
FEW_LINKS = 20_000
"""The ids of up to so many links are looked up in a table of all."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeColumns:
    """What questions need of every node, one row a node in the map's order. `owner` is a row or -1; `silo` codes into `silos`."""

    kind: NDArray[np.int8]
    owner: NDArray[np.int32]
    silo: NDArray[np.int32]
    valid_from: NDArray[np.int32]
    valid_to: NDArray[np.int32]
    proposed: NDArray[np.bool_]
    silos: tuple[str, ...]


class Snapshot:
    """A whole map at one revision. Immutable; what is worked out of it is kept with it."""

    def __init__(self, system_map: SystemMap, *, revision: int = 0, scope: Scope | None = None) -> None:
        self.map = system_map
        self.revision = revision
        self.scope = scope or Scope(revision=revision)
        self._kept: dict[str, object] = {}

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, worked out once for this snapshot under this name."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]  # type: ignore[return-value]

    def followed_by(self, system_map: SystemMap, *, revision: int, scope: Scope) -> Snapshot:
        """The snapshot of a map that came out of this one's by a few changes: what is known here and holds there is handed on.

        What shares its columns with the map before needs no look at them, so that a change of one link costs next to nothing.
        """
        after = Snapshot(system_map, revision=revision, scope=scope)
        known, later = vars(self), vars(after)
        old, new = self.links, after.links
        same_nodes = system_map.nodes is self.map.nodes and system_map.links.ends == self.map.links.ends
        same_kinds, same_places = new.kind is old.kind, new.start is old.start and new.end is old.end
        holding = {
            "rows_of_label": same_nodes,
            "_row_of_end": same_nodes,
            "index": same_nodes and same_places,
            "nodes": same_nodes and same_places and same_kinds,
            "_id_order": system_map.links.ids is self.map.links.ids,
            "delay": new.delay_low is old.delay_low and new.delay_high is old.delay_high,
            "carries_impact": same_kinds,
        }
        later.update({name: known[name] for name, holds in holding.items() if holds and name in known})
        if same_nodes and after.n_links > self.n_links:
            later.update(self._with_more_links(after))
        return after

    def _with_more_links(self, after: Snapshot) -> dict[str, object]:
        """Index and ranks of a later snapshot whose links are these and a few more, as far as they are known here."""
        known, count = vars(self), self.n_links
        ids, made = list(after.map.links.ids), dict[str, object]()
        if ids[:count] == list(self.map.links.ids) and "_id_order" in known:
            made["_id_order"] = self._id_order.with_more(ids, ids[count:])
        here = "index" in known and np.array_equal(after.start[:count], self.start) and np.array_equal(after.end[:count], self.end)
        if here:
            made["index"] = self.index.with_more(after.start[count:], after.end[count:])
        return made

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The map for networkx: nodes and links under their ids, with everything that their records say in JSON's own types.

        Beside it each link that carries impact has the numbers that questions are answered with: `sign` (+1, -1, 0 unknown),
        `strength` and `confidence` (0 to 1), and `delay` in months where it is known. O(nodes + links).
        """
        import networkx as nx

        made: nx.MultiDiGraph[str] = nx.MultiDiGraph(title=self.map.title, revision=self.revision)
        for node in self.map.nodes:
            made.add_node(node.id, **{name: value for name, value in to_json(node).items() if name != "id"})
        columns = self.links
        for row, link in enumerate(self.map.links):
            said = {name: value for name, value in to_json(link).items() if name not in ("id", "from", "to")}
            if self.carries_impact[row]:
                said["sign"], said["strength"] = int(columns.sign[row]), float(columns.strength[row])
                said["confidence"] = float(columns.confidence[row])
                if not np.isnan(self.delay[row]):
                    said["delay"] = float(self.delay[row])
            made.add_edge(link.start, link.end, key=link.id, **said)
        return made

    # ---- nodes and names ------------------------------------------------

    @property
    def n_nodes(self) -> int:
        return len(self.map.nodes)

    @property
    def n_links(self) -> int:
        return len(self.map.links)

    @property
    def row_of(self) -> Mapping[str, int]:
        """Each node's row by its id."""
        return self.map.row_of_node

    def node(self, row: int) -> Node:
        return self.map.nodes[row]

    def link(self, row: int) -> Link:
        return self.map.links[row]

    @cached_property
    def rows_of_label(self) -> Mapping[str, Sequence[int]]:
        """The rows under each label, in lower case."""
        rows: dict[str, list[int]] = {}
        for row, node in enumerate(self.map.nodes):
            rows.setdefault(node.label.strip().lower(), []).append(row)
        return rows

    def find(self, name: str) -> int:
        """The row of an id or a unique label. Raises UnknownName with near ids, BadInput where a label is not unique."""
        row = self.row_of.get(name)
        if row is not None:
            return row
        rows = self.rows_of_label.get(name.strip().lower(), ())
        if len(rows) == 1:
            return rows[0]
        if len(rows) > 1:
            ids = ", ".join(self.map.nodes[row].id for row in rows[:5])
            raise BadInput(f"The label {name!r} stands for {len(rows)} nodes; use an id: {ids}.")
        raise UnknownName(name, self.near(name))

    def names_in(self, text: str) -> tuple[str, ...]:
        """The names in a comma-separated text; an id or label that itself holds commas, or an id with blanks around it, is one name."""
        for whole in (text, text.strip()):
            if whole in self.row_of or whole.strip().lower() in self.rows_of_label:
                return (whole,)
        return tuple(part if part in self.row_of else part.strip() for part in text.split(",") if part.strip())

    def near(self, name: str) -> tuple[str, ...]:
        """Ids that look like a name, or whose labels do, best first."""
        by_id = near_names(name, self.row_of)
        labels = near_names(name.lower(), self.rows_of_label) if len(by_id) < 5 else ()
        by_label = [self.map.nodes[self.rows_of_label[label][0]].id for label in labels]
        return tuple(dict.fromkeys([*by_id, *by_label]))[:5]

    def find_link(self, identifier: str) -> int:
        """The row of a link's id. Raises UnknownName with near ids."""
        row = self.row_of_link(identifier)
        if row is None:
            raise UnknownName(identifier, near_names(identifier, self.map.links.ids), what="link")
        return row

    def row_of_link(self, identifier: str) -> int | None:
        """The row of a link's id; None where there is no such link. Of a large map no table of all ids is made for it."""
        if self.n_links <= FEW_LINKS or "row_of_link" in vars(self.map):
            return self.map.row_of_link.get(identifier)
        return self._id_order.row(identifier)

    # ---- columns --------------------------------------------------------

    @property
    def links(self) -> LinkColumns:
        """The links' columns. Their `start` and `end` are rows of the nodes (see `start`, `end`)."""
        return self.map.links.columns

    @cached_property
    def _row_of_end(self) -> NDArray[np.int32] | None:
        """Where the link table counts its ends otherwise than the nodes: each end's node row."""
        ends, row_of = self.map.links.ends, self.row_of
        rows = np.fromiter(map(row_of.__getitem__, ends), dtype=np.int32, count=len(ends))
        return None if np.array_equal(rows, np.arange(rows.size)) else rows

    @cached_property
    def start(self) -> NDArray[np.int32]:
        """The node row at which each link starts."""
        return self.links.start if self._row_of_end is None else self._row_of_end[self.links.start]

    @cached_property
    def end(self) -> NDArray[np.int32]:
        """The node row at which each link ends."""
        return self.links.end if self._row_of_end is None else self._row_of_end[self.links.end]

    @cached_property
    def index(self) -> LinkIndex:
        """Adjacency over all links, both ways."""
        return LinkIndex.of(self.start, self.end, self.n_nodes)

    @property
    def rank(self) -> NDArray[np.int64]:
        """Each link's place in the order of link ids, for ties."""
        return self._id_order.rank

    @cached_property
    def _id_order(self) -> IdOrder:
        return IdOrder.of(self.map.links.ids)

    @cached_property
    def delay(self) -> NDArray[np.float64]:
        """The middle of each link's delay, months, NaN unknown."""
        return (self.links.delay_low + self.links.delay_high) / 2

    @cached_property
    def carries_impact(self) -> NDArray[np.bool_]:
        """Which links carry impact, by their kind."""
        codes = np.array([LINK_KIND_CODE[kind] for kind in IMPACT_KINDS], dtype=np.int8)
        return np.isin(self.links.kind, codes)

    def of_kind(self, *kinds: LinkKind) -> NDArray[np.int64]:
        """The rows of the links of some kinds, in order."""
        return np.flatnonzero(np.isin(self.links.kind, np.array([LINK_KIND_CODE[kind] for kind in kinds], dtype=np.int8)))

    def is_kind(self, row: int, *kinds: NodeKind) -> bool:
        """Whether a node is of one of the kinds."""
        return self.map.nodes[row].kind in kinds

    @cached_property
    def nodes(self) -> NodeColumns:
        """The nodes' columns, with owners and silos worked out.

        An owner is the node's own, else who makes, carries out or holds it. A silo is the node's own, else its owner's;
        a body that names no silo is one.
        """
        said = self.sayings
        row_of_word = np.array([self.row_of.get(word, -1) for word in said.words] + [-1], dtype=np.int32)
        owner = row_of_word[said.owner]
        for kind in OWNING:
            for row in self.of_kind(kind):
                end = self.end[row]
                if owner[end] < 0:
                    owner[end] = self.start[row]
        silo, silos = self._silos(owner)
        return NodeColumns(
            kind=said.kind,
            owner=owner,
            silo=silo,
            valid_from=said.valid_from,
            valid_to=said.valid_to,
            proposed=said.proposed.astype(np.bool_),
            silos=silos,
        )

    def _silos(self, owner: NDArray[np.int32]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Each node's silo, given the owners' rows, and what the numbers stand for: in the order in which silos are met, after
        `unassigned`."""
        said = self.sayings
        holder = np.where(owner >= 0, owner, np.arange(self.n_nodes, dtype=np.int32))
        word = np.where(said.silo >= 0, said.silo, said.silo[holder])
        # A body that names no silo is one; anybody else is in what its owner is called in the file.
        is_own = (word < 0) & (said.kind[holder] == NODE_KIND_CODE[NodeKind.BODY])
        word = np.where((word < 0) & ~is_own, said.owner, word)
        word[is_own] = len(said.words) + holder[is_own]
        met, first, place = np.unique(word, return_index=True, return_inverse=True)
        code_of: dict[str, int] = {UNASSIGNED: 0}
        codes = np.zeros(met.size, dtype=np.int32)
        for at in np.argsort(first).tolist():
            number = int(met[at]) - len(said.words)
            name = UNASSIGNED if met[at] < 0 else said.words[met[at]] if number < 0 else self.map.nodes[number].id
            codes[at] = code_of.setdefault(name, len(code_of))
        return codes[place], tuple(code_of)

    @cached_property
    def sayings(self) -> NodeSayings:
        """What the nodes say of themselves, in columns."""
        nodes = self.map.nodes
        return nodes.sayings if isinstance(nodes, NodeTable) else NodeSayings.of(nodes)

    def nodes_that_say(self, text: str) -> Iterable[Node]:
        """At least the nodes in whose compact JSON some text stands, in order; of a large map no others are made records."""
        nodes = self.map.nodes
        return nodes.that_say(text) if isinstance(nodes, NodeTable) else nodes

    def owner_of(self, row: int) -> str | None:
        """The id of a node's owner: a body on the map, or the word that a file gives. A body or role owns itself."""
        node = self.map.nodes[row]
        if node.kind in (NodeKind.BODY, NodeKind.ROLE):
            return node.id
        owner = int(self.nodes.owner[row])
        return self.map.nodes[owner].id if owner >= 0 else node.owner

    def name_of(self, identifier: str) -> str:
        """How a node is called where people read: its label, or the word itself where a file names somebody who is not on the map."""
        row = self.row_of.get(identifier)
        return identifier if row is None else self.map.nodes[row].label

    def silo_of(self, row: int) -> str:
        """A node's silo: its own, else its owner's, else `unassigned`."""
        return self.nodes.silos[int(self.nodes.silo[row])]

    def silo_code(self, silo: str) -> int:
        """A silo's number in the nodes' columns. Raises BadInput with the silos that there are."""
        if silo not in self.nodes.silos:
            raise BadInput(f"No silo {silo[:60]!r} on this map. Its silos are {', '.join(sorted(self.nodes.silos)[:40])}.")
        return self.nodes.silos.index(silo)

    # ---- what stands when -----------------------------------------------

    def standing_nodes(self, as_of: date | None, *, proposals: bool) -> NDArray[np.bool_]:
        """Which nodes stand on a day (None: any), with or without what is only proposed."""
        columns = self.nodes
        mask = np.ones(self.n_nodes, dtype=np.bool_) if proposals else ~columns.proposed
        if as_of is not None:
            day = as_of.toordinal()
            mask &= (columns.valid_from <= day) & (day < columns.valid_to)
        return mask

    def standing_links(self, as_of: date | None, *, proposals: bool) -> NDArray[np.bool_]:
        """Which links stand on a day, both their ends standing too."""
        columns = self.links
        nodes = self.standing_nodes(as_of, proposals=proposals)
        mask = nodes[self.start] & nodes[self.end]
        if not proposals:
            mask &= columns.proposed == 0
        if as_of is not None:
            day = as_of.toordinal()
            mask &= (columns.valid_from <= day) & (day < columns.valid_to)
        return mask

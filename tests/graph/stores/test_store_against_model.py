"""A store against a model of plain dicts: whatever is done in whatever order, the map and its past are the model's."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from graph.scope import Scope
from graph.stores.embedded_store import EmbeddedStore
from schema.records import ChangeSet, Link, Node, Source
from tests.builders import a_link, a_node

NAMES = st.sampled_from("abcde")
ENDS = st.tuples(NAMES, NAMES)


@dataclass
class Model:
    """A map as dicts in order."""

    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    def copy(self) -> "Model":
        return Model(dict(self.nodes), dict(self.links), dict(self.sources))

    def apply(self, change: ChangeSet) -> None:
        for kept, removed, put in (
            (self.nodes, change.remove_nodes, change.put_nodes),
            (self.links, change.remove_links, change.put_links),
            (self.sources, change.remove_sources, change.put_sources),
        ):
            for identifier in removed:
                del kept[identifier]  # type: ignore[attr-defined]
            kept.update({record.id: record for record in put})  # type: ignore[attr-defined]


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = EmbeddedStore("sqlite://")
        self.now = {"main": Model()}
        self.heads = {"main": 0}
        self.past: dict[tuple[str, int], Model] = {("main", 0): Model()}
        self.made: dict[int, tuple[str, Model]] = {}
        self.revision = 0

    def teardown(self) -> None:
        self.store.close()

    def do(self, branch: str, change: ChangeSet) -> None:
        before, model = self.now[branch].copy(), self.now[branch]
        model.apply(change)
        if model == before:
            assert self.store.apply(change) == self.heads[branch]
            return
        self.revision += 1
        assert self.store.apply(change) == self.revision
        self.heads[branch] = self.revision
        self.past[branch, self.revision] = model.copy()
        self.made[self.revision] = (branch, before)

    def branch(self, number: int) -> str:
        return list(self.now)[number % len(self.now)]

    @rule(at=st.integers(0, 5), names=st.sets(NAMES, min_size=1, max_size=3), text=st.sampled_from(["x", "y", None]))
    def put_nodes(self, at: int, names: set[str], text: str | None) -> None:
        nodes = tuple(a_node(name, text=text) for name in sorted(names))
        self.do(self.branch(at), ChangeSet(by="b", why="w", branch=self.branch(at), put_nodes=nodes))

    @rule(at=st.integers(0, 5), ends=ENDS, text=st.sampled_from(["x", "y", None]), source=st.booleans())
    def put_link(self, at: int, ends: tuple[str, str], text: str | None, source: bool) -> None:
        branch = self.branch(at)
        missing = tuple(a_node(end) for end in dict.fromkeys(ends) if end not in self.now[branch].nodes)
        sources = (Source(id="s", title=text or "t"),) if source else ()
        link = a_link(f"{ends[0]} +> {ends[1]} 0.5", text=text)
        self.do(branch, ChangeSet(by="b", why="w", branch=branch, put_nodes=missing, put_links=(link,), put_sources=sources))

    @rule(at=st.integers(0, 5), pick=st.integers(0, 20))
    def remove_link(self, at: int, pick: int) -> None:
        links = list(self.now[self.branch(at)].links)
        if links:
            self.do(self.branch(at), ChangeSet(by="b", why="w", branch=self.branch(at), remove_links=(links[pick % len(links)],)))

    @rule(at=st.integers(0, 5), pick=st.integers(0, 20))
    def remove_node_with_its_links(self, at: int, pick: int) -> None:
        branch = self.branch(at)
        nodes, links = list(self.now[branch].nodes), self.now[branch].links
        if nodes:
            gone = nodes[pick % len(nodes)]
            hanging = tuple(link.id for link in links.values() if gone in (link.start, link.end))
            self.do(branch, ChangeSet(by="b", why="w", branch=branch, remove_nodes=(gone,), remove_links=hanging))

    @precondition(lambda self: len(self.now) < 4)
    @rule(pick=st.integers(0, 30))
    def create_branch(self, pick: int) -> None:
        branch, revision = list(self.past)[pick % len(self.past)]
        name = f"branch-{len(self.now)}"
        self.store.create_branch(name, revision)
        self.now[name] = self.past[branch, revision].copy()
        self.past[name, revision] = self.now[name].copy()
        self.heads[name] = revision

    @precondition(lambda self: bool(self.made))
    @rule()
    def undo_the_newest(self) -> None:
        branch, before = self.made[self.revision]
        undo = self.store.inverse(self.revision, by="b", why="undo")
        assert self.store.apply(undo) == self.revision + 1
        kept = self.store.snapshot(Scope(branch=branch)).map
        assert {node.id: node for node in kept.nodes} == before.nodes
        assert {link.id: link for link in kept.links} == before.links
        assert kept.source_of == before.sources
        self.revision += 1
        earlier = self.now[branch].copy()
        self.now[branch] = Model({n.id: n for n in kept.nodes}, {link.id: link for link in kept.links}, dict(kept.source_of))
        self.heads[branch] = self.revision
        self.past[branch, self.revision] = self.now[branch].copy()
        self.made[self.revision] = (branch, earlier)

    @invariant()
    def every_branch_is_as_the_model_says(self) -> None:
        assert self.store.branches() == self.heads
        for branch, model in self.now.items():
            self.same(branch, None, model)

    @precondition(lambda self: bool(self.past))
    @rule(pick=st.integers(0, 50))
    def the_past_is_as_it_was(self, pick: int) -> None:
        branch, revision = list(self.past)[pick % len(self.past)]
        self.same(branch, revision, self.past[branch, revision])

    def same(self, branch: str, revision: int | None, model: Model) -> None:
        kept = self.store.snapshot(Scope(branch=branch, revision=revision)).map
        assert list(kept.nodes) == list(model.nodes.values())
        assert list(kept.links) == list(model.links.values())
        assert list(kept.sources) == list(model.sources.values())
        names = [kept.links.ends[row] for row in kept.links.columns.start.tolist()]
        assert names == [link.start for link in model.links.values()]


TestStoreAgainstModel = StoreMachine.TestCase
TestStoreAgainstModel.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)

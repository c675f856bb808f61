"""What every store promises: one test a law. A store's own test class inherits them and says how to open one."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from graph.changes import applied, caught_up
from graph.scope import Scope
from graph.store import Store
from schema.errors import BadInput, Conflict, InvalidMap
from schema.kinds import Basis, Sign
from schema.records import ChangeSet, Claim, Node, Source
from schema.system_map import LinkTable, SystemMap
from tests.builders import a_change, a_link, a_map, a_node

HOSTILE = (
    "'; DROP TABLE nodes; --", 'a"b', "NEAR(a b)", "a AND", "*", "^", "a:b", "(", "{a}", "\\", "%", "`) DETACH DELETE n //",
    "$x", "-", "\u0130stanbul", "\U0001f600", "a\u0301", "$$", "NOT", "''", '""',
)  # fmt: skip


def newest(store: Store, branch: str = "main", *layers: str) -> SystemMap:
    return store.snapshot(Scope(branch=branch, layers=layers or ("base",))).map


class StoreContract:
    """The laws. `store` is a fixture that gives an empty store; `again` opens the same one a second time."""

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        raise NotImplementedError

    def again(self, store: Store) -> Store:
        raise NotImplementedError

    # ---- what is kept comes back ----------------------------------------

    def test_an_empty_store_is_at_revision_nought_and_holds_nothing(self, store: Store) -> None:
        """Law: head is 0 where nothing was ever kept, and the map of revision 0 is empty."""
        assert isinstance(store, Store)
        assert store.head() == 0
        assert newest(store) == SystemMap()
        assert store.history() == []
        assert store.branches() == {"main": 0}
        assert list(store.layers()) == ["base"]

    def test_what_is_kept_comes_back_as_it_was_given_in_its_order(self, store: Store) -> None:
        """Law: a store is lossless and keeps the order of nodes, links and sources."""
        claim = Claim(id="1", basis=Basis.STUDY, source="s", sign=Sign.PLUS, strength=0.25, text="Ünïcode – “text”\n\ttwo lines")
        given = SystemMap.of(
            [a_node("z", aliases=("Zed", "zett"), attributes={"foreign": 1.5, "flag": True}), a_node("a:decision"), a_node("m")],
            [a_link("z +> m", claims=(claim,), delay_low=1, delay_high=6.5, valid_from="2020-02"), a_link("a ?> m", "x")],
            [Source(id="s", title="S", origin="release"), Source(id="r", title="R", url="https://example.org/?a=b&c")],
        )  # fmt: skip
        store.apply(ChangeSet(by="b", why="w", put_nodes=given.nodes, put_links=given.links, put_sources=given.sources))
        assert newest(store) == given
        assert newest(store).digest() == given.digest()
        for name in ("kind", "sign", "strength", "confidence", "delay_low", "valid_from", "evidence", "origins"):
            column = getattr(newest(store).links.columns, name)
            assert column.tolist() == getattr(given.links.columns, name).tolist(), name

    @pytest.mark.parametrize("text", HOSTILE)
    def test_any_text_is_kept_as_plain_text_in_every_field(self, store: Store, text: str) -> None:
        """Law: no text is ever read as a command."""
        node = a_node("n", text=text, aliases=(text,), attributes={text: text})
        change = ChangeSet(
            by=text, why=text, put_nodes=(Node(id=text, label=text, silo=text), node),
            put_links=(a_link("n +> n", text, text=text, purpose=text),),
            put_sources=(Source(id=text, title=text),),
        )  # fmt: skip
        store.apply(change)
        store.search(text)
        store.keep_note(text, text)
        kept = newest(store)
        assert (kept.node(text).silo, kept.node("n"), kept.link(text).text, kept.source_of[text].title) == (text, node, text, text)
        assert (store.history()[0].by, store.history()[0].why, store.note(text)) == (text, text, text)

    # ---- whole or not at all --------------------------------------------

    def test_a_change_with_problems_names_them_all_and_keeps_nothing(self, store: Store) -> None:
        """Law: whole or not at all, also where only the last record is wrong."""
        store.apply(a_change("a +> b"))
        bad = a_change("c +> d", remove_nodes=("b", "nobody"))
        bad = replace(bad, put_links=(*bad.put_links, a_link("a +> nowhere"), a_link("a -funds-> c", "f")))
        with pytest.raises(InvalidMap) as caught:
            store.apply(bad)
        said = str(caught.value)
        for word in ("nowhere", "nobody", "a>b", "funds"):
            assert word in said
        assert store.head() == 1
        assert newest(store) == a_map("a +> b")

    def test_a_record_that_could_not_be_read_back_is_refused(self, store: Store) -> None:
        """Law: nothing that a store confirms can be unreadable later."""
        for node in (a_node("n", text="a\x00b"), a_node("n", label="\ud800"), a_node("n", valid_from="someday"), Node(id=" ")):
            with pytest.raises(InvalidMap):
                store.apply(ChangeSet(by="b", why="w", put_nodes=(node,)))
        with pytest.raises(InvalidMap):
            store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("n"),), put_links=(a_link("n +> n", confidence=float("nan")),)))
        assert store.head() == 0

    def test_a_node_cannot_go_while_a_link_hangs_on_it(self, store: Store) -> None:
        """Law: a map is closed: every link has both ends."""
        store.apply(a_change("a +> b", "b +> c"))
        with pytest.raises(InvalidMap, match="b>c"):
            store.apply(ChangeSet(by="b", why="w", remove_nodes=("b",), remove_links=("a>b",)))
        assert store.apply(ChangeSet(by="b", why="w", remove_nodes=("b",), remove_links=("a>b", "b>c"))) == 2
        assert [node.id for node in newest(store).nodes] == ["a", "c"]

    def test_a_node_cannot_turn_into_what_its_links_may_not_join(self, store: Store) -> None:
        """Law: a change leaves the whole map valid, not only what it puts."""
        store.apply(a_change("a +> b"))
        with pytest.raises(InvalidMap, match="a>b"):
            store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("a:tier"),)))

    def test_an_id_given_twice_in_one_change_is_refused(self, store: Store) -> None:
        """Law: an id names one record."""
        with pytest.raises(InvalidMap, match="twice"):
            store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("a"), a_node("a", label="other"))))

    # ---- expected revision ----------------------------------------------

    def test_of_two_editors_at_one_revision_one_wins_and_the_other_learns_what_changed(self, store: Store) -> None:
        """Law: at another revision than it expects a change raises Conflict and nothing is kept."""
        store.apply(a_change("a +> b", "c +> d"))
        mine = ChangeSet(by="me", why="w", base_revision=1, put_nodes=(a_node("a", text="mine"),), remove_links=("c>d",))
        yours = ChangeSet(by="you", why="w", base_revision=1, put_nodes=(a_node("b", text="yours"),))
        assert store.apply(mine) == 2
        with pytest.raises(Conflict) as caught:
            store.apply(yours)
        assert (caught.value.expected, caught.value.found) == (1, 2)
        assert set(caught.value.changed) == {"a", "c>d"}
        assert newest(store).node("b").text is None
        assert store.apply(replace(yours, base_revision=2)) == 3

    def test_a_change_made_at_a_revision_that_is_not_there_yet_is_a_conflict(self, store: Store) -> None:
        """Law: a change made on another store is not applied by luck."""
        with pytest.raises(Conflict):
            store.apply(a_change("a +> b", base_revision=7))
        assert store.head() == 0

    def test_writers_at_once_each_get_a_revision_of_their_own(self, store: Store) -> None:
        """Law: one writer at a time; no change is lost and none is counted twice."""
        got: list[int] = []
        threads = [threading.Thread(target=lambda name=name: got.append(store.apply(a_change(name)))) for name in "abcdefgh"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == list(range(1, 9))
        assert {node.id for node in newest(store).nodes} == set("abcdefgh")

    def test_of_many_editors_at_one_revision_exactly_one_wins(self, store: Store) -> None:
        """Law: two never both win, whatever the timing."""
        won: list[int] = []
        lost: list[Conflict] = []

        def edit(name: str) -> None:
            try:
                won.append(store.apply(a_change(name, base_revision=0)))
            except Conflict as conflict:
                lost.append(conflict)

        threads = [threading.Thread(target=edit, args=(name,)) for name in "abcdef"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (won, len(lost)) == ([1], 5)

    # ---- doing it again --------------------------------------------------

    def test_the_same_change_twice_keeps_the_revision(self, store: Store) -> None:
        """Law: a repeated load changes nothing and says so."""
        change = a_change("a +> b 0.5", "b ?> c", "dhsc:body", put_sources=(Source(id="s", title="S"),))
        assert store.apply(change) == store.apply(change) == 1
        assert len(store.history()) == 1

    def test_an_empty_change_keeps_the_revision(self, store: Store) -> None:
        """Law: nothing done is nothing kept."""
        assert store.apply(ChangeSet(by="b", why="w")) == 0
        assert store.history() == []

    def test_history_counts_only_what_was_altered(self, store: Store) -> None:
        """Law: what stood already, word for word, is no part of a change."""
        store.apply(a_change("a", "b"))
        store.apply(a_change("a", "b", "c"))
        assert (store.history()[0].put_nodes, [node.id for node in store.change(2).put_nodes]) == (1, ["c"])

    def test_influence_of_the_same_ends_becomes_one_link_however_often_it_is_loaded(self, store: Store) -> None:
        """Law: bundling holds across loads: the link on the map keeps its id and takes the claims of both, once."""
        study = Claim(id="c", basis=Basis.STUDY, sign=Sign.PLUS, strength=0.5)
        store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("a"), a_node("b")), put_links=(a_link("a +> b", "m", text="One."),)))
        second = ChangeSet(by="b", why="w", put_links=(a_link("a +> b", "k", claims=(study,), text="Two."),))
        assert store.apply(second) == 2
        after = newest(store)
        assert [(link.id, len(link.claims), link.text) for link in after.links] == [("m", 2, "One.; Two.")]
        assert store.apply(second) == 2
        assert newest(store) == after

    def test_influence_of_other_validity_stays_another_link(self, store: Store) -> None:
        """Law: only influence of the same ends and validity is one link; other kinds keep their identity."""
        store.apply(a_change("dhsc:body", "council:body", "a +> b"))
        grants = (a_link("dhsc -funds-> council", "g1", instrument="one"), a_link("dhsc -funds-> council", "g2", instrument="two"))
        store.apply(ChangeSet(by="b", why="w", put_links=(a_link("a +> b", "later", valid_from="2030"), *grants)))
        assert sorted(newest(store).links.ids) == ["a>b", "g1", "g2", "later"]

    # ---- the past ----------------------------------------------------------

    def test_the_map_at_every_past_revision_can_be_had(self, store: Store) -> None:
        """Law: history is kept whole."""
        maps = [newest(store)]
        changes = (
            a_change("a +> b", "b +> c"),
            ChangeSet(by="b", why="w", put_nodes=(a_node("b", text="other"),)),
            ChangeSet(by="b", why="w", remove_links=("a>b",)),
            a_change("a +> b 0.75", "d"),
            ChangeSet(by="b", why="w", remove_nodes=("d",)),
        )
        for change in changes:
            store.apply(change)
            maps.append(newest(store))
        assert [store.snapshot(Scope(revision=number)).map for number in range(6)] == maps
        assert [node.id for node in maps[4].nodes] == ["a", "b", "c", "d"]
        assert maps[4].links.ids == ["b>c", "a>b"]

    def test_a_snapshot_tells_its_revision(self, store: Store) -> None:
        """Law: an answer can name the revision that it was worked out on."""
        store.apply(a_change("a"))
        store.apply(a_change("b"))
        assert store.snapshot(Scope()).revision == store.snapshot(Scope()).scope.revision == 2
        assert store.snapshot(Scope(revision=1)).revision == 1

    @pytest.mark.parametrize("scope", [Scope(revision=5), Scope(revision=-1), Scope(branch="no such"), Scope(layers=("no such",))])
    def test_a_scope_that_never_was_is_refused(self, store: Store, scope: Scope) -> None:
        """Law: a wrong revision, branch or layer is an error, not an empty map."""
        store.apply(a_change("a"))
        with pytest.raises(BadInput):
            store.snapshot(scope)

    def test_history_tells_who_when_why_and_how_much_newest_first(self, store: Store) -> None:
        """Law: every applied change is in the history."""
        first = a_change("a +> b", why="first", by="ann")
        store.apply(first)
        store.apply(ChangeSet(by="bob", why="second", remove_links=("a>b",), remove_nodes=("b",)))
        newer, older = store.history()
        assert (newer.revision, newer.by, newer.why, newer.removed, newer.branch, newer.layer) == (2, "bob", "second", 2, "main", "base")
        assert (older.by, older.when, older.put_nodes, older.put_links) == ("ann", first.when, 2, 1)
        assert store.history(most=1) == [newer]
        assert store.history(before=2) == [older]

    def test_a_change_can_be_read_again_as_it_was_applied(self, store: Store) -> None:
        """Law: history holds whole changes, not only their summaries."""
        store.apply(a_change("a +> b", "c"))
        change = ChangeSet(
            by="b", why="w", put_nodes=(a_node("d"),), put_links=(a_link("a +> d"),), put_sources=(Source(id="s", title="S"),),
            remove_nodes=("c",), remove_links=("a>b",),
        )  # fmt: skip
        store.apply(change)
        assert store.change(2) == change
        with pytest.raises(BadInput):
            store.change(3)

    def test_an_inverse_takes_the_map_back(self, store: Store) -> None:
        """Law: undo is a change like any other, and the map is what it was."""
        store.apply(a_change("a +> b", "b +> c", "d"))
        was = newest(store).digest()
        store.apply(
            ChangeSet(by="b", why="w", put_nodes=(a_node("a", text="t"), a_node("e")), put_links=(a_link("e +> a"), a_link("a ?> b")),
                      remove_nodes=("d",), remove_links=("b>c",))
        )  # fmt: skip
        assert newest(store).digest() != was
        assert store.apply(store.inverse(2, by="b", why="undo")) == 3
        assert newest(store).digest() == was
        store.apply(store.inverse(3, by="b", why="redo"))
        assert newest(store).digest() == store.snapshot(Scope(revision=2)).map.digest()
        with pytest.raises(BadInput):
            store.inverse(99, by="b", why="w")

    def test_a_map_in_memory_catches_up_with_the_changes_since(self, store: Store) -> None:
        """Law: applying the changes since a revision to its map gives the newest map, in the same order."""
        store.apply(a_change("a +> b", "b +> c", "d"))
        before = newest(store)
        store.apply(a_change("e +> a 0.5", "b"))
        store.apply(ChangeSet(by="b", why="w", remove_nodes=("d",), remove_links=("b>c",), put_nodes=(a_node("a", text="t"),)))
        store.apply(a_change("b +> c", "d"))
        after = caught_up(before, store.changes_since(1))
        assert after == newest(store)
        assert after.links.columns.start.tolist() == newest(store).links.columns.start.tolist()
        assert store.changes_since(4) == []

    def test_copies_of_one_release_count_once_from_the_day_that_is_known(self, store: Store) -> None:
        """Law: a source's origin turns the numbers of the links that cite it, and a past revision keeps its own."""
        strengths = {"p": 0.2, "q": 0.2, "r": 0.8}
        claims = [Claim(id=name, basis=Basis.FIGURE, source=name, sign=Sign.PLUS, strength=value) for name, value in strengths.items()]
        sources = tuple(Source(id=name, title=name) for name in "pqr")
        store.apply(a_change("a", "b", put_links=(a_link("a +> b", claims=tuple(claims)),), put_sources=sources))
        assert newest(store).links.columns.strength.tolist() == pytest.approx([0.4])
        before = newest(store)
        store.apply(ChangeSet(by="b", why="w", put_sources=tuple(Source(id=name, title=name, origin="o") for name in "pq")))
        assert newest(store).links.columns.strength.tolist() == pytest.approx([0.5])
        assert store.snapshot(Scope(revision=1)).map.links.columns.strength.tolist() == pytest.approx([0.4])
        assert caught_up(before, store.changes_since(1)).links.columns.strength.tolist() == pytest.approx([0.5])
        again = newest(store)
        separate = tuple(Source(id=name, title=name) for name in "pqr")
        store.apply(ChangeSet(by="b", why="w", put_nodes=again.nodes, put_links=tuple(again.links), put_sources=separate))
        assert newest(store).links.columns.strength.tolist() == pytest.approx([0.4]), "a load that repeats the links turns them too"

    # ---- branches and layers ------------------------------------------------

    def test_a_branch_begins_as_what_it_came_from_and_goes_its_own_way(self, store: Store) -> None:
        """Law: what is done on a branch is not seen on another, and a revision number is never given twice."""
        store.apply(a_change("a +> b", "c"))
        store.apply(a_change("late"))
        store.create_branch("reform", 1)
        assert newest(store, "reform") == store.snapshot(Scope(revision=1)).map
        assert store.apply(a_change("d", branch="reform", remove_nodes=("c",), remove_links=("a>b",))) == 3
        assert store.apply(a_change("e")) == 4
        assert store.branches() == {"main": 4, "reform": 3}
        assert [node.id for node in newest(store, "reform").nodes] == ["a", "b", "d"]
        assert len(newest(store, "reform").links) == 0
        assert [node.id for node in newest(store).nodes] == ["a", "b", "c", "late", "e"]
        assert [entry.revision for entry in store.history("reform")] == [3, 1]
        assert caught_up(store.snapshot(Scope(revision=1)).map, store.changes_since(1, "reform")) == newest(store, "reform")

    def test_undo_on_a_branch_takes_the_branch_back(self, store: Store) -> None:
        """Law: inverse looks at the branch of the change."""
        store.apply(a_change("a +> b", "c"))
        store.create_branch("reform")
        edit = ChangeSet(by="b", why="w", put_nodes=(a_node("a", text="t"),), remove_links=("a>b",), remove_nodes=("b",))
        store.apply(replace(edit, branch="reform"))
        store.apply(store.inverse(2, by="b", why="undo"))
        assert newest(store, "reform").digest() == newest(store).digest()

    def test_a_branch_is_refused_for_a_taken_name_or_a_revision_that_never_was(self, store: Store) -> None:
        """Law: a branch begins somewhere, under a name of its own."""
        for name, revision in (("main", None), (" ", None), ("new", 3)):
            with pytest.raises(BadInput):
                store.create_branch(name, revision)
        with pytest.raises(BadInput, match="create_branch"):
            store.apply(a_change("a", branch="nowhere"))

    @pytest.mark.parametrize(
        ("name", "said"),
        [("", "needs a name"), ("\t ", "needs a name"), ("a\x00b", "U\\+0000"), ("a\nb", "U\\+000A"), ("a\u2028", "U\\+2028"),
         ("\ud800", "U\\+D800"), ("\x7f", "U\\+007F"), ("long" * 51, "at most 200 characters.*204")],
    )  # fmt: skip
    def test_a_branch_or_layer_of_an_improper_name_is_refused_and_nothing_is_kept(self, store: Store, name: str, said: str) -> None:
        """Law: a name can be typed and read; one that cannot is refused with what is wrong with it."""
        with pytest.raises(BadInput, match=said):
            store.create_branch(name)
        with pytest.raises(BadInput, match=said):
            store.apply(replace(a_change("a +> b"), layer=name))
        assert (store.head(), list(store.branches()), list(store.layers())) == (0, ["main"], ["base"])

    def test_names_of_branches_and_layers_may_be_any_words(self, store: Store) -> None:
        """Law: what is a line of text is a name, in any language."""
        for name in ("Kent, 2026's (draft)", "élan ünïcode", "介護", "\U0001f600", "`) DETACH DELETE n //", "n" * 200):
            store.create_branch(name)
            store.apply(replace(a_change("a +> b"), layer=name, branch=name))
            assert len(store.snapshot(Scope(branch=name, layers=("base", name))).map.links) == 1

    def test_a_layer_lies_over_the_base_and_leaves_it_alone(self, store: Store) -> None:
        """Law: a scope selects layers; the last lies on top; without a layer its records are not seen."""
        store.apply(a_change("a +> b", "c"))
        store.apply(ChangeSet(by="b", why="w", layer="room", put_nodes=(a_node("a", text="as the room sees it"), a_node("d")),
                              put_links=(a_link("d +> c"),), remove_links=("a>b",)))  # fmt: skip
        both = newest(store, "main", "base", "room")
        assert ([node.id for node in both.nodes], list(both.links.ids)) == (["a", "b", "c", "d"], ["d>c"])
        assert both.node("a").text == "as the room sees it"
        assert newest(store) == a_map("a +> b", "c")
        assert list(store.layers()) == ["base", "room"]
        alone = newest(store, "main", "room")
        assert ([node.id for node in alone.nodes], list(alone.links.ids)) == (["a", "d"], [])

    # ---- search and notes ------------------------------------------------------

    def test_search_ranks_label_over_alias_over_text_and_ends_a_word_begun(self, store: Store) -> None:
        """Law: every word must be there, the last perhaps only begun; the order is the same on every store."""
        store.apply(ChangeSet(by="b", why="w", put_nodes=(
            a_node("n1", label="Something else", text="The care vacancies of the year"),
            a_node("n2", label="Posts unfilled", aliases=("Care vacancies",)),
            a_node("n3", label="Care vacancies in the north"),
            a_node("care-vacancies", label="Vacant posts"),
            a_node("n5", label="Caring for vacancies"),
        )))  # fmt: skip
        assert list(store.search("care vacanc")) == ["care-vacancies", "n3", "n2", "n1"]
        assert next(iter(store.search("CARE   Vacancies"))) == "care-vacancies"
        assert list(store.search("care vacanc", most=2)) == ["care-vacancies", "n3"]
        assert list(store.search("vac care")) == []
        assert list(store.search("  ")) == list(store.search("!?*")) == []

    def test_an_empty_store_is_searched_in_vain(self, store: Store) -> None:
        assert list(store.search("care")) == []

    def test_search_sees_the_newest_map_of_its_branch_only(self, store: Store) -> None:
        """Law: what was renamed or removed is not found under its old name."""
        store.apply(a_change("a", put_nodes=(a_node("a", label="Old name"), a_node("b", label="Old hat"))))
        store.create_branch("reform")
        store.apply(ChangeSet(by="b", why="w", put_nodes=(a_node("a", label="New name"),), remove_nodes=("b",)))
        assert (list(store.search("old")), list(store.search("name"))) == ([], ["a"])
        assert list(store.search("old", branch="reform")) == ["b", "a"]

    @pytest.mark.parametrize("text", HOSTILE)
    def test_any_text_can_be_searched_for(self, store: Store, text: str) -> None:
        """Law: no text is an operator of the search, and what a node is called finds it."""
        store.apply(ChangeSet(by="b", why="w", put_nodes=(Node(id="n", label=f"zebra {text} crossing"),)))
        assert list(store.search(f"zebra {text}")) == ["n"]

    def test_notes_are_kept_beside_the_map(self, store: Store) -> None:
        """Law: a note has no revision; the latest holds."""
        assert store.note("content") is None
        store.keep_note("content", "1")
        store.keep_note("content", "2")
        assert (store.note("content"), store.head()) == ("2", 0)

    # ---- several at once -----------------------------------------------------------

    def test_what_one_confirms_another_sees_at_once(self, store: Store) -> None:
        """Law: an edit through one is visible through the other."""
        other = self.again(store)
        try:
            store.apply(a_change("a"))
            assert other.head() == 1
            assert other.apply(a_change("b")) == 2
            assert newest(store) == newest(other)
        finally:
            other.close()

    def test_a_reader_never_sees_half_a_change(self, store: Store) -> None:
        """Law: while changes are written, every snapshot is a whole one: both nodes of a pair or none."""
        done = threading.Event()
        torn: list[str] = []

        def watch() -> None:
            while not done.is_set():
                seen = store.snapshot(Scope())
                ids = {node.id for node in seen.map.nodes}
                if len(ids) != 2 * seen.revision or len(seen.map.links) != seen.revision:
                    torn.append(f"{seen.revision}: {ids}")

        watcher = threading.Thread(target=watch)
        watcher.start()
        for number in range(15):
            store.apply(a_change(f"a{number} +> b{number}"))
        done.set()
        watcher.join()
        assert torn == []

    def test_a_large_packed_load_is_one_change_and_can_be_repeated(self, store: Store) -> None:
        """Law: a table too large for records is streamed, and comes back with the same columns."""
        count = 21_000
        nodes = tuple(a_node(f"n{row}") for row in range(200))
        links = LinkTable.of((a_link(f"n{row % 200} +> n{row // 200} 0.5", f"l{row}") for row in range(count)), (node.id for node in nodes))
        assert links.is_packed
        change = ChangeSet(by="b", why="w", put_nodes=nodes, put_links=links)
        assert store.apply(change) == store.apply(change) == 1
        kept = newest(store)
        assert list(kept.links.ids) == list(links.ids)
        assert (kept.links.columns.start == links.columns.start).all()
        assert kept.links.payload(20_500) == links.payload(20_500)
        edit = ChangeSet(by="b", why="w", put_links=(replace(links[7], text="changed"),), remove_links=("l9",))
        assert store.apply(edit) == 2
        after = applied(edit, kept)
        assert (len(after.links), after.links[7].text) == (count - 1, "changed")
        assert after.links.ids == newest(store).links.ids
        assert list(after.links.payloads()) == list(newest(store).links.payloads())

    def test_closing_twice_is_safe(self, store: Store) -> None:
        """Law: close lets go and may be called again."""
        store.close()
        store.close()

"""What a map carries of the claims that its documents are known for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.coverage import claims_listed, coverage
from schema.errors import BadInput
from schema.kinds import LinkKind, NodeKind
from schema.records import Claim, Link, Node, Source
from schema.system_map import LinkTable, SystemMap


def _map(nodes: list[Node], links: list[Link] | None = None) -> SystemMap:
    sources = (Source(id="paper", title="A paper"), Source(id="other", title="Another"))
    table = LinkTable.of(links or [], [node.id for node in nodes], {source.id: source for source in sources})
    return SystemMap(nodes=tuple(nodes), links=table, sources=sources)


def _document(claims: str, source: str | None = "paper") -> Node:
    attributes = {"claims": claims} if source is None else {"claims": claims, "source": source}
    return Node(id="doc", kind=NodeKind.SOURCE, attributes=attributes)


def test_claims_on_nodes_and_links_are_found_and_the_rest_is_missing() -> None:
    node = Node(id="a", claims=(Claim(id="P1", source="paper"),))
    link = Link(id="a.b", start="a", end="b", kind=LinkKind.PART_OF, claims=(Claim(id="P2", source="paper"),))
    found = coverage(_map([_document("P1-P3"), node, Node(id="b")], [link]))
    assert dict(found.carried_by) == {"P1": ("a",), "P2": ("a.b",), "P3": ()}
    assert (found.covered, found.total, found.missing) == (2, 3, ("P3",))


def test_a_claim_that_cites_another_source_does_not_count() -> None:
    node = Node(id="a", claims=(Claim(id="P1", source="other"),))
    assert coverage(_map([_document("P1"), node])).missing == ("P1",)
    assert coverage(_map([_document("P1", source=None), node])).missing == ()


def test_a_claim_told_apart_by_its_links_id_still_counts() -> None:
    node = Node(id="a", claims=(Claim(id="a.b/P1", source="paper"),))
    assert coverage(_map([_document("P1"), node])).covered == 1


def test_a_node_that_carries_a_claim_twice_is_named_once() -> None:
    node = Node(id="a", claims=(Claim(id="P1", source="paper"), Claim(id="x/P1", source="paper")))
    assert coverage(_map([_document("P1"), node])).carried_by["P1"] == ("a",)


def test_a_map_without_documents_expects_nothing() -> None:
    found = coverage(_map([Node(id="a", claims=(Claim(id="P1", source="paper"),))]))
    assert (found.covered, found.total, found.missing) == (0, 0, ())


@given(first=st.integers(0, 99), more=st.integers(0, 40))
def test_a_span_lists_every_claim_once_with_its_zeros(first: int, more: int) -> None:
    assert claims_listed(f"T{first:03}-T{first + more:03}") == tuple(f"T{number:03}" for number in range(first, first + more + 1))


def test_several_spans_keep_their_order() -> None:
    assert claims_listed("B2, A08-A10") == ("B2", "A08", "A09", "A10")


@pytest.mark.parametrize("listed", ["", "T3-S5", "T5-T3", "T", "12", "T1-", "T1,,T2"])
def test_a_list_that_cannot_be_read_is_refused_with_how_to_write_it(listed: str) -> None:
    with pytest.raises(BadInput, match="list them as T01-T36"):
        claims_listed(listed)

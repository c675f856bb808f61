"""Feedback loops against a plain search on small random maps, and the cases that people wrote down."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.loops import loops
from graph.results import tidy
from graph.scope import Filters
from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.errors import UnknownName
from schema.kinds import LinkKind, NodeKind, Sign
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import average, built, delay_of, maps, sign_of

MOST = st.sampled_from([0, 1, 2, 3, 8])


def ask(system_map: SystemMap, through: str | None = None, *, independent: bool = False, **filters: object):
    return loops(Snapshot(system_map), through, Filters(**filters), independent=independent)


@dataclass(frozen=True)
class Plain:
    """A loop as the plain search sees it."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    kind: str
    gain: float
    delay: float


def every_loop(system_map: SystemMap, most: int) -> Iterator[Plain]:
    """Every elementary loop once, from its node of the smallest id, by walking on with a copy of what was visited."""
    links = [link for link in system_map.links if link.kind is LinkKind.INFLUENCES]

    def walk(nodes: tuple[str, ...], taken: tuple[Link, ...]) -> Iterator[tuple[tuple[str, ...], tuple[Link, ...]]]:
        for link in links:
            if link.start != nodes[-1] or (most and len(taken) == most):
                continue
            if link.end == nodes[0]:
                yield nodes, (*taken, link)
            elif link.end > nodes[0] and link.end not in nodes:
                yield from walk((*nodes, link.end), (*taken, link))

    for node in system_map.nodes:
        for nodes, taken in walk((node.id,), ()):
            yield Plain(
                nodes=nodes,
                links=tuple(link.id for link in taken),
                kind={1: "R", -1: "B", 0: "U"}[math.prod(sign_of(link) for link in taken)],
                gain=math.prod(average(link, "strength", 0.5) for link in taken),
                delay=math.fsum(delay_of(link) for link in taken),
            )


def ranked(found: Iterator[Plain]) -> list[Plain]:
    return sorted(found, key=lambda loop: (-float(f"{loop.gain:.12g}"), len(loop.links), loop.links))


def shown(loop) -> tuple:
    return loop.nodes, loop.links, loop.kind, tidy(loop.gain), tidy(loop.delay_months)


def expected(loop: Plain) -> tuple:
    return loop.nodes, loop.links, loop.kind, tidy(loop.gain), tidy(loop.delay)


@given(maps(), MOST)
def test_the_loops_are_those_of_the_plain_search(system_map, most) -> None:
    answer = ask(system_map, max_links=most, top=1000)
    oracle = ranked(every_loop(system_map, most))
    assert [shown(loop) for loop in answer.loops] == [expected(loop) for loop in oracle]
    assert answer.found == len(oracle)
    assert answer.complete
    assert answer.exact_top
    for kind, count in (("R", answer.reinforcing), ("B", answer.balancing), ("U", answer.undetermined)):
        assert count == sum(loop.kind == kind for loop in oracle)
    assert (answer.reason is None) == bool(oracle)


@given(maps(), MOST, st.integers(1, 4))
def test_every_component_shows_its_first_loop_before_any_shows_its_second(system_map, most, top) -> None:
    answer = ask(system_map, max_links=most, top=top)
    oracle = ranked(every_loop(system_map, most))
    meets: dict[str, set[str]] = {}
    for loop in every_loop(system_map, 0):
        for node in loop.nodes:
            meets.setdefault(node, set()).update(loop.nodes)
    parts: list[list[Plain]] = []
    for loop in oracle:
        for part in parts:
            reached = {node for other in part for node in other.nodes}
            if _joined(meets, set(loop.nodes), reached):
                part.append(loop)
                break
        else:
            parts.append([loop])
    by_rank = sorted(((rank, place) for part in parts for rank, place in enumerate(map(oracle.index, part))))
    wanted = sorted(place for _, place in by_rank[:top])
    assert [shown(loop) for loop in answer.loops] == [expected(oracle[place]) for place in wanted]
    assert len(answer.components) == len(parts)
    assert sorted(component.found for component in answer.components) == sorted(map(len, parts))


def _joined(meets: dict[str, set[str]], some: set[str], others: set[str]) -> bool:
    """Whether loops lead from some nodes to others: then they are of one strong component."""
    seen: set[str] = set()
    while some - seen:
        seen |= some
        some = set().union(*(meets[node] for node in some))
    return bool(seen & others)


@given(maps(), MOST, st.data())
def test_loops_through_a_node_are_all_that_visit_it(system_map, most, data) -> None:
    node = data.draw(st.sampled_from([node.id for node in system_map.nodes]))
    oracle = [loop for loop in ranked(every_loop(system_map, most)) if node in loop.nodes]
    answer = ask(system_map, node, max_links=most, top=1000)
    assert [shown(loop) for loop in answer.loops] == [expected(loop) for loop in oracle]
    assert (answer.found, answer.through) == (len(oracle), node)


@given(maps(), st.data())
def test_filters_keep_exactly_the_loops_that_pass_them(system_map, data) -> None:
    there = [node.id for node in system_map.nodes]
    filters = {
        "avoid": tuple(data.draw(st.sets(st.sampled_from(there), max_size=1))),
        "require": tuple(data.draw(st.sets(st.sampled_from(there), max_size=2))),
        "max_delay": data.draw(st.sampled_from([None, 0.0, 3.0, 13.0])),
        "sign": data.draw(st.sampled_from([None, Sign.PLUS, Sign.MINUS, Sign.UNKNOWN])),
    }
    kind = {None: "RBU", Sign.PLUS: "R", Sign.MINUS: "B", Sign.UNKNOWN: "U"}[filters["sign"]]
    oracle = [
        loop
        for loop in ranked(every_loop(system_map, 8))
        if not set(loop.nodes) & set(filters["avoid"])
        and set(filters["require"]) <= set(loop.nodes)
        and (filters["max_delay"] is None or loop.delay <= filters["max_delay"])
        and loop.kind in kind
    ]
    answer = ask(system_map, top=1000, **filters)
    assert [shown(loop) for loop in answer.loops] == [expected(loop) for loop in oracle]


@given(maps(), st.integers(1, 5))
def test_a_capped_answer_counts_no_more_than_there_are_and_says_so(system_map, most) -> None:
    oracle = ranked(every_loop(system_map, 8))
    answer = ask(system_map, max_paths=most, top=1000)
    assert answer.found == min(most, len(oracle))
    assert answer.complete == (len(oracle) <= most)
    known = {expected(loop) for loop in oracle}
    assert {shown(loop) for loop in answer.loops} <= known
    strongest = max((loop.gain for loop in oracle), default=None)
    if answer.exact_top and oracle:
        assert answer.loops[0].gain == pytest.approx(strongest)


@given(maps())
def test_the_independent_loops_are_as_many_as_span_their_components(system_map) -> None:
    answer = ask(system_map, independent=True, top=1000, max_links=0)
    assert answer.independent is not None
    assert answer.independent_complete
    known = {loop.links for loop in every_loop(system_map, 0)}
    assert {loop.links for loop in answer.independent} <= known
    assert len(answer.independent) == sum(component.independent for component in answer.components)


@given(maps(), st.randoms())
def test_the_order_of_links_in_a_file_changes_no_byte(system_map, random) -> None:
    links = list(system_map.links)
    random.shuffle(links)
    mixed = SystemMap.of(system_map.nodes, links, system_map.sources)
    first, second = (json.dumps(ask(each, top=3).to_json()) for each in (system_map, mixed))
    assert first == second


@given(maps())
def test_a_part_without_loops_that_nothing_reaches_changes_nothing(system_map) -> None:
    more = SystemMap.of(
        [*system_map.nodes, Node(id="far", label="far"), Node(id="off", label="off")],
        [*system_map.links, Link(id="z", start="far", end="off", sign=Sign.PLUS, strength=0.5)],
        system_map.sources,
    )
    assert ask(more).to_json() == ask(system_map).to_json()


def loop_of(*steps: str, **more: object) -> list[Link]:
    """Links round a loop from `a + b` texts."""
    made = []
    for step in steps:
        start, sign, end = step.split()
        made.append(Link(id=f"{start}.{end}", start=start, end=end, sign=Sign(sign), strength=0.5, **more))  # type: ignore[arg-type]
    return made


def factors(names: str, **more: object) -> list[Node]:
    return [Node(id=name, label=name.upper(), **more) for name in names]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("signs", "kind"),
    [("++", "R"), ("--", "R"), ("+-", "B"), ("+?", "U"), ("?-", "U")],
)
def test_an_even_number_of_minuses_reinforces_and_any_unknown_sign_leaves_it_open(signs, kind) -> None:
    answer = ask(built(factors("ab"), loop_of(f"a {signs[0]} b", f"b {signs[1]} a")))
    assert [loop.kind for loop in answer.loops] == [kind]
    assert (answer.reinforcing, answer.balancing, answer.undetermined) == (kind == "R", kind == "B", kind == "U")


def test_a_link_to_itself_is_a_loop_of_one_link() -> None:
    answer = ask(built(factors("a"), loop_of("a - a")))
    assert [(loop.nodes, loop.links, loop.kind) for loop in answer.loops] == [(("a",), ("a.a",), "B")]


def test_the_listing_starts_at_the_smallest_id_wherever_the_node_stands_in_the_file() -> None:
    answer = ask(built(factors("cba"), loop_of("c + b", "b + a", "a + c")))
    assert answer.loops[0].nodes == ("a", "c", "b")


def test_the_main_loop_of_a_small_part_is_not_lost_among_many_strong_ones() -> None:
    strong = [replace(link, strength=0.75) for link in loop_of("a + b", "b + a", "a + c", "c + a", "b + c")]
    weak = [replace(link, strength=0.25) for link in loop_of("x + y", "y - x")]
    answer = ask(built(factors("abcxy"), strong + weak), top=2)
    assert {loop.nodes[0] for loop in answer.loops} == {"a", "x"}
    assert [component.found for component in answer.components] == [3, 1]


def test_delay_silos_and_the_weakest_link_are_told() -> None:
    nodes = [Node(id="a", label="Waits", silo="nhs"), Node(id="b", label="Need", silo="council"), Node(id="c", label="Odd")]
    links = [
        Link(id="ab", start="a", end="b", sign=Sign.PLUS, strength=0.5, confidence=0.9, delay_low=12, delay_high=24),
        Link(id="bc", start="b", end="c", sign=Sign.PLUS, strength=0.5, confidence=0.3, delay_low=0, delay_high=2),
        Link(id="ca", start="c", end="a", sign=Sign.PLUS, strength=0.5, confidence=0.6, delay_low=0, delay_high=0),
    ]
    loop = ask(built(nodes, links)).loops[0]
    assert (loop.delay_low, loop.delay_high, loop.delay_months, loop.delayed) == (12, 26, 19, True)
    assert (loop.silos, loop.crossings) == (("nhs", "council"), 1)
    assert (loop.weakest, loop.confidence) == ("bc", 0.3)
    assert "waits raises need" in loop.text
    assert "Delayed" in loop.text
    quick = ask(built(nodes, [replace(link, delay_low=0, delay_high=2) for link in links])).loops[0]
    assert quick.delayed is False


def test_a_body_is_on_no_loop_and_the_answer_says_so() -> None:
    whole = built([*factors("ab"), Node(id="office", kind=NodeKind.BODY, label="Office")], loop_of("a + b", "b + a"))
    assert "office is a body" in (ask(whole, "office").reason or "")
    assert ask(whole, "a", max_links=1).reason == "No loop of at most 1 links goes through a."
    with pytest.raises(UnknownName):
        ask(whole, "nowhere")


def test_a_question_that_is_stopped_says_that_it_is_not_complete() -> None:
    whole = Snapshot(built(factors("abc"), loop_of("a + b", "b + a", "b + c", "c + b")))
    answer = loops(whole, None, Filters(), independent=True, stop=lambda: True)
    assert not answer.complete
    assert not answer.exact_top
    assert not answer.independent_complete
    assert answer.reason is None


@pytest.mark.parametrize(
    ("kind", "nodes"),
    [
        ("R", "delays-from-lack-of-care people-waiting-to-leave-hospital length-of-hospital-stay loss-of-independence care-package-size"),
        ("R", "money-on-larger-support prevention-spend later-care-need people-asking-for-support council-overspend"),
        ("R", "trust-in-providers checking-of-providers provider-inclusion frontline-insight-used failures-in-care"),
        ("B", "council-engagement revealed-need council-budget-headroom"),
        ("B", "system-dysfunction informal-workarounds"),
        ("B", "fee-gap fees-people-pay fee-needed"),
    ],
)
def test_the_loops_of_the_shipped_map_are_found_through_any_of_their_nodes(kind, nodes) -> None:
    wanted = set(nodes.split())
    for through in sorted(wanted):
        answer = ask(shipped_content(), through, top=1000)
        assert any(wanted <= set(loop.nodes) and loop.kind == kind and len(loop.nodes) <= len(wanted) + 1 for loop in answer.loops), through

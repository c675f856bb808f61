"""Missing feedback: the ladder on plain maps against a plain search, and the thermostat of the shipped map tested by change."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis.gaps import gaps
from graph.results import Gap, GapAnswer
from graph.results.gaps import DISPUTED, NOT_RECORDED, SAID_MISSING
from graph.scope import Filters
from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.errors import BadQuestion, UnknownName
from schema.kinds import Basis, LinkKind, NodeKind, Sign, Use
from schema.records import Claim, Link, Node
from schema.system_map import SystemMap
from tests.graph.analysis.small_maps import built, decision, every_path

PACKAGE, FIT = "set-care-package", "fit-of-plan-to-need"
T4 = "care-worker.observes.fit-of-plan-to-need"
T6 = "care-provider.informs.local-authority.what-care-workers-notice"
T8 = "set-care-package.takes_as_input.what-care-workers-notice"


def ask(system_map: SystemMap, *decisions: str, moment: str | None = "moment", unrecorded: bool = False, **filters: object) -> GapAnswer:
    return gaps(Snapshot(system_map), decisions, moment, Filters(**{"top": 1000, **filters}), unrecorded=unrecorded)


def of_pair(found: Iterable[Gap], one: str, factor: str) -> list[Gap]:
    return [gap for gap in found if (gap.decision, gap.factor) == (one, factor)]


# ---- the thermostat ---------------------------------------------------------


def changed(*, drop: tuple[str, ...] = (), **links: dict[str, object]) -> SystemMap:
    """The shipped map with some links dropped and others changed, given by the names of the worked example."""
    names = {"t4": T4, "t6": T6, "t8": T8}
    change = {names[name]: fields for name, fields in links.items()}
    gone = {names[name] for name in drop}
    whole = shipped_content()
    assert {*change, *gone} <= set(whole.links.ids)
    kept = [replace(link, **change.get(link.id, {})) for link in whole.links if link.id not in gone]
    return SystemMap.of(whole.nodes, kept, whole.sources)


def thermostat(system_map: SystemMap, **filters: object) -> list[Gap]:
    answer = ask(system_map, PACKAGE, moment="moment-of-interaction", **filters)
    return of_pair(answer.gaps, PACKAGE, FIT)


def test_the_thermostat_is_heard_and_not_acted_on_with_its_reasons() -> None:
    (gap,) = thermostat(shipped_content())
    assert (gap.kind, gap.words, gap.state) == ("not_used", "heard, not acted on", DISPUTED)
    assert {voice.claim for voice in gap.said_by} == {"T16", "T22", "S41", "T21"}
    assert {voice.claim for voice in gap.disputed_by} == {"T08"}
    assert {voice.claim for voice in gap.because} == {"T18", "T19"}
    assert gap.score == pytest.approx(gap.acts_strength * gap.moment_strength)
    assert [(loop.kind, loop.closing_sign, loop.claimed_by) for loop in gap.would_close] == [("B", "-", ("T21",))]
    (back,) = gap.return_paths
    assert back.nodes == ("care-worker", "care-provider", "local-authority")
    assert back.kinds == ("not_used",)


USED = {"used": Use.YES}


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"t6": USED, "t8": USED}, []),
        ({"t6": USED}, ["not_used"]),
        ({"t8": USED}, ["not_used"]),
        ({"drop": ("t4",)}, ["no_sensor"]),
        ({"drop": ("t6",)}, ["not_sent"]),
        ({"t6": {"end": "cqc"}}, ["wrong_place"]),
        ({"t6": {**USED, "delay_low": 60, "delay_high": 60}, "t8": USED}, ["too_late"]),
        ({"t6": {"delay_low": 60, "delay_high": 60}}, ["not_used", "too_late"]),
        ({"t4": {"available": Use.NO}}, ["no_sensor"]),
        ({"t6": {"available": Use.NO}}, ["not_sent"]),
    ],
)
def test_the_thermostat_by_change(change, kinds) -> None:
    found = thermostat(changed(**change))
    assert [gap.kind for gap in found] == kinds
    assert all(gap.state != NOT_RECORDED for gap in found)


def test_proposals_close_the_thermostat() -> None:
    assert thermostat(shipped_content(), proposals=True) == []


def test_a_link_left_out_of_the_question_is_a_link_dropped() -> None:
    assert [gap.kind for gap in thermostat(shipped_content(), without=(T6,))] == ["not_sent"]


def test_the_thermostat_is_found_by_its_links_and_not_by_its_name() -> None:
    whole = shipped_content()
    name = {node.id: f"n{number:04}" for number, node in enumerate(whole.nodes)}

    def renamed(link: Link) -> Link:
        claims = tuple(replace(claim, route=tuple(name[stop] for stop in claim.route)) for claim in link.claims)
        carrying = name[link.carrying] if link.carrying else None
        return replace(link, start=name[link.start], end=name[link.end], carrying=carrying, claims=claims)

    nodes = [
        replace(node, id=name[node.id], label=f"Thing {number}", owner=name.get(node.owner or "", node.owner))
        for number, node in enumerate(whole.nodes)
    ]
    other = SystemMap.of(nodes, [renamed(link) for link in whole.links], whole.sources)
    (gap,) = of_pair(ask(other, name[PACKAGE], moment=name["moment-of-interaction"]).gaps, name[PACKAGE], name[FIT])
    (known,) = thermostat(whole)
    assert (gap.kind, gap.state, gap.score, gap.said_by) == (known.kind, known.state, known.score, known.said_by)


@pytest.mark.parametrize(
    ("one", "factor", "kind", "state"),
    [
        ("limit-prevention-spend", "later-care-need", "no_sensor", SAID_MISSING),
        ("write-care-specification", "fit-of-service-to-need", "not_sent", SAID_MISSING),
        ("redesign-nhs-local-bodies", "disconnect-between-tiers", "too_late", SAID_MISSING),
        ("let-care-contracts", "quality-of-local-providers", "wrong_place", DISPUTED),
        ("close-overseas-route-2025", "care-vacancies", "not_used", DISPUTED),
    ],
)
def test_the_other_gaps_of_the_documents(one, factor, kind, state) -> None:
    answer = ask(shipped_content(), one, moment="moment-of-interaction")
    assert [(gap.kind, gap.state) for gap in of_pair(answer.gaps, one, factor)] == [(kind, state)]


def test_what_was_said_before_a_decision_was_taken_is_marked() -> None:
    answer = ask(shipped_content(), "close-overseas-route-2025", moment="moment-of-interaction")
    (gap,) = of_pair(answer.gaps, "close-overseas-route-2025", "care-vacancies")
    assert {voice.claim: voice.early for voice in gap.said_by} == {"S38": True}
    assert "before this decision was taken" in gap.text


def test_what_nobody_speaks_of_is_counted_and_listed_only_when_asked() -> None:
    quiet, full = (ask(shipped_content(), PACKAGE, moment="moment-of-interaction", unrecorded=wish) for wish in (False, True))
    assert all(gap.state in (SAID_MISSING, DISPUTED) for gap in quiet.gaps)
    assert quiet.unrecorded == ()
    assert quiet.not_recorded == full.not_recorded == len(full.unrecorded) > 0
    assert {gap.state for gap in full.unrecorded} == {NOT_RECORDED}
    assert quiet.pairs == quiet.closed + len({(gap.decision, gap.factor) for gap in (*full.gaps, *full.unrecorded)})


def test_a_consultation_that_changed_nothing_is_told() -> None:
    answer = ask(shipped_content(), moment="moment-of-interaction")
    assert [(each.asked_by, each.asked) for each in answer.asked_and_unchanged] == [("kent-county-council", "care-provider")]


# ---- plain maps: no claims, so the ladder alone decides ---------------------


def plain(*links: Link, factor: dict[str, object] | None = None, one: dict[str, object] | None = None) -> SystemMap:
    """Council decides `d`, which moves `x`, which moves the moment; a worker, a provider and another body stand by."""
    bodies = [Node(id=name, kind=NodeKind.BODY, label=name.title()) for name in ("council", "provider", "regulator")]
    nodes = [
        *bodies,
        Node(id="worker", kind=NodeKind.ROLE, label="Worker"),
        Node(id="signal", kind=NodeKind.SIGNAL, label="Signal"),
        decision("d", owner="council", **(one or {})),
        Node(id="x", label="X", **(factor or {})),  # type: ignore[arg-type]
        Node(id="moment", label="Moment"),
    ]
    moves = [
        Link(id="dx", start="d", end="x", sign=Sign.PLUS, strength=0.5),
        Link(id="xm", start="x", end="moment", sign=Sign.PLUS, strength=0.5),
    ]
    return built(nodes, [*moves, *links])


def sees(who: str, **more: object) -> Link:
    return Link(id=f"{who}.sees", kind=LinkKind.OBSERVES, start=who, end="x", **more)  # type: ignore[arg-type]


def tells(start: str, end: str, used: Use | None = Use.YES, **more: object) -> Link:
    fields = {"available": Use.YES, "used": used, "carrying": "signal", **more}
    return Link(id=f"{start}.{end}", kind=LinkKind.INFORMS, start=start, end=end, **fields)  # type: ignore[arg-type]


def takes(what: str = "signal", **more: object) -> Link:
    return Link(id="takes", kind=LinkKind.TAKES_AS_INPUT, start="d", end=what, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("links", "kinds"),
    [
        ([], ["no_sensor"]),
        ([sees("worker")], ["not_sent"]),
        ([sees("worker", available=Use.NO), tells("worker", "council"), takes()], ["no_sensor"]),
        ([sees("worker"), tells("worker", "provider")], ["not_sent"]),
        ([sees("worker"), tells("worker", "provider"), tells("provider", "regulator")], ["wrong_place"]),
        ([sees("provider"), tells("provider", "regulator")], ["wrong_place"]),
        ([sees("worker"), tells("worker", "council", available=Use.NO)], ["not_sent"]),
        ([sees("worker"), tells("worker", "council", Use.NO), takes()], ["not_used"]),
        ([sees("worker"), tells("worker", "council")], ["not_used"]),
        ([sees("worker"), tells("worker", "council"), takes(used=Use.NO)], ["not_used"]),
        ([sees("worker"), tells("worker", "council"), takes()], []),
        ([sees("worker"), tells("worker", "council"), takes("x")], []),
        ([sees("worker"), tells("worker", "council", carrying=None), takes()], []),
        ([sees("council"), takes("x")], []),
        ([sees("council")], ["not_used"]),
        ([sees("worker"), tells("worker", "council", Use.SOMETIMES), takes()], []),
        ([sees("worker"), tells("worker", "council", delay_low=24, delay_high=24), takes()], ["too_late"]),
        ([sees("worker", delay_low=7, delay_high=7), tells("worker", "council", delay_low=6, delay_high=6), takes()], ["too_late"]),
        ([sees("worker"), tells("worker", "council", delay_low=12, delay_high=12), takes()], []),
        ([sees("worker"), tells("worker", "council", Use.NO, delay_low=24, delay_high=24), takes()], ["not_used", "too_late"]),
        ([sees("worker"), tells("worker", "provider"), tells("provider", "council", carrying=None), takes()], []),
    ],
)
def test_the_ladder_decides_where_nobody_is_cited(links, kinds) -> None:
    answer = ask(plain(*links, one={"decision_cycle_months": 12}), "d")
    found = of_pair(answer.gaps, "d", "x")
    assert [gap.kind for gap in found] == kinds
    assert all(gap.state == SAID_MISSING and gap.said_by == () for gap in found)
    assert "what it does not draw counts as missing" in answer.reading


def test_too_late_is_measured_by_the_factor_as_well_and_never_by_what_is_unknown() -> None:
    late = [sees("worker"), tells("worker", "council", delay_low=5, delay_high=5), takes()]
    assert of_pair(ask(plain(*late), "d").gaps, "d", "x") == []
    (gap,) = of_pair(ask(plain(*late, factor={"changes_within_months": 3}, one={"decision_cycle_months": 12}), "d").gaps, "d", "x")
    assert (gap.kind, gap.return_paths[0].limit_months, gap.return_paths[0].delay_months) == ("too_late", 3, 5)
    assert gap.score == pytest.approx(0.25 * (1 - gap.used_strength))


def test_a_use_that_nobody_records_is_never_called_not_used() -> None:
    for use in (None, Use.UNKNOWN):
        answer = ask(plain(sees("worker"), tells("worker", "council", use), takes()), "d", unrecorded=True)
        assert of_pair(answer.gaps, "d", "x") == []
        assert [gap.state for gap in of_pair(answer.unrecorded, "d", "x")] == [NOT_RECORDED]
        assert answer.not_recorded == len(answer.unrecorded)


def test_claims_only_add_who_says_so() -> None:
    no, yes = ({"used": "no"}, {"used": "yes"})
    claims = (
        Claim(id="c1", basis=Basis.OPINION, by="Ann", attributes=no),
        Claim(id="c2", basis=Basis.OPINION, by="Bob", attributes=yes),
    )
    for kept, state in ((claims[:1], SAID_MISSING), (claims, DISPUTED)):
        answer = ask(plain(sees("worker"), tells("worker", "council", Use.NO, claims=kept), takes()), "d")
        (gap,) = of_pair(answer.gaps, "d", "x")
        assert (gap.kind, gap.state) == ("not_used", state)
        assert [voice.by for voice in gap.said_by] == ["Ann"]
        assert [voice.by for voice in gap.disputed_by] == ["Bob"][: len(kept) - 1]
    silent = ask(plain(sees("worker", claims=claims[:1])), "d")
    assert of_pair(silent.gaps, "d", "x") == []
    assert silent.not_recorded > 0


def test_the_closing_sign_must_be_claimed() -> None:
    stop = [sees("worker"), tells("worker", "council", Use.NO)]
    for sign, kind in ((None, "U"), (Sign.MINUS, "B"), (Sign.PLUS, "R")):
        answer = ask(plain(*stop, takes(sign=sign)), "d")
        (gap,) = of_pair(answer.gaps, "d", "x")
        assert [loop.kind for loop in gap.would_close] == [kind]
    claim = Claim(id="c", basis=Basis.OPINION, by="Ann", sign=Sign.MINUS, route=("x", "d"), attributes={"used": "no"})
    (gap,) = of_pair(ask(plain(*stop, takes(claims=(claim,))), "d").gaps, "d", "x")
    assert [(loop.kind, loop.claimed_by) for loop in gap.would_close] == [("B", ("c",))]


def test_no_way_from_the_factor_to_the_moment_leaves_the_score_unknown() -> None:
    answer = ask(plain(), "d", without=("xm",))
    (gap,) = of_pair(answer.gaps, "d", "x")
    assert gap.score is None
    assert ask(plain(), "d", moment=None).gaps[0].score is None
    with pytest.raises(UnknownName):
        ask(plain(), "d", moment="nowhere")


def test_decisions_without_an_owner_are_reported_apart_and_bodies_stand_for_theirs() -> None:
    whole = built([decision("d"), Node(id="x", label="X")], [Link(id="dx", start="d", end="x", sign=Sign.PLUS, strength=0.5)])
    answer = ask(whole, moment=None)
    assert (answer.without_owner, answer.pairs, answer.gaps) == (("d",), 0, ())
    assert {gap.decision for gap in ask(plain(), "council").gaps} == {"d"}
    for refused in ("x", "regulator"):
        with pytest.raises(BadQuestion, match="takes no decision"):
            ask(plain(), refused)


# ---- against the plain search -----------------------------------------------


@st.composite
def told_maps(draw: st.DrawFn) -> SystemMap:
    """Decisions, factors and actors, with plain information links among them."""
    bodies = ["a", "b", "c"]
    factors = ["x", "y", "moment"]
    use, cycles = st.sampled_from([Use.YES, Use.NO]), st.sampled_from([None, 6])
    nodes = [
        *(Node(id=name, kind=NodeKind.BODY, label=name) for name in bodies),
        *(decision(name, owner=draw(st.sampled_from(bodies)), decision_cycle_months=draw(cycles)) for name in ("d", "e")),
        *(Node(id=name, label=name) for name in factors),
        Node(id="s", kind=NodeKind.SIGNAL, label="s"),
    ]
    movers = st.tuples(st.sampled_from(["d", "e", "x", "y"]), st.sampled_from(factors))
    pairs = sorted(draw(st.sets(movers, max_size=6)))
    links = [
        Link(id=f"i{start}{end}", start=start, end=end, sign=Sign.PLUS, strength=draw(st.sampled_from([0.25, 0.5, 1.0])))
        for start, end in pairs
        if start != end
    ]
    for who, what in sorted(draw(st.sets(st.tuples(st.sampled_from(bodies), st.sampled_from(factors)), max_size=3))):
        links.append(Link(id=f"o{who}{what}", kind=LinkKind.OBSERVES, start=who, end=what, available=draw(use)))
    for start, end in sorted(draw(st.sets(st.tuples(st.sampled_from(bodies), st.sampled_from(bodies)), max_size=4))):
        if start != end:
            late = draw(st.sampled_from([0.0, 12.0]))
            links.append(
                Link(
                    id=f"t{start}{end}",
                    kind=LinkKind.INFORMS,
                    start=start,
                    end=end,
                    carrying="s",
                    available=draw(use),
                    used=draw(use),
                    delay_low=late,
                    delay_high=late,
                )
            )
    for name in sorted(draw(st.sets(st.sampled_from(["d", "e"])))):
        links.append(Link(id=f"n{name}", kind=LinkKind.TAKES_AS_INPUT, start=name, end=draw(st.sampled_from(["s", "x"])), used=draw(use)))
    return built(nodes, links)


def ways(links: list[Link], begin: str, end: str, taken: tuple[Link, ...] = ()) -> list[tuple[Link, ...]]:
    """Every way of telling from one actor to another that meets nobody twice."""
    if begin == end:
        return [taken]
    met = {begin, *(link.start for link in taken)}
    onward = [link for link in links if link.start == begin and link.end not in met]
    return [way for link in onward for way in ways(links, link.end, end, (*taken, link))]


def ladder(system_map: SystemMap, one: Node, factor: str) -> set[str]:
    """The kinds of gap of one pair by looking at every way back; empty where the loop is closed.

    Of one observer's ways the one that counts has the fewest unused steps, and is then the soonest.
    """
    of = {kind: [link for link in system_map.links if link.kind is kind] for kind in LinkKind}
    seen = [link for link in of[LinkKind.OBSERVES] if link.end == factor and link.available is not Use.NO]
    if not seen:
        return {"no_sensor"}
    telling = [link for link in of[LinkKind.INFORMS] if link.available is not Use.NO]
    owner = one.owner or ""
    arriving = [(sight, way) for sight in seen for way in ways(telling, sight.start, owner)]
    if not arriving:
        hears = {end for sight in seen for end in ("a", "b", "c") if end != sight.start and ways(telling, sight.start, end)}
        return {"wrong_place"} if hears else {"not_sent"}
    flaws = []
    for sight in seen:
        mine = [way for begin, way in arriving if begin is sight]
        if not mine:
            continue
        way = min(mine, key=lambda way: (sum(link.used is Use.NO for link in way), sum(link.delay_low or 0 for link in way)))
        sends = any(link.start == sight.start for link in of[LinkKind.INFORMS])
        wanted = {factor, *(["s"] if way or sends or not of[LinkKind.INFORMS] else [])}
        inputs = [link for link in of[LinkKind.TAKES_AS_INPUT] if link.start == one.id and link.end in wanted and link.used is not Use.NO]
        unused = not inputs or any(link.used is Use.NO for link in way)
        late = one.decision_cycle_months is not None and sum(link.delay_low or 0 for link in way) > one.decision_cycle_months
        flaws.append((unused, late))
    if (False, False) in flaws:
        return set()
    return {name for name, place in (("not_used", 0), ("too_late", 1)) if any(flaw[place] for flaw in flaws)}


@given(told_maps())
def test_closed_pairs_and_kinds_are_those_of_the_plain_search(system_map) -> None:
    answer = ask(system_map, unrecorded=True)
    pairs = 0
    order = ("no_sensor", "wrong_place", "not_sent", "not_used", "too_late")
    for one in (node for node in system_map.nodes if node.kind is NodeKind.DECISION):
        for factor in ("x", "y", "moment"):
            paths = list(every_path(system_map, {one.id}, {factor}, 8))
            found = of_pair(answer.gaps, one.id, factor)
            if not paths:
                assert found == []
                continue
            pairs += 1
            kinds = ladder(system_map, one, factor)
            assert [gap.kind for gap in found] == [kind for kind in order if kind in kinds]
            for gap in found:
                assert gap.acts_strength == pytest.approx(max(path.strength for path in paths))
                assert gap.would_close_found == len(paths)
    assert answer.pairs == pairs
    assert answer.not_recorded == 0


@given(told_maps())
def test_scores_order_the_gaps_and_unknown_ones_come_last(system_map) -> None:
    found = ask(system_map).gaps
    scores = [-1.0 if gap.score is None else gap.score for gap in found]
    assert [f"{score:.12g}" for score in scores] == [f"{score:.12g}" for score in sorted(scores, reverse=True)]


@given(told_maps())
def test_the_cover_closes_every_gap_the_heaviest_link_first(system_map) -> None:
    answer = ask(system_map)
    pairs = {(gap.decision, gap.factor): gap.score or 0.0 for gap in answer.gaps}
    closed = [pair for link in answer.cover.links for pair in map(tuple, link.closes)]
    assert len(closed) == len(set(closed)) == answer.cover.closed == answer.cover.gaps == len(pairs)
    assert set(closed) == set(pairs)
    worth = [math.fsum(pairs[pair] for pair in map(tuple, link.closes)) for link in answer.cover.links]
    assert all(one >= other - 1e-9 for one, other in itertools.pairwise(worth)), "what a link closes only shrinks as others are chosen"
    for link, known in zip(answer.cover.links, worth, strict=True):
        assert link.score == pytest.approx(known)
    few = ask(system_map, top=1).cover
    assert [link.closes for link in few.links] == [link.closes for link in answer.cover.links[:1]]


@given(told_maps(), st.randoms())
def test_the_order_of_links_in_a_file_changes_no_byte(system_map, random) -> None:
    links = list(system_map.links)
    random.shuffle(links)
    mixed = SystemMap.of(system_map.nodes, links, system_map.sources)
    first, second = (json.dumps(ask(each).to_json()) for each in (system_map, mixed))
    assert first == second


def test_a_closing_link_for_several_gaps_comes_first_in_the_cover() -> None:
    whole = plain(sees("worker"), Link(id="two", kind=LinkKind.OBSERVES, start="worker", end="moment"), tells("worker", "council", Use.NO))
    answer = ask(whole, "d")
    (first,) = answer.cover.links
    assert (first.kind, first.start, first.end, first.existing) == ("informs", "worker", "council", "worker.council")
    assert {factor for _, factor in first.closes} == {"x", "moment"}
    assert answer.cover.score == pytest.approx(answer.cover.whole_score)


def test_a_silo_that_is_reached_and_never_asked_is_a_consultation_gap() -> None:
    nodes = [
        Node(id="council", kind=NodeKind.BODY, label="Council", silo="council"),
        Node(id="trust", kind=NodeKind.BODY, label="Trust", silo="nhs"),
        decision("d", owner="council"),
        Node(id="beds", label="Beds", silo="nhs"),
        Node(id="own", label="Own", silo="council"),
    ]
    moves = [
        Link(id="db", start="d", end="beds", sign=Sign.PLUS, strength=0.5),
        Link(id="do", start="d", end="own", sign=Sign.PLUS, strength=0.5),
    ]
    asked = Link(id="asks", kind=LinkKind.CONSULTS, start="council", end="trust")
    open_gap, joined = (ask(built(nodes, [*moves, *more]), moment=None) for more in ([], [asked]))
    assert [(gap.decision, gap.owner, gap.silo, gap.factors) for gap in open_gap.consultation_gaps] == [("d", "council", "nhs", 1)]
    assert joined.consultation_gaps == ()
    unanswered = replace(asked, answered=Use.YES, changed_anything=Use.NO)
    (said,) = ask(built(nodes, [*moves, unanswered]), moment=None).asked_and_unchanged
    assert (said.asked_by, said.asked, said.changed_anything) == ("council", "trust", "no")


def test_a_body_that_is_one_of_a_generic_one_takes_its_decisions_and_not_what_was_said_of_other_places() -> None:
    there, elsewhere = ((Claim(id=where, basis=Basis.OPINION, by="Ann", where=where),) for where in ("Kent", "Leeds"))
    nodes = [
        Node(id="councils", kind=NodeKind.BODY, label="Councils"),
        Node(id="kent", kind=NodeKind.BODY, label="Kent"),
        *(Node(id=f"in-{name.lower()}", kind=NodeKind.AREA, label=name) for name in ("Kent", "Leeds")),
        decision("d", owner="councils"),
        Node(id="x", label="X"),
    ]
    links = [
        Link(id="one", kind=LinkKind.PART_OF, start="kent", end="councils", attributes={"as": "one_of"}),
        Link(id="its", kind=LinkKind.COVERS, start="kent", end="in-kent"),
        Link(id="dx", start="d", end="x", sign=Sign.PLUS, strength=0.5),
    ]
    assert {gap.decision for gap in ask(built(nodes, links), "kent", moment=None).gaps} == {"d"}
    assert "takes those of Councils" in ask(built(nodes, links), "kent", moment=None).terms.method
    for claims, found in ((there, 1), (elsewhere, 0)):
        said = [*links[:2], replace(links[2], claims=claims)]
        assert ask(built(nodes, said), "kent", moment=None).pairs == found, claims[0].where


def test_only_what_the_owners_asked_is_told_where_decisions_are_named() -> None:
    asks = Link(id="asks", kind=LinkKind.CONSULTS, start="regulator", end="provider", changed_anything=Use.NO)
    whole = plain(asks)
    assert [each.link for each in ask(whole).asked_and_unchanged] == ["asks"]
    assert ask(whole, "d").asked_and_unchanged == ()
    mine = plain(replace(asks, start="council"))
    assert [each.link for each in ask(mine, "d").asked_and_unchanged] == ["asks"]


def test_a_question_that_is_stopped_says_that_it_is_not_complete() -> None:
    answer = gaps(Snapshot(plain()), (), "moment", Filters(), stop=lambda: True)
    assert not answer.complete
    assert "stopped" in answer.terms.method

"""Hypothesis strategies for records and maps: valid, with every field filled somewhere and text that breaks careless formats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, PaidFor, Sign, Status, Use
from schema.merging import bundle_key
from schema.ontology import LINK_RULES
from schema.records import Claim, Link, Money, Node, Observation, Settled, Source
from schema.system_map import SystemMap

TRICKY = (
    "no", "on", "012", "1:30", "1.10", "1e5", "1e+22", "1_000", "~", "null", "true", "2022-01-01", "-", "+", "?", "0", "=", "<<", ".5",
    '"', '""', '"""', "'", "a|b", "|", "[x", "{y}", "# c", "a: b", "a #b", "- x", "&a", "*a", "!t", "%d", "@x", "`", ">", "<b>&amp;</b>",
    "]]>", "=1+1", "@SUM(1)", "\tTab", "line\nbreak", "line\r\nbreak", "\r", " lead", "trail ", "  ", "é", "naïve\u00a0space",
    "\u2028", "\ufeff", "\x85", "\x7f", "\ufffe", "\uffff", "😀", "\\", "\\n", "a,b;c", "x" * 300, "null\n", "1\n", "---", "...", "caremap",
)  # fmt: skip
"""Text that some format, careless once, would read back as something else."""

LETTERS = st.characters(exclude_categories=("Cs",)).filter(lambda letter: ord(letter) >= 32 or letter in "\t\n\r")
texts = st.one_of(st.sampled_from(TRICKY), st.text(LETTERS, max_size=12))
filled_texts = texts.filter(lambda text: bool(text.strip()))
identifiers = filled_texts
shares = st.one_of(st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0)), st.floats(0, 1))
months = st.one_of(st.integers(0, 120).map(float), st.floats(0, 600))
days = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)
partial_dates = st.one_of(days, days.map(lambda day: day[:7]), days.map(lambda day: day[:4]))
pence = st.integers(-(10**15), 10**15)
scalars = st.one_of(texts, st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False))
attribute_maps = st.dictionaries(filled_texts, scalars, max_size=3)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value or None."""
    return st.one_of(st.none(), strategy)


def _texts_of(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    return dict.fromkeys(names, maybe(texts))


sources = st.builds(
    Source,
    id=identifiers,
    title=texts,
    **_texts_of("publisher", "date", "url", "edition", "author", "standpoint", "reported_by", "origin", "licence", "note"),
    attributes=attribute_maps,
)
money = st.builds(
    Money,
    pence=pence,
    year=texts,
    status=texts,
    flow=st.sampled_from(FlowKind),
    price_basis=texts,
    geography=texts,
    precision=texts,
    low_pence=maybe(pence),
    high_pence=maybe(pence),
    overlap=maybe(texts),
    ring_fenced=st.booleans(),
    paid_for=maybe(st.sampled_from(PaidFor)),
)
observations = st.builds(
    Observation,
    period=texts,
    value=st.floats(allow_nan=False, allow_infinity=False),
    unit=texts,
    source=texts,
    series=texts,
    mark=maybe(st.sampled_from(Mark)),
    **_texts_of("edition", "revision_of", "note"),
)
settlements = st.builds(Settled, sign=st.sampled_from(Sign), reason=texts, by=texts)


def claims(routes: Sequence[str] = (), source_ids: Sequence[str] = ()) -> st.SearchStrategy[Claim]:
    """Claims whose routes run through the given nodes and which name the given sources, if any."""
    return st.builds(
        Claim,
        id=identifiers,
        basis=st.sampled_from(Basis),
        source=maybe(st.sampled_from(source_ids) if source_ids else texts),
        mark=maybe(st.sampled_from(Mark)),
        sign=maybe(st.sampled_from(Sign)),
        strength=maybe(shares),
        confidence=maybe(shares),
        route=st.lists(st.sampled_from(routes), max_size=3).map(tuple) if routes else st.just(()),
        **_texts_of("place", "text", "by", "standpoint", "said_on", "where", "period"),
        attributes=attribute_maps,
    )


def bundles(routes: Sequence[str] = (), source_ids: Sequence[str] = ()) -> st.SearchStrategy[tuple[Claim, ...]]:
    """Up to three claims, told apart by their ids."""
    return st.lists(claims(routes, source_ids), max_size=3, unique_by=lambda claim: claim.id).map(tuple)


@st.composite
def validity(draw: st.DrawFn) -> dict[str, Any]:
    """Dates of validity in order, perhaps partial, perhaps absent."""
    first, last = sorted(draw(st.lists(st.integers(1900, 2098), min_size=2, max_size=2)))
    begins = draw(st.sampled_from((None, f"{first}", f"{first}-06", f"{first}-06-15")))
    ends = draw(st.sampled_from((None, f"{last + 1}", f"{last + 1}-01", f"{last + 1}-12-31")))
    return {"valid_from": begins, "valid_to": ends}


@st.composite
def nodes(draw: st.DrawFn, identifier: str = "", kind: NodeKind | None = None, **known: Sequence[str]) -> Node:
    """A node. `known` gives the ids that it may name: `tiers`, `proposals`, `route` and `source_ids`."""
    tiers, proposals = known.get("tiers", ()), known.get("proposals", ())
    return Node(
        id=identifier or draw(identifiers),
        kind=kind or draw(st.sampled_from(NodeKind)),
        label=draw(texts.filter(bool)),
        **{name: draw(maybe(texts)) for name in ("text", "owner", "silo", "place", "unit", "instrument")},
        tier=draw(maybe(st.sampled_from(tiers))) if tiers else None,
        better=draw(maybe(st.sampled_from(Better))),
        **draw(validity()),
        status=draw(maybe(st.just(Status.PROPOSED))),
        proposal=draw(maybe(st.sampled_from(proposals))) if proposals else None,
        decision_cycle_months=draw(maybe(months)),
        changes_within_months=draw(maybe(months)),
        controllable=draw(maybe(st.booleans())),
        important=draw(maybe(st.booleans())),
        vulnerable=draw(maybe(st.booleans())),
        aliases=draw(st.lists(texts, max_size=3).map(tuple)),
        claims=draw(bundles(known.get("route", ()), known.get("source_ids", ()))),
        observations=draw(st.lists(observations, max_size=2).map(tuple)),
        attributes=draw(attribute_maps),
    )


@st.composite
def links(draw: st.DrawFn, identifier: str, kind: LinkKind, start: str, end: str, **known: Sequence[str]) -> Link:
    """A link between two nodes. `known` gives what it may name: `signals`, `proposals`, `route` and `source_ids`."""
    signals, proposals = known.get("signals", ()), known.get("proposals", ())
    said = draw(bundles(known.get("route", ()), known.get("source_ids", ())))
    settled = draw(maybe(settlements))
    low, high = sorted(draw(st.tuples(months, months)))
    has_delay = draw(st.booleans())
    is_free = settled is not None or not any(claim.sign for claim in said)
    return Link(
        id=identifier,
        start=start,
        end=end,
        kind=kind,
        sign=draw(maybe(st.sampled_from(Sign))) if is_free else None,
        strength=draw(maybe(shares)),
        confidence=draw(maybe(shares)),
        delay_low=low if has_delay else None,
        delay_high=high if has_delay else None,
        **{name: draw(maybe(texts)) for name in ("text", "strength_basis", "purpose", "instrument", "period")},
        **draw(validity()),
        status=draw(maybe(st.just(Status.PROPOSED))),
        proposal=draw(maybe(st.sampled_from(proposals))) if proposals else None,
        settled=settled,
        carrying=draw(maybe(st.sampled_from(signals))) if signals else None,
        **{name: draw(maybe(st.sampled_from(Use))) for name in ("available", "used", "answered", "changed_anything")},
        money=draw(maybe(money)),
        claims=said,
        attributes=draw(attribute_maps),
    )


@st.composite
def system_maps(draw: st.DrawFn, most_nodes: int = 6, most_links: int = 6, *, keeps_rules: bool = True) -> SystemMap:
    """A map as checking it would make it: ids unique, ends on the map, influence of the same ends already one link.

    With `keeps_rules` false, links may join kinds that the vocabulary does not foresee, as maps from elsewhere do.
    """
    ids = draw(st.lists(identifiers, min_size=1, max_size=most_nodes, unique=True))
    kinds = [draw(st.sampled_from(NodeKind)) for _ in ids]
    of_kind = {wanted: [node for node, kind in zip(ids, kinds, strict=True) if kind is wanted] for wanted in NodeKind}
    cited = draw(st.lists(sources, max_size=2, unique_by=lambda source: source.id))
    known: dict[str, Sequence[str]] = {
        "tiers": of_kind[NodeKind.TIER],
        "proposals": of_kind[NodeKind.PROPOSAL],
        "signals": of_kind[NodeKind.SIGNAL],
        "route": ids,
        "source_ids": [source.id for source in cited],
    }
    placed = [draw(nodes(identifier, kind, **known)) for identifier, kind in zip(ids, kinds, strict=True)]
    joinable = [
        (kind, one.id, other.id)
        for kind, rule in LINK_RULES.items()
        for one in placed
        for other in placed
        if not keeps_rules or (one.kind in rule.starts and other.kind in rule.ends)
    ]
    made: dict[Any, Link] = {}
    for identifier in draw(st.lists(identifiers, max_size=most_links, unique=True)) if joinable else ():
        link = draw(links(identifier, *draw(st.sampled_from(joinable)), **known))
        made.setdefault(bundle_key(link), link)
    return SystemMap.of(placed, made.values(), cited, draw(texts))

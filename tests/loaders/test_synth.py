"""Invented maps: as large as the real counts, the same for the same seed, without problems, and labelled everywhere."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.local.register import register
from loaders.synth.generator import synthetic_map
from loaders.synth.places import places, rivals
from loaders.synth.shape import LOCATIONS_IN_ENGLAND, Scale, largest_remainder, shape_of
from schema.kinds import LinkKind, NodeKind
from schema.merging import bundle_key
from schema.ontology import LINK_KINDS
from schema.records import ChangeSet
from schema.screening import rows_to_check
from schema.system_map import LinkTable, SystemMap, packed
from schema.validation import check_change

FACTS = register()
NATIONAL = shape_of(Scale.NATIONAL, FACTS)


@pytest.fixture(scope="module")
def workshop() -> SystemMap:
    return synthetic_map(Scale.WORKSHOP, 7, FACTS)


@pytest.fixture(scope="module")
def region() -> SystemMap:
    return synthetic_map(Scale.REGION, 7, FACTS)


def counts_of(system_map: SystemMap) -> Counter[str]:
    """How many bodies there are of each sort, by the words of their ids."""
    return Counter(node.id.split("-")[1] for node in system_map.nodes if node.kind is NodeKind.BODY)


def test_the_national_shape_has_the_real_counts() -> None:
    assert (NATIONAL.councils, NATIONAL.boards, NATIONAL.providers, NATIONAL.locations) == (153, 36, 18_000, LOCATIONS_IN_ENGLAND)
    assert {region.name: region.councils for region in NATIONAL.regions} == FACTS.councils_per_region
    in_real = {region.name: FACTS.locations_in(region.name)["any of these"] for region in NATIONAL.regions}
    whole = sum(in_real.values())
    for each in NATIONAL.regions:
        assert each.locations == pytest.approx(LOCATIONS_IN_ENGLAND * in_real[each.name] / whole, abs=1)
        assert sum(each.services.values()) == pytest.approx(1)


def test_the_smaller_scales_are_parts_of_it(workshop, region) -> None:
    shape = shape_of(Scale.REGION, FACTS)
    expected = Counter(council=19, board=4, provider=shape.providers, location=shape.locations, department=1, regulator=1)
    assert counts_of(region) == expected
    assert shape.regions[0] in NATIONAL.regions
    small = shape_of(Scale.WORKSHOP, FACTS)
    assert counts_of(workshop) == Counter(
        council=1, board=1, provider=small.providers, location=small.locations, department=1, regulator=1
    )  # fmt: skip
    assert len(region.links) > 100_000
    assert len(workshop.links) < 2_000


@given(st.integers(0, 10_000), st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 500), min_size=1, max_size=12))
def test_shares_add_up_and_are_fair(total, weights) -> None:
    shares = largest_remainder(total, weights)
    assert sum(shares.values()) == total
    assert all(abs(shares[name] - total * weight / sum(weights.values())) < 1 for name, weight in weights.items())


def test_the_same_seed_gives_the_same_map_and_another_gives_another(workshop) -> None:
    assert synthetic_map(Scale.WORKSHOP, 7, FACTS).digest() == workshop.digest()
    assert synthetic_map(Scale.WORKSHOP, 8, FACTS).digest() != workshop.digest()


@pytest.mark.parametrize("scale", [Scale.WORKSHOP, Scale.REGION])
def test_it_has_no_problem_at_all(scale, workshop, region) -> None:
    made = workshop if scale is Scale.WORKSHOP else region
    kinds = {node.id: node.kind for node in made.nodes}
    links = made.links if scale is Scale.WORKSHOP else tuple(made.links[row] for row in range(0, len(made.links), 37))
    change = ChangeSet(by="a test", why="", put_nodes=made.nodes, put_links=links, put_sources=made.sources)
    assert check_change(change, kinds, made.source_of) == ()
    assert rows_to_check(made.links, kinds.get) == []
    assert len(set(made.links.ids)) == len(made.links)
    assert len({node.id for node in made.nodes}) == len(made.nodes)


def test_no_two_links_say_the_same(workshop, region) -> None:
    assert len({bundle_key(link) for link in workshop.links}) == len(workshop.links)
    columns = region.links.columns
    moving = columns.kind == LINK_KINDS.index(LinkKind.INFLUENCES)
    pairs = columns.start[moving].astype(np.int64) << 32 | columns.end[moving]
    assert len(np.unique(pairs)) == len(pairs)
    assert not (columns.start == columns.end).any()


def test_stamped_links_are_what_their_records_say(workshop, region) -> None:
    for made in (workshop, region):
        rows = range(len(made.links)) if made is workshop else range(0, len(made.links), 997)
        records = [made.links[row] for row in rows]
        again = LinkTable.of(records, made.links.ends, made.source_of)
        for name in ("kind", "start", "end", "sign", "strength", "confidence", "delay_low", "delay_high", "evidence", "ground", "origins"):
            np.testing.assert_array_equal(getattr(again.columns, name), getattr(made.links.columns, name)[list(rows)])
        assert [packed(record) for record in records] == [made.links.payload(row) for row in rows]


def test_everything_says_that_it_is_invented(workshop, region) -> None:
    for made in (workshop, region):
        assert "Synthetic" in made.title
        assert "invented" in made.title
        assert [source.title.startswith("Synthetic map") for source in made.sources] == [True]
        assert all(node.attributes["synthetic"] is True and node.label.startswith("Synthetic") for node in made.nodes)
        assert all(node.id.startswith("syn-") for node in made.nodes)
        assert all(b'"source":"synthetic-map"' in payload for payload in made.links.payloads())


def test_providers_are_mostly_small_and_every_one_has_a_location() -> None:
    shape = shape_of(Scale.REGION, FACTS)
    where = places(shape, np.random.Generator(np.random.PCG64(3)))
    sizes = np.bincount(where.location_provider, minlength=shape.providers)
    assert sizes.min() == 1
    assert np.median(sizes) == 1
    assert sizes.max() > 10 * sizes.mean()
    assert set(zip(where.location_council.tolist(), where.location_provider.tolist(), strict=True)) <= set(
        zip(where.buyer.tolist(), where.seller.tolist(), strict=True)
    )
    assert (where.contracts >= 1).all()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 4))
def test_rivals_are_others_of_the_same_council_and_none_twice(councils, each) -> None:
    council = np.array(councils, dtype=np.int64)
    starts, ends = rivals(council, each, np.random.Generator(np.random.PCG64(1)))
    pairs = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert all(start != end and council[start] == council[end] for start, end in pairs)
    size = Counter(councils)
    assert Counter(starts.tolist()) == Counter({row: min(each, size[place] - 1) for row, place in enumerate(councils) if size[place] > 1})

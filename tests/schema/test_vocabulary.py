"""The vocabulary is one table, and its page is generated from it."""

from __future__ import annotations

import pytest

from schema.kinds import LinkKind, NodeKind
from schema.ontology import IMPACT_KINDS, LINK_RULES, NODE_RULES
from schema.vocabulary import page


def test_the_page_is_what_the_table_says(checkout) -> None:
    kept = (checkout / "docs/vocabulary.md").read_text(encoding="utf-8")
    assert kept == page(), "docs/vocabulary.md is stale: python -m schema.vocabulary > docs/vocabulary.md"


@pytest.mark.parametrize("kind", NodeKind)
def test_every_kind_of_node_has_a_meaning_and_reads_aloud(kind) -> None:
    rule = NODE_RULES[kind]
    assert rule.means.endswith(".")
    assert rule.example.endswith(".")
    assert kind.value in rule.example.lower().replace("-", " ") or kind is NodeKind.PEOPLE


@pytest.mark.parametrize("kind", LinkKind)
def test_every_kind_of_link_reads_aloud_with_its_own_verb(kind) -> None:
    rule = LINK_RULES[kind]
    stem = rule.reads.split()[-1] if rule.reads.split()[0] in ("is", "takes", "would") else rule.reads.split()[0]
    assert stem[:4] in rule.example or rule.reads.split()[0] in rule.example
    assert rule.starts
    assert rule.ends


def test_people_and_bodies_are_never_points_on_a_signed_path() -> None:
    for kind in IMPACT_KINDS:
        rule = LINK_RULES[kind]
        assert not {NodeKind.BODY, NodeKind.PEOPLE, NodeKind.ROLE} & (rule.starts | rule.ends)

"""The vocabulary by its kinds: the rule of each, its code in columns, and the sets of kinds that questions ask for.

Validation, GraphQL enums, the palette, docs/vocabulary.md and Neo4j's labels all derive from the two tables,
`schema.node_rules` and `schema.link_rules`. No analysis has its own list of link kinds: which links carry impact, and which
carry information or money, is declared there, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schema.kinds import LinkKind, NodeKind
from schema.link_rules import EVERY_LINK_RULE, Carries, LinkRule
from schema.node_rules import EVERY_NODE_RULE, NodeRule

NODE_RULES: Mapping[NodeKind, NodeRule] = MappingProxyType({rule.kind: rule for rule in EVERY_NODE_RULE})
LINK_RULES: Mapping[LinkKind, LinkRule] = MappingProxyType({rule.kind: rule for rule in EVERY_LINK_RULE})

NODE_KINDS: tuple[NodeKind, ...] = tuple(NodeKind)
LINK_KINDS: tuple[LinkKind, ...] = tuple(LinkKind)
LINK_KIND_CODE: Mapping[LinkKind, int] = MappingProxyType({kind: code for code, kind in enumerate(LINK_KINDS)})
NODE_KIND_CODE: Mapping[NodeKind, int] = MappingProxyType({kind: code for code, kind in enumerate(NODE_KINDS)})


def kinds_that_carry(what: Carries) -> frozenset[LinkKind]:
    """The link kinds along which `what` travels."""
    return frozenset(kind for kind, rule in LINK_RULES.items() if rule.carries is what)


IMPACT_KINDS = kinds_that_carry(Carries.IMPACT)
JUDGED_KINDS = frozenset(kind for kind, rule in NODE_RULES.items() if rule.judged)
END_KINDS = frozenset({NodeKind.BODY, NodeKind.ROLE, NodeKind.PEOPLE})
"""Kinds that are ends of a question and never points on a signed path: they stand for decisions or factors."""

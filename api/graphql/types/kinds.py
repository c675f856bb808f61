"""The closed sets of the vocabulary as GraphQL enums: the very enums of `schema`, made known to Strawberry and never copied."""

from __future__ import annotations

import strawberry

from schema.kinds import Basis, Better, FlowKind, LinkKind, Mark, NodeKind, PaidFor, Sign, Status, Use
from schema.link_rules import Carries

__all__ = ["Basis", "Better", "Carries", "FlowKind", "LinkKind", "Mark", "NodeKind", "PaidFor", "Sign", "Status", "Use"]

_MEANINGS = (
    (NodeKind, "What a node on the map is; `vocabulary` says what each kind means."),
    (LinkKind, "What a link says of its two ends; `vocabulary` says what each kind means."),
    (Sign, "PLUS: more of the one gives more of the other. MINUS: less. UNKNOWN: not known which. NONE_FOUND: looked for in vain."),
    (Basis, "What kind of claim a claim is."),
    (Mark, "How a figure or fact was checked."),
    (Better, "Whether more of a factor is better, worse, or not ours to say."),
    (Use, "Whether something happens, as far as is recorded; null is not recorded, which is not no."),
    (Status, "Only what is proposed says so; the rest follows from the dates."),
    (PaidFor, "What a flow of money is paid for."),
    (FlowKind, "How a flow of money counts."),
    (Carries, "What travels along a link, from its start to its end."),
)

for _kind, _meaning in _MEANINGS:
    strawberry.enum(_kind, description=_meaning)

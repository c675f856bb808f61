"""The vocabulary as a page to read: `python -m schema.vocabulary` prints docs/vocabulary.md."""

from __future__ import annotations

from collections.abc import Iterable

from schema.kinds import Basis, Mark, NodeKind
from schema.link_rules import Carries, LinkRule
from schema.ontology import LINK_RULES, NODE_RULES
from schema.wire import CLAIM_FIELDS, LINK_FIELDS, NODE_FIELDS, SOURCE_FIELDS

_CARRIES = {
    Carries.NOTHING: "nothing",
    Carries.IMPACT: "impact, from start to end",
    Carries.AUTHORSHIP: "the lead-in from a body to its decision",
    Carries.INFORMATION: "information, from start to end",
    Carries.MONEY: "money, from start to end",
}
_BASES = {
    Basis.FIGURE: "a number somebody measured or counted",
    Basis.STUDY: "a finding of research",
    Basis.STATEMENT: "an official statement",
    Basis.MECHANISM: "a stated reason why one thing moves another",
    Basis.OPINION: "what somebody holds; it never raises confidence",
    Basis.ROOM: "the view of a workshop",
    Basis.DEFINITION: "true by the meaning of the words; strength 1, and no evidence",
    Basis.ASSUMPTION: "the editors' own, shown as such and counted in every answer",
    Basis.UNSTATED: "what a file from elsewhere says without saying why",
}
_MARKS = {
    Mark.PUBLISHER: "read at the publisher's own page",
    Mark.SECONDARY: "read at a secondary page; not checked at the source",
    Mark.DERIVED: "derived by arithmetic or counting",
    Mark.UNVERIFIED: "unverified; excluded from answers by default",
}


def page() -> str:
    """The whole page, ending with a line break."""
    lines = [
        "# The vocabulary",
        "",
        "Everything that a caremap may say, made from `schema/node_rules.py` and `schema/link_rules.py` by `python -m schema.vocabulary`.",
        "",
        "## Kinds of node",
        "",
        "| kind | what it means | read aloud | judged by the litmus test |",
        "| --- | --- | --- | --- |",
        *(f"| `{rule.kind}` | {rule.means} | {rule.example} | {'yes' if rule.judged else ''} |" for rule in NODE_RULES.values()),
        "",
        "## Kinds of link",
        "",
        "A link runs from its start to its end. A sign is `+` (moves the same way), `-` (the opposite way), `?` (not known) or `0`",
        "(looked for and not found). Where a kind has no default sign, a sign has no meaning on it.",
        "",
        "| kind | what it means | read aloud | from | to | carries | default sign | units |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_link_row(rule) for rule in LINK_RULES.values()),
        "",
        "## Kinds of claim",
        "",
        "| basis | what it is |",
        "| --- | --- |",
        *(f"| `{basis}` | {_BASES[basis]} |" for basis in Basis),
        "",
        "| mark | how it was checked |",
        "| --- | --- |",
        *(f"| `{mark}` | {_MARKS[mark]} |" for mark in Mark),
        "",
        "## Fields",
        "",
        "As they are spelt in map JSON, YAML content and CSV tables.",
        "",
        *(f"- {noun}: {', '.join(f'`{name}`' for name in names)}" for noun, names in _FIELDS),
    ]
    return "\n".join(lines) + "\n"


_FIELDS = (("node", NODE_FIELDS), ("link", LINK_FIELDS), ("claim", CLAIM_FIELDS), ("source", SOURCE_FIELDS))


def _link_row(rule: LinkRule) -> str:
    sign = f"`{rule.default_sign}`" if rule.default_sign else ""
    units = "" if rule.units == "none" else rule.units
    joined = f"{_kinds(rule.starts)} | {_kinds(rule.ends)}"
    return f"| `{rule.kind}` | {rule.means} | {rule.example} | {joined} | {_CARRIES[rule.carries]} | {sign} | {units} |"


def _kinds(kinds: Iterable[NodeKind]) -> str:
    chosen = set(kinds)
    if chosen == set(NodeKind):
        return "any"
    if len(chosen) > len(NodeKind) - 4:
        return "any but " + ", ".join(str(kind) for kind in NodeKind if kind not in chosen)
    return ", ".join(str(kind) for kind in NodeKind if kind in chosen)


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())

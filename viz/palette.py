"""What each kind looks like: one row a kind of node, one a kind of link, one a sign, and colours for silos.

Colour is never the only cue: kinds differ by glyph and outline, signs by the shape of the head and a written mark, and
what is proposed or assumed by dashes or dots. Hues are spread in lightness as well, so that they stay apart for
colour-blind readers. People have a neutral outline whatever their silo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from schema.kinds import LinkKind, NodeKind, Sign
from schema.link_rules import Carries
from schema.ontology import LINK_RULES, NODE_RULES

INK = "#1a1a1a"
PAPER = "#ffffff"
BAND = "#f3f4f6"
"""The text of every box, and the two grounds that lanes alternate between."""


class Outline(StrEnum):
    """The shape of a box. The page draws each from its name."""

    RECTANGLE = "rectangle"
    ROUNDED = "rounded"
    PILL = "pill"
    CUT = "cut"
    OCTAGON = "octagon"
    SLANT = "slant"
    DOUBLE = "double"
    FOLDED = "folded"
    POINTED = "pointed"


class Head(StrEnum):
    """The end of a line: a filled point raises, a bar lowers, a ring is not known, a hollow point was looked for in vain."""

    POINT = "point"
    BAR = "bar"
    RING = "ring"
    HOLLOW = "hollow"
    OPEN = "open"


class Relation(StrEnum):
    """The groups of link kinds that a reader can show or hide."""

    EFFECTS = "Effects"
    DECIDERS = "Who decides"
    INFORMATION = "Who tells whom"
    MONEY = "Money"
    STRUCTURE = "How it is organised"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLook:
    """How a kind of node is drawn: its glyph and outline, and whether its outline stays neutral."""

    kind: NodeKind
    glyph: str
    outline: Outline
    neutral: bool = False

    @property
    def title(self) -> str:
        return NODE_RULES[self.kind].title


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLook:
    """How a kind of link is drawn where its sign does not decide: its group, colour and head."""

    kind: LinkKind
    relation: Relation
    colour: str
    head: Head = Head.OPEN

    @property
    def reads(self) -> str:
        return LINK_RULES[self.kind].reads


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLook:
    """How a sign is drawn and said. `mark` stands on the line, `verb` in a sentence."""

    sign: Sign
    mark: str
    verb: str
    colour: str
    head: Head
    dotted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """A pale fill, under black text, and a strong border of the same hue."""

    fill: str
    border: str


def _node(kind: NodeKind, glyph: str, outline: Outline, *, neutral: bool = False) -> NodeLook:
    return NodeLook(kind=kind, glyph=glyph, outline=outline, neutral=neutral)


_NODE_LOOKS = (
    _node(NodeKind.TIER, "▤", Outline.RECTANGLE, neutral=True),
    _node(NodeKind.BODY, "▣", Outline.RECTANGLE),
    _node(NodeKind.ROLE, "◐", Outline.ROUNDED),
    _node(NodeKind.PEOPLE, "●", Outline.ROUNDED, neutral=True),
    _node(NodeKind.AREA, "△", Outline.RECTANGLE),
    _node(NodeKind.DUTY, "§", Outline.DOUBLE),
    _node(NodeKind.RULE, "¶", Outline.OCTAGON),
    _node(NodeKind.DECISION, "◆", Outline.CUT),
    _node(NodeKind.PROCESS, "»", Outline.SLANT),
    _node(NodeKind.FUNDING, "£", Outline.POINTED),
    _node(NodeKind.FACTOR, "○", Outline.PILL),
    _node(NodeKind.SIGNAL, "≈", Outline.PILL),
    _node(NodeKind.PROPOSAL, "◇", Outline.CUT),
    _node(NodeKind.SOURCE, "“", Outline.FOLDED),
    _node(NodeKind.GAP, "∅", Outline.ROUNDED),
)

_RELATION_OF: Mapping[Carries, Relation] = MappingProxyType(
    {
        Carries.IMPACT: Relation.EFFECTS,
        Carries.AUTHORSHIP: Relation.DECIDERS,
        Carries.INFORMATION: Relation.INFORMATION,
        Carries.MONEY: Relation.MONEY,
        Carries.NOTHING: Relation.STRUCTURE,
    }
)
_COLOUR_OF: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.EFFECTS: "#4d4d4d",
        Relation.DECIDERS: "#2b2b2b",
        Relation.INFORMATION: "#5b3a9b",
        Relation.MONEY: "#6b5a00",
        Relation.STRUCTURE: "#5f6368",
    }
)


def _link_look(kind: LinkKind) -> LinkLook:
    relation = _RELATION_OF[LINK_RULES[kind].carries]
    return LinkLook(kind=kind, relation=relation, colour=_COLOUR_OF[relation])


_SIGN_LOOKS = (
    SignLook(sign=Sign.PLUS, mark="+", verb="raises", colour="#14568c", head=Head.POINT),
    SignLook(sign=Sign.MINUS, mark="−", verb="lowers", colour="#a33b00", head=Head.BAR),
    SignLook(sign=Sign.UNKNOWN, mark="?", verb="moves (which way is not known)", colour="#4d4d4d", head=Head.RING),
    SignLook(sign=Sign.NONE_FOUND, mark="0", verb="was not found to move", colour="#4d4d4d", head=Head.HOLLOW, dotted=True),
)

NODE_LOOKS: Mapping[NodeKind, NodeLook] = MappingProxyType({look.kind: look for look in _NODE_LOOKS})
LINK_LOOKS: Mapping[LinkKind, LinkLook] = MappingProxyType({kind: _link_look(kind) for kind in LINK_RULES})
SIGN_LOOKS: Mapping[Sign, SignLook] = MappingProxyType({look.sign: look for look in _SIGN_LOOKS})

SHOWN_FIRST = frozenset({Relation.EFFECTS, Relation.DECIDERS})
"""What a map shows when it opens: what carries impact, and who decides."""

NEUTRAL = Colours(fill="#ffffff", border="#3d3d3d")
_HUES = (
    Colours(fill="#dbe9f6", border="#1f5a96"),
    Colours(fill="#fde6cf", border="#a84300"),
    Colours(fill="#d5f0e6", border="#00694d"),
    Colours(fill="#e8e0f5", border="#5b3a9b"),
    Colours(fill="#f8f1c4", border="#6b5a00"),
    Colours(fill="#fbe0ee", border="#a0206a"),
    Colours(fill="#d6f1f7", border="#00657f"),
    Colours(fill="#f0e2d6", border="#6e3d14"),
    Colours(fill="#e6f3cd", border="#3f6400"),
    Colours(fill="#dfe1f7", border="#2b2f8f"),
    Colours(fill="#e4e6e8", border="#4a4f55"),
    Colours(fill="#cfd9ea", border="#12233f"),
)
_NEUTRAL_SILOS = frozenset({"people", "unassigned", ""})


def silo_colours(silos: Iterable[str]) -> Mapping[str, Colours]:
    """A pair of colours for each silo, the same for the same set of names. Beyond twelve silos hues come again."""
    names = sorted(set(silos))
    named = [name for name in names if name not in _NEUTRAL_SILOS]
    colours = {silo: _HUES[place % len(_HUES)] for place, silo in enumerate(named)}
    return MappingProxyType({silo: colours.get(silo, NEUTRAL) for silo in names})


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 black to 1 white (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)

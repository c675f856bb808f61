"""The closed sets of the vocabulary. What each kind means and may join stands in `schema.node_rules` and `schema.link_rules`."""

from __future__ import annotations

from enum import StrEnum


class NodeKind(StrEnum):
    """What a node on the map is."""

    TIER = "tier"
    BODY = "body"
    ROLE = "role"
    PEOPLE = "people"
    AREA = "area"
    DUTY = "duty"
    RULE = "rule"
    DECISION = "decision"
    PROCESS = "process"
    FUNDING = "funding"
    FACTOR = "factor"
    SIGNAL = "signal"
    PROPOSAL = "proposal"
    SOURCE = "source"
    GAP = "gap"


class LinkKind(StrEnum):
    """What a link on the map says of its two ends."""

    SITS_IN = "sits_in"
    PART_OF = "part_of"
    COVERS = "covers"
    MAKES = "makes"
    HOLDS_DUTY = "holds_duty"
    CARRIES_OUT = "carries_out"
    RESTS_ON = "rests_on"
    ACCOUNTABLE_TO = "accountable_to"
    REGULATES = "regulates"
    ASSESSES = "assesses"
    COMMISSIONS = "commissions"
    FUNDS = "funds"
    SUPPORTS = "supports"
    CONSTRAINS = "constrains"
    CONSULTS = "consults"
    OBSERVES = "observes"
    INFORMS = "informs"
    TAKES_AS_INPUT = "takes_as_input"
    INFLUENCES = "influences"
    SHOWS_AT = "shows_at"
    MATTERS_TO = "matters_to"
    AIMS_AT = "aims_at"
    PROPOSES = "proposes"
    WOULD_ADD = "would_add"
    WOULD_CHANGE = "would_change"
    WOULD_REMOVE = "would_remove"
    OBJECTS_TO = "objects_to"
    REPLACES = "replaces"
    QUOTES = "quotes"
    CRITICISES = "criticises"
    ASSOCIATED_WITH = "associated_with"


class Sign(StrEnum):
    """The direction of an effect: same way, opposite way, not known, or looked for and not found."""

    PLUS = "+"
    MINUS = "-"
    UNKNOWN = "?"
    NONE_FOUND = "0"


class Basis(StrEnum):
    """What kind of claim a claim is. Only figures, studies, statements, mechanisms and opinions come from a source.

    `room` is a workshop's view; `definition` is true by the meaning of the words and no evidence; `assumption` is the
    editors' own, shown as such; `unstated` is what a file from elsewhere says without saying why.
    """

    FIGURE = "figure"
    STUDY = "study"
    STATEMENT = "statement"
    MECHANISM = "mechanism"
    OPINION = "opinion"
    ROOM = "room"
    DEFINITION = "definition"
    ASSUMPTION = "assumption"
    UNSTATED = "unstated"


class Mark(StrEnum):
    """How a figure or fact was checked: at the publisher, at a secondary page, derived by us, or not at all."""

    PUBLISHER = "V"
    SECONDARY = "V2"
    DERIVED = "D"
    UNVERIFIED = "M"


class Level(StrEnum):
    """A judged strength. Strength is judged, not measured."""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


class Confidence(StrEnum):
    """How sure a claim is, in words."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Use(StrEnum):
    """Whether something happens, as far as is recorded. An absent value means not recorded, which is not no."""

    YES = "yes"
    SOMETIMES = "sometimes"
    NO = "no"
    UNKNOWN = "unknown"


class Better(StrEnum):
    """Whether more of a factor is better, worse, or not ours to say."""

    MORE = "more"
    LESS = "less"
    NOT_OURS = "not_ours_to_say"


class Status(StrEnum):
    """Only `proposed` is stored; current, historic and future follow from the dates."""

    PROPOSED = "proposed"


class PaidFor(StrEnum):
    """What a flow of money is paid for."""

    HOURS = "hours"
    PLACES = "places"
    OUTCOMES = "outcomes"
    BLOCK = "block"
    GRANT = "grant"
    OWN_MONEY = "own_money"


class FlowKind(StrEnum):
    """How a flow of money counts: between bodies, raised by a body itself, or spent on care at last."""

    TRANSFER = "transfer"
    OWN_REVENUE = "own_revenue"
    FINAL_SPEND = "final_spend"


STRENGTH_OF_LEVEL = {Level.WEAK: 0.25, Level.MEDIUM: 0.5, Level.STRONG: 0.75}
"""The number behind each judged strength."""

NUMBER_OF_CONFIDENCE = {Confidence.LOW: 0.3, Confidence.MEDIUM: 0.6, Confidence.HIGH: 0.9}
"""The number behind each word of confidence."""

ASSUMED_STRENGTH = 0.5
ASSUMED_CONFIDENCE = 0.6
DEFINITION_STRENGTH = 1.0
DEFINITION_CONFIDENCE = 1.0

"""The kinds of link, one row each: what a kind means, how it reads aloud, what it may join and what travels along it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schema.kinds import LinkKind as L
from schema.kinds import NodeKind as N


class Carries(StrEnum):
    """What travels along a link, from its start to its end."""

    NOTHING = "nothing"
    IMPACT = "impact"
    AUTHORSHIP = "authorship"
    INFORMATION = "information"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule:
    """What a kind of link means and may join. `reads` is the verb between the two labels.

    `default_sign` is the sign of an unsigned link of this kind ("?" where none can be assumed, None where a sign has no
    meaning). `identity` says how two links of the same ends relate: influence links of the same ends and validity are
    one link with the claims of both; others keep their identity by instrument, period and signal.
    """

    kind: L
    means: str
    reads: str
    example: str
    starts: frozenset[N]
    ends: frozenset[N]
    carries: Carries = Carries.NOTHING
    default_sign: str | None = None
    units: str = "none"
    bundles: bool = False


_ANY = frozenset(N)
_ACTORS = frozenset({N.BODY, N.ROLE, N.PEOPLE})
_MOVERS = frozenset({N.DECISION, N.RULE, N.PROCESS, N.FACTOR, N.PROPOSAL, N.FUNDING})
_DOINGS = frozenset({N.DECISION, N.PROCESS, N.DUTY, N.PROPOSAL})


def _kinds(*kinds: N) -> frozenset[N]:
    return frozenset(kinds)


EVERY_LINK_RULE = (
    LinkRule(
        kind=L.SITS_IN,
        means="Stands at a tier.",
        reads="sits in",
        example="DHSC sits in government.",
        starts=_ANY - {N.TIER},
        ends=_kinds(N.TIER),
    ),
    LinkRule(
        kind=L.PART_OF,
        means="Is a part of a larger thing of its own sort, or a role in a body.",
        reads="is part of",
        example="District council is part of county area.",
        starts=_ANY,
        ends=_ANY - {N.TIER},
    ),
    LinkRule(
        kind=L.COVERS,
        means="Serves an area.",
        reads="covers",
        example="Kent County Council covers Kent.",
        starts=_kinds(N.BODY, N.PROCESS),
        ends=_kinds(N.AREA),
    ),
    LinkRule(
        kind=L.MAKES,
        means="Takes a decision and can take it back.",
        reads="makes",
        example="Home Office makes close the overseas route.",
        starts=_kinds(N.BODY, N.ROLE, N.PEOPLE),
        ends=_kinds(N.DECISION),
        carries=Carries.AUTHORSHIP,
    ),
    LinkRule(
        kind=L.HOLDS_DUTY,
        means="Is bound by law to see to something.",
        reads="holds the duty of",
        example="Local authority holds the duty of market shaping.",
        starts=_kinds(N.BODY, N.ROLE, N.TIER),
        ends=_kinds(N.DUTY),
    ),
    LinkRule(
        kind=L.CARRIES_OUT,
        means="Does the work of a process or a duty.",
        reads="carries out",
        example="Local authority carries out needs assessment.",
        starts=_ACTORS | {N.TIER},
        ends=_kinds(N.PROCESS, N.DUTY),
    ),
    LinkRule(
        kind=L.RESTS_ON,
        means="Has its ground in a rule or a paper.",
        reads="rests on",
        example="Market shaping rests on Care Act section 5.",
        starts=_DOINGS | {N.FUNDING, N.RULE, N.BODY},
        ends=_kinds(N.RULE, N.SOURCE),
    ),
    LinkRule(
        kind=L.ACCOUNTABLE_TO,
        means="Has to answer to somebody.",
        reads="answers to",
        example="CQC answers to DHSC.",
        starts=_kinds(N.BODY, N.ROLE),
        ends=_ACTORS,
    ),
    LinkRule(
        kind=L.REGULATES,
        means="Sets and enforces what somebody must do.",
        reads="regulates",
        example="CQC regulates care providers.",
        starts=_kinds(N.BODY, N.RULE),
        ends=_kinds(N.BODY, N.ROLE, N.PROCESS),
    ),
    LinkRule(
        kind=L.ASSESSES,
        means="Looks at how well something is done or what somebody needs.",
        reads="assesses",
        example="CQC assesses local authorities.",
        starts=_ACTORS,
        ends=_kinds(N.BODY, N.ROLE, N.PEOPLE, N.PROCESS, N.DUTY),
    ),
    LinkRule(
        kind=L.COMMISSIONS,
        means="Arranges and pays for care from somebody.",
        reads="commissions",
        example="Local authority commissions care providers.",
        starts=_kinds(N.BODY, N.ROLE, N.PEOPLE),
        ends=_kinds(N.BODY, N.PROCESS),
    ),
    LinkRule(
        kind=L.FUNDS,
        means="Passes on money, or spends it on care.",
        reads="funds",
        example="MHCLG funds local authorities.",
        starts=_ACTORS | {N.FUNDING},
        ends=_ACTORS | {N.FUNDING, N.PROCESS, N.DECISION},
        carries=Carries.MONEY,
        units="pence a year",
    ),
    LinkRule(
        kind=L.SUPPORTS,
        means="Gives care, help or strength to people.",
        reads="supports",
        example="Care worker supports people who draw on care.",
        starts=_ACTORS | {N.PROCESS},
        ends=_kinds(N.PEOPLE, N.BODY, N.ROLE),
    ),
    LinkRule(
        kind=L.CONSTRAINS,
        means="Limits what somebody can decide or do.",
        reads="limits",
        example="The referendum limit limits local authorities.",
        starts=_kinds(N.RULE, N.DECISION, N.FUNDING, N.PROCESS, N.DUTY),
        ends=_ACTORS | _DOINGS | {N.FUNDING},
        default_sign="-",
    ),
    LinkRule(
        kind=L.CONSULTS,
        means="Asks somebody before or while deciding.",
        reads="consults",
        example="Local authority consults care providers.",
        starts=_kinds(N.BODY, N.ROLE),
        ends=_ACTORS,
        carries=Carries.INFORMATION,
    ),
    LinkRule(
        kind=L.OBSERVES,
        means="Notices how a factor stands.",
        reads="sees",
        example="Care worker sees fit of plan to need.",
        starts=_ACTORS,
        ends=_kinds(N.FACTOR),
        carries=Carries.INFORMATION,
        units="months until it is noticed",
    ),
    LinkRule(
        kind=L.INFORMS,
        means="Passes a signal on to somebody.",
        reads="tells",
        example="Care worker tells care provider.",
        starts=_ACTORS,
        ends=_ACTORS,
        carries=Carries.INFORMATION,
        units="months on the way",
    ),
    LinkRule(
        kind=L.TAKES_AS_INPUT,
        means="Lets a signal count when it is taken.",
        reads="takes into account",
        example="Set the care package takes into account the scored need.",
        starts=_kinds(N.DECISION, N.PROCESS),
        ends=_kinds(N.SIGNAL, N.FACTOR),
        carries=Carries.INFORMATION,
    ),
    LinkRule(
        kind=L.INFLUENCES,
        means="Moves it: more of the one gives more (+) or less (-) of the other, other things equal.",
        reads="influences",
        example="Care vacancies influences deliverable care hours.",
        starts=_MOVERS,
        ends=_kinds(N.FACTOR, N.PROCESS, N.DECISION, N.FUNDING),
        carries=Carries.IMPACT,
        default_sign="?",
        units="strength 0 to 1, months",
        bundles=True,
    ),
    LinkRule(
        kind=L.SHOWS_AT,
        means="Is felt or seen at a body or a role.",
        reads="shows at",
        example="Provider viability shows at care provider.",
        starts=_kinds(N.FACTOR),
        ends=_ACTORS | {N.TIER},
    ),
    LinkRule(
        kind=L.MATTERS_TO,
        means="Makes a difference in people's lives.",
        reads="matters to",
        example="The moment of interaction matters to people who draw on care.",
        starts=_kinds(N.FACTOR),
        ends=_kinds(N.PEOPLE, N.ROLE),
    ),
    LinkRule(
        kind=L.AIMS_AT,
        means="Is meant by those who want it to move a factor; an intention, not an effect.",
        reads="is meant to move",
        example="Close the overseas route is meant to move abuse by sponsors.",
        starts=_DOINGS,
        ends=_kinds(N.FACTOR),
        default_sign="?",
    ),
    LinkRule(
        kind=L.PROPOSES,
        means="Argues for a change.",
        reads="proposes",
        example="The second document proposes the Board.",
        starts=_ACTORS | {N.SOURCE},
        ends=_kinds(N.PROPOSAL),
    ),
    LinkRule(
        kind=L.WOULD_ADD,
        means="Would bring something new.",
        reads="would add",
        example="The proposal would add the Board.",
        starts=_kinds(N.PROPOSAL),
        ends=_ANY - {N.PROPOSAL, N.SOURCE},
    ),
    LinkRule(
        kind=L.WOULD_CHANGE,
        means="Would change something that is there.",
        reads="would change",
        example="The proposal would change needs assessment.",
        starts=_kinds(N.PROPOSAL),
        ends=_ANY - {N.SOURCE},
    ),
    LinkRule(
        kind=L.WOULD_REMOVE,
        means="Would end something that is there.",
        reads="would end",
        example="The proposal would end payment by the hour.",
        starts=_kinds(N.PROPOSAL),
        ends=_ANY - {N.SOURCE},
    ),
    LinkRule(
        kind=L.OBJECTS_TO,
        means="Speaks against it.",
        reads="objects to",
        example="Care provider objects to time and task.",
        starts=_ACTORS | {N.SOURCE},
        ends=_DOINGS | {N.RULE},
    ),
    LinkRule(
        kind=L.REPLACES,
        means="Takes the place of an earlier thing.",
        reads="replaces",
        example="MHCLG replaces DLUHC.",
        starts=_ANY,
        ends=_ANY,
    ),
    LinkRule(
        kind=L.QUOTES,
        means="Repeats what somebody else said.",
        reads="quotes",
        example="The first document quotes John Seddon.",
        starts=_kinds(N.SOURCE, N.BODY, N.ROLE),
        ends=_ANY,
    ),
    LinkRule(
        kind=L.CRITICISES,
        means="Finds fault with it.",
        reads="criticises",
        example="The second document criticises implementation.",
        starts=_ACTORS | {N.SOURCE},
        ends=_ANY,
    ),
    LinkRule(
        kind=L.ASSOCIATED_WITH,
        means="Goes together with it in a file that gives no direction.",
        reads="goes with",
        example="Housing goes with health.",
        starts=_ANY,
        ends=_ANY,
    ),
)

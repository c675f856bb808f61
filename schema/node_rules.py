"""The kinds of node, one row each: what a kind means, and an example that reads aloud."""

from __future__ import annotations

from dataclasses import dataclass

from schema.kinds import NodeKind as N


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRule:
    """What a kind of node means, in one sentence, and an example that reads aloud."""

    kind: N
    means: str
    example: str
    judged: bool = False

    @property
    def title(self) -> str:
        """The kind as a heading shows it."""
        return self.kind.value.capitalize()


EVERY_NODE_RULE = (
    NodeRule(
        kind=N.TIER,
        means="A layer at which things are organised; a place in the structure, not a rank.",
        example="Care and support is a tier.",
    ),
    NodeRule(kind=N.BODY, means="An organisation that can own, decide, pay or answer for something.", example="The Home Office is a body."),
    NodeRule(kind=N.ROLE, means="A part that a person plays in a body or in somebody's life.", example="Care worker is a role."),
    NodeRule(
        kind=N.PEOPLE,
        means="People in their own lives: the ends that the system is for.",
        example="People who draw on care and support are people.",
    ),
    NodeRule(kind=N.AREA, means="A place on the ground that bodies cover.", example="Kent is an area."),
    NodeRule(kind=N.DUTY, means="Something that somebody is bound by law to see to.", example="Market shaping is a duty."),
    NodeRule(
        kind=N.RULE,
        means="A law, regulation, condition or limit that others act under.",
        example="The Care Act 2014, section 5, is a rule.",
        judged=True,
    ),
    NodeRule(
        kind=N.DECISION,
        means="A switch that somebody sets: 0 before, 1 in force; its label is a verb.",
        example="Close the overseas care worker route is a decision.",
        judged=True,
    ),
    NodeRule(
        kind=N.PROCESS,
        means="A way of working that somebody carries out, read as more of it.",
        example="Time-and-task commissioning is a process.",
        judged=True,
    ),
    NodeRule(kind=N.FUNDING, means="A pot, tax or stream of money with a name of its own.", example="The Better Care Fund is funding."),
    NodeRule(
        kind=N.FACTOR, means="Anything that can be more or less: a number, a quality, an outcome.", example="Care vacancies is a factor."
    ),
    NodeRule(kind=N.SIGNAL, means="What somebody notices and could pass on.", example="What care workers notice is a signal."),
    NodeRule(
        kind=N.PROPOSAL,
        means="A change that somebody argues for, not in force.",
        example="The Social Care Independence Board is a proposal.",
        judged=True,
    ),
    NodeRule(
        kind=N.SOURCE,
        means="A document that takes part in the story itself, beside being cited.",
        example="The 2021 White Paper is a source.",
    ),
    NodeRule(
        kind=N.GAP,
        means="Something that the sources leave empty or open, kept in sight.",
        example="The missing commentary on the White Paper is a gap.",
    ),
)

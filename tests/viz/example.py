"""A map of about sixty items that looks like a real one: five tiers, bodies with decisions, effects that cross, claims of every sort."""

from schema.kinds import Basis, Better, LinkKind, Mark, NodeKind, Sign, Status
from schema.records import Claim, Link, Node, Source
from schema.system_map import SystemMap

TIERS = (
    ("people-and-their-lives", "People and their lives"),
    ("care-and-support", "Care and support"),
    ("housing", "Housing"),
    ("council-and-nhs", "Council and NHS"),
    ("government", "Government"),
)

SOURCES = (
    Source(id="report", title="State of the workforce", publisher="A publisher", date="2025", url="https://example.org/report"),
    Source(id="hansard", title="A written answer", publisher="Parliament", reported_by="a newspaper", url="javascript:alert(1)"),
    Source(id="memoir", title="A provider's account", author="A provider", standpoint="provider"),
)

_BODIES = {
    "home-office": ("Home Office", "government", "migration", ("close-route", "raise-floor", "switching", "revoke-licences")),
    "treasury": ("HM Treasury", "government", "finance", ("raise-insurance", "settle-grant")),
    "wages-office": ("Wages department", "government", "employment", ("raise-wage",)),
    "council": ("Council with care duties", "council-and-nhs", "local-government", ("set-package", "let-contracts", "set-fee")),
    "hospital": ("NHS hospital trust", "council-and-nhs", "nhs", ("discharge-early",)),
    "district": ("District council", "housing", "housing", ("adapt-homes",)),
    "provider": ("Care provider", "care-and-support", "provision", ("plan-rounds",)),
}
_DECISIONS = {
    "close-route": "Close the overseas route",
    "raise-floor": "Raise the visa salary floor",
    "switching": "Allow switching within the country",
    "revoke-licences": "Revoke sponsors' licences",
    "raise-insurance": "Raise employer National Insurance",
    "settle-grant": "Settle the grant",
    "raise-wage": "Raise the National Living Wage",
    "set-package": "Set the care package",
    "let-contracts": "Let care contracts",
    "set-fee": "Set the fee for an hour of care",
    "discharge-early": "Discharge to assess",
    "adapt-homes": "Adapt people's homes",
    "plan-rounds": "Plan the rounds of visits",
}
_FACTORS = {
    "government": ("visas-granted", "salary-floor", "wage-floor", "employer-tax", "central-grant"),
    "council-and-nhs": (
        "council-budget", "fee-paid", "care-hours-bought", "delayed-discharges", "hospital-beds", "waits-for-care", "contract-terms",
    ),
    "housing": ("homes-adapted", "waits-for-adaptation", "extra-care-homes"),
    "care-and-support": (
        "overseas-recruits", "care-vacancies", "deliverable-hours", "provider-income", "provider-cost", "fee-needed", "fee-gap",
        "provider-viability", "care-pay", "staff-retention", "displaced-workers", "rehired-workers", "hand-backs", "travel-time",
        "training",
    ),
    "people-and-their-lives": ("moment", "continuity", "fit-of-plan", "falls-at-home", "hours-of-unpaid-care", "independence", "dignity"),
}  # fmt: skip
_EFFECTS = """
close-route - visas-granted; raise-floor + salary-floor; salary-floor - overseas-recruits
visas-granted + overseas-recruits; switching + rehired-workers; revoke-licences + displaced-workers
displaced-workers + rehired-workers; rehired-workers - care-vacancies; revoke-licences + care-vacancies
overseas-recruits - care-vacancies; care-vacancies - deliverable-hours; deliverable-hours + provider-income
provider-income + provider-viability; provider-cost + fee-needed; fee-needed + fee-gap
fee-gap - provider-viability; fee-paid - fee-gap; raise-wage + wage-floor
wage-floor + care-pay; wage-floor + provider-cost; raise-insurance + employer-tax
employer-tax + provider-cost; settle-grant + central-grant; central-grant + council-budget
council-budget + fee-paid; set-fee + fee-paid; council-budget + care-hours-bought
care-pay + staff-retention; staff-retention + continuity; care-vacancies - continuity
continuity + moment; fit-of-plan + moment; set-package + fit-of-plan
let-contracts ? contract-terms; contract-terms - dignity; dignity + moment
deliverable-hours - hand-backs; hand-backs + waits-for-care; waits-for-care + hours-of-unpaid-care
deliverable-hours - delayed-discharges; delayed-discharges + hospital-beds; hospital-beds - independence
independence + moment; discharge-early - delayed-discharges; adapt-homes + homes-adapted
homes-adapted - falls-at-home; falls-at-home + hospital-beds; homes-adapted - waits-for-adaptation
waits-for-adaptation - independence; extra-care-homes + independence; plan-rounds + travel-time
travel-time - dignity; training + staff-retention; provider-income + training
provider-viability - hand-backs; provider-viability 0 care-pay; hours-of-unpaid-care - independence
care-hours-bought + provider-income
"""


def example_map() -> SystemMap:
    """The map. Its ids and labels are made up of everyday words; nothing on it is meant to be true."""
    nodes = [Node(id=name, kind=NodeKind.TIER, label=label) for name, label in TIERS]
    links: list[Link] = []
    for body, (label, tier, silo, decisions) in _BODIES.items():
        nodes.append(Node(id=body, kind=NodeKind.BODY, label=label, tier=tier, silo=silo))
        links.append(_link(body, LinkKind.SITS_IN, tier))
        for decision in decisions:
            nodes.append(Node(id=decision, kind=NodeKind.DECISION, label=_DECISIONS[decision], owner=body, tier=tier))
            links.append(_link(body, LinkKind.MAKES, decision))
    for tier, names in _FACTORS.items():
        for name in names:
            nodes.append(Node(id=name, kind=NodeKind.FACTOR, label=name.replace("-", " ").capitalize(), tier=tier, better=_better(name)))
    nodes.append(Node(id="person", kind=NodeKind.PEOPLE, label="People who draw on care and support", tier=TIERS[0][0]))
    nodes.append(Node(id="board", kind=NodeKind.PROPOSAL, label="Independence Board", tier="government", status=Status.PROPOSED))
    links.append(_link("moment", LinkKind.MATTERS_TO, "person"))
    links.append(_link("treasury", LinkKind.FUNDS, "council"))
    for effect in filter(None, (part.strip() for line in _EFFECTS.splitlines() for part in line.split(";"))):
        start, sign, end = effect.split()
        links.append(_effect(start, sign, end))
    links.append(Link(id="board.dignity", start="board", end="dignity", sign=Sign.PLUS, status=Status.PROPOSED, proposal="board"))
    dated = [_dated(node) for node in nodes]
    return SystemMap.of(dated, links, SOURCES, "An example")


def _link(start: str, kind: LinkKind, end: str) -> Link:
    return Link(id=f"{start}.{kind}.{end}", start=start, end=end, kind=kind)


def _better(name: str) -> Better | None:
    less = {"care-vacancies", "fee-gap", "falls-at-home", "waits-for-care", "delayed-discharges"}
    return Better.LESS if name in less else Better.MORE if name in ("moment", "provider-viability", "continuity", "dignity") else None


def _dated(node: Node) -> Node:
    dates = {"close-route": ("2025-07-22", None), "switching": ("2025-07-22", "2028-07-22"), "revoke-licences": ("2022-07", None)}
    if node.id not in dates:
        return node
    start, end = dates[node.id]
    return Node(id=node.id, kind=node.kind, label=node.label, owner=node.owner, tier=node.tier, valid_from=start, valid_to=end)


def _effect(start: str, sign: str, end: str) -> Link:
    claims: tuple[Claim, ...] = (
        Claim(
            id="c1", basis=Basis.STUDY, source="report", mark=Mark.PUBLISHER, sign=Sign(sign), confidence=0.9,
            text=f"What was found of {end}.", where="England", period="2024-25",
        ),
    )  # fmt: skip
    if (start, end) == ("overseas-recruits", "care-vacancies"):
        claims += (
            Claim(id="c2", basis=Basis.STATEMENT, source="hansard", mark=Mark.SECONDARY, sign=Sign.MINUS, strength=0.25, by="a minister"),
            Claim(
                id="c3",
                basis=Basis.OPINION,
                source="memoir",
                by="a provider",
                standpoint="provider",
                said_on="2022",
                text="We felt it at once.",
            ),
        )
    if (start, end) in (("revoke-licences", "care-vacancies"), ("provider-income", "provider-viability")):
        claims = (Claim(id="c1", basis=Basis.ASSUMPTION, sign=Sign(sign), confidence=0.3),)
    return Link(
        id=f"{start}.{end}",
        start=start,
        end=end,
        sign=Sign(sign),
        strength=0.5,
        strength_basis="judged",
        delay_low=0,
        delay_high=6,
        claims=claims,
    )

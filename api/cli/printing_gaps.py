"""What `ask gaps` prints for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.cli.printing import console, print_method, table_of

if TYPE_CHECKING:
    from graph.results import Gap, GapAnswer

STATES = {"said_missing": "said", "disputed": "disputed", "not_recorded": "not recorded"}


def print_gaps(answer: GapAnswer) -> None:
    """The answer as text, then the gaps as a table, what would close most, and who was not asked."""
    out = console()
    out.print(answer.text, markup=False)
    if answer.gaps:
        _print_gaps("Gaps by score", answer.gaps)
    if answer.unrecorded:
        _print_gaps("Not recorded, which is not missing", answer.unrecorded)
    if answer.cover.links:
        out.print("\nWhat would close most, one after the other:", markup=False)
        for number, link in enumerate(answer.cover.links, 1):
            out.print(f"  {number}. {link.text}", markup=False)
        out.print(f"  ({answer.cover.bound}.)", markup=False)
    if answer.consultation_gaps:
        shown, found = len(answer.consultation_gaps), answer.consultation_gaps_found
        out.print(f"\nReached, and joined to the owner by nothing on the map ({shown} of {found}):", markup=False)
        for gap in answer.consultation_gaps:
            out.print(f"  {gap.decision} of {gap.owner} reaches {gap.silo} ({gap.factors} factors)", markup=False)
    out.print()
    out.print(f"How it is read: {answer.reading}.", markup=False)
    print_method(answer.terms)


def _print_gaps(title: str, found: Sequence[Gap]) -> None:
    from rich.markup import escape

    table = table_of(title, "#", "what is missing", "decision", "factor", "state", "who says so")
    for number, gap in enumerate(found, 1):
        said = ", ".join(dict.fromkeys(voice.by or voice.claim for voice in gap.said_by))
        table.add_row(
            str(number), gap.words, escape(gap.decision_label), escape(gap.factor_label), STATES[gap.state], escape(said or "the map")
        )
    out = console()
    out.print()
    out.print(table, markup=False)

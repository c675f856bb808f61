"""What `ask loops` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method, table_of

if TYPE_CHECKING:
    from graph.results import FeedbackLoop, LoopAnswer


def print_loops(answer: LoopAnswer) -> None:
    """The answer as text, then its loops as a table, and the independent ones where they were asked for."""
    out = console()
    out.print(answer.text, markup=False)
    if answer.loops:
        _print_table("Ranked by gain, every part's first loop first in line", answer.loops)
    if answer.independent:
        _print_table("A few that all others are made of", answer.independent)
    out.print()
    print_method(answer.terms)


def _print_table(title: str, found: tuple[FeedbackLoop, ...]) -> None:
    from rich.markup import escape

    from graph.telling import confidence_word, months

    table = table_of(title, "#", "kind", "loop", "months", "confidence", "sourced", "silos")
    for number, loop in enumerate(found, 1):
        around = " ".join(f"{step.start_label} {step.sign or '?'}>" for step in loop.steps)
        table.add_row(
            str(number),
            loop.kind,
            escape(around),
            months(loop.delay_low, loop.delay_high).removesuffix(" months") + (" (delayed)" if loop.delayed else ""),
            confidence_word(loop.confidence),
            f"{loop.sourced} of {len(loop.links)}",
            ", ".join(loop.silos),
        )
    out = console()
    out.print()
    out.print(table, markup=False)

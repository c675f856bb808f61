"""What `ask reach` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method, table_of

if TYPE_CHECKING:
    from graph.results import ReachAnswer


def print_reach(answer: ReachAnswer) -> None:
    """The answer as text, then every end that is reached as a table, strongest first."""
    from rich.markup import escape

    from graph.telling import months

    out = console()
    out.print(answer.text, markup=False)
    if answer.items:
        table = table_of("By the strongest route", "#", "what", "tier", "silo", "which way", "agreement", "months", "best route")
        for number, item in enumerate(answer.items, 1):
            route = " ".join([item.best.steps[0].start_label, *(f"{step.sign or ''}> {step.end_label}" for step in item.best.steps)])
            table.add_row(
                str(number),
                escape(item.label),
                item.tier or "",
                item.silo,
                f"{item.sign} {item.worth}".strip(),
                item.standing,
                months(item.best.delay_low, item.best.delay_high).removesuffix(" months"),
                escape(route),
            )
        out.print()
        out.print(table, markup=False)
    out.print()
    print_method(answer.terms)

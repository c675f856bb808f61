"""What `caremap ask whatif` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method, table_of

if TYPE_CHECKING:
    from graph.results import WhatIfAnswer


def print_whatif(answer: WhatIfAnswer) -> None:
    """The answer as text, then what moves as a table, furthest first, with what the draws say of it."""
    from rich.markup import escape

    out = console()
    out.print(answer.text, markup=False)
    if answer.moved:
        bands = {band.id: band for band in answer.draws.bands} if answer.draws else {}
        table = table_of("Furthest first", "#", "moves", "factor", "worth", "tier", "silo", *(("rises in", "falls in") if bands else ()))
        for number, each in enumerate(answer.moved, 1):
            drawn = bands.get(each.id)
            shares = (f"{drawn.rise:.0%}", f"{drawn.fall:.0%}") if drawn else ("-", "-")
            words = (str(number), "up" if each.difference > 0 else "down", escape(each.label), each.worth, each.tier or "", each.silo)
            table.add_row(*words, *(shares if bands else ()))
        out.print()
        out.print(table, markup=False)
        if answer.moved_count > len(answer.moved):
            out.print(f"... and {answer.moved_count - len(answer.moved)} more; --top lists more, --json all.", markup=False)
    out.print()
    print_method(answer.terms)

"""What `caremap ask money` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method

if TYPE_CHECKING:
    from rich.console import Console

    from graph.results import MoneyAnswer


def print_money(answer: MoneyAnswer) -> None:
    """The answer as text, then the ledger as a table."""
    out = console()
    out.print(answer.text, markup=False)
    if answer.followed is None and answer.gains is None:
        _print_ledger(out, answer)
    out.print()
    print_method(answer.terms)


def _print_ledger(out: Console, answer: MoneyAnswer) -> None:
    from rich.markup import escape
    from rich.table import Table

    from graph.results.money import shown

    if not answer.ledger:
        return
    table = Table(title="Ledger; --json has the exact pence", title_justify="left", box=None, pad_edge=False)
    table.add_column("year")
    table.add_column("body", overflow="fold")
    for heading in ("in", "own revenue", "out", "spent at last", "unexplained"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for entry in answer.ledger:
        sums = (entry.transfers_in, entry.own_revenue, entry.transfers_out, entry.final_spend, entry.remainder)
        note = "origin" if entry.is_origin else "within rounding" if entry.within_rounding else ""
        table.add_row(entry.year, escape(entry.body), *(shown(pence) if pence else "-" for pence in sums), note)
    out.print()
    out.print(table)

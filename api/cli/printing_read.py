"""What `caremap ask read` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method, table_of

if TYPE_CHECKING:
    from graph.results import FirstAnswer, ReadAnswer
    from graph.results.read import NodeReading

NEAR_SHOWN = 12


def print_read(answer: ReadAnswer) -> None:
    """The reading as text, then the nodes between most others as a table, with their influence beside."""
    from rich.markup import escape

    out = console()
    out.print(answer.text, markup=False)
    for node in answer.nodes:
        _print_node(node)
    table = table_of("Between most others first", "node", "role", "in", "out", "balance", "between", "influence on the moment", "community")
    ranked = sorted(answer.readings, key=lambda reading: (-reading.betweenness, reading.id))[: answer.listed]
    for reading in ranked:
        table.add_row(
            escape(reading.label),
            reading.role,
            str(reading.into),
            str(reading.out),
            "" if reading.balance is None else f"{reading.balance:+.2f}",
            f"{reading.betweenness:.0f}",
            _influence(reading.influence),
            "" if reading.community is None else str(reading.community),
        )
    out.print()
    out.print(table, markup=False)
    out.print()
    print_method(answer.terms)


def _influence(value: float | None) -> str:
    """Strengths are judged, so influence is shown in words."""
    if value is None:
        return ""
    if value == 0:
        return "none drawn"
    return "strong" if value >= 0.375 else "medium" if value >= 0.1 else "weak"


def _print_node(node: NodeReading) -> None:
    out = console()
    for heading, near in (("What it changes", node.downstream), ("What drives it", node.upstream)):
        shown = ", ".join(f"{each.id} ({each.links})" for each in near[:NEAR_SHOWN])
        rest = f" and {len(near) - NEAR_SHOWN} more" if len(near) > NEAR_SHOWN else ""
        out.print(f"  {heading}, links away: {shown}{rest or ''}" if near else f"  {heading}: nothing on the map.", markup=False)


def print_first(answer: FirstAnswer) -> None:
    """A named question: its text, what is listed beyond it, and how it was found."""
    out = console()
    out.print(answer.text, markup=False)
    told = [item for item in answer.items if item.text not in answer.text]
    for item in told:
        out.print(f"  {item.text}", markup=False)
    if answer.found > len(answer.items):
        out.print(f"  {answer.found - len(answer.items)} more; --top lists more.", markup=False)
    out.print()
    print_method(answer.terms)

"""What `ask silos` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method, table_of

if TYPE_CHECKING:
    from rich.table import Table

    from graph.results import SiloAnswer


PAIRS_SHOWN = 15


def print_silos(answer: SiloAnswer) -> None:
    """The answer as text, then where most links cross, the silos and who stands between them as tables."""
    out = console()
    out.print(answer.text, markup=False)
    for table in (_crossings(answer), _shares(answer), _brokers(answer)) if answer.silos else ():
        out.print()
        out.print(table, markup=False)
    out.print()
    print_method(answer.terms)


def _crossings(answer: SiloAnswer) -> Table:
    """The pairs of silos with most links from one to the other; --json has the whole matrix."""
    table = table_of("Where most links cross", "from", "to", "links", "on balance", "of unknown sign")
    pairs = [
        (-count, answer.silos[one].id, answer.silos[other].id, answer.matrix[one][other], answer.unknown[one][other])
        for one, row in enumerate(answer.counts)
        for other, count in enumerate(row)
        if one != other and count
    ]
    for count, one, other, net, unknown in sorted(pairs)[:PAIRS_SHOWN]:
        table.add_row(one, other, str(-count), "raises" if net > 0 else "lowers" if net < 0 else "neither", str(unknown or ""))
    return table


def _shares(answer: SiloAnswer) -> Table:
    table = table_of(
        "What each silo holds and reaches", "silo", "nodes", "decisions", "inside", "out", "in", "reach the moment", "of all outcomes"
    )
    for silo in answer.silos:
        exposure = f"{silo.exposure:.0%}" if silo.exposure is not None else ""
        reach = f"{silo.reach:.0%}" if silo.reach is not None else ""
        table.add_row(silo.id, *map(str, (silo.nodes, silo.decisions, silo.inside, silo.out, silo.into)), exposure, reach)
    return table


def _brokers(answer: SiloAnswer) -> Table:
    from rich.markup import escape

    table = table_of("In between", "what", "silo", "coordinator", "gatekeeper", "representative", "consultant", "liaison")
    for broker in answer.brokers:
        roles = (broker.coordinator, broker.gatekeeper, broker.representative, broker.consultant, broker.liaison)
        table.add_row(escape(broker.label), broker.silo, *map(str, roles))
    return table

"""`caremap ask`: one command a question, a few lines each over the service."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Asked, asks, several

ask_app = typer.Typer(help="Ask a question. Every question takes --store or --map, the filters, and --json.", no_args_is_help=True)


@ask_app.command()
@asks
def impact(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Where it starts: ids or labels, several with commas.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="What it is to reach: ids or labels, several with commas.")],
    asked: Asked,
) -> None:
    """What reaches TO from FROM: ranked paths with signs, delays, confidence and sources, and what they add up to."""
    from api.cli.printing import print_impact, print_json

    with asked.service() as service:
        snapshot = service.snapshot(asked.scope)
        answer = service.impact(snapshot.names_in(source), snapshot.names_in(target), asked.filters, scope=asked.scope)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_impact(answer)


@ask_app.command()
@asks
def litmus(
    asked: Asked,
    decisions: Annotated[list[str] | None, typer.Argument(metavar="[DECISION...]", help="Decisions to ask about; none: all.")] = None,
    on: Annotated[str, typer.Option("--on", metavar="ID", help="The factor to judge by.")] = "moment-of-interaction",
) -> None:
    """Does a decision make the moment of interaction better? It opens a conversation."""
    from api.cli.printing import print_json, print_litmus

    with asked.service() as service:
        answer = service.litmus(several(decisions), asked.filters, moment=on, scope=asked.scope)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_litmus(answer)

"""`caremap ask`: one command a question, a few lines each over the service."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Asked, asks, listing, only_one, several
from graph.scope import EPSILON, MOMENT, Scenario

ask_app = typer.Typer(help="Ask a question. Every question takes --store or --map, the filters, and --json.", no_args_is_help=True)


@ask_app.command()
@asks
def impact(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Where it starts: ids or labels, several with commas.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="What it is to reach: ids or labels, several with commas.")],
    asked: Asked,
    draws: Annotated[int, typer.Option(metavar="N", help="Try the sign of the net under N draws of the strengths.")] = 0,
    seed: Annotated[int, typer.Option(metavar="S", help="The seed of the draws.")] = 1,
) -> None:
    """What reaches TO from FROM: ranked paths with signs, delays, confidence and sources, and what they add up to."""
    from api.cli.printing import print_impact, print_json

    with asked.service() as service:
        ends = service.names_in(source, asked.scope), service.names_in(target, asked.scope)
        answer = service.impact(*ends, asked.filters, draws=draws, seed=seed, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_impact(answer)


@ask_app.command()
@asks
def litmus(
    asked: Asked,
    decisions: Annotated[list[str] | None, typer.Argument(metavar="[DECISION...]", help="Decisions to ask about; none: all.")] = None,
    on: Annotated[str, typer.Option("--on", metavar="ID", help="The factor to judge by.")] = MOMENT,
) -> None:
    """Does a decision make the moment of interaction better? It opens a conversation."""
    from api.cli.printing import print_json, print_litmus

    with asked.service() as service:
        answer = service.litmus(several(decisions), asked.filters, moment=on, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_litmus(answer)


@ask_app.command()
@asks
def loops(
    asked: Asked,
    through: Annotated[str | None, typer.Option("--through", metavar="ID", help="Only loops through this node.")] = None,
    independent: Annotated[
        bool, typer.Option("--independent", help="Add a few short loops that all others are made of, for maps with thousands.")
    ] = False,
) -> None:
    """Which effects come back to where they began: reinforcing, balancing and undetermined loops, ranked in each part of the map."""
    from api.cli.printing import print_json
    from api.cli.printing_loops import print_loops

    with asked.service() as service:
        answer = service.loops(through, asked.filters, independent=independent, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_loops(answer)


@ask_app.command()
@asks
def whatif(
    asked: Asked,
    held: Annotated[list[str] | None, typer.Option("--set", metavar="ID=VALUE", help="Hold nodes at a value in the scenario.")] = None,
    driver: Annotated[list[str] | None, typer.Option(metavar="ID", help="Hold nodes at 1 in both runs, to compare changed links.")] = None,
    start: Annotated[list[str] | None, typer.Option(metavar="ID=VALUE", help="Where both runs begin; 0 if not said.")] = None,
    rule: Annotated[str | None, typer.Option(metavar="tanh|kosko|modified|rescaled", help="The rule; tanh if not said.")] = None,
    transfer: Annotated[
        str | None, typer.Option(metavar="tanh|sigmoid|step", help="What the literature's rules put the sum through.")
    ] = None,
    steepness: Annotated[
        float | None, typer.Option("--lambda", metavar="X", help="How steep; by the map's own bound with tanh, else 1.")
    ] = None,
    epsilon: Annotated[float, typer.Option(metavar="E", help="At rest where no value moves by more.")] = EPSILON,
    months: Annotated[int, typer.Option(metavar="N", help="Add a course of N months, with delays.")] = 0,
    draws: Annotated[int, typer.Option(metavar="N", help="Add N runs with strengths drawn by confidence.")] = 0,
    seed: Annotated[int, typer.Option(metavar="S", help="The seed of the draws.")] = 1,
    trace: Annotated[int, typer.Option(metavar="N", help="Add the scenario's first N updates.")] = 0,
) -> None:
    """What if something is held, cut, strengthened or switched on: where the map comes to rest, against where it does without."""
    from api.cli.options import values_of
    from api.cli.printing import print_json
    from api.cli.printing_whatif import print_whatif

    scenario = Scenario(
        held=values_of("--set", held),
        drivers=several(driver),
        start=values_of("--start", start),
        rule=rule,
        transfer=transfer,
        steepness=steepness,
        epsilon=epsilon,
        months=months,
        draws=draws,
        seed=seed,
        trace=trace,
    )
    with asked.service() as service:
        answer = service.whatif(scenario, asked.filters, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_whatif(answer)


@ask_app.command()
@listing(top=20)
def gaps(
    asked: Asked,
    decisions: Annotated[list[str] | None, typer.Argument(metavar="[DECISION...]", help="Decisions to ask about; none: all.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="ID", help="The factor to score by; the moment of interaction if not said.")
    ] = None,
    unrecorded: Annotated[bool, typer.Option("--unrecorded", help="Also list what nobody records, which is not missing.")] = False,
) -> None:
    """What decisions move and never hear of: nobody sees it, not passed on, heard and not acted on, too late, went elsewhere."""
    from api.cli.printing import print_json
    from api.cli.printing_gaps import print_gaps

    with asked.service() as service:
        answer = service.gaps(several(decisions), asked.filters, moment=on, unrecorded=unrecorded, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_gaps(answer)


@ask_app.command()
@asks
def compare(
    asked: Asked,
    a: Annotated[str, typer.Argument(metavar="[A]", help="A file, revision, date or branch; or `current`.")] = "current",
    b: Annotated[str, typer.Argument(metavar="[B]", help="The same, compared with A; or `proposed`.")] = "proposed",
    source: Annotated[list[str] | None, typer.Option("--from", metavar="ID", help="Compare the routes that begin here.")] = None,
    target: Annotated[list[str] | None, typer.Option("--to", metavar="ID", help="With --from: where these routes end.")] = None,
    on: Annotated[str, typer.Option("--on", metavar="ID", help="The factor to judge by.")] = MOMENT,
) -> None:
    """B minus A: what was added, removed and changed, and what follows: verdicts, loops, missing feedback, hand-offs, pounds."""
    from api.cli.printing import print_json
    from api.cli.printing_compare import print_compare
    from api.cli.sides import compared

    with compared(asked, a, b) as (service, left, right):
        ends = several(source), several(target)
        answer = service.compare(
            left, right, asked.filters, sources=ends[0], targets=ends[1], moment=on, scope=asked.scope, stop=asked.stop
        )
        if asked.json:
            print_json(answer.to_json())
        else:
            print_compare(answer)


@ask_app.command()
@listing(top=1000)
def reach(
    name: Annotated[str, typer.Argument(metavar="ID", help="A decision, or with --direction up an outcome.")],
    asked: Asked,
    direction: Annotated[str, typer.Option(metavar="down|up", help="What it reaches, or which decisions reach it.")] = "down",
) -> None:
    """Every outcome that one decision reaches, by tier and silo: which way, how soon, by which best path. Or who reaches an outcome."""
    from api.cli.printing import print_json
    from api.cli.printing_reach import print_reach

    with asked.service() as service:
        answer = service.reach(name, asked.filters, direction=direction, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_reach(answer)


@ask_app.command()
@asks
def silos(
    asked: Asked,
    on: Annotated[
        str | None, typer.Option("--on", metavar="ID", help="The factor to be reached; the moment of interaction if not said.")
    ] = None,
    draws: Annotated[int, typer.Option("--null", metavar="N", help="Deal the silos out at random N times to compare; 0: do not.")] = 200,
    seed: Annotated[int, typer.Option(metavar="S", help="The seed of those deals.")] = 1,
) -> None:
    """Where influence crosses from silo to silo, who stands between, and whether it is organised as the silos are."""
    from api.cli.printing import print_json
    from api.cli.printing_silos import print_silos

    with asked.service() as service:
        answer = service.silos(asked.filters, moment=on, draws=draws, seed=seed, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_silos(answer)


@ask_app.command()
@asks
def read(
    asked: Asked,
    node: Annotated[
        list[str] | None, typer.Option("--node", metavar="ID", help="What it changes and what drives it; two: what lies between them.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="ID", help="The factor at the top; the moment of interaction if not said.")
    ] = None,
    question: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Ask this instead, of one --node or of all: works, sight, duties, pays-for, see-first, future or life."
        ),
    ] = None,
) -> None:
    """How to read the map: drivers, receivers, what hangs together, how far each decision is from the person, and named nodes."""
    from api.cli.printing import print_json
    from api.cli.printing_read import print_first, print_read

    with asked.service() as service:
        snapshot = service.snapshot(asked.scope)
        names = [name for text in node or () for name in snapshot.names_in(text)]
        if question is not None:
            first = service.first(question, only_one(names), asked.filters, moment=on, scope=asked.scope, stop=asked.stop)
            print_json(first.to_json()) if asked.json else print_first(first)
            return
        answer = service.read(names, asked.filters, moment=on, scope=asked.scope, stop=asked.stop)
        if asked.json:
            print_json(answer.to_json())
        else:
            print_read(answer)


@ask_app.command()
@asks
def money(
    asked: Asked,
    body: Annotated[str | None, typer.Argument(metavar="[BODY]", help="Whose ledger; all if not said.")] = None,
    year: Annotated[str | None, typer.Option(metavar="Y", help="The year, such as 2024-25; all if not said.")] = None,
    follow: Annotated[str | None, typer.Option(metavar="BODY=POUNDS", help="Follow a sum through one year's flows.")] = None,
    direction: Annotated[str, typer.Option(metavar="forward|back", help="To where it ends, or to where it began.")] = "forward",
    gains: Annotated[bool, typer.Option("--gains", help="Add who pays against who gains, silo by silo.")] = False,
) -> None:
    """Where the money comes from, where it goes, what it is paid for, and who pays against who gains. Exact to the penny."""
    from api.cli.options import sum_of
    from api.cli.printing import print_json
    from api.cli.printing_money import print_money

    wish = None if follow is None else sum_of("--follow", follow)
    with asked.service() as service:
        answer = service.money(
            body, asked.filters, year=year, follow=wish, direction=direction, gains=gains, scope=asked.scope, stop=asked.stop
        )
        if asked.json:
            print_json(answer.to_json())
        else:
            print_money(answer)

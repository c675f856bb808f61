"""The commands. `caremap ask` has a file of its own."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.ask import ask_app
from api.cli.instance import instance
from api.cli.options import Asked, HeldLinks, Json, Store, asks, opened, several, show_what_stores_say
from api.cli.synth import synth
from schema.errors import EXIT_BAD_INPUT, BadInput
from schema.records import BASE_LAYER

app = typer.Typer(
    name="caremap",
    help="A system map of adult social care: what a decision reaches, by which paths, how soon, how sure, on whose evidence.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 answered, 2 usage, 3 bad input, 4 store.",
)
app.add_typer(ask_app, name="ask")
app.command()(instance)
app.command()(synth)

By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who makes the change; your user name if not said.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why the change is made.")]
FormatName = Annotated[str | None, typer.Option("--format", metavar="F", help="The format, where the file's name does not tell it.")]


@app.command()
def serve(
    store: Store = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="The port to listen at; 0 takes a free one.", min=0, max=65535)] = 8765,
    held_links: HeldLinks = None,
) -> None:
    """Answer questions and draw the map in a browser. Without --store, the shipped map in your own data folder."""
    import os

    from api.app import create_app
    from api.asgi import run_server
    from api.settings import Settings

    settings = Settings.from_environ(os.environ, host=host, port=port, held_links=held_links)
    with opened(store, held_links=settings.held_links) as service:

        def ready(address: str) -> None:
            typer.echo(f"caremap is at {address} (stop it with Ctrl+C). The map is in {service.url}.")

        run_server(create_app(service, settings), host=host, port=port, ready=ready)


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Maps in any readable format.", readable=False)],
    store: Store = None,
    replace: Annotated[bool, typer.Option("--replace", help="Also remove what the files lack.")] = False,
    layer: Annotated[str, typer.Option(metavar="NAME", help="Keep it in a layer over the map, such as a local map.")] = BASE_LAYER,
    format_name: FormatName = None,
    by: By = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Add maps to a store, or change it by them, by id: all files in one change, all or none."""
    from api.cli.printing import print_json, print_problems
    from loaders.files import read_rows
    from schema.errors import InvalidMap
    from schema.validation import check_rows

    with opened(store) as service:
        met = service.met_by(layer)
        now = service.snapshot(met).map
        known = {} if replace else {node.id: node.kind for node in now.nodes}
        checked = check_rows(read_rows(files, format_name, known), known, () if replace else now.source_of)
        if checked.system_map is None:
            raise InvalidMap(checked.problems)
        before = service.head()
        names = ", ".join(file.name for file in files)
        revision = service.load(checked.system_map, by=by or getpass.getuser(), why=why or f"load {names}", replace=replace, layer=layer)
        counts = {
            "nodes": len(checked.system_map.nodes),
            "links": len(checked.system_map.links),
            "sources": len(checked.system_map.sources),
        }
        if as_json:
            print_json({"revision": revision, "changed": revision != before, **counts, "files": [str(file) for file in files]})
            return
        print_problems(checked.problems)
        did = f"revision {revision}" if revision != before else f"nothing new, still revision {revision}"
        typer.echo(f"Loaded {names}: {counts['nodes']} nodes, {counts['links']} links, {counts['sources']} sources; {did}.")


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Maps to check; none: the shipped content.", readable=False)
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show which claims of the two documents are on the map.")] = False,
    format_name: FormatName = None,
    as_json: Json = False,
) -> None:
    """Check maps and list every problem with its place. Exit code 3 where there is an error."""
    from api.cli.printing import print_coverage, print_json, print_reports, report_json
    from loaders.files import check_files, check_shipped

    if coverage:
        print_coverage(list(files or ()), as_json=as_json)
        return
    reports = check_files(list(files), format_name) if files else check_shipped()
    if as_json:
        print_json({"files": [report_json(report) for report in reports]})
    else:
        print_reports(reports)
    if not all(report.is_good for report in reports):
        raise typer.Exit(EXIT_BAD_INPUT)


@app.command()
@asks
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
    asked: Asked,
    format_name: FormatName = None,
    source: Annotated[list[str] | None, typer.Option("--from", metavar="ID", help="Export around these nodes only.")] = None,
    target: Annotated[
        list[str] | None, typer.Option("--to", metavar="ID", help="With --from: every link on a path between the two.")
    ] = None,
    hops: Annotated[int, typer.Option(metavar="N", help="With --from: within so many links.", min=0)] = 1,
    direction: Annotated[str, typer.Option(metavar="up|down|both", help="With --from: against the links, along them, or both.")] = "both",
) -> None:
    """Write the map, or a part of it, in any format that caremap writes."""
    from api.cli.parts import part_of
    from api.cli.printing import print_json
    from loaders.files import save_map

    with asked.service() as service:
        part = part_of(service, asked, several(source), several(target), hops, direction)
        save_map(part, out, format_name)
    if asked.json:
        print_json({"file": str(out), "nodes": len(part.nodes), "links": len(part.links), "sources": len(part.sources)})
    else:
        typer.echo(f"Wrote {out}: {len(part.nodes)} nodes, {len(part.links)} links, {len(part.sources)} sources.")


@app.command()
@asks
def draw(
    out: Annotated[Path, typer.Argument(metavar="OUT.html", help="The page to write: one file that needs no network.")],
    asked: Asked,
    source: Annotated[list[str] | None, typer.Option("--from", metavar="ID", help="Show what these reach, or with --to the paths.")] = None,
    target: Annotated[list[str] | None, typer.Option("--to", metavar="ID", help="With --from: draw the paths between the two.")] = None,
    hops: Annotated[int, typer.Option(metavar="N", help="With --from alone: within so many links.", min=0)] = 2,
    direction: Annotated[
        str, typer.Option(metavar="up|down|both", help="With --from alone: against the links, along them, or both.")
    ] = "both",
    title: Annotated[str, typer.Option(metavar="TEXT", help="The heading of the page.")] = "",
) -> None:
    """Draw the map as one self-contained page."""
    from api.cli.parts import page_of
    from api.cli.printing import print_json
    from loaders.files import write_whole

    with asked.service() as service:
        page = page_of(service, asked, several(source), several(target), hops, direction, title)
        write_whole(out, page.encode())
    if asked.json:
        print_json({"file": str(out), "bytes": len(page.encode())})
    else:
        typer.echo(f"Drew {out} ({len(page.encode()) / 1e6:.1f} MB). Open it in a browser; it needs no network.")


@app.command()
def history(
    store: Store = None,
    top: Annotated[int, typer.Option(metavar="N", help="How many changes to list.", min=1)] = 20,
    branch: Annotated[str, typer.Option(metavar="NAME", help="The branch.")] = "main",
    as_json: Json = False,
) -> None:
    """List the latest changes: who, when, why, and how much."""
    from api.cli.printing import print_history

    with opened(store, make=False) as service:
        print_history(service.history(branch=branch, most=top), as_json=as_json)


@app.command()
def undo(
    revision: Annotated[int | None, typer.Argument(metavar="[REVISION]", help="The change to take back; the newest if not said.")] = None,
    store: Store = None,
    by: By = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Take back a change. The history keeps both, so an undo can be undone."""
    from api.cli.printing import print_json

    if revision is not None and revision < 1:
        raise BadInput(f"Revision {revision}: revisions count from 1; `caremap history` lists them.")
    with opened(store, make=False) as service:
        taken = revision if revision is not None else service.store.head()
        now = service.undo(revision, by=by or getpass.getuser(), why=why)
        if as_json:
            print_json({"undone": taken, "revision": now})
        else:
            typer.echo(f"Took back revision {taken}; the map is at revision {now}.")


@app.command()
def copy(
    origin: Annotated[str, typer.Argument(metavar="FROM_URL", help="The store to copy: sqlite:///path, neo4j://host, bolt://host.")],
    target: Annotated[str, typer.Argument(metavar="TO_URL", help="An empty store, or one that holds the beginning of the same history.")],
    as_json: Json = False,
) -> None:
    """Copy a store into another, history included, and compare both. A copy that was interrupted goes on where it stopped."""
    from api.cli.printing import print_json
    from api.wiring import copied

    show_what_stores_say()
    found = copied(origin, target, lambda step: typer.echo(f"{step.done} of {step.total}: {step.doing}", err=True))
    parts = [
        {
            "branch": part.branch,
            "layer": part.layer,
            "nodes": part.nodes,
            "links": part.links,
            "sources": part.sources,
            "digest": part.digest,
        }
        for part in found.parts
    ]
    if as_json:
        print_json({"revisions": found.revisions, "resumed_at": found.resumed_at, "notes": found.notes, "parts": parts})
        return
    typer.echo(f"Copied {found.revisions} revisions ({found.resumed_at} were there); both stores hold the same map:")
    for part in found.parts:
        size = f"{part.nodes} nodes, {part.links} links, {part.sources} sources"
        typer.echo(f"  {part.branch}/{part.layer}: {size}, digest {part.digest[:16]}")

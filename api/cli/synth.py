"""`caremap synth`: an invented map of any size, for trying out scale."""

from __future__ import annotations

import getpass
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Json, opened
from schema.errors import BadInput

if TYPE_CHECKING:
    from schema.system_map import SystemMap


def synth(
    out: Annotated[Path | None, typer.Argument(metavar="[OUT]", help="The file to write, its format by its ending.")] = None,
    scale: Annotated[str, typer.Option(metavar="national|region|workshop", help="How much of the country.")] = "workshop",
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same map.", min=0)] = 1,
    store: Annotated[str | None, typer.Option("--store", metavar="URL", help="Keep it in this store, which must be empty.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", metavar="F", help="The format, where the file's name does not tell it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an invented map shaped like the real counts. Everything on it says that it is synthetic."""
    from api.cli.printing import print_json
    from loaders.files import save_map
    from loaders.local.register import register
    from loaders.synth.generator import synthetic_map
    from loaders.synth.shape import Scale

    if out is None and store is None:
        raise BadInput("Name a file to write, or a store with --store.")
    try:
        wanted = Scale(scale)
    except ValueError:
        raise BadInput(f"--scale {scale}: must be {', '.join(Scale)}.") from None
    began = time.perf_counter()
    made = synthetic_map(wanted, seed, register())
    seconds = time.perf_counter() - began
    if out is not None:
        save_map(made, out, format_name)
    if store is not None:
        _keep(made, store)
    where = [str(place) for place in (out, store) if place is not None]
    if as_json:
        counts = {"nodes": len(made.nodes), "links": len(made.links), "sources": len(made.sources)}
        print_json({"title": made.title, "synthetic": True, "scale": scale, "seed": seed, "written": where, **counts})
        return
    typer.echo(f"{made.title}: {len(made.nodes):,} nodes, {len(made.links):,} links in {seconds:.1f} s; written to {' and '.join(where)}.")


def _keep(made: SystemMap, store: str) -> None:
    with opened(store) as service:
        if service.head():
            raise BadInput(
                f"{service.url} holds a map already. An invented map goes into an empty store, so that nobody takes it for evidence."
            )
        service.load(made, by=getpass.getuser(), why=made.title)

"""The options that commands share, declared once: where the map comes from, and the filters of every question."""

from __future__ import annotations

import csv
import functools
import inspect
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graph.scope import MAX_LINKS, MAX_PATHS, TOP, Filters, Scope
from schema.errors import BadInput
from schema.kinds import LinkKind
from schema.records import BASE_LAYER, MAIN_BRANCH
from schema.values import Refused, decode_confidence, decode_sign

if TYPE_CHECKING:
    from graph.service import MapService

ASKING = "The map"
FILTERS = "Filters"


def several(values: Sequence[str] | None) -> tuple[str, ...]:
    """The parts of options that may be given several times and hold commas; a part in double quotes may hold one itself."""
    rows = csv.reader(values or (), skipinitialspace=True)
    return tuple(part.strip() for row in rows for part in row if part.strip())


def only_one(names: Sequence[str]) -> str | None:
    """The one node that a named question is about; None where none is said. Raises BadInput for more."""
    if len(names) > 1:
        raise BadInput(f"--question is asked about one node, not {len(names)}: {', '.join(names)}. Ask once for each.")
    return names[0] if names else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the shared options of a question say."""

    store: str | None
    map: str | None
    branch: str
    layers: tuple[str, ...]
    revision: int | None
    filters: Filters
    json: bool
    held_links: int | None = None
    deadline: float | None = None

    @property
    def stop(self) -> Callable[[], bool] | None:
        """Whether the time of `--deadline` is over; None without one. The clock starts when the question first looks at it, with
        the map read."""
        if self.deadline is None:
            return None
        seconds, now = self.deadline, time.monotonic
        until: list[float] = []

        def is_over() -> bool:
            if not until:
                until.append(now() + seconds)
            return now() > until[0]

        return is_over

    @property
    def scope(self) -> Scope:
        return Scope(branch=self.branch, layers=(BASE_LAYER, *self.layers), revision=self.revision)

    @contextmanager
    def service(self) -> Iterator[MapService]:
        """The service on the map that the options name; closed at the end."""
        with opened(self.store, self.map, make=False, held_links=self.held_links) as service:
            yield service


@contextmanager
def opened(store: str | None, map_name: str | None = None, *, make: bool = True, held_links: int | None = None) -> Iterator[MapService]:
    """The service on a store or a file; what was done to have it goes to stderr. `held_links` is how many links of a map may be
    held; None: what the environment says."""
    import os

    from api.settings import Settings
    from api.wiring import open_service

    if store is not None and map_name is not None:
        raise BadInput("--store and --map are two places for one map; give one of them.")
    show_what_stores_say()
    found = open_service(store, map_name, make=make, held_links=held_links or Settings.held_links_from(os.environ))
    try:
        for note in found.notes:
            typer.echo(note, err=True)
        yield found.service
    finally:
        found.service.close()


def show_what_stores_say() -> None:
    """What a store says to whoever waits for it goes to stderr from now on, a line each."""
    import logging

    class ToStderr(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            typer.echo(record.getMessage(), err=True)

    told = logging.getLogger("caremap.store")
    if not told.handlers:
        told.addHandler(ToStderr())


def day(text: str | None) -> date | None:
    """The day of `--as-of`: today where nothing is said, None for `any`."""
    from datetime import datetime

    if text is None:
        return datetime.now().astimezone().date()
    if text.strip().lower() == "any":
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"--as-of {text}: must be a day such as 2022-06-01, or `any`.") from None


def _kinds(words: Sequence[str]) -> frozenset[LinkKind] | None:
    if not words:
        return None
    known = {str(kind) for kind in LinkKind}
    strange = [word for word in words if word.replace("-", "_") not in known]
    if strange:
        raise BadInput(f"--kind {', '.join(strange)}: is no kind of link; known are {', '.join(LinkKind)}.")
    return frozenset(LinkKind(word.replace("-", "_")) for word in words)


def _weights(pairs: Sequence[str]) -> dict[str, float]:
    weights = {}
    for pair in pairs:
        name, equals, number = pair.rpartition("=")
        try:
            weights[name] = float(number)
        except ValueError:
            equals = ""
        if not equals or not name:
            raise BadInput(f"--assume {pair}: must be LINK=WEIGHT, such as visas-to-recruits=-0.3.")
    return weights


def values_of(option: str, pairs: Sequence[str] | None) -> dict[str, float]:
    """The values of `ID=VALUE` options; several may stand in one, with commas, where each part is one."""
    values: dict[str, float] = {}
    for pair in pairs or ():
        parts = pair.split(",")
        for part in parts if all("=" in each for each in parts) else [pair]:
            name, equals, number = part.rpartition("=")
            try:
                values[name.strip()] = float(number)
            except ValueError:
                equals = ""
            if not equals or not name.strip() or not math.isfinite(values.get(name.strip(), 0.0)):
                raise BadInput(f"{option} {part}: must be ID=VALUE, such as fee-paid=0.5.")
    return values


def sum_of(option: str, pair: str) -> tuple[str, int]:
    """The body and the exact pence of a `BODY=POUNDS` option. Raises BadInput for what is no sum or finer than a penny."""
    from decimal import Decimal, InvalidOperation

    name, equals, number = pair.rpartition("=")
    pence = Decimal(0)
    try:
        pence = Decimal(number.strip().lstrip("£").replace(",", "")) * 100
        exact = pence.is_finite() and pence == pence.to_integral_value() and abs(pence) < 10**18
    except InvalidOperation:
        exact = False
    if not equals or not name.strip() or not exact:
        raise BadInput(f"{option} {pair}: must be BODY=POUNDS, to the penny, such as hm-treasury=1000000.")
    return name.strip(), int(pence)


def _decoded(option: str, decode: Callable[[object], Any], text: str | None) -> Any:
    if text is None:
        return None
    try:
        return decode(text)
    except Refused as refusal:
        raise BadInput(f"{option} {text}: {refusal}.") from None


Store = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="Ask this store instead of the default one.", rich_help_panel=ASKING)
]
Map = Annotated[
    str | None,
    typer.Option("--map", metavar="FILE", help="Ask this file; `shipped` is the map that comes with caremap.", rich_help_panel=ASKING),
]
HeldLinks = Annotated[
    int | None,
    typer.Option(
        "--held-links",
        metavar="N",
        help="Hold at most N links of a map in memory; of a larger one in Neo4j, the part that a question looks at.",
        min=1,
        rich_help_panel=ASKING,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]


def _question_options(
    store: Store = None,
    map_name: Map = None,
    branch: Annotated[str, typer.Option(metavar="NAME", help="Ask a branch of the store.", rich_help_panel=ASKING)] = MAIN_BRANCH,
    layer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Lay a layer over the map, such as a local map; the last lies on top.", rich_help_panel=ASKING),
    ] = None,
    revision: Annotated[int | None, typer.Option(metavar="N", help="Ask the map as it was at a revision.", rich_help_panel=ASKING)] = None,
    held_links: HeldLinks = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DAY|any", help="The day on which things must stand; today if not said.", rich_help_panel=FILTERS)
    ] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="Count what is only proposed.", rich_help_panel=FILTERS)] = False,
    kind: Annotated[list[str] | None, typer.Option(metavar="KIND", help="Count only these kinds of link.", rich_help_panel=FILTERS)] = None,
    min_confidence: Annotated[
        str | None, typer.Option(metavar="0-1|WORD", help="Count only links at least so sure.", rich_help_panel=FILTERS)
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(metavar="MARK|BASIS", help="Count only links with such a claim: V, V2, D, study, ...", rich_help_panel=FILTERS),
    ] = None,
    avoid: Annotated[list[str] | None, typer.Option(metavar="ID", help="Nodes that no path visits.", rich_help_panel=FILTERS)] = None,
    require: Annotated[list[str] | None, typer.Option(metavar="ID", help="Nodes that every path visits.", rich_help_panel=FILTERS)] = None,
    avoid_silo: Annotated[
        list[str] | None, typer.Option(metavar="SILO", help="Silos that no path visits.", rich_help_panel=FILTERS)
    ] = None,
    max_delay: Annotated[
        float | None, typer.Option(metavar="MONTHS", help="Paths that take at most so long.", rich_help_panel=FILTERS)
    ] = None,
    sign: Annotated[str | None, typer.Option(metavar="+|-|?", help="Paths of this sign.", rich_help_panel=FILTERS)] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="LINK", help="Leave links out for this question.", rich_help_panel=FILTERS)
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="LINK=W", help="Give links another weight for this question.", rich_help_panel=FILTERS)
    ] = None,
    max_links: Annotated[int, typer.Option(metavar="N", help="The longest path; 0 is unlimited.", rich_help_panel=FILTERS)] = MAX_LINKS,
    top: Annotated[int, typer.Option(metavar="N", help="How many to list.", rich_help_panel=FILTERS)] = TOP,
    max_paths: Annotated[int, typer.Option(metavar="N", help="How many paths to count at most.", rich_help_panel=FILTERS)] = MAX_PATHS,
    deadline: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Answer after so long with what there is, marked incomplete.", rich_help_panel=FILTERS),
    ] = None,
    as_json: Json = False,
) -> Asked:
    if deadline is not None and not deadline > 0:
        raise BadInput(f"--deadline {deadline:g}: must be more than 0 seconds.")
    filters = Filters(
        as_of=day(as_of),
        proposals=proposed,
        kinds=_kinds(several(kind)),
        min_confidence=_decoded("--min-confidence", decode_confidence, min_confidence) or 0.0,
        evidence=several(evidence) or None,
        avoid=several(avoid),
        require=several(require),
        avoid_silos=several(avoid_silo),
        max_delay=max_delay,
        sign=_decoded("--sign", decode_sign, sign),
        without=several(without),
        assume=_weights(several(assume)),
        max_links=max_links,
        top=top,
        max_paths=max_paths,
    )
    layers = tuple(name for name in dict.fromkeys(several(layer)) if name != BASE_LAYER)
    return Asked(
        store=store,
        map=map_name,
        branch=branch,
        layers=layers,
        revision=revision,
        filters=filters,
        json=as_json,
        held_links=held_links,
        deadline=deadline,
    )


def listing(top: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`asks` for a question that lists another number than the rest unless it is told."""

    def made(command: Callable[..., None]) -> Callable[..., None]:
        asked = asks(command)
        signature = inspect.signature(asked)
        ours = [each.replace(default=top) if each.name == "top" else each for each in signature.parameters.values()]
        asked.__signature__ = signature.replace(parameters=ours)  # type: ignore[attr-defined]
        return asked

    return made


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose last parameter, `asked`, is filled from the options that every question shares."""
    shared = inspect.signature(_question_options, eval_str=True).parameters
    own = [parameter for name, parameter in inspect.signature(command, eval_str=True).parameters.items() if name != "asked"]

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        asked = _question_options(**{name: values.pop(name) for name in shared})
        command(**values, asked=asked)

    options = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in shared.values()]
    mine = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    with_options.__signature__ = inspect.Signature([*mine, *options])  # type: ignore[attr-defined]
    with_options.__annotations__ = {parameter.name: parameter.annotation for parameter in [*mine, *options]}
    del with_options.__wrapped__
    return with_options

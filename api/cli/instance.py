"""`caremap instance`: the local map of one council, as a layer over the national map."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Json, Store, day, opened

if TYPE_CHECKING:
    from api.instances import Instance
    from loaders.local.register import BoardsOnADay, Council, Register

UNKNOWN = "not known here"
_FACTS = "The provider count is for England; of a single council neither providers nor locations are known here."


def instance(
    council: Annotated[
        str | None, typer.Argument(metavar="[COUNCIL]", help="A council with care duties, by name or code; none: list the local maps.")
    ] = None,
    store: Store = None,
    as_of: Annotated[str | None, typer.Option(metavar="DAY|any", help="The day for which its boards are shown; today if not said.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who makes it; your user name if not said.")] = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why it is made.")] = "",
    as_json: Json = False,
) -> None:
    """Make the local map of a council, as a layer over the national one; or list the local maps there are."""
    from api.cli.printing import print_json
    from api.instances import instances, make_instance
    from loaders.local.register import register

    facts, on = register(), day(as_of)
    wanted = facts.find(council) if council is not None else None
    with opened(store) as service:
        if wanted is None:
            listed = instances(service, facts)
            if as_json:
                print_json({"instances": [_brief(each) for each in listed]})
            else:
                _print_list(listed)
            return
        made = make_instance(service, wanted, facts, by=by or getpass.getuser(), why=why)
        national = service.snapshot().map
        card = _card(made, facts, on) | {"national": {"nodes": len(national.nodes), "links": len(national.links)}}
    if as_json:
        print_json(card)
    else:
        _print_card(made, facts, on, card)


def _brief(made: Instance) -> dict[str, Any]:
    council = made.council
    return {"layer": council.layer, "council": council.id, "name": council.official_name, "nodes": made.nodes, "links": made.links}


def _card(made: Instance, register: Register, on: date | None) -> dict[str, Any]:
    from loaders.local.register import COUNTED_ON, PROVIDERS_IN_ENGLAND

    council, boards = made.council, register.boards_on(made.council, on)
    return {
        "layer": council.layer,
        "council": {
            "id": council.id,
            "name": council.official_name,
            "code": council.code,
            "type": str(council.type),
            "region": council.region,
            "since": council.since,
        },
        "districts": [{"name": each.official_name, "code": each.code} for each in register.districts_of(council)],
        "boards": _boards(boards, on),
        "locations": {
            "region": council.region,
            "counted_on": COUNTED_ON,
            "in_region": dict(register.locations_in(council.region)),
            "in_council": None,
        },
        "providers": {"in_england": PROVIDERS_IN_ENGLAND, "in_council": None},
        "own": {"nodes": made.nodes, "links": made.links},
        "new": made.is_new,
        "changed": made.is_changed,
        "revision": made.revision,
        "conflicts": list(made.conflicts),
    }


def _boards(boards: BoardsOnADay, on: date | None) -> dict[str, Any]:
    return {
        "as_of": on.isoformat() if on else None,
        "known": [{"id": board.id, "name": board.name, "ods": board.ods} for board in boards.known],
        "possible": [{"id": board.id, "name": board.name, "ods": board.ods} for board in boards.possible],
        "note": boards.note,
    }


def _print_list(listed: tuple[Instance, ...]) -> None:
    if not listed:
        typer.echo("No local map in this store yet. Make one: caremap instance kent.")
    for each in listed:
        typer.echo(f"{each.council.layer}: {each.council.official_name}, {each.nodes} nodes and {each.links} links of its own.")


def _print_card(made: Instance, register: Register, on: date | None, card: dict[str, Any]) -> None:
    council, layer = made.council, made.council.layer
    did = "made" if made.is_new else "brought up to date" if made.is_changed else "as it was"
    national = card["national"]
    districts = [each.name for each in register.districts_of(council)]
    counts = ", ".join(f"{count:,} {service}" for service, count in card["locations"]["in_region"].items() if service != "any of these")
    lines = [
        f"{council.official_name} ({council.code}), {_with_article(council)} in {council.region}: local map {layer!r} {did}.",
        f"Districts: {', '.join(districts)}." if districts else "Districts: none; it is one council for everything.",
        f"Integrated care boards{f' on {on}' if on else ''}: {_said(register.boards_on(council, on))}.",
        f"Care locations in {council.region} on {card['locations']['counted_on']}: {counts}.",
        f"Care providers: near {card['providers']['in_england']:,}. {_FACTS}",
        f"Its own: {made.nodes} nodes, {made.links} links. By reference: {national['nodes']} nodes, {national['links']} links.",
        f"Ask it: caremap ask impact {council.id} moment-of-interaction --layer {layer}",
    ]
    if made.conflicts:
        lines.append(f"Left as they are, since people edited them and the facts changed too: {', '.join(made.conflicts)}.")
    for line in lines:
        typer.echo(line)


def _with_article(council: Council) -> str:
    return f"a {council.type}{'' if str(council.type).endswith(('borough', 'corporation')) else ' council'}"


def _said(boards: BoardsOnADay) -> str:
    parts = [", ".join(board.name for board in boards.known)] if boards.known else []
    if boards.possible:
        parts.append(
            f"perhaps also {', '.join(board.name for board in boards.possible)}" if parts else " or ".join(b.name for b in boards.possible)
        )
    if boards.note:
        parts.append(boards.note)
    return "; ".join(parts) or UNKNOWN

"""The curated content as YAML: `nodes`, `links` and `sources`, lists of objects with the fields of the map JSON.

`observations` is a fourth list: values of series, each with the id of its `factor`, which may be described in another file.
For editors' sake a link or claim may leave out its id, and money may be written in pounds (`gbp: 29.4bn`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from loaders.codec import decode_text, keeps_rules, link_objects, only_problem, shown, title_in
from loaders.plain_yaml import Lined, Unreadable, plain_value, read_yaml
from schema.errors import Problem
from schema.kinds import LinkKind
from schema.rows import MapRows, Row
from schema.system_map import SystemMap
from schema.wire import to_json

LISTS = ("nodes", "links", "sources", "observations")
_POUNDS = re.compile(r"(-?)£?([0-9][0-9,]*(?:\.[0-9]+)?)\s*(k|m|bn)?\Z")
_SCALE = {None: 1, "k": 10**3, "m": 10**6, "bn": 10**9}
_PENCE_OF_POUNDS = {"gbp": "pence", "low_gbp": "low_pence", "high_gbp": "high_pence"}


def decode(data: bytes, name: str) -> MapRows:
    """The rows of one YAML file; each place is the file and the line on which the object begins."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        return MapRows(problems=(text,))
    problems: list[Problem] = []
    try:
        whole = read_yaml(text, name, problems)
    except Unreadable as unreadable:
        return MapRows(problems=(*problems, unreadable.problem))
    if whole is None:
        return only_problem(name, "holds no content; give nodes:, links: or sources:")
    if not isinstance(whole, dict):
        return only_problem(f"{name}:1", f"must begin with {', '.join(f'{key}:' for key in LISTS)}, each a list")
    rows = {key: list(_rows(whole, key, name, problems)) for key in LISTS}
    known = f"a file holds {', '.join(LISTS)} and perhaps a title"
    problems += [
        Problem(place=name, field=key, message=f"no such list; {known}") for key in whole if key not in {*LISTS, "title", "foreign"}
    ]
    title = title_in(whole.get("title"), name, problems)
    return MapRows(**rows, problems=problems, title=title)


def _rows(whole: Mapping[str, Any], key: str, name: str, problems: list[Problem]) -> Iterator[Row]:
    items = whole.get(key)
    if items is None:
        return
    if not isinstance(items, list):
        problems.append(Problem(place=name, field=key, message="must be a list; begin each object with '- id: ...'"))
        return
    for number, item in enumerate(items):
        if not isinstance(item, Lined):
            problems.append(Problem(place=f"{name}, {key}[{number}]", message=f"must be an object with fields, not {shown(item)}"))
            continue
        place = f"{name}:{item.line}"
        yield Row(place=place, data=completed(item, key, place, problems), file=name, foreign=whole.get("foreign") is True)


def completed(item: Mapping[str, Any], key: str, place: str, problems: list[Problem]) -> dict[str, Any]:
    """The object with what an editor may leave out put in; problems with pounds are added."""
    made = dict(item)
    if key == "links":
        if made.get("id") is None and made.get("from") is not None and made.get("to") is not None:
            made["id"] = link_id(made)
        if isinstance(made.get("money"), Mapping):
            made["money"] = _in_pence(made["money"], f"{place}.money", problems)
    if isinstance(made.get("claims"), list) and made.get("id") is not None:
        made["claims"] = [_with_id(claim, f"{made['id']}#{number}") for number, claim in enumerate(made["claims"], 1)]
    return made


def _with_id(claim: Any, identifier: str) -> Any:
    return {"id": identifier, **claim} if isinstance(claim, Mapping) and claim.get("id") is None else claim


def link_id(link: Mapping[str, Any]) -> str:
    """The id of a link that has none: FROM.TO for influence; else FROM.KIND.TO with its instrument, period and signal."""
    start, end = str(link["from"]), str(link["to"])
    kind = str(link.get("kind") or LinkKind.INFLUENCES).strip().lower().replace(" ", "_").replace("-", "_")
    if kind == LinkKind.INFLUENCES:
        return f"{start}.{end}"
    apart = [_slug(str(link[name])) for name in ("instrument", "period", "carrying") if link.get(name) is not None]
    return ".".join([start, kind, end, *apart])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _in_pence(money: Mapping[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
    made = dict(money)
    for pounds, pence in _PENCE_OF_POUNDS.items():
        value = made.pop(pounds, None)
        if value is None:
            continue
        if made.get(pence) is not None:
            problems.append(Problem(place=place, field=pounds, message=f"give {pounds} or {pence}, not both"))
            continue
        try:
            made[pence] = pence_of(value)
        except ValueError as error:
            problems.append(Problem(place=place, field=pounds, message=str(error)))
            made[pence] = 0
    return made


def pence_of(pounds: object) -> int:
    """Exact pence of pounds such as 29.4bn, 940m, 12k, 254.06 or £1,250. Raises ValueError."""
    text = "" if isinstance(pounds, bool) else str(pounds).strip().lower()
    match = _POUNDS.match(text)
    if match is None:
        raise ValueError(f"must be pounds such as 29.4bn, 940m, 12k or 254.06, not {shown(pounds)}")
    try:
        pence = Decimal(match[1] + match[2].replace(",", "")) * _SCALE[match[3]] * 100
    except InvalidOperation:
        raise ValueError(f"has too many digits: {shown(pounds)}") from None
    if pence != int(pence):
        raise ValueError(f"must be whole pence: {shown(pounds)}")
    return int(pence)


def pieces(system_map: SystemMap) -> Iterator[bytes]:
    """The map as YAML, a record at a time, in the map's order."""
    if system_map.title:
        yield _dumped({"title": system_map.title})
    if not keeps_rules(system_map):
        yield b"foreign: true\n"
    records: tuple[tuple[str, Iterable[Any]], ...] = (
        ("sources", map(to_json, system_map.sources)),
        ("nodes", map(to_json, system_map.nodes)),
        ("links", link_objects(system_map)),
    )
    if not (system_map.title or system_map.sources or system_map.nodes):
        yield b"nodes: []\n"
    for key, items in records:
        for number, record in enumerate(items):
            if number == 0:
                yield f"{key}:\n".encode()
            yield _dumped([record])


def _dumped(value: Any) -> bytes:
    import yaml

    made: bytes = yaml.dump(
        value, Dumper=_dumper(), allow_unicode=True, sort_keys=False, default_flow_style=False, width=140, encoding="utf-8"
    )
    return made


_DUMPERS: list[Any] = []


def _dumper() -> Any:
    """The class that writes what `plain_yaml` reads back as the same value, and that no other reader takes for something else."""
    if not _DUMPERS:
        import yaml

        class Dumper(yaml.CSafeDumper):
            """Writes text in quotes wherever some reader would take it for a number, a date or a word of its own."""

            def ignore_aliases(self, _data: Any) -> bool:
                """Every value is written out."""
                return True

        dates_and_words = yaml.SafeDumper.yaml_implicit_resolvers

        def text(dumper: Any, value: str) -> Any:
            resolvers = dates_and_words.get(value[:1], [])
            looks = plain_value(value) != value or any(pattern.match(value) for _, pattern in resolvers)
            return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="'" if looks else None)

        def number(dumper: Any, value: float) -> Any:
            return dumper.represent_scalar("tag:yaml.org,2002:float", repr(value))

        Dumper.yaml_implicit_resolvers = {}
        Dumper.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("null$"), ["n"])
        Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), ["t", "f"])
        Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?\d+$"), list("-0123456789"))
        Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?$"), list("-0123456789"))
        Dumper.add_representer(str, text)
        Dumper.add_representer(float, number)
        _DUMPERS.append(Dumper)
    return _DUMPERS[0]

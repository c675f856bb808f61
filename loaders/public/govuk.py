"""The organisations of the GOV.UK organisations API, as JSON: one list of all, or the API's pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from loaders.public.reading import Found, day, json_of, map_rows, tidy, warning
from schema.errors import Problem
from schema.kinds import Basis, LinkKind, Mark, NodeKind
from schema.records import Claim, Link, Node, Scalar, Source
from schema.rows import MapRows
from schema.system_map import SystemMap

SOURCE = Source(
    id="govuk-organisations",
    title="GOV.UK organisations",
    publisher="Government Digital Service",
    url="https://www.gov.uk/api/organisations",
    licence="OGL v3",
    standpoint="official",
)
_OTHERS = ("parent_organisations", "child_organisations", "superseded_organisations", "superseding_organisations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A public body. The names of others are slugs, whether or not they are in the file; `status` is GOV.UK's word for it."""

    slug: str
    title: str
    abbreviation: str | None
    format: str
    status: str
    closed_on: date | None
    updated_on: date | None
    web_url: str
    parents: tuple[str, ...]
    children: tuple[str, ...]
    replaced: tuple[str, ...]
    replaced_by: tuple[str, ...]


def organisations(data: bytes, name: str) -> Found[Organisation]:
    """The organisations in a file, with its faults: stray blanks, bodies named that are not in the file, parents and children
    that do not name each other. O(organisations and what they name)."""
    problems: list[Problem] = []
    found: dict[str, Organisation] = {}
    places: dict[str, str] = {}
    for place, item in _items(json_of(data, name, problems), name, problems):
        made = _organisation(item, place, problems)
        if made is None:
            continue
        if made.slug in found:
            problems.append(Problem(place=place, message=f"{made.slug!r} stands in the file already; left out"))
            continue
        found[made.slug], places[made.slug] = made, place
    problems += _named_elsewhere(found, places)
    problems += _one_sided(found, places)
    return Found(rows=tuple(found.values()), problems=tuple(problems))


def _items(value: Any, name: str, problems: list[Problem]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    pages: Sequence[Any] = value if isinstance(value, list) else [value]
    number = 0
    for page in pages:
        results = page.get("results", [page]) if isinstance(page, Mapping) else [page]
        for item in results if isinstance(results, list) else [results]:
            if isinstance(item, Mapping):
                yield f"{name}, organisation {number}", item
            elif item is not None:
                problems.append(Problem(place=f"{name}, organisation {number}", message="is not an object; left out"))
            number += 1


def _organisation(item: Mapping[str, Any], place: str, problems: list[Problem]) -> Organisation | None:
    given = item.get("details")
    details: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    slug = details.get("slug") or _slug(item)
    if not slug or not isinstance(item.get("title"), str):
        problems.append(Problem(place=place, message="has no slug or no title; left out"))
        return None
    parents, children, replaced, replaced_by = (_slugs(item.get(name), place, name, problems) for name in _OTHERS)
    return Organisation(
        slug=str(slug),
        title=tidy(item["title"], place, "title", problems),
        abbreviation=str(details.get("abbreviation") or "").strip() or None,
        format=str(item.get("format") or ""),
        status=str(details.get("govuk_status") or ""),
        closed_on=day(str(details.get("closed_at") or ""), place, "closed_at", problems),
        updated_on=day(str(item.get("updated_at") or ""), place, "updated_at", problems),
        web_url=str(item.get("web_url") or ""),
        parents=parents,
        children=children,
        replaced=replaced,
        replaced_by=replaced_by,
    )


def _slug(item: Mapping[str, Any]) -> str:
    return str(item.get("id") or item.get("web_url") or "").rstrip("/").rpartition("/")[2]


def _slugs(value: Any, place: str, field: str, problems: list[Problem]) -> tuple[str, ...]:
    if not isinstance(value, list):
        if value is not None:
            problems.append(warning(place, "is not a list; left out", field))
        return ()
    return tuple(dict.fromkeys(slug for item in value if isinstance(item, Mapping) and (slug := _slug(item))))


def _named_elsewhere(found: Mapping[str, Organisation], places: Mapping[str, str]) -> Iterator[Problem]:
    for slug, made in found.items():
        for field, named in zip(_OTHERS, (made.parents, made.children, made.replaced, made.replaced_by), strict=True):
            missing = [other for other in named if other not in found]
            if missing:
                yield warning(places[slug], f"{slug} names {', '.join(missing)}, not in this file, which may hold only what is live", field)


def _one_sided(found: Mapping[str, Organisation], places: Mapping[str, str]) -> Iterator[Problem]:
    for slug, made in found.items():
        for parent in made.parents:
            if parent in found and slug not in found[parent].children:
                yield warning(places[slug], f"{slug} names the parent {parent}, which does not name it as its child", _OTHERS[0])
        for child in made.children:
            if child in found and slug not in found[child].parents:
                yield warning(places[slug], f"{slug} names the child {child}, which does not name it as its parent", _OTHERS[1])


def organisations_map(rows: Iterable[Organisation]) -> SystemMap:
    """The organisations as bodies, each part of its parents and in the place of those it replaced. What is not in the file is left out."""
    known = {made.slug: made for made in rows}
    parts = {(made.slug, LinkKind.PART_OF, parent) for made in known.values() for parent in made.parents}
    parts |= {(child, LinkKind.PART_OF, made.slug) for made in known.values() for child in made.children}
    after = {(made.slug, LinkKind.REPLACES, earlier) for made in known.values() for earlier in made.replaced}
    after |= {(later, LinkKind.REPLACES, made.slug) for made in known.values() for later in made.replaced_by}
    claim = Claim(id="govuk", basis=Basis.STATEMENT, source=SOURCE.id, mark=Mark.PUBLISHER)
    links = [
        Link(id=f"{start}.{kind}.{end}", start=start, end=end, kind=kind, claims=(claim,))
        for start, kind, end in sorted(parts | after)
        if start in known and end in known and start != end
    ]
    return SystemMap.of(map(_node, known.values()), links, (SOURCE,), title="Organisations on GOV.UK")


def decode(data: bytes, name: str) -> MapRows:
    """The rows of the map in a file, with the file's faults."""
    found = organisations(data, name)
    return map_rows(organisations_map(found.rows), found, name)


def _node(made: Organisation) -> Node:
    given: dict[str, Scalar] = {"format": made.format, "govuk_status": made.status, "web_url": made.web_url}
    return Node(
        id=made.slug,
        kind=NodeKind.BODY,
        label=made.title,
        valid_to=made.closed_on.isoformat() if made.closed_on else None,
        aliases=(made.abbreviation,) if made.abbreviation else (),
        attributes=given,
    )

"""Records as a loader read them, before they are checked: each an object with the place it came from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from schema.errors import Problem, not_on_the_map
from schema.kinds import NodeKind
from schema.wire import observation_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record as read: where it stands, and its fields. `foreign` rows come from a file that is not of our making."""

    place: str
    data: Mapping[str, Any]
    file: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRows:
    """All rows of one or several files, with the problems that reading them already met.

    `observations` are values of series on factors that another row describes: the fields of an observation, and
    `factor`, the id of the factor. A file of figures can so be kept apart from the file that tells of the factor.
    """

    nodes: Iterable[Row] = ()
    links: Iterable[Row] = ()
    sources: Iterable[Row] = ()
    observations: Iterable[Row] = ()
    problems: Sequence[Problem] = ()
    title: str = ""

    @staticmethod
    def together(parts: Sequence[MapRows]) -> MapRows:
        """The rows of several files as one."""
        return MapRows(
            nodes=chain.from_iterable(part.nodes for part in parts),
            links=chain.from_iterable(part.links for part in parts),
            sources=chain.from_iterable(part.sources for part in parts),
            observations=chain.from_iterable(part.observations for part in parts),
            problems=[problem for part in parts for problem in part.problems],
            title=next((part.title for part in parts if part.title), ""),
        )


def with_observations(
    nodes: Iterable[Row], observations: Iterable[Row], problems: list[Problem], known: Container[str] = ()
) -> Iterator[Row]:
    """The rows of nodes, those of factors with the observations that stand apart added, in their order.

    `known` are ids that other nodes, not among the rows, have. What cannot be read, names a factor that no row describes,
    or says again what the same edition of the same source says, is left out and told. O(nodes + observations).
    """
    apart = _by_factor(observations, problems)
    seen: list[str] = []
    for row in nodes:
        identifier = str(row.data.get("id")) if apart and isinstance(row.data, Mapping) else ""
        seen.append(identifier)
        found = apart.pop(identifier, None)
        yield row if found is None else _extended(row, found, problems)
    for factor, rows in apart.items():
        message = _not_observed(factor, seen, known)
        problems.extend(Problem(place=row.place, field="factor", message=message) for row in rows)


def _not_observed(factor: str, seen: Iterable[str], known: Container[str]) -> str:
    if factor in known:
        return f"{factor!r} is described elsewhere; give the file that describes it too, or the observation within it"
    return not_on_the_map(factor, seen)


def _by_factor(observations: Iterable[Row], problems: list[Problem]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in observations:
        data = dict(row.data)
        factor = data.pop("factor", None)
        if not isinstance(factor, str):
            problems.append(Problem(place=row.place, field="factor", message="is required: the id of the factor that was observed"))
        elif observation_from_json(data, row.place, problems) is not None:
            found.setdefault(factor, []).append(replace(row, data=data))
    return found


def _extended(row: Row, found: Sequence[Row], problems: list[Problem]) -> Row:
    kind = row.data.get("kind") or NodeKind.FACTOR
    if str(kind).strip().lower() != NodeKind.FACTOR:
        named = f"{row.data.get('id')!r} is a {kind}; only a factor is observed"
        problems.extend(Problem(place=item.place, field="factor", message=named) for item in found)
        return row
    own = row.data.get("observations")
    kept = list(own) if isinstance(own, list | tuple) else []
    seen = {_identity(item): row.place for item in kept if isinstance(item, Mapping)}
    for item in found:
        earlier = seen.setdefault(_identity(item.data), item.place)
        if earlier == item.place:
            kept.append(item.data)
        else:
            message = f"this series has a value for that period from the same edition at {earlier} already"
            problems.append(Problem(place=item.place, field="period", message=message))
    return replace(row, data={**row.data, "observations": kept})


def _identity(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(data.get(name) or "") for name in ("series", "period", "edition", "source"))

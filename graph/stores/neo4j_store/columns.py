"""JSON objects sorted into columns, which the driver and the server take several times as fast as one map a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias, TypeVar

from graph.stores.neo4j_store.shape import Plan, flat

Key: TypeAlias = tuple[Any, ...]
T = TypeVar("T")


class Group(NamedTuple):
    """Rows of one kind that say the same properties: written by one statement. All columns are equally long."""

    key: Key
    properties: dict[str, Sequence[Any]]
    beside: tuple[Sequence[Any], ...]

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.beside[0])


def grouped(objects: Sequence[dict[str, Any]], keys: Iterable[Key], *beside: Sequence[Any]) -> Iterator[Group]:
    """Objects as columns of properties, those together that have the same key and say the same fields in the same order.

    `keys` may be endless (`repeat`). `beside` are columns of what goes with each object, at least one. O(objects), most of it in
    the interpreter's own loops.
    """
    for (key, names), chosen in _alike(keys, objects).items():
        rows, alongside = _taken(objects, chosen), tuple(_taken(column, chosen) for column in beside)
        plan = Plan.of(names)
        if plan is not None:
            columns = _columns(names, rows)
            made = {shown: [*map(float, columns[name])] if is_float else columns[name] for name, shown, is_float in plan.fields}
            yield Group(key=key, properties=made, beside=alongside)
            continue
        # They hold more than plain values, so that what they say can differ once they are flat.
        flats = [flat(data) for data in rows]
        for (_, shown), among in _alike(repeat(key), flats).items():
            made = _columns(shown, _taken(flats, among))
            yield Group(key=key, properties=made, beside=tuple(_taken(column, among) for column in alongside))


def _alike(keys: Iterable[Key], objects: Sequence[dict[str, Any]]) -> dict[tuple[Key, tuple[str, ...]], list[int]]:
    """Where the objects of one key stand that say the same fields."""
    places: dict[tuple[Key, tuple[str, ...]], list[int]] = {}
    for place, said in enumerate(zip(keys, map(tuple, objects), strict=False)):
        places.setdefault(said, []).append(place)
    return places


def _taken(column: Sequence[T], chosen: Sequence[int]) -> Sequence[T]:
    return column if len(chosen) == len(column) else [column[place] for place in chosen]


def _columns(names: tuple[str, ...], objects: Sequence[dict[str, Any]]) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*map(dict.values, objects), strict=True), strict=True))


def literal(properties: Mapping[str, Sequence[Any]]) -> str:
    """A property map out of columns. The names are fields of records (see `shape`), never text from outside."""
    return "{" + ", ".join(f"`{name}`: $columns.`{name}`[i]" for name in properties) + "}"

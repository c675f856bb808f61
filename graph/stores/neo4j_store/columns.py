"""JSON objects sorted into columns, which the driver and the server take several times as fast as one map a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from graph.stores.neo4j_store.shape import Plan, flat

Key: TypeAlias = tuple[Any, ...]


class Rows(NamedTuple):
    """Objects that say the same fields, and columns of what goes beside them."""

    objects: list[dict[str, Any]]
    beside: tuple[list[Any], ...]

    def add(self, data: dict[str, Any], beside: Sequence[Any]) -> None:
        """One more object. Columns grow one by one: a tuple for every row would keep the garbage collector busy."""
        self.objects.append(data)
        for column, value in zip(self.beside, beside, strict=True):
            column.append(value)

    @classmethod
    def none(cls, width: int) -> Rows:
        """No object yet, with so many values to come beside each."""
        return cls([], tuple([] for _ in range(width)))


class Group(NamedTuple):
    """Rows of one kind that say the same properties: written by one statement. All columns are equally long."""

    key: Key
    properties: dict[str, Sequence[Any]]
    beside: tuple[list[Any], ...]

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.beside[0])


class Groups:
    """Collects objects, each with some values that go beside it, and gives them back as columns of properties.

    Objects are told apart by a key and by the fields that they say, in their order. O(objects), most of it in the
    interpreter's own loops.
    """

    def __init__(self) -> None:
        self._plans: dict[tuple[str, ...], Plan | None] = {}
        self._rows: dict[tuple[Key, tuple[str, ...]], Rows] = {}

    def add(self, key: Key, data: dict[str, Any], *beside: Any) -> None:
        """One object, with what goes beside it: as many values for every object of a key, and at least one."""
        said = key, tuple(data)
        rows = self._rows.get(said)
        if rows is None:
            rows = self._rows[said] = Rows.none(len(beside))
        rows.add(data, beside)

    def taken(self) -> Iterator[Group]:
        """What was added since the last time."""
        taken, self._rows = self._rows, {}
        for (key, said), rows in taken.items():
            plan = self._plan(said)
            if plan is None:
                yield from _nested(key, rows)
                continue
            columns = _columns(said, rows)
            made = {shown: [*map(float, columns[name])] if is_float else columns[name] for name, shown, is_float in plan.fields}
            yield Group(key=key, properties=made, beside=rows.beside)

    def _plan(self, said: tuple[str, ...]) -> Plan | None:
        if said not in self._plans:
            self._plans[said] = Plan.of(said)
        return self._plans[said]


def _nested(key: Key, rows: Rows) -> Iterator[Group]:
    """Objects that hold more than plain values, made flat one by one."""
    found: dict[tuple[str, ...], Rows] = {}
    for place, data in enumerate(rows.objects):
        made = flat(data)
        names = tuple(made)
        found.setdefault(names, Rows.none(len(rows.beside))).add(made, [column[place] for column in rows.beside])
    for names, flats in found.items():
        yield Group(key=key, properties=_columns(names, flats), beside=flats.beside)


def _columns(names: tuple[str, ...], rows: Rows) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*map(dict.values, rows.objects), strict=True), strict=True))


def literal(properties: Mapping[str, Sequence[Any]]) -> str:
    """A property map out of columns. The names are fields of records (see `shape`), never text from outside."""
    return "{" + ", ".join(f"`{name}`: $columns.`{name}`[i]" for name in properties) + "}"

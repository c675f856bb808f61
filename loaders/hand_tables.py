"""Tables of links and of nodes that somebody made by hand or with a tool, as links and nodes of a map from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loaders.foreign import ForeignMap
from loaders.plain_csv import END_NAMES, NAME_NAMES, START_NAMES, Line, column, has_ends, number_of, plain_name
from schema.errors import Problem

ROW_NUMBERS = ("", "x1")
"""Headers under which statistics tools write row numbers."""


def read_edges(lines: list[Line], name: str, whole: ForeignMap, name_of: Mapping[str, str] | None = None) -> None:
    """Add the links of a table to a map. Rows that lack an end are problems.

    `name_of` gives the ids of the nodes that a table of nodes describes, by id and by unique label; without it, the nodes at
    the ends of the links are added as they are named.
    """
    if has_ends(lines[0].cells):
        header, body = headed(lines[0], name, whole), lines[1:]
    else:
        header, body = _header_of_none(lines)
    names = [plain_name(cell) for cell in header]
    start, end = column(names, START_NAMES), column(names, END_NAMES)
    if start is None or end is None:
        whole.problems.append(Problem(place=f"{name}:{lines[0].number}", message="names no ends; head two columns from and to"))
        return
    table = _Edges(name=name, header=header, start=start, end=end)
    for line in body:
        cells = fitted(line, header, name, whole.problems)
        if cells is not None:
            table.add(f"{name}:{line.number}", cells, whole, name_of)


def headed(line: Line, name: str, whole: ForeignMap) -> list[str]:
    """The names of the columns; a name that stands twice is numbered from the second on, so that no cell is lost."""
    header: list[str] = []
    for cell in (cell.strip() for cell in line.cells):
        number, own = 2, cell
        while own and own in header:
            own, number = f"{cell} ({number})", number + 1
        if own != cell:
            whole.warn(f"{name}:{line.number}", f"two columns have this name; the later one is kept as {own!r}", cell)
        header.append(own)
    return header


def fitted(line: Line, header: Sequence[str], name: str, problems: list[Problem]) -> list[str] | None:
    """The cells of a row, blanks for those that are missing at its end; None, and a problem, where there are too many."""
    if any(cell.strip() for cell in line.cells[len(header) :]):
        message = f"has {len(line.cells)} cells under {len(header)} headers; put quotes around text that holds the separator"
        problems.append(Problem(place=f"{name}:{line.number}", message=message))
        return None
    return line.cells + [""] * (len(header) - len(line.cells))


class _Edges:
    """Where a table of links keeps what."""

    def __init__(self, *, name: str, header: list[str], start: int, end: int) -> None:
        names = [plain_name(cell) for cell in header]
        self.name, self.header, self.ends = name, header, (start, end)
        self.labels = (_label_column(names, start, START_NAMES), _label_column(names, end, END_NAMES))
        self.identifier = column(names, ("id",))
        apart = {start, end, *self.labels, self.identifier, *(place for place, cell in enumerate(names[:1]) if cell in ROW_NUMBERS)}
        self.others = [(place, cell) for place, cell in enumerate(header) if place not in apart]

    def add(self, place: str, cells: list[str], whole: ForeignMap, name_of: Mapping[str, str] | None) -> None:
        """Add the link of one row."""
        missing = [self.header[number] for number in self.ends if not cells[number].strip()]
        whole.problems += [Problem(place=place, field=cell, message="is empty; a link needs both ends") for cell in missing]
        if missing:
            return
        start, end = (cells[number] for number in self.ends)
        if name_of is None:
            for number, label in zip(self.ends, self.labels, strict=True):
                whole.add_end(place, cells[number], None if label is None else cells[label])
        else:
            start, end = name_of.get(start, start), name_of.get(end, end)
        own = cells[self.identifier].strip() if self.identifier is not None else ""
        whole.add_link(place, start, end, {cell: cells[number] for number, cell in self.others}, identifier=own or None)


def _label_column(names: Sequence[str], place: int, words: Sequence[str]) -> int | None:
    """The column that gives the labels of the ends named in another."""
    found = column(names, (word for word in words if "label" in word))
    return None if found == place else found


def _header_of_none(lines: list[Line]) -> tuple[list[str], list[Line]]:
    """The header that a table without one stands for. A first row whose third cell is a word is a header in other words."""
    first = lines[0].cells
    third = first[2].strip() if len(first) > 2 else ""
    weights = any(number_of(line.cells[2]) is not None for line in lines if len(line.cells) > 2)
    is_header = bool(third) and number_of(third) is None and third not in ("+", "-", "?", "−", "–")
    return ["from", "to", third if is_header else "weight" if weights else "sign"], lines[1:] if is_header else lines


def read_nodes(lines: list[Line], name: str, whole: ForeignMap) -> dict[str, str]:
    """Add the nodes of a table to a map; the id of each by its id and, where it is no id and unique, by its label."""
    header = headed(lines[0], name, whole)
    names = [plain_name(cell) for cell in header]
    identifier = column(names, NAME_NAMES)
    if identifier is None:
        whole.problems.append(Problem(place=f"{name}:{lines[0].number}", message="names no column; head one of them id or label"))
        return {}
    label = column(names, ("label", "name"))
    name_of: dict[str, str] = {}
    by_label: dict[str, list[str]] = {}
    for line in lines[1:]:
        cells = fitted(line, header, name, whole.problems)
        if cells is None:
            continue
        place, own = f"{name}:{line.number}", cells[identifier]
        if not own.strip():
            whole.problems.append(Problem(place=place, field=header[identifier], message="is empty; a node needs an id or a label"))
            continue
        name_of[own] = own
        by_label.setdefault(cells[label] if label is not None else own, []).append(own)
        whole.add_node(
            place, own, {cell: cells[number] for number, cell in enumerate(header) if cell and (number != identifier or number == label)}
        )
    return {**{shown: owners[0] for shown, owners in by_label.items() if len(owners) == 1}, **name_of}

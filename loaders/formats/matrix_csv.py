"""One CSV alone that is a square weight matrix: row acts on column, 0 or blank is no link, links to oneself are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from loaders.codec import decode_text, only_problem, shown
from loaders.foreign import ForeignMap
from loaders.plain_csv import Line, number_of, read_lines, written
from schema.errors import BadInput, Problem
from schema.kinds import LinkKind, NodeKind
from schema.ontology import LINK_KIND_CODE
from schema.rows import MapRows
from schema.system_map import SystemMap

MOST_NODES = 5_000
"""The largest matrix that is written; beyond it an edge list says the same in a fraction of the room."""


def decode(data: bytes, name: str) -> MapRows:
    """The rows of a matrix. Names stand in the header, in the first column, or in both; without any, nodes are numbered from 1."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        return MapRows(problems=(text,))
    whole = ForeignMap(name=name, is_matrix=True)
    lines = read_lines(text, name, whole.problems)
    if not lines:
        return MapRows(problems=whole.problems) if whole.problems else only_problem(name, "holds no rows")
    names, starts, body = _names(lines)
    _check_square(names, starts, lines, name, whole.problems)
    for node in names:
        whole.add_node(f"{name}:{lines[0].number}", node, {})
    for start, (line, cells) in zip(starts, body, strict=True):
        _add_row(name, line, start, dict(zip(names, cells, strict=False)), whole)
    return whole.rows()


def _names(lines: list[Line]) -> tuple[list[str], list[str], list[tuple[Line, list[str]]]]:
    """The names of the columns, the names of the rows, and each row's cells."""
    header = lines[0].cells
    if all(not cell.strip() or number_of(cell) is not None for cell in header) and len(header) == len(lines):
        names = [str(number) for number in range(1, len(header) + 1)]
        return names, names, [(line, line.cells) for line in lines]
    if len(lines) == len(header) + 1 and header[0].strip() and all(number_of(cell) is None for cell in header):
        return header, header, [(line, line.cells) for line in lines[1:]]
    name_of = {cell.strip(): cell for cell in header[1:]}
    starts = [name_of.get(line.cells[0].strip(), line.cells[0]) for line in lines[1:]]
    return header[1:], starts, [(line, line.cells[1:]) for line in lines[1:]]


def _check_square(names: list[str], starts: list[str], lines: list[Line], name: str, problems: list[Problem]) -> None:
    place = f"{name}:{lines[0].number}"
    problems += [Problem(place=place, message=f"the column {shown(node)} has no row of its name") for node in names if node not in starts]
    problems += [Problem(place=place, message=f"the row {shown(node)} has no column of its name") for node in starts if node not in names]
    for noun, given in (("rows", starts), ("columns", names)):
        if len(set(given)) < len(given):
            repeated = ", ".join(node for node, count in Counter(given).items() if count > 1)
            problems.append(Problem(place=place, message=f"two {noun} are named {shown(repeated)}"))


def _add_row(name: str, line: Line, start: str, cells: dict[str, str], whole: ForeignMap) -> None:
    place = f"{name}:{line.number}"
    for end, cell in cells.items():
        text = cell.strip()
        if not text:
            continue
        weight = number_of(text)
        if weight is None or weight != weight or abs(weight) == float("inf"):  # noqa: PLR0124 - only NaN differs from itself.
            whole.problems.append(Problem(place=place, field=end, message=f"must be a weight, 0 or blank, not {shown(text)}"))
        elif weight:
            whole.add_link(place, start, end, {"weight": weight})


def pieces(system_map: SystemMap) -> Iterator[bytes]:
    """The influence links as signed strengths. Raises BadInput for a map of more nodes than a matrix is good for."""
    columns = system_map.links.columns
    mask = columns.kind == LINK_KIND_CODE[LinkKind.INFLUENCES]
    ends = system_map.links.ends
    touched = {ends[row] for side in (columns.start, columns.end) for row in side[mask].tolist()}
    names = [node.id for node in system_map.nodes if node.id in touched or node.kind is NodeKind.FACTOR]
    if len(names) > MOST_NODES:
        raise BadInput(f"a matrix of {len(names):,} nodes would have {len(names) ** 2:,} cells; write edge_list_csv instead")
    weights: dict[str, dict[str, float]] = {}
    for row in mask.nonzero()[0].tolist():
        weight = float(columns.sign[row]) * float(columns.strength[row])
        cells = weights.setdefault(ends[columns.start[row]], {})
        cells[ends[columns.end[row]]] = cells.get(ends[columns.end[row]], 0.0) + weight
    rows = ([start, *(f"{weights.get(start, {}).get(end, 0.0):.12g}" for end in names)] for start in names)
    yield from written(_headed(names, rows))


def _headed(names: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield ["", *names]
    yield from rows

"""The door for files: maps in, from one file or several that make one map, and out, whole or not at all."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from loaders.codec import Format, decode_text, only_problem
from loaders.foreign.yielding import yielding
from loaders.formats import format_named, format_to_read, format_to_write, known_formats
from loaders.formats.tables_csv import tables_of
from loaders.plain_csv import Shape, has_ends, read_lines, shape_of
from loaders.public import public_format
from schema.errors import BadInput, Problem
from schema.merging import bundle_key
from schema.rows import MapRows
from schema.system_map import SystemMap
from schema.validation import build_map, check_rows
from schema.wire import link_from_json

Paths = Path | str | Sequence[Path | str]
_TABLES, _CONTENT = format_named("tables_csv"), format_named("yaml_content")
_CSV_SHAPES = {Shape.EDGES: format_named("edge_list_csv"), Shape.MATRIX: format_named("matrix_csv"), Shape.NODES: _TABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What checking one file found. `format` is empty where it could not be told; `links` are as stored, `distinct` after bundling."""

    file: str
    format: str
    nodes: int
    links: int
    distinct: int
    problems: tuple[Problem, ...]

    @property
    def is_good(self) -> bool:
        """Whether the file has no error; it may have warnings."""
        return not any(problem.severity == "error" for problem in self.problems)


def load_map(paths: Paths, format: str | None = None) -> SystemMap:  # noqa: A002
    """The map in a file, or in several files that may refer to each other.

    `format` names the format where the file's name does not tell. Raises InvalidMap with every problem, each with its place;
    BadInput for an unknown format. O(what the files hold).
    """
    return build_map(read_rows(paths, format))


def read_rows(paths: Paths, format: str | None = None, known: Iterable[str] = ()) -> MapRows:  # noqa: A002
    """The rows in one or several files, not checked. What is wrong with reading them stands in `problems`.

    `known` gives the ids of nodes on a map that the files will join: a file may refer to them, and where it only names one
    as the end of a link, no row is made of it.
    """
    return _together([rows for _, _, rows in _each(paths, format)], known)


def check_files(paths: Paths, format: str | None = None) -> list[FileReport]:  # noqa: A002
    """What stands in each file and every problem of it; several files are checked as one map. Raises BadInput for an unknown format."""
    parts = list(_each(paths, format))
    counts = [_counts(rows) for _, _, rows in parts]
    checked = check_rows(_together([rows for _, _, rows in parts]))
    names = [name for name, _, _ in parts]
    problems_of: dict[str, list[Problem]] = {name: [] for name in names}
    for problem in checked.problems:
        problems_of[_file_of(problem, names)].append(problem)
    alone = checked.system_map if len(parts) == 1 else None
    return [
        FileReport(
            file=name,
            format=known.name if known else "",
            nodes=nodes,
            links=links,
            distinct=len(alone.links) if alone is not None else _distinct(rows),
            problems=tuple(problems_of.pop(name, ())),
        )
        for (name, known, rows), (nodes, links) in zip(parts, counts, strict=True)
    ]


def check_shipped() -> list[FileReport]:
    """What stands in each file of the shipped content, by its name there, and every problem of it."""
    from importlib.resources import as_file, files

    with as_file(files("loaders") / "content") as folder:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
        reports = check_files(paths)
    start = f"{folder}{os.sep}"
    return [
        replace(
            report,
            file=report.file.removeprefix(start),
            problems=tuple(replace(problem, place=problem.place.removeprefix(start)) for problem in report.problems),
        )
        for report in reports
    ]


def write_whole(path: Path | str, data: bytes) -> None:
    """Write a file whole or not at all. Raises BadInput where the folder is not there or cannot be written to."""
    try:
        _replace_files({Path(path): [data]})
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror or error}. Name a folder that is there and yours to write to."
        ) from error


def _together(parts: Sequence[MapRows], known: Iterable[str] = ()) -> MapRows:
    return MapRows.together(yielding(parts, known))


def _counts(rows: MapRows) -> tuple[int, int]:
    return sum(1 for _ in rows.nodes), sum(1 for _ in rows.links)


def _distinct(rows: MapRows) -> int:
    """The links of a file after bundling, those left out that cannot be read."""
    links = (link_from_json(row.data, row.place, []) for row in rows.links)
    return len({bundle_key(link) for link in links if link is not None})


def _file_of(problem: Problem, names: Sequence[str]) -> str:
    """The file that a place lies in: the longest name that it begins with."""
    return max((name for name in names if problem.place.startswith(name)), key=len, default=names[0])


def _each(paths: Paths, format: str | None) -> Iterator[tuple[str, Format | None, MapRows]]:  # noqa: A002
    wanted = (public_format(format) or format_named(format)) if format else None
    several = [paths] if isinstance(paths, Path | str) else list(paths)
    if not several:
        raise BadInput("no file is named; name at least one")
    for path in dict.fromkeys(file for given in several for file in _content_of(Path(given), wanted)):
        name = str(path)
        found = _read(path, name, wanted)
        if isinstance(found, MapRows):
            yield name, wanted, found
            continue
        data, known = found
        yield name, known, _replayable(known.decode(data, name))


def _content_of(path: Path, wanted: Format | None) -> list[Path]:
    """The YAML files that a folder of content stands for, by name; else the path itself."""
    try:
        if not path.is_dir() or wanted is _TABLES or any(path.glob("*.csv")):
            return [path]
        found = sorted(file for file in path.rglob("*") if format_to_read(file.suffix) is _CONTENT and file.is_file())
    except OSError:
        return [path]  # What is wrong with it is said where it is read.
    return found or [path]


def _replayable(rows: MapRows) -> MapRows:
    """Rows that may be gone through more than once."""
    nodes, links, sources = (list(part) if isinstance(part, Iterator) else part for part in (rows.nodes, rows.links, rows.sources))
    return replace(rows, nodes=nodes, links=links, sources=sources)


def _read(path: Path, name: str, wanted: Format | None) -> tuple[bytes, Format] | MapRows:
    """The bytes of a file and their format, or the problem that keeps it from being read."""
    try:
        if path.is_dir():
            return _folder(path, name, wanted)
        known = wanted or format_to_read(path.suffix)
        if known is None:
            suffix = f"a file that ends in {path.suffix}" if path.suffix else "a file without an ending"
            if not path.exists():
                return only_problem(name, "is not there; check the path")
            return only_problem(name, f"{suffix} is of no format that is read; known: {known_formats()}")
        data = path.read_bytes()
    except FileNotFoundError:
        return only_problem(name, "is not there; check the path")
    except OSError as error:
        return only_problem(name, f"cannot be read: {error.strerror or error}")
    if known in _CSV_SHAPES.values() and not wanted and not data.startswith(b"PK"):
        return _csv(data, name)
    return data, known


def _folder(path: Path, name: str, wanted: Format | None) -> tuple[bytes, Format] | MapRows:
    """The tables in a folder, zipped as they would be in a file."""
    if wanted is not None and wanted is not _TABLES:
        return only_problem(name, f"is a folder; {wanted.name} is one file")
    tables = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv")
    if not tables:
        return only_problem(name, "is a folder without CSV tables; a map in a folder is nodes.csv and links.csv")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in tables:
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
    return buffer.getvalue(), _TABLES


def _csv(data: bytes, name: str) -> tuple[bytes, Format] | MapRows:
    """A CSV that stands alone with the format that it has the shape of."""
    text = decode_text(data, name)
    if isinstance(text, Problem):
        return MapRows(problems=(text,))
    problems: list[Problem] = []
    first = read_lines(text.lstrip("\r\n").partition("\n")[0], name, [])
    if first and has_ends(first[0].cells):
        return data, _CSV_SHAPES[Shape.EDGES]
    shape = shape_of(read_lines(text, name, problems))
    if problems:
        return MapRows(problems=problems)
    if shape is Shape.OTHER:
        message = (
            "is no table of a map: an edge list has columns from and to, a matrix as many rows as columns, a table of nodes an id or label"
        )
        return only_problem(f"{name}:1", message)
    return data, _CSV_SHAPES[shape]


def save_map(system_map: SystemMap, path: Path | str, format: str | None = None) -> Format:  # noqa: A002
    """Write a map to a file, whole or not at all, and say in which format. A folder, or a name without an ending, holds CSV tables.

    Raises BadInput where the format is not known or cannot hold the map, or the file cannot be written; nothing is changed then.
    """
    target = Path(path)
    known = format_named(format) if format else _format_to_write(target)
    try:
        if known is _TABLES and (target.is_dir() or not target.suffix):
            _write_folder(target, system_map)
        elif target.is_dir():
            raise BadInput(f"{target} is a folder; {known.name} is one file, such as {target / ('map' + known.suffixes[0])}")
        elif target.exists() and not target.is_file():
            with target.open("wb") as stream:
                stream.writelines(known.pieces(system_map))
        else:
            _replace_files({target.resolve(): known.pieces(system_map)})
    except FileNotFoundError:
        raise BadInput(f"{target} cannot be written: the folder {target.parent} is not there; make it first") from None
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror or error}") from None
    return known


def _format_to_write(target: Path) -> Format:
    if target.is_dir() or not target.suffix:
        return _TABLES
    found = format_to_write(target.suffix)
    if found is None:
        raise BadInput(f"{target}: no format ends in {target.suffix}; name one with a format, or one of these endings: {known_formats()}")
    return found


def _write_folder(target: Path, system_map: SystemMap) -> None:
    """All tables, none named in place before all are written. Where the folder is new it appears with them inside."""
    tables = dict(tables_of(system_map))
    if target.is_dir():
        _replace_files({target / name: pieces for name, pieces in tables.items()})
        return
    draft = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    draft.mkdir()
    try:
        _replace_files({draft / name: pieces for name, pieces in tables.items()})
        draft.replace(target)
    except BaseException:
        for file in draft.glob("*"):
            file.unlink()
        draft.rmdir()
        raise
    _sync(target.parent)


def _replace_files(pieces_of: Mapping[Path, Iterable[bytes]]) -> None:
    """Write every file beside its place, to the disk, and only then put all in place."""
    drafts: dict[Path, Path] = {}
    try:
        for target, pieces in pieces_of.items():
            draft = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
            descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
            drafts[target] = draft
            with os.fdopen(descriptor, "wb") as stream:
                stream.writelines(pieces)
                stream.flush()
                os.fsync(stream.fileno())
        for target, draft in drafts.items():
            draft.replace(target)
    except BaseException:
        for draft in drafts.values():
            with suppress(FileNotFoundError):
                draft.unlink()
        raise
    for folder in {target.parent for target in pieces_of}:
        _sync(folder)


def _sync(folder: Path) -> None:
    """Have the disk remember a folder's entries, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

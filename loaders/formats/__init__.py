"""The file formats, one module each. Each stands alone and knows nothing of the others; this table knows them by name."""

from __future__ import annotations

from loaders.codec import Format
from schema.errors import BadInput, near_names

FORMATS: tuple[Format, ...] = (
    Format(
        name="map_json",
        title="Map JSON, the format of record",
        suffixes=(".json",),
        module="loaders.formats.map_json",
        lossless=True,
    ),
    Format(
        name="yaml_content",
        title="Content as YAML",
        suffixes=(".yaml", ".yml"),
        module="loaders.formats.yaml_content",
        lossless=True,
    ),
    Format(
        name="tables_csv",
        title="CSV tables, zipped or in a folder",
        suffixes=(".zip",),
        module="loaders.formats.tables_csv",
        lossless=True,
    ),
    Format(
        name="graphml",
        title="GraphML",
        suffixes=(".graphml", ".xml"),
        module="loaders.formats.graphml",
        lossless=True,
    ),
    Format(
        name="edge_list_csv",
        title="One CSV: an edge list",
        suffixes=(".csv",),
        module="loaders.formats.edge_list_csv",
        also_reads=(".tsv",),
        loses="nodes without links; of nodes all but id and label; of links their claims, dates, money and texts; sources",
    ),
    Format(
        name="matrix_csv",
        title="One CSV: a square weight matrix",
        suffixes=(".csv",),
        module="loaders.formats.matrix_csv",
        loses="all but factors and what influence joins, and of that all but signed strengths; an unknown sign becomes 0",
    ),
)
"""Every format, the format of record first. Where several share a suffix, the first is the one that is written."""


def format_named(name: str) -> Format:
    """The format of a name, however spelled. Raises BadInput that lists the known ones."""
    plain = name.strip().lower().replace("-", "_").removeprefix(".")
    for known in FORMATS:
        if plain == known.name:
            return known
    by_suffix = [known for known in FORMATS if f".{plain}" in known.suffixes]
    if by_suffix:
        return by_suffix[0]
    near = near_names(plain, (known.name for known in FORMATS), 1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise BadInput(f"no format {name!r}; {hint}Known: {known_formats()}")


def known_formats() -> str:
    """The names of all formats with their suffixes, as a message lists them."""
    return ", ".join(f"{known.name} ({' '.join((*known.suffixes, *known.also_reads))})" for known in FORMATS)


def format_to_read(suffix: str) -> Format | None:
    """The first format that reads files of an ending, or None. One CSV may be of several: `loaders.files` tells them apart."""
    return next((known for known in FORMATS if suffix.lower() in (*known.suffixes, *known.also_reads)), None)


def format_to_write(suffix: str) -> Format | None:
    """The format that a file of an ending is written in, or None."""
    return next((known for known in FORMATS if suffix.lower() in known.suffixes), None)

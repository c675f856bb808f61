"""A figure as one HTML file that needs nothing else: pyvis holds the items and links, vis-network draws, the rest is ours.

pyvis is the data model only (`add_node`, `add_edge`), with an own autoescaped template. Its `title` is never set: one
title that holds "href" would turn every title of its own template into markup. Nothing is fetched: scripts stand in the
file and are allowed by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from schema.errors import CaremapError
from viz.layout import FILL, GAP, ROW_PITCH
from viz.lettering import FONT, LINE_HEIGHT, SIZE
from viz.marks import Box, ClaimNote, Fact, Figure, Line, Reading, Series, SourceNote, Standing
from viz.opening import NEAREST
from viz.palette import BAND, INK, LINK_LOOKS, NEUTRAL, NODE_LOOKS, SIGN_LOOKS, Relation

Json = dict[str, Any]

_HERE = Path(__file__).resolve().parent
_STATIC = _HERE / "static"
_OWN_SCRIPTS = (
    "arrange.js",
    "paint.js",
    "panel.js",
    "charts.js",
    "view.js",
    "choosing.js",
    "paths.js",
    "filters.js",
    "taking.js",
    "map.js",
)
"""In this order, within one scope: each may use what stands before it, and functions of any."""
_VIS = "vendor/vis-network.min.js"
_EXACT = 2**53
"""Below this a whole number is the same in a script as here."""
_OPTIONS: Json = {
    "physics": {"enabled": False},
    "interaction": {"dragNodes": False, "hover": True, "multiselect": False, "selectConnectedEdges": False, "keyboard": False},
    "layout": {"improvedLayout": False},
    "nodes": {"chosen": False},
}


class AssetsMissing(CaremapError):
    """The browser files are not where set-up puts them."""

    code = "ASSETS_MISSING"


def page_html(figure: Figure) -> str:
    """The page of a figure: one self-contained HTML file, to be written as UTF-8. The same figure gives the same bytes.

    Raises AssetsMissing where set-up has not fetched vis-network. O(boxes * lines) in pyvis's own checks, which is 0.1 s at
    two thousand boxes.
    """
    from jinja2 import Environment, FileSystemLoader
    from pyvis.network import Network

    network, words = Network(directed=True), _Words()
    for number, box in enumerate(figure.boxes):
        network.add_node(number, label=box.label or box.id, shape="custom", **_node(box, words))
    for number, line in enumerate(figure.lines):
        network.add_edge(line.start, line.end, id=number, hidden=True, **_edge(line, words))
    network.options = _OPTIONS
    network.templateEnv = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)
    network.path = "map.html"
    network.templateEnv.globals.update(
        page=_page(figure) | {"words": words.said}, policy=page_policy(), style=_text("map.css"), vis=_script(_VIS), script=_own_script()
    )
    html: str = network.generate_html("map.html")
    return html


@lru_cache(maxsize=1)
def page_policy() -> str:
    """The content security policy of every page: nothing from outside, no script but the two in the file, by hash."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in (_script(_VIS), _own_script()))
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'; connect-src 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@lru_cache(maxsize=8)
def _text(name: str) -> str:
    try:
        return (_STATIC / name).read_text(encoding="utf-8").replace("\r\n", "\n")
    except OSError as error:
        raise AssetsMissing(
            f"The page's file {name} is missing ({error.strerror}): run `make assets`, or install caremap again."
        ) from error


@lru_cache(maxsize=2)
def _script(name: str) -> str:
    # An end tag inside a string of a script would end the script; this spelling of it is the same string.
    return _text(name).replace("</script", "<\\/script")


@lru_cache(maxsize=1)
def _own_script() -> str:
    body = "\n".join(_script(name) for name in _OWN_SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();\n'


def _page(figure: Figure) -> Json:
    """Everything that the page needs beside items and links."""
    return {
        "title": figure.title,
        "about": figure.about,
        "revision": figure.revision,
        "asOf": figure.as_of,
        "proposals": figure.proposals,
        "lanes": [{"label": lane.label, "text": lane.text} for lane in figure.lanes],
        "silos": {silo: [colours.fill, colours.border] for silo, colours in figure.silos.items()},
        "neutral": [NEUTRAL.fill, NEUTRAL.border],
        "kinds": {
            str(kind): {"title": look.title, "glyph": look.glyph, "outline": str(look.outline), "neutral": look.neutral}
            for kind, look in NODE_LOOKS.items()
        },
        "linkKinds": {
            str(kind): {"reads": look.reads, "relation": str(look.relation), "colour": look.colour, "head": str(look.head)}
            for kind, look in LINK_LOOKS.items()
        },
        "signs": {
            str(sign): {"mark": look.mark, "verb": look.verb, "colour": look.colour, "head": str(look.head)}
            for sign, look in SIGN_LOOKS.items()
        },
        "relations": [str(relation) for relation in Relation],
        "shown": sorted(map(str, figure.shown)),
        "sources": [_source(source) for source in figure.sources],
        "paths": [
            {"boxes": list(path.boxes), "lines": list(path.lines), "sign": path.sign, "title": path.title, "text": path.text}
            for path in figure.paths
        ],
        "focus": list(figure.focus),
        "days": list(figure.change_days),
        "openingLanes": list(figure.opening_lanes),
        "wholeLanes": list(figure.whole_lanes),
        "peopleEnd": figure.people_end_known,
        "nearest": NEAREST,
        "layout": {"gap": GAP, "rowPitch": ROW_PITCH, "fill": FILL},
        "lettering": {"font": FONT, "size": SIZE, "line": LINE_HEIGHT, "ink": INK, "band": BAND},
    }


class _Words:
    """Phrases that come again and again, held once and named by number: a third of a page's data."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._at: dict[str, int] = {}

    def number(self, phrase: str) -> int:
        """The number of a phrase, given on its first use."""
        at = self._at.setdefault(phrase, len(self.said))
        if at == len(self.said):
            self.said.append(phrase)
        return at


def _node(box: Box, words: _Words) -> Json:
    """An item's fields, short because there are many: kind k, silo s, lane l, lines t, rows r (whole map) and o (first view), facts f,
    claims c and series v as numbers of words."""
    made: Json = {
        "x": box.place.x,
        "y": box.place.row * ROW_PITCH,
        "n": box.id,
        "k": str(box.kind),
        "s": box.silo,
        "l": box.lane,
        "t": list(box.lines),
        "w": box.width,
        "h": box.height,
        "r": [box.place.row, round(box.place.x, 1)],
        "o": [box.opening.row, round(box.opening.x, 1)] if box.opening else None,
        "p": int(box.proposed),
        "i": box.first,
        "e": box.last,
        "b": box.better,
        "a": list(box.aliases),
        "d": box.text,
    }
    made = {**_without_empty(made), "f": _facts(box.facts, words), "c": _claims(box.claims, words)}
    return made | {"v": [_series(series, words) for series in box.series]} if box.series else made


def _edge(line: Line, words: _Words) -> Json:
    """A link's fields: kind k, group g, sign s, strength w, confidence u, dotted q, facts f."""
    made: Json = {
        "n": line.id,
        "k": str(line.kind),
        "g": str(line.relation),
        "s": str(line.sign) if line.sign else None,
        "w": round(line.strength, 3),
        "u": round(line.confidence, 3) if line.confidence is not None else None,
        "q": int(line.dotted),
        "p": int(line.proposed),
        "i": line.first,
        "e": line.last,
        "d": line.text,
    }
    return {**_without_empty(made), "f": _facts(line.facts, words), "c": _claims(line.claims, words)}


def _without_empty(made: Json) -> Json:
    return {name: value for name, value in made.items() if value not in (None, "", [], 0) or name in ("x", "y", "l", "w", "s")}


def _facts(facts: Iterable[Fact], words: _Words) -> list[int]:
    return [number for fact in facts for number in (words.number(fact.term), words.number(fact.text))]


def _claims(claims: Iterable[ClaimNote], words: _Words) -> list[Json]:
    made = []
    for claim in claims:
        note: Json = {"k": words.number(claim.kind), "d": claim.text}
        note |= {"f": [words.number(fact) for fact in claim.facts], "m": [words.number(fact) for fact in claim.missing]}
        if claim.source is not None:
            note["s"] = claim.source
        if claim.opinion:
            note["o"] = 1
        made.append(note)
    return made


def _series(series: Series, words: _Words) -> Json:
    readings = [_reading(reading, words) for reading in series.readings]
    return {"t": words.number(series.name), "u": words.number(series.unit), "v": readings}


def _reading(reading: Reading, words: _Words) -> Json:
    """A value's fields: period p, value y, day x, standing r, number of the value on the line o, edition e, source s or its id i,
    note d, unchecked m and facts f."""
    value = reading.value
    made: Json = {
        "p": words.number(reading.period),
        "y": int(value) if value is not None and value.is_integer() and abs(value) < _EXACT else value,
        "x": reading.day,
        "r": str(reading.standing) if reading.standing is not Standing.LINE else None,
        "o": reading.instead,
        "e": words.number(reading.edition) if reading.edition else None,
        "s": reading.source,
        "d": words.number(reading.note) if reading.note else None,
        "m": None if reading.checked else 1,
        "i": words.number(reading.cited) if reading.source is None else None,
    }
    kept = {name: field for name, field in made.items() if field is not None}
    return kept | {"f": [words.number(fact) for fact in reading.facts]}


def _source(source: SourceNote) -> Json:
    return {"t": source.title, "f": list(source.facts), "u": source.url, "r": source.reported}

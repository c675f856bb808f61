"""Where the server's parts come from, and how one server is started, broken, started again and stopped."""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
import subprocess
import threading
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = HERE.parent.parent / ".neo4j"
"""Where the server's parts stay between runs; ignored by git."""

POM, LAUNCHER = HERE / "pom.xml", HERE / "Neo4jServer.java"
PASSWORD = "caremap-tests"  # The server lives for one run and listens on this machine only.
NEWEST = "2026.08.1"
NEWEST_NEEDS_JAVA = 21
READY_SECONDS = 120.0
_OPEN = ("java.base/java.nio", "java.base/java.lang", "java.base/sun.nio.ch")


class CannotServe(Exception):
    """No server can be had here; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release of the server, with the Java that runs it."""

    version: str
    java: str


def _versions_of_java() -> list[tuple[int, str]]:
    """(feature version, program) of every Java development kit found here, the ordinary one first."""
    places = [os.environ.get("JAVA_HOME", ""), *sorted(map(str, Path("/usr/lib/jvm").glob("*")))]
    programs = [shutil.which("java") or "", *(str(Path(place, "bin", "java")) for place in places if place)]
    found: dict[str, int] = {}
    for program in programs:
        if not program or not Path(program).is_file() or program in found:
            continue
        said = subprocess.run([program, "--list-modules"], capture_output=True, text=True, check=False)
        version = re.search(r"^java\.base@(\d+)", said.stdout, re.MULTILINE)
        # A single source file runs only where the compiler is among the modules.
        if version and "jdk.compiler@" in said.stdout:
            found[program] = int(version[1])
    return [(version, program) for program, version in found.items()]


def _pinned() -> str:
    version = ET.parse(POM).getroot().find(".//{*}neo4j.version")
    assert version is not None
    assert version.text
    return version.text


def release() -> Release:
    """The release that the tests always run against (5.26, the one with long-term support). Raises CannotServe."""
    for version, program in _versions_of_java():
        if 17 <= version <= 21:
            return Release(version=_pinned(), java=program)
    raise CannotServe("no Java 17 to 21 with a compiler is here; install default-jdk-headless")


def newest_release() -> Release:
    """The newest release, where a Java that runs it is here. Raises CannotServe."""
    for version, program in _versions_of_java():
        if version >= NEWEST_NEEDS_JAVA:
            return Release(version=NEWEST, java=program)
    raise CannotServe(f"Neo4j {NEWEST} needs Java {NEWEST_NEEDS_JAVA} or newer, and none is here")


def _jars(version: str) -> Path:
    """The folder with the server's parts, fetched with Maven the first time. A half-fetched folder is never taken for whole."""
    folder = KEPT / version
    if (folder / "complete").is_file():
        return folder / "jars"
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotServe("Maven is not here; install maven")
    coming = KEPT / f"{version}.{os.getpid()}"
    command = [maven, "-B", "-q", "-ntp", "-f", str(POM), f"-Dneo4j.version={version}", "dependency:copy-dependencies"]
    done = subprocess.run([*command, f"-DoutputDirectory={coming / 'jars'}"], capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(coming, ignore_errors=True)
        raise CannotServe(f"Maven could not fetch Neo4j {version}: {done.stdout[-600:]}{done.stderr[-200:]}")
    (coming / "complete").touch()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        coming.rename(folder)
    except OSError:
        # Another run was quicker; its folder is as good.
        shutil.rmtree(coming, ignore_errors=True)
    return folder / "jars"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _limited(most_bytes: int) -> None:
    """In the child: no file grows beyond so many bytes, which the server meets as a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


class Server:
    """One server with its data in a folder, which may be killed and started again. Use as a context manager."""

    def __init__(self, folder: Path, which: Release, *, heap: str = "1g", settings: Sequence[str] = (), for_speed: bool = False) -> None:
        """`for_speed` compiles and keeps its files in memory as a real server does; without it Java starts sooner and runs slower,
        which suits tests."""
        self.folder, self.which, self.heap, self.settings, self.for_speed = folder, which, heap, tuple(settings), for_speed
        self.page_cache = "2g" if for_speed else "256m"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """What a caremap process needs in its environment to use this server."""
        return {"NEO4J_URI": self.url, "NEO4J_USERNAME": "neo4j", "NEO4J_PASSWORD": PASSWORD}

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *, settings: Sequence[str] = (), file_limit: int | None = None) -> None:
        """Start it and wait until it answers, with its first password changed. Raises CannotServe."""
        self.launch(settings=settings, file_limit=file_limit)
        self.wait()

    def launch(self, *, settings: Sequence[str] = (), file_limit: int | None = None) -> None:
        """Start it and do not wait."""
        jars = _jars(self.which.version)
        self.folder.mkdir(parents=True, exist_ok=True)
        opened = [f"--add-opens={name}=ALL-UNNAMED" for name in _OPEN]
        compiled = () if self.for_speed else ("-XX:TieredStopAtLevel=1",)
        options = [f"-Xmx{self.heap}", "-XX:+UseParallelGC", *compiled, *opened, "-cp", f"{jars}/*"]
        asked = ["dbms.usage_report.enabled=false", f"server.memory.pagecache.size={self.page_cache}", *self.settings, *settings]
        self._log = (self.folder / "console.log").open("ab")
        self._process = subprocess.Popen(
            [self.which.java, *options, str(LAUNCHER), str(self.folder), str(self.port), *asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            preexec_fn=None if file_limit is None else partial(_limited, file_limit),  # noqa: PLW1509  # Only where one test asks.
        )
        self._log.close()

    def wait(self) -> None:
        """Wait until it answers."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        giving_up = threading.Timer(READY_SECONDS, process.kill)
        giving_up.start()
        try:
            said = process.stdout.readline()
        finally:
            giving_up.cancel()
        if said.strip() != b"READY":
            process.wait()
            process.stdout.close()
            log = (self.folder / "console.log").read_text(errors="replace")
            raise CannotServe(f"Neo4j {self.which.version} did not start: {log[-1500:]}")
        self._change_first_password()

    def _change_first_password(self) -> None:
        if (self.folder / "password-changed").exists():
            return
        from neo4j import GraphDatabase

        with GraphDatabase.driver(self.url, auth=("neo4j", "neo4j")) as driver, driver.session(database="system") as session:
            session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=PASSWORD).consume()
        (self.folder / "password-changed").touch()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._end(self._process)

    def stop(self) -> None:
        """Let it stop in order."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._end(self._process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None and not stream.closed:
                stream.close()
        self._process = None

    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

"""Where a server or cluster is, and who we are to it. Neither ever shows a password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from schema.errors import BadInput

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""What a URL may begin with: `neo4j` finds the members of a cluster, `bolt` talks to one server, `+s` secures it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A name and a password. The password shows in no text that is made of this."""

    username: str = "neo4j"
    password: str = field(default="", repr=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Credentials:
        """From NEO4J_USERNAME and NEO4J_PASSWORD, or the file that NEO4J_PASSWORD_FILE names.

        Raises BadInput where that file cannot be read or both are given.
        """
        name = environ.get("NEO4J_USERNAME") or "neo4j"
        password, file = environ.get("NEO4J_PASSWORD", ""), environ.get("NEO4J_PASSWORD_FILE")
        if file and password:
            raise BadInput("NEO4J_PASSWORD and NEO4J_PASSWORD_FILE are both set; keep one of them.")
        if file:
            try:
                password = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as fault:
                raise BadInput(f"NEO4J_PASSWORD_FILE names {file}, which cannot be read ({type(fault).__name__}).") from None
        return cls(username=name, password=password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server and a database on it (None: the server's home database)."""

    address: str
    database: str | None

    @property
    def url(self) -> str:
        return self.address if self.database is None else f"{self.address}?database={self.database}"

    @classmethod
    def of(cls, url: str) -> Place:
        """From `neo4j://host[:port][?database=name]`. Raises BadInput for anything else, and for a password in it."""
        # A password may hold any sign that ends a host, so that an @ anywhere tells of one.
        if "@" in url:
            raise BadInput(
                "A store's URL holds no name or password, as URLs are logged and listed: set NEO4J_USERNAME, and NEO4J_PASSWORD or"
                " NEO4J_PASSWORD_FILE, and name only the host."
            )
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise BadInput("The store's URL has no host or port that can be read; write it as neo4j://host:7687.") from None
        asked = parse_qs(parts.query, keep_blank_values=True)
        if parts.scheme not in SCHEMES or not host or parts.path not in ("", "/") or parts.fragment or set(asked) - {"database"}:
            # What follows a question mark is not said back: it may be a password.
            shown = url.partition("?")[0].partition("#")[0]
            raise BadInput(f"{shown!r} is no address of a Neo4j server; write it as neo4j://host:7687 or neo4j://host:7687?database=name.")
        named = f"[{host}]" if ":" in host else host
        address = f"{parts.scheme}://{named}" + (f":{port}" if port else "")
        return cls(address=address, database=(asked.get("database") or [""])[-1] or None)

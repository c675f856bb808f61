"""GraphiQL with no network: Strawberry's own page, its seven addresses turned to files that the service itself serves."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from starlette.responses import HTMLResponse, Response
from strawberry.http.ides import get_graphql_ide_html

ELSEWHERE = "https://unpkg.com/"
HERE = "/static/vendor/graphiql/"
ADDRESSES = 7


@cache
def ide_html() -> str:
    """The page. Raises RuntimeError where a new Strawberry's page loads anything else than the seven files that are served."""
    page = get_graphql_ide_html("graphiql")
    count = page.count(ELSEWHERE)
    page = page.replace(ELSEWHERE, HERE).replace("Strawberry GraphiQL", "Ask the map in GraphQL")
    if count != ADDRESSES or "https://" in page:
        raise RuntimeError(f"Strawberry's page has {count} addresses of {ELSEWHERE}, not {ADDRESSES}, or others beside them.")
    return page


@cache
def ide_policy() -> str:
    """The page's Content-Security-Policy: its one inline script by its hash, styles in elements because its editor sets them."""
    scripts = re.findall(r"<script>(.*?)</script>", ide_html(), flags=re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts)
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def ide_page() -> Response:
    """The response that holds the page."""
    return HTMLResponse(ide_html(), headers={"content-security-policy": ide_policy()})

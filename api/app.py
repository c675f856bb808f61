"""The application: which address leads where, and what holds for every one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.asking import Desk
from api.routes.answers import impact, litmus
from api.routes.drawings import drawing
from api.routes.exports import export
from api.routes.files import static_file
from api.routes.front import front
from api.routes.health import health
from api.routes.showing import error_page, page
from api.settings import Settings
from graph.service import MapService
from schema.errors import CaremapError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
"""What every response says unless it says so itself: nothing from elsewhere, in no frame, to no other site."""


def create_app(service: MapService, settings: Settings | None = None) -> Starlette:
    """The application on a service. GraphQL is made ready in the background, so that the first address answers at once."""
    settings = settings or Settings()
    desk = Desk(service, settings)
    door = _GraphQL(desk)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm(desk, door))
        yield
        warming.cancel()
        # Whatever kept it from getting ready was met by whoever asked meanwhile.
        await asyncio.gather(warming, return_exceptions=True)
        desk.close()

    app = Starlette(
        routes=[
            Route("/", front),
            Route("/healthz", health),
            Route("/map", drawing),
            Route("/ask/impact", impact),
            Route("/ask/litmus", litmus),
            Route("/export/{name}", export),
            Route("/static/{address:path}", static_file),
            Route("/graphql", door, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        ],
        middleware=[
            Middleware(WithHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False),
        ],
        exception_handlers={CaremapError: _told, HTTPException: _refused},
        lifespan=lifespan,
        max_body_size=settings.body_bytes,
    )
    app.state.desk = desk
    return app


class _GraphQL:
    """The GraphQL door, whose import takes half a second and therefore waits until somebody needs it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._door: Callable[[Request], Awaitable[Response]] | None = None

    async def made(self) -> Callable[[Request], Awaitable[Response]]:
        if self._door is None:
            self._door = await self._desk.run_aside(self._make)
        return self._door

    def _make(self) -> Callable[[Request], Awaitable[Response]]:
        from api.graphql.door import GraphQLDoor

        return GraphQLDoor(self._desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        response = await (await self.made())(request)
        await response(scope, receive, send)


async def _warm(desk: Desk, door: _GraphQL) -> None:
    """Read the map and build the schema before anybody asks. A store that is away is told to whoever asks, not here."""
    with suppress(CaremapError):
        await desk.turn().snapshot()
    await door.made()


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, CaremapError):
        raise error
    return error_page(request, error)


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return page("wrong.html", status=404, title="No such page", said="Start from the first page.", near=(), with_near=[])
    return PlainTextResponse(error.detail, error.status_code, headers=dict(error.headers or {}))


class WithHeaders:
    """Adds to every response the headers that it does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message.get("headers", ())}
                message.setdefault("headers", [])
                message["headers"] = [
                    *message["headers"],
                    *((name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in said),
                ]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)

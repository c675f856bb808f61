"""Running the application: listening, telling where, and stopping soon when asked to."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn
from starlette.types import ASGIApp

from schema.errors import BadInput

CLOSING_SECONDS = 2
WEBSOCKET_BYTES = 1024 * 1024
MOST_CONNECTIONS = 1_000
Ready = Callable[[str], None]


def run_server(app: ASGIApp, host: str, port: int, ready: Ready | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then return; open streams are cut after two seconds.

    `ready` is called once with the address, as soon as it answers; `port` 0 takes any free one. Prints nothing itself. Raises
    BadInput where the address cannot be listened at.
    """
    with closing(listening(host, port)) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="on",
            timeout_graceful_shutdown=CLOSING_SECONDS,
            timeout_keep_alive=5,
            limit_concurrency=MOST_CONNECTIONS,
            ws_max_size=WEBSOCKET_BYTES,
        )
        logging.getLogger("uvicorn.error").addFilter(_expected)
        _Server(config, lambda: ready(address_of(listener)) if ready else None).run(sockets=[listener])


def _expected(record: logging.LogRecord) -> bool:
    """Leave out of the log that streams were cut at the end, which is what stopping soon means."""
    cut = record.exc_info is not None and record.exc_info[0] is asyncio.CancelledError
    return not (cut or str(record.msg).startswith("Cancel %s running task"))


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at the address. Raises BadInput with the remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(1024)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{host}:{port} cannot be listened at: {reason}. Choose another with --host and --port.") from None
    listener.set_inheritable(True)
    return listener


def address_of(listener: socket.socket) -> str:
    """The address to put into a browser."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 -- only read
    return f"http://{shown}:{port}/"


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it answers, and which returns after a signal instead of raising it once more."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and not self.should_exit:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

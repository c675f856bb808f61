"""The process: how soon it answers, and how soon it stops."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from api.asgi import address_of, listening
from schema.errors import BadInput

SERVER = """
import asyncio
from starlette.responses import StreamingResponse
from starlette.routing import Route
from api.app import create_app
from api.asgi import run_server
from graph.service import MapService
from graph.store import FixedMap
from tests.api.conftest import small_map

async def endless(request):
    async def drops():
        while True:
            yield b"drop"
            await asyncio.sleep(0.05)
    return StreamingResponse(drops())

app = create_app(MapService(FixedMap(small_map(), "small")))
app.router.routes.append(Route("/endless", endless))
run_server(app, "127.0.0.1", 0, lambda address: print(address, flush=True))
print("ended", flush=True)
"""


@pytest.fixture
def server(checkout):
    """A server of its own process: the process and its address."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.communicate(timeout=5)
        yield process, address
    finally:
        process.kill()
        process.communicate()


def ask(address: str, path: str, **options):
    return urllib.request.urlopen(urllib.request.Request(address + path.lstrip("/"), **options), timeout=5)


def test_it_answers_as_soon_as_it_says_so(server):
    _, address = server
    with ask(address, "/healthz") as answer:
        assert json.load(answer) == {"status": "ok", "ready": True, "revision": 0}
    body = json.dumps({"query": "{map {revision}}"}).encode()
    with ask(address, "/graphql", data=body, headers={"content-type": "application/json"}) as answer:
        assert json.load(answer) == {"data": {"map": {"revision": 0}}}


def test_it_stops_in_three_seconds_on_sigterm_even_with_an_open_stream(server):
    process, address = server
    with ask(address, "/endless") as stream:
        assert stream.read(4) == b"drop"
        began = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert time.perf_counter() - began < 3
    said, complained = process.communicate()
    assert said.splitlines()[-1] == "ended"
    assert "Traceback" not in complained


def test_it_says_nothing_of_its_own(server):
    process, address = server
    ask(address, "/").close()
    process.send_signal(signal.SIGTERM)
    said, complained = process.communicate(timeout=10)
    assert said == "ended\n"
    assert complained == ""


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff\xfe\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"A" * 70_000]
)
def test_a_broken_request_is_refused_and_the_next_one_answered(server, line):
    _, address = server
    port = int(address.rsplit(":", 1)[1].strip("/"))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw, contextlib.suppress(ConnectionError):
        raw.sendall(line)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(100)
        assert not answer or answer.startswith(b"HTTP/1.1 4")
    with ask(address, "/healthz") as answer:
        assert answer.status == 200


def test_a_port_that_is_taken_is_named_with_the_remedy():
    with contextlib.closing(listening("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert address_of(taken) == f"http://127.0.0.1:{port}/"
        with pytest.raises(BadInput, match=f"127.0.0.1:{port} cannot be listened at.*--port"):
            listening("127.0.0.1", port)


def test_an_address_that_is_not_of_this_machine_is_named():
    with pytest.raises(BadInput, match="--host"):
        listening("no.such.name.invalid", 1)


def test_strawberry_is_not_imported_before_somebody_needs_it(checkout):
    late = {"strawberry", "graphql", "jinja2", "pyvis", "networkx"}
    code = f"import sys, api.app, api.asgi; print(sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.strip() == "[]"

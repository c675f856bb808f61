"""A file of named parts with a checksum for each: written at one stroke, read whole or not at all.

It starts with eight signs that name the form, the size and the checksum of the head, and the head: a JSON object of what the
file is `about` and the size and checksum of each of its `parts`, which follow in that order. Nothing in it is ever run.
Whatever is wrong with a file, reading it gives None and no error: it only holds what can be had elsewhere.
"""

from __future__ import annotations

import json
import os
import secrets
import struct
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any, TypeAlias

FORM = b"CAREMAP\x01"
"""Changes with the form of the head; a file that begins otherwise is not read."""

_START = struct.Struct("<8sII")
_MOST_HEAD = 1 << 16
_FORGOTTEN_SECONDS = 3_600.0

About: TypeAlias = Mapping[str, str | int]
Parts: TypeAlias = Mapping[str, bytes | memoryview]


def write(path: Path, beside: Path, about: About, parts: Parts) -> bool:
    """Put a file there, or leave the one that is there; False where it cannot be written.

    It may be read by whoever may read the file `beside`. Nothing waits for the disk: after a power cut the checksums tell. A
    process that is killed meanwhile leaves the old file and a torso of another name, which a later one removes.
    """
    head = json.dumps({"about": about, "parts": [[name, len(part), zlib.crc32(part)] for name, part in parts.items()]}).encode()
    torso = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        _sweep(path)
        with os.fdopen(os.open(torso, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_START.pack(FORM, len(head), zlib.crc32(head)))
            file.write(head)
            for part in parts.values():
                file.write(part)
        torso.chmod(beside.stat().st_mode & 0o777)
        torso.replace(path)
    except OSError:
        torso.unlink(missing_ok=True)
        return False
    return True


def _sweep(path: Path) -> None:
    """Remove what processes that were killed while writing have left."""
    for torso in path.parent.iterdir():
        if torso.name.startswith(f"{path.name}.") and torso.suffix == ".part":
            # Another process may sweep at the same time.
            with suppress(FileNotFoundError):
                if time.time() - torso.stat().st_mtime > _FORGOTTEN_SECONDS:
                    torso.unlink()


def read(path: Path, fits: Callable[[About], bool]) -> tuple[About, dict[str, bytes]] | None:
    """What a file is about, and its parts; None where there is none, it does not fit, or anything in it is not as it was written."""
    try:
        # Opening something else than a file, such as a pipe, might never end.
        if not path.is_file():
            return None
        with path.open("rb", buffering=0) as file:
            head = _head(file)
            if head is None or not fits(head["about"]):
                return None
            sizes = [size for _, size, _ in head["parts"]]
            if min(sizes, default=0) < 0 or file.tell() + sum(sizes) != os.fstat(file.fileno()).st_size:
                return None
            return head["about"], {name: _part(file, size, checksum) for name, size, checksum in head["parts"]}
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _head(file: FileIO) -> dict[str, Any] | None:
    start = file.read(_START.size)
    if len(start) != _START.size:
        return None
    form, size, checksum = _START.unpack(start)
    if form != FORM or size > _MOST_HEAD:
        return None
    text = file.read(size)
    if zlib.crc32(text) != checksum:
        return None
    head: dict[str, Any] = json.loads(text)
    return head


def _part(file: FileIO, size: int, checksum: int) -> bytes:
    # One read gives the whole part; a system that hands over less at a time is asked again.
    pieces: list[bytes] = []
    while size:
        piece = file.read(size)
        if not piece:
            raise ValueError("the file ends before its part")
        pieces.append(piece)
        size -= len(piece)
    content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    if zlib.crc32(content) != checksum:
        raise ValueError("a part is not as it was written")
    return content

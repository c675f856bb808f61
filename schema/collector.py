"""The garbage collector, kept from looking through what is being made.

Making many records at once sets it off again and again, each time over everything made so far: as much work as the making.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """No garbage collection inside, for work that makes no cycles. Where it rests already, it stays so."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

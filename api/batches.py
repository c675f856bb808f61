"""Many small look-ups as one: what is asked for at about the same moment goes to the store together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_ROUNDS = 2
"""So many rounds of the event loop others may join: siblings in an answer come in the same round or the next."""


class Batch(Generic[K, V]):
    """Gathers keys for a moment and looks them up at once. Used from one event loop only."""

    def __init__(self, look_up: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._look_up = look_up
        self._keys: dict[K, None] = {}
        self._coming: asyncio.Future[Mapping[K, V]] | None = None

    async def get(self, key: K) -> V | None:
        """What is found under a key; None where nothing is."""
        self._keys[key] = None
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._found())
        return (await asyncio.shield(self._coming)).get(key)

    async def _found(self) -> Mapping[K, V]:
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        keys, self._keys, self._coming = list(self._keys), {}, None
        return await self._look_up(keys)

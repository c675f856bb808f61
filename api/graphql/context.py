"""What a resolver has at hand: the turn of its request."""

from __future__ import annotations

from typing import TypeAlias

from strawberry.types import Info

from api.asking import Turn

Asked: TypeAlias = Info[Turn, None]
"""The resolver's second argument; its `context` is the turn."""

"""The one door to questions and changes. It owns every limit, and caches the newest snapshot of each branch."""

from __future__ import annotations

from graph.service.changing import Changing
from graph.service.questions import Questions

__all__ = ["MapService"]


class MapService(Questions, Changing):
    """Questions and changes on one map. Safe to call from several threads."""

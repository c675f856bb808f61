"""The questions that people ask first, each by its name: what works, who sees, who must, what is paid for, what to see, what comes."""

from __future__ import annotations

from graph.analysis.first.asked import Asked, Judge
from graph.analysis.first.duties import duties
from graph.analysis.first.future import future
from graph.analysis.first.life import life
from graph.analysis.first.pays_for import pays_for
from graph.analysis.first.see_first import see_first
from graph.analysis.first.sight import sight
from graph.analysis.first.works import works
from graph.results.first import FirstAnswer
from graph.scope import Filters
from graph.selection import Stop
from graph.snapshot import Snapshot
from schema.errors import BadQuestion

__all__ = ["QUESTIONS", "first"]

QUESTIONS = {
    "works": works,
    "sight": sight,
    "duties": duties,
    "pays-for": pays_for,
    "see-first": see_first,
    "future": future,
    "life": life,
}


def first(
    snapshot: Snapshot, name: str, node: str | None, moment: str | None, filters: Filters, judge: Judge, *, stop: Stop | None = None
) -> FirstAnswer:
    """The answer to one named question, about a node where the question takes one.

    `judge` gives litmus answers, which the future asks for. Raises BadQuestion for a name that is no question, or a node that
    the question does not take; UnknownName for what is not on the map.
    """
    if name not in QUESTIONS:
        raise BadQuestion(f"There is no question {name!r}; there are {', '.join(QUESTIONS)}.")
    asked = Asked(
        name=name,
        snapshot=snapshot,
        filters=filters,
        node=None if node is None else snapshot.find(node),
        moment=None if moment is None else snapshot.find(moment),
        judge=judge,
        stop=stop,
    )
    return QUESTIONS[name](asked)

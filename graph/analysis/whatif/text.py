"""The answer as paragraphs that can be pasted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from graph.kernels.settling import State
from graph.results.whatif import Moved, WhatIfAnswer
from graph.snapshot import Snapshot
from graph.telling import in_sentence

LISTED_IN_TEXT = 8
_ENDING: Mapping[State, str] = {
    "fixed": "It comes to rest after {steps} updates",
    "cycle": "It does not come to rest but goes round in a cycle of {period}, from update {steps} on; values are means over the cycle",
    "unsettled": "It had not settled after {steps} updates; what follows is its last state",
}


def text_of(snapshot: Snapshot, answer: WhatIfAnswer, *, judged: bool) -> str:
    """The answer as paragraphs that can be pasted."""
    names = [(snapshot.map.node(name).label, value) for name, value in answer.held.items() if name not in answer.drivers]
    rest = f" and {len(names) - LISTED_IN_TEXT} more held" if len(names) > LISTED_IN_TEXT else ""
    held = ", ".join(f"{label} held at {value:g}" for label, value in names[:LISTED_IN_TEXT]) + rest
    driven = f" driven by {', '.join(snapshot.map.node(name).label for name in answer.drivers)}" if answer.drivers else ""
    count = len(answer.changed_links)
    changed = f"{count} {'link' if count == 1 else 'links'} changed" if count else ""
    said = "; ".join(part for part in (held, changed) if part)
    lines = [f"What if: {said}{driven}." if said else f"The baseline alone{driven}: nothing is set."]
    run = answer.run
    lines[0] += f" {_ENDING[cast('State', run.state)].format(steps=run.steps, period=run.period)} (rule {answer.rule})."
    for heading, up in (("Raises", True), ("Lowers", False)):
        chosen = [each for each in answer.moved if (each.difference > 0) == up][:LISTED_IN_TEXT]
        if chosen:
            lines.append(f"{heading}, most first: {', '.join(_said(each, judged=judged) for each in chosen)}.")
    if said and not answer.moved:
        lines.append("Nothing else moves.")
    if answer.draws:
        lines.append(_on_draws(answer))
    lines += answer.warnings
    lines.append(
        "These are signed differences from the baseline. They rank potential influence on the map; they do not forecast, and are no "
        f"percentages. Map revision {answer.terms.revision}."
    )
    return "\n".join(lines)


def _said(each: Moved, *, judged: bool) -> str:
    number = "" if judged else f" by {abs(each.difference):.2g}"
    value = f" ({each.worth})" if each.worth else ""
    return f"{in_sentence(each.label)}{number}{value}"


def _on_draws(answer: WhatIfAnswer) -> str:
    draws = answer.draws
    assert draws is not None
    bands = {band.id: band for band in draws.bands}
    firm = [each for each in answer.moved if each.id in bands and max(bands[each.id].rise, bands[each.id].fall) >= 0.95]
    open_ones = [each for each in answer.moved if each.id in bands and each not in firm]
    said = f"In {draws.settled} of {draws.runs} draws that settled (seed {draws.seed}), "
    said += f"{len(firm)} of the {len(firm) + len(open_ones)} listed keep their direction in at least 95 of 100"
    if open_ones:
        said += "; open are " + ", ".join(in_sentence(each.label) for each in open_ones[:LISTED_IN_TEXT])
    return said + "."

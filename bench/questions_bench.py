"""Every question of the service on workshop maps and on the shipped map: median and 95th percentile over drawn arguments.

    python -m bench.questions_bench [--quick]

In process, with the snapshot warm; without draws, nulls and comparisons.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from bench.workshop_map import MOMENT, SEED, workshop_map
from graph.analysis.first import QUESTIONS
from graph.scope import GAPS_LISTED, REACH_LISTED, Filters, Scenario
from graph.service import MapService
from graph.store import FixedMap
from loaders.curated import shipped_content
from schema.kinds import FlowKind, LinkKind, NodeKind
from schema.system_map import SystemMap

TODAY = Filters(as_of=date(2026, 1, 1))
TIMES, QUICK_TIMES = 40, 10
GOALS = {"workshop": 20.0, "influence only": 20.0, "shipped": 100.0}
"""Milliseconds at the 95th percentile, for each map."""

A_SUM = 1_000_000_00
"""Pence to follow."""
DECISION, FACTOR = NodeKind.DECISION, NodeKind.FACTOR
Question = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Milliseconds of one question."""

    median: float
    slow: float

    @classmethod
    def of(cls, asked: Sequence[Question], *, rounds: int) -> Timed:
        """All questions in turn, several rounds; the least of each counts, as others use the machine too."""
        asked[0]()
        least = np.min([[_milliseconds(question) for question in asked] for _ in range(rounds)], axis=0)
        return cls(median=float(np.median(least)), slow=float(np.quantile(least, 0.95)))


def _milliseconds(question: Question) -> float:
    begun = time.perf_counter()
    question()
    return (time.perf_counter() - begun) * 1e3


class Asker:
    """Draws the arguments of questions about one map."""

    def __init__(self, system_map: SystemMap, times: int) -> None:
        self.service, self.times = MapService(FixedMap(system_map, "bench")), times
        self._draw = np.random.Generator(np.random.PCG64(SEED))
        self._by_kind: dict[NodeKind, list[str]] = {}
        for node in system_map.nodes:
            self._by_kind.setdefault(node.kind, []).append(node.id)
        flows = ((link.start, link.money) for link in system_map.links if link.kind is LinkKind.FUNDS)
        self._payers = [(payer, money.year) for payer, money in flows if money is not None and money.flow is FlowKind.TRANSFER]

    def some(self, *kinds: NodeKind) -> list[str]:
        """Ids of nodes of these kinds, drawn with repetition."""
        ids = [name for kind in kinds for name in self._by_kind.get(kind, ())]
        return [ids[place] for place in self._draw.integers(len(ids), size=self.times).tolist()]

    def questions(self) -> Iterator[tuple[str, list[Question]]]:
        """Every question with its arguments."""
        ask, of_all, of_outcomes = self.service, [()], Filters(as_of=TODAY.as_of, top=REACH_LISTED)
        decisions, factors, both = (self.some(*kinds) for kinds in ((DECISION,), (FACTOR,), (DECISION, FACTOR)))
        ends = list(zip(decisions, factors, strict=True))
        yield "impact A B", [partial(ask.impact, [a], [b], TODAY) for a, b in ends]
        yield "litmus", [partial(ask.litmus, each, TODAY) for each in of_all]
        yield "litmus A", [partial(ask.litmus, [a], TODAY) for a in decisions]
        yield "reach A", [partial(ask.reach, a, of_outcomes) for a in both]
        yield "reach A --top 10", [partial(ask.reach, a, TODAY) for a in both]
        yield "reach --up B", [partial(ask.reach, b, of_outcomes, direction="up") for b in factors]
        yield "silos", [partial(ask.silos, TODAY)]
        yield "loops", [partial(ask.loops, None, TODAY)]
        yield "loops --through A", [partial(ask.loops, a, TODAY) for a in factors]
        yield "gaps", [partial(ask.gaps, each, Filters(as_of=TODAY.as_of, top=GAPS_LISTED)) for each in of_all]
        yield "gaps A", [partial(ask.gaps, [a], TODAY) for a in decisions]
        yield "whatif --set A=1", [partial(ask.whatif, Scenario(held={a: 1.0}), TODAY) for a in factors]
        yield "whatif --months 24", [partial(ask.whatif, Scenario(held={a: 1.0}, months=24), TODAY) for a in factors]
        yield from self._money()
        yield "read", [partial(ask.read, (), TODAY)]
        yield "read A B", [partial(ask.read, pair, TODAY) for pair in ends]
        for name in QUESTIONS:
            about = decisions if name == "see-first" else [None]
            yield f"read --question {name}", [partial(ask.first, name, node, TODAY) for node in about]

    def _money(self) -> Iterator[tuple[str, list[Question]]]:
        ask = self.service
        yield "money", [partial(ask.money, None, TODAY)]
        yield "money --gains", [partial(ask.money, None, TODAY, gains=True)]
        if self._payers:
            some = [self._payers[place] for place in self._draw.integers(len(self._payers), size=self.times).tolist()]
            for way in ("forward", "back"):
                question = partial(ask.money, None, TODAY, direction=way)
                yield f"money --follow, {way}", [partial(question, year=year, follow=(body, A_SUM)) for body, year in some]


def maps() -> Mapping[str, SystemMap]:
    """The maps that are asked about, by name."""
    return {
        "workshop": workshop_map(all_kinds=True),
        "influence only": workshop_map(all_kinds=False),
        "shipped": shipped_content(),
    }


def measured(name: str, system_map: SystemMap, times: int) -> dict[str, Timed]:
    """What each question takes on one map."""
    if MOMENT not in system_map.row_of_node:
        raise AssertionError(f"The map {name} has no {MOMENT}, which some questions are judged by.")
    return {question: Timed.of(asked, rounds=_rounds(len(asked))) for question, asked in Asker(system_map, times).questions()}


def _rounds(count: int) -> int:
    """How often each of so many questions is asked: one alone more often, as a busy moment would hit all its rounds."""
    return 15 if count == 1 else 5


def table(found: Mapping[str, Mapping[str, Timed]]) -> str:
    """A line for each question, a pair of columns for each map; a figure beyond its goal has a star."""
    questions = list(dict.fromkeys(question for times in found.values() for question in times))
    heads = ["question", *(f"{name}: median, p95 (goal {GOALS[name]:g})" for name in found)]
    lines = [heads]
    for question in questions:
        cells = [question]
        for name, times in found.items():
            each = times.get(question)
            over = "*" if each and each.slow > GOALS[name] else ""
            cells.append(f"{each.median:8.1f} {each.slow:8.1f}{over}" if each else "")
        lines.append(cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def main(arguments: list[str] | None = None) -> None:
    """Time every question and print one table of milliseconds; `--quick` draws fewer arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TIMES} arguments a question instead of {TIMES}")
    times = QUICK_TIMES if parser.parse_args(arguments).quick else TIMES
    print(table({name: measured(name, system_map, times) for name, system_map in maps().items()}))


if __name__ == "__main__":
    main()

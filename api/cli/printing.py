"""What commands print: one JSON document, or text and tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from graph.results import ImpactAnswer, ImpactPath, LitmusAnswer, Terms
    from graph.store import HistoryEntry
    from loaders.files import FileReport
    from schema.errors import Problem

PROBLEMS_SHOWN = 200


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on stdout, and nothing else."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")


def console(*, stderr: bool = False) -> Console:
    """A console that never colours what is piped, and breaks no word that a script may look for."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def table_of(title: str, *headings: str) -> Table:
    """An empty table without lines, whose columns fold their words rather than lose them."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def print_method(terms: Terms) -> None:
    """The last line under an answer: how it was found, and on which revision of the map."""
    console().print(f"Method: {terms.method}. Map revision {terms.revision}.", markup=False)


def print_problems(problems: Sequence[Problem]) -> None:
    """Problems, one a line, on stderr."""
    for problem in problems[:PROBLEMS_SHOWN]:
        typer.echo(f"{problem.severity}: {problem}", err=True)
    if len(problems) > PROBLEMS_SHOWN:
        typer.echo(f"... and {len(problems) - PROBLEMS_SHOWN} more; --json lists all.", err=True)


def print_reports(reports: Sequence[FileReport]) -> None:
    """What `check` found, a line a file, its problems below."""
    for report in reports:
        errors = sum(problem.severity == "error" for problem in report.problems)
        warnings = len(report.problems) - errors
        said = "good" if not report.problems else f"{errors} errors, {warnings} warnings"
        typer.echo(f"{report.file} ({report.format}): {report.nodes} nodes, {report.links} links, {report.distinct} distinct; {said}")
        print_problems(report.problems)


def report_json(report: FileReport) -> dict[str, Any]:
    """What `check --json` prints of one file."""
    problems = [
        {"place": problem.place, "field": problem.field, "message": problem.message, "severity": problem.severity}
        for problem in report.problems
    ]
    counts = {"nodes": report.nodes, "links": report.links, "distinct": report.distinct}
    return {"file": report.file, "format": report.format, **counts, "problems": problems}


def print_coverage(files: Sequence[Path], *, as_json: bool) -> None:
    """Which claims of the two documents the map carries."""
    from loaders.coverage import coverage
    from loaders.curated import shipped_content
    from loaders.files import load_map

    found = coverage(load_map(files[0]) if files else shipped_content())
    if as_json:
        print_json({"covered": found.covered, "total": found.total, "missing": list(found.missing)})
        return
    typer.echo(f"{found.covered} of {found.total} claims are on the map.")
    if found.missing:
        typer.echo(f"Missing: {', '.join(found.missing)}.")


def print_impact(answer: ImpactAnswer) -> None:
    """The answer as text, then its paths as a table in the order of strength, with the sources of each step."""

    out = console()
    out.print(answer.text, markup=False)
    if not answer.paths:
        return
    table = table_of("Strongest routes first", "#", "sign", "route", "months", "confidence", "sourced", "hand-offs")
    for number, path in enumerate(answer.paths, 1):
        table.add_row(
            str(number), path.sign, _route(path), _months(path), _word(path.confidence), _sourced(path), " > ".join(path.hand_offs)
        )
    out.print()
    out.print(table, markup=False)
    _print_sources(out, answer.paths)
    out.print()
    print_method(answer.terms)


def _route(path: ImpactPath) -> str:
    from rich.markup import escape

    parts = [path.steps[0].start_label]
    parts += [f"{step.sign or ''}> {step.end_label}" for step in path.steps]
    return escape(" ".join(parts))


def _months(path: ImpactPath) -> str:
    from graph.telling import months

    return months(path.delay_low, path.delay_high).removesuffix(" months")


def _word(confidence: float) -> str:
    from graph.telling import confidence_word

    return confidence_word(confidence)


def _sourced(path: ImpactPath) -> str:
    return f"{path.sourced} of {path.counted_steps}"


def _print_sources(out: Console, paths: Sequence[ImpactPath]) -> None:
    """The sources that the paths cite, each once."""
    cited = {source.id: source for path in paths for step in path.steps for source in step.sources}
    if not cited:
        return
    out.print("\nSources of these routes:", markup=False)
    for source in cited.values():
        by = ", ".join(part for part in (source.publisher, source.date) if part)
        via = f", as reported by {source.reported_by}, not checked at the source" if source.reported_by else ""
        out.print(f"  {source.title}{f' ({by})' if by else ''}{via}", markup=False)


def print_litmus(answer: LitmusAnswer) -> None:
    """The verdicts in words and as a table, both in the map's order, and who judges."""
    from rich.markup import escape

    from graph.telling import months

    out = console()
    for verdict in answer.verdicts:
        out.print(verdict.text, markup=False)
        out.print()
    if answer.verdicts:
        table = table_of("Verdicts", "decision", "verdict", "standing", "routes", "months", "hand-offs")
        for verdict in answer.verdicts:
            low = verdict.delay_low
            span = "" if low is None else months(low, verdict.delay_high).removesuffix(" months")
            found = f"{verdict.balance.found}{'' if verdict.balance.complete else ' or more'}"
            table.add_row(escape(verdict.label), escape(verdict.said), verdict.standing, found, span, " > ".join(verdict.hand_offs))
        out.print(table)
        out.print()
    out.print(answer.text, markup=False)
    print_method(answer.terms)


def print_history(entries: Sequence[HistoryEntry], *, as_json: bool) -> None:
    """The changes, newest first."""
    if as_json:
        print_json(
            {
                "changes": [
                    {
                        "revision": entry.revision,
                        "by": entry.by,
                        "when": entry.when.isoformat(),
                        "why": entry.why,
                        "branch": entry.branch,
                        "layer": entry.layer,
                        "nodes": entry.put_nodes,
                        "links": entry.put_links,
                        "sources": entry.put_sources,
                        "removed": entry.removed,
                    }
                    for entry in entries
                ]
            }
        )
        return
    for entry in entries:
        size = f"{entry.put_nodes} nodes, {entry.put_links} links, {entry.put_sources} sources put, {entry.removed} removed"
        typer.echo(f"{entry.revision:>6}  {entry.when:%Y-%m-%d %H:%M}  {entry.by}: {entry.why} ({size})")

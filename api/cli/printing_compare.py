"""What `caremap ask compare` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.printing import console, print_method

if TYPE_CHECKING:
    from graph.results import CompareAnswer

SHOWN = 40


def print_compare(answer: CompareAnswer) -> None:
    """The answer as text, then what was added, removed and changed, id by id."""
    out = console()
    out.print(answer.text, markup=False)
    for noun, changes in (("nodes", answer.nodes), ("links", answer.links)):
        for word, ids in (("More", changes.added), ("Fewer", changes.removed)):
            if ids:
                out.print(f"\n{word} {noun}:", markup=False)
                out.print("\n".join(f"  {name}" for name in ids[:SHOWN]), markup=False)
                _print_rest(len(ids))
        if changes.changed:
            out.print(f"\nChanged {noun}:", markup=False)
            for change in changes.changed[:SHOWN]:
                cited = f" [{', '.join(change.evidence)}]" if change.evidence else ""
                out.print(f"  {change.id}, {change.attribute}: {change.before} -> {change.after}{cited}", markup=False)
            _print_rest(len(changes.changed))
    out.print()
    print_method(answer.terms)


def _print_rest(count: int) -> None:
    if count > SHOWN:
        console().print(f"  ... and {count - SHOWN} more; --json lists all.", markup=False)

"""The reading as paragraphs that can be pasted."""

from __future__ import annotations

from graph.analysis.read.named import BUFFERED, BUFFETED, NEITHER
from graph.analysis.read.roles import DRIVER, ISOLATED, ORDINARY, RECEIVER
from graph.results.read import Layers, NodeReading, ReadAnswer
from graph.snapshot import Snapshot
from graph.telling import in_sentence

LISTED_IN_TEXT = 6


def text_of(snapshot: Snapshot, answer: ReadAnswer) -> str:
    """The reading in paragraphs."""
    roles = answer.roles
    lines = [f"{roles[DRIVER]} drivers, {roles[RECEIVER]} receivers, {roles[ORDINARY]} ordinary and {roles[ISOLATED]} isolated."]
    if answer.communities is not None:
        sizes = sorted((len(group) for group in answer.communities if len(group) > 1), reverse=True)
        lines.append(
            f"{len(sizes)} communities of more than one, of {', '.join(map(str, sizes[:LISTED_IN_TEXT]))} ... nodes." if sizes else ""
        )
    lines.append(answer.caution)
    if answer.layers:
        lines += _on_layers(snapshot, answer.layers)
    for node in answer.nodes:
        lines.append(_on_node(node))
    for pair in answer.pairs:
        lowering = sum(path.sign == "-" for path in (*pair.forth, *pair.back))
        lines.append(
            f"{pair.one} and {pair.other}: {len(pair.forth)} paths listed one way, {len(pair.back)} the other, {lowering} of them lowering "
            f"(a trade-off where both are wanted); {len(pair.upstream_of_both)} things lie upstream of both."
        )
    return "\n".join(line for line in lines if line)


def _on_layers(snapshot: Snapshot, layers: Layers) -> list[str]:
    label = in_sentence(snapshot.map.node(layers.moment).label)
    counts = ", ".join(f"{len(layer.decisions)} at {layer.links}" for layer in layers.layers if layer.decisions)
    lines = [f"The person at the top: links between a decision, rule or process and {label}: {counts or 'none reaches it'}."]
    if layers.never:
        rest = len(layers.never) - LISTED_IN_TEXT
        named = ", ".join(layers.never[:LISTED_IN_TEXT]) + (f" and {rest} more" if rest > 0 else "")
        lines.append(f"No route drawn yet from {len(layers.never)}: {named}.")
    return lines


def _on_node(node: NodeReading) -> str:
    said = {
        BUFFERED: "buffered: the loops through it damp more than they swell",
        BUFFETED: "buffeted: several things push it, and not one way",
        NEITHER: "neither buffered nor buffeted",
    }[node.word]
    reading = node.reading
    return (
        f"{reading.label} is {reading.role}: {reading.into} links in, {reading.out} out. Downstream of it lie {len(node.downstream)}, "
        f"upstream {len(node.upstream)}. It is {said}."
    )

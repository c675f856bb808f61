"""How a search finds nodes by words, the same for every store and file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from operator import itemgetter

from schema.records import Node


def words_of(text: str) -> list[str]:
    """The words of a text as search compares them: letters and digits, whatever their case or accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain.casefold())


def best_matches(text: str, nodes: Iterable[Node], most: int) -> list[Node]:
    """The nodes among some that hold every word of a text, the last one perhaps only begun, best first; see `match_rank`."""
    words = words_of(text)
    if not words or most < 1:
        return []
    ranked = [(rank, node) for node in nodes if (rank := match_rank(words, node)) is not None]
    return [node for _, node in sorted(ranked, key=itemgetter(0))[:most]]


def match_rank(words: Sequence[str], node: Node) -> tuple[int, int, str] | None:
    """How well a node matches the words of a search, smaller is better; None where a word is nowhere in it.

    Its id or label is just that; then all words are in id and label; then with its aliases; then with its text. Among
    equals the shorter label comes first, then the smaller id, so that every store gives the same order.
    """
    name = [*words_of(node.id), *words_of(node.label)]
    if list(words) in (words_of(node.label), words_of(node.id)):
        return 0, len(node.label), node.id
    aliases = [word for alias in node.aliases for word in words_of(alias)]
    if all(_holds(name, word, whole=place < len(words) - 1) for place, word in enumerate(words)):
        return 1, len(node.label), node.id
    for tier, held in ((2, name + aliases), (3, name + aliases + words_of(node.text or ""))):
        if all(_holds(held, word, whole=place < len(words) - 1) for place, word in enumerate(words)):
            return tier, len(node.label), node.id
    return None


def _holds(held: Sequence[str], word: str, *, whole: bool) -> bool:
    return word in held if whole else any(other.startswith(word) for other in held)

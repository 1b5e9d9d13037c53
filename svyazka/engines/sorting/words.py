"""A text as it is sorted by: its words, and what is left of each when its ending is gone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

LONGEST = 2_000  # letters of a text that count; whoever has not said by then what he wants says it in his first lines
LINK, MAIL, NUMBER = "<link>", "<mail>", "<number>"
_WORD = re.compile(
    r"(?P<link>https?://\S+|www\.\S+|t\.me/\S+)|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]+)|(?P<number>\d[\d\s().,:+-]*\d|\d)|[^\W\d_]+"
)
_SHORTEST = 3  # letters that a stem keeps


def words(text: str) -> list[str]:
    """In their order, small; a number, an address and a link each as one word that says no more than that."""
    return [_named(found) for found in _WORD.finditer(folded(text))]


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text[:LONGEST]).lower().replace("\u0451", "\u0435")


def stems(found: Iterable[str]) -> list[str]:
    return [stem(word) for word in found]


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Without its ending: two cases of a noun are one word. The longest ending that leaves three letters goes."""
    for length in range(min(_LONGEST_ENDING, len(word) - _SHORTEST), 0, -1):
        if word[-length:] in _ENDINGS:
            return word[:-length]
    return word


def holds(text: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether these stems stand in it one after the other."""
    return bool(phrase) and f" {' '.join(phrase)} " in f" {' '.join(text)} "


def _named(found: re.Match[str]) -> str:
    kind = found.lastgroup
    return f"<{kind}>" if kind else found.group()


def _endings() -> frozenset[str]:
    text = (files(__package__) / "endings.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


_ENDINGS = _endings()
_LONGEST_ENDING = max(map(len, _ENDINGS))

"""Codes: short names in Latin letters that never change, made out of the words that people chose."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

# The Cyrillic letters from the first to the last, in the order of the alphabet; yo stands outside of it.
_LETTERS = "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh sch - y - e yu ya".replace("-", "").split(" ")
_LATIN = {chr(0x430 + place): latin for place, latin in enumerate(_LETTERS)} | {chr(0x451): "e"}


def made_of(words: Mapping[str, str], *, besides: Collection[str], longest: int = 50) -> str:
    """A code for these words that none of the others has: `{"ru": "Вид кухни"}` → "vid_kukhni", "vid_kukhni_2"."""
    said = (words.get("en") or words.get("ru") or "").lower()
    plain = re.sub(r"[^a-z0-9]+", "_", "".join(_LATIN.get(letter, letter) for letter in said)).strip("_")
    start = plain[: longest - 4].strip("_") or "own"
    return next(code for code in _numbered(start, len(besides) + 2) if code not in besides)


def _numbered(start: str, most: int) -> list[str]:
    return [start, *(f"{start}_{number}" for number in range(2, most + 1))]

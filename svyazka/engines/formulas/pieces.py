"""A text cut into what a formula is read from: numbers, texts in quotes, names in marks, words, signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from svyazka.engines.formulas.formula import LONGEST, Place, Wrong

# A comma with a figure on both sides belongs to a number; any other parts what a function is given.
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_PIECE = re.compile(
    rf"""(?P<space>\s+)
    |(?P<number>{_NUMBER})
    |(?P<text>"[^"]*"|«[^»]*»|“[^”]*”|'[^']*')
    |(?P<name>\[[^\[\]]*\]|\{{[^{{}}]*\}})
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><=|>=|<>|!=|==|[-+*/()=<>%;,−×÷·:≤≥≠])""",
    re.VERBOSE,
)
_SAME = {"!=": "<>", "≠": "<>", "==": "=", "≤": "<=", "≥": ">=", "−": "-", "×": "*", "·": "*", "÷": "/", ":": "/"}
_SAME[","] = ";"
_OPEN = {'"': "text_open", "«": "text_open", "“": "text_open", "'": "text_open", "[": "name_open", "{": "name_open"}


@dataclass(frozen=True)
class Piece:
    kind: str  # number, text, name, word, sign, end
    said: str
    place: Place


def cut(text: str) -> list[Piece]:
    if len(text) > LONGEST:
        raise Wrong("too_long", (LONGEST, len(text)), most=LONGEST)
    found: list[Piece] = []
    at = 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            end = len(text) if text[at] in _OPEN else at + 1
            raise Wrong(_OPEN.get(text[at], "strange"), (at, end), said=text[at])
        if match.lastgroup != "space":
            found.append(_piece(str(match.lastgroup), match.group(), match.span()))
        at = match.end()
    return [*found, Piece("end", "", (len(text.rstrip()), len(text)))]


def _piece(kind: str, said: str, place: Place) -> Piece:
    if kind in ("text", "name"):
        said = said[1:-1] if kind == "text" else " ".join(said[1:-1].split())
    elif kind == "sign":
        said = _SAME.get(said, said)
    return Piece(kind, said, place)

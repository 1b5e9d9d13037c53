"""The functions, and the words that people write for them and for the signs (`words.txt`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from svyazka.engines.formulas.formula import DATED, NUMBERS, Kind

ANY = tuple(Kind)
SIMPLE = tuple(kind for kind in Kind if kind != Kind.LIST)
MANY = 30


@dataclass(frozen=True)
class Function:
    """`takes`: the kinds of each piece, the last one of all that follow. `gives`: None: as its pieces are."""

    code: str
    takes: tuple[tuple[Kind, ...], ...]
    least: int
    most: int
    gives: Kind | None


FUNCTIONS = (
    Function("if", ((Kind.YES,), SIMPLE), 3, 3, None),
    Function("min", ((*NUMBERS, *DATED),), 2, MANY, None),
    Function("max", ((*NUMBERS, *DATED),), 2, MANY, None),
    Function("sum", (NUMBERS,), 1, MANY, None),
    Function("round", (NUMBERS, (Kind.NUMBER,)), 1, 2, None),
    Function("abs", (NUMBERS,), 1, 1, None),
    Function("percent", (NUMBERS, NUMBERS), 2, 2, Kind.NUMBER),
    Function("days", (DATED, DATED), 2, 2, Kind.NUMBER),
    Function("workdays", (DATED, DATED), 2, 2, Kind.NUMBER),
    Function("hours", (DATED, DATED), 2, 2, Kind.NUMBER),
    Function("today", (), 0, 0, Kind.DATE),
    Function("now", (), 0, 0, Kind.MOMENT),
    Function("date", (DATED,), 1, 1, Kind.DATE),
    Function("year", (DATED,), 1, 1, Kind.NUMBER),
    Function("month", (DATED,), 1, 1, Kind.NUMBER),
    Function("day", (DATED,), 1, 1, Kind.NUMBER),
    Function("weekday", (DATED,), 1, 1, Kind.NUMBER),
    Function("hour", ((Kind.MOMENT,),), 1, 1, Kind.NUMBER),
    Function("empty", (ANY,), 1, 1, Kind.YES),
    Function("coalesce", (SIMPLE,), 2, MANY, None),
    Function("count", (ANY,), 1, MANY, Kind.NUMBER),
    Function("contains", ((Kind.LIST, Kind.TEXT), (Kind.TEXT,)), 2, 2, Kind.YES),
)
BARE = ("today", "now")  # without brackets, too


def _read_words() -> dict[str, list[str]]:
    lines = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":") for line in lines if line and not line.startswith("#"))
    return {code: said.split() for code, said in pairs}


def _all_of(codes: dict[str, str]) -> dict[str, str]:
    """Every word → what it stands for; of two letters that are typed for each other either will do."""
    found = {word: means for code, means in codes.items() for word in (code, *_WORDS[code])}
    return {**{word.replace("\u0451", "\u0435"): means for word, means in found.items()}, **found}


_WORDS = _read_words()
RUSSIAN = {code: said[0] for code, said in _WORDS.items()}
BY_CODE = {one.code: one for one in FUNCTIONS}
BY_WORD = {word: BY_CODE[code] for word, code in _all_of({code: code for code in BY_CODE}).items()}
SIGNS = _all_of({sign: sign for sign in ("and", "or", "not")})
TRUTHS = {word: code == "yes" for word, code in _all_of({"yes": "yes", "no": "no"}).items()}

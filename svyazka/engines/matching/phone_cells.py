"""Telephone numbers as they stand in cells and forms: several in one, with extensions, damaged by a spreadsheet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from svyazka.engines.matching.letters import folded
from svyazka.engines.matching.meaningless import is_no_number
from svyazka.kit import phones

Unreadable = Literal["digits_lost", "placeholder", "no_number", "no_town"]


@dataclass(frozen=True, slots=True)
class Phones:
    """`numbers`: E.164, in their order. `extensions`: by number. `unread`: the reasons why something is none."""

    numbers: tuple[str, ...] = ()
    extensions: tuple[tuple[str, str], ...] = ()
    unread: tuple[Unreadable, ...] = ()


@lru_cache(maxsize=20_000)
def read(cell: str) -> Phones:
    """`8 (916) 123-45-67 доб. 12; 84951234567` → two numbers, and the extension of the first."""
    if _PLAIN.fullmatch(cell) and not is_no_number(cell[2:]):
        return Phones((cell,))
    numbers: dict[str, str] = {}
    unread: list[Unreadable] = []
    for piece in _pieces(folded(cell)):
        number, extension, reason = _one(piece)
        if number:
            numbers.setdefault(number, extension)
        elif reason:
            unread.append(reason)
    extensions = tuple((number, extension) for number, extension in numbers.items() if extension)
    return Phones(tuple(numbers), extensions, tuple(unread))


_PLAIN = re.compile(r"\+7[3489][0-9]{9}")  # as it is stored; most of them have been read before


def _pieces(said: str) -> list[str]:
    """Where one number ends and the next begins. A comma within 7,91612e+10 is none."""
    if _LOST.search(said):
        return [piece for piece in re.split(r"[;|/]|,\s", said) if piece.strip()]
    plain = _ROUND_TEN.sub(r"\1", said.strip("'\" "))
    plain = plain.translate(_NOUGHTS) if _ONLY_NOUGHTS.match(plain) else _NOUGHT.sub("0", plain)
    plain = re.sub(r"(?<=\d)[lіi](?=\d)", "1", plain).replace("з", "3") if re.search(r"\d[lіiз]\d", plain) else plain
    plain = _WHEN.sub(" ", plain)
    parts = re.split(r"[;|\n\\]|/|,(?!\s*\d{1,2}(?!\d))|\s(?:или|и|or)\s|(?<=\d)\s*(?=\+\d)", plain)
    return [piece for part in parts for piece in _run_together(part) if piece.strip()]


_ROUND_TEN = re.compile(r"^(\+?\d{10,11})\.0+$")  # a spreadsheet took it for a number
_NOUGHTS = str.maketrans("oо", "00")
_ONLY_NOUGHTS = re.compile(r"^[\d\soо().+/,;-]*$")
_NOUGHT = re.compile(r"(?<=\d)[oо](?=[\d\s-]|$)|(?<=[\d\s-])[oо](?=\d)")
_WHEN = re.compile(r"\b(?:после|до|с|по|к|в)\s*\d{1,2}(?:[:.-]\d\d)?(?:\s*(?:ч|час\w*|утра|вечера|дня))?\b")


def _run_together(part: str) -> list[str]:
    """`8916123456789161234568` and `8 916 123-45-67 8 495 123-45-67` hold two numbers."""
    digits = re.sub(r"\D", "", _EXTENSION.sub("", part))
    if len(digits) > 15 and len(several := _one_after_the_other(part)) > 1:
        return several
    if len(digits) == 22 and digits[0] in "78" and digits[11] in "78":
        return [digits[:11], digits[11:]]
    if len(digits) == 20 and digits[0] == digits[10] == "9":
        return [digits[:10], digits[10:]]
    return [part]


def _one_after_the_other(part: str) -> list[str]:
    """`343 329 94 37 8.929.453.92.60`: where enough digits for a number have come, the next one begins."""
    found, digits = [], ""
    for piece in re.split(r"[\s,]+", part):
        digits += re.sub(r"\D", "", piece)
        if (len(digits) == 11 and digits[0] in "78") or (len(digits) == 10 and digits[0] in "3489"):
            found.append(digits)
            digits = ""
    return found


_LOST = re.compile(r"\d[.,]?\d*e\+?\d", re.I)
_EXTENSION = re.compile(
    r"(?:,\s*)?(?:доб(?:ав(?:очный)?)?|внутр?(?:енний)?|вн|ext(?:ension)?|x|#|\*)\.?:?\s*\(?(\d{1,6})\)?\s*$"
)
_COMMA_EXTENSION = re.compile(r"(?<=\d),\s*(\d{1,4})$")


def _one(piece: str) -> tuple[str, str, Unreadable | None]:
    if _LOST.search(piece):
        return "", "", "digits_lost"
    extension = _EXTENSION.search(piece) or _COMMA_EXTENSION.search(piece)
    plain = piece[: extension.start()] if extension else piece
    digits = re.sub(r"\D", "", plain)
    if not digits or (len(digits) < 5 and not extension):
        return "", "", "no_number" if digits else None
    number, reason = _number(plain, digits)
    return number, extension.group(1) if extension and number else "", reason


def _number(plain: str, digits: str) -> tuple[str, Unreadable | None]:
    home = _at_home(plain, digits)
    if home:
        return ("", "placeholder") if is_no_number(home) else (f"+7{home}", None)
    if len(digits) < 10:
        return "", "placeholder" if len(set(digits)) == 1 else "no_town"
    if is_no_number(digits[-10:]):
        return "", "placeholder"
    try:
        return phones.normalise(plain.strip()), None
    except phones.NotAPhone:
        return "", "no_number"


def _at_home(plain: str, digits: str) -> str:
    """The ten digits of a Russian number, with +7, 7, 8, +8, 78, 007, 810 7 or nothing before them; else nothing."""
    local = ""
    if len(digits) == 10:
        local = digits if not plain.lstrip(" (").startswith("+") else ""
    elif len(digits) == 11 and digits[0] in "78":
        local = digits[1:]
    elif len(digits) == 12 and digits[:2] in {"78", "77", "87"} and digits[2] == "9":
        local = digits[2:]
    elif len(digits) in (13, 14, 15) and digits.startswith(("007", "8107", "00107")):
        local = digits[-10:]
    return local if local[:1] in _FIRST or is_no_number(local or "1") else ""


_FIRST = {"3", "4", "8", "9"}

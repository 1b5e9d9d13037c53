"""Tax numbers of Russia (ИНН, КПП), told by their check digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from svyazka.engines.matching.letters import folded
from svyazka.engines.matching.meaningless import is_no_tax_number

Unreadable = Literal["check_digit", "placeholder", "digits_lost", "length"]


@dataclass(frozen=True, slots=True)
class TaxNumber:
    inn: str = ""
    kpp: str = ""
    unread: Unreadable | None = None


def read(cell: str) -> TaxNumber:
    """`ИНН/КПП 7707083893/773601001`; a zero that a spreadsheet cut off comes back where the check digits then hold."""
    said = re.sub(r"(?<=\d)\.0+$", "", folded(cell).replace("о", "0") if re.search(r"\d", cell) else "")
    if re.search(r"\d[.,]?\d*e\+?\d", said):
        return TaxNumber(unread="digits_lost")
    groups = re.findall(r"\d+", re.sub(r"(?<=\d)[ \u00a0](?=\d{2,3}(?:\D|$))", "", said))
    inns = [inn for group in groups if (inn := _with_zero(group))]
    kpp = next((group for group in groups if is_kpp(group) and group != (inns[0] if inns else "")), "")
    if inns:
        return TaxNumber("", kpp, "placeholder") if is_no_tax_number(inns[0]) else TaxNumber(inns[0], kpp)
    return TaxNumber("", kpp, _why(groups))


def _why(groups: list[str]) -> Unreadable | None:
    longest = max(groups, key=len, default="")
    if not longest:
        return None
    if is_no_tax_number(longest):
        return "placeholder"
    return "check_digit" if len(longest) in (10, 12) else "length"


def _with_zero(digits: str) -> str:
    if is_inn(digits):
        return digits
    return f"0{digits}" if len(digits) in (9, 11) and is_inn(f"0{digits}") else ""


def is_inn(digits: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", digits):
        return False
    if len(digits) == 10:
        return _check(digits[:9], _OF_10) == digits[9]
    return _check(digits[:10], _OF_11) == digits[10] and _check(digits[:11], _OF_12) == digits[11]


def is_kpp(digits: str) -> bool:
    """Of a tax office, with a reason that exists: 01 to 50 of a Russian company, 51 to 99 of a foreign one."""
    return bool(re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", digits)) and digits[:2] != "00"


def with_check_digits(digits: str) -> str:
    """A whole number from its first 9 or 10 digits."""
    if len(digits) == 9:
        return digits + _check(digits, _OF_10)
    first = digits + _check(digits, _OF_11)
    return first + _check(first, _OF_12)


_OF_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_OF_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_OF_12 = (3, *_OF_11)


def _check(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)

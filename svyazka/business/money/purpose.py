"""Which invoices a payment says it is for: out of what people write as its purpose. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

_MONTHS = (
    "январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр",
)  # fmt: skip
_SIGN = r"(?:№+|n[о0o]?\.?|no\.?|#|номер(?:а|ам)?)"
# “Счёт” in any case, “сч.”, “invoice”; not a bank account (р/счёт, л/с) and not an invoice of VAT (счёт-фактура).
_WORD = re.compile(
    rf"(?<![\w/.-])(?:сч[её]т(?:а|у|ам|ом|е|ов)?|сч\.?|сч[-.]?т[ау]?|invoice|inv\.?)(?!\s*-?\s*ф(?:\b|акт))"
    rf"(?:\s*(?:на\s+оплату|об\s+оплате|покупателю))?\s*[:.]?\s*{_SIGN}{{0,2}}\s*[:.]?\s*(?=[0-9])",
    re.IGNORECASE,
)
_BANK_ACCOUNT = re.compile(r"(?:р(?:ас)?ч?[/.]|расч[её]тн\w+|лицев\w+|корр?[./]?\w*|л[/.])\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"0*([0-9]{1,9})(?![0-9/]|[.,-][0-9])")
_NEXT = re.compile(rf"\s*(?:,|;|и|and)\s*{_SIGN}{{0,2}}\s*(?=[0-9])", re.IGNORECASE)
_DAY = re.compile(
    rf"\s*(?:от|dated|of)?\s*(?:([0-9]{{1,2}})[./-]([0-9]{{1,2}})[./-]([0-9]{{4}}|[0-9]{{2}})\b"
    rf"|[«\"]?([0-9]{{1,2}})[»\"]?\s+({'|'.join(_MONTHS)})[а-я]*\.?\s+([0-9]{{4}}))",
    re.IGNORECASE,
)
MOST = 10


class Named(NamedTuple):
    number: int
    day: date | None = None


def invoices(text: str) -> list[Named]:
    """`по счету № 17 от 12.11.2026`, `сч.17, 18`, `Invoice #17`: each once, in the order in which they stand there."""
    return list(dict.fromkeys(_named(text)))[:MOST]


def _named(text: str) -> Iterator[Named]:
    for word in _WORD.finditer(text):
        if _BANK_ACCOUNT.search(text[: word.start()]):
            continue
        place = word.end()
        while found := _NUMBER.match(text, place):
            day = _DAY.match(text, found.end())
            yield Named(int(found[1]), _read_day(day) if day else None)
            after = _NEXT.match(text, day.end() if day else found.end())
            if after is None:
                break
            place = after.end()


def _read_day(found: re.Match[str]) -> date | None:
    day, month, year, in_words, name, its_year = found.groups()
    with suppress(ValueError):
        if name:
            return date(int(its_year), _MONTHS.index(name.lower()) + 1, int(in_words))
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    return None

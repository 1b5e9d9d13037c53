"""Moments and sums as people and programs write them into cells."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils import timezone

from svyazka.kit.texts import folded

_MONTHS = {
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6, "июл": 7, "авг": 8, "сен": 9, "окт": 10,
    "ноя": 11, "дек": 12, "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_FIRST_YEAR = 1990
_SERIAL_ZERO = datetime(1899, 12, 30)  # days of a spreadsheet have no zone
_HOUR = r"(?:[ t,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?)?"
_ZONE = r"\s*(?P<zone>z|[+-]\d{2}:?\d{2})?"
_SHAPES = [
    re.compile(rf"(?P<year>\d{{4}})[-./](?P<month>\d{{1,2}})[-./](?P<day>\d{{1,2}}){_HOUR}{_ZONE}"),
    re.compile(
        rf"(?P<day>\d{{1,2}})[-./](?P<month>\d{{1,2}})[-./](?P<year>\d{{2}}|\d{{4}})(?: ?г(?:од|ода)?\.?)?{_HOUR}"
    ),
    re.compile(
        r"(?P<day>\d{1,2})(?:-?(?:го|е))?[-. ]+(?P<said>[а-яa-z]{3,9})\.?[-., ]+(?P<year>\d{2}|\d{4})"
        rf"(?: ?г(?:од|ода)?\.?)?,?(?: в)?{_HOUR}"
    ),
    re.compile(rf"(?P<said>[а-яa-z]{{3,9}})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_HOUR}"),
]
_WEEKDAY = re.compile(r"^(?:пн|вт|ср|чт|пт|сб|вс|mon|tue|wed|thu|fri|sat|sun)[а-яa-z]*\.?,? +(?=\d)")


@lru_cache(maxsize=50_000)
def moment(cell: str) -> datetime | None:
    """`12.05.21`, `2021-05-12T09:30:00+03:00`, `12 мая 2021 г.`, `44328,5`. None: no moment can be read there."""
    said = _WEEKDAY.sub("", folded(cell).strip(" .,'\""))
    if re.fullmatch(r"\d{4,5}(?:[.,]\d+)?|\d{10}|\d{13}", said):
        return _numbered(Decimal(said.replace(",", ".")))
    for shape in _SHAPES:
        if found := shape.fullmatch(said):
            return _made(found.groupdict())
    return None


def _numbered(number: Decimal) -> datetime | None:
    """Days of a spreadsheet, or seconds since 1970."""
    if number >= 10**9:
        return _within(datetime.fromtimestamp(float(number if number < 10**12 else number / 1000), UTC))
    if not 32_874 <= number < 73_051:  # from 1990 to 2100
        return None
    return _within(timezone.make_aware(_SERIAL_ZERO + timedelta(seconds=round(float(number) * 86_400))))


def _made(found: dict[str, str | None]) -> datetime | None:
    month = _MONTHS.get((found.get("said") or "")[:3], 0) if found.get("said") else int(found["month"] or 0)
    day, year = int(found["day"] or 0), int(found["year"] or 0)
    if len(found.get("year") or "") == 2:
        year += 2000 if year < 70 else 1900
    if month > 12 >= day and not found.get("zone"):
        day, month = month, day  # as it is written overseas
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    try:
        plain = datetime(year, month, day, hour, minute, second)  # its zone comes next
        if zone := found.get("zone"):
            return _within(datetime.fromisoformat(f"{plain.isoformat()}{zone.replace('z', '+00:00')}"))
        return _within(timezone.make_aware(plain))
    except (ValueError, OverflowError):
        return None


def _within(at: datetime) -> datetime | None:
    return at if _FIRST_YEAR <= at.year < 2100 else None


@lru_cache(maxsize=20_000)
def amount(cell: str) -> Decimal | None:
    """`54 300,50 ₽`, `1.234.567`, `1,234.56`, `12 тыс. руб.`. None: no sum can be read there."""
    said = "".join(folded(cell).split()).strip("'\"")
    bare = re.sub(r"^(?:rub|₽|р\.|руб\.?)|(?:₽|рублей|рубля|рубль|руб\.?|р\.?|rub|rur)$", "", said)
    times = 1
    if found := re.fullmatch(r"(.*?)(тыс\.?|т\.|млн\.?|к|k)", bare):
        bare, times = found[1], 1_000_000 if found[2].startswith("млн") else 1000
    try:
        read = Decimal(_plain(bare)) * times
        return read.quantize(Decimal("0.01")) if 0 <= read < 10**12 else None
    except InvalidOperation:
        return None


def _plain(said: str) -> str:
    """Which of its signs parts the kopecks off."""
    if not re.fullmatch(r"\d[\d.,'’]*", said):
        raise InvalidOperation
    whole = re.sub(r"['’]", "", said)
    if "," in whole and "." in whole:
        last = max(whole.rfind(","), whole.rfind("."))
        return re.sub(r"[.,]", "", whole[:last]) + "." + whole[last + 1 :]
    sign = "," if "," in whole else "."
    if whole.count(sign) > 1 or re.fullmatch(r"[1-9]\d{0,2},\d{3}", whole):
        return whole.replace(sign, "")
    return whole.replace(",", ".")

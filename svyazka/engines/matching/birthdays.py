"""Dates of birth in any shape, as eight digits."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from svyazka.engines.matching.letters import folded, is_one_slip, listed

EARLIEST, LATEST = 1890, 2099
GENERATION = 15  # years


@lru_cache(maxsize=20_000)
def read(typed: str) -> str:
    """`13.04.1985`, `1985-04-13`, `13 апреля 85 г.` → `19850413`. Digits, not a date: a slip makes days that never
    were. Empty for what is no date of birth, and for what is written where nobody was asked."""
    said = re.sub(r"[\sT]00:00.*$|\s*г(?:\.|ода?)?(?:\s*р\.?)?$|\.0$", "", folded(typed))
    days = [digits for shape in _SHAPES if (digits := _read_as(shape, said))]
    return next(filter(_is_day, days), days[0] if days else _from_sheet(said))


def _read_as(shape: tuple[re.Pattern[str], tuple[int, int, int]], said: str) -> str:
    found = shape[0].fullmatch(said)
    if not found:
        return ""
    year, month, day = (found.group(place) for place in shape[1])
    digits = f"{_year(year)}{_MONTHS.get(month[:3], month.zfill(2))}{day.zfill(2)}"
    return digits if EARLIEST <= int(digits[:4]) <= LATEST and digits not in _NOBODYS else ""


def _is_day(digits: str) -> bool:
    try:
        date.fromisoformat(digits)
    except ValueError:
        return False
    return True


_MONTHS = {name: f"{at:02}" for at, name in enumerate(listed("янв фев мар апр мая июн июл авг сен окт ноя дек"), 1)}
_MONTHS |= {name: f"{at:02}" for at, name in enumerate(listed("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_NAMED = "|".join(f"{name}[a-zа-я]*" for name in _MONTHS)
_SHAPES = (
    (re.compile(r"(\d{4})[-./ ]?(\d{2})[-./ ]?(\d{2})"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-./, ]+(\d{1,2})[-./, ]+(\d{4}|\d{2})"), (3, 2, 1)),
    (re.compile(r"(\d{2})(\d{2})(\d{4})"), (3, 2, 1)),
    (re.compile(rf"(\d{{1,2}})[-. ]*({_NAMED})\.?[-,. ]*(\d{{4}}|\d{{2}})"), (3, 2, 1)),
)
_THIS_CENTURY = 25  # the last year of two digits that is of this one


def _year(said: str) -> str:
    return said if len(said) == 4 else f"{20 if int(said) <= _THIS_CENTURY else 19}{said}"


_NOBODYS = frozenset(["19000101", "19700101", "18991230", "20000101"])


def _from_sheet(said: str) -> str:
    """Days since 1900, as a spreadsheet keeps them."""
    if not re.fullmatch(r"[1-4]\d{4}", said):
        return ""
    return f"{date(1899, 12, 30) + timedelta(days=int(said)):%Y%m%d}"


def is_slip(one: str, other: str) -> bool:
    """One digit, two that changed places, or the day where the month should stand; not from a father to his son."""
    if abs(int(one[:4]) - int(other[:4])) >= GENERATION:
        return False
    return is_one_slip(one, other) or (one[:4], one[4:6], one[6:]) == (other[:4], other[6:], other[4:6])

"""Times and amounts, as short as they can be without doubt, and cheap.

Django's formats cost 20 µs a date; a board shows two hundred. Here the words are looked up once a page.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS_ALT
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from svyazka.kit import clock

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def money(amount: Decimal | None) -> str:
    """`54 300,50 ₽`, in English `₽54,300.50`: with kopecks only where there are some."""
    if amount is None:
        return ""
    whole, kopecks = _parts(abs(amount))
    minus = "-" if amount < 0 else ""
    if _is_english():
        return f"{minus}₽{int(whole):,}{kopecks and f'.{kopecks}'}"
    return f"{minus}{_grouped(whole)}{kopecks and f',{kopecks}'}\u00a0₽"


def typed_money(amount: Decimal) -> str:
    """As it stands in an input, and is read again: `54 300,50`, in English `54300.50`."""
    whole, kopecks = _parts(amount)
    if _is_english():
        return f"{whole}{kopecks and f'.{kopecks}'}"
    return f"{_grouped(whole)}{kopecks and f',{kopecks}'}"


def _parts(amount: Decimal) -> tuple[str, str]:
    whole, _point, kopecks = format(amount, "f").partition(".")
    return whole, kopecks[:2].ljust(2, "0") if kopecks.strip("0") else ""


def _grouped(whole: str) -> str:
    return f"{int(whole):,}".replace(",", "\u00a0")


def _is_english() -> bool:
    return (get_language() or settings.LANGUAGE_CODE).startswith("en")


class Short:
    """The words of one page, in its language and at its time."""

    def __init__(self) -> None:
        self.now = clock.now()
        self._zone = timezone.get_current_timezone()
        self._today = self.now.astimezone(self._zone).date()
        self._words = _words(get_language() or settings.LANGUAGE_CODE)

    def moment(self, at: datetime) -> str:
        """`today 14:05`, `yesterday 09:30`, `12 May 14:05`, `12 May 2027 14:05`."""
        when = at.astimezone(self._zone)
        hour = f"{when.hour:02}:{when.minute:02}"
        pattern = self._words.days.get((when.date() - self._today).days)
        if pattern:
            return pattern.replace("{time}", hour)
        return f"{self.day(when.date())} {hour}"

    def day(self, day: date) -> str:
        """`12 May`, `12 May 2027`."""
        said = f"{day.day} {self._words.months[day.month - 1]}"
        return said if day.year == self._today.year else f"{said} {day.year}"

    def age(self, since: datetime) -> str:
        return self.span(self.now - since)

    def span(self, span: timedelta) -> str:
        """`5 min`, `3 h`, `12 d`: the greatest unit only."""
        span = abs(span)
        if span < _HOUR:
            return self._words.minutes.replace("{n}", str(int(span.total_seconds() // 60)))
        if span < 2 * _DAY:
            return self._words.hours.replace("{n}", str(int(span / _HOUR)))
        return self._words.age.replace("{n}", str(span.days))

    def limit(self, hours: int) -> str:
        return self.span(timedelta(hours=hours))


class _Words(NamedTuple):
    days: dict[int, str]  # counted from today
    months: list[str]
    minutes: str
    hours: str
    age: str


def _together(said: str) -> str:
    """A number and its unit stay on one line."""
    return said.replace(" ", "\u00a0")


@cache
def _words(_language: str) -> _Words:
    """Of the language that is switched on; each is asked for once."""
    return _Words(
        days={-1: _("yesterday {time}"), 0: _("today {time}"), 1: _("tomorrow {time}")},
        # Not Django's own short names: those say "12 май".
        months=[str(MONTHS_ALT[number])[:3] for number in range(1, 13)],
        minutes=_together(_("{n} min")),
        hours=_together(_("{n} h")),
        age=_together(_("{n} d")),
    )

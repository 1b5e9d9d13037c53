"""When something that comes again comes next: pure, by the clock on the wall."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.kit import clock
from svyazka.kit.refusals import Refused

UNITS = {"day": _("day"), "week": _("week"), "month": _("month")}
MOST = 99
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Repeat:
    """Every two weeks since that day: as a task keeps it in `Task.repeat`."""

    every: int
    unit: str
    since: datetime  # without a zone: nine in the morning stays nine when the clocks change
    number: int = 0  # which one of the row this task is
    until: date | None = None

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Repeat | None:
        if not stored:
            return None
        until = stored.get("until")
        return cls(
            every=stored["every"],
            unit=stored["unit"],
            since=datetime.fromisoformat(stored["since"]),
            number=stored.get("number", 0),
            until=date.fromisoformat(until) if until else None,
        )

    def stored(self) -> dict[str, Any]:
        kept = {"every": self.every, "unit": self.unit, "since": self.since.isoformat(), "number": self.number}
        return {**kept, "until": self.until.isoformat()} if self.until else kept

    def following(self, after: datetime) -> Repeat | None:
        """The next of the row that is still to come; what was missed meanwhile is not made up for."""
        number = max(self.number + 1, self._about(after))
        while self.at(number) <= after:
            number += 1
        if self.until and self.at(number).date() > self.until:
            return None
        return Repeat(self.every, self.unit, self.since, number, self.until)

    def at(self, number: int) -> datetime:
        if self.unit == "month":
            return _months_later(self.since, number * self.every)
        return self.since + timedelta(days=number * self.every * _DAYS[self.unit])

    @property
    def due_at(self) -> datetime:
        here = self.at(self.number)
        return clock.at(here.date(), here.time())

    def _about(self, after: datetime) -> int:
        """Not later than the right one, and near it, however long nobody has looked."""
        if self.unit == "month":
            return ((after.year - self.since.year) * 12 + after.month - self.since.month) // self.every
        return (after - self.since) // timedelta(days=self.every * _DAYS[self.unit])


def beginning(due_at: datetime, *, every: int, unit: str, until: date | None = None) -> Repeat:
    """The first of a row. Refuses what is no row at all."""
    local = clock.local(due_at).replace(tzinfo=None)
    if unit not in UNITS or not 1 <= every <= MOST:
        message = _("Say how often it comes again: every 1 to 99 days, weeks or months.")
        raise Refused(message, fields={"every": message})
    if until and until < local.date():
        message = _("It would end before it begins.")
        raise Refused(message, fields={"until": message})
    return Repeat(every, unit, local, until=until)


def _months_later(since: datetime, months: int) -> datetime:
    """31 January, a month later, is the last of February; two months later it is the 31st again."""
    years, month = divmod(since.month - 1 + months, 12)
    year, month = since.year + years, month + 1
    return since.replace(year=year, month=month, day=min(since.day, monthrange(year, month)[1]))

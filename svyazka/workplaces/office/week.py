"""The hours of a week as they are typed: of a resource and of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from svyazka.business.staff.hours import Hours, Stored
from svyazka.kit.refusals import Refused

# Before and after a break. Whoever has more of them keeps them.
STRETCHES = 2


@dataclass(frozen=True)
class Day:
    """A line of the week: what stands in its inputs."""

    number: int
    name: Promise | str
    stretches: list[tuple[str, str]]


def of(hours: Stored) -> list[Day]:
    # The end of a day is stored as 24:00, which no clock shows.
    given = {day: hours.get(str(day), []) for day in range(7)}
    return _days({day: [(begin, end.replace("24:", "00:")) for begin, end in given[day]] for day in given})


def typed(given: QueryDict) -> list[Day]:
    written = {day: (given.getlist(f"from_{day}"), given.getlist(f"to_{day}")) for day in range(7)}
    pairs = {day: list(zip(begins, ends, strict=False)) for day, (begins, ends) in written.items()}
    return _days({day: [(begin, end) for begin, end in pairs[day] if begin or end] for day in range(7)})


def read(days: list[Day]) -> Hours:
    return {day.number: [(_time(begin), _time(end)) for begin, end in day.stretches if begin or end] for day in days}


def _days(stretches: dict[int, list[tuple[str, str]]]) -> list[Day]:
    most = max(STRETCHES, *(len(of_day) for of_day in stretches.values()))
    return [
        Day(number, WEEKDAYS[number], [*of_day, *[("", "")] * (most - len(of_day))])
        for number, of_day in stretches.items()
    ]


def _time(typed: str) -> time:
    try:
        return time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError as refusal:
        words = _("Both the beginning and the end are needed, for example 09:00 and 18:00.")
        raise Refused(words, fields={"hours": words}) from refusal

"""Working hours of a week, as people and resources have them.

Stored: weekday (0 is Monday) → [["09:00", "18:00"], …] in the company's zone. An end at midnight is the day's: "24:00".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from svyazka.kit import clock
from svyazka.kit.refusals import Refused

# As they are given: a day without any is a day off.
Hours = Mapping[int, Sequence[tuple[time, time]]]
Stored = Mapping[str, Sequence[Sequence[str]]]
Stretch = tuple[datetime, datetime]


def to_store(given: Hours) -> dict[str, list[list[str]]]:
    """Raises Refused where a stretch ends before it begins, or two overlap."""
    return {str(day): [list(one) for one in _ordered(given[day])] for day in sorted(given) if given[day]}


def in_words(stored: Stored) -> str:
    """Days that are alike together: `Mon–Fri 09:00–18:00; Sat 10:00–14:00`."""
    runs: list[tuple[int, int, str]] = []
    for day in range(7):
        said = ", ".join(f"{begin}–{end}" for begin, end in stored.get(str(day), []))
        if runs and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], day, said)
        else:
            runs.append((day, day, said))
    return "; ".join(f"{_days(first, last)} {said}" for first, last, said in runs if said)


def of_day(stored: Stored, day: date) -> list[Stretch]:
    """The working hours of that day, between the breaks."""
    return [(_moment(day, begin), _moment(day, end)) for begin, end in stored.get(str(day.weekday()), [])]


def covers(stored: Stored, moment: datetime) -> bool:
    """Whether this is working time. Whose hours nobody has entered works at any time."""
    if not stored:
        return True
    here = clock.local(moment)
    hour = f"{here:%H:%M}"
    return any(begin <= hour < end for begin, end in stored.get(str(here.weekday()), []))


def ahead(stored: Stored, moment: datetime, *, days: int) -> Iterator[Stretch]:
    """The working time from this moment on."""
    first = clock.local(moment).date()
    if not stored:
        yield moment, moment + timedelta(days=days)
    for number in range(days if stored else 0):
        for begin, end in of_day(stored, first + timedelta(days=number)):
            if end > moment:
                yield max(begin, moment), end


def after(stored: Stored, moment: datetime, minutes: int, *, days: int = 14) -> datetime:
    """When so many minutes of working time are over. Whoever does not work within these days is given the minutes."""
    left = timedelta(minutes=minutes)
    for begin, end in ahead(stored, moment, days=days):
        if begin + left <= end:
            return begin + left
        left -= end - begin
    return moment + timedelta(minutes=minutes)


def _ordered(given: Sequence[tuple[time, time]]) -> list[tuple[str, str]]:
    ordered = sorted((f"{begin:%H:%M}", f"{end:%H:%M}" if end > time() else "24:00") for begin, end in given)
    if any(begin >= end for begin, end in ordered):
        raise Refused(_("The end of the work must be after its beginning."))
    if any(earlier[1] > later[0] for earlier, later in pairwise(ordered)):
        raise Refused(_("Two stretches of a day must not overlap."))
    return ordered


def _days(first: int, last: int) -> str:
    begin, end = str(WEEKDAYS_ABBR[first]), str(WEEKDAYS_ABBR[last])
    return begin if first == last else f"{begin}–{end}"


def _moment(day: date, hour: str) -> datetime:
    if hour == "24:00":
        return clock.day_bounds(day)[1].astimezone(UTC)
    return clock.at(day, time.fromisoformat(hour)).astimezone(UTC)

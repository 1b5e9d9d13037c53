"""What stands in an address or a form, read: numbers and days. Nonsense is None, never a broken page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from svyazka.kit import clock

LARGEST = 2**63 - 1  # of PostgreSQL's bigint
FIRST_YEAR, LAST_YEAR = 2000, 2100
WORKDAY_ENDS, DAY_ENDS = time(18), time(23, 59)


def whole_number(text: str | None) -> int | None:
    """An id or a version."""
    # Python refuses to read thousands of digits.
    number = int(text) if text and text.isdecimal() and len(text) < 20 else 0
    return number if 0 < number <= LARGEST else None


def whole_numbers(typed: Iterable[str]) -> list[int]:
    return [number for text in typed if (number := whole_number(text))]


def day(text: str | None) -> date | None:
    """Of these hundred years: the day after the last one that Python knows cannot be computed."""
    try:
        given = date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return given if FIRST_YEAR <= given.year <= LAST_YEAR else None


def moment(day_typed: str | None, hour_typed: str | None) -> datetime | None:
    """A day and an hour of it, in the company's zone."""
    try:
        hour = time.fromisoformat((hour_typed or "")[:5])
    except ValueError:
        return None
    on = day(day_typed)
    return clock.at(on, hour.replace(tzinfo=None)) if on else None


def by_when(day_typed: str | None, hour_typed: str | None) -> datetime | None:
    """The same of something that is due. An hour that was left out means the end of the working day, and of the day
    itself once work is over."""
    if hour_typed:
        return moment(day_typed, hour_typed)
    if (on := day(day_typed)) is None:
        return None
    is_over = on == clock.today() and clock.at(on, WORKDAY_ENDS) <= clock.now()
    return clock.at(on, DAY_ENDS if is_over else WORKDAY_ENDS)

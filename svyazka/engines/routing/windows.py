"""Windows of time: what working hours leave once the bookings are taken out. All periods are half-open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, order=True)
class Period:
    """From `start` up to, not including, `end`. In UTC: arithmetic in a local zone ignores its clock changes."""

    start: datetime
    end: datetime

    def holds(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end


def left_of(hours: Period, taken: Iterable[Period]) -> list[Period]:
    """The parts of `hours` that none of `taken` covers, in order."""
    left = []
    start = hours.start
    for period in sorted(taken):
        if period.end <= start:
            continue
        if period.start >= hours.end:
            break
        if period.start > start:
            left.append(Period(start, period.start))
        start = period.end
    if start < hours.end:
        left.append(Period(start, hours.end))
    return left


def starts(
    hours: Period, taken: Sequence[Period], *, length: timedelta, step: timedelta, not_before: datetime
) -> Iterator[datetime]:
    """When something that takes `length` may begin: every `step` counted from the beginning of the hours.

    On the grid rather than right after the last booking: people agree on half past ten, not on 10:20.
    """
    for gap in left_of(hours, taken):
        start = _next_step(max(gap.start, not_before), since=hours.start, step=step)
        while start + length <= gap.end:
            yield start
            start += step


def is_open(period: Period, hours: Iterable[Period]) -> bool:
    """Whether the whole of it lies in one stretch of the hours: no visit goes on through a break."""
    return any(stretch.holds(period) for stretch in hours)


def _next_step(moment: datetime, *, since: datetime, step: timedelta) -> datetime:
    return since + max(0, -((since - moment) // step)) * step

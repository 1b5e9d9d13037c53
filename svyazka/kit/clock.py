"""Time: always aware, stored in UTC, shown in the company's zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def now() -> datetime:
    return timezone.now()


def today() -> date:
    """The day in the company's zone."""
    return timezone.localdate(now())


def at(day: date, hour: time) -> datetime:
    """That hour of that day in the company's zone."""
    return timezone.make_aware(datetime.combine(day, hour))


def local(moment: datetime) -> datetime:
    return moment.astimezone(timezone.get_default_timezone())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in the company's zone."""
    return at(day, time()), at(day + timedelta(days=1), time())

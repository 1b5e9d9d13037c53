"""What clients are told: within which two hours we come."""

from __future__ import annotations

from datetime import datetime, timedelta

from svyazka.business.visits.models import Visit
from svyazka.kit import clock

TOLD = 2  # hours
GRID = timedelta(minutes=5)


def told(visit: Visit) -> tuple[datetime, datetime]:
    """The first and the last moment at which it may begin without a word to the client."""
    return span(visit.starts_at)


def span(starts_at: datetime) -> tuple[datetime, datetime]:
    begins = clock.local(starts_at)
    since = begins.replace(hour=begins.hour - begins.hour % TOLD, minute=0, second=0, microsecond=0)
    return since, since + timedelta(hours=TOLD) - GRID


def holds(was: datetime, starts_at: datetime) -> bool:
    """Whether whoever was told the one time need not be told the other."""
    begins, ends = span(was)
    return begins <= starts_at <= ends

"""What clients are told: within which two hours we come."""

from __future__ import annotations

from datetime import datetime, timedelta

from svyazka.business.visits import offering
from svyazka.business.visits.models import Visit

GRID = timedelta(minutes=5)


def told(visit: Visit) -> tuple[datetime, datetime]:
    """The first and the last moment at which it may begin without a word to the client."""
    return span(visit.starts_at)


def span(starts_at: datetime) -> tuple[datetime, datetime]:
    since, until = offering.told(starts_at)
    return since, until - GRID


def holds(was: datetime, starts_at: datetime) -> bool:
    """Whether whoever was told the one time need not be told the other."""
    begins, ends = span(was)
    return begins <= starts_at <= ends

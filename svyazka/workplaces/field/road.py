"""The way to a visit, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from svyazka.business.visits.day_ways import GRAIN, Way
from svyazka.business.visits.models import Resource

NEAR = 10  # km: up to there a digit behind the point says something


@dataclass(frozen=True)
class Road:
    """`begins`: home or depot, where it is the first one; `leave_at`: when to leave at the latest; `short_by`: minutes
    that are missing, where it cannot be done."""

    length: str
    km: str
    begins: str
    leave_at: datetime | None
    short_by: int


def in_words(way: Way, who: Resource) -> Road:
    missing = way.short_by // timedelta(minutes=1)
    km = formats.number_format(round(way.km, 1) if way.km < NEAR else round(way.km), use_l10n=True)
    begins = "" if not way.from_home else "depot" if who.kind == Resource.Kind.CREW else "home"
    return Road(_length(way.length), km, begins, way.leave_at, missing if missing >= GRAIN else 0)


def _length(length: timedelta) -> str:
    minutes = -(-length // timedelta(minutes=1))
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)

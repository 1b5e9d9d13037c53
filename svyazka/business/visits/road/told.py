"""Who of those who go to a visit has been told of its last change: when, by what, and whether he has seen it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from svyazka.business.visits.models import RoadNews, Visit
from svyazka.kit import clock

SHOWN = timedelta(days=3)


@dataclass(frozen=True)
class Told:
    name: str
    way: str  # of RoadNews.Way; empty: not yet
    way_in_words: str
    told_at: datetime | None
    seen_at: datetime | None
    waits_until: datetime | None  # of what is not told yet: his quiet hours, or more changes that may come


def of_visit(visit: Visit) -> list[Told]:
    """Of each person the last."""
    rows = RoadNews.objects.filter(visit=visit, at__gt=clock.now() - SHOWN).exclude(state=RoadNews.State.MOOT)
    last = {row.person_id: row for row in rows.select_related("person", "notice").order_by("at", "pk")}
    return [_told(row) for row in sorted(last.values(), key=lambda row: row.person.full_name)]


def _told(row: RoadNews) -> Told:
    is_told = row.state == RoadNews.State.TOLD
    return Told(
        name=row.person.full_name,
        way=row.way,
        way_in_words=str(row.get_way_display()) if row.way else "",
        told_at=row.told_at,
        seen_at=row.notice.read_at if row.notice else None,
        waits_until=None if is_told else row.try_at,
    )

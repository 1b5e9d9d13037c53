"""Measurement, offer, production, installation: what comes after something else in one deal waits until that is over,
and so many working days more. Whoever calls holds the deal, so nobody changes the order meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.visits.models import Visit, VisitKind
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

WORKDAYS = range(5)
MOST_DAYS = 250
AHEAD = (Visit.Status.PLANNED, Visit.Status.ON_WAY)


class TooEarly(Refused):
    """What has to come first is not over by then. `at`: from when on it can be."""

    def __init__(self, message: str, at: datetime) -> None:
        super().__init__(message, fields={"starts_at": message})
        self.at = at


def earliest(ended: datetime, gap_days: int) -> datetime:
    """When something may begin that comes so many working days after what ends then."""
    if not gap_days:
        return ended
    day = clock.local(ended).date()
    while gap_days:
        day += timedelta(days=1)
        gap_days -= day.weekday() in WORKDAYS
    return clock.at(day, time())


def not_before(kind: VisitKind, deal_id: int, *, without: Visit | None = None) -> tuple[datetime, Visit] | None:
    """From when on such a visit can be in this deal, and which one it waits for."""
    if not kind.comes_after:
        return None
    rows = Visit.objects.still_on().filter(deal_id=deal_id, kind__code=kind.comes_after).select_related("kind")
    last = (rows.exclude(pk=without.pk) if without else rows).order_by("-ends_at").first()
    return (earliest(last.ends_at, kind.gap_days), last) if last else None


def begins(kind: VisitKind, deal_id: int) -> datetime | None:
    """From when on another visit of this kind can be in this deal. None: from now on."""
    found = not_before(kind, deal_id)
    return found[0] if found else None


def insist(kind: VisitKind, deal_id: int, start: datetime, *, without: Visit | None = None) -> None:
    if (found := not_before(kind, deal_id, without=without)) and start < found[0]:
        raise TooEarly(_too_early(kind, *found), found[0])


def broken_by(visit: Visit, ends_at: datetime) -> list[Visit]:
    """The visits ahead of its deal that would come too early if it ended then, the next one first."""
    rows = Visit.objects.filter(deal_id=visit.deal_id, status__in=AHEAD, kind__comes_after=visit.kind.code)
    later = rows.exclude(pk=visit.pk).select_related("kind", "resource__person", "client").order_by("starts_at", "pk")
    return [one for one in later if one.starts_at < earliest(ends_at, one.kind.gap_days)]


def ahead_of(visit: Visit) -> list[Visit]:
    """The visits ahead of its deal that wait for it."""
    rows = Visit.objects.filter(deal_id=visit.deal_id, status__in=AHEAD, kind__comes_after=visit.kind.code)
    return list(rows.exclude(pk=visit.pk).select_related("kind", "resource", "client").order_by("starts_at", "pk"))


def bounds(visits: Iterable[Visit]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Of each: from when on it can be, and how late it may end as long as the others of its deal stay where they are.
    One statement, however many."""
    asked = list(visits)
    of_deal: dict[int, list[Visit]] = defaultdict(list)
    rows = Visit.objects.still_on().filter(deal__in={visit.deal_id for visit in asked}).select_related("kind")
    for one in rows if asked else ():
        of_deal[one.deal_id].append(one)
    return {visit.pk: _bounds(visit, [one for one in of_deal[visit.deal_id] if one.pk != visit.pk]) for visit in asked}


def _bounds(visit: Visit, others: Sequence[Visit]) -> tuple[datetime | None, datetime | None]:
    kind = visit.kind
    before = [one for one in others if one.kind.code == kind.comes_after]
    behind = [one for one in others if one.kind.comes_after == kind.code and one.status in AHEAD]
    return (
        max((earliest(one.ends_at, kind.gap_days) for one in before), default=None),
        min((_latest(one) for one in behind), default=None),
    )


def _latest(later: Visit) -> datetime:
    """The end of the last day after which it may still begin where it does."""
    if not later.kind.gap_days:
        return later.starts_at
    day = clock.local(later.starts_at).date()
    while earliest(clock.day_bounds(day)[0], later.kind.gap_days) > later.starts_at:
        day -= timedelta(days=1)
    return clock.day_bounds(day)[1] - timedelta(minutes=1)


def _too_early(kind: VisitKind, at: datetime, first: Visit) -> str:
    gap = kind.gap_days
    if not gap:
        said = _("“{kind}” comes after “{first}”, which ends {when}.")
        return said.format(kind=kind.name, first=first.kind.name, when=_moment(first.ends_at))
    said = ngettext(
        "“{kind}” can be from {when} on: {gap} working day after “{first}”.",
        "“{kind}” can be from {when} on: {gap} working days after “{first}”.",
        gap,
    )
    when = formats.date_format(clock.local(at), "j E")
    return said.format(kind=kind.name, first=first.kind.name, gap=gap, when=when)


def _moment(moment: datetime) -> str:
    return formats.date_format(clock.local(moment), "j E, H:i")

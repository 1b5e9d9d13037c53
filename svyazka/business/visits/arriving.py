"""When whoever has set out will be there, and who hears of it when that is later than promised."""

from __future__ import annotations

from datetime import datetime, timedelta

from svyazka.business.journal.record import Actor
from svyazka.business.notices.tell import tell
from svyazka.business.places import find, times
from svyazka.business.visits.client_rules import span_of
from svyazka.business.visits.models import Mark, Visit
from svyazka.engines.routing.problem import Point
from svyazka.kit import clock

GRAIN = 5  # minutes: nobody is told a time to the minute
OVER = (Visit.Status.STARTED, Visit.Status.DONE)


def expected(visit: Visit) -> datetime | None:
    """By the way from where he was last; nothing, where that is not known. Who is there early begins early."""
    there = find.of(visit.address)
    begins = _last_place(visit)
    if begins is None or there is None or there.is_rough:
        return None
    now = clock.now()
    travel = times.travel(hour=clock.local(now).hour, patience=times.HURRIED)
    seconds = int(travel.to_many(begins, [there.point])[0])
    return _rounded_up(now + timedelta(seconds=seconds))


def heed(mark: Mark) -> None:
    """Whoever has come is there; whoever has left a place is that much later or sooner at the next."""
    if mark.kind == Mark.Kind.CAME:
        Visit.objects.filter(pk=mark.visit_id, status=Visit.Status.ON_WAY).update(arrives_at=mark.at)
        return
    on_way = Visit.objects.filter(resource__person=mark.person_id, status=Visit.Status.ON_WAY)
    for visit in on_way.exclude(pk=mark.visit_id).select_related("resource", "deal"):
        visit.arrives_at = expected(visit) or visit.arrives_at
        visit.save(update_fields=["arrives_at"])


def is_late(visit: Visit) -> bool:
    return visit.arrives_at is not None and visit.arrives_at > span_of(visit.starts_at).ends


def warn_if_late(visit: Visit, *, by: Actor) -> None:
    """Whoever is responsible can ring the client before he waits in vain."""
    if visit.arrives_at is None or not is_late(visit) or visit.deal.responsible_id is None:
        return
    data = {"arrives_at": visit.arrives_at.isoformat(), "promised_at": span_of(visit.starts_at).ends.isoformat()}
    data |= {"who": visit.resource.name}
    place = {"deal_id": visit.deal_id, "client_id": visit.client_id}
    tell([visit.deal.responsible_id], "visit.late", by=by, **place, data=data)


def _last_place(visit: Visit) -> Point | None:
    """Where his last visit of the day was, by what he tapped or his phone noticed; before the first one, at home."""
    before = _last_visit(visit)
    address = before.address if before else visit.resource.home
    placed = find.of(address) if address else None
    if placed and not placed.is_rough:
        return placed.point
    at_home = before is None and visit.resource.lat is not None and visit.resource.lon is not None
    return Point(visit.resource.lat, visit.resource.lon) if at_home else None  # type: ignore[arg-type]


def _last_visit(visit: Visit) -> Visit | None:
    begins, _ends = clock.day_bounds(clock.today())
    of_today = Visit.objects.filter(resource=visit.resource, status__in=OVER, status_since__gte=begins)
    tapped = of_today.exclude(pk=visit.pk).order_by("-status_since", "-pk").first()
    marks = Mark.objects.filter(visit__resource=visit.resource, person=visit.resource.person_id, at__gte=begins)
    noticed = marks.exclude(visit=visit).select_related("visit").order_by("-at", "-pk").first()
    if noticed and (tapped is None or not tapped.status_since or noticed.at > tapped.status_since):
        return noticed.visit
    return tapped


def _rounded_up(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=-(-moment.minute // GRAIN) * GRAIN - moment.minute)

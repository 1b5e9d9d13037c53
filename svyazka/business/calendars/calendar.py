"""Visits and absences as a calendar program reads them: iCalendar (RFC 5545, RFC 7986)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from svyazka.business.calendars.feeds import KEPT, Standing
from svyazka.business.clients.models import ContactPoint
from svyazka.business.places import find
from svyazka.business.places.find import Placed
from svyazka.business.visits.models import Booking, Visit
from svyazka.kit import clock, phones

AGAIN = timedelta(minutes=15)
PHONES = Prefetch(
    "client__contact_points", ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE).order_by("pk"), to_attr="phones"
)


def written(standing: Standing) -> bytes:
    visits = _visits(standing)
    placed = find.of_all({visit.address for visit in visits if visit.address})
    with translation.override(standing.language):
        calendar = _empty(standing)
        for visit in visits:
            calendar.add_component(_visit(visit, standing, placed))
        for absence in _absences(standing):
            calendar.add_component(_absence(absence, standing))
        return bytes(calendar.to_ical())


def _visits(standing: Standing) -> Iterable[Visit]:
    rows: QuerySet[Visit] = Visit.objects.filter(starts_at__gt=clock.now() - KEPT)
    if standing.resource:
        also = Booking.objects.filter(resource=standing.resource, visit__isnull=False).values("visit_id")
        rows = rows.filter(Q(resource=standing.resource) | Q(pk__in=also))
    if standing.tells_phone:
        rows = rows.prefetch_related(PHONES)
    return list(rows.select_related("kind", "client", "resource").order_by("starts_at", "pk"))


def _absences(standing: Standing) -> Iterable[Booking]:
    rows = Booking.objects.filter(kind=Booking.Kind.ABSENCE, during__endswith__gt=clock.now())
    if standing.resource:
        rows = rows.filter(resource=standing.resource)
    return list(rows.select_related("resource").order_by("during", "pk"))


def _empty(standing: Standing) -> Calendar:
    calendar = Calendar()
    name = _("Visits: {name}").format(name=standing.resource.name) if standing.resource else _("Visits of all")
    calendar.add("prodid", "-//Svyazka//Visits//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    return calendar


def _visit(visit: Visit, standing: Standing, placed: Mapping[str, Placed]) -> Event:
    event = _event(f"{visit.request_id}@svyazka", visit.starts_at, visit.ends_at)
    what = f"{visit.kind.name}: {visit.client}"
    event.add("summary", what if standing.resource else f"{visit.resource.name}. {what}")
    event.add("sequence", visit.version)
    event.add("status", "CANCELLED" if visit.is_off else "CONFIRMED")
    event.add("created", visit.created_at)
    if visit.address:
        event.add("location", visit.address)
    place = placed.get(visit.address)
    if place and not place.is_rough:
        event.add("geo", tuple(place.point))
    if said := _description(visit, standing):
        event.add("description", said)
    if settings.ADDRESS:
        event.add("url", f"{settings.ADDRESS}/{'field/' if standing.resource else ''}visits/{visit.pk}/")
    return event


def _description(visit: Visit, standing: Standing) -> str:
    lines = [visit.wishes]
    if standing.tells_phone:
        lines += [phones.readable(point.value) for point in visit.client.phones]  # type: ignore[attr-defined]
    if visit.reason and visit.status == Visit.Status.CANCELLED:
        lines.append(_("Cancelled: {reason}").format(reason=visit.reason))
    return "\n".join(line for line in lines if line)


def _absence(absence: Booking, standing: Standing) -> Event:
    """Why somebody is away is nobody's business outside."""
    event = _event(f"absence-{absence.pk}@svyazka", absence.during.lower, absence.during.upper)
    away = _("Away")
    event.add("summary", away if standing.resource else f"{absence.resource.name}. {away}")
    event.add("class", "PRIVATE")
    event.add("x-microsoft-cdo-busystatus", "OOF")
    return event


def _event(uid: str, starts_at: datetime, ends_at: datetime) -> Event:
    """In UTC: no calendar has to know the zone."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", clock.now().astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("transp", "OPAQUE")
    return event

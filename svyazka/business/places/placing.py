"""Addresses get their points: from a geocoder, by the worker and never in a request; or by hand, from who knows it."""

from __future__ import annotations

import time
from contextlib import closing

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, announce, record
from svyazka.business.places import find, services
from svyazka.business.places.geocoder import Found, Geocoder
from svyazka.business.places.models import Place, Service
from svyazka.business.places.troubles import Trouble
from svyazka.business.staff.models import Person
from svyazka.engines.routing.problem import Point
from svyazka.kit import addresses, clock, rows
from svyazka.kit.alone import alone
from svyazka.kit.refusals import ChangedMeanwhile, Refused

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_011
AT_ONCE = 20  # questions, before others get to the list again
MOST_TRIES = 10

log = structlog.get_logger(__name__)


@transaction.atomic
def by_hand(address: str, typed: str, *, by: Person, version: int | None = None) -> Place:
    """`typed`: as maps give it to the clipboard, or as a click on our own says it. Nobody overrules it but a person."""
    found = addresses.point(typed)
    if found is None:
        words = _("A point is written like 55.75124, 37.61842: first the latitude, then the longitude.")
        raise Refused(words, fields={"point": words})
    place = _held(address, version)
    before, point = place.point, Point(*found)
    if before == point and place.source == Place.HAND:
        return place
    place.lat, place.lon = point
    place.precision, place.source = Place.Precision.HOUSE, Place.HAND
    place.placed_at, place.placed_by, place.ask_at = clock.now(), by, None
    _save(place, {"point": (_said(before), _said(point))}, by=by)
    return place


@transaction.atomic
def take_back(address: str, *, by: Person, version: int | None = None) -> Place:
    """A pin set by mistake: the geocoder is asked again."""
    place = _held(address, version)
    if place.source != Place.HAND:
        return place
    before = place.point
    place.lat = place.lon = place.placed_at = place.placed_by = None
    place.precision = place.source = ""
    place.ask_at, place.tries = clock.now(), 0
    _save(place, {"point": (_said(before), None)}, by=by)
    return place


def ask_due() -> bool:
    """By the worker, one at a time over all of them: an operator's pace is for the whole house. Whether there is more
    to do at once."""
    service = services.ready(Service.What.PLACING)
    if service is None or not Place.objects.filter(ask_at__lte=clock.now()).exists():
        return False
    with alone(LOCK) as nobody_else:
        if not nobody_else:
            return False
        with closing(services.geocoder(service)) as geocoder:
            return all(_ask_next(geocoder, service) for _number in range(AT_ONCE))


def _ask_next(geocoder: Geocoder, service: Service) -> bool:
    """Whether somebody may be asked at once again."""
    place = _claim()
    if place is None:
        return False
    try:
        found = geocoder.find(addresses.building(place.address))
    except Trouble as trouble:
        services.failed(service, trouble.why)
        return False
    services.answered(service)
    _write_down(place, found, service.kind)
    time.sleep(geocoder.pace)
    return True


def _claim() -> Place | None:
    """With the time of the next attempt already written down: whoever dies with it leaves it to the next one."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": MOST_TRIES})
        row = cursor.fetchone()
    return rows.read(Place, "where id = %s", [row[0]])[0] if row else None


_CLAIM = """
update places_place set tries = least(tries + 1, 1000),
       ask_at = case when tries < %(most)s
                     then %(now)s::timestamptz + least(interval '1 minute' * power(2, tries), interval '6 hours') end
where id = (select id from places_place where ask_at <= %(now)s order by ask_at limit 1 for update skip locked)
returning id
"""


def _write_down(place: Place, found: Found | None, source: str) -> None:
    """Unless a person has been quicker."""
    asked = Place.objects.filter(pk=place.pk, version=place.version).exclude(source=Place.HAND)
    point = {"lat": found.lat, "lon": found.lon, "precision": found.precision, "source": source} if found else {}
    if asked.update(**point, placed_at=clock.now(), ask_at=None, version=place.version + 1):
        announce("place", place.pk)


def _held(address: str, version: int | None) -> Place:
    key = addresses.key(address)
    if not key:
        raise Refused(_("Where to go? The address is missing."))
    find.want({key: address})
    place = Place.objects.select_for_update().get(key=key)
    if version is not None and place.version != version:
        raise ChangedMeanwhile
    return place


def _save(place: Place, changes: dict[str, tuple[str | None, str | None]], *, by: Person) -> None:
    place.version += 1
    place.save()
    record("places.placed", About("place", place.pk), by=by, changes=changes, note=place.address)


def _said(point: Point | None) -> str | None:
    return f"{point.lat:.5f}, {point.lon:.5f}" if point else None

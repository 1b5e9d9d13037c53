"""Where somebody is going is known to the map before anybody plans with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from svyazka.business.places import find
from svyazka.business.places.find import Placed
from svyazka.business.visits import periods
from svyazka.business.visits.models import Resource, Visit

GIVEN = ("demonstration", "hand")  # what somebody has said of a home is not put in the place of a geocoder's word


def want_ahead() -> int:
    """By the worker: what is not placed yet is put on the geocoder's list; what is, stands at the visits and at the
    homes, and their days are packed anew. How many addresses there are."""
    visits = list(Visit.objects.ahead().exclude(address="").only("pk", "address", "lat", "lon").order_by("pk"))
    homes = list(Resource.objects.exclude(home="").exclude(placed_by__in=GIVEN).order_by("pk"))
    addresses = {one.address for one in visits}
    found = find.of_all({*addresses, *(one.home for one in homes)})
    for visit in visits:
        if (placed := found.get(visit.address)) and placed.point != (visit.lat, visit.lon):
            _put(visit, placed)
    for home in homes:
        if (placed := found.get(home.home)) and placed.point != (home.lat, home.lon):
            _at(placed, Resource.objects.filter(pk=home.pk, home=home.home))
    return len(addresses)


@transaction.atomic
def _put(visit: Visit, placed: Placed) -> None:
    if _at(placed, Visit.objects.filter(pk=visit.pk, address=visit.address)):
        periods.changed_of(visit)


def _at(placed: Placed, rows: QuerySet[Any]) -> int:
    lat, lon = placed.point
    return rows.update(lat=lat, lon=lon, placed_by=f"{placed.source} {placed.precision}".strip())

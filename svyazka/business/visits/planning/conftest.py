from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.visits.conftest import (  # noqa: F401
    crew,
    hour,
    installation,
    measurement,
    monday,
    named,
    new_deal,
    of_egor,
    of_ilya,
    wait,
)

NORTH, SOUTH = (55.87, 37.60), (55.66, 37.65)


@pytest.fixture
def quickly(monkeypatch):
    from svyazka.business.visits.planning import job

    monkeypatch.setattr(job, "SECONDS_A_DAY", 0.4)


@pytest.fixture
def visit_at(quickly, known_place, windows, olga, measurement, hour):  # noqa: F811
    """`visit_at("Лесная, 5", NORTH, of_egor, 12)`: a measurement on Monday at eleven, of a client of its own."""
    from svyazka.business.clients.models import Client
    from svyazka.business.deals import opening
    from svyazka.business.visits import booking

    def book(street, point, resource, hours, minutes=0, *, kind=measurement, days=0):
        address = known_place(street, point)
        client = Client.objects.create(name=f"Клиент с адреса {street}", address=address)
        deal = opening.open_deal(client, by=olga)
        start = hour(hours, minutes, days=days)
        return booking.book(deal, kind, resource, start, request_id=uuid4(), by=olga, address=address)

    return book


@pytest.fixture
def crossed(visit_at, of_egor, of_ilya):  # noqa: F811
    """Egor lives in the north and goes to the south, Ilya the other way round."""
    return visit_at("Южная, 1", SOUTH, of_egor, 12), visit_at("Северная, 1", NORTH, of_ilya, 12)


@pytest.fixture
def plan(monday, dina):  # noqa: F811
    """`plan()`: Monday planned anew, at once."""
    from svyazka.business.visits.planning import job

    def made(days=1):
        asked = job.ask(monday, days, by=dina)
        job.work_off()
        asked.refresh_from_db()
        return asked

    return made


@pytest.fixture
def known_place():
    """Puts a street of Moscow on the map. → the address"""
    from svyazka.business.places.models import Place
    from svyazka.kit import addresses, clock

    def put(street, point):
        address = f"Москва, {street}"
        place = {"address": address, "lat": point[0], "lon": point[1], "precision": "house", "placed_at": clock.now()}
        Place.objects.update_or_create(key=addresses.key(address), defaults=place)
        return address

    return put


@pytest.fixture
def waits_at(quickly, known_place, wait, new_deal):  # noqa: F811
    """`waits_at("Северная, 5", NORTH)`: somebody there waits for a measurement."""
    return lambda street, point, **given: wait(new_deal(street), address=known_place(street, point), **given)

from __future__ import annotations

from datetime import time, timedelta
from uuid import uuid4

import pytest


@pytest.fixture
def measurement(windows):
    from svyazka.business.visits.models import VisitKind

    return VisitKind.objects.get(code="measurement")


@pytest.fixture
def installation(windows):
    from svyazka.business.visits.models import VisitKind

    return VisitKind.objects.get(code="installation")


@pytest.fixture
def of_egor(egor):
    """Egor as something that can be booked."""
    return egor.resource


@pytest.fixture
def of_ilya(ilya):
    return ilya.resource


@pytest.fixture
def monday():
    """A Monday far enough ahead that everything of it is still free; never tomorrow, of which people hear in another
    way."""
    from svyazka.kit import clock

    today = clock.today()
    return today + timedelta(days=(8 if today.weekday() == 6 else 7 - today.weekday()))


@pytest.fixture
def hour(monday):
    from svyazka.kit import clock

    def of_monday(hours, minutes=0, *, days=0):
        return clock.at(monday + timedelta(days=days), time(hours, minutes))

    return of_monday


@pytest.fixture
def deal(vera, olga):
    from svyazka.business.deals import opening

    return opening.open_deal(vera, by=olga)


@pytest.fixture
def visit(deal, measurement, of_egor, hour, olga):
    """Vera is measured by Egor on Monday at ten."""
    from svyazka.business.visits import booking

    return booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)


@pytest.fixture
def crew(boris):
    """Boris with two others and a van."""
    return boris.resource


@pytest.fixture
def named(windows):
    """A resource by its name: `named("Сергей Зайцев")`."""
    from svyazka.business.visits.models import Resource

    return lambda name: Resource.objects.get(name=name)


@pytest.fixture
def service(windows):
    from svyazka.business.visits.models import VisitKind

    return VisitKind.objects.get(code="service")


@pytest.fixture
def new_deal(olga):
    """`new_deal("Пётр")`: of a client who has not been here before."""
    from svyazka.business.clients.models import Client
    from svyazka.business.deals import opening

    return lambda name: opening.open_deal(Client.objects.create(name=name, address=f"Москва, ул. {name}, 7"), by=olga)


@pytest.fixture
def wait(measurement, olga):
    """Puts the client of a deal on the waiting list for a measurement."""
    from svyazka.business.visits import waiting

    return lambda deal, **given: waiting.wait(deal, measurement, by=olga, **given)


@pytest.fixture
def vera_waits(wait, deal):
    return wait(deal)


@pytest.fixture
def another_waits(wait, new_deal, mikhail, olga):
    """Anna Belova; Mikhail looks after her."""
    from svyazka.business.deals.known import facts

    return wait(facts.appoint(new_deal("Анна Белова"), mikhail, by=olga))


@pytest.fixture
def full_monday(measurement, of_egor, of_ilya, new_deal, monday, olga):
    """Nobody else can come on Monday. (resource, hour) → visit."""
    from svyazka.business.visits import booking, slots
    from svyazka.kit import clock

    other, taken = new_deal("Другие"), {}
    while free := slots.free_slots(measurement, from_day=monday, days=1):
        slot = free[0]
        visit = booking.book(other, measurement, slot.resource, slot.starts_at, request_id=uuid4(), by=olga)
        taken[slot.resource.pk, clock.local(slot.starts_at).hour] = visit
    return taken


@pytest.fixture
def by_day(windows):
    """Clients may be rung now, whatever the hour at which the tests run."""
    from svyazka.business.calls.models import CallingHours

    day = {"begins": time(0), "ends": time(23, 59, 59), "weekend_begins": time(0), "weekend_ends": time(23, 59, 59)}
    CallingHours.objects.all().delete()
    return CallingHours.objects.create(**day)


@pytest.fixture
def at_night(by_day):
    from svyazka.business.calls.models import CallingHours

    night = {"ends": time(0, 0, 1), "weekend_ends": time(0, 0, 1)}
    CallingHours.objects.update(**night)

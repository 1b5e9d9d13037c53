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
    """A Monday far enough ahead that everything of it is still free."""
    from svyazka.kit import clock

    today = clock.today()
    return today + timedelta(days=7 - today.weekday())


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

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    installation,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)


@pytest.fixture
def its_day(visit, hour, monkeypatch):
    """It is Monday, a quarter past ten: Egor is at Vera's."""
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, 15))
    return visit


@pytest.fixture
def line(windows):
    """A line of the price list by its code: `line("handle")`."""
    from svyazka.business.site_work.models import PriceLine

    return lambda code: PriceLine.objects.get(code=code)


@pytest.fixture
def way(windows):
    from svyazka.business.site_work.models import PaymentWay

    return lambda code: PaymentWay.objects.get(code=code)


@pytest.fixture
def agreed():
    from svyazka.business.site_work.extra import Agreed

    return Agreed("on_spot", "Вера Павлова")


@pytest.fixture
def work(its_day, egor):
    """Extra work of Egor's: `work("Откос", 2, 700, agreed=…)`."""
    from svyazka.business.site_work import extra
    from svyazka.business.site_work.things import Thing

    def write(name="Откос", quantity=1, price=700, *, number=None, line=None, **more):
        thing = Thing(line.name, line.unit, line) if line else Thing(name, "шт")
        given = {"by": egor, **more}
        return extra.write(its_day, number or uuid4(), thing, Decimal(str(quantity)), Decimal(str(price)), **given)

    return write


@pytest.fixture
def pay(its_day, egor, way):
    """`pay(500, "cash", receipt="12")`: into Egor's hands."""
    from svyazka.business.site_work import payments

    def take(amount, code="cash", *, number=None, visit=its_day, **more):
        given = {"by": egor, **more}
        return payments.take(visit, number or uuid4(), Decimal(str(amount)), way(code), **given)

    return take

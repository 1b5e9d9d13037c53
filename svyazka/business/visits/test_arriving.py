"""When whoever has set out will be there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.notices.models import Notice
from svyazka.business.places.models import Place
from svyazka.business.visits import arriving, carry_out
from svyazka.business.visits.models import Visit
from svyazka.kit import addresses, clock

ON_WAY = Visit.Status.ON_WAY
HOME = "Москва, Тверская, 1"


@pytest.fixture
def on_the_map(visit, of_egor, mikhail):
    """Egor's home and Vera's house; Mikhail looks after her."""
    for address, lat in ((HOME, 55.76), (visit.address, 55.80)):
        given = {"address": address, "lat": lat, "lon": 37.6, "precision": "house", "source": "hand", "ask_at": None}
        Place.objects.update_or_create(key=addresses.key(address), defaults=given)
    of_egor.home = HOME
    of_egor.save()
    visit.deal.responsible = mikhail
    visit.deal.save()


@pytest.fixture
def at(monkeypatch):
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def test_from_home_by_the_way_there(on_the_map, visit, egor, at):
    at(visit.starts_at - timedelta(minutes=30))
    going = carry_out.set_status(visit, ON_WAY, by=egor)
    assert timedelta(minutes=5) < going.arrives_at - clock.now() < timedelta(minutes=45)
    assert going.arrives_at.minute % 5 == 0
    assert not Notice.objects.filter(kind="visit.late").exists()


def test_later_than_promised_the_responsible_person_hears(on_the_map, visit, egor, mikhail, at):
    at(visit.starts_at + timedelta(minutes=118))
    going = carry_out.set_status(visit, ON_WAY, by=egor)
    assert arriving.is_late(going)
    assert Notice.objects.get(kind="visit.late").person == mikhail


def test_where_nobody_knows_the_way_nothing_is_promised(visit, egor):
    assert carry_out.set_status(visit, ON_WAY, by=egor).arrives_at is None


def test_taken_back_he_is_not_expected(on_the_map, visit, egor):
    going = carry_out.set_status(visit, ON_WAY, by=egor)
    assert going.arrives_at
    assert carry_out.take_back(going, by=egor).arrives_at is None

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.places import placing, times
from svyazka.business.places.models import Measured
from svyazka.business.visits import booking, carry_out, measuring
from svyazka.business.visits.models import Visit
from svyazka.kit import clock

HERE, THERE = "Москва, Лесная, 5", "Москва, Тверская, 1"


@pytest.fixture
def at(monkeypatch):
    def it_is(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    return it_is


@pytest.fixture
def driven(deal, measurement, of_egor, hour, olga, egor, at):
    """Egor's day: measured at one place, then `minutes` of way, then at the other. The places are on the map."""

    def day(number, minutes, *, there=THERE, tapped=True):
        visits = [
            booking.book(
                deal, measurement, of_egor, hour(when, days=number), address=where, request_id=uuid4(), by=olga
            )
            for when, where in ((10, HERE), (14, there))
        ]
        moment = hour(10, days=number)
        for visit in visits:
            for status, takes in (("on_way", minutes), ("started", 60), ("done", 10)):
                at(moment)
                if tapped or status != "on_way":
                    visit = carry_out.set_status(visit, Visit.Status(status), by=egor)
                moment += timedelta(minutes=takes)
        return visits

    placing.by_hand(HERE, "55.7781, 37.5893", by=olga)
    placing.by_hand(THERE, "55.9000, 37.6150", by=olga)
    return day


def test_the_estimate_learns_from_what_was_driven(driven):
    before = times.estimate()
    usual = before.to_many((55.7781, 37.5893), [(55.9, 37.615)])[0]
    for number in range(5):
        driven(number, round(usual / 60 * 1.6))
    assert measuring.learn() == 5
    after = times.estimate()
    assert after.version != before.version
    assert after.to_many((55.7781, 37.5893), [(55.9, 37.615)])[0] > usual * 1.05
    assert measuring.learn() == 5
    assert times.estimate().version == after.version, "what was learnt is not learnt twice"


def test_what_was_not_tapped_or_is_not_on_the_map_teaches_nothing(driven):
    driven(0, 30, tapped=False)
    driven(1, 30, there="Москва, Никому Неизвестная, 1")
    assert measuring.learn() == 0


def test_once_a_night(driven, at, hour):
    driven(0, 30)
    at(hour(15))
    measuring.at_night()
    assert not Measured.objects.exists()
    for when in (2, 3):
        at(hour(when, days=1))
        measuring.at_night()
    assert Measured.objects.get().at == hour(2, days=1)
    at(hour(2, days=2))
    measuring.at_night()
    assert Measured.objects.get().at == hour(2, days=2)
